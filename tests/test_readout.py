"""Read-outs against the normal equations, and free runs against a loop."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_tutorials.layers import EchoState
from rnn_tutorials.readout import Readout, fit_readout, free_run, memory_capacity

rng = np.random.default_rng(0)
states = rng.normal(size=(2, 60, 5)) + 3
targets = rng.normal(size=(2, 60, 2))


@pytest.mark.parametrize("ridge", [0.0, 2.5])
def test_equals_the_normal_equations(ridge):
    readout = fit_readout(states, targets, washout=10, ridge=ridge)
    X = np.concatenate([states[0, 10:], states[1, 10:]])
    X = np.column_stack([X, np.ones(len(X))])
    Y = np.concatenate([targets[0, 10:], targets[1, 10:]])
    penalty = ridge * np.diag([1, 1, 1, 1, 1, 0])  # none on the bias
    expected = np.linalg.solve(X.T @ X + penalty, X.T @ Y)
    np.testing.assert_allclose(np.vstack([*readout]), expected, atol=1e-9)
    np.testing.assert_allclose(
        readout(states[0]), states[0] @ expected[:-1] + expected[-1], atol=1e-9
    )


def test_keeps_what_float32_would_lose():
    # Two columns that differ by 1e-7 of their size; the target is their difference.
    common = rng.normal(size=200)
    difference = rng.normal(size=200)
    X = np.column_stack([common, common + 1e-7 * difference])
    readout = fit_readout(X, difference)
    np.testing.assert_allclose(readout(X)[:, 0], difference, atol=1e-6)


def test_one_sequence_one_output():
    alone = fit_readout(states[0], targets[0, :, 0])
    assert alone.kernel.shape == (5, 1) and alone.bias.shape == (1,)
    batched = fit_readout(states[:1], targets[:1, :, :1])
    np.testing.assert_allclose(alone.kernel, batched.kernel)


def test_free_run_feeds_the_outputs_back():
    layer = EchoState(6, leak=0.6, bias_scaling=0.3, seed=1, dtype="float32")
    layer.build((None, None, 2))
    W_in, W, b = (ops.convert_to_numpy(each) for each in layer.weights)
    readout = Readout(rng.normal(size=(6, 2)), rng.normal(size=2))
    h, y = rng.normal(size=(3, 6)), rng.normal(size=(3, 2))
    expected, hidden, output = [], h, y
    for _ in range(4):
        hidden = 0.4 * hidden + 0.6 * np.tanh(output @ W_in + hidden @ W + b)
        output = hidden @ readout.kernel + readout.bias
        expected.append(output)
    found = free_run(layer, readout, h, y, 4)
    np.testing.assert_allclose(found, np.stack(expected, axis=1), atol=1e-4)
    own = h @ readout.kernel + readout.bias
    later = free_run(layer, readout, h, None, 5)
    np.testing.assert_allclose(later[:, 0], own, atol=1e-6)
    np.testing.assert_allclose(
        later[:, 1:], free_run(layer, readout, h, own, 4), atol=1e-4
    )


def test_free_run_of_a_layer_with_several_states():
    layer = keras.layers.LSTM(4, return_sequences=True)
    layer.build((None, None, 2))
    readout = Readout(rng.normal(size=(4, 2)), rng.normal(size=2))
    states, start = list(rng.normal(size=(2, 3, 4))), rng.normal(size=(3, 2))
    found = free_run(layer, readout, states, start, 5)
    # What it heard is what it said one step before: all at once, the same comes out.
    heard = np.concatenate([start[:, np.newaxis], found[:, :-1]], axis=1)
    states = [each.astype("float32") for each in states]
    whole = layer(heard.astype("float32"), initial_state=states)
    np.testing.assert_allclose(found, readout(ops.convert_to_numpy(whole)), atol=1e-5)


def test_a_delay_line_remembers_exactly_its_length():
    inputs = rng.uniform(-1, 1, 600)
    line = np.stack([np.roll(inputs, lag) for lag in range(1, 6)], axis=1)
    line[:6] = 0
    share = memory_capacity(line, inputs, 12, washout=20)
    assert share.shape == (12,)
    np.testing.assert_allclose(share[:5], 1, atol=1e-9)
    assert share[5:].max() < 0.05


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: fit_readout(states, targets[:, 1:]), r"targets: .* \(2, 59, 2\)"),
        (lambda: fit_readout(states[0, 0], 1.0), "targets: .* received"),
        (lambda: fit_readout(states, targets, washout=60), "washout: .* 60"),
        (lambda: fit_readout(states, targets, washout=-1), "washout: .* -1"),
        (lambda: fit_readout(states, targets, ridge=-1), "ridge: .* received -1"),
        (lambda: fit_readout(states, targets, ridge=np.nan), "ridge: .* nan"),
        (lambda: fit_readout(states * np.nan, targets), "states: .* inf or NaN"),
        (lambda: fit_readout(states, targets / 0.0), "targets: .* inf or NaN"),
        (lambda: free_run(None, None, None, None, 0), "steps: .* received 0"),
        (
            lambda: memory_capacity(states[0], states[0, :, 0], 58),
            "max_lag, washout: expected at least 4 of the 60",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_errors(act, words):
    with pytest.raises(ValueError, match=words):
        act()
