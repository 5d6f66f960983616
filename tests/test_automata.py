"""Automata against brute force over all short strings."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.automata import (
    DFA,
    count_strings,
    distinguishing_string,
    minimise,
    sample_strings,
)

EVEN = DFA([[0, 1], [1, 0]], [True, False])  # an even number of 1s
ONES = DFA([[1, 0], [1, 1]], [True, False])


@st.composite
def automata(draw):
    states = draw(st.integers(1, 6))
    number = st.integers(0, states - 1)
    row = st.lists(number, min_size=2, max_size=2)
    table = draw(st.lists(row, min_size=states, max_size=states))
    accepting = draw(st.lists(st.booleans(), min_size=states, max_size=states))
    return DFA(table, accepting, draw(number))


def all_strings(most):
    for length in range(most + 1):
        yield from map("".join, itertools.product("01", repeat=length))


def accepts(dfa, string):
    state = dfa.start
    for symbol in string:
        state = dfa.transitions[state][int(symbol)]
    return dfa.accepting[state]


def states_by_residuals(dfa):
    """Myhill and Nerode: how many kinds of future the reachable states have."""
    ends = all_strings(len(dfa))
    reached = {dfa.path(string)[-1] for string in all_strings(len(dfa))}
    futures = {state: [] for state in reached}
    for end in ends:
        for state in reached:
            moved = DFA(dfa.transitions, dfa.accepting, state)
            futures[state].append(bool(accepts(moved, end)))
    return len(set(map(tuple, futures.values())))


@settings(max_examples=60, deadline=None)
@given(automata())
def test_minimise_keeps_the_language_and_is_smallest(dfa):
    smallest = minimise(dfa)
    strings = [*all_strings(7)]
    np.testing.assert_array_equal(smallest.accepts(strings), dfa.accepts(strings))
    assert len(smallest) == states_by_residuals(dfa)
    assert distinguishing_string(dfa, smallest) is None


@settings(max_examples=60, deadline=None)
@given(automata(), st.randoms(use_true_random=False))
def test_minimise_gives_one_form_however_states_are_numbered(dfa, random):
    order = list(range(len(dfa)))
    random.shuffle(order)
    place = np.argsort(order)
    shuffled = DFA(
        place[dfa.transitions[order]], dfa.accepting[order], int(place[dfa.start])
    )
    one, other = minimise(dfa), minimise(shuffled)
    np.testing.assert_array_equal(one.transitions, other.transitions)
    np.testing.assert_array_equal(one.accepting, other.accepting)
    assert one.start == other.start == 0


@settings(max_examples=80, deadline=None)
@given(automata(), automata())
def test_distinguishing_string_is_a_shortest_one(one, other):
    found = distinguishing_string(one, other)
    # Two automata that differ do so within as many symbols as they have states.
    differ = (s for s in all_strings(8) if accepts(one, s) != accepts(other, s))
    shortest = next(differ, None)
    if found is None or len(found) > 8:
        assert shortest is None
    else:
        assert len(found) == len(shortest) and accepts(one, found) != accepts(
            other, found
        )


@settings(max_examples=40, deadline=None)
@given(automata(), st.integers(0, 8), st.booleans())
def test_counts_and_samples(dfa, length, accepted):
    strings = [s for s in all_strings(length) if len(s) == length]
    wanted = [s for s in strings if accepts(dfa, s) == accepted]
    assert count_strings(dfa, length, accepted=accepted) == len(wanted)
    rng = np.random.default_rng(0)
    if wanted:
        drawn = sample_strings(dfa, 20, [length], rng=rng, accepted=accepted)
        assert set(drawn) <= set(wanted)
    else:
        with pytest.raises(ValueError, match=r"lengths: expected one at which .* is"):
            sample_strings(dfa, 20, [length], rng=rng, accepted=accepted)


def test_samples_are_uniform():
    drawn = sample_strings(EVEN, 8000, [4], rng=np.random.default_rng(1))
    share = [drawn.count(s) / 8000 for s in sorted(set(drawn))]
    np.testing.assert_allclose(share, [1 / 8] * 8, atol=0.02)
    lengths = map(
        len, sample_strings(ONES, 900, [2, 5, 7], rng=np.random.default_rng(2))
    )
    assert np.bincount([*lengths])[[2, 5, 7]] == pytest.approx([300] * 3, abs=60)


def test_long_strings_are_counted_and_drawn():
    assert count_strings(EVEN, 3000) == 2**2999
    (long,) = sample_strings(EVEN, 1, [3000], rng=np.random.default_rng(0))
    assert len(long) == 3000 and long.count("1") % 2 == 0


def test_paths_and_other_alphabets():
    dfa = DFA(np.array([[1, 0, 0], [1, 2, 1], [2, 2, 2]]), [0, 0, 1], symbols="abc")
    assert dfa.path("caab") == [0, 0, 1, 1, 2] and dfa.path("") == [0]
    assert dfa.accepts(["caab", "ba", ""]).tolist() == [True, False, False]
    assert dfa.accepts([]).shape == (0,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: DFA([[0, 1]], [True]), "transitions: .* 0 to 0, .* from 0 to 1"),
        (lambda: DFA([[0.0, 0.0]], [True]), "transitions: .* whole .* float64"),
        (lambda: DFA([[0]], [True]), r"transitions: .* \(states, 2\).* \(1, 1\)"),
        (lambda: DFA([[0, 0]], [True, False]), r"accepting: .* the 1 states.* \(2,\)"),
        (lambda: DFA([[0, 0]], [True], 1), "start: .* below 1, received 1"),
        (lambda: DFA([[0, 0]], [True], symbols="00"), "symbols: .* '00'"),
        (lambda: EVEN.accepts("01"), "strings: expected a list .* '01'"),
        (lambda: EVEN.accepts(["02"]), "strings: expected symbols of '01', .* '2'"),
        (
            lambda: distinguishing_string(EVEN, DFA([[0]], [1], symbols="a")),
            "other: expected the alphabet '01', received 'a'",
        ),
        (lambda: count_strings(EVEN, -1), "length: .* received -1"),
        (
            lambda: sample_strings(EVEN, 0, [1], rng=np.random.default_rng(0)),
            "n: .* received 0",
        ),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call()
