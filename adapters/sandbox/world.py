"""The made-up world behind the sandbox's servers: people, posts, comments, faults and a clock."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from adapters.sandbox.faults import Fault
from adapters.sandbox.world_facebook import FacebookWorld
from adapters.sandbox.world_x import XWorld

Platform = Literal["x", "facebook"]


@dataclass(frozen=True, slots=True)
class Served:
    """One request that a server answered.

    `query` is without the token's value; `status` is 0 where the connection was reset; `scheme` is
    the first word of the Authorization header, or empty; `fault` names what was scripted, if any.
    """

    method: str
    path: str
    query: dict[str, str]
    status: int
    at: datetime
    token_in_query: bool
    scheme: str
    fault: str


class World(XWorld, FacebookWorld):
    """All state of the sandbox, in one SQLite file; thread-safe; survives SIGKILL.

    One school: one X account (`x_…`, world_x.py) and one Page (`fb_…`, world_facebook.py).
    `clock`, `jump_to`, `advance`, `change`, `note`, `set_note`: store.py. Ids are strings, as on
    the wire. Times are aware; `at=None` means now; what lies in the future is not seen until then.
    """

    def fault(
        self,
        platform: Platform,
        fault: Fault,
        *,
        path_contains: str = "",
        method: str = "",
        times: int | None = 1,
    ) -> None:
        """Let the next `times` matching requests fail so (None: until `clear_faults`).

        Faults are made in faults.py; where several match, the one scripted first goes first.
        """
        self.write(
            "INSERT INTO faults (platform, fault, path_contains, method, times)"
            " VALUES (?, ?, ?, ?, ?)",
            *(platform, fault.dumps(), path_contains, method.upper(), times),
        )

    def clear_faults(self) -> None:
        """End every scripted fault on both platforms."""
        self.write("DELETE FROM faults")

    def take_fault(self, platform: Platform, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any; counts it as met."""
        with self.change():
            row = self.row(
                "SELECT id, fault, times FROM faults WHERE platform = ?"
                " AND method IN ('', ?) AND instr(?, path_contains) ORDER BY id LIMIT 1",
                *(platform, method, path),
            )
            if row is None:
                return None
            if row["times"] is not None:
                self.write("UPDATE faults SET times = times - 1 WHERE id = ?", row["id"])
                self.write("DELETE FROM faults WHERE id = ? AND times <= 0", row["id"])
            return Fault.loads(row["fault"])

    def requests(self, platform: Platform) -> list[Served]:
        """Every request that this platform's server answered, in order."""
        return [
            Served(
                method=row["method"],
                path=row["path"],
                query=json.loads(row["query"]),
                status=row["status"],
                at=datetime.fromtimestamp(row["at"], UTC),
                token_in_query=bool(row["token_in_query"]),
                scheme=row["scheme"],
                fault=row["fault"],
            )
            for row in self.rows("SELECT * FROM requests WHERE platform = ? ORDER BY id", platform)
        ]

    def record(self, platform: Platform, served: Served) -> None:
        """Add one line to the journal of requests."""
        self.write(
            "INSERT INTO requests (platform, method, path, query, status, at, token_in_query,"
            " scheme, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(platform, served.method, served.path, json.dumps(served.query), served.status),
            *(served.at.timestamp(), int(served.token_in_query), served.scheme, served.fault),
        )

    def take_call(self, endpoint: str, limit: int, seconds: float) -> tuple[bool, int, int]:
        """Count one call against a window of `seconds`: (allowed, calls left, when it ends)."""
        with self.change():
            now = self.clock.timestamp()
            row = self.row("SELECT ends, used FROM windows WHERE endpoint = ?", endpoint)
            if row is None or row["ends"] <= now:
                ends, used = now + seconds, 0
            else:
                ends, used = row["ends"], row["used"]
            allowed = used < limit
            used += allowed
            self.write("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", endpoint, ends, used)
            return allowed, limit - used, int(ends) + 1
