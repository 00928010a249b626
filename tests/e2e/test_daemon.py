"""The program itself: started, asked to end, started twice, and given nonsense."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import default_settings_text

LIMIT = 300
"""Seconds until something is a failure, on however slow a machine."""


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Path:
    """The example school with a memory account, on a port that is free."""
    file = tmp_path / "settings.toml"
    file.write_text(
        default_settings_text().replace("port = 8000", f"port = {port}")
        + """
[accounts.try]
adapter = "memory"
poll_minutes = 1
posts = ["Sports day is on Friday"]
comments = ["Lovely", "I will smash your face in, you fat cow"]

[mail]
mailer = "memory"
sender = "gate@rossmore.example"
"""
    )
    return file


@pytest.fixture
def run(settings: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    def start(*more: str) -> subprocess.Popen[str]:
        where = ["--settings", str(settings), "--data", str(tmp_path / "data")]
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run", *where, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def daemon(run: Callable[..., subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
    process = run()
    assert process.stdout is not None
    assert "watching" in process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def comes_true(what: Callable[[], bool]) -> bool:
    """Looks again and again, for as long as a slow machine may need."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def a_waiting_call(silent: socket.socket) -> socket.socket:
    """The first call to this server whose caller has not given up yet."""
    while True:
        call, _ = silent.accept()
        call.settimeout(0.1)
        try:
            while call.recv(65536):
                pass
        except TimeoutError:
            return call
        call.close()


def verdicts(data: Path) -> int:
    return counted(data, "SELECT count(*) FROM verdict")


def waiting(data: Path) -> int:
    return counted(data, "SELECT count(*) FROM reading WHERE waiting AND text LIKE 'You fat cow%'")


def counted(data: Path, query: str) -> int:
    connection = sqlite3.connect(data / "schoolgate.db")
    try:
        return int(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def test_the_daemon_reads_serves_its_pages_and_ends_cleanly_on_sigterm(
    daemon: subprocess.Popen[str], tmp_path: Path, port: int
) -> None:
    assert comes_true(lambda: verdicts(tmp_path / "data") == 2)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=LIMIT) as answer:
        assert answer.status == 200
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(LIMIT) == 0
    log = (tmp_path / "data" / "schoolgate.log").read_text().splitlines()
    assert json.loads(log[-1])["event"] == "stopped"


