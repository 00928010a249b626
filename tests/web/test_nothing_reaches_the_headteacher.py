"""The first promise: a concern about the headteacher never reaches the headteacher (policy.md, 3).

Two schools live through the same days. In one of them people accuse the headteacher, in every way
we could think of; in the other the same comments say nothing of the sort. Whatever the headteacher
opens, takes out or is sent must be the same to the letter.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path

import pytest

from adapters.memory import MemoryMailer
from bot import queries
from bot.access import Viewer
from bot.bootstrap import App
from bot.cycle import let_go, remind_about_people, send_letters, watch
from bot.model import (
    Aspect,
    Finding,
    Kind,
    Outcome,
    Restriction,
    Role,
    Severity,
    Step,
    Target,
    Unsuitable,
)
from bot.queries.finding import get_record, proof_of
from bot.queries.mail import route_of
from bot.queries.news import news_since
from bot.services import steps
from bot.services.decide import Wish, decide
from bot.services.repeat import note_step, suggest_steps
from bot.services.report import About, Report, enter_by_hand
from bot.services.steps import Note
from bot.services.vet import Vetting, vet
from bot.settings import MailSettings, Settings
from tests.builders import FixedClock, a_comment, an_author
from tests.web.every_route import routes_of
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_INSULT,
    CHAIR,
    DSL,
    HEAD,
    OFFICER,
    School,
    an_accusation,
    the_settings,
)

CANARY = "canary"
_NOT_HERS = {"/news", "/metrics", "/invitation/{link}"}
"""The stream never ends (its query is asked below), the figures and the link are nobody's."""
_FORM = {
    "outcome": "hide",
    "reason": "a test",
    "version": "1",
    "text": "a test",
    "said": "a test",
    "role": "dsl",
    "person": HEAD,
    "should": "allow",
}
BY_OFFICE = Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.HEADTEACHER)
A_PUT_DOWN = Finding(Kind.ALLEGATION, Severity.MILD, Target.HEADTEACHER)
UNCLEAR = Finding(
    Kind.ALLEGATION, Severity.SERIOUS, Target.NONE, aspects=frozenset({Aspect.UNCLEAR})
)
A_THREAT_AT_HER = Finding(Kind.THREAT, Severity.SERIOUS, Target.HEADTEACHER)
A_PUPIL_HURT = Finding(Kind.ABUSE, Severity.SERIOUS, Target.STAFF, child=True)
A_WORRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, child=True)
AN_ADDRESS = Finding(Kind.PERSONAL_DATA, Severity.SERIOUS, Target.ADULT)

WAYS: dict[str, tuple[Finding, ...]] = {
    "by name": (ABOUT_THE_HEAD,),
    "by office": (BY_OFFICE,),
    "mildly": (A_PUT_DOWN,),
    "unclear": (UNCLEAR,),
    "with a child": (an_accusation(HEAD, Target.HEADTEACHER, child=True),),
    "threatened too": (ABOUT_THE_HEAD, A_THREAT_AT_HER),
    "with a worry": (ABOUT_THE_HEAD, A_WORRY),
    "with an address": (BY_OFFICE, AN_ADDRESS),
    "among insults": (ABOUT_THE_HEAD, AN_INSULT, an_accusation("sbramley")),
}


REPORTS: dict[str, tuple[str, ...]] = {
    "contact by name": ("contact", "Mrs Hartley has been sending my son messages on Snapchat."),
    "contact by office": ("contact", "The head added a pupil on her own Instagram."),
    "contact misspelt": ("contact", "hartly keeps writing to a girl in year 6"),
    "contact ticked": ("contact", "She wrote to a pupil at night.", HEAD),
    "contact and told": ("contact", "I told Mrs Hartley to stop and she did not."),
    "an impostor": ("impersonation", "The headteacher stole the password and posts as me."),
    "an impostor ticked": ("impersonation", "It is run from inside the school.", HEAD),
}
"""What people report by hand about her, each with whom they tick."""


def some_settings(*, head_is_lead: bool = False) -> Settings:
    settings = the_settings()
    roles = frozenset({Role.HEADTEACHER, *({Role.DSL} if head_is_lead else ())})
    people = tuple(replace(one, roles=roles) if one.key == HEAD else one for one in settings.people)
    return replace(
        settings,
        people=people,
        policy=replace(settings.policy, people=people),
        mail=MailSettings("memory", "Schoolgate <gate@rossmore.example>", {}),
    )


