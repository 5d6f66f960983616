"""The recurrent multilayer perceptron against a loop over its equations."""

import keras
import numpy as np
import pytest

from rnn_tutorials.builders import build_rmlp

rng = np.random.default_rng(0)
U = rng.normal(size=(3, 7, 2)).astype("float32")


def randomised(**options):
    model = build_rmlp(None, 2, outputs=3, units=(5, 4), **options)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.6))
    return model


def run(model, u):
    return keras.ops.convert_to_numpy(model(u))


def test_equals_the_loop():
    model = randomised()
    W1, R1, b1, W2, R2, b2, V, c = model.get_weights()
    expected = np.zeros((3, 7, 3))
    for row, inputs in enumerate(U):
        first, second = np.zeros(5), np.zeros(4)
        for k, u in enumerate(inputs):
            first = np.tanh(u @ W1 + first @ R1 + b1)
            second = np.tanh(first @ W2 + second @ R2 + b2)
            expected[row, k] = second @ V + c
    np.testing.assert_allclose(run(model, U), expected, atol=1e-5)


def test_without_recurrent_weights_it_is_a_multilayer_perceptron():
    model = randomised()
    weights = model.get_weights()
    for recurrent in (1, 4):
        weights[recurrent] = 0 * weights[recurrent]
    model.set_weights(weights)
    mixed = U[:, ::-1]
    np.testing.assert_allclose(run(model, mixed), run(model, U)[:, ::-1], atol=1e-6)


def test_shapes_and_saving(tmp_path):
    model = randomised(name="plant")
    assert (model.name, model.compiled) == ("plant", False)
    assert model.output_shape == (None, None, 3)
    assert model.count_params() == 5 * (2 + 5 + 1) + 4 * (5 + 4 + 1) + 3 * (4 + 1)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, U), run(model, U))
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        model(U[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timesteps": 0}, "timesteps: .* received 0"),
        ({"features": 0}, "features: .* received 0"),
        ({"outputs": 0}, "outputs: .* received 0"),
        ({"units": ()}, "units: expected at least one layer, received none"),
        ({"units": (3, 0)}, "units: .* received 0"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_rmlp(**{"timesteps": 5, **arguments})