def test_sigterm_ends_it_though_a_platform_never_answers(
    run: Callable[..., subprocess.Popen[str]],
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FACEBOOK_PAGE_TOKEN", "made-up")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        # The word list alone: the Page's first call gives up by itself after half a minute, which
        # a slow machine may need for the model.
        words = settings.read_text().replace('[classifiers.school]\nclassifier = "school"\n', "")
        settings.write_text(
            words
            + f"""
[accounts.page]
adapter = "facebook"
page_id = "100000000000001"
base_url = "http://127.0.0.1:{silent.getsockname()[1]}"
"""
        )
        process = run()
        assert process.stdout is not None
        assert "watching" in process.stdout.readline()
        silent.settimeout(LIMIT)
        assert comes_true(lambda: verdicts(tmp_path / "data") == 2)
        call = a_waiting_call(silent)  # it has begun to read, and gets no answer
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 0
        process.communicate()
        call.close()
    last = json.loads((tmp_path / "data" / "schoolgate.log").read_text().splitlines()[-1])
    assert last["event"] == "stopped"
    # Which of the Page's jobs it is that waits, is a matter of who came first.
    assert any(job.endswith(":page") for job in last["left_behind"])
    again = run("--once")
    _, errors = again.communicate(timeout=LIMIT)
    assert again.returncode == 1, errors  # nothing was half done; the Page is still silent


def test_sigterm_ends_it_though_the_model_is_at_work(
    run: Callable[..., subprocess.Popen[str]], settings: Path, tmp_path: Path
) -> None:
    many = [f"You fat cow, number {n}, everybody at the gate says so. " * 5 for n in range(150)]
    text = settings.read_text().replace(
        'comments = ["Lovely", ', f"comments = {json.dumps(many)} #"
    )
    settings.write_text(text)
    process = run()
    assert process.stdout is not None
    assert "watching" in process.stdout.readline()
    data = tmp_path / "data"
    # Both together: by the time anybody looks, the first may be judged.
    assert comes_true(lambda: waiting(data) + verdicts(data) == len(many))
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 0
    process.communicate()
    last = json.loads((tmp_path / "data" / "schoolgate.log").read_text().splitlines()[-1])
    assert last["event"] == "stopped"
    assert waiting(data) + verdicts(data) == len(many)
    assert waiting(data), "it judged to the end: this has shown nothing"


def test_a_second_daemon_on_the_same_data_is_refused_in_plain_words(
    daemon: subprocess.Popen[str], run: Callable[..., subprocess.Popen[str]]
) -> None:
    assert daemon.poll() is None
    second = run("--once")
    _, errors = second.communicate(timeout=LIMIT)
    assert second.returncode == 2
    assert "Another Schoolgate already works on" in errors
    assert f"(process {daemon.pid})" in errors
    assert "Traceback" not in errors


def test_after_a_kill_the_next_start_is_not_refused(
    daemon: subprocess.Popen[str], run: Callable[..., subprocess.Popen[str]]
) -> None:
    daemon.kill()
    daemon.wait(LIMIT)
    again = run("--once")
    out, errors = again.communicate(timeout=LIMIT)
    assert again.returncode == 0, errors
    assert "try comments: complete" in out


def test_one_cycle_ends_with_0_when_every_account_was_read(
    run: Callable[..., subprocess.Popen[str]],
) -> None:
    process = run("--once")
    out, errors = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, errors
    assert out.count("complete") == 3


def test_one_cycle_ends_with_1_when_an_account_could_not_be_read(
    run: Callable[..., subprocess.Popen[str]],
    settings: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FACEBOOK_PAGE_TOKEN", "made-up")
    settings.write_text(
        settings.read_text()
        + """
[accounts.page]
adapter = "facebook"
page_id = "100000000000001"
base_url = "http://127.0.0.1:9"
"""
    )
    process = run("--once")
    out, errors = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, errors
    assert "page comments: failed" in out
    assert "try comments: complete" in out


def test_wrong_settings_are_named_all_at_once_without_a_traceback(
    run: Callable[..., subprocess.Popen[str]], settings: Path
) -> None:
    text = settings.read_text().replace("poll_minutes = 1", 'poll_minuts = "x"')
    settings.write_text(text.replace("posts = [", "postz = ["))
    process = run("--once")
    _, errors = process.communicate(timeout=LIMIT)
    assert process.returncode == 2
    assert "poll_minutes" in errors
    assert "Traceback" not in errors


def test_the_log_is_proven_whole_and_a_changed_entry_is_named(
    run: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    run("--once").communicate(timeout=LIMIT)
    data = tmp_path / "data"

    def verify() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "log", "verify", "--data", str(data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)

    whole = verify()
    assert whole.returncode == 0, whole.stderr
    assert "is whole" in whole.stdout
    with sqlite3.connect(data / "schoolgate.db") as connection:
        connection.execute("DROP TRIGGER log_entry_no_update")
        connection.execute("UPDATE log_entry SET body = replace(body, 'hide', 'HIDE')")
    connection.close()
    changed = verify()
    assert changed.returncode == 1
    assert "entry 1 was edited" in changed.stdout


def test_check_names_each_finding_and_what_to_do(settings: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "check", "--settings", str(settings)]
    done = subprocess.run(
        [*command, "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env={"COLUMNS": "200", "PATH": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for finding in ("database", "clock", "accounts.try.hide", "mail", "hiding", "web"):
        assert finding in done.stdout
