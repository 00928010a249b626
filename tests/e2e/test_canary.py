"""No secret is to be found anywhere: in no file, page, backup, bundle or process list."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters.sandbox import faults
from adapters.sandbox.stage import Stage
from bot.keeping.sealing import key_from, new_key
from bot.keeping.secrets import SealedSecrets
from bot.settings import default_settings_text
from tests.e2e.test_daemon import comes_true

LIMIT = 300
KEY = new_key()
PASSWORD = "canary-of-the-mail-server"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage.open(tmp_path / "sandbox")
    yield stage
    stage.close()


@pytest.fixture
def secrets(stage: Stage) -> dict[str, str]:
    """Every secret of the school; each is its own canary."""
    return {**stage.secrets(), "SMTP_PASSWORD": PASSWORD}


@pytest.fixture
def where(tmp_path: Path, stage: Stage, secrets: dict[str, str], port: int) -> list[str]:
    """The options of every command; all secrets lie sealed in the data folder."""
    SealedSecrets(tmp_path / "data", lambda: key_from(KEY)).keep(secrets)
    text = default_settings_text().replace("port = 8000", f"port = {port}")
    # The word list alone: this is not about the model, which is slow to start.
    text = text.replace('[classifiers.school]\nclassifier = "school"\n', "")
    accounts = stage.settings()["accounts"]
    assert isinstance(accounts, Mapping)
    for name, table in accounts.items():
        lines = (f"{k} = {repr(v).replace(chr(39), chr(34))}" for k, v in table.items())
        text += f"\n[accounts.{name}]\n" + "\n".join(lines) + "\n"
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return ["--settings", str(file), "--data", str(tmp_path / "data")]


def schoolgate(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    environ = {k: v for k, v in os.environ.items() if not k.endswith("_PROXY")}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environ, "SCHOOLGATE_KEY": KEY, "PYTHONPATH": str(Path.cwd())},
        cwd=cwd,
    )


def said(*words: str, cwd: Path) -> bytes:
    done = schoolgate(*words, cwd=cwd)
    output, _ = done.communicate(timeout=LIMIT)
    assert b"Traceback" not in output, output.decode()
    return output


@pytest.mark.slow
def test_the_canary_is_nowhere(
    tmp_path: Path, stage: Stage, secrets: dict[str, str], where: list[str], port: int
) -> None:
    for _ in range(3):
        stage.play()
    # These echo the address that was asked for, with whatever an SDK put into it.
    stage.world.fault("facebook", faults.bad_gateway(), times=2)
    stage.world.fault("x", faults.bad_gateway(), times=1)
    daemon = schoolgate("run", *where, cwd=tmp_path)
    shown = b""
    try:
        assert daemon.stdout is not None
        shown = daemon.stdout.readline()
        assert b"watching" in shown
        log = tmp_path / "data" / "schoolgate.log"
        assert comes_true(lambda: log.exists() and b"backed_up" in log.read_bytes())
        shown += b"".join(_what_can_be_read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
        for page in ("healthz", "sign-in", "", "static/schoolgate.css"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=LIMIT) as answer:
                shown += answer.read() + str(answer.headers).encode()
    finally:
        daemon.terminate()
        shown += daemon.communicate(timeout=LIMIT)[0]
    stage.world.fault("facebook", faults.bad_gateway(), times=None)
    for words in (
        ["check", "--deep", *where],
        ["run", "--once", *where],
        ["support-bundle", *where],
        ["backup", *where],
        ["backup", "verify", *where],
        ["key", "secrets", "--data", where[3]],
    ):
        shown += said(*words, cwd=tmp_path)
    (tmp_path / "shown").write_bytes(shown)
    assert b"SMTP_PASSWORD" in shown, "its name may be shown"
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", "schoolgate-support.zip", "bundle"],
        cwd=tmp_path,
        check=True,
    )
    files = [p for p in tmp_path.rglob("*") if p.is_file() and "sandbox" not in p.parts]
    assert any(p.suffix == ".backup" for p in files)
    for name, value in {**secrets, "SCHOOLGATE_KEY": KEY}.items():
        for path in files:
            assert value.encode() not in path.read_bytes(), f"{name} stands in {path}"
    bundle = b"".join(p.read_bytes() for p in (tmp_path / "bundle").iterdir())
    for word in (b"Miriam", b"Hartley", b"rossmore.example", b"Bramley"):
        assert word not in bundle
    if sys.platform != "win32":
        for path in (tmp_path / "data").rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert not mode & 0o077, f"{path} is open to others: {mode:o}"


def _what_can_be_read(path: Path) -> bytes:
    """Nothing of a process that is another's, or has ended since it was listed."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_check_names_every_missing_secret_beside_all_else(tmp_path: Path) -> None:
    text = default_settings_text() + (
        '\n[accounts.x]\nadapter = "x"\nhandle = "Rossmore"\n'
        '\n[accounts.facebook]\nadapter = "facebook"\npage_id = "100000000000001"\n'
    )
    (tmp_path / "settings.toml").write_text(text)
    begun = time.monotonic()
    where = ["--settings", "settings.toml", "--data", "data"]
    output = said("check", *where, cwd=tmp_path).decode()
    for finding in ("X_CONSUMER_KEY", "X_ACCESS_TOKEN_SECRET", "FACEBOOK_PAGE_TOKEN"):
        assert finding in output
    for finding in ("database", "disk", "backup", "hiding", "mail"):
        assert finding in output
    assert time.monotonic() - begun < LIMIT
