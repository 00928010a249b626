"""The bundled model: its settings, its files, and texts that somebody made to be misread."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from bot.errors import PluginError, SettingsError
from bot.model import Scores, Text
from bot.ports import Context, Options
from classifiers.onnx import BUNDLED, SUMS, SchoolClassifier, check_files
from classifiers.training.labels import LABELS

FILES = ("config.json", "model.onnx", "tokenizer.json")
INT8_NOISE = 0.12  # all texts of a batch share one scale for their eight bits
THREAT = "I will kill you and I will burn your house down"
INSULT = "you are a stupid fucking idiot"
CALM = "The children loved the concert and we would like to thank everybody who came to help. "


@pytest.fixture(scope="module")
def school() -> SchoolClassifier:
    return SchoolClassifier()


def score(school: SchoolClassifier, words: str, context: str = "") -> Scores:
    [scores] = school.score([Text(words, context)])
    return scores


def gap(one: Scores, other: Scores) -> float:
    """How far two answers are apart in the label where they differ most."""
    assert set(one) == set(other)
    return max(abs(one[label] - other[label]) for label in one)


# --- settings --------------------------------------------------------------------------------


def problems_of(options: Options, context: Context) -> set[str]:
    with pytest.raises(SettingsError) as wrong:
        SchoolClassifier.from_options(options, context)
    return {problem.path for problem in wrong.value.problems}


@pytest.mark.parametrize("folder", [7, None, ["a"], True])
def test_a_folder_is_a_path(folder: object, context: Context) -> None:
    assert problems_of({"folder": folder}, context) == {"folder"}


@pytest.mark.parametrize("threads", [-1, 1.0, "2", True, None])
def test_threads_are_a_whole_number(threads: object, context: Context) -> None:
    assert problems_of({"threads": threads}, context) == {"threads"}


def test_all_wrong_settings_are_named_at_once(context: Context) -> None:
    options = {"folder": 1, "threads": "many", "modle": "x", "batch": 2}
    assert problems_of(options, context) == {"folder", "threads", "modle", "batch"}


def test_a_folder_that_is_not_there_is_named(context: Context, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    with pytest.raises(PluginError, match=str(missing)):
        SchoolClassifier.from_options({"folder": str(missing)}, context)


# --- files -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bundled model's folder to be spoilt: links, so that nothing real is touched."""
    for name in (*FILES, SUMS):
        (tmp_path / name).symlink_to(BUNDLED / name)
    return tmp_path


def put(path: Path, content: bytes) -> None:
    """Put other bytes in the place of a link."""
    path.unlink()
    path.write_bytes(content)


def refusal(folder: Path) -> str:
    with pytest.raises(PluginError) as refused:
        SchoolClassifier(folder)
    return str(refused.value)


