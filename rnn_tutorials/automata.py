"""Deterministic finite automata: run, minimise, compare, draw strings from.

An automaton reads a string symbol by symbol and is, at each moment, in one of finitely
many states; it accepts a string if the last state is an accepting one. Strings are
Python strings, the empty one included. Imports NumPy only.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from rnn_tutorials._checks import check_count

__all__ = [
    "DFA",
    "count_strings",
    "distinguishing_string",
    "minimise",
    "sample_strings",
]


@dataclass(frozen=True, eq=False)
class DFA:
    """A deterministic finite automaton.

    Args:
        transitions: `(states, symbols)` of ints: the state that follows each state
            on each symbol.
        accepting: `(states,)` of bool.
        start: the state before the first symbol.
        symbols: the alphabet, one character per column of `transitions`.

    Raises:
        ValueError: arguments that do not fit together.

    Example: an even number of 1s.
        >>> even = DFA([[0, 1], [1, 0]], [True, False])
        >>> even.accepts(["", "0110", "1"]).tolist(), even.path("011")
        ([True, True, False], [0, 0, 1, 0])
    """

    transitions: np.ndarray
    accepting: np.ndarray
    start: int = 0
    symbols: str = "01"

    def __post_init__(self):
        table = _check_table(self.transitions, self.symbols)
        object.__setattr__(self, "transitions", table)
        accepting = np.asarray(self.accepting)
        if accepting.shape != (len(table),):
            raise ValueError(
                f"accepting: expected one truth value for each of the {len(table)} "
                f"states, received shape {accepting.shape}"
            )
        object.__setattr__(self, "accepting", accepting.astype(bool))
        if check_count("start", self.start, at_least=0) >= len(table):
            raise ValueError(
                f"start: expected a state below {len(table)}, received {self.start}"
            )

    def __len__(self):
        return len(self.transitions)

    def path(self, string):
        """States that one string leads through, `len(string) + 1` of them.

        Raises:
            ValueError: a symbol outside the alphabet.
        """
        state, states = self.start, [self.start]
        for symbol in string:
            state = int(self.transitions[state, self._column(symbol)])
            states.append(state)
        return states

    def accepts(self, strings):
        """Whether each string of a list is accepted, `(strings,)` of bool.

        Raises:
            ValueError: one string alone; a symbol outside the alphabet.
        """
        if isinstance(strings, str):
            raise ValueError(
                f"strings: expected a list of strings, received one: {strings!r}"
            )
        ends = [self.path(string)[-1] for string in strings]
        return self.accepting[np.array(ends, dtype=int)]

    def _column(self, symbol):
        column = self.symbols.find(symbol)
        if column < 0:
            raise ValueError(
                f"strings: expected symbols of {self.symbols!r}, received {symbol!r}"
            )
        return column


def minimise(dfa):
    """Return the smallest automaton that accepts the same strings.

    Intuition: two states are the same if no string read from there tells them apart.
    Split the states into accepting and rejecting; split a group again when its members
    lead to different groups; stop when nothing splits (Moore). States that can't be
    reached are left out.

    The states are numbered in the order in which a breadth-first search finds them. The
    smallest automaton is unique, so two automata accept the same strings exactly if
    this gives the same table for both.

    Args:
        dfa: a `DFA`.

    Example:
        >>> minimise(DFA([[1, 2], [0, 2], [2, 2]], [True, True, False])).transitions
        array([[0, 1],
               [1, 1]])

    Reference: E. F. Moore, "Gedanken-experiments on sequential machines", Automata
        Studies (1956), doi:10.1515/9781400882618-006.
    """
    table, accepting = dfa.transitions, dfa.accepting
    group, groups = accepting.astype(int), 0
    while groups < (groups := len(np.unique(group))):
        signature = np.column_stack([group, group[table]])
        group = np.unique(signature, axis=0, return_inverse=True)[1].ravel()
    # One state stands for its group.
    _, member = np.unique(group, return_index=True)
    order = _breadth_first(group[table[member]], group[dfa.start])
    place = np.full(len(member), -1)
    place[order] = np.arange(len(order))
    return DFA(
        place[group[table[member[order]]]], accepting[member[order]], 0, dfa.symbols
    )


def distinguishing_string(one, other):
    """Return a shortest string that just one of two automata accepts, None if none.

    Both run side by side from their starts, over all pairs of states that any string
    leads to; there are at most as many as the product of their sizes.

    Args:
        one, other: `DFA`s over the same alphabet.

    Raises:
        ValueError: different alphabets.

    Example:
        >>> distinguishing_string(DFA([[0, 0]], [True]), DFA([[0, 1], [1, 0]], [1, 0]))
        '1'
    """
    if one.symbols != other.symbols:
        raise ValueError(
            f"other: expected the alphabet {one.symbols!r}, received {other.symbols!r}"
        )
    seen = {(one.start, other.start)}
    waiting = deque([(one.start, other.start, "")])
    while waiting:
        a, b, string = waiting.popleft()
        if one.accepting[a] != other.accepting[b]:
            return string
        for column, symbol in enumerate(one.symbols):
            pair = int(one.transitions[a, column]), int(other.transitions[b, column])
            if pair not in seen:
                seen.add(pair)
                waiting.append((*pair, string + symbol))
    return None


def sample_strings(dfa, n, lengths, *, rng, accepted=True):
    """Draw strings that an automaton accepts, or rejects.

    Intuition: count, backwards from the end, in how many ways each state can be
    completed; then at each step take a symbol with a chance in proportion. So every
    accepted string of a length is equally likely, however rare such strings are.

    Args:
        dfa: a `DFA`.
        n: number of strings, at least 1; they may repeat.
        lengths: possible lengths, equally likely; those without any such string are
            left out.
        rng: `numpy.random.Generator`.
        accepted: False draws strings that are rejected.

    Returns:
        List of `n` strings.

    Raises:
        ValueError: `n` below 1, or no such string of any of the lengths.

    Example:
        >>> only_ones = DFA([[1, 0], [1, 1]], [True, False])
        >>> sample_strings(only_ones, 2, [3], rng=np.random.default_rng(0))
        ['111', '111']
    """
    check_count("n", n)
    lengths = sorted({check_count("lengths", each, at_least=0) for each in lengths})
    ways = _completions(dfa, max(lengths, default=0), accepted)
    possible = [length for length in lengths if ways[length][dfa.start] > 0]
    if not possible:
        kind = "accepted" if accepted else "rejected"
        raise ValueError(
            f"lengths: expected one at which a string is {kind}, received {lengths}"
        )
    return [_walk(dfa, ways, rng.choice(possible), rng) for _ in range(n)]


def count_strings(dfa, length, *, accepted=True):
    """Number of strings of one length that an automaton accepts, exactly.

    Args:
        dfa: a `DFA`.
        length: at least 0.
        accepted: False counts strings that are rejected.

    Raises:
        ValueError: `length` below 0.

    Example:
        >>> even = DFA([[0, 1], [1, 0]], [True, False])
        >>> count_strings(even, 3), count_strings(even, 100) == 2**99
        (4, True)
    """
    check_count("length", length, at_least=0)
    return int(_completions(dfa, length, accepted)[length][dfa.start])


def _completions(dfa, length, accepted):
    """For k = 0 to length: strings of k symbols from each state to a wanted one."""
    wanted = dfa.accepting if accepted else ~dfa.accepting
    ways = [np.array([int(w) for w in wanted], dtype=object)]  # Python's, of any size
    for _ in range(length):
        ways.append(ways[-1][dfa.transitions].sum(axis=1))
    return ways


def _walk(dfa, ways, length, rng):
    state, string = dfa.start, ""
    for left in range(length - 1, -1, -1):
        chances = ways[left][dfa.transitions[state]]
        p = (chances / chances.sum()).astype(float)
        column = rng.choice(len(p), p=p)
        string += dfa.symbols[column]
        state = dfa.transitions[state, column]
    return string


def _breadth_first(table, start):
    order = [int(start)]
    for state in order:  # grows while it is read
        order += [s for s in dict.fromkeys(table[state].tolist()) if s not in order]
    return np.array(order)


def _check_table(transitions, symbols):
    if not symbols or len(set(symbols)) != len(symbols):
        raise ValueError(
            "symbols: expected different characters, at least one, "
            f"received {symbols!r}"
        )
    table = np.asarray(transitions)
    if table.ndim != 2 or table.shape[1] != len(symbols) or not len(table):
        raise ValueError(
            f"transitions: expected shape (states, {len(symbols)}), one column for "
            f"each of {symbols!r}, received {table.shape}"
        )
    whole = table.dtype.kind in "iu"
    if not whole or table.min() < 0 or table.max() >= len(table):
        raise ValueError(
            f"transitions: expected whole numbers from 0 to {len(table) - 1}, "
            f"received {table.dtype.name} from {table.min()} to {table.max()}"
        )
    return table.astype(int)