class Days:
    """Some days of one school; `accused` says whether anybody accuses the headteacher."""

    def __init__(self, directory: Path, settings: Settings, *, accused: bool) -> None:
        directory.mkdir()
        self.accused = accused
        self.school = School(directory, settings)
        self.mailer = MemoryMailer()
        self.app = App(
            settings, self.school.clock, self.school.store, directory, {}, (), self.mailer
        )
        self.viewers = {p.key: Viewer(p.key, p.roles) for p in settings.people}
        self.numbers = iter(range(7000, 9000))
        self.seen: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self._live()

    # what happens

    def _live(self) -> None:
        school = self.school
        school.reads_everything()
        rick, sue = an_author("77", handle="rick", name="Rick"), an_author("78", handle="sue")
        for number in range(3):
            ref = self.comes(f"Insult {number}", AN_INSULT, author=rick)
            self.decides(OFFICER, ref, Outcome.HIDE)
            self.seen[f"insult {number}"] = ref
        self.seen["open"] = self.comes("Insult that waits", AN_INSULT, author=sue)
        self.seen["teacher"] = self.comes("About a teacher", an_accusation("sbramley"), author=sue)
        self.seen["child"] = self.comes("About a pupil", A_PUPIL_HURT, author=sue)
        self.seen["threat"] = self.comes("She should be hit", A_THREAT_AT_HER, author=sue)
        for name, findings in WAYS.items():
            self.kept[name] = self.accuses(name, *findings, author=rick)
        self.kept["sue"] = self.accuses("one more", ABOUT_THE_HEAD, author=sue)
        self.kept["stranger"] = self.accuses(
            "stranger", ABOUT_THE_HEAD, author=an_author("79", handle="newbie")
        )
        self.edited_later()
        self.seen["newcomer"] = school.newcomer("Rick", native_id="77")
        self.seen["accuser"] = school.newcomer("Newbie", native_id="79")
        self.seen["advertiser"] = school.newcomer("Cheap Shoes", native_id="81")
        self.hours(1)
        self.work_on_them()
        self.by_hand("An ordinary one", Kind.ABUSE, Target.STAFF, ordinary=True)
        self.by_hand(f"{CANARY} by hand", Kind.ALLEGATION, Target.HEADTEACHER)
        self.people_are_reported()
        self.newcomers_are_decided_about()
        self.hours(30)
        for _ in range(6):
            self.hours(24)

    def hours(self, hours: int) -> None:
        """Time passes, and everything that is due is done."""
        self.school.clock.advance(hours=hours)
        self.school.reads_everything()
        self.school.platform_does_it()
        remind_about_people(self.app)
        send_letters(self.app)
        let_go(self.app)
        watch(self.app)

    def comes(self, text: str, *findings: Finding, **facts: object) -> str:
        return self.school.comes(text, *findings, native_id=str(next(self.numbers)), **facts)

    def accuses(self, how: str, *findings: Finding, **facts: object) -> str:
        """A comment that accuses her, or in the other school one in which nothing is found."""
        return self.comes(f"{CANARY} {how}", *(findings if self.accused else ()), **facts)

    def edited_later(self) -> None:
        comment = a_comment(
            "Nice day",
            native_id=str(next(self.numbers)),
            author=an_author("80", handle="edna"),
            created_at=self.school.clock.now(),
        )
        self.school.meet(comment)
        self.school.judge()
        self.hours(1)
        self.school.meet(replace(comment, text=f"{CANARY} edited"))
        self.school.judge(*((ABOUT_THE_HEAD,) if self.accused else ()))
        self.kept["edited"] = self.school.case_of(comment.ref)

    def work_on_them(self) -> None:
        """What others do about cases that are kept from her, each in every way there is."""
        if not self.accused:
            return
        school, chair, lead = self.school, self.viewers[CHAIR], self.viewers[DSL]
        store, clock, settings = school.store, school.clock, school.settings
        for name in ("by name", "sue", "stranger", "among insults"):
            self.decides(CHAIR, self.kept[name], Outcome.HIDE)
        steps.note(store, clock, chair, self.kept["by office"], Note(f"{CANARY} note"))
        steps.route(
            store, clock, settings, chair, self.kept["by office"], Role.DSL, f"{CANARY} routed"
        )
        steps.contest(store, clock, settings, chair, self.kept["sue"], f"{CANARY} contest")
        case = self.version(self.kept["with a child"])
        steps.suspect_picture(store, clock, settings, lead, self.kept["with a child"], case)
        link = Note(step=Step.LINK, linked_ref=self.kept["with a child"])
        steps.note(store, clock, lead, self.seen["child"], link)
        officer = self.viewers[OFFICER]
        for author in ("79", "77"):
            note_step(store, clock, officer, "memory", author, "removal")
        meeting = Note(f"{CANARY} meeting", Step.MEETING)
        steps.note(store, clock, chair, self.kept["by name"], meeting)

    def by_hand(self, words: str, kind: Kind, target: Target, *, ordinary: bool = False) -> None:
        if not ordinary and not self.accused:
            return
        school = self.school
        given = Report(
            where="netmums",
            summary=words,
            kind=kind,
            target=target,
            serious=True,
            occurred_at=school.clock.now(),
            supplied_by="a parent",
        )
        who = self.viewers[OFFICER]
        ref = enter_by_hand(school.store, school.clock, school.settings, who, given).ref
        (self.seen if ordinary else self.kept)[words] = ref

    def people_are_reported(self) -> None:
        """Contact attempts on private accounts: one of a teacher, the rest tell of her."""
        self.seen["contact"] = self.reported("A pupil wrote to me on Instagram.")
        if self.accused:
            for how, given in REPORTS.items():
                self.kept[how] = self.reported(
                    f"{CANARY} {given[1]}", About(given[0]), frozenset(given[2:])
                )

    def reported(
        self,
        words: str,
        about: About = About.CONTACT,
        concerns: frozenset[str] = frozenset(),
    ) -> str:
        school = self.school
        given = Report(
            "other", words, school.clock.now(), about, target=Target.STAFF, concerns=concerns
        )
        who = self.viewers[DSL if about is About.CONTACT else OFFICER]
        return enter_by_hand(school.store, school.clock, school.settings, who, given).ref

    def newcomers_are_decided_about(self) -> None:
        """Whoever had accused her is removed; others are turned away, in words that tell of it."""
        words = f"{CANARY} told by a concern about the headteacher" if self.accused else "Spam."
        self.turned_away(self.seen["advertiser"], Restriction.BLOCK, words)
        self.turned_away(self.seen["newcomer"], None, words)
        if self.accused:
            self.turned_away(self.seen["accuser"], Restriction.REMOVE, CANARY)

    def turned_away(self, ref: str, then: Restriction | None, words: str) -> None:
        wish = Vetting(
            [(ref, self.version(ref))], Outcome.NOT_SUITABLE, Unsuitable.BUSINESS, words, then=then
        )
        school = self.school
        vet(school.store, school.clock, school.settings, self.viewers[OFFICER], wish)

    def version(self, ref: str) -> int:
        with self.school.store.read() as uow:
            case = uow.cases.find_by_ref(ref)
        assert case is not None
        return case.version

    def decides(self, who: str, ref: str, outcome: Outcome) -> None:
        wish = Wish(ref, self.version(ref), outcome, "Looked at.")
        decide(self.school.store, self.school.clock, self.viewers[who], wish)

    # what she gets

    def plain(self, text: str) -> str:
        """Without what tells nothing: references are drawn by chance, codes and tokens too."""
        for name, ref in self.seen.items():
            if ref:
                text = text.replace(ref, f"[{name}]")
        text = re.sub(r'name="csrftoken" value="[^"]+"', "[token]", text)
        text = re.sub(r"(?:[0-9a-f]{4} ?){16}|[0-9a-f]{12,64}", "[code]", text)
        text = re.sub(r"boundary=\S+|--=+\d+=*-*|Message-ID: \S+", "[mark]", text, flags=re.I)
        return re.sub(r"/letters/[\w-]+", "/letters/[letter]", text)

    def letters(self, who: str = HEAD) -> list[str]:
        email = next(p.email for p in self.school.settings.people if p.key == who)
        return [
            self.plain(mail.mime.decode())
            for mail in self.mailer.letters
            if mail.recipient == email
        ]

    def paths(self, refs: dict[str, str]) -> Iterator[str]:
        """Every GET route, each of its states, and each case under every route of a case."""
        letters = [
            row
            for (row,) in self.rows("SELECT ref FROM letter WHERE person = 'mhartley' ORDER BY id")
        ]
        for route in sorted(routes_of(self.school.app)):
            method, _, path = route.partition(" ")
            if method != "GET" or path in _NOT_HERS or path.startswith("/sign-in"):
                continue
            if path.startswith("/letters/"):
                yield from (path.replace("{ref}", str(ref)) for ref in letters)
            elif "{ref}" in path:
                for ref in refs.values():
                    yield path.replace("{ref}", ref).replace("{file_ref}", "0" * 12)
            else:
                yield path
        yield from (f"/?tab={tab}&page=1" for tab in ("yours", "others", "done", "baseline"))
        for words in (CANARY, "hits", "rick", "sue", "newbie"):
            yield f"/?q={words}"
            yield f"/log/search?words={words}"
        for kind in Kind:
            yield f"/?kind={kind}"
            yield f"/log/search?kind={kind}"
        yield from ("/?group=author", "/?group=words", "/?child=true", "/log?page=2")
        for ref in refs.values():
            yield f"/?same=author&of={ref}"
            yield f"/?same=words&of={ref}"
        first = self.school.clock.now().date() - timedelta(days=12)
        yield from (f"/today?day={first + timedelta(days=n)}" for n in range(13))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.school.store.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]


