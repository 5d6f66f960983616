"""CTRNN against loops over its equation, exact solutions and Beer's closed forms."""

import itertools

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import CTRNN, CTRNNCell

x = np.random.default_rng(0).normal(size=(3, 6, 2)).astype("float32")
TAUS = [0.5, 1.0, 3.0, 40.0]


def sigmoid(y):
    return 1 / (1 + np.exp(-y))


def built(units, features=2, **options):
    layer = CTRNN(units, return_sequences=True, **options)
    layer.build((None, None, features))
    return layer


def set_to(layer, *weights):
    """Give kernel, recurrent kernel and bias."""
    layer.set_weights([np.asarray(w, layer.variable_dtype) for w in weights])
    return layer


def last(layer, x, start):
    """The last state, computed in one graph: long runs would take seconds eagerly."""
    inputs = keras.Input(x.shape[1:], dtype=layer.compute_dtype)
    state = keras.Input(start.shape[1:], dtype=layer.compute_dtype)
    model = keras.Model([inputs, state], layer(inputs, initial_state=[state])[:, -1])
    return model.predict_on_batch([x, start])


def beer(x, U, W, theta, taus, h, method):
    """Beer's variables, one row, step and unit at a time: y = u - theta."""
    found = np.zeros((*x.shape[:2], len(theta)))
    for row in range(len(x)):
        y = -theta.copy()  # u = 0
        for t in range(x.shape[1]):
            old = y.copy()
            for k in range(len(theta)):
                current = sum(U[i, k] * x[row, t, i] for i in range(x.shape[2]))
                drive = sum(
                    W[j, k] * sigmoid(old[j] + theta[j]) for j in range(len(theta))
                )
                rest = current + drive
                if method == "euler":
                    y[k] = old[k] + h / taus[k] * (rest - old[k])
                else:  # the solution of tau dy/dt = -y + rest, after h
                    y[k] = rest + (old[k] - rest) * np.exp(-h / taus[k])
            found[row, t] = y + theta
    return found


@pytest.mark.parametrize("method", ["euler", "exponential"])
def test_equals_the_loop_in_beers_variables(method):
    layer = randomise_weights(
        built(4, time_constants=TAUS, step=0.4, method=method), seed=3
    )
    U, W, b = map(ops.convert_to_numpy, layer.weights)
    expected = beer(x, U, W, b, TAUS, 0.4, method)
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


def test_equals_the_loop_when_few_units_hear():
    layer = randomise_weights(built(4, time_constants=TAUS, step=0.4, input_units=1))
    U, W, b = map(ops.convert_to_numpy, layer.weights)
    assert U.shape == (2, 1)
    deaf = np.pad(U, ((0, 0), (0, 3)))
    expected = beer(x, deaf, W, b, TAUS, 0.4, "exponential")
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


@pytest.mark.parametrize("method", ["euler", "exponential"])
def test_as_any_recurrent_layer(method):
    check_recurrent(
        lambda **options: CTRNN(
            4,
            time_constants=[1, 2, 5, 9],
            method=method,
            activation="tanh",
            input_units=3,
            **options,
        )
    )


def test_a_time_constant_of_one_step_is_a_network_without_leak():
    # u_t = W f(u_{t-1}) + U x_t + b: in h = tanh(u) that is Keras's SimpleRNN.
    ours = built(5, time_constants=1, method="euler", activation="tanh")
    theirs = keras.layers.SimpleRNN(5, return_sequences=True)
    theirs.build(x.shape)
    theirs.set_weights(randomise_weights(ours).get_weights())
    np.testing.assert_allclose(np.tanh(*run(ours, x)), *run(theirs, x), atol=1e-6)


def leaky(method, h, taus=(2.0, 7.0), end=12.0):
    """Units without connections, an input that changes every 2: value at the end."""
    options = {"time_constants": list(taus), "step": h, "method": method}
    layer = built(2, 1, **options)
    set_to(layer, [[1.0, -0.5]], np.zeros((2, 2)), [0.3, 0.0])
    inputs = np.repeat([1.0, -2, 0, 3, 1, -1], round(2 / h))
    assert len(inputs) == round(end / h)
    return run(layer, inputs[None, :, None])[0][0, -1]


def leaky_exactly(taus=(2.0, 7.0)):
    """Each piece solved in closed form."""
    u = np.zeros(2)
    for value in [1.0, -2, 0, 3, 1, -1]:
        rest = value * np.array([1.0, -0.5]) + np.array([0.3, 0.0])
        u = rest + (u - rest) * np.exp(-2.0 / np.array(taus))
    return u


def test_the_exponential_step_is_exact_without_recurrence():
    for h in (2.0, 0.5, 0.1):
        np.testing.assert_allclose(leaky("exponential", h), leaky_exactly(), atol=1e-5)


