"""Second-order networks against the sums of the paper, and against automata."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import SecondOrder, SecondOrderCell
from rnn_tutorials.layers.second_order import automaton_kernel

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def second_order(x, W, b, f, start):
    """The explicit sums: one row, one step, one unit, one pair at a time."""
    units, features, _ = W.shape
    y = np.zeros((*x.shape[:2], units))
    for row in range(len(x)):
        S = list(start)
        for t in range(x.shape[1]):
            new = []
            for j in range(units):
                net = b[j]
                for k in range(units):
                    for i in range(features):
                        net += W[k, i, j] * S[k] * x[row, t, i]
                new.append(f(net))
            y[row, t] = S = new
    return y


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize(
    ("start", "vector"), [("first", [1, 0, 0, 0]), (0.5, [0.5] * 4)]
)
@pytest.mark.parametrize(("name", "f"), [("sigmoid", sigmoid), ("tanh", np.tanh)])
def test_equals_the_sums(name, f, start, vector, use_bias):
    layer = SecondOrder(
        4, activation=name, start=start, use_bias=use_bias, return_sequences=True
    )
    layer(x)
    W, *b = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    assert W.shape == (4, 2, 4) and [each.shape for each in b] == [(4,)] * use_bias
    b = b[0] if use_bias else np.zeros(4)
    expected = second_order(x, W, b, f, vector)
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"use_bias": True, "start": 0.2}])
def test_as_any_recurrent_layer(options):
    check_recurrent(lambda **more: SecondOrder(4, **options, **more))


def test_with_one_symbol_it_is_a_simple_rnn_without_input():
    ours = SecondOrder(4, activation="tanh", use_bias=True, return_sequences=True)
    theirs = keras.layers.SimpleRNN(4, return_sequences=True)
    ones, zeros = np.ones((2, 6, 1), "float32"), np.zeros((2, 6, 1), "float32")
    ours(ones), theirs(zeros)
    W, b = randomise_weights(ours).get_weights()
    theirs.set_weights([np.zeros((1, 4)), W[:, 0], b])
    start = np.eye(4, dtype="float32")[[0, 0]]
    expected = run(theirs, zeros, initial_state=[start])
    np.testing.assert_allclose(*run(ours, ones), *expected, atol=1e-6)


def test_each_symbol_chooses_its_matrix():
    layer = SecondOrder(4)
    layer.build((None, None, 3))
    W = ops.convert_to_numpy(randomise_weights(layer).weights[0])
    S = np.eye(4)[0]
    symbols = [2, 0, 1, 1, 2]
    for i in symbols:
        S = sigmoid(S @ W[:, i])
    (found,) = run(layer, np.eye(3, dtype="float32")[[symbols]])
    np.testing.assert_allclose(found[0], S, atol=1e-6)


@pytest.mark.parametrize(("states", "symbols"), [(1, 1), (2, 2), (5, 2), (12, 3)])
def test_with_hard_weights_it_is_the_automaton(states, symbols):
    rng = np.random.default_rng(states)
    table = rng.integers(0, states, (states, symbols))
    layer = SecondOrder(states, return_sequences=True)
    layer.build((None, None, symbols))
    layer.set_weights([automaton_kernel(table)])
    strings = rng.integers(0, symbols, (20, 500))
    state, expected = np.zeros(20, int), []
    for column in strings.T:
        state = table[state, column]
        expected.append(state)
    one_hot = np.eye(states)[np.array(expected).T]
    (found,) = run(layer, np.eye(symbols, dtype="float32")[strings])
    np.testing.assert_allclose(found, one_hot, atol=1e-6)


def test_weights_start_uniform():
    for scale in (1.0, 3.0):
        layer = SecondOrder(20, weight_scale=scale)
        layer.build((None, None, 3))
        W = ops.convert_to_numpy(layer.weights[0])
        assert np.abs(W).max() == pytest.approx(scale, rel=0.02)
        assert W.std() == pytest.approx(scale / np.sqrt(3), rel=0.1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SecondOrder(0), "units: .* received 0"),
        (lambda: SecondOrder(2, start="last"), "start: expected 'first' or .* 'last'"),
        (lambda: SecondOrderCell(2, start=np.nan), "start: .* received nan"),
        (lambda: SecondOrder(2, weight_scale=0), "weight_scale: .* above 0, .* 0"),
        (lambda: automaton_kernel([[0, 2], [1, 0]]), "transitions: .* received"),
        (lambda: automaton_kernel([[0.0], [1.0]]), "transitions: .* received"),
        (lambda: automaton_kernel([]), "transitions: .* received"),
        (lambda: automaton_kernel([[0]], strength=-1), "strength: .* received -1"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
