"""The tables. Their history is in bot/migrations; a test holds the two together.

Times are stored in UTC. Enumerations are stored as their words, so that the file can be read
without this program. Nothing here knows what a row is for: the modules beside it do.
"""

from __future__ import annotations

from bot.store.tables.base import Instant, Words, metadata
from bot.store.tables.cases import (
    case,
    case_audience,
    case_barred,
    case_exclusion,
    case_step,
    claim,
    decision,
    preview,
    previewed,
    sample,
    stand_in,
    verdict,
)
from bot.store.tables.evidence import (
    hold,
    log_entry,
    purge,
    rights_request,
    search,
    upload,
)
from bot.store.tables.newcomers import (
    author_step,
    follower_count,
    newcomers_only,
    register,
    restriction,
    vetting,
)
from bot.store.tables.reading import (
    account,
    capability,
    connection,
    cursor,
    item,
    parking,
    poll,
    reading,
    sighting,
)
from bot.store.tables.running import (
    circuit,
    comments_on,
    job,
    sign_off,
    spending,
    switch,
    trouble,
    unsigned_day,
)
from bot.store.tables.sending import UNFINISHED, effect, letter, notice
from bot.store.tables.users import recovery_code, session, user

__all__ = [
    "UNFINISHED",
    "Instant",
    "Words",
    "account",
    "author_step",
    "capability",
    "case",
    "case_audience",
    "case_barred",
    "case_exclusion",
    "case_step",
    "circuit",
    "claim",
    "comments_on",
    "connection",
    "cursor",
    "decision",
    "effect",
    "follower_count",
    "hold",
    "item",
    "job",
    "letter",
    "log_entry",
    "metadata",
    "newcomers_only",
    "notice",
    "parking",
    "poll",
    "preview",
    "previewed",
    "purge",
    "reading",
    "recovery_code",
    "register",
    "restriction",
    "rights_request",
    "sample",
    "search",
    "session",
    "sighting",
    "sign_off",
    "spending",
    "stand_in",
    "switch",
    "trouble",
    "unsigned_day",
    "upload",
    "user",
    "verdict",
    "vetting",
]
