"""Takes in what keeps Schoolgate from its work, so that it is shown, and said once."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.ports import Clock
from bot.store import Store

_log = structlog.get_logger("schoolgate.watch")


def keep_troubles(store: Store, clock: Clock, found: Mapping[str, str]) -> None:
    """Replace what was wrong by what is wrong now; each beginning and end is one log line."""
    with store.begin() as uow:
        new, over = uow.troubles.keep(found, clock.now())
        uow.commit()
    for key in new:
        _log.error("trouble", trouble=key, why=found[key])
    for key in over:
        _log.info("trouble_over", trouble=key)
