"""The mailer that keeps its letters."""

from __future__ import annotations

from typing import Self

from adapters.memory.on_command import OnCommand, unknown_keys
from bot.errors import AdapterError, SettingsError
from bot.model import Mail
from bot.ports import Context, Options


class MemoryMailer(OnCommand):
    """bot.ports.Mailer that keeps the letters; `fail("send", …)` and `fail("check", …)` work."""

    name = "memory"

    def __init__(self) -> None:
        super().__init__()
        self._letters: list[Mail] = []
        self._lost_answers = 0

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:  # noqa: ARG003
        """Takes no options; raises SettingsError where there are some."""
        problems = unknown_keys(options, (), "mailer")
        if problems:
            raise SettingsError(problems)
        return cls()

    @property
    def letters(self) -> tuple[Mail, ...]:
        """What was sent, oldest first; a letter sent twice is here twice."""
        with self._lock:
            return tuple(self._letters)

    def lose_answers(self, times: int = 1) -> None:
        """The next `times` letters are taken, and the sender hears that the connection broke."""
        with self._lock:
            self._lost_answers += times

    def send(self, mail: Mail) -> None:
        self._enter("send")
        with self._lock:
            self._letters.append(mail)
            if self._lost_answers:
                self._lost_answers -= 1
                raise AdapterError("The memory mailer lost the connection. It is tried again.")

    def check(self) -> str:
        self._enter("check")
        return "The memory mailer keeps letters until Schoolgate stops; nobody receives them."
