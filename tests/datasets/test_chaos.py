import numpy as np
import pytest

from rnn_tutorials.datasets import generate_mackey_glass
from rnn_tutorials.datasets.chaos import solve


def by_runge_kutta(past, steps, h):
    """Fourth order, with the delayed value half a step on by interpolation."""
    x = list(past)
    delay = len(past) - 1

    def slope(now, old):
        return 0.2 * old / (1 + old**10) - 0.1 * now

    for _ in range(steps):
        old, new = x[-1 - delay], x[-delay]
        half = (old + new) / 2
        k1 = slope(x[-1], old)
        k2 = slope(x[-1] + h * k1 / 2, half)
        k3 = slope(x[-1] + h * k2 / 2, half)
        k4 = slope(x[-1] + h * k3, new)
        x.append(x[-1] + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6)
    return np.array(x)


def smooth_past(substeps):
    return 1.2 + 0.1 * np.sin(np.arange(17 * substeps + 1) / substeps)


def test_equals_a_finer_solution_by_another_method():
    found = solve(smooth_past(10), 500, 0.1)[::10]
    fine = by_runge_kutta(smooth_past(100), 5000, 0.01)[::100]
    np.testing.assert_allclose(found, fine, atol=2e-3)


def test_the_error_falls_with_the_square_of_the_step():
    fine = solve(smooth_past(80), 80 * 40, 1 / 80)[-1]
    errors = [abs(solve(smooth_past(n), n * 40, 1 / n)[-1] - fine) for n in (5, 10, 20)]
    ratios = np.divide(errors[:-1], errors[1:])
    assert ((ratios > 3) & (ratios < 6)).all(), ratios


def test_without_a_past_to_speak_of_it_stays_where_births_equal_deaths():
    # 0.2 x / (1 + x^10) = 0.1 x at x = 1
    np.testing.assert_allclose(solve(np.ones(171), 300, 0.1), 1)


def test_seeds_shape_and_range():
    series = generate_mackey_glass(3000, seed=0)
    assert series.shape == (3000,) and series.dtype == np.float64
    assert 0.2 < series.min() < 0.5 and 1.25 < series.max() < 1.4
    np.testing.assert_array_equal(series[:100], generate_mackey_glass(100, seed=0))
    assert np.abs(series[:100] - generate_mackey_glass(100, seed=1)).max() > 0.1


def test_chaotic_at_17_and_periodic_at_a_short_delay():
    assert np.ptp(generate_mackey_glass(300, tau=2, seed=0)) < 1e-6
    apart = [solve(smooth_past(10) + shift, 20_000, 0.1)[::10] for shift in (0, 1e-6)]
    distance = np.abs(np.subtract(*apart))
    assert distance[:200].max() < 1e-3 and distance[-500:].max() > 0.1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (dict(timesteps=0), "timesteps"),
        (dict(timesteps=5, tau=0), "tau"),
        (dict(timesteps=5, tau=1.5), "tau"),
        (dict(timesteps=5, substeps=0), "substeps"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .* received "):
        generate_mackey_glass(**arguments, seed=0)
