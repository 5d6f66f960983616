"""LSTM with peepholes against a loop over its equations."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import PeepholeLSTM

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")
FUNCTIONS = {"tanh": np.tanh, "linear": lambda a: a}


def logistic(a):
    return 1 / (1 + np.exp(-a))


def peephole_lstm(x, W, U, b, peepholes, g, out):
    """One row, one step, one memory cell at a time; the gate o comes last."""
    n = len(b) // 4
    y = np.zeros((*x.shape[:2], n))
    for row in range(len(x)):
        h, c = np.zeros(n), np.zeros(n)
        for t in range(x.shape[1]):
            net = np.array(
                [W[:, k] @ x[row, t] + U[:, k] @ h + b[k] for k in range(4 * n)]
            ).reshape(4, n)
            for j in range(n):
                y_in = logistic(net[0, j] + peepholes[0, j] * c[j])
                forget = logistic(net[1, j] + peepholes[1, j] * c[j])
                c[j] = forget * c[j] + y_in * g(net[2, j])
                y_out = logistic(net[3, j] + peepholes[2, j] * c[j])
                y[row, t, j] = y_out * out(c[j])
            h = y[row, t]
    return y


@pytest.mark.parametrize("out", FUNCTIONS)
@pytest.mark.parametrize("g", FUNCTIONS)
def test_equals_the_loop(g, out):
    layer = PeepholeLSTM(4, activation=g, output_activation=out, return_sequences=True)
    layer(x)
    weights = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    expected = peephole_lstm(x, *weights, FUNCTIONS[g], FUNCTIONS[out])
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


def test_as_any_recurrent_layer():
    check_recurrent(
        lambda **options: PeepholeLSTM(4, output_activation="linear", **options)
    )


@pytest.mark.parametrize("masked", [False, True])
def test_shut_peepholes_make_it_keras_lstm(masked):
    options = {"return_sequences": True, "return_state": True}
    ours, theirs = PeepholeLSTM(4, **options), keras.layers.LSTM(4, **options)
    ours(x), theirs(x)
    *weights, peepholes = randomise_weights(ours).get_weights()
    ours.set_weights([*weights, peepholes * 0])
    theirs.set_weights(weights)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    given = {"mask": ops.convert_to_tensor(mask)} if masked else {}
    for found, expected in zip(
        run(ours, x, **given), run(theirs, x, **given), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_it_starts_as_keras_lstm():
    keras.utils.set_random_seed(0)
    ours = PeepholeLSTM(4)
    ours(x)
    keras.utils.set_random_seed(0)
    theirs = keras.layers.LSTM(4)
    theirs(x)
    assert [w.shape for w in ours.weights[:3]] == [w.shape for w in theirs.weights]
    np.testing.assert_array_equal(ours.get_weights()[2], theirs.get_weights()[2])
    assert not ops.convert_to_numpy(ours.cell.peepholes).any()


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ({}, 1),
        ({"forget_bias": 5}, 5),
        ({"forget_bias": 0}, 0),
        ({"unit_forget_bias": False}, 0),
        ({"unit_forget_bias": False, "forget_bias": 5}, 0),
    ],
)
def test_forget_bias(options, start):
    layer = PeepholeLSTM(3, **options)
    layer.build(x.shape)
    bias = ops.convert_to_numpy(layer.cell.bias).reshape(4, 3)
    np.testing.assert_array_equal(bias[1], start)
    assert not bias[[0, 2, 3]].any()


def test_only_the_output_gate_sees_this_step_s_cell():
    # One step from an empty cell: p_i and p_f meet c = 0, p_o what was just written.
    outputs = []
    for gate in range(3):
        layer = PeepholeLSTM(4)
        layer(x)
        *weights, _ = randomise_weights(layer, seed=1).get_weights()
        for strength in (0, 3):
            peepholes = np.zeros((3, 4))
            peepholes[gate] = strength
            layer.set_weights([*weights, peepholes])
            outputs += run(layer, x[:, :1])
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(outputs[2], outputs[3])
    assert (outputs[4] != outputs[5]).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PeepholeLSTM(-1), "units: .* at least 1, received -1"),
        (lambda: PeepholeLSTM(2, forget_bias="one"), "forget_bias: .* received 'one'"),
        (lambda: PeepholeLSTM(2, forget_bias=np.inf), "forget_bias: .* received inf"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
