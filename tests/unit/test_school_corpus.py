"""The school corpus: what a bad line is told, and what must be true of all that was written."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from bot.model import Aspect, Finding, Kind, Severity, Target
from classifiers.training.contrast import sentences
from classifiers.training.corpus import LINES, CorpusError, Line, read, read_file
from classifiers.training.labels import KINDS, NEVER_SERIOUS
from classifiers.training.prepare import PARTS, part_of, school

HEADER = "# voice: nan-01 | who: grandparent | platform: facebook | dialect: scouse | language: en"


def lines_of(tmp_path: Path, *lines: str, header: str = HEADER) -> list[Line]:
    path = tmp_path / "nan.tsv"
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return list(read_file(path))


def complaint_about(tmp_path: Path, line: str) -> str:
    with pytest.raises(CorpusError) as bad:
        lines_of(tmp_path, "ok\tLovely concert", line)
    assert str(bad.value).startswith("nan.tsv, line 3: ")
    return str(bad.value).removeprefix("nan.tsv, line 3: ")


FAMILY = {"parent", "grandparent", "ex_pupil", "pupil"}
OTHERS = {"staff", "neighbour", "troll", "scammer", "stranger", "business"}
NORTH = {"scouse", "geordie", "scots", "yorkshire"}
ELSEWHERE = {"standard", "welsh_english", "brummie", "mle", "caribbean"}


# --- reading ---------------------------------------------------------------------------------


def test_a_line_holds_labels_a_text_what_it_answers_and_tags(tmp_path: Path) -> None:
    [line] = lines_of(
        tmp_path,
        "threat/s/pupil/c+self_harm; profanity/m/none\tOne\\ntwo\tThe\\npost\tquote look=abuse",
    )
    assert line.text == "One\ntwo"
    assert line.context == "The\npost"
    assert line.tags == {"quote", "look=abuse"}
    assert line.file == "nan"
    assert (line.voice.name, line.voice.who, line.voice.dialect) == (
        "nan-01",
        "grandparent",
        "scouse",
    )
    assert line.findings == (
        Finding(Kind.THREAT, Severity.SERIOUS, Target.PUPIL, True, frozenset({Aspect.SELF_HARM})),
        Finding(Kind.PROFANITY, Severity.MILD, Target.NONE),
    )


def test_head_is_the_headteacher_and_a_pupil_is_a_child(tmp_path: Path) -> None:
    head, pupil = lines_of(tmp_path, "abuse/s/head\tone", "abuse/s/pupil\ttwo")
    assert head.findings[0].target is Target.HEADTEACHER
    assert not head.findings[0].child
    assert pupil.findings[0].child


@pytest.mark.parametrize(
    ("labels", "fair"),
    [
        ("ok", False),
        ("fair", True),
        ("complaint/m/school", True),
        ("fair;complaint/m/school", True),
        ("complaint/m/school;abuse/m/staff", False),
        ("abuse/m/staff", False),
    ],
)
def test_criticism_alone_is_fair(tmp_path: Path, labels: str, fair: bool) -> None:
    [line] = lines_of(tmp_path, f"{labels}\twords")
    assert line.fair is fair


def test_blank_lines_and_remarks_are_passed_over(tmp_path: Path) -> None:
    assert len(lines_of(tmp_path, "", "# a remark", "ok\tLovely", "   ")) == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ok", "two to four columns are expected, with tab characters between them"),
        ("ok\ta\tb\tpraise\te", "two to four columns are expected"),
        ("ok\t \tThe post", "there is no text"),
        ("\tLovely", "“” is no label"),
        (" ; \tLovely", "is no label"),
        ("ok;fair\tLovely", "“ok;fair” is no label"),
        ("ok;abuse/s/staff\tLovely", "is no label"),
        ("abuse\tLovely", "“abuse” is no finding"),
        ("abuse/x/staff\tLovely", "“abuse/x/staff” is no finding"),
        ("abuse/s/staff/d\tLovely", "is no finding"),
        ("abuse/s/nobody\tLovely", "“nobody” is no target"),
        ("gossip/s/staff\tLovely", "'gossip'"),
        ("threat/s/staff+nonsense\tLovely", "'nonsense'"),
        *(
            (f"{kind}/s/school\tLovely", f"{kind} is never serious")
            for kind in sorted(NEVER_SERIOUS)
        ),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, line: str, problem: str) -> None:
    assert problem in complaint_about(tmp_path, line)


@pytest.mark.parametrize("missing", ["voice", "who", "platform", "dialect", "language"])
def test_a_voice_says_who_writes(tmp_path: Path, missing: str) -> None:
    header = re.sub(rf"{missing}: [\w-]+", f"{missing}:", HEADER)
    with pytest.raises(CorpusError, match=rf"nan.tsv, line 1: without {missing}$"):
        lines_of(tmp_path, header=header)


def test_a_first_line_that_is_no_voice_is_named_with_all_that_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="without dialect, language, platform, voice, who"):
        lines_of(tmp_path, header="ok\tLovely concert")


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "nobody.tsv").write_text("", "utf-8")
    with pytest.raises(CorpusError, match=r"nobody\.tsv, line 1"):
        read(tmp_path)


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.tsv").write_text(f"{HEADER}\nok\tby {name}\n", "utf-8")
    assert [line.text for line in read(tmp_path)] == ["by a", "by b"]


# --- the corpus itself -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """Every line there is; a file that cannot be read fails each test below."""
    return read()


@pytest.fixture(scope="module")
def parted() -> list[tuple[Line, str]]:
    return school()


def test_there_are_five_thousand_comments_by_many_voices(lines: list[Line]) -> None:
    assert len(lines) >= 5_000
    assert {line.file for line in lines} == {path.stem for path in LINES.glob("*.tsv")}
    assert len({line.voice.name for line in lines}) >= 100


def test_every_voice_writes_in_one_file(lines: list[Line]) -> None:
    files = defaultdict(set)
    for line in lines:
        files[line.voice.name].add(line.file)
    assert {voice: names for voice, names in files.items() if len(names) > 1} == {}


def test_voices_are_described_in_the_guides_words(lines: list[Line]) -> None:
    voices = {line.voice for line in lines}
    assert {voice.who for voice in voices} == FAMILY | OTHERS
    assert {voice.platform for voice in voices} == {"facebook", "x"}
    assert {voice.dialect for voice in voices} == NORTH | ELSEWHERE
    assert {voice.language for voice in voices} == {"en", "cy", "pl", "ur", "pa", "ro"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_there_a_hundred_and_fifty_times(lines: list[Line], kind: Kind) -> None:
    assert sum(any(f.kind is kind for f in line.findings) for line in lines) >= 150


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (kind, severity)
        for kind in KINDS
        if kind not in NEVER_SERIOUS and kind is not Kind.EXPLOITATION  # never mild
        for severity in Severity
    ],
)
def test_both_severities_are_well_filled(lines: list[Line], kind: Kind, severity: Severity) -> None:
    found = sum((kind, severity) in {(f.kind, f.severity) for f in o.findings} for o in lines)
    assert found >= 50


@pytest.mark.parametrize("aspect", Aspect)
def test_every_aspect_is_there(lines: list[Line], aspect: Aspect) -> None:
    assert sum(any(aspect in f.aspects for f in line.findings) for line in lines) >= 20


@pytest.mark.parametrize("target", Target)
def test_everybody_is_meant_somewhere(lines: list[Line], target: Target) -> None:
    assert sum(any(f.target is target for f in line.findings) for line in lines) >= 50


def test_most_of_it_is_not_hidden(lines: list[Line]) -> None:
    harmless = sum(not line.findings or line.fair for line in lines)
    assert harmless >= len(lines) / 4


def test_a_look_alike_is_not_what_it_looks_like(lines: list[Line]) -> None:
    kinds = {str(kind) for kind in Kind}
    looks = [(line, tag[5:]) for line in lines for tag in line.tags if tag.startswith("look=")]
    assert {kind for _, kind in looks} <= kinds
    assert [(o.file, o.text) for o, kind in looks if kind in {f.kind for f in o.findings}] == []


def test_every_tag_is_one_of_the_guide(lines: list[Line]) -> None:
    known = {"quote", "reclaimed", "long", "voice_to_text", "evasion", "praise"}
    tags = {tag for line in lines for tag in line.tags}
    assert {tag for tag in tags if not tag.startswith(("look=", "id="))} == known


# --- parts -----------------------------------------------------------------------------------


def test_no_voice_is_in_two_parts(parted: list[tuple[Line, str]]) -> None:
    parts = defaultdict(set)
    for line, part in parted:
        parts[line.voice.name].add(part)
    assert {voice: found for voice, found in parts.items() if len(found) > 1} == {}


def test_whole_writers_are_for_testing_alone(parted: list[tuple[Line, str]]) -> None:
    whole = [(line, part) for line, part in parted if line.file.startswith("t-")]
    assert whole
    assert {part for _, part in whole} == {"test"}
    assert {part_of(line) for line, _ in whole} == {"test"}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_every_kind(parted: list[tuple[Line, str]], part: str) -> None:
    found = Counter(f.kind for line, where in parted if where == part for f in line.findings)
    assert {kind: found[kind] for kind in KINDS if found[kind] < 15} == {}


def test_no_near_duplicates_are_left(parted: list[tuple[Line, str]]) -> None:
    """Counted out anew, pair by pair: four runs in five of the shorter text are not shared."""
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    pairs = []
    for index, (line, _) in enumerate(parted):
        words = re.findall(r"\w+", f"{line.text} {line.context}".lower())
        runs = {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))}
        shared = Counter(other for run in runs for other in seen[run])
        pairs += [
            (parted[other][0].text, line.text)
            for other, count in shared.items()
            if count >= 0.8 * min(len(runs), sizes[other])
            and (min(len(runs), sizes[other]) > 1 or len(runs) == sizes[other])  # "Get well soon"
        ]
        sizes.append(len(runs))
        for run in runs:
            seen[run].append(index)
    assert pairs == []


def test_few_lines_are_lost_as_near_duplicates(
    lines: list[Line], parted: list[tuple[Line, str]]
) -> None:
    assert 0.99 * len(lines) <= len(parted) < len(lines)


# --- nobody real -----------------------------------------------------------------------------

_PHONE = re.compile(r"(?<![\w-])(?:\+44 ?\(?0?\)? ?|\(?0)[1-9](?:[\s()./-]{0,2}\d){7,}")
_DRAMA = re.compile(r"(?:7700900|1632960|1134960)\d{3}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)[^\s/]+")
_BARE_LINK = re.compile(
    r"(?<![\w@.])(?:[a-z\d-]+\.)+(?:com|uk|org|net|io|info|ly|xyz|shop|biz|tv|live|link|app|site|"
    r"online|co|gg|ru|eu|school)\b(?!\.example)"
)
_EVERYBODYS = [
    "bbc.co.uk",
    "gov.uk",
    "nhs.uk",
    "youtube.com",
    "wikipedia.org",
    "childline.org.uk",
    "rspb.org.uk",
    "google.com",
    "youtu.be",
    "bit.ly",
    "tinyurl.com",
    "t.ly",
]
"""Addresses that everybody knows; whether a bare link is harmless hangs on them."""


def is_nobodys(address: str) -> bool:
    """Whether an address is made up, or nobody's in particular."""
    host = address.rstrip(".,)!?'\"").rpartition("/")[2]
    return host.endswith(".example") or any(
        host == known or host.endswith(f".{known}") for known in _EVERYBODYS
    )


