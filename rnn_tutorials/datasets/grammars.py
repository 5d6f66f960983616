"""Generated symbol sequences with a grammar: which symbols may come next?

The Reber grammar, embedded and as an endless stream, the counting languages aⁿbⁿ,
aⁿbⁿcⁿ, and balanced brackets. Targets are sets: one number per symbol, 1 if
it may come next.
"""

from collections.abc import Sequence

import numpy as np

from rnn_tutorials._checks import check_count

REBER_SYMBOLS = "BTPSXVE"
BRACKETS = "()[]{}<>"

# State -> symbol -> next state; "B" leads into state 1, "E" ends the string.
_REBER_ARCS = {
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
    7: {},
}


def generate_embedded_reber(
    n: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strings of the embedded Reber grammar with the symbols that may follow each.

    Intuition: the symbol before the last repeats the second one. In between stands a
    string of the Reber grammar, of any length and without a hint:

        B T <Reber string> T E        B P <Reber string> P E
        Reber string: from B, at every branch one of two symbols by a fair coin, to E

    A network that knows the inner grammar but not the outer symbol is right about
    half of the strings' last but one symbol.

    Args:
        n: number of strings, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X: `(n, longest, 7)` of float32, one-hot in the order of `REBER_SYMBOLS`,
            right-padded with zeros.
        allowed: the same shape; at each step 1 for every symbol that may come next.
            Zeros after the final E and at padding.
        outer: `(n, longest)` of bool, True at the one step of a string whose next
            symbol is the outer one, T or P.

    Raises:
        ValueError: `n` outside its range.

    Example:
        >>> X, allowed, outer = generate_embedded_reber(1, seed=0)
        >>> text = "".join(REBER_SYMBOLS[i] for i in X[0].argmax(axis=-1))
        >>> text[:2], text[-2:], allowed[0, 0].astype(int).tolist()
        ('BP', 'PE', [0, 1, 1, 0, 0, 0, 0])

    Reference: Hochreiter, S. and Schmidhuber, J. (1997), section 5.1, figures 3 and 4,
    doi:10.1162/neco.1997.9.8.1735; Reber, A. S. (1967).
    """
    check_count("n", n)
    rng = np.random.default_rng(seed)
    strings = [_embedded_string(rng) for _ in range(n)]
    longest = max(map(len, strings))
    X = _many_hot(REBER_SYMBOLS, strings, longest)
    allowed = _many_hot(REBER_SYMBOLS, map(_next_in_embedded, strings), longest)
    outer = np.zeros((n, longest), dtype=bool)
    outer[np.arange(n), [len(string) - 3 for string in strings]] = True
    return X, allowed, outer


def generate_reber_stream(
    n: int, timesteps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Streams of embedded Reber strings, one after the other without a break.

    Intuition: nobody tells the network where a string ends, so it must learn to clear
    its memory on its own. Each stream begins with the first symbol of a string and
    is cut anywhere; after every E the next string begins with B.

    Args:
        n: number of streams, at least 1.
        timesteps: symbols per stream, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X, allowed `(n, timesteps, 7)` of float32 and outer `(n, timesteps)` of bool,
        as in `generate_embedded_reber`, without padding.

    Raises:
        ValueError: `n` or `timesteps` outside its range.

    Example:
        >>> X, allowed, outer = generate_reber_stream(2, 100, seed=0)
        >>> X.shape, allowed.shape, outer.shape
        ((2, 100, 7), (2, 100, 7), (2, 100))

    Reference: Gers, F. A., Schmidhuber, J. and Cummins, F. (2000), section 4.1,
    doi:10.1162/089976600300015015
    """
    check_count("n", n)
    check_count("timesteps", timesteps)
    rng = np.random.default_rng(seed)
    streams, follow = [], []
    outer = np.zeros((n, timesteps), dtype=bool)
    for row in range(n):
        stream, sets = "", []
        while len(stream) < timesteps:
            string = _embedded_string(rng)
            at = len(stream) + len(string) - 3
            outer[row, at : at + 1] = True
            stream += string
            sets += [*_next_in_embedded(string)[:-1], "B"]
        streams.append(stream[:timesteps])
        follow.append(sets[:timesteps])
    X = _many_hot(REBER_SYMBOLS, streams, timesteps)
    return X, _many_hot(REBER_SYMBOLS, follow, timesteps), outer


def generate_counting(
    counts: Sequence[int], *, letters: str = "ab"
) -> tuple[np.ndarray, np.ndarray]:
    """Strings aⁿbⁿ (or aⁿbⁿcⁿ, …) with the symbols that may follow each.

    Intuition: to know when the last b has come, one has to count the a's. Nothing is
    random: one string for each n asked for.

        S a a a b b b        next: a | a b | a b | a b | b | b | T

    After S comes an a; after an a another one or the first b; from then on there is
    exactly one right answer, and T says that the string is over.

    Args:
        counts: the n of each string, each at least 1.
        letters: the letters to be repeated, at least two different ones, neither S
            nor T. Default "ab".

    Returns:
        X: `(len(counts), steps, len(letters) + 2)` of float32 with
            `steps = 1 + len(letters) * max(counts)`, one-hot in the order S, letters,
            T, right-padded with zeros.
        allowed: the same shape; at each step 1 for every symbol that may come next.

    Raises:
        ValueError: no count, a count below 1, or unusable letters.

    Example:
        >>> X, allowed = generate_counting([1, 3])
        >>> X.shape, allowed[0, :3].astype(int).tolist()
        ((2, 7, 4), [[0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])

    Reference: Gers, F. A. and Schmidhuber, J. (2001). LSTM recurrent networks learn
    simple context-free and context-sensitive languages, doi:10.1109/72.963769
    """
    counts = list(counts)
    if not counts or min(counts) < 1:
        raise ValueError(f"counts: expected numbers of at least 1, received {counts}")
    if (
        len(set(letters)) != len(letters)
        or len(letters) < 2
        or set("ST") & set(letters)
    ):
        raise ValueError(
            "letters: expected two or more different ones without S and T, "
            f"received {letters!r}"
        )
    symbols = f"S{letters}T"
    steps = 1 + len(letters) * max(counts)
    strings = ["S" + "".join(letter * n for letter in letters) for n in counts]
    follow = [
        [letters[0], *[letters[:2]] * n, *string[n + 2 :], "T"]
        for n, string in zip(counts, strings, strict=True)
    ]
    return _many_hot(symbols, strings, steps), _many_hot(symbols, follow, steps)


def generate_brackets(
    pairs: Sequence[int], *, kinds: int = 2, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Balanced strings of brackets with the symbols that may follow each.

    Intuition: with one kind of brackets a counter is enough. With two, one has to
    know in which order the open ones were opened: a stack (Dyck's language).

        S ( [ ] ) ( )        next: ( [ T | ( [ ) | ( [ ] | ( [ ) | ( [ T | ...

    Any bracket may open at any time; the one that was opened last may close; and T may
    come, the end, where none is open. All balanced strings with the same number of
    pairs are equally likely.

    Args:
        pairs: the pairs of brackets in each string, each at least 1.
        kinds: kinds of brackets, 1 to 4. Default 2.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X: `(len(pairs), 1 + 2 max(pairs), 2 kinds + 2)` of float32, one-hot in the
            order S, opening, closing (of the first kind, of the second, ...), T,
            right-padded with zeros.
        allowed: the same shape; at each step 1 for every symbol that may come next.

    Raises:
        ValueError: no string, fewer than one pair, or unusable kinds.

    Example:
        >>> X, allowed = generate_brackets([1, 4], seed=0)
        >>> X.shape, allowed[0].astype(int)[:3].tolist()
        ((2, 9, 6), [[0, 1, 0, 1, 0, 1], [0, 1, 1, 1, 0, 0], [0, 1, 0, 1, 0, 1]])

    Reference: Chomsky, N. and Schützenberger, M. P. (1963). The algebraic theory of
    context-free languages; Dvoretzky, A. and Motzkin, T. (1947). A problem of
    arrangements (equally likely strings, by rotation).
    """
    pairs = list(pairs)
    if not pairs or min(pairs) < 1:
        raise ValueError(f"pairs: expected numbers of at least 1, received {pairs}")
    if check_count("kinds", kinds) > len(BRACKETS) // 2:
        raise ValueError(
            f"kinds: expected at most {len(BRACKETS) // 2}, received {kinds!r}"
        )
    rng = np.random.default_rng(seed)
    strings, follow = zip(
        *(_balanced_string(number, kinds, rng) for number in pairs), strict=True
    )
    symbols, steps = f"S{BRACKETS[: 2 * kinds]}T", 1 + 2 * max(pairs)
    return _many_hot(symbols, strings, steps), _many_hot(symbols, follow, steps)


def _balanced_string(pairs, kinds, rng):
    """Return the string behind S, and for each symbol which may come next."""
    opening = BRACKETS[: 2 * kinds : 2]
    string, waiting, follow = "S", "", [opening + "T"]
    for opens in _balanced_steps(pairs, rng):
        if opens:
            kind = rng.integers(kinds)
            string += opening[kind]
            waiting += BRACKETS[2 * kind + 1]
        else:
            string += waiting[-1]
            waiting = waiting[:-1]
        follow.append(opening + (waiting[-1:] or "T"))
    return string, follow


def _balanced_steps(pairs, rng):
    """Return where a balanced string opens a bracket: all such are equally likely.

    Of all rotations of `pairs` openings and one closing more exactly one never closes
    too much before its last step: the one that begins behind the first lowest point.
    """
    opens = rng.permutation(2 * pairs + 1) < pairs
    lowest = np.argmin(np.cumsum(np.where(opens, 1, -1)))
    return np.roll(opens, -lowest - 1)[:-1]


def _reber_string(rng):
    state, string = 1, "B"
    while branches := list(_REBER_ARCS[state]):
        symbol = branches[rng.integers(len(branches)) if len(branches) > 1 else 0]
        state = _REBER_ARCS[state][symbol]
        string += symbol
    return string


def _embedded_string(rng):
    outer = "TP"[rng.integers(2)]
    return f"B{outer}{_reber_string(rng)}{outer}E"


def _next_in_embedded(string):
    """Return for each symbol of an embedded string which may come next."""
    outer, state, inner = string[1], 1, []
    for symbol in string[3:-2]:
        inner.append("".join(_REBER_ARCS[state]))
        state = _REBER_ARCS[state][symbol]
    return ["TP", "B", *inner, outer, "E", ""]


def _many_hot(symbols, sequences, length):
    """Return `(sequences, length, symbols)`: 1 for each symbol of each step's set."""
    sequences = list(sequences)
    rows = {"": np.zeros(len(symbols), dtype=np.float32)}
    out = np.zeros((len(sequences), length, len(symbols)), dtype=np.float32)
    for number, sequence in enumerate(sequences):
        for members in set(sequence) - set(rows):
            rows[members] = np.array([s in members for s in symbols], dtype=np.float32)
        out[number, : len(sequence)] = [rows[members] for members in sequence]
    return out
