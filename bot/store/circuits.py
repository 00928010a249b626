"""What keeps failing, and until when it is left alone."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.circuit import Circuit, CircuitState, after_failure
from bot.errors import AdapterError
from bot.model import Capability
from bot.store import tables as t


class Circuits:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all_of(self, account: str) -> dict[Capability, Circuit]:
        """Everything that failed the last time it was tried; what is not in it works."""
        rows = self._connection.execute(sa.select(t.circuit).where(t.circuit.c.account == account))
        return {
            Capability(row.capability): Circuit(row.failures, row.why, row.since, row.until)
            for row in rows
        }

    def open_ones(self, account: str, at: datetime) -> dict[Capability, Circuit]:
        """What must not be called at this moment."""
        known = self.all_of(account).items()
        return {name: one for name, one in known if one.state(at) is CircuitState.OPEN}

    def failed(
        self, account: str, capability: Capability, error: AdapterError, at: datetime
    ) -> None:
        """Count it; the third time in a row opens the circuit."""
        before = self.all_of(account).get(capability, Circuit())
        after = after_failure(before, error, at, f"{account} {capability}")
        if after != before:
            self.worked(account, capability)
            values = {
                "account": account,
                "capability": capability,
                "failures": after.failures,
                "why": after.why,
                "since": after.since,
                "until": after.until,
            }
            self._connection.execute(sa.insert(t.circuit), values)

    def worked(self, account: str, capability: Capability) -> None:
        """It works again: what went wrong before is forgotten."""
        self._connection.execute(
            sa.delete(t.circuit).where(
                t.circuit.c.account == account, t.circuit.c.capability == capability
            )
        )

    def half_open_all(self, at: datetime) -> None:
        """A person may have mended something: each is tried once, now."""
        self._connection.execute(
            sa.update(t.circuit).where(t.circuit.c.until > at).values(until=at)
        )
