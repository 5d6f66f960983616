"""Fast and slow units with a trained start: against a loop, and what reaches what."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_tutorials.builders import build_mtrnn

rng = np.random.default_rng(0)
NUMBERS = np.array([2, 0, 2])
HEARD = rng.normal(size=(3, 6, 2)).astype("float32")


def model_with_random_weights(**options):
    model = build_mtrnn(4, 2, units=(5, 3), time_constants=(2, 28), **options)
    for weight in model.trainable_variables:
        weight.assign(np.random.default_rng(1).normal(size=weight.shape, scale=0.5))
    return model


def run(model, numbers=NUMBERS, heard=HEARD):
    return ops.convert_to_numpy(model([numbers, heard]))


def weights(model, layer):
    return map(ops.convert_to_numpy, model.get_layer(layer).weights)


def yamashita_and_tani(model, numbers, heard):
    """Fast and slow units apart, as in the paper's equation."""
    (starts,) = weights(model, "initial_state")
    U, W, b = weights(model, "recurrent")
    V, c = weights(model, "read_out")
    y = np.zeros((*heard.shape[:2], 2))
    for row, number in enumerate(numbers):
        fast, slow = np.zeros(5), starts[number]
        for t, x in enumerate(heard[row]):
            f, s = np.tanh(fast), np.tanh(slow)
            fast_net = x @ U + f @ W[:5, :5] + s @ W[5:, :5] + b[:5]
            slow_net = f @ W[:5, 5:] + s @ W[5:, 5:] + b[5:]
            fast = (1 - 1 / 2) * fast + 1 / 2 * fast_net
            slow = (1 - 1 / 28) * slow + 1 / 28 * slow_net
            y[row, t] = np.tanh(fast) @ V + c
    return y


def test_equals_the_loop():
    model = model_with_random_weights()
    expected = yamashita_and_tani(model, NUMBERS, HEARD)
    np.testing.assert_allclose(run(model), expected, atol=1e-5)


@pytest.mark.parametrize("timesteps", [None, 6])
def test_shapes_and_saving(timesteps, tmp_path):
    model = model_with_random_weights(timesteps=timesteps)
    assert (model.name, model.compiled) == ("mtrnn", False)
    assert model.output_shape == (None, timesteps, 2)
    # 4 starts of 3; 2 inputs to 5 units, 8 to 8, 8 biases; 5 to 2 outputs, 2 biases.
    assert model.count_params() == 4 * 3 + 2 * 5 + 8 * 8 + 8 + 5 * 2 + 2
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(run(again), run(model), atol=1e-6)


def test_the_number_of_the_sequence_alone_tells_them_apart():
    model = model_with_random_weights()
    same = np.repeat(HEARD[:1], 3, axis=0)
    first, second, again = run(model, NUMBERS, same)
    np.testing.assert_allclose(first, again, atol=1e-6)
    # It takes a step from the slow units to the fast ones.
    assert (np.abs(first - second).max(axis=1) > 1e-3).all()


def test_noise_only_in_training():
    model = model_with_random_weights(noise=0.3)
    np.testing.assert_array_equal(run(model), run(model))
    noisy = [ops.convert_to_numpy(model([NUMBERS, HEARD], training=True)) for _ in "ab"]
    assert np.abs(noisy[0] - noisy[1]).max() > 1e-3


def test_training_moves_the_starts_that_were_used():
    model = model_with_random_weights()
    (before,) = weights(model, "initial_state")
    model.compile("sgd", "mse")
    model.train_on_batch([NUMBERS, HEARD], HEARD)
    (after,) = weights(model, "initial_state")
    assert (before != after).any(axis=1).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sequences": 0}, "sequences: .* received 0"),
        ({"features": 0}, "features: .* received 0"),
        ({"units": 30}, "units: expected two numbers, .* received 30"),
        ({"units": (3, 4, 5)}, r"units: expected two numbers, .* \(3, 4, 5\)"),
        ({"units": (3, 0)}, "units: .* at least 1, received 0"),
        ({"time_constants": 5}, "time_constants: expected two numbers, .* received 5"),
        ({"time_constants": (0.5, 70)}, "time_constants: .* the step, 1, .* 0.5"),
        ({"noise": -0.1}, "noise: expected from 0 to 1, received -0.1"),
    ],
)
def test_errors(options, words):
    with pytest.raises(ValueError, match=words):
        build_mtrnn(**{"sequences": 2, "features": 2, **options})
