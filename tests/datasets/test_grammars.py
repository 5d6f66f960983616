"""Strings against regular expressions of the grammars, written independently."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    generate_brackets,
    generate_counting,
    generate_embedded_reber,
    generate_reber_stream,
)
from rnn_tutorials.datasets.grammars import REBER_SYMBOLS

# The Reber graph with its states eliminated by hand.
UPPER = "(XT*VP)*(S|XT*VV)"
REBER = f"B(TS*X{UPPER}|PT*V(V|P{UPPER}))E"
EMBEDDED = f"(BT{REBER}TE|BP{REBER}PE)"
SEED = st.integers(0, 2**32 - 1)


def read(one_hot, symbols=REBER_SYMBOLS):
    return "".join(symbols[row.argmax()] for row in one_hot if row.any())


def sets(many_hot, symbols=REBER_SYMBOLS):
    return [
        "".join(s for s, on in zip(symbols, row, strict=True) if on) for row in many_hot
    ]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 8), SEED)
def test_embedded_strings_are_in_the_grammar(n, seed):
    X, allowed, outer = generate_embedded_reber(n, seed=seed)
    assert X.shape == allowed.shape == (n, X.shape[1], 7)
    assert X.dtype == allowed.dtype == np.float32 and outer.dtype == bool
    for row, may_follow, at in zip(X, allowed, outer, strict=True):
        text = read(row)
        assert re.fullmatch(EMBEDDED, text)
        assert not row[len(text) :].any() and not may_follow[len(text) - 1 :].any()
        (step,) = np.flatnonzero(at)
        assert text[step + 1] == text[1] and step + 3 == len(text)
        assert sets(may_follow[step : step + 1]) == [text[1]]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 80), SEED)
def test_streams_are_strings_without_a_break(n, timesteps, seed):
    X, allowed, outer = generate_reber_stream(n, timesteps, seed=seed)
    assert X.shape == allowed.shape == (n, timesteps, 7)
    assert outer.shape == (n, timesteps)
    for row, may_follow, at in zip(X, allowed, outer, strict=True):
        text = read(row)
        assert len(text) == timesteps
        follow = sets(may_follow)
        whole = re.match(f"{EMBEDDED}*", text)
        for string in re.finditer(EMBEDDED, text[: whole.end()]):
            step = string.end() - 3
            assert at[step] and follow[step] == string[0][1]
            assert follow[step + 1 : step + 3] == ["E", "B"]
        assert all(b in now for now, b in zip(follow, text[1:], strict=False))
        assert at[: whole.end()].sum() == len(re.findall(EMBEDDED, text))


def test_allowed_sets_are_what_the_strings_show():
    """Over many strings, what follows a prefix is exactly the set that was given."""
    X, allowed, _ = generate_embedded_reber(3000, seed=0)
    seen, given_sets = {}, {}
    for row, may_follow in zip(X, allowed, strict=True):
        text = read(row)
        for t, follow in enumerate(sets(may_follow)[: min(len(text) - 1, 7)]):
            seen.setdefault(text[: t + 1], Counter())[text[t + 1]] += 1
            given_sets[text[: t + 1]] = follow
    often = {prefix: c for prefix, c in seen.items() if c.total() > 60}
    assert len(often) > 20
    for prefix, counter in often.items():
        assert set(counter) == set(given_sets[prefix])
        assert min(counter.values()) > 0.2 * counter.total()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=5),
    st.sampled_from(["ab", "abc", "xyzw"]),
)
def test_counting_strings_and_their_sets(counts, letters):
    symbols = f"S{letters}T"
    X, allowed = generate_counting(counts, letters=letters)
    assert X.shape == allowed.shape
    assert X.shape == (len(counts), 1 + len(letters) * max(counts), len(symbols))
    language = {"S" + "".join(c * n for c in letters) + "T" for n in range(1, 14)}
    for row, may_follow, n in zip(X, allowed, counts, strict=True):
        text = read(row, symbols)
        assert text == "S" + "".join(c * n for c in letters)
        for t in range(len(text)):
            follow = {w[t + 1] for w in language if w.startswith(text[: t + 1])}
            assert set(sets(may_follow, symbols)[t]) == follow
        assert not may_follow[len(text) :].any()


def reduced(text):
    """Cancel neighbouring pairs until there are none left."""
    while (shorter := re.sub(r"\(\)|\[\]|\{\}|<>", "", text)) != text:
        text = shorter
    return text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 4), SEED)
def test_brackets_cancel_and_so_do_their_sets(pairs, kinds, seed):
    symbols = f"S{'()[]{}<>'[: 2 * kinds]}T"
    X, allowed = generate_brackets(pairs, kinds=kinds, seed=seed)
    assert X.shape == allowed.shape == (len(pairs), 1 + 2 * max(pairs), len(symbols))
    assert X.dtype == allowed.dtype == np.float32
    for row, may_follow, number in zip(X, allowed, pairs, strict=True):
        text = read(row, symbols)
        assert len(text) == 1 + 2 * number and reduced(text) == "S"
        for t, follow in enumerate(sets(may_follow, symbols)[: len(text)]):
            left = reduced(text[1 : t + 1])
            # What may come next: an opening one, or what leaves one fewer open.
            fits = [s for s in symbols[1:-1] if len(reduced(left + s)) < len(left)]
            expected = {*symbols[1:-1:2], *fits, *("" if left else "T")}
            assert set(follow) == expected
        assert not may_follow[len(text) :].any()


def test_balanced_strings_are_equally_likely():
    """Catalan's number of shapes for four pairs is 14; kinds are fair coins."""
    X, _ = generate_brackets([4] * 14000, seed=0)
    texts = [read(row, "S()[]T")[1:] for row in X]
    shapes = Counter(text.replace("[", "(").replace("]", ")") for text in texts)
    assert len(shapes) == 14
    assert 850 < min(shapes.values()) and max(shapes.values()) < 1150  # 1000 +- 5 sd
    assert "".join(texts).count("[") == pytest.approx(28000, rel=0.03)


@pytest.mark.parametrize(
    "generate",
    [
        lambda seed: generate_embedded_reber(9, seed=seed),
        lambda seed: generate_reber_stream(3, 50, seed=seed),
        lambda seed: generate_brackets([9, 5], seed=seed),
    ],
)
def test_same_seed_same_data(generate):
    for first, again in zip(generate(7), generate(7), strict=True):
        np.testing.assert_array_equal(first, again)
    assert not np.array_equal(generate(7)[0], generate(8)[0])


@pytest.mark.parametrize(
    "call, name",
    [
        (lambda: generate_embedded_reber(0, seed=0), "n"),
        (lambda: generate_reber_stream(0, 5, seed=0), "n"),
        (lambda: generate_reber_stream(1, 0, seed=0), "timesteps"),
        (lambda: generate_counting([]), "counts"),
        (lambda: generate_counting([3, 0]), "counts"),
        (lambda: generate_brackets([], seed=0), "pairs"),
        (lambda: generate_brackets([2, 0], seed=0), "pairs"),
        (lambda: generate_brackets([2], kinds=0, seed=0), "kinds"),
        (lambda: generate_brackets([2], kinds=5, seed=0), "kinds"),
        (lambda: generate_counting([3], letters="a"), "letters"),
        (lambda: generate_counting([3], letters="aa"), "letters"),
        (lambda: generate_counting([3], letters="aS"), "letters"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .* received .+$"):
        call()
