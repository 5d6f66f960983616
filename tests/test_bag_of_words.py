"""The bag of words is scikit-learn's, and stays the same through JSON."""

import json

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from rnn_tutorials import _bag_of_words
from rnn_tutorials._bag_of_words import BagOfWords


def labelled(classes, count=120, seed=0):
    """Texts whose words lean towards their class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    texts = [
        " ".join(rng.choice(list("abcdefgh"), 6, p=_leaning(label))) for label in labels
    ]
    return [text.replace("a", "Às") for text in texts], labels


def _leaning(label):
    weights = np.ones(8)
    weights[label] = 3
    return weights / weights.sum()


@pytest.mark.parametrize("classes", [2, 3])
def test_as_scikit_learn_has_it(classes, monkeypatch):
    monkeypatch.setattr(_bag_of_words, "_STRENGTHS", (10,))
    train, new = labelled(classes), labelled(classes, seed=1)[0]
    bag = BagOfWords.fit(train, train)
    tfidf = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True)
    peer = make_pipeline(tfidf, LogisticRegression(C=10, max_iter=500)).fit(*train)
    found = bag.probabilities([*new, ""])
    np.testing.assert_allclose(found, peer.predict_proba([*new, ""]), atol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_the_same_through_json():
    train, new = labelled(3), labelled(3, seed=1)[0]
    bag = BagOfWords.fit(train, train)
    again = BagOfWords(**json.loads(json.dumps(bag.to_json())))
    np.testing.assert_array_equal(again.probabilities(new), bag.probabilities(new))


def test_the_validation_part_chooses_the_regularisation():
    texts, labels = labelled(2)
    # Turned round, the labels are met best by the weakest belief in the words.
    own, turned = (
        BagOfWords.fit((texts, labels), (texts, v)) for v in (labels, 1 - labels)
    )
    sizes = [np.abs(bag.to_json()["coefficients"]).sum() for bag in (own, turned)]
    assert sizes[0] > 2 * sizes[1]


def test_the_most_frequent_terms_are_kept(monkeypatch):
    monkeypatch.setattr(_bag_of_words, "_MOST_TERMS", 3)
    texts = ["x y", "x z", "x y", "z x"] * 5
    bag = BagOfWords.fit((texts, [0, 1] * 10), (texts, [0, 1] * 10))
    assert set(bag.to_json()["terms"]) < {"x", "y", "z", "x y"}
