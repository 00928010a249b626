"""What is found, shown and taken out of the log, and by whom."""

from __future__ import annotations

import csv
import hmac
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access import Viewer
from bot.documents.redacting import SOMEBODY, Redactor
from bot.documents.table import COLUMNS, defused
from bot.documents.taking import Wanted, export_log, log_in_form, pack_of
from bot.errors import DataError, NotAllowed, Refused
from bot.log import Event
from bot.model import Finding, Kind, Outcome, Role, Severity, Step, Target
from bot.queries.finding import (
    Filters,
    all_records,
    confirmed_history,
    find_records,
    get_record,
    proof_of,
)
from bot.queries.rights import find_person
from bot.services.decide import Wish, decide
from bot.services.purge import redact
from bot.services.report import Report, Upload, enter_by_hand
from bot.services.rights import answer_request, due_after, list_requests, open_request
from bot.services.steps import Note, note
from bot.store import UnitOfWork
from bot.store.rights import RightsDecision, RightsKind
from bot.store.unit import a_unit_is_open
from tests.builders import NOON, a_comment, an_author
from tests.web.pages_stage import ABOUT_THE_HEAD, AN_INSULT, School

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
HEAD = Viewer("mhartley", frozenset({Role.HEADTEACHER}))
DSL = Viewer("dpenrose", frozenset({Role.DSL}))
CHAIR = Viewer("ndasgupta", frozenset({Role.CHAIR_OF_GOVERNORS}))
DPO = Viewer("twhitlock", frozenset({Role.DPO}))
ICT = Viewer("rokafor", frozenset({Role.ICT_TECHNICIAN}))
A_PNG = b"\x89PNG\r\n\x1a\n" + b"not really a picture"
A_DETAIL = Finding(Kind.PERSONAL_DATA, Severity.MILD, Target.ADULT)
A_WORRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)
SAM = an_author("77", handle="samporter", name="Sam Porter")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    school = School(tmp_path)
    yield school
    school.store.close()


def found(school: School, viewer: Viewer, words: str = "", **filters: object) -> list[str]:
    wanted = Filters(words, **filters)  # type: ignore[arg-type]  # the filters' own fields
    rules = school.settings.retention
    return [one.ref for one in find_records(school.store, viewer, rules, wanted)]


def decides(school: School, viewer: Viewer, ref: str, outcome: Outcome) -> None:
    with school.store.read() as uow:
        case = uow.cases.find_by_ref(ref)
    assert case is not None
    decide(school.store, school.clock, viewer, Wish(ref, case.version, outcome, "Looked at."))


def a_report(**facts: object) -> Report:
    given = {
        "where": "netmums",
        "summary": "Somebody calls Miss Bramley a useless cow",
        "kind": Kind.ABUSE,
        "target": Target.STAFF,
        "serious": True,
        "occurred_at": NOON,
        "supplied_by": "a parent",
        **facts,
    }
    return Report(**given)  # type: ignore[arg-type]  # the report's own fields


def enters(school: School, viewer: Viewer = OFFICER, **facts: object) -> str:
    return enter_by_hand(school.store, school.clock, school.settings, viewer, a_report(**facts)).ref


def out(school: School, viewer: Viewer, form: str) -> bytes:
    return b"".join(log_in_form(school.store, school.clock, school.settings, viewer, Wanted(form)))


def table(school: School, viewer: Viewer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out(school, viewer, "csv").decode("utf-8-sig"))))


# finding


def test_words_are_found_in_any_order_and_form_newest_first(school: School) -> None:
    first = school.comes("You useless cow", AN_INSULT)
    second = school.comes("What a cow! Cows, all of them, and useless", AN_INSULT)
    school.comes("You donkey", AN_INSULT)
    assert found(school, OFFICER, "useless cows") == [second, first]
    assert found(school, OFFICER, "cow donkey") == []
    assert len(found(school, OFFICER)) == 3


def test_an_author_and_an_address_are_found_too(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT, author=SAM, permalink="https://x.example/status/4711")
    assert found(school, OFFICER, "samporter") == [ref]
    assert found(school, OFFICER, "4711") == [ref]


@pytest.mark.parametrize(
    "typed", ['"', "AND", "cow*", "(", "words:cow", "-cow", "!!!", "NEAR(", "\0"]
)
def test_nothing_that_one_types_breaks_the_search(school: School, typed: str) -> None:
    school.comes("You cow", AN_INSULT)
    assert isinstance(found(school, OFFICER, typed), list)


