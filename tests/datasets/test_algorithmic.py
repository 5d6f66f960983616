"""Every answer is found again by a small program that sees the question alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    generate_associative_recall,
    generate_copy,
    generate_ngrams,
    generate_priority_sort,
    generate_repeat_copy,
    generate_reversal,
    ngram_optimum,
)

seeds = st.integers(0, 10**6)


def span(smallest, largest):
    pair = st.tuples(*[st.integers(smallest, largest)] * 2).map(sorted)
    return st.integers(smallest, largest) | pair


def check(task, solve):
    """The program must say y and the weights; everything is float32 and in step."""
    X, y, weights = task
    assert {a.dtype for a in task} == {np.dtype("float32")}
    assert X.shape[:2] == y.shape[:2] == weights.shape
    for question, answer, weight in zip(X, y, weights, strict=True):
        start, said = solve(question)
        expected = np.zeros_like(answer)
        expected[start : start + len(said)] = said
        np.testing.assert_array_equal(answer, expected)
        steps = np.arange(len(weight))
        inside = (steps >= start) & (steps < start + len(said))
        np.testing.assert_array_equal(weight, inside)
        assert not question[inside].any()


@given(st.integers(1, 4), span(1, 6), st.integers(1, 4), seeds)
def test_copy(n, lengths, bits, seed):
    task = generate_copy(n, lengths, bits=bits, seed=seed)

    def solve(x):
        (end,) = np.flatnonzero(x[:, -1])
        return end + 1, x[:end, :-1]

    check(task, solve)
    longest = np.max(lengths)
    assert task.X.shape == (n, 2 * longest + 1, bits + 1)
    assert (task.weights.sum(axis=1) >= np.min(lengths)).all()


@given(st.integers(1, 4), span(1, 6), st.integers(1, 4), seeds)
def test_reversal(n, lengths, bits, seed):
    task = generate_reversal(n, lengths, bits=bits, seed=seed)

    def solve(x):
        (end,) = np.flatnonzero(x[:, -1])
        assert np.min(lengths) <= end <= np.max(lengths)
        stack = list(x[:end, :-1])
        return end + 1, [stack.pop() for _ in range(end)]

    check(task, solve)
    assert task.X.shape == (n, 2 * np.max(lengths) + 1, bits + 1)


@given(st.integers(1, 4), span(1, 4), span(1, 15), st.integers(1, 4), seeds)
def test_repeat_copy(n, lengths, repeats, bits, seed):
    task = generate_repeat_copy(n, lengths, repeats, bits=bits, seed=seed)

    def solve(x):
        (end,) = np.flatnonzero(x[:, -1])
        times = round(float(x[end, -1]) * 10)
        assert np.min(repeats) <= times <= np.max(repeats)
        said = [vector for _ in range(times) for vector in x[:end]]
        return end + 1, [*said, [0] * bits + [1]]

    check(task, solve)
    steps = np.max(lengths) * (np.max(repeats) + 1) + 2
    assert task.X.shape == (n, steps, bits + 1)


@given(st.integers(1, 4), span(2, 6), st.integers(1, 3), seeds)
def test_associative_recall(n, items, item_length, seed):
    # With 30 bits no two items are equal, so that the answer can be looked up.
    task = generate_associative_recall(
        n, items, item_length=item_length, bits=30, seed=seed
    )

    def solve(x):
        first, last = np.flatnonzero(x[:, -1])
        asked = x[first + 1 : last, :30]
        starts = np.flatnonzero(x[:, -2])
        assert np.min(items) <= len(starts) <= np.max(items)
        listed = [x[s + 1 : s + 1 + item_length, :30] for s in starts]
        (place,) = (i for i, item in enumerate(listed) if (item == asked).all())
        return last + 1, listed[place + 1]

    check(task, solve)


@given(st.integers(1, 4), st.integers(1, 6), st.data())
def test_priority_sort(n, vectors, data):
    highest = data.draw(st.integers(1, vectors))
    seed = data.draw(seeds)
    task = generate_priority_sort(n, vectors, highest=highest, bits=3, seed=seed)

    def solve(x):
        (end,) = np.flatnonzero(x[:, -1])
        assert end == vectors and np.abs(x[:, 3]).max() <= 1
        ranked = sorted(x[:end], key=lambda row: row[3], reverse=True)
        return end + 1, [row[:3] for row in ranked[:highest]]

    check(task, solve)


class TestNgrams:
    @given(st.integers(1, 3), st.integers(1, 4), seeds)
    def test_optimum_counts_what_followed(self, n, order, seed):
        X, y, weights = generate_ngrams(n, 20, order=order, seed=seed)
        chances = ngram_optimum(X, order=order)
        for row in range(n):
            bits = [*X[row, :, 0], y[row, -1, 0]]
            for t in range(19):
                context = bits[t + 2 - order : t + 1] if t + 2 >= order else None
                assert weights[row, t] == (context is not None)
                if context is None:
                    assert chances[row, t, 0] == 0.5
                    continue
                before = [
                    bits[s]
                    for s in range(order - 1, t + 1)
                    if bits[s - order + 1 : s] == context
                ]
                expected = (sum(before) + 0.5) / (len(before) + 1)
                assert chances[row, t, 0] == pytest.approx(expected)

    def test_the_future_does_not_change_the_forecast(self):
        X, *_ = generate_ngrams(2, 30, order=3, seed=0)
        late = X.copy()
        late[:, 20:] = 1 - late[:, 20:]
        one, other = ngram_optimum(X, order=3), ngram_optimum(late, order=3)
        np.testing.assert_array_equal(one[:, :20], other[:, :20])

    def test_chances_follow_the_table(self):
        """Beta(1/2, 1/2): mean 1/2, variance 1/8; the optimum is calibrated."""
        X, y, _ = generate_ngrams(3000, 60, order=1, seed=0)
        p = ngram_optimum(X, order=1)[:, -1, 0]
        assert np.var(p) == pytest.approx(1 / 8, abs=0.01)
        for low, high in [(0, 0.1), (0.45, 0.55), (0.9, 1)]:
            inside = (p >= low) & (p <= high)
            assert y[inside, -1, 0].mean() == pytest.approx(p[inside].mean(), abs=0.06)


def generated(seed):
    return [
        generate_copy(3, (1, 4), seed=seed),
        generate_reversal(3, (1, 4), seed=seed),
        generate_repeat_copy(3, (1, 3), (1, 3), seed=seed),
        generate_associative_recall(3, (2, 4), seed=seed),
        generate_ngrams(3, 30, seed=seed),
        generate_priority_sort(3, 5, highest=4, seed=seed),
    ]


def test_the_seed_decides():
    for one, same, other in zip(generated(1), generated(1), generated(2), strict=True):
        np.testing.assert_array_equal(one.X, same.X)
        np.testing.assert_array_equal(one.y, same.y)
        assert (one.X != other.X).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: generate_copy(0, 2, seed=0), "n: expected"),
        (lambda: generate_copy(1, 0, seed=0), "lengths: expected a whole number"),
        (lambda: generate_copy(1, (1, 2, 3), seed=0), "lengths: expected a number or"),
        (lambda: generate_copy(1, (3, 2), seed=0), "lengths: expected the smaller"),
        (lambda: generate_copy(1, 2, bits=0, seed=0), "bits: expected"),
        (lambda: generate_reversal(1, 0, seed=0), "lengths: expected a whole number"),
        (lambda: generate_repeat_copy(1, 2, 0, seed=0), "repeats: expected"),
        (lambda: generate_associative_recall(1, 1, seed=0), "items: .* at least 2"),
        (
            lambda: generate_associative_recall(1, 2, item_length=0, seed=0),
            "item_length: expected",
        ),
        (lambda: generate_ngrams(1, 5, seed=0), "timesteps: .* at least 6"),
        (lambda: generate_ngrams(1, order=0, seed=0), "order: expected"),
        (lambda: ngram_optimum(np.zeros((2, 3))), r"X: .* received shape \(2, 3\)"),
        (lambda: ngram_optimum(np.zeros((2, 3, 1)), order=0), "order: expected"),
        (
            lambda: generate_priority_sort(1, 3, highest=4, seed=0),
            "highest: expected at most the 3 vectors, received 4",
        ),
        (lambda: generate_priority_sort(1, 0, seed=0), "vectors: expected"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
