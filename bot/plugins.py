"""The plug-in boundary: loading by entry point, and calling code that may raise anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any, TypeVar

import structlog

from bot.errors import AdapterError, PluginError, SchoolgateError
from bot.ports import Context, Options

_log = structlog.get_logger("schoolgate.plugins")
_Answer = TypeVar("_Answer")


class PluginFailure(PluginError):
    """A plug-in raised something while it was called."""


def _at_the_boundary(
    name: str, call: Callable[[], _Answer], failure: Callable[[Exception], SchoolgateError]
) -> _Answer:
    """Call a stranger's code: what it raises is an error of ours, or becomes the `failure` of it.

    The stranger's own error is not passed on: its message may hold a comment.
    """
    try:
        return call()
    except SchoolgateError:
        raise
    except Exception as error:  # noqa: BLE001  the plug-in boundary
        _log.warning("plugin_failed", plugin=name, error=type(error).__name__)
        raise failure(error) from None


def load_class(group: str, name: str) -> Any:
    """The class that a plug-in offers under this name.

    Raises PluginError, with the names there are, where there is none or it cannot be loaded.
    """
    offered = {entry.name: entry for entry in entry_points(group=f"schoolgate.{group}")}
    if name not in offered:
        known = ", ".join(sorted(offered)) or "none"
        raise PluginError(
            f"settings.toml asks for “{name}”, but no such plug-in is installed in "
            f"schoolgate.{group}. Installed are: {known}."
        )
    return _at_the_boundary(
        name,
        offered[name].load,
        lambda error: PluginError(
            f"The plug-in “{name}” ({offered[name].value}) could not be loaded: "
            f"{type(error).__name__}: {error}"
        ),
    )


def make(group: str, name: str, options: Options, context: Context) -> Any:
    """A plug-in made from its own table of settings.toml.

    Raises PluginError with its name, SettingsError where it says what is wrong with the table.
    """
    offered = load_class(group, name)
    return _at_the_boundary(
        name,
        lambda: offered.from_options(options, context),
        lambda error: PluginError(
            f"The plug-in “{name}” could not be started ({type(error).__name__}). Look at its "
            "section of settings.toml, or ask whoever made it."
        ),
    )


def answer_of(what: str, call: Callable[[], _Answer]) -> _Answer:
    """Call a plug-in; whatever it raises becomes a PluginFailure, whose text is only the type.

    The message of a stranger's exception may hold the words it failed on: it is never passed on.
    """

    def failure(error: Exception) -> PluginFailure:
        return PluginFailure(f"A {what} failed ({type(error).__name__}).")

    try:
        return _at_the_boundary(what, call, failure)
    except PluginFailure:
        raise
    except SchoolgateError as error:
        raise failure(error) from None


class Guarded:
    """Stands before an adapter or a mailer: what it raises is an error of ours, or becomes one.

    Holds for each page of a fetch as well. The port's own attributes shine through.
    """

    def __init__(self, port: object, name: str) -> None:
        self._port, self._name = port, name

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if not callable(value):
            return value

        def call(*args: object) -> object:
            answer = self._kept(lambda: value(*args))
            return self._pages(answer) if isinstance(answer, Iterator) else answer

        return call

    def _pages(self, pages: Iterator[object]) -> Iterator[object]:
        nothing_more = object()
        while (page := self._kept(lambda: next(pages, nothing_more))) is not nothing_more:
            yield page

    def _kept(self, call: Callable[[], _Answer]) -> _Answer:
        return _at_the_boundary(
            self._name,
            call,
            lambda error: AdapterError(
                f"The plug-in of “{self._name}” failed ({type(error).__name__}). It is tried again."
            ),
        )
