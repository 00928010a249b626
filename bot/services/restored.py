"""What is settled in a database that came out of a backup, before anybody looks at it."""

from __future__ import annotations

from collections.abc import Sequence

from bot import log
from bot.log import Event
from bot.ports import Clock
from bot.store import Store
from bot.store.effects import COMMAND_LINE


def declare_restored(
    store: Store, clock: Clock, *, made_at: str, lost_heads: Sequence[str], reason: str
) -> None:
    """Write into the log that a backup was put back, and end every session, in one transaction.

    `lost_heads` are codes that were written down; those that the restored log does not hold are
    declared here, and `schoolgate log verify --against` finds them. Without any the entry says that
    they are not known.
    The reason is kept as a digest. Not idempotent: once for each restore.
    """
    with store.begin() as uow:
        written = dict.fromkeys(head for head in lost_heads if head not in ("", log.BEGINNING))
        lost = [head for head in written if not uow.log.holds(head)]
        entries, head = uow.log.tail()
        facts = {
            "by": COMMAND_LINE,
            "reason": log.digest_for_log("restore", reason),
            "backup_made_at": made_at,
            "backup_entries": entries,
            "backup_head": head,
            "lost_heads": lost,
        }
        log.append(uow.log, uow.log_key, at=clock.now(), event=Event.RESTORED, facts=facts)
        uow.users.end_all_sessions()
        uow.commit()
