import numpy as np
import pytest

from rnn_tutorials.datasets import generate_plant, simulate_plant

rng = np.random.default_rng(0)


def by_the_paper(u):
    """y(k+1) = f[y(k), y(k-1)] + u(k), with the paper's indices in a dictionary."""
    y = {-1: 0.0, 0: 0.0}
    for k in range(len(u)):
        above = y[k] * y[k - 1] * (y[k] + 2.5)
        y[k + 1] = above / (1 + y[k] ** 2 + y[k - 1] ** 2) + u[k]
    return [y[k + 1] for k in range(len(u))]


def test_equals_the_equation():
    u = rng.uniform(-2, 2, (3, 40))
    expected = [by_the_paper(row) for row in u]
    np.testing.assert_allclose(simulate_plant(u), expected, rtol=1e-12)
    np.testing.assert_allclose(simulate_plant(u[0]), expected[0], rtol=1e-12)


@pytest.mark.parametrize("held", [0.0, 2.0])
def test_left_alone_it_stays_where_it_rests(held):
    # f(y, y) = y at 0, 1/2 and 2; 1/2 is the watershed.
    u = np.zeros(60)
    u[0] = held
    u[1] = 0 if held == 0 else 2
    np.testing.assert_allclose(simulate_plant(u)[-1], held, atol=1e-6)


def test_between_them_it_falls_to_one_side_or_the_other():
    u = np.zeros((2, 200))
    u[:, 0] = u[:, 1] = 0.45, 0.55  # y(2) = u(1), since y(0) = 0
    low, high = simulate_plant(u)[:, -1]
    assert low == pytest.approx(0, abs=1e-6)
    assert high == pytest.approx(2, abs=1e-6)


def test_an_input_of_today_changes_nothing_before():
    u = rng.uniform(-2, 2, 30)
    changed = u.copy()
    changed[20] += 1
    before, after = simulate_plant(u), simulate_plant(changed)
    np.testing.assert_array_equal(before[:20], after[:20])
    assert after[20] == pytest.approx(before[20] + 1)


def test_generated_runs():
    u, y = generate_plant(4, 500, seed=3)
    assert u.dtype == y.dtype == np.float32
    assert u.shape == y.shape == (4, 500, 1)
    assert -2 <= u.min() < -1.9 and 1.9 < u.max() <= 2
    np.testing.assert_allclose(y[..., 0], simulate_plant(u[..., 0]), atol=1e-4)
    again, _ = generate_plant(4, 500, seed=3)
    other, _ = generate_plant(4, 500, seed=4)
    np.testing.assert_array_equal(u, again)
    assert (u != other).mean() > 0.9


def test_inputs_are_left_as_they_were():
    u = np.ones(5)
    simulate_plant(u)
    np.testing.assert_array_equal(u, 1)


@pytest.mark.parametrize(
    ("wrong", "received"),
    [
        (1.0, r"shape \(\)"),
        (np.zeros((2, 3, 1)), r"shape \(2, 3, 1\)"),
        ([], r"shape \(0,\)"),
        ([1.0, np.nan], r"shape \(2,\)"),
        ("abc", "'abc'"),
        ([[1.0], [1.0, 2.0]], r"\[\[1.0\], \[1.0, 2.0\]\]"),
    ],
)
def test_wrong_inputs(wrong, received):
    with pytest.raises(ValueError, match=f"^inputs: expected .* received {received}"):
        simulate_plant(wrong)


@pytest.mark.parametrize("name", ["n", "timesteps"])
def test_wrong_counts(name):
    with pytest.raises(ValueError, match=f"{name}: .* at least 1, received 0"):
        generate_plant(**{"n": 1, "timesteps": 5, "seed": 0, name: 0})
