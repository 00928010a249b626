"""However the headteacher is spoken of, a concern about them is never told to them.

All comments are made up for this test; the people are those of the example settings.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.judging import assess
from bot.model import Action, Kind, Policy, Role, Text, Verdict
from bot.policy import judge
from bot.ports import Classifier
from bot.settings import load
from classifiers.lexicon import LexiconClassifier
from classifiers.onnx import SchoolClassifier

ROOT = Path(__file__).parents[2]

CONCERNS = """\
ht is bullying her staff, ask anyone
The woman who runs this place has been stealing from the trip fund
Hartley stole the trip money
hartleys nicked the PTA cash
Mrs Hartly has been helping herself to the trip money
Mrs H smacked our Riley
H@rtley is a thief
Mrs H@rtl3y locks kids in a cupboard
Miriam's fiddling the Ofsted figures and the SATs papers
our headteecher slapped a little lad
the heads on the take, ask the builders
Her in charge has been taking backhanders from the builders
HT dragged my boy down the corridor by his arm
the boss woman up there hits kids, ask year 1
SLT covered up the abuse
you people in charge protect a paedophile
somebody high up at that school is fiddling with kids
she runs this school like a gangster and pockets the money
the one who runs the place smells of booze every morning
our esteemed leader was drunk at the fair
all the other parents know she hits kids
the other teachers told me she hits the little ones
his dad says she is stealing from the till
I told Mrs Hartley a TA hit my son and she covered it up
Mrs Hartley came round last week and was very nice to my husband and all, we had a lovely chat \
about the garden and the dog, but honestly other parents say she hits children
The head's been sleeping with a parent's husband and paying him out of school money
Mrs Hartley ignored my daughter when she told her she was being abused
Mrs Hartley is a liar and corrupt as they come
the head broke a court order and gave my son to his dad
the headteacher sent my daughter creepy messages on snapchat
Dinner lady yanked our Ben off his chair by his ear, and t'head just laughed when I told her
the heid kens fine he hit the wean and she's covered it up
I'll smash Mrs Hartley's face in for what she did to my son, she hit him
""".splitlines()

BELOW_A_POST = [
    ("She covers it up. Every single time.", "Miss Ellacott grabbed my son by the arm"),
    ("She knew he was abusing those kids and did nothing", "Welcome from our headteacher!"),
    ("shes a thief and always has been", "A message from Mrs Hartley about the fund"),
    ("My husband says she is a thief", "Message from our headteacher"),
    ("that woman should never be allowed near children", "Mrs Hartley reads to year 1"),
    ("She touched my daughter", "Mrs Hartley and Mr Dunmore at the fair"),
    ("disgraceful woman, a thief", "From the headteacher: new term dates"),
    ("her husband got the building contract, funny that", "Mrs Hartley opens the new hall"),
    ("You hit my son and now you post this", "A note from Mrs Hartley: happy half term"),
]


@cache
def the_policy() -> Policy:
    return load(ROOT / "settings.toml", environ={}).policy


@cache
def the_model() -> SchoolClassifier:
    return SchoolClassifier()


def judged(words: str, context: str = "", *, with_model: bool = False) -> Verdict:
    judges: list[Classifier] = [LexiconClassifier()]
    if with_model:
        judges.append(the_model())
    [assessment] = assess([Text(words, context)], [()], judges, the_policy(), explain=False)
    return judge(assessment, the_policy())


@pytest.mark.parametrize("with_model", [False, True], ids=["words alone", "with the model"])
@pytest.mark.parametrize(("words", "post"), [*((words, "") for words in CONCERNS), *BELOW_A_POST])
def test_a_concern_about_the_headteacher_is_told_but_never_to_the_headteacher(
    words: str, post: str, *, with_model: bool
) -> None:
    verdict = judged(words, post, with_model=with_model)
    assert verdict.action is not Action.ALLOW
    assert verdict.told & {Role.CHAIR_OF_GOVERNORS, Role.DSL}
    assert Role.HEADTEACHER not in verdict.told


@pytest.mark.parametrize(
    "words",
    [
        "A TA slapped my daughter",
        "Mr Dunmore slapped my daughter and I told Mrs Hartley",
        "a man grabbed my daughter by the arm outside the gates",
        "my son is being bullied every day in year 5",
        "Mrs Hartley you ugly old hag",
        "gonna kick your head in hartley",
    ],
)
def test_what_is_no_concern_about_the_headteacher_still_reaches_them(words: str) -> None:
    assert Role.HEADTEACHER in judged(words).told


def test_one_threat_is_found_once_though_it_says_your_face() -> None:
    [assessment] = assess(
        [Text("gonna kick your head in hartley")], [()], [LexiconClassifier()], the_policy()
    )
    assert [finding.kind for finding in assessment.findings] == [Kind.THREAT]


@pytest.mark.parametrize(
    "words",
    [
        "I am going to smash Miss Bramley's face in.",
        "I am going to smash Mrs Hartley's face in",
        "gonna burn your house down mr dunmore",
    ],
)
def test_a_threat_aimed_at_somebody_is_hidden_although_the_model_doubts_the_whole(
    words: str,
) -> None:
    assert judged(words, with_model=True).action is Action.HIDE
