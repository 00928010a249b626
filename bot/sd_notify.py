"""Tells systemd that Schoolgate is ready, alive, or stopping (sd_notify(3)); silent elsewhere."""

from __future__ import annotations

import os
import socket

_WITHOUT_WATCHDOG = 3600.0


def ready() -> None:
    """Everything is up: what waits for this unit may start."""
    _tell("READY=1")


def alive() -> None:
    """To be said more often than WatchdogSec, or systemd starts Schoolgate anew."""
    _tell("WATCHDOG=1")


def stopping() -> None:
    """The end is wanted, and under way."""
    _tell("STOPPING=1")


def pause() -> float:
    """Seconds between two `alive`: half of what systemd allows (sd_watchdog_enabled(3))."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(allowed) / 2_000_000 if allowed.isdecimal() and ours else _WITHOUT_WATCHDOG


def _tell(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.connect(address)
            notify.sendall(state.encode("ascii"))
        except OSError:
            return  # systemd went away: its watchdog is no concern any more
