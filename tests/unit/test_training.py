"""The way from labelled text to figures: what is masked or dropped, and what a figure is worth."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.findings.scored import ACT, HIDE
from bot.model import Action, Aspect, Finding, Kind, Severity, Target
from bot.text import normalise, unmask
from classifiers.onnx import BUNDLED, READS, SERIOUS_READS, rescaled
from classifiers.spelling import Spelling
from classifiers.training.contrast import retold, sentences
from classifiers.training.corpus import Line, Voice
from classifiers.training.evasions import EVASIONS
from classifiers.training.figures import auc, roc_auc, share
from classifiers.training.labels import KINDS, LABELS, NEVER_SERIOUS, TOXICITY, school_labels
from classifiers.training.near import Known, without_duplicates
from classifiers.training.prepare import group_of
from classifiers.training.public import SETS, Example, benign, examples
from classifiers.words import forms as forms_with

SPELLING = Spelling.of(BUNDLED / "tokenizer.json")


def forms_of(text: str) -> tuple[str, ...]:
    return forms_with(text, SPELLING)


# --- near-duplicates -------------------------------------------------------------------------

CONCERT = "the winter concert was the best we have ever seen in that hall"


@pytest.mark.parametrize(
    ("text", "like"),
    [
        (CONCERT, True),
        (CONCERT.upper() + "!!!", True),
        (CONCERT + " by far", True),
        ("the winter concert was the best we have ever seen", True),
        ("the summer fair was the wettest I can remember in that field", False),
        ("the winter concert was cold", False),
        ("", False),
    ],
)
def test_a_near_duplicate_shares_most_of_its_runs_of_words(text: str, like: bool) -> None:
    assert Known([CONCERT, "when is sports day please"]).like(text) is like


def test_short_texts_are_near_only_where_their_words_are_the_same() -> None:
    known = Known(["Lovely concert"])
    assert known.like("lovely, concert!")
    assert not known.like("lovely concerts")


def test_nothing_is_like_nothing() -> None:
    assert not Known().like(CONCERT)


def test_the_share_says_how_near_is_too_near() -> None:
    half = "the winter concert was the best " + "and then it snowed on all of us"
    assert Known([CONCERT], share=0.2).like(half)
    assert not Known([CONCERT], share=0.8).like(half)


def test_of_near_duplicates_the_first_is_kept() -> None:
    texts = [CONCERT, "when is sports day please", CONCERT + "!", "When is sports day, please?"]
    assert without_duplicates(texts, Known()) == [0, 1]


def test_what_is_known_already_is_not_kept() -> None:
    known = Known([CONCERT])
    assert without_duplicates([CONCERT, "when is sports day please"], known) == [1]
    assert known.like("when is sports day please"), "what was kept is known from then on"


# --- labels ----------------------------------------------------------------------------------


def labels_of(*findings: Finding, fair: bool = False) -> dict[str, float]:
    return school_labels(findings, Action.ALLOW, fair=fair)


def test_the_action_is_learnt_in_two_steps() -> None:
    known = {
        action: school_labels((), action, fair=False)
        for action in (Action.ALLOW, Action.QUEUE, Action.HIDE)
    }
    assert [known[action][ACT] for action in known] == [0.0, 1.0, 1.0]
    assert [known[action][HIDE] for action in known] == [0.0, 0.0, 1.0]


def test_no_label_is_there_twice() -> None:
    assert len(set(LABELS)) == len(LABELS)


def test_what_is_never_serious_has_no_label_for_it() -> None:
    assert {label[8:] for label in LABELS if label.startswith("serious.")} == {
        kind for kind in KINDS if kind not in NEVER_SERIOUS
    }


def test_a_finding_is_told_whole() -> None:
    known = labels_of(
        Finding(Kind.THREAT, Severity.SERIOUS, Target.PUPIL, True, frozenset({Aspect.SELF_HARM}))
    )
    yes = {label for label, value in known.items() if value == 1}
    assert yes == {
        "kind.threat",
        "serious.threat",
        "target.pupil",
        "child",
        "aspect.self_harm",
        "threat",
        "self_harm",
    }
    assert known["kind.abuse"] == known["serious.abuse"] == known["target.staff"] == 0


def test_a_mild_finding_is_not_serious() -> None:
    known = labels_of(Finding(Kind.ABUSE, Severity.MILD, Target.STAFF))
    assert (known["kind.abuse"], known["serious.abuse"], known["child"]) == (1, 0, 0)


def test_whom_a_harmless_text_means_is_not_known() -> None:
    known = labels_of()
    assert [label for label in known if label.startswith("target.")] == []
    assert set(known.values()) == {0.0}


def test_fair_criticism_is_said_beside_its_kind() -> None:
    complaint = Finding(Kind.COMPLAINT, Severity.MILD, Target.SCHOOL)
    assert labels_of(complaint, fair=True)["fair"] == 1
    assert labels_of(complaint)["fair"] == 0
    assert labels_of(fair=True)["fair"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_does_not_prove_stays_unknown(kind: Kind) -> None:
    known = labels_of(Finding(kind, Severity.MILD, Target.STAFF))
    may_be_rude = {"threat", "hate", "sexual", "abuse", "profanity", "exploitation"}
    open_ones = {"toxicity", "severe_toxicity", "insult", "profanity", "sexual_explicit"}
    assert set(LABELS) - set(known) == (open_ones if kind in may_be_rude else set())
    assert {known[label] for label in open_ones & set(known)} <= {0.0}


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.lists(
        st.builds(
            Finding,
            st.sampled_from(KINDS),
            st.just(Severity.MILD),
            st.sampled_from(Target),
            st.booleans(),
            st.frozensets(st.sampled_from(Aspect)),
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_any_findings_give_known_labels_from_0_to_1(findings: list[Finding], fair: bool) -> None:
    known = labels_of(*findings, fair=fair)
    assert set(known) <= set(LABELS)
    assert set(known.values()) <= {0.0, 1.0}


# --- figures ---------------------------------------------------------------------------------


def counted(truth: list[bool], scores: list[float]) -> float:
    """The area by its meaning: how often one that is beats one that is not; a tie is half."""
    duels = [
        0.5 if yes == no else float(yes > no)
        for (is_yes, yes), (is_no, no) in product(zip(truth, scores, strict=True), repeat=2)
        if is_yes and not is_no
    ]
    return sum(duels) / len(duels)


_ANSWERS = st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1])))


@settings(deadline=None)  # a busy machine is no fault
@given(_ANSWERS)
def test_the_area_is_the_share_of_won_duels(answers: list[tuple[bool, float]]) -> None:
    truth = [True, False, *(yes for yes, _ in answers)]
    scores = [0.5, 0.5, *(score for _, score in answers)]
    assert auc(np.array(truth, dtype=float), np.array(scores)) == pytest.approx(
        counted(truth, scores)
    )


@pytest.mark.parametrize("truth", [[], [0.0, 0.0], [1.0, 1.0]])
def test_without_both_classes_there_is_no_area(truth: list[float]) -> None:
    assert math.isnan(auc(np.array(truth), np.linspace(0, 1, len(truth))))


def test_the_areas_interval_holds_its_value_and_says_how_many_texts() -> None:
    chance = Random(1)
    truth = [float(chance.random() < 0.3) for _ in range(400)]
    figure = roc_auc(truth, [0.3 * yes + chance.random() for yes in truth])
    assert 0.5 < figure.low < figure.value < figure.high < 1
    assert figure.count == 400


def test_a_share_is_what_was_hit_of_all() -> None:
    figure = share([True] * 30 + [False] * 10)
    assert (figure.value, figure.count) == (0.75, 40)
    assert figure.low < 0.75 < figure.high


def test_more_texts_make_a_share_surer() -> None:
    few, many = share([True, False] * 20), share([True, False] * 2000)
    assert many.high - many.low < (few.high - few.low) / 5


def test_where_all_are_hit_the_interval_is_a_point() -> None:
    figure = share([True] * 5)
    assert (figure.low, figure.value, figure.high) == (1, 1, 1)


def test_voices_that_differ_make_a_share_less_sure() -> None:
    hits = [True] * 50 + [False] * 50
    whole = share(hits, ["one"] * 50 + ["other"] * 50)
    assert whole.value == share(hits).value
    assert (whole.low, whole.high) == (0, 1), "one of two voices may be all there is"


def test_no_texts_have_no_share() -> None:
    figure = share([])
    assert figure.count == 0
    assert all(math.isnan(value) for value in (figure.value, figure.low, figure.high))


def test_a_figure_is_the_same_each_time_and_reads_with_its_interval() -> None:
    hits = [True, False, True] * 30
    assert share(hits) == share(hits)
    assert str(share([True] * 4)) == "1.000 [1.000, 1.000] n=4"


# --- the model's own lines -------------------------------------------------------------------

_SCORE = st.floats(0, 1)
_LINE = st.floats(0.01, 0.99)


_LABEL = st.sampled_from(["kind.abuse", "serious.abuse", "child"])


@settings(deadline=None)
@given(_LABEL, _SCORE, _SCORE, _LINE)
def test_rescaling_never_turns_two_scores_round(
    label: str, one: float, other: float, line: float
) -> None:
    low, high = (rescaled({label: raw}, {label: line})[label] for raw in sorted((one, other)))
    assert 0 <= low <= high <= 1


@settings(deadline=None)
@given(_LINE)
def test_the_line_reads_as_the_policys_does_and_the_ends_stay(line: float) -> None:
    for label, reading in (
        ("kind.abuse", READS),
        ("child", READS),
        ("serious.abuse", SERIOUS_READS),
    ):
        read = [rescaled({label: raw}, {label: line})[label] for raw in (0.0, line, 1.0)]
        assert read == [0.0, reading, 1.0]


@settings(deadline=None)
@given(_LABEL, _SCORE)
def test_a_label_without_a_line_keeps_its_score(label: str, raw: float) -> None:
    assert rescaled({label: raw}, {"fair": 0.9})[label] == pytest.approx(raw, abs=1e-4)


# --- evasions --------------------------------------------------------------------------------

CLEAN = "Nobody likes that stupid teacher and everyone hates your children, OK Mr Beech"
UNDONE_AT_ONCE = {"look-alike letters", "full-width", "zero-width", "capitals"}
UNDONE_BY_UNMASKING = {"leet", "dots", "stretching"}


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_changes_a_text_that_has_words(name: str) -> None:
    assert EVASIONS[name](CLEAN) != CLEAN


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_bears_any_text(name: str) -> None:
    for text in ("", "a b", "🔔", "\ud83d", "12:30", "ok"):
        assert isinstance(EVASIONS[name](text), str)


@pytest.mark.parametrize("name", sorted(set(EVASIONS) - {"capitals"}))
def test_every_second_long_word_is_disguised(name: str) -> None:
    words = ["silly", "silly", "an", "silly", "silly"]
    evaded = EVASIONS[name]("silly\tsilly\tan\tsilly\tsilly").split("\t")
    assert [one == other for one, other in zip(words, evaded, strict=True)] == [
        False,
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("name", sorted(UNDONE_AT_ONCE))
def test_what_a_font_does_is_undone_in_the_first_form(name: str) -> None:
    assert forms_of(EVASIONS[name](CLEAN)) == forms_of(CLEAN)


@pytest.mark.parametrize("name", sorted(UNDONE_BY_UNMASKING))
def test_what_a_person_does_is_undone_in_the_second_form(name: str) -> None:
    first, second = forms_of(EVASIONS[name](CLEAN))
    assert first != second
    assert second == unmask(normalise(CLEAN)).plain


def test_a_star_stands_for_a_vowel_inside() -> None:
    assert EVASIONS["asterisks"]("stupid") == "st*pid"
    assert EVASIONS["asterisks"]("rhythm") == "r*ythm"


def test_a_typing_error_keeps_the_letters() -> None:
    assert EVASIONS["typing errors"]("idiot") == "iidot"


# --- contrast --------------------------------------------------------------------------------


def test_every_group_has_the_same_sentences_in_the_same_order() -> None:
    groups = sentences()
    assert len(groups) >= 20
    [number] = {len(lines) for lines in groups.values()}
    assert number >= 30
    assert [line for lines in groups.values() for line in lines if "{" in line] == []
    assert all(len(set(lines)) == number for lines in groups.values())


@pytest.mark.parametrize(
    ("text", "other", "told"),
    [
        ("We are a Muslim family", "polish", "We are a Polish family"),
        (
            "nothing against muslims, half of us are",
            "trans",
            "nothing against trans people, half of us are",
        ),
        ("Muslim people, mostly", "female", "Women, mostly"),
        ("The muslins on the line", "polish", "The muslins on the line"),
    ],
)
def test_a_sentence_is_told_of_another_group(text: str, other: str, told: str) -> None:
    assert retold(text, "muslim", other).lower() == told.lower()


def test_only_a_groups_own_contrasts_are_retold() -> None:
    voice = Voice("v", "parent", "facebook", "standard", "en")
    tagged = Line("Old people too", (), voice, tags=frozenset({"look=hate", "id=old/neutral"}))
    assert group_of(tagged) == "elderly"
    assert group_of(replace(tagged, tags=frozenset({"id=somali/neutral"}))) == ""
    assert group_of(replace(tagged, tags=frozenset({"look=hate"}))) == ""


def test_sentences_of_two_groups_differ_in_the_group_alone() -> None:
    groups = sentences()
    for one, other in zip(groups["muslim"], groups["christian"], strict=True):
        assert one != other
        assert one.replace("Muslim", "Christian") == other


def test_a_sentence_that_begins_with_a_group_begins_with_a_capital() -> None:
    assert "Women have lived in this town for generations" in " ".join(sentences()["female"])


# --- public sets -----------------------------------------------------------------------------

ROWS: Mapping[str, list[dict[str, object]]] = {
    "jigsaw_wiki_multilabel": [
        {
            "text": "all six",
            "split": "train",
            "labels": {
                "toxic": 1,
                "severe_toxic": 0,
                "obscene": 1,
                "threat": 0,
                "insult": 1,
                "identity_hate": 0,
            },
        }
    ],
    "jigsaw_wiki_5k": [
        {"text": "only toxic", "split": "train", "labels": {"toxic": 1}},
        {"text": "only clean", "split": "train", "labels": {"toxic": 0}},
    ],
    "jigsaw_wiki_train_benign": [{"text": "benign", "split": "train", "labels": {"toxic": 0}}],
    "civil_toxic_spans": [
        {
            "text": "shares",
            "labels": {
                "toxic_frac": 0.667,
                "frac_insult": 0.333,
                "frac_profane_obscene": 0.0,
                "frac_threat": 0.1,
                "frac_identity_attack": 0.2,
            },
        }
    ],
    "hatexplain": [
        {"text": "hx normal", "split": "train", "labels": {"class": "normal"}},
        {"text": "hx offensive", "split": "train", "labels": {"class": "offensive"}},
        {"text": "hx hate", "split": "train", "labels": {"class": "hatespeech"}},
        {"text": "hx valid", "split": "valid", "labels": {"class": "normal"}},
        {"text": "hx test", "split": "test", "labels": {"class": "normal"}},
    ],
    "hatemoji_build": [
        {"text": "emoji not", "split": "train", "labels": {"hateful": 0, "type": "none"}},
        {
            "text": "emoji threat",
            "split": "validation",
            "labels": {"hateful": 1, "type": "threateninglanguage"},
        },
        {"text": "emoji test", "split": "test", "labels": {"hateful": 1, "type": "derogation"}},
    ],
    "edos_sexism": [
        {"text": "sexist", "split": "train", "labels": {"sexist": 1}},
        {"text": "not sexist", "split": "train", "labels": {"sexist": 0}},
        {"text": "sexist dev", "split": "dev", "labels": {"sexist": 1}},
    ],
    "implicit_hate": [
        {"text": "ih not", "labels": {"class": "not_hate"}},
        {"text": "ih implicit", "labels": {"class": "implicit_hate"}},
        {"text": "ih explicit", "labels": {"class": "explicit_hate"}},
    ],
    "convabuse": [
        {"text": "abusive", "split": "train", "labels": {"abusive": 1, "any_sex_harassment": 1}},
        {"text": "abusive test", "split": "test", "labels": {"abusive": 1}},
    ],
    "goemotions": [
        {"text": "thanks", "split": "train", "labels": {"emotions": "gratitude,joy"}},
        {"text": "hm", "split": "train", "labels": {"emotions": "neutral"}},
        {"text": "angry", "split": "train", "labels": {"emotions": "joy,anger"}},
        {"text": "thanks test", "split": "test", "labels": {"emotions": "gratitude"}},
    ],
    "davidson": [
        {"text": "da neither", "labels": {"class": "neither"}},
        {"text": "da hate", "labels": {"class": "hate_speech"}},
    ],
    "identity_madlibs": [
        {"text": "mad toxic", "split": "test", "labels": {"toxic": 1}},
        {"text": "mad clean", "split": "test", "labels": {"toxic": 0}},
    ],
    "sms_spam": [{"text": "win a prize", "labels": {"spam": 1}}],
    "lexicon_surge_profanity": [
        {
            "text": word,
            "labels": {"category_1": category, "severity_description": severity},
        }
        for word, category, severity in (
            ("plonker", "mental disability", "Mild"),
            ("slurword", "racial / ethnic slurs", "Severe"),
            ("bodyword", "sexual anatomy / sexual acts", "Strong"),
        )
    ],
    "youtube_spam": [{"text": "nice song", "split": "01-Psy", "labels": {"spam": 0}}],
}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder with every public set, each of a few made-up rows."""
    for name, rows in ROWS.items():
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


