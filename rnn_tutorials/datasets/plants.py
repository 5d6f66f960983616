"""A nonlinear plant to be identified: Narendra and Parthasarathy's of second order."""

import numpy as np

from rnn_tutorials._checks import check_count

# Range of the random input from which the plant is identified.
LARGEST_INPUT = 2.0


def simulate_plant(inputs) -> np.ndarray:
    """Run the plant of Narendra and Parthasarathy from rest.

    Intuition: a machine with one knob and one dial. What the dial shows depends on the
    knob and, not linearly, on what the dial showed the last two times. Left alone it
    comes to rest at 0 or at 2, by where it was: what was done to it long ago can still
    be seen.

        y(k+1) = y(k) y(k-1) (y(k) + 2.5) / (1 + y(k)^2 + y(k-1)^2) + u(k)
        y(0) = y(-1) = 0

    Args:
        inputs: u, finite numbers `(timesteps,)` or `(batch, timesteps)`, without unit.

    Returns:
        The outputs, of the shape of the inputs, float64: next to u(k) stands y(k+1),
        the first output that it changes.

    Raises:
        ValueError: inputs of another shape, none at all, or not finite.

    Example:
        >>> simulate_plant([1, 0, 0.5]).round(3).tolist()
        [1.0, 0.0, 0.5]

    Reference: K. S. Narendra and K. Parthasarathy, "Identification and Control of
        Dynamical Systems Using Neural Networks", IEEE Transactions on Neural Networks
        1 (1990), example 1, doi:10.1109/72.80202.
    """
    u = _check_inputs(inputs)
    outputs = np.empty_like(u)
    now = before = np.zeros(u.shape[:-1])
    for k in range(u.shape[-1]):
        pull = now * before * (now + 2.5) / (1 + now**2 + before**2)
        now, before = pull + u[..., k], now
        outputs[..., k] = now
    return outputs


def generate_plant(
    n: int, timesteps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs to the plant of `simulate_plant`, and what it answers.

    Intuition: turn the knob at random, at every step, and watch the dial. The paper
    identifies the plant from this and judges by smooth inputs such as sin(2 pi k / 25).

        u(k) uniform in [-2, 2], independent; y(k+1) as in `simulate_plant`

    Args:
        n: number of runs, each from rest, at least 1.
        timesteps: length of each, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        u and y, each `(n, timesteps, 1)` of float32.

    Raises:
        ValueError: `n` or `timesteps` below 1.

    Example:
        >>> u, y = generate_plant(3, 100, seed=0)
        >>> u.shape, y.shape
        ((3, 100, 1), (3, 100, 1))

    Reference: K. S. Narendra and K. Parthasarathy (1990), example 1,
        doi:10.1109/72.80202.
    """
    shape = check_count("n", n), check_count("timesteps", timesteps)
    u = np.random.default_rng(seed).uniform(-LARGEST_INPUT, LARGEST_INPUT, shape)
    y = simulate_plant(u)
    return tuple(values[..., np.newaxis].astype(np.float32) for values in (u, y))


def _check_inputs(inputs):
    try:
        u = np.array(inputs, "float64")
    except (TypeError, ValueError):
        u = np.array(None)
    if u.ndim not in (1, 2) or not u.size or not np.isfinite(u).all():
        kind = f"shape {u.shape}" if u.dtype.kind == "f" else repr(inputs)
        raise ValueError(
            "inputs: expected finite numbers (timesteps,) or (batch, timesteps), "
            f"received {kind}"
        )
    return u
