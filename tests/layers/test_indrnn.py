"""IndRNN against a loop over its equation, Keras's own loop, and its closed forms."""

import keras
import numpy as np
import pytest
from check_layer import derivatives, gradients, randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import IndRNN, IndRNNCell

rng = np.random.default_rng(0)
x = rng.normal(size=(3, 6, 2)).astype("float32")
both = pytest.mark.parametrize("activation", ["relu", "tanh"])


def built(units=4, timesteps=6, features=2, **options):
    options = {"return_sequences": True, **options}
    layer = IndRNN(units, timesteps, **options)
    layer.build((None, None, features))
    return layer


def li_and_others(x, W, u, f):
    """Equation 4 of the paper, one row, step and unit at a time."""
    found = np.zeros((*x.shape[:2], len(u)))
    for row in range(len(x)):
        for n in range(len(u)):
            h = 0.0
            for t in range(x.shape[1]):
                h = f(sum(W[k, n] * x[row, t, k] for k in range(len(W))) + u[n] * h)
                found[row, t, n] = h
    return found


@both
def test_equals_the_loop(activation):
    f = {"relu": lambda a: max(a, 0.0), "tanh": np.tanh}[activation]
    layer = randomise_weights(built(activation=activation), seed=3)
    W, u, b = map(ops.convert_to_numpy, layer.weights)
    # The bias is the weight of one more input, which is always 1.
    one = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
    expected = li_and_others(one, np.vstack([W, b]), u, f)
    np.testing.assert_allclose(*run(layer, x), expected, atol=1e-5)


@both
def test_as_any_recurrent_layer(activation):
    check_recurrent(lambda **options: IndRNN(4, 6, activation=activation, **options))


@both
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_gradients_by_hand_are_those_of_keras_own_loop(activation, masked, reverse):
    options = {"return_sequences": True, "go_backwards": reverse}
    ours = randomise_weights(built(activation=activation, go_backwards=reverse), seed=5)
    cell = IndRNNCell(4, 6, activation=activation)
    theirs = keras.layers.RNN(cell, **options)
    theirs.build(x.shape)
    theirs.set_weights(ours.get_weights())
    mask = np.ones(x.shape[:2], bool)
    mask[0, 2] = mask[1, 3:5] = mask[2, 3] = not masked
    start = rng.normal(size=(3, 4)).astype("float32")

    def outputs(layer):
        def function(x, start, *values):
            variables = layer.trainable_variables
            pairs = list(zip(variables, values, strict=True))
            with keras.StatelessScope(state_mapping=pairs):
                return layer(x, initial_state=[start], mask=mask if masked else None)

        return function

    arrays = x, start, *ours.get_weights()
    found, expected = (gradients(outputs(each), *arrays) for each in (ours, theirs))
    for one, other in zip(found, expected, strict=True):
        assert np.abs(other).max() > 0
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_without_recurrent_weights_it_is_a_dense_layer():
    layer = randomise_weights(built())
    layer.cell.recurrent_kernel.assign(np.zeros(4))
    dense = keras.layers.Dense(4, activation="relu")
    dense.build(x.shape)
    W, _, b = layer.get_weights()
    dense.set_weights([W, b])
    np.testing.assert_allclose(*run(layer, x), *run(dense, x), atol=1e-6)


def test_with_a_diagonal_matrix_keras_has_the_same():
    layer = randomise_weights(built(activation="tanh"), seed=2)
    W, u, b = layer.get_weights()
    plain = keras.layers.SimpleRNN(4, return_sequences=True)
    plain.build(x.shape)
    plain.set_weights([W, np.diag(u), b])
    np.testing.assert_allclose(*run(layer, x), *run(plain, x), atol=1e-6)


def test_a_weight_of_one_adds_up():
    layer = built(1, features=1)
    layer.set_weights([np.ones((1, 1)), np.ones(1), np.zeros(1)])
    positive = rng.random((2, 9, 1)).astype("float32")
    expected = positive.cumsum(axis=1)
    np.testing.assert_allclose(*run(layer, positive), expected, rtol=1e-5)