def test_the_euler_step_has_order_one_without_recurrence():
    errors = [np.abs(leaky("euler", h) - leaky_exactly()).max() for h in (0.2, 0.1)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)


W2 = np.array([[4.5, -1.0], [1.0, 4.5]])  # row: from, column: to
THETA2 = -W2.sum(axis=0) / 2  # centre-crossing


def test_both_steps_have_order_one_with_recurrence():
    start, end = np.array([[0.5, -1.0]]), 8.0
    u = start[0]
    for _ in range(4000):  # Runge-Kutta's fourth order, by hand
        h = end / 4000

        def slope(u):
            return -u + sigmoid(u) @ W2 + THETA2

        k1 = slope(u)
        k2 = slope(u + h / 2 * k1)
        k3 = slope(u + h / 2 * k2)
        u = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(u + h * k3))
    for method in ("euler", "exponential"):
        errors = []
        for h in (0.1, 0.05, 0.025):
            options = {"time_constants": 1, "step": h, "method": method}
            layer = built(2, 1, **options)
            set_to(layer, np.zeros((1, 2)), W2, THETA2)
            silence = np.zeros((1, round(end / h), 1))
            found = last(layer, silence, start)[0]
            errors.append(np.abs(found - u).max())
        ratios = np.divide(errors[:-1], errors[1:])
        np.testing.assert_allclose(ratios, 2, rtol=0.15)


def test_two_centre_crossing_units_swing_for_ever():
    h = 0.1
    layer = set_to(
        built(2, 1, time_constants=1, step=h, method="euler"),
        np.zeros((1, 2)),
        W2,
        THETA2,
    )
    model = keras.Sequential([keras.Input((3000, 1)), layer])
    # From u = 0, the balance itself, nothing would move: a push at the start.
    layer.cell.kernel.assign([[5.0, 0.0]])
    push = np.zeros((1, 3000, 1))
    push[0, 0] = 1
    u = model.predict_on_batch(push)[0, :, 0]
    (up,) = np.nonzero((u[:-1] < 0) & (u[1:] >= 0))
    assert len(up) >= 9
    np.testing.assert_allclose(np.diff(up)[2:] * h, 29.1, atol=0.2)
    peaks = [u[a:b].max() for a, b in itertools.pairwise(up[2:])]
    np.testing.assert_allclose(peaks, peaks[-1], rtol=1e-3)


@pytest.mark.parametrize("method", ["euler", "exponential"])
def test_beers_theory_of_one_unit(method):
    """Two resting states inside the folds, one outside; never two for w <= 4."""
    w = np.array([3.5, 5.0, 6.0, 9.0])
    layer = built(4, 4, time_constants=1, step=0.5, method=method)
    set_to(layer, np.eye(4), np.diag(w), np.zeros(4))
    root = np.sqrt(np.maximum(w * (w - 4), 0))
    log = np.log((np.sqrt(w) + np.sqrt(np.maximum(w - 4, 0))) / 2)
    left, right = 2 * log - (w + root) / 2, -2 * log - (w - root) / 2
    starts = np.array([np.full(4, -9.0), np.full(4, 9.0)])

    def distance(current):
        low, high = last(layer, np.tile(current, (2, 600, 1)), starts)
        return np.abs(high - low)

    for inside, outside in ((left + 0.01, left - 0.01), (right - 0.01, right + 0.01)):
        # So close to the fold the way past it is slow; 600 steps suffice.
        assert (distance(inside)[1:] > 0.1).all()
        assert (distance(outside)[1:] < 1e-3).all()
    assert distance(-w / 2)[0] < 1e-3


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: CTRNN(0), "units: .* received 0"),
        (lambda: CTRNN(2, step=0), "step: expected above 0, received 0"),
        (lambda: CTRNN(2, step=-1), "step: expected above 0, received -1"),
        (lambda: CTRNNCell(2, step="a"), "step: .* received 'a'"),
        (lambda: CTRNN(2, time_constants=0.5), "time_constants: .* step, 1, .* 0.5"),
        (
            lambda: CTRNN(2, time_constants=[5, 1.9], step=2, method="euler"),
            "time_constants: expected at least the step, 2, .* received 1.9",
        ),
        (lambda: CTRNN(2, time_constants=[1, 2, 3]), "each of the 2 units, received"),
        (lambda: CTRNN(2, time_constants=np.inf), "time_constants: .* received inf"),
        (lambda: CTRNN(2, time_constants=-3), "time_constants: .* received -3"),
        (lambda: CTRNN(2, method="rk4"), "method: .* 'euler', received 'rk4'"),
        (lambda: CTRNN(2, input_units=3), "input_units: .* the 2 units, received 3"),
        (lambda: CTRNN(2, input_units=0), "input_units: .* received 0"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
