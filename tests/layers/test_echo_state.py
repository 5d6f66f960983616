"""Echo state networks against a loop over their equation, and their spectral radius."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import EchoState, EchoStateCell
from rnn_tutorials.layers.echo_state import has_cycle

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")


def built(units=40, features=2, **options):
    layer = EchoState(units, **options)
    layer.build((None, None, features))
    return layer


def weights(layer):
    return [ops.convert_to_numpy(weight) for weight in layer.weights]


def echo(x, W_in, W, b, leak):
    """One row, one step, one unit at a time."""
    y = np.zeros((*x.shape[:2], len(b)))
    for row in range(len(x)):
        h = np.zeros(len(b))
        for t in range(x.shape[1]):
            old = h.copy()
            for k in range(len(b)):
                net = x[row, t] @ W_in[:, k] + old @ W[:, k] + b[k]
                h[k] = (1 - leak) * old[k] + leak * np.tanh(net)
            y[row, t] = h
    return y


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_equals_the_loop(leak):
    layer = built(6, leak=leak, return_sequences=True)
    W_in, W, b = weights(randomise_weights(layer))
    assert (W_in.shape, W.shape, b.shape) == ((2, 6), (6, 6), (6,))
    np.testing.assert_allclose(*run(layer, x), echo(x, W_in, W, b, leak), atol=1e-5)


def test_as_any_recurrent_layer():
    check_recurrent(lambda **options: EchoState(4, leak=0.5, **options))


def test_renewed_whole_it_is_a_simple_rnn_with_frozen_weights():
    ours = built(5, return_sequences=True)
    theirs = keras.layers.SimpleRNN(5, return_sequences=True)
    theirs.build(x.shape)
    theirs.set_weights(randomise_weights(ours).get_weights())
    np.testing.assert_allclose(*run(ours, x), *run(theirs, x), atol=1e-6)


@pytest.mark.parametrize("radius", [0.5, 0.95, 1.4])
@pytest.mark.parametrize("density", [0.05, 1.0])
def test_the_spectral_radius_is_exact(radius, density):
    _, W, _ = weights(built(80, spectral_radius=radius, density=density))
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(radius, rel=1e-5)
    # And without eigenvalues, by Gelfand's formula: |W^n|^(1/n) -> radius.
    power, n = W.astype("float64") / radius, 2**12
    log_norm = 0.0
    for _ in range(12):
        power = power @ power
        norm = np.linalg.norm(power)
        power, log_norm = power / norm, 2 * log_norm + np.log(norm)
    assert radius * np.exp(log_norm / n) == pytest.approx(radius, rel=5e-3)
    assert (W != 0).mean() == pytest.approx(density, abs=0.02)


def test_scalings_bound_the_weights():
    layer = built(500, input_scaling=[0.5, 3], bias_scaling=0.2)
    W_in, _, b = weights(layer)
    np.testing.assert_allclose(np.abs(W_in).max(axis=1), [0.5, 3], rtol=0.02)
    assert np.abs(b).max() == pytest.approx(0.2, rel=0.02)
    assert (np.abs(W_in).max(axis=1) <= [0.5, 3]).all()
    assert not weights(built())[2].any()


def test_without_a_radius_nothing_comes_back():
    layer = built(10, spectral_radius=0, return_sequences=True)
    W_in, _, _ = weights(layer)
    np.testing.assert_allclose(*run(layer, x), np.tanh(x @ W_in), atol=1e-6)


def test_echoes_of_two_starts_fade_below_radius_one():
    inputs = np.random.default_rng(1).normal(size=(1, 200, 2)).astype("float32")
    layer = built(30, spectral_radius=0.8)
    starts = np.random.default_rng(2).normal(size=(2, 1, 30)).astype("float32")
    ends = [run(layer, inputs, initial_state=[start])[0] for start in starts]
    np.testing.assert_allclose(*ends, atol=1e-5)


def test_seeds_and_frozen_weights():
    first, same, other = (weights(built(seed=seed)) for seed in (3, 3, 4))
    for a, b in zip(first[:2], same[:2], strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[1] != other[1]).any() and (first[0] != other[0]).any()
    model = keras.Sequential([keras.Input((5, 2)), EchoState(7), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=keras.config.backend() == "tensorflow")
    before = model.get_weights()
    model.train_on_batch(x, np.ones((3, 1)))
    changed = [(a != b).any() for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [False, False, False, True, True]


def test_cycles():
    assert has_cycle(np.eye(1)) and has_cycle(np.array([[0, 2], [-1, 0]]))
    assert not has_cycle(np.zeros((2, 2)))
    # Strictly triangular, units shuffled: nilpotent, though full of connections.
    order = np.random.default_rng(0).permutation(9)
    W = np.triu(np.ones((9, 9)), 1)[order][:, order]
    assert not has_cycle(W) and not np.linalg.matrix_power(W, 9).any()
    W[order.argsort()[5], order.argsort()[2]] = 1
    assert has_cycle(W)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: EchoState(0), "units: .* received 0"),
        (lambda: EchoStateCell(3, spectral_radius=-1), "spectral_radius: .* -1"),
        (lambda: EchoState(3, spectral_radius=np.inf), "spectral_radius: .* inf"),
        (lambda: EchoState(3, leak=0), "leak: expected above 0, at most 1, .* 0"),
        (lambda: EchoState(3, leak=1.1), "leak: .* received 1.1"),
        (lambda: EchoState(3, density=0), "density: .* received 0"),
        (lambda: EchoState(3, bias_scaling="a"), "bias_scaling: .* 'a'"),
        (lambda: EchoState(3, seed=None), "seed: .* received None"),
        (
            lambda: built(input_scaling=[1, 2, 3]),
            r"input_scaling: .* each of the 2 features, received \[1, 2, 3\]",
        ),
        (
            lambda: built(3, density=0.01),
            r"spectral_radius: .* nilpotent draw.* \(units 3, density 0.01, seed 0\)",
        ),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
