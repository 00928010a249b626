"""The bundled model is a classifier like any other."""

from __future__ import annotations

import pytest

from bot.model import Text
from bot.ports import Classifier, Options
from classifiers.onnx import BUNDLED, SchoolClassifier
from tests.contract.classifier_contract import PLAIN, STRANGE, ClassifierContract

INT8_NOISE = 0.12


@pytest.fixture(scope="module")
def school() -> SchoolClassifier:
    """Loaded once: it takes a second, and nothing is kept between two calls."""
    return SchoolClassifier()


class TestSchoolContract(ClassifierContract):
    @pytest.fixture
    def classifier(self, school: SchoolClassifier) -> Classifier:
        return school

    @pytest.fixture
    def known_options(self) -> Options:
        return {"folder": str(BUNDLED), "threads": 1}

    def test_a_batch_of_one_equals_a_batch_of_many(self, classifier: Classifier) -> None:
        """Up to the noise of int8: all texts of a batch share one scale for their eight bits."""
        texts = [Text(words[:2_000]) for words in (*PLAIN, *STRANGE.values())]
        together = classifier.score(texts)
        for text, scores in zip(texts, together, strict=True):
            [alone] = classifier.score([text])
            assert dict(scores) == pytest.approx(dict(alone), abs=INT8_NOISE)
