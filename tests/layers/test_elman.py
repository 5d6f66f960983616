"""Elman's network against a loop over its equation."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import Elman, ElmanCell

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def elman(x, W, U, b, f, context):
    """One row, one step, one hidden unit at a time."""
    y = np.zeros((*x.shape[:2], len(b)))
    for row in range(len(x)):
        h = np.full(len(b), context, "float64")
        for t in range(x.shape[1]):
            copy = h.copy()
            for unit in range(len(b)):
                h[unit] = f(x[row, t] @ W[:, unit] + copy @ U[:, unit] + b[unit])
            y[row, t] = h
    return y


@pytest.mark.parametrize("context", [0.5, -2.0])
@pytest.mark.parametrize(("name", "f"), [("sigmoid", sigmoid), ("tanh", np.tanh)])
def test_equals_the_loop(name, f, context):
    layer = Elman(4, activation=name, initial_context=context, return_sequences=True)
    layer(x)
    W, U, b = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    assert (W.shape, U.shape, b.shape) == ((2, 4), (4, 4), (4,))
    np.testing.assert_allclose(*run(layer, x), elman(x, W, U, b, f, context), atol=1e-5)


def test_as_any_recurrent_layer():
    check_recurrent(lambda **options: Elman(4, **options))


def test_simple_rnn_is_a_special_case():
    ours = Elman(4, activation="tanh", initial_context=0, return_sequences=True)
    theirs = keras.layers.SimpleRNN(4, return_sequences=True)
    ours(x), theirs(x)
    theirs.set_weights(randomise_weights(ours).get_weights())
    np.testing.assert_allclose(*run(ours, x), *run(theirs, x), atol=1e-6)


def test_the_context_starts_at_one_half():
    (start,) = Elman(4).get_initial_state(2)
    np.testing.assert_array_equal(ops.convert_to_numpy(start), np.full((2, 4), 0.5))
    stateful = Elman(4, stateful=True)
    stateful(x)
    stateful.reset_state()
    np.testing.assert_array_equal(stateful.states[0], np.full((3, 4), 0.5))


def test_the_cell_runs_in_keras_own_layer():
    layer = keras.layers.RNN(ElmanCell(4))
    ours = Elman(4)
    layer(x), ours(x)
    layer.set_weights(randomise_weights(ours).get_weights())
    np.testing.assert_allclose(*run(layer, x), *run(ours, x), atol=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Elman(0), "units: expected a whole number of at least 1, received 0"),
        (lambda: Elman(2.0), r"units: .* received 2\.0"),
        (lambda: Elman(True), "units: .* received True"),
        (lambda: Elman(2, initial_context="a"), "initial_context: .* received 'a'"),
        (lambda: Elman(2, initial_context=np.nan), "initial_context: .* received nan"),
        (lambda: Elman(2, memory=1), "memory"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
