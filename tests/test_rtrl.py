"""Real-time recurrent learning against backpropagation through time."""

import keras
import numpy as np
import pytest
from check_layer import derivatives
from keras import ops

from rnn_tutorials.layers import FullyRecurrent
from rnn_tutorials.rtrl import rtrl, rtrl_step

UNITS, VISIBLE, FEATURES, STEPS = 4, 2, 3, 7


def case(seed, some_steps=False, somewhere=False):
    """Random weights, inputs and targets; NaN where there is no target."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(FEATURES + 1 + UNITS, UNITS))
    inputs = rng.normal(size=(STEPS, FEATURES))
    targets = rng.normal(size=(STEPS, VISIBLE))
    if some_steps:
        targets[[0, 1, 3, 4]] = np.nan
    if somewhere:
        targets[rng.random(targets.shape) < 0.5] = np.nan
    return weights, inputs, targets


def by_backpropagation(weights, inputs, targets, activation, state):
    """Loss and gradient of Keras's layer, unrolled by the backend."""
    layer = FullyRecurrent(
        UNITS, VISIBLE, activation=activation, return_sequences=True, dtype="float64"
    )
    layer.build((1, *inputs.shape))
    known = ~np.isnan(targets)
    start = [state[None, :VISIBLE], state[None, VISIBLE:]]

    def loss(kernel):
        with keras.StatelessScope(state_mapping=[(layer.cell.kernel, kernel)]):
            outputs = layer(inputs[None], initial_state=start)[0]
        errors = ops.where(known, np.nan_to_num(targets) - outputs, 0.0)
        return 0.5 * ops.sum(ops.square(errors))

    return float(loss(ops.convert_to_tensor(weights))), *derivatives(loss, weights)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear"])
@pytest.mark.parametrize("targets", [{}, {"some_steps": True}, {"somewhere": True}])
def test_gradient_equals_backpropagation_through_time(activation, targets):
    for seed in range(3):
        weights, inputs, targets_ = case(seed, **targets)
        if activation == "linear":
            weights *= 0.3  # no squashing: larger weights explode
        state = np.random.default_rng(seed).normal(size=UNITS)
        options = {"activation": activation, "initial_state": state}
        found = rtrl(weights, inputs, targets_, **options)
        loss, gradient = by_backpropagation(
            weights, inputs, targets_, activation, state
        )
        np.testing.assert_allclose(found.loss, loss, rtol=1e-9)
        np.testing.assert_allclose(found.gradient, gradient, rtol=1e-9, atol=1e-10)
        assert np.abs(gradient).max() > 1e-3


def test_outputs_are_those_of_the_layer_in_single_precision():
    weights, inputs, targets = case(0)
    layer = FullyRecurrent(UNITS, VISIBLE, return_sequences=True)
    layer.build((1, *inputs.shape))
    layer.set_weights([weights])
    outputs = ops.convert_to_numpy(layer(inputs[None].astype("float32")))[0]
    np.testing.assert_allclose(
        rtrl(weights, inputs, targets).outputs, outputs, atol=1e-6
    )


def test_gradient_equals_differences():
    weights, inputs, targets = case(5, somewhere=True)
    gradient = rtrl(weights, inputs, targets).gradient
    for index in np.ndindex(*weights.shape):
        step = np.zeros_like(weights)
        step[index] = 1e-6
        above, below = (
            rtrl(weights + sign * step, inputs, targets).loss for sign in (1, -1)
        )
        assert gradient[index] == pytest.approx((above - below) / 2e-6, abs=1e-7)


def test_sensitivities_are_derivatives_of_the_units():
    weights, inputs, _ = case(6)

    def units(weights):
        y, p = np.zeros(UNITS), np.zeros((UNITS, *weights.shape))
        for x in inputs:
            y, p = rtrl_step(weights, x, y, p, activation="tanh")
        return y, p

    for line, unit in ((0, 0), (3, 2), (5, 1), (7, 3)):
        step = np.zeros_like(weights)
        step[line, unit] = 1e-6
        slope = (units(weights + step)[0] - units(weights - step)[0]) / 2e-6
        np.testing.assert_allclose(units(weights)[1][:, line, unit], slope, atol=1e-7)


def test_without_targets_there_is_nothing_to_learn():
    weights, inputs, targets = case(7)
    result = rtrl(weights, inputs, np.full_like(targets, np.nan))
    assert result.loss == 0 and not result.gradient.any()
    assert np.isfinite(result.outputs).all()


def test_learning_online_lowers_the_loss():
    weights, inputs, targets = case(8)
    targets = 1 / (1 + np.exp(-targets))
    weights *= 0.3
    before = rtrl(weights, inputs, targets).loss
    for _ in range(50):
        y, p = np.zeros(UNITS), np.zeros((UNITS, *weights.shape))
        for x, target in zip(inputs, targets, strict=True):
            y, p = rtrl_step(weights, x, y, p)
            e = target - y[:VISIBLE]
            weights = weights + 0.5 * np.tensordot(e, p[:VISIBLE], axes=1)
    assert rtrl(weights, inputs, targets).loss < 0.5 * before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": np.zeros((7, 4))}, r"weights: .* \(8, 4\) .* received \(7, 4\)"),
        ({"weights": np.zeros(8)}, r"weights: .* 2 dim.* received shape \(8,\)"),
        ({"inputs": np.zeros((1, 7, 3))}, r"inputs: .* received shape \(1, 7, 3\)"),
        ({"targets": np.zeros((6, 2))}, r"targets: .* \(7, 1 to 4\).* \(6, 2\)"),
        ({"targets": np.zeros((7, 5))}, r"targets: .* received \(7, 5\)"),
        ({"targets": np.zeros((7, 0))}, r"targets: .* received \(7, 0\)"),
        ({"initial_state": np.zeros(3)}, r"initial_state: .* \(4,\), received \(3,\)"),
        ({"initial_state": np.zeros((1, 4))}, r"initial_state: .* 1 dim"),
        ({"activation": "relu"}, r"activation: expected one of 'sigmoid'.* 'relu'"),
    ],
)
def test_errors(change, words):
    weights, inputs, targets = case(0)
    given = {"weights": weights, "inputs": inputs, "targets": targets} | change
    with pytest.raises(ValueError, match=words):
        rtrl(**given)
