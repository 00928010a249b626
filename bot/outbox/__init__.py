"""Delivers intentions, and compares what is with what was asked for."""

from bot.outbox.comparing import fail_orphans, reconcile
from bot.outbox.letters import deliver_letters
from bot.outbox.platforms import deliver

__all__ = ["deliver", "deliver_letters", "fail_orphans", "reconcile"]
