"""Jordan's network against a loop over its equations."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import Jordan

x = np.random.default_rng(0).normal(size=(3, 6, 2)).astype("float32")
FUNCTIONS = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh}


def jordan(x, W, V, b, U, c, f, g, memory):
    """Every state is summed up anew from all outputs so far."""
    y = np.zeros((*x.shape[:2], len(c)))
    for row in range(len(x)):
        for t in range(x.shape[1]):
            s = np.zeros(len(c))
            for past in range(t):
                s += memory ** (t - 1 - past) * y[row, past]
            h = f(W.T @ x[row, t] + V.T @ s + b)
            y[row, t] = g(U.T @ h + c)
    return y


def built(*args, **kwargs):
    layer = Jordan(*args, return_sequences=True, **kwargs)
    layer(x)
    return randomise_weights(layer), map(ops.convert_to_numpy, layer.weights)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("f", "g"), [("sigmoid", "sigmoid"), ("tanh", "sigmoid")])
def test_equals_the_loop(memory, f, g):
    layer, weights = built(5, 3, memory=memory, activation=f, output_activation=g)
    expected = jordan(x, *weights, FUNCTIONS[f], FUNCTIONS[g], memory)
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


def test_as_any_recurrent_layer():
    check_recurrent(lambda **options: Jordan(5, 3, memory=0.7, **options))


def test_without_memory_only_the_last_output_comes_back():
    layer, weights = built(5, 3, memory=0)
    W, V, b, U, c = weights
    f = FUNCTIONS["sigmoid"]
    y = np.zeros((3, 3))
    for t in range(x.shape[1]):
        y = f(f(x[:, t] @ W + y @ V + b) @ U + c)
    np.testing.assert_allclose(run(layer, x)[0][:, -1], y, atol=1e-5)
    # The state units that the step read hold the output before.
    layer = Jordan(5, 3, memory=0, return_sequences=True, return_state=True)
    outputs, last, state = run(layer, x)
    np.testing.assert_array_equal(last, outputs[:, -1])
    np.testing.assert_allclose(state, outputs[:, -2], atol=1e-7)


def test_without_feedback_every_step_is_a_dense_network():
    layer, _ = built(5, 3, memory=0.5)
    layer.cell.state_kernel.assign(np.zeros((3, 5)))
    alone = [run(layer, x[:, t : t + 1])[0] for t in range(x.shape[1])]
    np.testing.assert_allclose(*run(layer, x), np.hstack(alone), atol=1e-6)


def test_the_state_fades_at_the_rate_of_memory():
    # Outputs of exactly zero: what is left in the state is the start times memory^t.
    layer = Jordan(2, 1, memory=0.5, output_activation="linear", return_state=True)
    layer(x)
    layer.set_weights([weight * 0 for weight in layer.get_weights()])
    one = np.ones((3, 1), "float32")
    for start, expected in (([0 * one, one], 0.5**6), ([one, 0 * one], 0.5**5)):
        *_, state = run(layer, x, initial_state=start)
        np.testing.assert_allclose(state, expected * one)


def test_a_plan_is_an_input_that_stays():
    inputs = keras.Input((2,))
    steps = keras.layers.RepeatVector(6)(inputs)
    layer = Jordan(5, 3, return_sequences=True)
    model = keras.Model(inputs, layer(steps))
    randomise_weights(layer)
    plans = np.array([[0, 1], [1, 0], [0, 1]], "float32")
    first, second, again = run(model, plans)[0]
    np.testing.assert_allclose(first, again, atol=1e-6)
    assert np.abs(first - second).max() > 0.01
    # The same plan at every step, and yet a sequence: the outputs drive it on.
    assert np.abs(np.diff(first, axis=0)).max() > 0.01


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Jordan(0, 2), "units: .* at least 1, received 0"),
        (lambda: Jordan(2, 0), "outputs: .* at least 1, received 0"),
        (lambda: Jordan(2, 1.5), "outputs: .* received 1.5"),
        (lambda: Jordan(2, 2, memory=1), r"memory: .* in \[0, 1\), received 1"),
        (lambda: Jordan(2, 2, memory=-0.1), r"memory: .* in \[0, 1\), received -0.1"),
        (lambda: Jordan(2, 2, memory=None), "memory: .* received None"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
