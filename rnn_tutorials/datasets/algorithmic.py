"""Tasks that a small program could do: those of the Turing machine paper.

The five of that paper, and reversal. All give X `(n, timesteps, features)`, y
`(n, timesteps, outputs)` of bits and weights `(n, timesteps)`, 1 at steps whose output
counts, else 0; all of float32. Sequences of several lengths are padded with zeros on
the right, weight 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_tutorials._checks import check_count

SCALE = 10  # a number of repetitions is shown as a tenth of it


class Task(NamedTuple):
    """Sequences of one task; unpacks to `X, y, weights`."""

    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray


def generate_copy(
    n: int, lengths: int | Sequence[int], *, bits: int = 8, seed: int
) -> Task:
    """Random bit vectors to be said again, after the last of them.

    Intuition: the simplest thing that a memory is for. With 8 bits and 20 vectors
    there are 160 coins to keep, and none can be guessed from the others.

        X: l vectors, then 1 in the last column (the end), then nothing
        y: the same l vectors, from the step after the end on

    Args:
        n: number of sequences, at least 1.
        lengths: number of vectors, at least 1: one number for all, or a pair (shortest,
            longest), from which each sequence draws its own.
        bits: size of a vector, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, 2 longest + 1, bits + 1)`, y `(n, 2 longest + 1, bits)` and weights.

    Raises:
        ValueError: a number outside its range, or a pair in the wrong order.

    Example:
        >>> X, y, weights = generate_copy(1, 2, bits=3, seed=0)
        >>> X[0].T.astype(int).tolist()
        [[1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
        >>> y[0].T.astype(int).tolist(), weights[0].tolist()
        ([[0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0]], [0.0, 0.0, 0.0, 1.0, 1.0])

    Reference: Graves, A., Wayne, G. and Danihelka, I. (2014), section 4.1,
    arXiv:1410.5401.
    """
    return _heard_then_said(n, lengths, bits, seed, lambda vectors: vectors)


def generate_reversal(
    n: int, lengths: int | Sequence[int], *, bits: int = 8, seed: int
) -> Task:
    """Random bit vectors to be said backwards, after the last of them.

    Intuition: what came last is wanted first, as a stack gives it.

        X: l vectors, then 1 in the last column (the end), then nothing
        y: the same l vectors, the last one first, from the step after the end on

    Args:
        n: number of sequences, at least 1.
        lengths: number of vectors, at least 1: one number for all, or a pair (shortest,
            longest), from which each sequence draws its own.
        bits: size of a vector, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, 2 longest + 1, bits + 1)`, y `(n, 2 longest + 1, bits)` and weights.

    Raises:
        ValueError: a number outside its range, or a pair in the wrong order.

    Example:
        >>> X, y, weights = generate_reversal(1, 3, bits=1, seed=3)
        >>> X[0, :, 0].astype(int).tolist(), y[0, :, 0].astype(int).tolist()
        ([1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1])

    Reference: Joulin, A. and Mikolov, T. (2015), arXiv:1503.01007; Grefenstette, E. and
    others (2015). Learning to Transduce with Unbounded Memory, section 4.1,
    arXiv:1506.02516.
    """
    return _heard_then_said(n, lengths, bits, seed, lambda vectors: vectors[::-1])


def generate_repeat_copy(
    n: int,
    lengths: int | Sequence[int],
    repeats: int | Sequence[int],
    *,
    bits: int = 8,
    seed: int,
) -> Task:
    """Random bit vectors to be said again several times, and then an end to be said.

    Intuition: a loop with a counter around the loop of `generate_copy`.

        X: l vectors, then a tenth of the number of repetitions in the last column
        y: the l vectors r times from the next step on, then 1 in the last column

    Convention: the paper shows the number scaled to mean 0 and variance 1. A tenth of
    it is as small and means the same whatever is drawn.

    Args:
        n: number of sequences, at least 1.
        lengths, repeats: how many vectors, and how often, at least 1: one number for
            all, or a pair (smallest, largest), from which each sequence draws its own.
        bits: size of a vector, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X and y `(n, longest (most + 1) + 2, bits + 1)` and weights.

    Raises:
        ValueError: a number outside its range, or a pair in the wrong order.

    Example:
        >>> X, y, weights = generate_repeat_copy(1, 1, 3, bits=2, seed=1)
        >>> X[0].T.round(1).tolist()[2]
        [0.0, 0.30000001192092896, 0.0, 0.0, 0.0, 0.0]
        >>> y[0, :, 2].tolist(), weights[0].tolist()
        ([0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0, 1.0, 1.0])

    Reference: Graves, A., Wayne, G. and Danihelka, I. (2014), section 4.2,
    arXiv:1410.5401.
    """
    rng, (shortest, longest) = _start(n, seed), _span("lengths", lengths)
    fewest, most = _span("repeats", repeats)
    check_count("bits", bits)
    task = _empty(n, longest * (most + 1) + 2, bits + 1, bits + 1)
    for row, length in enumerate(rng.integers(shortest, longest + 1, n)):
        times = rng.integers(fewest, most + 1)
        vectors = np.pad(rng.integers(0, 2, (length, bits)), [(0, 0), (0, 1)])
        task.X[row, :length] = vectors
        task.X[row, length, bits] = times / SCALE
        end = np.eye(bits + 1)[-1:]
        _answer(task, row, length + 1, np.vstack([*[vectors] * times, end]))
    return task


def generate_associative_recall(
    n: int,
    items: int | Sequence[int],
    *,
    item_length: int = 3,
    bits: int = 6,
    seed: int,
) -> Task:
    """A list of items; shown one of them again, say the one that came after it.

    Intuition: a pointer. To find the answer, find where the question was written, and
    read on from there.

        an item: `item_length` vectors; before each, 1 in the last column but one
        the question: not the last item; 1 in the last column before and after it
        y: the next item, from the step after the question on

    Args:
        n: number of sequences, at least 1.
        items: length of the list, at least 2: one number for all, or a pair (shortest,
            longest), from which each sequence draws its own.
        item_length, bits: vectors in an item, and their size, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, longest (item_length + 1) + 2 item_length + 2, bits + 2)`, y with `bits`
        columns, and weights. Two items of one list can be equal by chance.

    Raises:
        ValueError: a number outside its range, or a pair in the wrong order.

    Example:
        >>> X, y, weights = generate_associative_recall(4, (2, 6), seed=0)
        >>> X.shape, y.shape, weights.sum(axis=1).tolist()
        ((4, 32, 8), (4, 32, 6), [3.0, 3.0, 3.0, 3.0])

    Reference: Graves, A., Wayne, G. and Danihelka, I. (2014), section 4.3,
    arXiv:1410.5401.
    """
    rng, (shortest, longest) = _start(n, seed), _span("items", items, at_least=2)
    check_count("bits", bits)
    size = check_count("item_length", item_length)
    task = _empty(n, longest * (size + 1) + 2 * size + 2, bits + 2, bits)
    for row, count in enumerate(rng.integers(shortest, longest + 1, n)):
        listed = rng.integers(0, 2, (count, size, bits))
        asked = rng.integers(0, count - 1)
        t = 0
        for mark, item in [*((bits, each) for each in listed), (-1, listed[asked])]:
            task.X[row, t, mark] = 1
            task.X[row, t + 1 : t + 1 + size, :bits] = item
            t += size + 1
        task.X[row, t, -1] = 1
        _answer(task, row, t + 1, listed[asked + 1])
    return task


def generate_ngrams(n: int, timesteps: int = 200, *, order: int = 6, seed: int) -> Task:
    """Bits whose chances depend on the bits before, by a table new to each sequence.

    Intuition: nothing to be learnt by heart. A reader must count, for each context,
    what followed it so far in this very sequence.

        table: a chance of 1 for each of the 2^(order - 1) contexts, from Beta(1/2, 1/2)
        the first order - 1 bits are fair coins, each later one is drawn by the table
        y_t = x_{t+1}; weight 1 where the whole context of y_t is known

    `ngram_optimum` is the best that can be done.

    Args:
        n: number of sequences, at least 1.
        timesteps: bits in each, at least `order`.
        order: bits in an n-gram, the forecast one included, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X and y `(n, timesteps - 1, 1)` and weights.

    Raises:
        ValueError: a number outside its range.

    Example:
        >>> X, y, weights = generate_ngrams(2, 50, order=3, seed=0)
        >>> X.shape, int(weights[0].sum()), bool((X[:, 1:] == y[:, :-1]).all())
        ((2, 49, 1), 48, True)

    Reference: Graves, A., Wayne, G. and Danihelka, I. (2014), section 4.4,
    arXiv:1410.5401.
    """
    rng, context = _start(n, seed), check_count("order", order) - 1
    check_count("timesteps", timesteps, order)
    chances = rng.beta(0.5, 0.5, (n, 2**context))
    bits = rng.integers(0, 2, (n, timesteps))
    rows = np.arange(n)
    for t in range(context, timesteps):
        p = chances[rows, _as_numbers(bits[:, t - context : t])]
        bits[:, t] = rng.random(n) < p
    bits = bits[..., np.newaxis].astype(np.float32)
    weights = np.ones((n, timesteps - 1), np.float32)
    weights[:, : max(context - 1, 0)] = 0
    return Task(bits[:, :-1], bits[:, 1:], weights)


def ngram_optimum(X: np.ndarray, *, order: int = 6) -> np.ndarray:
    """The best forecast of the next bit in sequences of `generate_ngrams`.

    After N1 ones and N0 zeros in the same context, (N1 + 1/2) / (N1 + N0 + 1): the mean
    of the chances that these counts leave likely.

    Args:
        X: bits `(n, timesteps, 1)`.
        order: bits in an n-gram, as in `generate_ngrams`.

    Returns:
        Chance that the next bit is 1, `(n, timesteps, 1)`; 1/2 while the context is
        not complete.

    Raises:
        ValueError: `order` below 1, or `X` of another shape.

    Example:
        >>> ngram_optimum(np.ones((1, 4, 1)), order=1).ravel().round(3).tolist()
        [0.75, 0.833, 0.875, 0.9]

    Reference: Murphy, K. P. (2012). Machine Learning. MIT Press, section 3.3 (the mean
    of a Beta distribution after counts); Graves and others (2014), equation 10.
    """
    context = check_count("order", order) - 1
    X = np.asarray(X)
    if X.ndim != 3 or X.shape[-1] != 1:
        raise ValueError(f"X: expected (n, timesteps, 1), received shape {X.shape}")
    bits = X[..., 0].astype(int)
    n, timesteps = bits.shape
    counts = np.full((n, 2**context, 2), 0.5)
    rows, chances = np.arange(n), np.full(X.shape, 0.5)
    for t in range(timesteps):
        if t >= context:
            counts[rows, _as_numbers(bits[:, t - context : t]), bits[:, t]] += 1
        if t + 1 >= context:
            now = counts[rows, _as_numbers(bits[:, t + 1 - context : t + 1])]
            chances[:, t, 0] = now[:, 1] / now.sum(axis=-1)
    return chances


def generate_priority_sort(
    n: int, vectors: int = 20, *, highest: int = 16, bits: int = 8, seed: int
) -> Task:
    """Random bit vectors with a priority each; say those with the highest, in order.

    Intuition: the priorities tell where to write, and reading is then a walk.

        X: the vectors, with a priority in [-1, 1] in the last column but one; then 1 in
            the last column, then nothing
        y: the `highest` vectors with the highest priorities, the highest first

    Args:
        n: number of sequences, at least 1.
        vectors: how many there are, at least 1.
        highest: how many of them to say, at least 1 and at most `vectors`.
        bits: size of a vector, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, vectors + 1 + highest, bits + 2)`, y `(..., bits)` and weights.

    Raises:
        ValueError: a number outside its range.

    Example:
        >>> X, y, weights = generate_priority_sort(2, 5, highest=3, bits=4, seed=0)
        >>> X.shape, y.shape, weights[0].tolist()
        ((2, 9, 6), (2, 9, 4), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])

    Reference: Graves, A., Wayne, G. and Danihelka, I. (2014), section 4.5,
    arXiv:1410.5401.
    """
    rng = _start(n, seed)
    check_count("vectors", vectors)
    check_count("bits", bits)
    if check_count("highest", highest) > vectors:
        raise ValueError(
            f"highest: expected at most the {vectors} vectors, received {highest!r}"
        )
    values = rng.integers(0, 2, (n, vectors, bits))
    priorities = rng.uniform(-1, 1, (n, vectors))
    task = _empty(n, vectors + 1 + highest, bits + 2, bits)
    task.X[:, :vectors, :bits] = values
    task.X[:, :vectors, bits] = priorities
    task.X[:, vectors, bits + 1] = 1
    order = np.argsort(-priorities, axis=1)[:, :highest, np.newaxis]
    task.y[:, vectors + 1 :] = np.take_along_axis(values, order, axis=1)
    task.weights[:, vectors + 1 :] = 1
    return task


def _heard_then_said(n, lengths, bits, seed, said):
    rng, (shortest, longest) = _start(n, seed), _span("lengths", lengths)
    check_count("bits", bits)
    task = _empty(n, 2 * longest + 1, bits + 1, bits)
    for row, length in enumerate(rng.integers(shortest, longest + 1, n)):
        vectors = rng.integers(0, 2, (length, bits))
        task.X[row, :length, :bits] = vectors
        task.X[row, length, bits] = 1
        _answer(task, row, length + 1, said(vectors))
    return task


def _start(n, seed):
    check_count("n", n)
    return np.random.default_rng(seed)


def _span(name, value, at_least=1):
    """Return (smallest, largest) of a number or a pair of numbers."""
    pair = (value, value) if np.ndim(value) == 0 else tuple(value)
    if len(pair) != 2:
        raise ValueError(f"{name}: expected a number or a pair, received {value!r}")
    low, high = (check_count(name, each, at_least) for each in pair)
    if low > high:
        raise ValueError(
            f"{name}: expected the smaller number first, received {value!r}"
        )
    return low, high


def _empty(n, timesteps, features, outputs):
    return Task(
        np.zeros((n, timesteps, features), np.float32),
        np.zeros((n, timesteps, outputs), np.float32),
        np.zeros((n, timesteps), np.float32),
    )


def _answer(task, row, start, values):
    at = slice(start, start + len(values))
    task.y[row, at] = values
    task.weights[row, at] = 1


def _as_numbers(bits):
    """Rows of bits as binary numbers; no bits are 0."""
    return bits @ (1 << np.arange(bits.shape[-1]))
