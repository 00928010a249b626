"""The program's own log: what happened and what to do, never what anybody wrote.

One file of JSON lines in the data directory, turned over at 2 MB, five kept; warnings also go to
the console. Libraries that put tokens or addresses into their messages are kept quiet (stack.md).
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

FILE = "schoolgate.log"
_TALKATIVE = (
    "alembic",
    "tweepy",
    "facebook",
    "oauthlib",
    "requests_oauthlib",
    "urllib3",
    "mail.log",
)


def configure(data_dir: Path | None, *, console: bool = True) -> None:
    """Set up the program's log; without a data directory it goes to the console alone.

    Called twice, the second call replaces the first.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    if console:
        screen = logging.StreamHandler(sys.stderr)
        screen.setLevel(logging.WARNING)
        screen.setFormatter(_formatter(shared, structlog.dev.ConsoleRenderer(colors=False)))
        root.addHandler(screen)
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            data_dir / FILE, maxBytes=2_000_000, backupCount=5, encoding="utf-8", delay=True
        )
        file.setFormatter(_formatter(shared, structlog.processors.JSONRenderer()))
        root.addHandler(file)


def _formatter(
    shared: list[structlog.typing.Processor], renderer: structlog.typing.Processor
) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
