"""What goes, when, and that it is gone; what is held stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest

from bot.access import Viewer
from bot.cycle import look
from bot.documents.taking import Wanted, log_in_form
from bot.errors import NotAllowed, Refused
from bot.log import Event, digest_for_log
from bot.model import ItemRef, Outcome, Role, digest_of
from bot.queries.rights import find_person
from bot.retention import RetentionClass
from bot.services.decide import Wish, decide
from bot.services.hold import place_hold, release_hold
from bot.services.purge import REMOVED, purge_case, redact, repeat_purges
from bot.services.retain import preview_retention, retain
from bot.services.rights import answer_request, open_request
from bot.store.rights import RightsDecision, RightsKind
from tests.builders import an_author
from tests.house import HARMLESS, QUEUES, House

CANARY = "Zanzibarcanary"
THREAT = f"I am going to smash Miss Bramley's face in, {CANARY}."
MILD = f"{QUEUES} {CANARY}"
EVERYBODY = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER, Role.DSL}))
OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
DPO = Viewer("twhitlock", frozenset({Role.DPO}))
DAY = 24.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def comes(house: House, text: str) -> ItemRef:
    author = an_author(handle=f"{CANARY}handle", name=f"{CANARY} Smith")
    ref = house.comes(text, author=author)
    house.cycle()
    return ref


def the_case(house: House) -> tuple[str, int]:
    [(ref, version)] = house.rows(
        "SELECT ref, version FROM moderation_case ORDER BY id DESC LIMIT 1"
    )
    return ref, version


def closes(house: House, outcome: Outcome = Outcome.ALLOW) -> str:
    ref, version = the_case(house)
    decide(house.store, house.clock, EVERYBODY, Wish(ref, version, outcome, f"Because {CANARY}."))
    house.cycle()
    return ref


def days_pass(house: House, days: float) -> None:
    house.clock.advance(hours=DAY * days)


def retains(house: House) -> None:
    retain(house.store, house.clock, house.settings)


def every_byte(house: House) -> bytes:
    """All files of the school's folder, as they lie there."""
    return b"".join(
        path.read_bytes() for path in sorted(house.directory.rglob("*")) if path.is_file()
    )


def is_anywhere(house: House) -> bool:
    heap = every_byte(house).lower()
    # FTS5 keeps stems in lower case, and may share a prefix with the word before
    return CANARY.lower().encode() in heap or b"anzibarcanari" in heap


def texts(house: House) -> list[str]:
    return [row[0] for row in house.rows("SELECT text FROM reading ORDER BY id")]


# what was never flagged


def test_the_words_of_a_harmless_comment_go_after_thirty_days_and_do_not_come_back(
    house: House,
) -> None:
    comes(house, f"{HARMLESS} {CANARY}")
    days_pass(house, 29)
    retains(house)
    assert is_anywhere(house)
    days_pass(house, 1.1)
    retains(house)
    assert not is_anywhere(house)
    house.cycle()
    assert texts(house) == [""]
    [(digest,)] = house.rows("SELECT digest FROM reading")
    guess = digest_of(f"{HARMLESS} {CANARY}")
    assert digest.startswith("sealed:")
    assert guess not in digest, "whoever guesses the words cannot prove it"
    assert house.rows("SELECT native_id != '', author_name FROM item") == [(1, "")]


def test_an_author_who_goes_back_to_purged_words_is_judged_on_them(house: House) -> None:
    ref = comes(house, f"{HARMLESS} {CANARY}")
    days_pass(house, 20)
    house.platform.edit(ref, "Lovely indeed, thank you.")
    house.cycle()
    days_pass(house, 31)
    retains(house)
    house.platform.edit(ref, f"{HARMLESS} {CANARY}")
    house.cycle()
    assert texts(house) == [f"{HARMLESS} {CANARY}", ""]


def test_what_still_waits_to_be_judged_keeps_its_words(house: House) -> None:
    comes(house, HARMLESS)
    with house.store.begin() as uow:
        uow.connection.exec_driver_sql("UPDATE reading SET waiting = 1")
        uow.commit()
    days_pass(house, 99)
    retains(house)
    assert texts(house) == [HARMLESS]


# what its author deleted


def author_deletes(house: House, ref: ItemRef) -> None:
    house.platform.withdraw(ref)
    days_pass(house, 0.1)
    look(house.app, "school")


def test_a_settled_mild_comment_goes_within_a_day_of_its_authors_deleting_it(house: House) -> None:
    ref = comes(house, MILD)
    decided = closes(house)
    author_deletes(house, ref)
    retains(house)
    assert texts(house) == [""]
    assert CANARY not in str(house.rows("SELECT author_name, author_handle, permalink FROM item"))
    assert house.rows("SELECT what, why, by FROM purge") == [
        ("words_and_author", "author_deleted", "machine")
    ]
    assert house.events()[-1] == Event.PURGED
    assert house.verify().ok
    assert decided


