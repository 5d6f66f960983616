"""Tomita's languages: tables against rules in words, and his own examples."""

import itertools
import re

import numpy as np
import pytest

from rnn_tutorials.automata import minimise
from rnn_tutorials.datasets import (
    TOMITA_RULES,
    encode_binary,
    generate_tomita,
    tomita_automaton,
)


def odd_zeros_after_odd_ones(string):
    runs = [(symbol, len([*run])) for symbol, run in itertools.groupby(string)]
    odd = [symbol for symbol, length in runs if length % 2]
    return "1" in odd and "0" in odd[odd.index("1") :]


RULES = {
    1: lambda s: "0" not in s,
    2: lambda s: re.fullmatch("(10)*", s),
    3: lambda s: not odd_zeros_after_odd_ones(s),
    4: lambda s: "000" not in s,
    5: lambda s: s.count("0") % 2 == s.count("1") % 2 == 0,
    6: lambda s: (s.count("0") - s.count("1")) % 3 == 0,
    7: lambda s: re.fullmatch("0*1*0*1*", s),
}
SIZES = {1: 2, 2: 3, 3: 5, 4: 4, 5: 4, 6: 3, 7: 5}
STRINGS = [
    "".join(each)
    for length in range(13)
    for each in itertools.product("01", repeat=length)
]
every_grammar = pytest.mark.parametrize("grammar", range(1, 8))


@every_grammar
def test_tables_agree_with_the_rules_on_all_short_strings(grammar):
    expected = [bool(RULES[grammar](string)) for string in STRINGS]
    assert tomita_automaton(grammar).accepts(STRINGS).tolist() == expected


@every_grammar
def test_tables_are_the_smallest(grammar):
    dfa = tomita_automaton(grammar)
    assert len(dfa) == len(minimise(dfa)) == SIZES[grammar]
    assert grammar in TOMITA_RULES


def test_an_even_run_between_changes_nothing():
    accepts = tomita_automaton(3).accepts
    assert accepts(["100100", "110000011100001", "111101100010011100"]).all()
    assert not accepts(["10", "0111001101", "11011100110"]).any()


@every_grammar
def test_generated_strings(grammar):
    strings, labels = generate_tomita(grammar, 101, range(11, 21), seed=3)
    assert len(strings) == 101 and labels.dtype == np.int32
    assert labels.sum() == 51
    assert [bool(RULES[grammar](s)) for s in strings] == labels.astype(bool).tolist()
    lengths = {len(string) for string in strings}
    assert lengths <= set(range(11, 21)) and len(lengths) >= 8
    # At least a quarter is one symbol away from an accepted string.
    flips = [
        any(RULES[grammar](s[:i] + "10"[int(s[i])] + s[i + 1 :]) for i in range(len(s)))
        for s, label in zip(strings, labels, strict=True)
        if not label
    ]
    assert sum(flips) >= 25


def test_same_seed_same_strings():
    first, again, other = (
        generate_tomita(4, 40, range(5, 9), seed=seed) for seed in (1, 1, 2)
    )
    assert first[0] == again[0] != other[0]
    np.testing.assert_array_equal(first[1], again[1])


def test_encoding():
    X, lengths = encode_binary(["", "011", "1"])
    assert X.shape == (3, 4, 3) and X.dtype == np.float32
    assert lengths.tolist() == [0, 3, 1]
    assert X.sum(axis=(1, 2)).tolist() == [1, 4, 2]
    assert X[1].argmax(axis=-1).tolist() == [0, 1, 2, 2]
    assert not X[2, 2:].any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tomita_automaton(8), "grammar: expected 1 to 7, received 8"),
        (lambda: tomita_automaton("1"), "grammar: .* received '1'"),
        (lambda: generate_tomita(0, 4, [5], seed=0), "grammar: .* received 0"),
        (lambda: generate_tomita(1, 3, [5], seed=0), "n: .* at least 4, received 3"),
        (lambda: generate_tomita(4, 4, [2], seed=0), "lengths: .* is rejected"),
        (lambda: generate_tomita(2, 4, [3], seed=0), "lengths: .* is accepted"),
        (
            lambda: generate_tomita(2, 4, [0, 1], seed=0),
            "lengths: .* and some rejected",
        ),
        (lambda: encode_binary("01"), "strings: expected a list .* '01'"),
        (lambda: encode_binary([]), "strings: .* received none"),
        (lambda: encode_binary(["012"]), "strings: expected 0s and 1s, .* '012'"),
    ],
)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
