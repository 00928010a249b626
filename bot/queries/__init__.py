"""Read models for the pages: each asks `bot.access`, and reads in one short transaction."""

from bot.queries.case import get_case
from bot.queries.case_page import (
    Above,
    CasePage,
    Content,
    DecisionLine,
    EffectLine,
    Machine,
    Wording,
)
from bot.queries.cases import (
    MOST,
    PER_PAGE,
    CaseLine,
    Found,
    LatestEffect,
    count_cases,
    count_waiting,
    lines_of,
    list_cases,
)
from bot.queries.log import LogLine, list_log
from bot.queries.narrow import (
    EVERYTHING,
    GroupLine,
    Narrow,
    Same,
    Tab,
    list_groups,
    neighbours,
    oldest_waiting,
)
from bot.queries.newcomers import NewcomerLine, count_newcomers, list_newcomers
from bot.queries.state import (
    AccountState,
    HidingState,
    Reach,
    StreamState,
    hiding_state,
    reading_state,
)
from bot.queries.trail import Saved, StepLine, Trail, get_trail, just_saved

__all__ = [
    "EVERYTHING",
    "MOST",
    "PER_PAGE",
    "Above",
    "AccountState",
    "CaseLine",
    "CasePage",
    "Content",
    "DecisionLine",
    "EffectLine",
    "Found",
    "GroupLine",
    "HidingState",
    "LatestEffect",
    "LogLine",
    "Machine",
    "Narrow",
    "NewcomerLine",
    "Reach",
    "Same",
    "Saved",
    "StepLine",
    "StreamState",
    "Tab",
    "Trail",
    "Wording",
    "count_cases",
    "count_newcomers",
    "count_waiting",
    "get_case",
    "get_trail",
    "hiding_state",
    "just_saved",
    "lines_of",
    "list_cases",
    "list_groups",
    "list_log",
    "list_newcomers",
    "neighbours",
    "oldest_waiting",
    "reading_state",
]
