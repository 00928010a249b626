"""Notes and reports of earlier versions, once there is one way to keep each."""

from __future__ import annotations

from pathlib import Path

from alembic import command

from bot.access import Viewer
from bot.log import Event, append, digest_for_log
from bot.model import Role
from bot.queries import get_trail
from bot.queries.finding import get_record
from bot.store import Store
from bot.store.schema import config, upgrade
from tests.builders import NOON
from tests.house import the_settings

KEY = b"key"
AT = "2026-11-20 12:0{}:00.000000"
HEAD = Viewer("mhartley", frozenset({Role.HEADTEACHER}))
REPORTED = "A parent wrote to a teacher."


def before_the_change(path: Path) -> Store:
    """A report of a contact attempt, with a note, a meeting and a link in the old tables."""
    store = Store(path, KEY)
    with store.engine.connect() as connection:
        command.upgrade(config(connection), "0011")
        connection.commit()
    with store.begin() as uow:
        execute = uow.connection.exec_driver_sql
        for number in (1, 2):
            execute(
                "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, "
                "first_seen_at, author_id, author_handle, author_name, post_id, parent_id, "
                "permalink, facts, baseline, reading_id, presence) VALUES (?, 'other', 'report', "
                "?, '', '', ?, ?, '', '', '', '', '', '', '{}', 0, ?, 'unknown')",
                (number, f"native {number}", AT.format(0), AT.format(0), number),
            )
            execute(
                "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, "
                "waiting) VALUES (?, ?, 'd', 'unused', ?, '[]', ?, 0)",
                (number, number, REPORTED, AT.format(0)),
            )
            execute(
                "INSERT INTO moderation_case (id, ref, item_id, reading_id, status, urgency, "
                "urgency_rank, kinds, child, baseline, alarm, version, opened_at) "
                "VALUES (?, ?, ?, ?, 'open', 'urgent', 2, '[]', 0, 0, '', 1, ?)",
                (number, f"case{number}", number, number, AT.format(0)),
            )
            execute("INSERT INTO case_audience VALUES (?, 'headteacher')", (number,))
        execute(
            "INSERT INTO case_step (case_id, step, person, text, at) "
            "VALUES (1, 'note', 'mhartley', 'Looked at it.', ?), (1, 'note', 'mhartley', '', ?)",
            (AT.format(1), AT.format(1)),
        )
        execute(
            'INSERT INTO addition (case_id, kind, words, salt, linked_case_id, "by", at) '
            "VALUES (1, 'meeting', 'They came in.', 'salt', NULL, 'mhartley', ?), "
            "(1, 'link', '', 'salt', 2, 'mhartley', ?)",
            (AT.format(2), AT.format(3)),
        )
        execute(
            "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
            "VALUES (3, 1, 'e', 'salt', 'Nobody judged this.', '[]', ?, 1)",
            (AT.format(1),),
        )
        execute(
            "INSERT INTO search (rowid, words, author, link) VALUES "
            "(1, ? || ' Nobody judged this.', '', ''), (2, ?, '', '')",
            (REPORTED, REPORTED),
        )
        facts = {"case": "case1", "by": "dpenrose", "text": digest_for_log("case1", REPORTED)}
        append(uow.log, KEY, at=NOON, event=Event.ENTERED, case_id=1, facts=facts)
        uow.commit()
    return store


def test_notes_of_both_tables_stand_in_one_with_their_salts(tmp_path: Path) -> None:
    store = before_the_change(tmp_path / "old.db")
    upgrade(store.engine)
    trail = get_trail(store, HEAD, "case1")
    assert trail is not None
    assert trail.steps is not None
    shown = [(one.step, one.text, one.linked_ref) for one in trail.steps]
    assert shown == [
        ("link", "", "case2"),
        ("meeting", "They came in.", ""),
        ("note", "", ""),
        ("note", "Looked at it.", ""),
    ]
    record = get_record(store, HEAD, the_settings().retention, "case1")
    assert record is not None
    assert len(record.steps) == 4
    with store.read() as uow:
        salts = uow.connection.exec_driver_sql("SELECT salt FROM case_step ORDER BY id").all()
    assert salts == [("case1",), ("",), ("salt",), ("salt",)]
    store.close()


def test_an_earlier_report_about_a_person_is_one_like_any_other_and_still_proved(
    tmp_path: Path,
) -> None:
    store = before_the_change(tmp_path / "old.db")
    upgrade(store.engine)
    with store.read() as uow:
        execute = uow.connection.exec_driver_sql
        items = execute("SELECT account, facts FROM item ORDER BY id").all()
        [(salt, text)] = execute("SELECT salt, text FROM reading WHERE id = 1").all()
        [entry] = uow.log.after(0)
    assert items == [("by hand", '{"entered by":"dpenrose"}'), ("by hand", "{}")]
    assert digest_for_log(salt, text).encode() in entry.body
    store.close()


def test_what_nobody_judged_leaves_the_index(tmp_path: Path) -> None:
    store = before_the_change(tmp_path / "old.db")
    upgrade(store.engine)
    with store.read() as uow:
        indexed = uow.connection.exec_driver_sql("SELECT rowid, words FROM search").all()
    assert indexed == [(1, REPORTED), (2, REPORTED)]
    store.close()
