"""Evidence of n-grams: the counts, by an oracle in plain Python, and no label leaks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import NgramEvidence

WORDS = 5
labelled = st.lists(
    st.tuples(st.lists(st.integers(0, WORDS - 1), max_size=7), st.integers(0, 1)),
    min_size=1,
    max_size=12,
)


def fit(texts, labels, **options):
    return NgramEvidence.fit(texts, labels, **{"vocabulary_size": WORDS, **options})


def ngrams(text, order):
    return [tuple(text[t : t + order]) for t in range(len(text) - order + 1)]


def two_numbers(ngram, texts, labels, min_count):
    """Of one n-gram, from texts that are searched one by one."""
    having = [
        y for x, y in zip(texts, labels, strict=True) if ngram in ngrams(x, len(ngram))
    ]
    p, n = sum(having), len(having) - sum(having)
    if p + n < min_count:
        return 0, 0
    sure = math.log(1 + abs(p - n) / math.sqrt(p + n + 1))
    return math.log((p + 1) / (n + 1)), math.copysign(sure, p - n) if p != n else 0


@settings(deadline=None, max_examples=60)
@given(labelled, st.lists(st.integers(0, WORDS - 1), max_size=9), st.integers(1, 3))
def test_equals_counting_by_hand(pairs, new, min_count):
    texts, labels = zip(*pairs, strict=True)
    orders = (2, 1, 3)
    evidence = fit(texts, labels, orders=orders, min_count=min_count)
    found = evidence.transform([new, *texts])
    for text, channels in zip([new, *texts], found, strict=True):
        assert channels.shape == (len(text), 6) and channels.dtype == "float32"
        for t in range(len(text)):
            for column, order in enumerate(orders):
                expected = 0, 0
                if t + 1 >= order:
                    ngram = tuple(text[t + 1 - order : t + 1])
                    expected = two_numbers(ngram, texts, labels, min_count)
                pair = channels[t, 2 * column : 2 * column + 2]
                np.testing.assert_allclose(pair, expected, atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(labelled.filter(lambda pairs: len(pairs) > 3), st.integers(0, 9))
def test_cross_fitted_channels_do_not_know_their_own_label(pairs, seed):
    texts, labels = map(list, zip(*pairs, strict=True))
    options = {"vocabulary_size": WORDS, "orders": (1, 2), "folds": 3, "seed": seed}
    before = NgramEvidence.cross_fitted(texts, labels, **options)
    labels[0] = 1 - labels[0]
    after = NgramEvidence.cross_fitted(texts, labels, **options)
    np.testing.assert_array_equal(before[0], after[0])


@settings(deadline=None, max_examples=30)
@given(labelled.filter(lambda pairs: len(pairs) > 3), st.integers(1, 2))
def test_cross_fitted_is_a_fit_to_the_other_folds(pairs, min_count):
    texts, labels = zip(*pairs, strict=True)
    options = {"vocabulary_size": WORDS, "orders": (1, 2), "min_count": min_count}
    found = NgramEvidence.cross_fitted(texts, labels, folds=3, seed=4, **options)
    fold = np.random.default_rng(4).permutation(len(texts)) % 3
    for each, inside, channels in zip(texts, fold, found, strict=True):
        others = [number for number, other in enumerate(fold) if other != inside]
        evidence = NgramEvidence.fit(
            [texts[n] for n in others], [labels[n] for n in others], **options
        )
        np.testing.assert_array_equal(channels, evidence.transform([each])[0])


def test_texts_of_one_group_do_not_know_each_other():
    texts = [[1, group] for group in (2, 2, 3, 3, 4, 4)]  # a name that gives it away
    options = {"vocabulary_size": WORDS, "orders": (1,), "folds": 3}
    labels = [1, 1, 0, 0, 1, 0]
    alone = NgramEvidence.cross_fitted(
        texts, labels, groups=[7, 7, 5, 5, 9, 9], **options
    )
    assert not any(each[1].any() for each in alone)
    found = [
        NgramEvidence.cross_fitted(texts, labels, seed=seed, **options)
        for seed in range(5)
    ]
    assert any(each[1].any() for channels in found for each in channels)


def test_cross_fitted_channels_know_the_others():
    texts, labels = [[1, 2]] * 8 + [[1, 3]] * 8, [1] * 8 + [0] * 8
    channels = NgramEvidence.cross_fitted(texts, labels, vocabulary_size=WORDS)
    assert all(each[1, 0] > 1 for each in channels[:8])
    assert all(each[1, 0] < -1 for each in channels[8:])


def test_saved_and_loaded(tmp_path):
    rng = np.random.default_rng(0)
    texts = [rng.integers(0, WORDS, 9) for _ in range(30)]
    evidence = fit(texts, rng.integers(0, 2, 30), orders=(1, 3))
    evidence.save(tmp_path / "counts.npz")
    again = NgramEvidence.load(tmp_path / "counts.npz")
    assert (again.vocabulary_size, again.orders) == (WORDS, (1, 3))
    assert len(again) == len(evidence) > WORDS
    for one, other in zip(
        evidence.transform(texts), again.transform(texts), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert [path.name for path in tmp_path.iterdir()] == ["counts.npz"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": []}, "texts: expected at least one, received none"),
        ({"texts": [[1, 5], [2]]}, "texts: expected ids from 0 to 4, .* 1 to 5 at"),
        ({"texts": [[1], [-1]]}, "texts: expected ids .* received -1 to -1 at index 1"),
        ({"texts": [[[1]], [2]]}, r"texts: expected word ids .* \(1, 1\) at index 0"),
        ({"labels": [0, 2]}, r"labels: expected 0 and 1 .* \[0 2\]"),
        ({"labels": [0]}, "labels: expected 2, one per text, received 1"),
        ({"orders": ()}, r"orders: expected different lengths, received \(\)"),
        ({"orders": (1, 1)}, r"orders: expected different lengths, received \(1, 1\)"),
        ({"orders": (0,)}, "orders: expected a whole number"),
        ({"orders": (28,)}, "orders: n-grams of 28 of 5 words do not fit"),
        ({"min_count": 0}, "min_count: expected a whole number"),
        ({"vocabulary_size": 0}, "vocabulary_size: expected a whole number"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        fit(**{"texts": [[1, 2], [3]], "labels": [0, 1], **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"folds": 1}, "folds: expected .* at least 2, received 1"),
        ({"folds": 3}, "folds: expected at most 2, one per group, received 3"),
        ({"folds": 2, "groups": [4, 4]}, "folds: expected at most 1, .* received 2"),
        ({"folds": 2, "groups": [4]}, r"groups: expected shape \(2,\), .* \(1,\)"),
    ],
)
def test_bad_folds(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        NgramEvidence.cross_fitted(
            [[1], [2]], [0, 1], vocabulary_size=WORDS, **arguments
        )
