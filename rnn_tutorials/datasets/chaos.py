"""A chaotic series that is generated: the Mackey-Glass equation."""

import numpy as np

from rnn_tutorials._checks import check_count

# What is thrown away at the start, in units of time: the way to the attractor.
TRANSIENT = 1000


def generate_mackey_glass(
    timesteps: int, *, tau: int = 17, substeps: int = 10, seed: int
) -> np.ndarray:
    """Solve the Mackey-Glass equation with a delay, from a random past.

    Intuition: the number of blood cells, when new ones are ordered by the number of
    some time ago. With a delay of 17 it never repeats itself, yet a smooth rule lies
    behind it: a standard test for forecasting and for networks that generate.

        dx/dt = 0.2 x(t - tau) / (1 + x(t - tau)^10) - 0.1 x(t)

    By Heun's method, whose error falls with the square of the step; 1,000 units of
    time are thrown away. Chaos doubles a small difference every 100 units or so, so
    that another `substeps` soon gives another series with the same statistics.

    Args:
        timesteps: length of the series, at least 1, one step per unit of time.
        tau: the delay, a whole number of time units, at least 1. It is chaotic from
            17 on.
        substeps: steps of the solver per unit of time, at least 1.
        seed: of the past, which is uniform in [1.1, 1.3]. The same seed gives the same
            series.

    Returns:
        `(timesteps,)` of float64, between 0.2 and 1.4 or so for `tau=17`.

    Raises:
        ValueError: an argument outside its range.

    Example:
        >>> generate_mackey_glass(1000, seed=0).shape
        (1000,)

    Reference: M. C. Mackey and L. Glass, "Oscillation and chaos in physiological
        control systems", Science 197 (1977), doi:10.1126/science.267326.
    """
    timesteps = check_count("timesteps", timesteps)
    delay = check_count("tau", tau) * check_count("substeps", substeps)
    past = np.random.default_rng(seed).uniform(1.1, 1.3, delay + 1)
    x = solve(past, (timesteps + TRANSIENT) * substeps, 1 / substeps)
    return x[delay::substeps][TRANSIENT : TRANSIENT + timesteps]


def solve(past, steps, h):
    """Return the past `(delay + 1,)` and `steps` more values, `h` apart."""
    delay = len(past) - 1
    x = list(map(float, past))  # plain numbers: a loop over an array is far slower
    for _ in range(steps):
        now, born, born_next = x[-1], _born(x[-1 - delay]), _born(x[-delay])
        slope = born - 0.1 * now
        slope_next = born_next - 0.1 * (now + h * slope)
        x.append(now + h * (slope + slope_next) / 2)
    return np.array(x)


def _born(x):
    return 0.2 * x / (1 + x**10)