def test_an_edited_comment_is_found_by_all_its_wordings_once(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT, native_id="9")
    school.comes("You cow and donkey", AN_INSULT, native_id="9")
    assert found(school, OFFICER, "cow") == [ref]
    assert found(school, OFFICER, "donkey") == [ref]


def test_a_wording_is_found_only_once_it_was_judged(school: School) -> None:
    """Nobody knows yet whom it accuses: it is on nobody's page, and in nobody's search."""
    school.meet(a_comment("You zebra", native_id="9"))
    ref = school.comes("You cow", A_DETAIL, native_id="9")
    school.meet(a_comment("You cow and donkey", native_id="9"))
    redact(school.store, school.clock, DPO, ref, "You", "It is about somebody else.")
    assert [found(school, DPO, word) for word in ("cow", "donkey", "zebra")] == [[ref], [], []]
    school.judge(A_DETAIL)
    assert found(school, DPO, "donkey") == [ref]


def test_who_is_accused_finds_counts_and_exports_nothing_of_it(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    before = (found(school, HEAD), found(school, HEAD, "locks"), table(school, HEAD))
    ref = school.comes("The head locks children in", ABOUT_THE_HEAD, author=SAM)
    assert (found(school, HEAD), found(school, HEAD, "locks"), table(school, HEAD)) == before
    assert found(school, CHAIR, "locks") == [ref]
    assert get_record(school.store, HEAD, school.settings.retention, ref) is None


def test_the_technician_finds_nothing_and_takes_nothing_out(school: School) -> None:
    school.comes("Send me your password", Finding(Kind.SECURITY, Severity.MILD))
    assert found(school, ICT, "password") == []
    with pytest.raises(NotAllowed):
        out(school, ICT, "csv")


def test_a_kind_that_one_may_not_know_cannot_be_asked_for(school: School) -> None:
    ref = school.comes("My stepdad hurts me", A_WORRY)
    assert ref in found(school, OFFICER)
    assert found(school, OFFICER, kind=Kind.WELFARE) == []
    assert found(school, DSL, kind=Kind.WELFARE) == [ref]


def test_an_authors_history_is_what_people_confirmed_and_nothing_else(school: School) -> None:
    hidden = school.comes("You cow", AN_INSULT, author=SAM)
    cleared = school.comes("You silly cow", AN_INSULT, author=SAM)
    school.comes("Cow again, nobody has looked", AN_INSULT, author=SAM)
    last = school.comes("Cow, cow, cow", AN_INSULT, author=SAM)
    decides(school, OFFICER, hidden, Outcome.HIDE)
    decides(school, OFFICER, cleared, Outcome.CLEARED)
    record = get_record(school.store, OFFICER, school.settings.retention, last)
    assert record is not None
    assert [ref for ref, _ in confirmed_history(school.store, OFFICER, record)] == [hidden]


def test_each_entry_of_a_case_is_proved_anew(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    record = get_record(school.store, OFFICER, school.settings.retention, ref)
    assert record is not None
    proofs = proof_of(school.store, OFFICER, record)
    assert [one.entry.event for one in proofs] == ["judged", "asked"]
    assert all(one.fits for one in proofs)
    with school.store.begin() as uow:
        uow.connection.exec_driver_sql("DROP TRIGGER log_entry_no_update")
        uow.connection.exec_driver_sql("UPDATE log_entry SET case_id = 99 WHERE event = 'judged'")
        uow.connection.exec_driver_sql(
            "UPDATE log_entry SET body = replace(body, 'hide', 'show') WHERE event = 'asked'"
        )
        uow.commit()
    assert [one.fits for one in proof_of(school.store, OFFICER, record)] == [False]


# by hand


def test_abuse_elsewhere_is_kept_with_who_supplied_it_and_told_as_the_policy_says(
    school: School,
) -> None:
    ref = enters(school, link="https://netmums.example/1", file=Upload("s.png", A_PNG))
    assert found(school, OFFICER, "useless") == [ref]
    [row] = table(school, OFFICER)
    assert (row["platform"], row["supplied_by"], row["captured_by"]) == (
        "netmums", "a parent", "Jo Field",
    )  # fmt: skip
    assert row["files_sha256"] == sha256(A_PNG).hexdigest()
    assert ref in found(school, HEAD)
    assert ref not in found(school, DSL)


def test_an_accusation_of_the_headteacher_by_hand_is_kept_from_them(school: School) -> None:
    ref = enters(
        school, kind=Kind.ALLEGATION, target=Target.HEADTEACHER, summary="Mrs Hartley hit him"
    )
    assert ref in found(school, CHAIR)
    assert ref in found(school, OFFICER)
    assert found(school, HEAD) == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"where": "mars"}, "where"),
        ({"summary": " "}, "what was written"),
        ({"supplied_by": ""}, "who showed"),
        ({"link": "javascript:alert(1)"}, "https"),
        ({"file": Upload("a.exe", b"MZ\x90")}, "no picture"),
        ({"file": Upload("a.svg", b"<svg onload=alert(1)>")}, "no picture"),
        ({"file": Upload("a.png", A_PNG + b"0" * 6_000_000)}, "too large"),
        ({"file": Upload("a.png", A_PNG), "kind": Kind.EXPLOITATION}, "Take no picture"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_plain_words_and_nothing_is_kept(
    school: School, facts: dict[str, object], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        enters(school, OFFICER, **facts)
    assert found(school, OFFICER) == []


def test_the_technician_enters_nothing(school: School) -> None:
    with pytest.raises(NotAllowed):
        enters(school, ICT)


# notes and links


def test_a_note_stays_and_a_link_needs_both_cases_to_be_theirs(school: School) -> None:
    one, other = school.comes("You cow", AN_INSULT), school.comes("You ox", AN_INSULT)
    secret = school.comes("The head locks children in", ABOUT_THE_HEAD)
    note(school.store, school.clock, HEAD, one, Note("Rang the mother.", Step.CONTACT))
    note(school.store, school.clock, HEAD, one, Note(step=Step.LINK, linked_ref=other))
    for ref in (secret, "000000000000"):
        with pytest.raises(Refused, match="no other case"):
            note(school.store, school.clock, HEAD, one, Note(step=Step.LINK, linked_ref=ref))
    row = next(row for row in table(school, HEAD) if row["reference"] == one)
    assert "Rang the mother." in row["additions"]
    assert row["linked_cases"] == other


def test_the_officer_reads_no_note_of_the_safeguarding_leads(school: School) -> None:
    ref = school.comes("My stepdad hurts me", A_WORRY)
    note(school.store, school.clock, DSL, ref, Note("Rang 101."))
    [row] = table(school, OFFICER)
    assert (row["additions"], row["kinds"], row["told"], row["outcome"]) == ("", "", "", "")
    with pytest.raises(NotAllowed):
        note(school.store, school.clock, OFFICER, ref, Note("x"))


# out


@given(st.text(max_size=30))
def test_no_cell_begins_as_a_formula(value: str) -> None:
    assert defused(value).lstrip(" ")[:1] not in set("=+-@\t\r\n|%＝＋－＠")


def test_the_table_has_the_same_columns_for_ever_and_survives_odd_words(school: School) -> None:
    words = '=cmd|"/c calc"!A1, "quoted"\r\nnew line; emoji 😀'
    school.comes(words, AN_INSULT)
    [row] = table(school, OFFICER)
    assert tuple(row) == COLUMNS
    assert row["text"] == "'" + words
    whole = json.loads(out(school, OFFICER, "json"))
    assert whole["records"][0]["text"] == words
    assert len(whole["head"]) == 64


def test_what_was_cleared_is_not_taken_out(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    decides(school, OFFICER, ref, Outcome.CLEARED)
    assert table(school, OFFICER) == []
    assert found(school, OFFICER) == [ref]


def test_every_export_is_in_the_log_without_a_number(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    for form in ("csv", "json", "pdf"):
        out(school, HEAD, form)
    with school.store.read() as uow:
        exported = [e for e in uow.log.after(0) if e.event == Event.EXPORTED]
    assert [json.loads(e.body)["form"] for e in exported] == ["csv", "json", "pdf"]
    assert all(set(json.loads(e.body)) == {"at", "by", "event", "form", "place"} for e in exported)


def test_an_export_of_many_pages_holds_each_record_once(school: School) -> None:
    refs = {school.comes(f"You cow {number}", AN_INSULT) for number in range(205)}
    rows = table(school, OFFICER)
    assert [row["reference"] for row in rows] == [*dict.fromkeys(row["reference"] for row in rows)]
    assert {row["reference"] for row in rows} == refs


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_hide_is_written_down_between_any_two_lines_of_an_export(
    school: School, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("bot.queries.finding._AT_ONCE", 2)
    monkeypatch.setattr("bot.queries.finding._LOOKED_AT", 3)
    refs = [school.comes(f"You cow, number {n}", AN_INSULT) for n in range(7)]
    pieces = log_in_form(school.store, school.clock, school.settings, OFFICER, Wanted(form))
    written, later = list[bytes](), ""
    for piece in pieces:
        written.append(piece)
        assert not a_unit_is_open()
        # Who waits for nobody: with a read open, SQLite would refuse this at once.
        with closing(sqlite3.connect(school.store.path, timeout=0)) as other, other:
            other.execute("UPDATE item SET hidden = 1")
        if len(written) == 2:
            later = school.comes("You cow, after all", AN_INSULT)
    whole = b"".join(written).decode()
    assert [whole.count(f'"{ref}"' if form == "json" else f"{ref},") for ref in refs] == [1] * 7
    assert later
    assert later not in whole


def test_one_read_looks_at_few_cases_however_little_is_the_viewers(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.queries.finding._LOOKED_AT", 3)
    for n in range(7):
        school.comes(f"You cow, number {n}", AN_INSULT)
    reads = 0
    read = school.store.read

    def counted() -> AbstractContextManager[UnitOfWork]:
        nonlocal reads
        reads += 1
        return read()

    monkeypatch.setattr(school.store, "read", counted)
    assert list(all_records(school.store, DPO, school.settings.retention, Filters())) == []
    assert reads >= 3


def test_a_file_that_is_there_is_not_written_over(school: School, tmp_path: Path) -> None:
    there = tmp_path / "log.csv"
    there.write_text("mine")
    wanted = Wanted("csv")
    args = (school.store, school.clock, school.settings, OFFICER, wanted)
    with pytest.raises(DataError, match="already"):
        export_log(*args, there, lambda _done, _whole: None)
    assert there.read_text() == "mine"


def text_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def test_each_page_of_the_paper_has_its_number_and_the_head_of_the_chain(school: School) -> None:
    for number in range(12):
        school.comes(f"You cow {number} 𓀀 Łukasz żółw", AN_INSULT)
    pages = text_of(out(school, HEAD, "pdf"))
    with school.store.read() as uow:
        head = uow.log.tail()[1]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert head in page
    assert "Łukasz żółw" in "".join(pages)
    assert "[U+13000]" in "".join(pages)


# evidence


def the_pack(school: School, viewer: Viewer, ref: str) -> dict[str, bytes]:
    pack = pack_of(school.store, school.clock, school.settings, viewer, ref)
    with zipfile.ZipFile(io.BytesIO(pack)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def test_evidence_leaves_only_through_the_headteacher(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    for viewer in (OFFICER, DSL, DPO, ICT, CHAIR):
        with pytest.raises(NotAllowed):
            pack_of(school.store, school.clock, school.settings, viewer, ref)
    assert "record.pdf" in the_pack(school, HEAD, ref)


def test_evidence_about_the_headteacher_leaves_through_the_chair(school: School) -> None:
    ref = school.comes("The head locks children in", ABOUT_THE_HEAD)
    with pytest.raises(NotAllowed):
        pack_of(school.store, school.clock, school.settings, HEAD, ref)
    assert "record.pdf" in the_pack(school, CHAIR, ref)


def test_where_a_pupil_is_involved_the_safeguarding_lead_decides_first(school: School) -> None:
    ref = school.comes("My stepdad hurts me", A_WORRY)
    with pytest.raises(Refused, match="safeguarding lead decides"):
        pack_of(school.store, school.clock, school.settings, HEAD, ref)
    decides(school, DSL, ref, Outcome.HIDE)
    assert "record.pdf" in the_pack(school, HEAD, ref)


def test_a_pack_proves_itself_without_this_program(school: School) -> None:
    """As HOW-TO-VERIFY.txt says: hashes, and with the school's key the codes."""
    ref = enters(school, file=Upload("s.png", A_PNG))
    school.comes("Something in between", AN_INSULT)
    pack = the_pack(school, HEAD, ref)
    for line in pack["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(pack[name]).hexdigest() == digest
    assert {name.rsplit("/", 1)[0] for name in pack if name.startswith("files/")} == {"files"}
    chain = json.loads(pack["chain.json"])
    assert chain["entries"]
    for one in chain["entries"]:
        code = hmac.new(b"a key for tests", (one["before"] + one["body"]).encode(), "sha256")
        assert code.hexdigest() == one["code"]
        assert {"seq", "case_id"}.isdisjoint(json.loads(one["body"]))


def test_others_are_taken_out_of_words_that_leave(school: School) -> None:
    redactor = Redactor(school.settings.policy.people, {"olivia chen"}, {"RossmorePrimary"})
    words = "@rossmoreprimary @samporter and @other: Olívia Chen was hit by Mr D"
    assert redactor.of_others(words, "samporter") == (
        f"@rossmoreprimary @samporter and {SOMEBODY}: {SOMEBODY} was hit by Mr D"
    )
    assert redactor.for_its_author(words, "samporter").endswith(f"was hit by {SOMEBODY}")


# rights


def test_everything_on_one_person_is_found_for_the_dpo_alone(school: School) -> None:
    school.comes("Lovely assembly", author=SAM)
    school.comes("You cow", AN_INSULT, author=SAM)
    school.comes("@samporter you are right", AN_INSULT)
    items = find_person(school.store, DPO, "@SamPorter").items
    assert sorted((item.theirs, bool(item.case_ref)) for item in items) == [
        (False, True), (True, False), (True, True),
    ]  # fmt: skip
    for viewer in (OFFICER, HEAD, DSL, ICT):
        with pytest.raises(NotAllowed):
            find_person(school.store, viewer, "samporter")


def test_many_items_on_one_person_are_found_once_each_newest_first(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.queries.rights._AT_ONCE", 2)
    monkeypatch.setattr("bot.queries.rights._LOOKED_AT", 3)
    refs = [school.comes(f"You cow {n}", AN_INSULT, author=SAM) for n in range(7)]
    school.comes("You cow 7", AN_INSULT)
    held = find_person(school.store, DPO, "samporter")
    assert sorted(one.case_ref for one in held.items) == sorted(refs)
    moments = [(one.written_at, one.item_id) for one in held.items]
    assert moments == sorted(moments, reverse=True)


def test_a_case_that_accuses_the_dpo_is_not_found_by_them(school: School) -> None:
    accused = Finding(
        Kind.ALLEGATION, Severity.SERIOUS, Target.STAFF, about=frozenset({"twhitlock"})
    )
    school.comes("Tom Whitlock steals", accused, author=SAM)
    assert find_person(school.store, DPO, "samporter").items == ()


@pytest.mark.parametrize(
    ("came", "due"),
    [("2026-01-31", "2026-02-28"), ("2026-11-20", "2026-12-20"), ("2026-12-15", "2027-01-15")],
)
def test_the_clock_runs_for_one_month(came: str, due: str) -> None:
    begun = NOON.replace(year=int(came[:4]), month=int(came[5:7]), day=int(came[8:]))
    assert due_after(begun).date().isoformat() == due


def test_a_granted_erasure_takes_everything_but_what_is_held(school: School) -> None:
    school.comes("Lovely assembly", author=SAM)
    ref = school.comes("You cow", AN_INSULT, author=SAM)
    with school.store.begin() as uow:
        case = uow.cases.find_by_ref(ref)
        assert case is not None
        at = school.clock.now()
        uow.holds.place(case.id, reason="Police.", by="mhartley", at=at, decide_by=at)
        uow.commit()
    request = open_request(school.store, school.clock, DPO, RightsKind.ERASURE, "samporter")
    items = [item.item_id for item in find_person(school.store, DPO, "samporter").items]
    done = answer_request(
        school.store, school.clock, DPO, request, RightsDecision.GRANTED, "They asked.", items
    )
    assert done == (1, 1)
    [answered] = list_requests(school.store, DPO)
    assert answered.decision is RightsDecision.IN_PART
    assert [item.texts for item in find_person(school.store, DPO, "samporter").items] == [
        ("You cow",)
    ]
    with pytest.raises(Refused):
        answer_request(
            school.store, school.clock, DPO, request, RightsDecision.REFUSED, "Again.", items
        )


def test_the_log_of_a_request_names_nobody(school: School) -> None:
    open_request(school.store, school.clock, DPO, RightsKind.ACCESS, "samporter")
    with school.store.read() as uow:
        assert b"samporter" not in uow.log.after(0)[-1].body
