"""Read models for the pages: each asks `bot.access`, and reads in one short transaction."""

from bot.queries.case import (
    Above,
    CasePage,
    Content,
    DecisionLine,
    EffectLine,
    Machine,
    Wording,
    get_case,
)
from bot.queries.cases import (
    PER_PAGE,
    CaseLine,
    Found,
    LatestEffect,
    Tab,
    count_cases,
    count_waiting,
    list_cases,
)
from bot.queries.log import LogLine, list_log
from bot.queries.newcomers import NewcomerLine, count_newcomers, list_newcomers
from bot.queries.state import (
    AccountState,
    HidingState,
    Reach,
    StreamState,
    hiding_state,
    reading_state,
)

__all__ = [
    "PER_PAGE",
    "Above",
    "AccountState",
    "CaseLine",
    "CasePage",
    "Content",
    "DecisionLine",
    "EffectLine",
    "Found",
    "HidingState",
    "LatestEffect",
    "LogLine",
    "Machine",
    "NewcomerLine",
    "Reach",
    "StreamState",
    "Tab",
    "Wording",
    "count_cases",
    "count_newcomers",
    "count_waiting",
    "get_case",
    "hiding_state",
    "list_cases",
    "list_log",
    "list_newcomers",
    "reading_state",
]
