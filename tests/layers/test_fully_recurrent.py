"""The fully recurrent network against a loop over its equation."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import FullyRecurrent

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")
FUNCTIONS = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh}


def network(x, weights, f, outputs):
    """w_kj from line j into unit k, one unit at a time."""
    w = weights.T
    found = np.zeros((*x.shape[:2], outputs))
    for row in range(len(x)):
        y = [0.0] * len(w)
        for t in range(x.shape[1]):
            z = [*x[row, t], 1.0, *y]
            y = [f(sum(w[k][j] * z[j] for j in range(len(z)))) for k in range(len(w))]
            found[row, t] = y[:outputs]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("outputs", [1, 3, 4])
def test_equals_the_loop(name, outputs):
    layer = FullyRecurrent(4, outputs, activation=name, return_sequences=True)
    layer(x)
    (weights,) = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    assert weights.shape == (2 + 1 + 4, 4)
    expected = network(x, weights, FUNCTIONS[name], outputs)
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


@pytest.mark.parametrize("outputs", [None, 3])
def test_as_any_recurrent_layer(outputs):
    check_recurrent(lambda **options: FullyRecurrent(4, outputs, **options))


def test_all_units_are_visible_by_default():
    layer = FullyRecurrent(4, return_state=True)
    output, state = run(layer, x)
    np.testing.assert_array_equal(output, state)
    assert FullyRecurrent(4).get_config()["outputs"] == 4


def test_hidden_units_are_the_last_ones():
    shown = FullyRecurrent(4, 3, return_state=True)
    output, visible, hidden = run(shown, x)
    np.testing.assert_array_equal(output, visible)
    whole = FullyRecurrent(4)
    whole.build(x.shape)
    whole.set_weights(shown.get_weights())
    np.testing.assert_allclose(*run(whole, x), np.hstack([visible, hidden]), atol=1e-6)


def test_simple_rnn_is_a_special_case():
    ours = FullyRecurrent(4, activation="tanh", return_sequences=True)
    theirs = keras.layers.SimpleRNN(4, return_sequences=True)
    ours(x), theirs(x)
    (weights,) = randomise_weights(ours).get_weights()
    theirs.set_weights([weights[:2], weights[3:], weights[2]])
    np.testing.assert_allclose(*run(ours, x), *run(theirs, x), atol=1e-6)


def test_what_lies_three_connections_away_takes_three_steps():
    # input -> unit 2 -> unit 1 -> unit 0, the only visible one
    layer = FullyRecurrent(3, 1, activation="linear", return_sequences=True)
    signal = np.arange(1.0, 7.0, dtype="float32").reshape(1, 6, 1)
    layer(signal)
    weights = np.zeros((1 + 1 + 3, 3))
    weights[0, 2] = weights[2 + 2, 1] = weights[2 + 1, 0] = 1
    layer.set_weights([weights])
    assert run(layer, signal)[0].ravel().tolist() == [0, 0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FullyRecurrent(0), "units: .* at least 1, received 0"),
        (lambda: FullyRecurrent(3, 0), "outputs: .* at least 1, received 0"),
        (lambda: FullyRecurrent(3, 4), "outputs: .* at most units = 3.* received 4"),
        (lambda: FullyRecurrent(None), "units: .* received None"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