def test_the_bundled_files_are_as_they_were_sealed(folder: Path) -> None:
    check_files(BUNDLED)
    check_files(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_stops_the_start_with_its_name(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    put(folder / name, whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    assert refusal(folder).startswith(f"{folder / name} is damaged")


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_stops_the_start_with_its_name(folder: Path, name: str) -> None:
    put(folder / name, (folder / name).read_bytes()[:-1])
    assert refusal(folder).startswith(f"{folder / name} is damaged")


@pytest.mark.parametrize("name", FILES)
def test_a_swapped_file_stops_the_start_with_its_name(folder: Path, name: str) -> None:
    other = FILES[FILES.index(name) - 1]
    put(folder / name, (folder / other).read_bytes())
    assert refusal(folder).startswith(f"{folder / name} is damaged, or is not the file that came")


@pytest.mark.parametrize("name", [*FILES, SUMS])
def test_a_missing_file_stops_the_start_with_its_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder).startswith(f"{folder / name} ")
    assert "cannot be read" in refusal(folder)


@pytest.mark.parametrize(
    "sums", [b"", b"\n", b"0", "é".encode(), b"0" * 64 + b"  config.json\n"], ids=repr
)
def test_without_a_digest_of_every_file_nothing_is_loaded(folder: Path, sums: bytes) -> None:
    put(folder / SUMS, sums)
    assert str(folder) in refusal(folder)


def test_a_list_of_digests_that_lacks_the_model_does_not_vouch_for_it(folder: Path) -> None:
    lines = (folder / SUMS).read_text("ascii").splitlines(keepends=True)
    put(folder / SUMS, "".join(o for o in lines if "model.onnx" not in o).encode())
    put(folder / "model.onnx", b"anything")
    assert refusal(folder).startswith(f"{folder / 'model.onnx'} is damaged")


def test_the_bundled_files_fit_into_git() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) <= 30_000_000


def test_the_model_answers_what_training_teaches_and_nothing_else(school: SchoolClassifier) -> None:
    config = json.loads((BUNDLED / "config.json").read_text("utf-8"))
    assert tuple(config["id2label"].values()) == LABELS
    assert tuple(score(school, "Lovely concert")) == LABELS


def test_the_version_is_that_of_the_config(school: SchoolClassifier) -> None:
    config = json.loads((BUNDLED / "config.json").read_text("utf-8"))
    assert school.version == config["version"]


def test_another_model_of_the_same_form_may_be_used(
    tmp_path: Path, context: Context, school: SchoolClassifier
) -> None:
    other = Path(shutil.copytree(BUNDLED, tmp_path / "other"))
    config = json.loads((other / "config.json").read_text("utf-8")) | {"version": "another"}
    (other / "config.json").write_text(json.dumps(config), "utf-8")
    sums = [f"{hashlib.sha256((other / n).read_bytes()).hexdigest()}  {n}\n" for n in FILES]
    (other / SUMS).write_text("".join(sums), "ascii")
    made = SchoolClassifier.from_options({"folder": str(other), "threads": 1}, context)
    assert made.version == "another"
    assert gap(score(made, INSULT), score(school, INSULT)) <= INT8_NOISE


# --- texts -----------------------------------------------------------------------------------


def test_the_worst_is_seen_at_all(school: SchoolClassifier) -> None:
    """What the tests below lean on."""
    assert score(school, THREAT)["threat"] >= 0.5
    assert score(school, INSULT)["toxicity"] >= 0.5
    assert score(school, CALM)["toxicity"] <= 0.2


LONG = CALM * 94  # 16 words each


@pytest.mark.parametrize(("before", "after"), [("", LONG * 2), (LONG, LONG), (LONG * 2, "")])
def test_a_threat_in_three_thousand_words_is_found(
    school: SchoolClassifier, before: str, after: str
) -> None:
    long = f"{before} {THREAT}. {after}"
    assert len(long.split()) >= 3_000
    hidden = score(school, long)
    assert min(hidden["threat"], hidden["kind.threat"]) >= 0.5


WAITING = "I know where she parks and I'll be waiting for her tonight"
ALONE = "nobody sit with the fat new kid tomorrow"


@pytest.mark.parametrize(
    ("words", "label", "calm"),
    [
        pytest.param(WAITING, "serious.threat", CALM * 2, id="threat, two sentences"),
        pytest.param(WAITING, "serious.threat", LONG, id="threat, 3,000 words"),
        pytest.param(ALONE, "serious.abuse", CALM * 2, id="abuse, two sentences"),
        pytest.param(ALONE, "serious.abuse", LONG, id="abuse, 3,000 words"),
    ],
)
def test_praise_on_both_sides_does_not_drown_a_sentence(
    school: SchoolClassifier, words: str, label: str, calm: str
) -> None:
    alone, between = score(school, words), score(school, f"{calm}{words}. {calm}")
    assert between[label] >= alone[label] - INT8_NOISE


def test_a_long_harmless_text_stays_harmless(school: SchoolClassifier) -> None:
    assert score(school, CALM * 100)["toxicity"] <= 0.2


@pytest.mark.parametrize(
    "words",
    [
        "you are a 5tup1d fuck1ng 1d10t",
        "you are a s t u p i d f u c k i n g i d i o t",
        "you are a s.t.u.p.i.d f.u.c.k.i.n.g i.d.i.o.t",
        "you are a ｓｔｕｐｉｄ ｆｕｃｋｉｎｇ ｉｄｉｏｔ",
        "you are a stu\u200bpid fuc\u200bking id\u200biot",
        "you are a ѕtuріd fuсkіng іdіоt",
        "you are a 𝓼𝓽𝓾𝓹𝓲𝓭 𝓯𝓾𝓬𝓴𝓲𝓷𝓰 𝓲𝓭𝓲𝓸𝓽",
        "YOU ARE A STUPID FUCKING IDIOT",
        "you are a stuuuupid fuuuucking idiooooot",
    ],
)
def test_disguised_words_score_as_they_do_in_plain_sight(
    school: SchoolClassifier, words: str
) -> None:
    assert score(school, words)["toxicity"] >= score(school, INSULT)["toxicity"] - 0.15


@pytest.mark.parametrize("sign", ["SEP", "CLS", "PAD", "MASK", "UNK"])
def test_a_sign_of_the_model_written_by_a_stranger_is_only_words(
    school: SchoolClassifier, sign: str
) -> None:
    typed = score(school, f"lovely concert [{sign}] {INSULT} [{sign}] lovely concert")
    apart = score(school, f"lovely concert [ {sign} ] {INSULT} [ {sign} ] lovely concert")
    assert gap(typed, apart) == 0


def test_the_end_of_a_text_cannot_be_faked(school: SchoolClassifier) -> None:
    assert score(school, f"[SEP] [PAD] [PAD] {INSULT}")["toxicity"] >= 0.5


@pytest.mark.parametrize("half", [chr(0xD83D), chr(0xDD14), chr(0xDD14) + chr(0xD83D)])
def test_a_lone_surrogate_is_an_unknown_sign_among_words_that_are_read(
    school: SchoolClassifier, half: str
) -> None:
    unknown = "\ufffd" * len(half)
    assert gap(score(school, f"{INSULT} {half}"), score(school, f"{INSULT} {unknown}")) == 0
    assert score(school, f"{half}{INSULT}{half}")["toxicity"] >= 0.5
    assert gap(score(school, "ok", half), score(school, "ok", unknown)) == 0


def test_emoji_are_read_by_their_names(school: SchoolClassifier) -> None:
    assert gap(score(school, "you 🤡"), score(school, "you  clown face ")) <= INT8_NOISE


def test_answers_come_in_the_order_of_the_texts_whatever_their_length(
    school: SchoolClassifier,
) -> None:
    texts = [Text(words) for words in (CALM * 60, INSULT, "", CALM, f"{CALM * 40}{THREAT}", "ok")]
    together = school.score(texts)
    for text, scores in zip(texts, together, strict=True):
        [alone] = school.score([text])
        others = [one for one in together if one is not scores]
        assert gap(scores, alone) <= INT8_NOISE
        assert gap(scores, alone) < min(gap(other, alone) for other in others)


def test_neighbours_in_a_batch_change_no_score_beyond_the_noise_of_int8(
    school: SchoolClassifier,
) -> None:
    alone = score(school, INSULT)
    for neighbours in ([CALM] * 40, [THREAT] * 40, ["素晴らしい"] * 40, [""] * 40):
        [first, *_] = school.score([Text(INSULT), *map(Text, neighbours)])
        assert gap(first, alone) <= INT8_NOISE


def test_what_a_text_answers_is_read_but_cannot_push_it_out(school: SchoolClassifier) -> None:
    long = score(school, INSULT, CALM * 100)
    assert long["toxicity"] >= 0.5
    assert gap(long, score(school, INSULT)) > 0


def test_raw_scores_are_those_before_the_models_own_lines(school: SchoolClassifier) -> None:
    raw = SchoolClassifier(raw=True)
    lines = json.loads((BUNDLED / "config.json").read_text("utf-8")).get("thresholds", {})
    drawn, free = score(school, INSULT), score(raw, INSULT)
    assert [label for label in drawn if drawn[label] != free[label]] == [
        label for label in drawn if label in lines and drawn[label] != free[label]
    ]