@pytest.fixture
def learnt(public: Path) -> dict[str, Example]:
    """Text → example."""
    return {one.text: one for one in examples(public)}


def test_every_set_is_read_with_known_labels_from_0_to_1(learnt: dict[str, Example]) -> None:
    assert {one.source for one in learnt.values()} == set(ROWS)
    for one in learnt.values():
        assert one.labels
        assert set(one.labels) <= set(LABELS)
        assert all(0 <= value <= 1 for value in one.labels.values())
        assert 0 < one.weight <= 1


def test_what_is_there_to_test_with_is_not_learnt_from(learnt: dict[str, Example]) -> None:
    kept_back = {"hx valid", "hx test", "emoji test", "sexist dev", "abusive test", "thanks test"}
    assert kept_back.isdisjoint(learnt)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("only toxic", {"toxicity"}),
        ("hx hate", {"toxicity", "identity_attack"}),
        ("not sexist", {"identity_attack"}),
        ("sexist", {"identity_attack", "toxicity"}),
        ("ih not", {"identity_attack"}),
        ("emoji not", {"identity_attack", "threat", "kind.hate", "serious.hate"}),
        ("abusive", {"toxicity", "sexual_explicit"}),
        ("da hate", {"toxicity", "identity_attack"}),
        ("mad toxic", {"toxicity"}),
        ("mad clean", {"toxicity", "identity_attack", "kind.hate"}),
        ("win a prize", {"spam", "kind.spam", "toxicity"}),
        (
            "shares",
            {"toxicity", "insult", "profanity", "threat", "identity_attack"},
        ),
    ],
)
def test_what_a_set_does_not_say_stays_unknown(
    learnt: dict[str, Example], text: str, labels: set[str]
) -> None:
    assert set(learnt[text].labels) == labels


