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
    if n < 1:
        raise ValueError(f"n: expected at least 1, got {n}")
    if timesteps < 1:
        raise ValueError(f"timesteps: expected at least 1, got {timesteps}")
    if not 1 <= lag < timesteps:
        raise ValueError(
            f"lag: expected 1 … timesteps - 1 = {timesteps - 1}, got {lag}"
        )
    bits = np.random.default_rng(seed).integers(0, 2, (n, timesteps), dtype=np.int32)
    past, future = np.zeros_like(bits), np.zeros_like(bits)
    past[:, lag:] = bits[:, :-lag]
    future[:, :-lag] = bits[:, lag:]
    return bits[:, :, None].astype(np.float32), past ^ future