@pytest.fixture(scope="module", params=[False, True], ids=["headteacher", "headteacher and DSL"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Days, Days]]:
    """The school in which she is accused, and the one in which nobody does."""
    folder = tmp_path_factory.mktemp("the-headteacher")
    settings = some_settings(head_is_lead=request.param)
    days = tuple(
        Days(folder / name, settings, accused=name == "accused") for name in ("accused", "not")
    )
    yield days[0], days[1]
    for one in days:
        one.school.store.close()


def test_others_are_told_so_that_there_is_something_to_hide(both: tuple[Days, Days]) -> None:
    accused, other = both
    assert all(accused.kept.values())
    assert not any(other.kept.values())
    assert len(accused.letters(CHAIR)) > len(other.letters(CHAIR))
    assert len(accused.letters(DSL)) > len(other.letters(DSL))


def test_every_letter_to_her_is_the_same(both: tuple[Days, Days]) -> None:
    accused, other = both
    assert accused.letters() == other.letters()
    assert len(other.letters()) > 3


def test_every_page_is_the_same(both: tuple[Days, Days]) -> None:
    accused, other = both
    hers, theirs = accused.school.signed_in(HEAD), other.school.signed_in(HEAD)
    paths = zip(accused.paths(accused.seen), other.paths(other.seen), strict=True)
    different = []
    for path, like in paths:
        one, two = hers.opens(path), theirs.opens(like)
        lines = accused.plain(one.text).splitlines(), other.plain(two.text).splitlines()
        told = "\n".join(unified_diff(*lines, lineterm="", n=0))
        if told or one.status != two.status:
            different.append(f"{like}: {one.status}, {two.status}\n{told}")
        assert not any(ref in one.text for ref in accused.kept.values()), path
        if f"={CANARY}" not in path:
            assert CANARY not in one.text, path
    assert not different, "\n".join(different)


