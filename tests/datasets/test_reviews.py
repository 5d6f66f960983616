from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import generate_reviews, reviews

POSITIVE, NEGATIVE = set(reviews._POSITIVE), set(reviews._NEGATIVE)


def label_of(text):
    """Read the label as a person would: the clause after "but", with its negation."""
    words = text.split(" but ")[1].split()
    positive = any(word in POSITIVE for word in words)
    return int(positive != ("not" in words))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_pairs_mirror_each_other(pairs, seed):
    texts, labels = generate_reviews(2 * pairs, seed=seed)
    assert len(texts) == 2 * pairs and labels.shape == (2 * pairs,)
    assert labels.dtype == np.int32
    for k in range(0, 2 * pairs, 2):
        a, b = texts[k].split(" but ")
        assert texts[k + 1] == f"{b} but {a}"
        assert Counter(texts[k].split()) == Counter(texts[k + 1].split())
        assert labels[k] + labels[k + 1] == 1
    assert [label_of(text) for text in texts] == labels.tolist()


def test_same_seed_same_reviews():
    first, second = generate_reviews(20, seed=1), generate_reviews(20, seed=1)
    assert first[0] == second[0]
    np.testing.assert_array_equal(first[1], second[1])
    assert generate_reviews(20, seed=2)[0] != first[0]


def test_reviews_are_varied():
    texts, _ = generate_reviews(2000, seed=0)
    assert len(set(texts)) == 2000
    lengths = [len(text.split()) for text in texts]
    assert 23 <= min(lengths) and max(lengths) <= 39


def test_no_window_of_five_words_joins_but_and_sentiment():
    telling = POSITIVE | NEGATIVE | {"not"}
    for text in generate_reviews(1000, seed=3)[0]:
        words = text.split()
        but = words.index("but")
        near = words[max(but - 4, 0) : but + 5]
        assert not telling.intersection(near)


def test_word_lists_are_disjoint_and_neutral():
    rest = {*reviews._SUBJECTS, *reviews._INTENSIFIERS}
    for phrase in [*reviews._SCOPES, *reviews._TAILS]:
        rest.update(phrase.split())
    assert not (POSITIVE & NEGATIVE)
    assert not (rest & (POSITIVE | NEGATIVE | {"not", "but"}))
    assert min(len(scope.split()) for scope in reviews._SCOPES) >= 3
    assert min(len(tail.split()) for tail in reviews._TAILS) >= 4


@pytest.mark.parametrize("ngrams", [(1, 1), (1, 3)])
def test_a_bag_of_ngrams_is_at_chance(ngrams):
    text = pytest.importorskip("sklearn.feature_extraction.text")
    linear_model = pytest.importorskip("sklearn.linear_model")
    train, labels = generate_reviews(2000, seed=10)
    fresh, answers = generate_reviews(2000, seed=11)
    vectorizer = text.TfidfVectorizer(ngram_range=ngrams, token_pattern=r"\S+")
    model = linear_model.LogisticRegression(max_iter=1000)
    model.fit(vectorizer.fit_transform(train), labels)
    accuracy = model.score(vectorizer.transform(fresh), answers)
    # Three standard errors of a fair coin thrown 2,000 times.
    assert abs(accuracy - 0.5) < 0.034


@pytest.mark.parametrize("n", [0, 1, 7, -2])
def test_odd_or_too_few_are_refused(n):
    with pytest.raises(ValueError, match=f"^n: expected an even .* received {n}$"):
        generate_reviews(n, seed=0)
