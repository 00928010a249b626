"""A port for a server that is started later than its address has to be known."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_port() -> Iterator[int]:
    """A port of this machine; while this lasts, nobody who wants any port is given it.

    It is bound and never listened on, so that a server with SO_REUSEADDR (asyncio's and uvicorn's
    own way, on Linux) may take it: let go too early, an outgoing call may be given it meanwhile.
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])