def test_a_threat_that_its_author_deletes_is_held_until_the_dpo_decides(house: House) -> None:
    ref = comes(house, THREAT)
    case, _ = the_case(house)
    author_deletes(house, ref)
    retains(house)
    assert texts(house) == [THREAT]
    [(audience,)] = house.rows("SELECT count(*) FROM case_audience WHERE role = 'dpo'")
    assert audience == 1
    with pytest.raises(NotAllowed):
        release_hold(house.store, house.clock, EVERYBODY, case, "No longer needed.")
    with pytest.raises(Refused, match="reason"):
        release_hold(house.store, house.clock, DPO, case, " ")
    release_hold(house.store, house.clock, DPO, case, "The police have it.")
    retains(house)
    assert texts(house) == [""]
    assert house.events()[-3:] == [Event.HELD, Event.RELEASED, Event.PURGED]


def test_the_dpo_gets_a_letter_about_a_hold(house: House) -> None:
    ref = comes(house, THREAT)
    author_deletes(house, ref)
    retains(house)
    days_pass(house, 0.1)
    house.cycle()
    assert [m.recipient for m in house.mailer.letters].count("dpo@rossmore.example") == 1


def test_a_hold_that_nobody_looked_at_in_time_is_an_alarm_and_nothing_is_lost(house: House) -> None:
    ref = comes(house, THREAT)
    author_deletes(house, ref)
    retains(house)
    days_pass(house, 31)
    retains(house)
    assert texts(house) == [THREAT]
    assert "looked at by now" in house.rows("SELECT alarm FROM moderation_case")[0][0]


def test_what_the_school_itself_deleted_is_no_deletion_by_its_author(house: House) -> None:
    comes(house, MILD)
    closes(house, Outcome.DELETE)
    retains(house)
    assert texts(house) == [MILD]


# what its period is over for


def test_a_closed_case_goes_when_its_class_says_and_not_before(house: House) -> None:
    comes(house, MILD)
    closes(house)
    days_pass(house, 360)
    retains(house)
    assert texts(house) == [MILD]
    days_pass(house, 10)
    report = preview_retention(house.store, house.clock, house.settings)
    assert report.cases == {RetentionClass.ORDINARY: 1}
    assert texts(house) == [MILD]
    retains(house)
    assert not is_anywhere(house)
    assert house.verify().ok


def test_what_a_person_cleared_goes_after_a_month(house: House) -> None:
    comes(house, MILD)
    closes(house, Outcome.CLEARED)
    days_pass(house, 32)
    retains(house)
    assert texts(house) == [""]


def test_an_open_case_never_goes_and_a_held_one_waits_for_its_release(house: House) -> None:
    comes(house, THREAT)
    days_pass(house, 4_000)
    retains(house)
    assert texts(house) == [THREAT]
    ref = closes(house)
    place_hold(house.store, house.clock, house.settings, OFFICER, ref, "A solicitor wrote.")
    days_pass(house, 4_000)
    retains(house)
    assert texts(house) == [THREAT]
    with pytest.raises(NotAllowed):
        release_hold(house.store, house.clock, OFFICER, ref, "Over.")


def test_a_second_run_finds_nothing_more_to_do(house: House) -> None:
    comes(house, MILD)
    closes(house)
    days_pass(house, 400)
    retains(house)
    entries = len(house.events())
    assert not retain(house.store, house.clock, house.settings).took_away
    assert len(house.events()) == entries


def test_old_records_of_reading_go_but_never_the_newest(house: House) -> None:
    days_pass(house, 500)
    house.cycle()
    before = house.rows("SELECT count(*) FROM poll")[0][0]
    retains(house)
    assert house.rows("SELECT count(*) FROM poll")[0][0] < before
    days_pass(house, 500)
    retains(house)
    assert house.rows("SELECT count(DISTINCT stream) FROM poll") == [(3,)]


def test_the_entry_about_a_run_counts_no_case(house: House) -> None:
    comes(house, MILD)
    closes(house)
    days_pass(house, 400)
    retains(house)
    bodies = house.rows("SELECT CAST(body AS TEXT) FROM log_entry WHERE event = 'retained'")
    assert all("cases" not in body for (body,) in bodies)


# what counts against an author, though its words went


def breaches(house: House) -> list[int]:
    with house.store.read() as uow:
        since = house.clock.now() - timedelta(days=house.settings.newcomers.breach_days)
        return [one.count for one in uow.authors.breaches(since=since, hidden_from=frozenset())]


def is_confirmed_and_deleted(house: House, outcome: Outcome = Outcome.HIDE) -> None:
    ref = comes(house, MILD)
    closes(house, outcome)
    author_deletes(house, ref)
    retains(house)
    assert texts(house) == [""]
    assert f"{CANARY}handle".encode() not in every_byte(house)


