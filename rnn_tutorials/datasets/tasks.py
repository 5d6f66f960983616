"""Generated sequence tasks with a known answer and a known best score."""

import numpy as np


def generate_future_label(
    n: int, timesteps: int, *, lag: int = 3, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Random bits whose labels need the past and the future.

    Intuition: a label that a network reading from left to right can't know yet; it is
    there to show what a bidirectional network can do that a one-way one can't.

        y_t = x_{t-lag} XOR x_{t+lag}        # x is 0 outside 0 … timesteps-1

    The bits are independent and fair. So, with the inputs up to step t only,

    - for t < timesteps - lag the label is a fair coin: accuracy 1/2 at best;
    - for the last `lag` steps x_{t+lag} is 0 and the label is x_{t-lag}: a one-way
      network with a memory of `lag` steps can be always right.

    The best one-way accuracy over all steps is therefore
    `(timesteps + lag) / (2 * timesteps)`; score the steps before `timesteps - lag` when
    you want chance to be 1/2. Both directions together can reach 1 everywhere.

    Args:
        n: number of sequences, at least 1.
        timesteps: length of each, at least 1.
        lag: distance in steps, from 1 to `timesteps - 1`. Default 3.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, timesteps, 1)` of float32, zeros and ones; y `(n, timesteps)` of int32.

    Raises:
        ValueError: `n`, `timesteps` or `lag` outside its range.

    Example:
        >>> X, y = generate_future_label(2, 8, seed=0)
        >>> X.shape, y.shape
        ((2, 8, 1), (2, 8))
    """
    _check_size(n, timesteps)
    _check_lag(lag, timesteps)
    bits = np.random.default_rng(seed).integers(0, 2, (n, timesteps), dtype=np.int32)
    past, future = np.zeros_like(bits), np.zeros_like(bits)
    past[:, lag:] = bits[:, :-lag]
    future[:, :-lag] = bits[:, lag:]
    return bits[:, :, None].astype(np.float32), past ^ future


def generate_temporal_xor(
    n: int, timesteps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Streams of bits in which every third is the XOR of the two before it.

    Intuition: what comes next can be known at one step in three and is a fair coin at
    the other two, so the error of a good forecaster drops at every third bit.

        x_{3k}, x_{3k+1} fair coins,    x_{3k+2} = x_{3k} XOR x_{3k+1}
        y_t = x_{t+1}                        # the target is the next bit

    The target is determined where `t % 3 == 1`. The best accuracy over all steps is
    therefore 2/3, and the best cross-entropy 2/3 · ln 2 = 0.462 per step. To guess the
    XOR of the last two bits always, without knowing where a triple begins, is as
    accurate; but its chances are 2/3 at every step, and that costs 0.637.

    Args:
        n: number of streams, at least 1. Each begins with a triple.
        timesteps: inputs per stream, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, timesteps, 1)` of float32, zeros and ones; y `(n, timesteps)` of int32,
        the same bits one step later.

    Raises:
        ValueError: `n` or `timesteps` outside its range.

    Example:
        >>> X, y = generate_temporal_xor(1, 8, seed=0)
        >>> X[0, :, 0].astype(int).tolist(), y[0].tolist()
        ([1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0])

    Reference: J. L. Elman, "Finding Structure in Time", Cognitive Science 14 (1990),
        doi:10.1207/s15516709cog1402_1; one stream of 3,000 bits there.
    """
    _check_size(n, timesteps)
    triples = timesteps // 3 + 1  # enough for timesteps + 1 bits
    bits = np.random.default_rng(seed).integers(0, 2, (n, triples, 3), dtype=np.int32)
    bits[:, :, 2] = bits[:, :, 0] ^ bits[:, :, 1]
    stream = bits.reshape(n, -1)[:, : timesteps + 1]
    return stream[:, :-1, None].astype(np.float32), stream[:, 1:]


def generate_delayed_recall(
    n: int, timesteps: int, *, lag: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Streams in which a marked bit is asked for exactly `lag` steps later.

    Intuition: one bit to keep at a time, for a time that is known, among bits that do
    not matter. A network that is never shown both ends at once can't learn to keep it.

        column 0: bits, -1 or 1, fair coins at every step
        column 1: 1 at the steps whose bit is to be kept
        column 2: 1 at the questions, `lag` steps after each of them
        y_t = (the bit of step t - lag is 1) at a question

    From one question to the next mark pass 1 to `lag` steps, at random, so that marks
    and questions fall on every place of a piece of the stream. Chance is 1/2.

    Args:
        n: number of streams, at least 1.
        timesteps: steps per stream, at least 1; at least `2 * lag` to be sure of a
            question in every stream.
        lag: distance in steps, from 1 to `timesteps - 1`.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        X `(n, timesteps, 3)` of float32; y `(n, timesteps)` of int32, 0 where nothing
        is asked; asked `(n, timesteps)` of float32, 1 at the questions (a
        `sample_weight`).

    Raises:
        ValueError: `n`, `timesteps` or `lag` outside its range.

    Example:
        >>> X, y, asked = generate_delayed_recall(4, 30, lag=5, seed=0)
        >>> X.shape, y.shape, bool((X[:, :, 2] == asked).all())
        ((4, 30, 3), (4, 30), True)
    """
    _check_size(n, timesteps)
    _check_lag(lag, timesteps)
    rng = np.random.default_rng(seed)
    X = np.zeros((n, timesteps, 3), dtype=np.float32)
    X[:, :, 0] = 2 * rng.integers(0, 2, (n, timesteps)) - 1
    # The wait before each mark, question to mark; the first may be at step 0.
    waits = rng.integers(1, lag + 1, (n, timesteps // (lag + 1) + 1))
    marks = np.cumsum(waits + lag, axis=1) - lag - 1
    rows, columns = np.nonzero(marks + lag < timesteps)
    marked = marks[rows, columns]
    X[rows, marked, 1] = 1
    X[rows, marked + lag, 2] = 1
    y = np.zeros((n, timesteps), dtype=np.int32)
    y[rows, marked + lag] = X[rows, marked, 0] > 0
    return X, y, X[:, :, 2].copy()


def _check_size(n, timesteps):
    if n < 1:
        raise ValueError(f"n: expected at least 1, received {n}")
    if timesteps < 1:
        raise ValueError(f"timesteps: expected at least 1, received {timesteps}")


def _check_lag(lag, timesteps):
    if not 1 <= lag < timesteps:
        raise ValueError(
            f"lag: expected 1 … timesteps - 1 = {timesteps - 1}, received {lag}"
        )
