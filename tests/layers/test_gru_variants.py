"""GRU1, GRU2, GRU3 against loops over their equations, and against Keras's GRU."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import GRU1, GRU2, GRU3

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")
VARIANTS = (GRU1, GRU2, GRU3)
every_variant = pytest.mark.parametrize("variant", VARIANTS)


def logistic(a):
    return 1 / (1 + np.exp(-a))


def gates(variant, weights, h):
    """The gates z and r of Dey and Salem, equations of their section III."""
    n = len(h)
    if variant is GRU1:
        U, b = weights
        return logistic(U[:, :n].T @ h + b[:n]), logistic(U[:, n:].T @ h + b[n:])
    if variant is GRU2:
        (U,) = weights
        return logistic(U[:, :n].T @ h), logistic(U[:, n:].T @ h)
    (b,) = weights
    return logistic(b[:n]), logistic(b[n:])


def gru(variant, x, W, U, b, *gate_weights, f=np.tanh):
    y = np.zeros((*x.shape[:2], len(b)))
    for row in range(len(x)):
        h = np.zeros(len(b))
        for t in range(x.shape[1]):
            keep, r = gates(variant, gate_weights, h)
            z = 1 - keep  # the paper's z renews
            candidate = f(W.T @ x[row, t] + U.T @ (r * h) + b)
            h = (1 - z) * h + z * candidate
            y[row, t] = h
    return y


@every_variant
def test_equals_the_loop(variant):
    layer = variant(4, return_sequences=True)
    layer(x)
    weights = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    np.testing.assert_allclose(*run(layer, x), gru(variant, x, *weights), atol=1e-5)


def test_another_activation():
    layer = GRU1(4, activation="relu", return_sequences=True)
    layer(x)
    weights = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    expected = gru(GRU1, x, *weights, f=lambda a: np.maximum(a, 0))
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


@every_variant
def test_as_any_recurrent_layer(variant):
    check_recurrent(lambda **options: variant(4, **options))


@every_variant
def test_keras_gru_with_zeros_in_its_gates(variant):
    layer = variant(4, return_sequences=True)
    layer(x)
    W, U, b, *_ = randomise_weights(layer).get_weights()
    gate_kernel, gate_bias = np.zeros((4, 8)), np.zeros(8)
    if hasattr(layer.cell, "gate_kernel"):
        gate_kernel = layer.cell.gate_kernel
    if hasattr(layer.cell, "gate_bias"):
        gate_bias = layer.cell.gate_bias
    keras_gru = keras.layers.GRU(4, reset_after=False, return_sequences=True)
    keras_gru(x)
    keras_gru.set_weights(
        [
            np.hstack([np.zeros((2, 8)), W]),
            np.hstack([gate_kernel, U]),
            np.hstack([gate_bias, b]),
        ]
    )
    np.testing.assert_allclose(*run(layer, x), *run(keras_gru, x), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        (keras.layers.GRU(100, reset_after=False), 38_700),
        (GRU1(100), 33_100),
        (GRU2(100), 32_900),
        (GRU3(100), 13_100),
    ],
    ids=["GRU", "GRU1", "GRU2", "GRU3"],
)
def test_published_numbers_of_parameters(layer, count):
    layer.build((None, 28, 28))
    assert layer.count_params() == count


def test_update_gate_at_one_keeps_the_state():
    start = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    for z, expected in ((200, start), (-200, None)):
        layer = GRU3(4)
        layer(x)
        randomise_weights(layer)
        layer.cell.gate_bias.assign([z] * 4 + [0.0] * 4)
        (found,) = run(layer, x, initial_state=[start])
        if expected is None:  # every state is a candidate: a simple recurrent network
            W, U, b, _ = layer.get_weights()
            expected = start
            for t in range(x.shape[1]):
                expected = np.tanh(x[:, t] @ W + 0.5 * expected @ U + b)
        np.testing.assert_allclose(found, expected, atol=1e-5)


@every_variant
def test_errors(variant):
    for units in (0, -3, 1.5, "4", None, False):
        with pytest.raises(ValueError, match=f"units: .* received {units!r}"):
            variant(units)