def test_a_confirmed_breach_counts_though_its_author_deleted_it_and_no_word_of_it_stays(
    house: House,
) -> None:
    is_confirmed_and_deleted(house)
    assert breaches(house) == [1]
    assert house.rows("SELECT author_id != '', author_handle, author_name FROM item") == [
        (1, "", "")
    ]
    assert house.rows("SELECT likeness FROM moderation_case") == [(None,)]


def test_what_nobody_confirmed_leaves_no_number_of_its_author(house: House) -> None:
    is_confirmed_and_deleted(house, Outcome.ALLOW)
    assert breaches(house) == []
    assert house.rows("SELECT author_id FROM item") == [("",)]


def test_the_number_of_an_author_goes_once_the_breach_counts_no_longer(house: House) -> None:
    is_confirmed_and_deleted(house)
    days_pass(house, house.settings.newcomers.breach_days - 1)
    retains(house)
    assert breaches(house) == [1]
    days_pass(house, 1.1)
    assert preview_retention(house.store, house.clock, house.settings).authors == 1
    retains(house)
    assert house.rows("SELECT author_id FROM item") == [("",)]
    assert house.rows("SELECT author_key FROM moderation_case") == [(None,)]
    assert house.verify().ok
    retains(house)
    assert house.rows("SELECT count(*) FROM purge WHERE why = 'retention'") == [(1,)]


def test_a_breach_that_was_cleared_later_leaves_no_number_either(house: House) -> None:
    is_confirmed_and_deleted(house)
    closes(house, Outcome.CLEARED)
    retains(house)
    assert house.rows("SELECT author_id FROM item") == [("",)]


def test_a_granted_erasure_takes_the_count_too(house: House) -> None:
    is_confirmed_and_deleted(house)
    [(number,)] = house.rows("SELECT author_id FROM item")
    found = find_person(house.store, DPO, number)
    assert [one.texts for one in found.items] == [()], "it is told to whoever asks what is held"
    ref = open_request(house.store, house.clock, DPO, RightsKind.ERASURE, number)
    answer_request(
        house.store,
        house.clock,
        DPO,
        ref,
        RightsDecision.GRANTED,
        "They asked.",
        found.theirs,
        found.keys,
    )
    assert breaches(house) == []
    assert house.rows("SELECT author_id FROM item") == [("",)]
    assert house.rows("SELECT author_key FROM moderation_case") == [(None,)]


def test_of_words_that_went_the_author_is_still_found_by_a_handle_that_stands_elsewhere(
    house: House,
) -> None:
    is_confirmed_and_deleted(house)
    [(number,)] = house.rows("SELECT author_id FROM item")
    house.comes(HARMLESS, author=an_author(native_id=number, handle=f"{CANARY}handle"))
    house.cycle()
    found = find_person(house.store, DPO, f"{CANARY}handle")
    assert [one.texts for one in found.items if one.theirs] == [(HARMLESS,), ()]


def test_a_breach_counts_again_after_a_restore_without_its_words(house: House) -> None:
    ref = comes(house, MILD)
    closes(house, Outcome.HIDE)
    author_deletes(house, ref)
    database = house.directory / "schoolgate.db"
    backup = database.read_bytes()
    retains(house)
    house.store.close()
    database.write_bytes(backup)
    assert repeat_purges(house.store, house.clock) == 1
    assert breaches(house) == [1]
    assert house.rows("SELECT author_handle, author_name FROM item") == [("", "")]


# by hand, and again after a restore


def by_dpo(house: House) -> str:
    """A case that the data protection officer sees, with words and a reason to purge."""
    ref = comes(house, THREAT)
    case, _ = the_case(house)
    author_deletes(house, ref)
    retains(house)
    release_hold(house.store, house.clock, DPO, case, f"Looked at, {CANARY}.")
    return case


def test_an_erasure_leaves_no_byte_of_the_words_anywhere(house: House) -> None:
    case = by_dpo(house)
    closes(house)
    assert is_anywhere(house)
    with pytest.raises(NotAllowed):
        purge_case(house.store, house.clock, OFFICER, case, "They asked.")
    purge_case(house.store, house.clock, DPO, case, "They asked.")
    assert not is_anywhere(house)
    assert house.verify().ok
    assert house.rows("SELECT words, by FROM purge") == [("They asked.", "twhitlock")]


