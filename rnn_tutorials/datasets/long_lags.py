"""Generated tasks whose answer lies far back: sums, an order, a coin long ago."""

import numpy as np

from rnn_tutorials._checks import check_count

# One-hot symbols of `generate_temporal_order`: four distractors, start, end, two marks.
TEMPORAL_ORDER_SYMBOLS = "abcdEBXY"


def generate_adding_problem(
    n: int, timesteps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Random numbers, two of them marked; the target is the sum of these two.

    Intuition: the smallest task that needs a precise number kept over many steps of
    noise, twice, and no single input says anything about the answer.

        column 0: values, uniform in [0, 1]
        column 1: 1 at two steps, one in each half of the sequence, else 0
        y = (first marked value) + (second marked value)

    The best constant forecast is 1, with a mean squared error of exactly 1/6 (the
    variance of the sum of two uniform numbers). A network that remembers only the
    second marked value can reach 1/12.

    Convention: Le, Jaitly and Hinton 2015, as in most later work. The original task
    (Hochreiter and Schmidhuber 1997, section 5.4) has values u in [-1, 1], its first
    mark among the first ten steps, lengths between T and 1.1 T and the target
    0.5 + (u_1 + u_2) / 4, which for values in [0, 1] is half of the sum: their limit of
    0.04 for the error of one sequence is 0.08 here.

    Args:
        n: number of sequences, at least 1.
        timesteps: length of each, at least 2.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, timesteps, 2)` and y `(n, 1)`, both of float32.

    Raises:
        ValueError: `n` or `timesteps` outside its range.

    Example:
        >>> X, y = generate_adding_problem(3, 10, seed=0)
        >>> X.shape, y.shape, X[:, :, 1].sum(axis=1).tolist()
        ((3, 10, 2), (3, 1), [2.0, 2.0, 2.0])

    Reference: Hochreiter, S. and Schmidhuber, J. (1997), section 5.4,
    doi:10.1162/neco.1997.9.8.1735; Le, Q. V., Jaitly, N. and Hinton, G. E. (2015),
    section 4.1, arXiv:1504.00941.
    """
    check_count("n", n, 1)
    check_count("timesteps", timesteps, 2)
    rng = np.random.default_rng(seed)
    X = np.zeros((n, timesteps, 2), dtype=np.float32)
    X[:, :, 0] = rng.random((n, timesteps), dtype=np.float32)
    rows = np.arange(n)
    first = rng.integers(0, timesteps // 2, n)
    second = rng.integers(timesteps // 2, timesteps, n)
    X[rows, first, 1] = X[rows, second, 1] = 1
    return X, (X[rows, first, 0] + X[rows, second, 0])[:, np.newaxis]


def generate_temporal_order(
    n: int, timesteps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Symbols with two marks, X or Y, far apart: which came first, which second?

    Intuition: a classification whose evidence is two symbols, long before the end and
    long before each other, among random ones.

        step 0: E; last step: B; all others random from a, b, c, d, but
        one step in [T/10, 2T/10) and one in [5T/10, 6T/10): X or Y, fair coins
        label = 2 · (first mark is Y) + (second mark is Y)

    The four classes are equally likely, so chance is 1/4; a network that remembers
    only the second mark is right half of the time.

    Convention: task 6a of Hochreiter and Schmidhuber 1997 scaled to any T. There T is
    drawn from 100 to 110 for every sequence and the marks stand at 10–20 and 50–60.

    Args:
        n: number of sequences, at least 1.
        timesteps: T, length of each, at least 10.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, timesteps, 8)` of float32, one-hot in the order of
        `TEMPORAL_ORDER_SYMBOLS`; y `(n,)` of int32: 0 XX, 1 XY, 2 YX, 3 YY.

    Raises:
        ValueError: `n` or `timesteps` outside its range.

    Example:
        >>> X, y = generate_temporal_order(1, 20, seed=0)
        >>> text = "".join(TEMPORAL_ORDER_SYMBOLS[i] for i in X[0].argmax(axis=-1))
        >>> text[0], text[-1], sum(symbol in "XY" for symbol in text)
        ('E', 'B', 2)

    Reference: Hochreiter, S. and Schmidhuber, J. (1997), section 5.6, task 6a,
    doi:10.1162/neco.1997.9.8.1735
    """
    check_count("n", n, 1)
    check_count("timesteps", timesteps, 10)
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, 4, (n, timesteps))
    ids[:, 0] = TEMPORAL_ORDER_SYMBOLS.index("E")
    ids[:, -1] = TEMPORAL_ORDER_SYMBOLS.index("B")
    marks = rng.integers(0, 2, (n, 2))
    for mark, tenths in enumerate((1, 5)):
        lowest, end = tenths * timesteps // 10, (tenths + 1) * timesteps // 10
        steps = rng.integers(lowest, end, n)
        ids[np.arange(n), steps] = TEMPORAL_ORDER_SYMBOLS.index("X") + marks[:, mark]
    X = np.eye(len(TEMPORAL_ORDER_SYMBOLS), dtype=np.float32)[ids]
    return X, (2 * marks[:, 0] + marks[:, 1]).astype(np.int32)


def lagged_stream_symbols(lag: int = 20) -> list[str]:
    """Return the symbols of `generate_lagged_stream`, in the order of their numbers.

    Args:
        lag: as there.

    Example:
        >>> lagged_stream_symbols(lag=2)
        ['a', 'x', 'b1', 'b2', '+', '-']
    """
    return ["a", "x", *(f"b{k + 1}" for k in range(check_count("lag", lag))), "+", "-"]


def generate_lagged_stream(
    n: int, sequences: int, *, lag: int = 20, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Streams of sequences whose last symbol tells what the first one was.

    Intuition: a coin is thrown, then comes a long text that everybody knows by heart,
    then the question which side the coin showed. Nothing marks where a sequence ends.

        a b1 b2 ... b_lag +      or      x b1 b2 ... b_lag -       # fair coins

    The first symbol of a sequence is a fair coin; all b can be forecast from the symbol
    before; at b_lag, the answer is the symbol of `lag` steps ago. Chance is 1/2 there.

    Convention: in the experiment of 1992 the answer is the activation of a target unit
    at b_lag, and becomes part of the next input. Here it is the next input.

    Args:
        n: number of streams, at least 1.
        sequences: sequences per stream, at least 1.
        lag: number of b, at least 1. Default 20.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        ids `(n, sequences * (lag + 2))` of int32, numbered as in
        `lagged_stream_symbols`; answers, of the same shape and bool: True at + and -.

    Raises:
        ValueError: `n`, `sequences` or `lag` outside its range.

    Example:
        >>> ids, answers = generate_lagged_stream(1, 3, lag=2, seed=0)
        >>> " ".join(lagged_stream_symbols(2)[i] for i in ids[0])
        'x b1 b2 - x b1 b2 - x b1 b2 -'

    Reference: Schmidhuber, J. (1992), section 5 (a lag of 20),
    doi:10.1162/neco.1992.4.2.234.
    """
    check_count("n", n)
    check_count("sequences", sequences)
    check_count("lag", lag)
    first = np.random.default_rng(seed).integers(0, 2, (n, sequences), dtype=np.int32)
    ids = np.empty((n, sequences, lag + 2), np.int32)
    ids[:, :, 0] = first
    ids[:, :, 1:-1] = np.arange(2, lag + 2)
    ids[:, :, -1] = lag + 2 + first
    ids = ids.reshape(n, -1)
    return ids, ids >= lag + 2