def test_jigsaws_six_labels_become_ours(learnt: dict[str, Example]) -> None:
    labels = learnt["all six"].labels
    assert (labels["toxicity"], labels["profanity"], labels["insult"]) == (1, 1, 1)
    assert (labels["severe_toxicity"], labels["threat"], labels["identity_attack"]) == (0, 0, 0)
    assert (labels["kind.abuse"], labels["serious.abuse"], labels["kind.threat"]) == (1, 1, 0)


def test_a_clean_text_of_jigsaw_is_clean_in_every_general_label(learnt: dict[str, Example]) -> None:
    for text in ("only clean", "benign"):
        assert learnt[text].labels == dict.fromkeys(TOXICITY, 0.0)


def test_shares_of_readers_are_kept_as_shares(learnt: dict[str, Example]) -> None:
    assert (learnt["shares"].labels["toxicity"], learnt["shares"].labels["insult"]) == (
        0.667,
        0.333,
    )


@pytest.mark.parametrize(
    "texts",
    [
        ("hx normal", "hx offensive"),
        ("da neither", "da hate"),
    ],
)
def test_worse_classes_are_more_toxic(learnt: dict[str, Example], texts: tuple[str, str]) -> None:
    calm, worse = (learnt[text].labels["toxicity"] for text in texts)
    assert calm < 0.5 < worse


