"""The service's definitions, and what systemd is told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from bot import sd_notify
from bot.cli import run
from bot.cli.main import app
from bot.cli.service import unit, winsw
from bot.settings import default_settings_text

DATA, SETTINGS = Path("/srv/school data"), Path("/etc/schoolgate/settings.toml")


def test_the_unit_watches_over_schoolgate_and_shuts_it_in() -> None:
    text = unit(DATA, SETTINGS, user="gate", also=[Path("/mnt/100%/nas")])
    for line in (
        "Type=notify",
        "WatchdogSec=120",
        "Restart=always",
        "User=gate",
        "UMask=0077",
        "ProtectSystem=strict",
        'ReadWritePaths="/srv/school data" /mnt/100%%/nas',
    ):
        assert line in text.splitlines()
    assert f'ExecStart={sys.executable} -m bot run --data "/srv/school data"' in text


def test_what_does_not_end_is_left_behind_within_ten_seconds() -> None:
    assert run._GRACE_SECONDS + run._PAGES_SECONDS < 10


def test_the_service_may_write_where_the_settings_put_backups_and_heads(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    text = default_settings_text().replace('folder = ""', 'folder = "/mnt/nas/gate"')
    file.write_text(text.replace('head_file = ""', 'head_file = "/mnt/safe/heads.jsonl"'))
    words = ["service", "install", "--print", "--settings", str(file), "--data", "/srv/gate"]
    shown = CliRunner().invoke(app, words)
    assert "ReadWritePaths=/srv/gate /mnt/nas/gate /mnt/safe" in shown.stdout.splitlines()


@pytest.mark.skipif(
    not Path("/usr/bin/systemd-analyze").exists(), reason="needs systemd's own judgement"
)
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    file = tmp_path / "schoolgate.service"
    file.write_text(unit(tmp_path, SETTINGS, user="root", also=[]))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, timeout=60
    )
    assert "Unknown" not in done.stderr, done.stderr


def test_the_windows_definition_is_whole_and_quotes_what_has_spaces() -> None:
    root = ElementTree.fromstring(winsw(Path(r"C:\School & Co"), Path(r"C:\s.toml")))
    assert root.findtext("id") == "schoolgate"
    assert '"C:\\School & Co"' in str(root.findtext("arguments"))
    assert root.find("onfailure") is not None


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is Linux's")
def test_systemd_hears_that_schoolgate_is_ready_alive_and_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        for say, heard in (
            (sd_notify.ready, b"READY=1"),
            (sd_notify.alive, b"WATCHDOG=1"),
            (sd_notify.stopping, b"STOPPING=1"),
        ):
            say()
            assert systemd.recv(100) == heard


def test_without_systemd_nothing_is_said_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    sd_notify.ready()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    sd_notify.alive()


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [("120000000", "", 60.0), ("120000000", "1", 3600.0), ("", "", 3600.0), ("x", "", 3600.0)],
)
def test_the_watchdog_is_fed_twice_as_often_as_it_asks(
    monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, seconds: float
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", pid or str(os.getpid()))
    assert sd_notify.pause() == seconds
