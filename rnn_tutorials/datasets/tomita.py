"""Tomita's seven regular languages over 0 and 1, and strings of them with labels."""

from collections.abc import Iterable, Sequence

import numpy as np

from rnn_tutorials._checks import check_count
from rnn_tutorials.automata import DFA, count_strings, minimise, sample_strings

TOMITA_RULES = {
    1: "only 1s",
    2: "10 repeated",
    3: "no odd run of 0s anywhere after an odd run of 1s",
    4: "no 000",
    5: "an even number of 0s and an even number of 1s",
    6: "number of 0s minus number of 1s divisible by 3",
    7: "0s, then 1s, then 0s, then 1s, each any number",
}

# Rows: states, from 0; columns: the next state on 0 and on 1. Then who accepts.
_AUTOMATA = {
    1: ([[1, 0], [1, 1]], [0]),
    2: ([[1, 2], [1, 1], [0, 1]], [0]),
    3: ([[0, 1], [2, 0], [3, 4], [2, 3], [4, 4]], [0, 1, 3]),
    4: ([[1, 0], [2, 0], [3, 0], [3, 3]], [0, 1, 2]),
    5: ([[1, 2], [0, 3], [3, 0], [2, 1]], [0]),
    6: ([[1, 2], [2, 0], [0, 1]], [0]),
    7: ([[0, 1], [2, 1], [2, 3], [4, 3], [4, 4]], [0, 1, 2, 3]),
}


def tomita_automaton(grammar: int) -> DFA:
    """The smallest automaton that accepts one of Tomita's languages.

    Intuition: seven small languages on which learners of grammars are compared:

        1  only 1s                       2  10 repeated
        3  no odd run of 0s anywhere after an odd run of 1s
        4  no 000                        5  even number of 0s, even number of 1s
        6  number of 0s minus number of 1s divisible by 3
        7  0*1*0*1*

    They have 2, 3, 5, 4, 4, 3 and 5 states, one that can't be left included where
    there is one (1, 2, 3, 4, 7). All accept the empty string. The third is read as
    Tomita's own examples have it, which reject 11011100110: the odd run of 0s need not
    follow at once.

    Args:
        grammar: 1 to 7.

    Returns:
        `rnn_tutorials.automata.DFA` over "01", states in the order of a breadth-first
        search.

    Raises:
        ValueError: another number.

    Example:
        >>> tomita_automaton(4).accepts(["", "1001", "10001"]).tolist()
        [True, True, False]

    Reference: M. Tomita, "Dynamic construction of finite-state automata from examples
    using hill-climbing", Proceedings of the 4th Annual Conference of the Cognitive
    Science Society (1982), 105-108.
    """
    if check_count("grammar", grammar) not in _AUTOMATA:
        raise ValueError(f"grammar: expected 1 to 7, received {grammar!r}")
    table, accepting = _AUTOMATA[grammar]
    return minimise(DFA(table, np.isin(np.arange(len(table)), accepting)))


def generate_tomita(
    grammar: int, n: int, lengths: Iterable[int], *, seed: int
) -> tuple[list[str], np.ndarray]:
    """Strings, half of them of one of Tomita's languages, with their labels.

    Intuition: most of the languages are rare among long strings (of 2^20 strings of
    20 symbols one is 1s only), so they are drawn from the automaton. And a random
    string that is rejected gives itself away early, so half of the rejected ones are
    near misses: an accepted string with one symbol flipped.

    Args:
        grammar: 1 to 7, as in `tomita_automaton`.
        n: number of strings, at least 4; they may repeat.
        lengths: possible lengths. Accepted strings, rejected ones and near misses take
            those at which there are any, with equal chance (grammar 2 has no string of
            odd length).
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        strings: list of `n`, in random order: a half accepted, a quarter rejected, a
            quarter near misses.
        labels: `(n,)` of int32, 1 for accepted.

    Raises:
        ValueError: an argument outside its range, or lengths at which nothing is
            accepted or nothing rejected.

    Example:
        >>> strings, labels = generate_tomita(1, 4, [5], seed=0)
        >>> sorted(zip(strings, labels.tolist()))[-1], labels.sum().item()
        (('11111', 1), 2)
    """
    dfa = tomita_automaton(grammar)
    check_count("n", n, at_least=4)
    lengths = list(lengths)
    rng = np.random.default_rng(seed)
    quarter = n // 4
    strings = sample_strings(dfa, n - 2 * quarter, lengths, rng=rng)
    strings += sample_strings(dfa, quarter, lengths, rng=rng, accepted=False)
    strings += _near_misses(dfa, quarter, lengths, rng)
    strings = [strings[i] for i in rng.permutation(n)]
    return strings, dfa.accepts(strings).astype(np.int32)


def encode_binary(strings: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Strings of 0 and 1 as one-hot arrays behind a start symbol.

    Intuition: the start symbol stands for "nothing read yet", so that the empty string
    has a step as well, and a network that is asked at every step answers for every
    prefix, the empty one first. No row is all padding, which a fused kernel on a GPU
    could not take.

    Args:
        strings: at least one, each of 0s and 1s, or empty.

    Returns:
        X: `(strings, longest + 1, 3)` of float32, one-hot: start, 0, 1; right-padded
            with zeros.
        lengths: `(strings,)` of int32, symbols of each; `X[i, lengths[i]]` is its last
            step.

    Raises:
        ValueError: no string, one alone, or other symbols.

    Example:
        >>> X, lengths = encode_binary(["01", ""])
        >>> X[0].argmax(axis=-1).tolist(), X[1].sum(axis=-1).tolist(), lengths.tolist()
        ([0, 1, 2], [1.0, 0.0, 0.0], [2, 0])
    """
    if isinstance(strings, str) or not len(strings):
        raise ValueError(
            "strings: expected a list of strings, at least one, "
            f"received {repr(strings) if len(strings) else 'none'}"
        )
    lengths = np.array([len(string) for string in strings], np.int32)
    X = np.zeros((len(strings), lengths.max() + 1, 3), np.float32)
    X[:, 0, 0] = 1
    for row, string in enumerate(strings):
        if set(string) - set("01"):
            raise ValueError(f"strings: expected 0s and 1s, received {string!r}")
        X[row, np.arange(1, len(string) + 1), [1 + int(s) for s in string]] = 1
    return X, lengths


def _near_misses(dfa, n, lengths, rng):
    """Accepted strings with one symbol flipped that are rejected.

    Where a length has both kinds, flipping symbols one by one leads from one kind to
    the other, so there are some.
    """
    lengths = [
        each
        for each in lengths
        if count_strings(dfa, each) and count_strings(dfa, each, accepted=False)
    ]
    if not lengths:
        raise ValueError(
            "lengths: expected one at which some strings are accepted and some rejected"
        )
    misses = []
    while len(misses) < n:
        for string in sample_strings(dfa, n, lengths, rng=rng):
            place = rng.integers(len(string))
            flipped = {"0": "1", "1": "0"}[string[place]]
            changed = string[:place] + flipped + string[place + 1 :]
            if not dfa.accepts([changed])[0]:
                misses.append(changed)
    return misses[:n]
