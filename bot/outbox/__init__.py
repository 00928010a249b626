"""Delivers intentions, and compares what is with what was asked for."""

from bot.outbox.comparing import fail_orphans, look_again
from bot.outbox.letters import deliver_letters
from bot.outbox.platforms import deliver

__all__ = ["deliver", "deliver_letters", "fail_orphans", "look_again"]