def test_what_is_left_of_a_signal_is_a_power_and_so_is_its_gradient():
    layer = built(3, timesteps=50, features=1, return_sequences=False)
    u = np.array([0.9, 1.0, 2 ** (1 / 50)], "float32")
    layer.set_weights([np.ones((1, 3)), u, np.zeros(3)])
    pulse = np.zeros((1, 51, 1), "float32")
    pulse[0, 0] = 1
    expected = u.astype("float64") ** 50
    np.testing.assert_allclose(run(layer, pulse)[0][0], expected, rtol=1e-4)
    assert expected[2] == pytest.approx(2, rel=1e-4)
    # A whisper keeps the units above 0, where the slope is 1.
    (slope,) = derivatives(lambda x: ops.sum(layer(x)), pulse + np.float32(1e-6))
    np.testing.assert_allclose(slope[0, 0, 0], expected.sum(), rtol=1e-4)


@pytest.mark.parametrize("min_gain", [0, 0.5])
def test_initial_gains(min_gain):
    layer = built(2000, timesteps=20, min_gain=min_gain)
    gains = np.array(layer.get_weights()[1], "float64") ** 20
    u = gains ** (1 / 20)
    lowest = min_gain ** (1 / 20)
    assert lowest - 1e-6 <= u.min() < lowest + 0.01
    assert 2 ** (1 / 20) - 0.01 < u.max() <= 2 ** (1 / 20) + 1e-6
    np.testing.assert_allclose(u.mean(), (lowest + 2 ** (1 / 20)) / 2, rtol=0.05)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_bound_holds_after_every_training_step(sign):
    """The gradient pushes u outwards, far beyond the bound if nothing held it."""
    layer = IndRNN(3, 8, max_gain=3)
    model = keras.Sequential([keras.Input((8, 1)), layer])
    model.compile(keras.optimizers.SGD(10.0), lambda _, h: -sign * ops.sum(h))
    limit = 3 ** (1 / 8)
    pulse = np.zeros((4, 8, 1), "float32")
    pulse[:, :2] = 1
    for _ in range(5):
        start = np.full(3, 0.1 * sign), np.zeros(3)
        layer.set_weights([np.ones((1, 3)), start[0], start[1] + 0.5])
        before = layer.get_weights()[1]
        model.train_on_batch(pulse, np.zeros((4, 3)))
        u = layer.get_weights()[1]
        assert np.abs(u - before).max() > 0.5
        np.testing.assert_allclose(np.abs(u), limit, rtol=1e-6)


@pytest.mark.parametrize("masked", [False, True])
def test_trains_on_any_number_of_steps(masked):
    steps = keras.Input((None, 2))
    h = IndRNN(4, 6)(keras.layers.Masking()(steps) if masked else steps)
    model = keras.Model(steps, keras.layers.Dense(1)(h))
    model.compile("sgd", "mse", jit_compile=False)
    for length in (6, 4):
        losses = [model.train_on_batch(x[:, :length], x[:, 0, :1]) for _ in range(2)]
        assert losses[1] < losses[0]


def test_a_model_with_the_layer_is_saved_with_its_bound(tmp_path):
    model = keras.Sequential([keras.Input((8, 1)), IndRNN(3, 8, min_gain=0.5)])
    model.compile(keras.optimizers.SGD(1e3), "mse")
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    again.train_on_batch(np.ones((2, 8, 1)), np.full((2, 3), 1e3))
    u = again.layers[0].get_weights()[1]
    assert np.isfinite(u).all() and np.abs(u).max() <= 2 ** (1 / 8) + 1e-6


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: IndRNN(0, 5), "units: .* received 0"),
        (lambda: IndRNN(2, 0), "timesteps: .* at least 1, received 0"),
        (lambda: IndRNN(2, None), "timesteps: .* received None"),
        (lambda: IndRNN(2, 5, min_gain=-1), "min_gain: .* received -1"),
        (lambda: IndRNN(2, 5, max_gain=0), "max_gain: .* min_gain, 0, received 0"),
        (lambda: IndRNN(2, 5, min_gain=2), "max_gain: .* min_gain, 2, received 2.0"),
        (lambda: IndRNN(2, 5, max_gain=np.inf), "max_gain: .* received inf"),
        (lambda: IndRNNCell(2, 5, max_gain="a"), "max_gain: .* received 'a'"),
        (lambda: IndRNN(2, 5, activation="gelu"), "'relu' or 'tanh', received 'gelu'"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