def spoken(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.file, words) for line in lines for words in (line.text, line.context)]


def test_telephone_numbers_come_from_the_drama_ranges(lines: list[Line]) -> None:
    found = [(file, m.group()) for file, words in spoken(lines) for m in _PHONE.finditer(words)]
    assert len(found) >= 50, "else this test looks at nothing"
    bare = [(file, re.sub(r"\D", "", re.sub(r"^\+44", "", number))) for file, number in found]
    assert [one for one in bare if not _DRAMA.fullmatch(one[1].lstrip("0"))] == []


def test_addresses_and_links_end_in_example(lines: list[Line]) -> None:
    found = [(file, m.group()) for file, words in spoken(lines) for m in _ADDRESS.finditer(words)]
    assert len(found) >= 10, "else this test looks at nothing"
    assert [one for one in found if not is_nobodys(one[1])] == []


def test_no_link_without_an_address_before_it_is_real(lines: list[Line]) -> None:
    found = [
        (file, m.group())
        for file, words in spoken(lines)
        for m in _BARE_LINK.finditer(words.lower())
    ]
    assert [one for one in found if not is_nobodys(one[1])] == []


# --- identity --------------------------------------------------------------------------------

_SAME = {"immigrant": "migrant", "gypsy_traveller": "traveller", "roma": "traveller", "age": "old"}


