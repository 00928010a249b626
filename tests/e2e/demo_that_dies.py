"""Runs `schoolgate demo --once`, and kills itself with SIGKILL at the Nth step boundary.

    python tests/e2e/demo_that_dies.py DATA N

A boundary is each begin and each commit of a transaction, and each call to a platform or a mail
server, before it is made and after it was answered. N = 0 lets it live.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from adapters.facebook import FacebookAdapter  # noqa: E402
from adapters.smtp import SmtpMailer  # noqa: E402
from adapters.x import XAdapter  # noqa: E402
from bot.cli import demo  # noqa: E402
from bot.cli import main as cli  # noqa: E402
from bot.settings import Settings, load  # noqa: E402
from bot.store.unit import Store, UnitOfWork  # noqa: E402

CALLS = ("hide", "unhide", "delete", "observe", "send")
_left = int(sys.argv[2])


def _boundary() -> None:
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _watched(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        _boundary()
        answer = function(*args, **kwargs)
        _boundary()
        return answer

    return call


def _watched_pages(fetch: Callable[..., Any]) -> Callable[..., Any]:
    def pages(*args: Any) -> Any:
        for page in fetch(*args):
            _boundary()
            yield page
            _boundary()

    return pages


UnitOfWork.commit = _watched(UnitOfWork.commit)  # type: ignore[method-assign]
Store.begin = _watched(Store.begin)  # type: ignore[method-assign]
for port in (XAdapter, FacebookAdapter, SmtpMailer):
    for name in CALLS:
        if hasattr(port, name):
            setattr(port, name, _watched(getattr(port, name)))
    for name in ("fetch_own_posts", "fetch_comments", "fetch_newcomers"):
        if hasattr(port, name):
            setattr(port, name, _watched_pages(getattr(port, name)))


def _without_the_model(*args: Any, **kwargs: Any) -> Settings:
    """It is slow to start; what is killed here is what comes after judging and around it."""
    settings = load(*args, **kwargs)
    words = tuple(one for one in settings.classifiers if one.classifier == "lexicon")
    return replace(settings, classifiers=words)


demo.load = _without_the_model  # type: ignore[attr-defined]
sys.argv = ["schoolgate", "demo", "--once", "--data", sys.argv[1]]
cli.main()