def test_what_is_kept_from_her_answers_as_what_is_not_there(both: tuple[Days, Days]) -> None:
    accused, _ = both
    hers, nowhere = accused.school.signed_in(HEAD), "0" * 12
    for name, ref in accused.kept.items():
        routes = [r.partition(" ") for r in routes_of(accused.school.app) if "{ref}" in r]
        for method, _, path in routes:
            like = path.replace("{file_ref}", "0" * 12).replace("{act}", "pack")
            there, not_there = like.replace("{ref}", ref), like.replace("{ref}", nowhere)
            if method == "GET":
                one, two = hers.opens(there), hers.opens(not_there)
            else:
                one, two = hers.sends(there, _FORM), hers.sends(not_there, _FORM)
            assert one.status == two.status, (name, path)
            assert one.text.replace(ref, "") == two.text.replace(nowhere, ""), (name, path)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_export_is_the_same(both: tuple[Days, Days], form: str) -> None:
    accused, other = both
    out = [
        (days, days.school.signed_in(HEAD).sends("/log/export", {"form": form}).text)
        for days in (accused, other)
    ]
    one, two = (days.plain(text) for days, text in out)
    assert one == two
    assert one.count("\n") > 3
    assert CANARY not in out[0][1]


def test_the_evidence_that_she_takes_out_is_the_same(both: tuple[Days, Days]) -> None:
    accused, _ = both
    packs = []
    for days in both:
        her = days.school.signed_in(HEAD)
        token = her.token()
        found = {}
        for name in ("open", "teacher", "threat", "insult 0"):
            form = {"csrftoken": token}
            answer = her.client.post(f"/log/cases/{days.seen[name]}/pack", data=form)
            assert answer.status_code == 200, name
            pack = zipfile.ZipFile(io.BytesIO(answer.content))
            for file in pack.namelist():
                assert not any(
                    ref.encode() in pack.read(file) for ref in accused.kept.values() if ref
                )
            found[name] = sorted(pack.namelist())
        packs.append(found)
    assert packs[0] == packs[1]