def test_nothing_that_stays_proves_a_guess_at_a_reason_or_at_words_that_went(house: House) -> None:
    case = by_dpo(house)
    place_hold(house.store, house.clock, house.settings, DPO, case, f"Because {CANARY}.")
    release_hold(house.store, house.clock, DPO, case, f"Because {CANARY}.")
    closes(house)
    salts = set(house.rows("SELECT salt FROM decision UNION SELECT salt FROM hold"))
    proofs = [digest_for_log(salt, f"Because {CANARY}.").encode() for (salt,) in salts]
    assert sum(every_byte(house).count(proof) > 0 for proof in proofs) == 2, "they were salted"
    purge_case(house.store, house.clock, DPO, case, "They asked.")
    left = every_byte(house)
    assert not any(salt.encode() in left for (salt,) in salts)
    for guess in (THREAT, f"Because {CANARY}."):
        assert digest_of(guess).encode() not in left
        assert digest_for_log(case, guess).encode() not in left


def test_what_is_held_cannot_be_erased(house: House) -> None:
    case = by_dpo(house)
    place_hold(house.store, house.clock, house.settings, DPO, case, "Asked for by the police.")
    with pytest.raises(Refused, match="on hold"):
        purge_case(house.store, house.clock, DPO, case, "They asked.")


def test_a_third_partys_name_is_taken_out_and_the_rest_stays(house: House) -> None:
    case = by_dpo(house)
    assert redact(house.store, house.clock, DPO, case, CANARY.upper(), "Somebody else.") == 1
    assert texts(house) == [THREAT.replace(CANARY, REMOVED)]
    [(digest, likeness)] = house.rows(
        "SELECT r.digest, c.likeness FROM reading r JOIN moderation_case c ON c.reading_id = r.id"
    )
    assert digest_of(THREAT) not in digest, "a name is guessed from what is left and a digest"
    assert likeness is None
    assert house.events()[-1] == Event.REDACTED
    with pytest.raises(Refused, match="do not occur"):
        redact(house.store, house.clock, DPO, case, CANARY, "Somebody else.")


def with_a_name_in_its_words_alone(house: House) -> str:
    """A held case, which the data protection officer sees."""
    ref = house.comes(THREAT, author=an_author())
    house.cycle()
    author_deletes(house, ref)
    retains(house)
    return the_case(house)[0]


def test_a_redaction_leaves_no_byte_of_the_name_anywhere(house: House) -> None:
    case = with_a_name_in_its_words_alone(house)
    assert is_anywhere(house)
    redact(house.store, house.clock, DPO, case, CANARY, "Somebody else.")
    assert not is_anywhere(house)
    assert house.verify().ok


@pytest.mark.parametrize("form", ["csv", "json", "pdf"])
def test_what_is_taken_out_afterwards_holds_no_word_of_it_and_leaves_no_file(
    house: House, form: str
) -> None:
    case = by_dpo(house)
    closes(house, Outcome.HIDE)
    wanted = log_in_form(house.store, house.clock, house.settings, EVERYBODY, Wanted(form))
    assert CANARY in in_words(b"".join(wanted))
    files = {path.name for path in house.directory.rglob("*")}
    purge_case(house.store, house.clock, DPO, case, "They asked.")
    wanted = log_in_form(house.store, house.clock, house.settings, EVERYBODY, Wanted(form))
    after = in_words(b"".join(wanted))
    assert case in after
    assert CANARY not in after
    assert digest_of(THREAT) not in after
    assert {path.name for path in house.directory.rglob("*")} == files | {"purged.jsonl"}


def in_words(taken: bytes) -> str:
    if not taken.startswith(b"%PDF"):
        return taken.decode()
    pages = pypdfium2.PdfDocument(taken)
    return "".join(page.get_textpage().get_text_range() for page in pages)


@pytest.mark.parametrize("how", ["purge", "redact"])
def test_what_an_older_backup_brings_back_is_taken_away_again(house: House, how: str) -> None:
    case = by_dpo(house)
    closes(house)
    database = house.directory / "schoolgate.db"
    backup = database.read_bytes()
    if how == "purge":
        purge_case(house.store, house.clock, DPO, case, "They asked.")
    else:
        redact(house.store, house.clock, DPO, case, CANARY, "Somebody else.")
    house.store.close()
    database.write_bytes(backup)
    assert CANARY in texts(house)[0]
    assert repeat_purges(house.store, house.clock) == 1
    assert CANARY not in texts(house)[0]
    if how == "purge":
        assert not is_anywhere(house)
    assert house.events()[-1] in {Event.PURGED, Event.REDACTED}
    assert repeat_purges(house.store, house.clock) == 0
    assert house.verify().ok


def test_the_note_for_a_restore_holds_no_words(house: House) -> None:
    case = by_dpo(house)
    redact(house.store, house.clock, DPO, case, CANARY, "Somebody else.")
    note = (house.directory / "purged.jsonl").read_text()
    assert "phrase" in note
    assert CANARY.lower() not in note.lower()
    salt = json.loads(note.splitlines()[-1])["salt"]
    assert sha256(f"{salt}{CANARY}".encode()).hexdigest() not in note, "nor can it be guessed"