@pytest.fixture(scope="module")
def identity(lines: list[Line]) -> list[tuple[str, str, Line]]:
    """(group, use, line) for each identity tag."""
    tags = [(tag[3:].partition("/"), o) for o in lines for tag in o.tags if tag.startswith("id=")]
    return [(_SAME.get(group, group), use, line) for (group, _, use), line in tags]


def test_an_identity_is_used_in_one_of_five_ways(identity: list[tuple[str, str, Line]]) -> None:
    uses = {use for _, use, _ in identity}
    assert uses == {"hate", "neutral", "positive", "counter", "negation"}


def test_naming_a_group_is_never_serious_hate_but_where_it_is_tagged_so(
    identity: list[tuple[str, str, Line]],
) -> None:
    wrong = [
        (line.file, line.text)
        for _, use, line in identity
        if use != "hate"
        for finding in line.findings
        if (finding.kind, finding.severity) == (Kind.HATE, Severity.SERIOUS)
    ]
    assert wrong == []


def test_what_is_tagged_as_hate_is_labelled(identity: list[tuple[str, str, Line]]) -> None:
    unprotected = {"single_parent", "adopted"}  # in the Equality Act's sense: abuse, not hate
    hateful = [line for group, use, line in identity if use == "hate" and group not in unprotected]
    kinds = {Kind.HATE, Kind.THREAT}
    assert [(o.file, o.text) for o in hateful if not kinds & {f.kind for f in o.findings}] == []


def test_each_group_is_named_without_hate_about_as_often_or_more(
    identity: list[tuple[str, str, Line]],
) -> None:
    counts = Counter((group, use == "hate") for group, use, _ in identity)
    groups = {group for group in sentences() if counts[group, True] >= 5}
    assert len(groups) >= 15
    rare = {group for group in groups if counts[group, False] < 0.75 * counts[group, True]}
    assert rare == set()


def test_each_group_that_is_hated_is_named_in_all_five_ways(
    identity: list[tuple[str, str, Line]],
) -> None:
    uses = defaultdict(set)
    for group, use, _ in identity:
        uses[group].add(use)
    measured = set(sentences()) - {
        "elderly",
        "female",
        "immigrant",
        "male",
        "traveller",
    }  # tagged otherwise
    assert {group: uses[group] for group in measured if len(uses[group]) < 5} == {}