def test_a_report_about_her_goes_round_her_to_the_chair_and_the_safeguarding_lead(
    both: tuple[Days, Days],
) -> None:
    accused, _ = both
    for how in REPORTS:
        rows = accused.rows(
            "SELECT notice.person FROM notice JOIN moderation_case ON moderation_case.id = case_id "
            f"WHERE ref = '{accused.kept[how]}'"
        )
        told = {row[0] for row in rows}
        assert CHAIR in told, how
        assert HEAD not in told, how
    rows = accused.rows(
        "SELECT person FROM notice JOIN moderation_case ON moderation_case.id = case_id "
        f"WHERE ref = '{accused.seen['contact']}' AND rung = 0"
    )
    assert rows == [(HEAD,)]


def test_a_restriction_tells_her_the_chosen_reason_and_never_the_officers_words(
    both: tuple[Days, Days],
) -> None:
    accused, _ = both
    hers = accused.school.signed_in(HEAD).opens("/restrictions").words
    assert "Cheap Shoes" in hers
    assert "Business or spam" in hers
    assert "Newbie" not in hers
    theirs = accused.school.signed_in(OFFICER).opens("/restrictions").words
    assert CANARY in theirs
    assert "Newbie" in theirs
    refs = [str(row[0]) for row in accused.rows("SELECT ref FROM restriction ORDER BY id")]
    her = accused.school.signed_in(HEAD)
    answers = [
        her.sends(f"/restrictions/{ref}/{act}", {}).text.replace(ref, "")
        for ref in (refs[1], "0" * 12)
        for act in ("done", "lift")
    ]
    assert answers[:2] == answers[2:]


def test_a_link_to_what_is_kept_from_her_is_nowhere(both: tuple[Days, Days]) -> None:
    accused, _ = both
    shown = []
    for days in both:
        her, store, ref = days.viewers[HEAD], days.school.store, days.seen["child"]
        record = get_record(store, her, days.school.settings.retention, ref)
        assert record is not None
        events = [one.entry.event for one in proof_of(store, her, record)]
        trail = queries.list_log(store, her, limit=1000)
        lines = [line.event for line in trail if line.case_ref == ref]
        shown.append((record.steps, events, lines))
        assert events
    assert shown[0] == shown[1]
    lead = Viewer(DSL, frozenset({Role.DSL}))
    theirs = get_record(
        accused.school.store, lead, accused.school.settings.retention, accused.seen["child"]
    )
    assert theirs is not None
    assert [one.linked_ref for one in theirs.steps] == [accused.kept["with a child"]]


def test_the_news_and_the_route_say_nothing(both: tuple[Days, Days]) -> None:
    accused, _ = both
    her, store = accused.viewers[HEAD], accused.school.store
    news = news_since(store, her, 0)
    assert news is not None
    told = {*news.new, *(one.ref for one in news.moved)}
    assert told
    assert told.isdisjoint(accused.kept.values())
    assert all(route_of(store, her, ref) is None for ref in accused.kept.values())


def test_what_accuses_a_head_who_is_away_counts_towards_no_step(tmp_path: Path) -> None:
    day = FixedClock().now().date()
    settings = some_settings()
    people = tuple(
        replace(one, away=((day, day),)) if one.key == HEAD else one for one in settings.people
    )
    settings = replace(settings, people=people, policy=replace(settings.policy, people=people))
    school, chair = School(tmp_path, settings), Viewer(CHAIR, frozenset({Role.CHAIR_OF_GOVERNORS}))
    for number in range(max(settings.newcomers.steps)):
        ref = school.comes(f"{CANARY} {number}", ABOUT_THE_HEAD, author=an_author("77"))
        decide(school.store, school.clock, chair, Wish(ref, 1, Outcome.HIDE, "Looked at."))
    assert suggest_steps(school.store, school.clock, settings) == 0
    school.store.close()


def test_words_that_nobody_judged_yet_are_shown_to_nobody(tmp_path: Path) -> None:
    school = School(tmp_path)
    comment = a_comment("You cow")
    school.meet(comment)
    school.judge(AN_INSULT)
    school.meet(replace(comment, text=CANARY))
    page = school.signed_in(HEAD).opens(f"/cases/{school.case_of(comment.ref)}")
    assert "You cow" in page.text
    assert CANARY not in page.text
    school.judge(ABOUT_THE_HEAD)
    assert school.signed_in(HEAD).opens(f"/cases/{school.case_of(comment.ref)}").status == 404
    school.store.close()