def test_implicit_hate_is_hate_but_less_surely(learnt: dict[str, Example]) -> None:
    order = [learnt[f"ih {name}"].labels["identity_attack"] for name in ("not", "implicit")]
    assert order[0] < 0.5 < order[1] < learnt["ih explicit"].labels["identity_attack"]
    assert learnt["ih implicit"].labels["kind.hate"] == 1


def test_a_threat_in_emoji_is_hate_and_a_threat(learnt: dict[str, Example]) -> None:
    labels = learnt["emoji threat"].labels
    assert (labels["threat"], labels["identity_attack"], labels["kind.hate"]) == (1, 1, 1)


def test_warm_words_are_clean_and_never_serious(learnt: dict[str, Example]) -> None:
    assert learnt["thanks"].labels.items() >= dict.fromkeys(TOXICITY, 0.0).items()
    assert learnt["hm"].labels["toxicity"] < 0.1
    assert "insult" not in learnt["hm"].labels
    for text in ("thanks", "hm"):
        assert learnt[text].labels["serious.abuse"] == 0
        assert "kind.abuse" not in learnt[text].labels


def test_a_rude_word_is_learnt_in_sentences_by_how_rude_it_is(learnt: dict[str, Example]) -> None:
    found = {
        word: [one.labels for text, one in learnt.items() if word in text]
        for word in ("plonker", "slurword", "bodyword")
    }
    assert all(labels for labels in found.values())
    [mild, slur, body] = (labels[0] for labels in found.values())
    assert set(mild) == {"toxicity"}
    assert set(slur) == {"toxicity", "identity_attack"}
    assert set(body) == {"toxicity", "sexual_explicit"}
    assert 0.5 < mild["toxicity"] < body["toxicity"] < slur["toxicity"] < 1


@pytest.mark.parametrize(
    ("emotions", "is_benign"),
    [("joy", True), ("neutral,sadness", True), ("joy,anger", False), ("disgust", False)],
)
def test_feelings_in_which_people_swear_are_not_benign(emotions: str, is_benign: bool) -> None:
    assert benign({"labels": {"emotions": emotions}}) is is_benign


def test_no_set_gives_more_than_its_share_and_always_the_same(public: Path) -> None:
    many = [{"text": str(n), "labels": {"spam": 1}} for n in range(3_000)]
    with gzip.open(public / "sms_spam.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in many)
    first, again = ([o.text for o in examples(public) if o.source == "sms_spam"] for _ in "12")
    [most] = [one.most for one in SETS if one.file == "sms_spam"]
    assert len(first) == most < 3_000
    assert first == again
    assert first != sorted(first, key=int), "the first rows of a file are not all there is"
