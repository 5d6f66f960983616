"""A sequence from one vector: shapes, what each step knows, errors."""

import keras
import numpy as np
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import build_sequence_generator


def run(model, vectors):
    return keras.ops.convert_to_numpy(model(np.asarray(vectors, "float32")))


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("classes", [None, 4])
def test_shapes_and_saving(cell, classes, tmp_path):
    model = build_sequence_generator(
        3, 5, outputs=2, classes=classes, cell=cell, units=(4, 3)
    )
    assert (model.name, model.compiled) == ("sequence_generator", False)
    assert model.output_shape == (None, 5, classes or 2)
    x = np.random.default_rng(0).normal(size=(2, 3))
    found = run(model, x)
    assert found.shape == (2, 5, classes or 2)
    if classes:
        np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, x), found)


def test_equals_the_layer_on_the_repeated_vector():
    model = build_sequence_generator(2, 4, units=3)
    x = np.random.default_rng(0).normal(size=(2, 2)).astype("float32")
    lstm, dense = model.layers[-2:]
    repeated = np.repeat(x[:, np.newaxis], 4, axis=1)
    expected = keras.ops.convert_to_numpy(dense(lstm(repeated)))
    found = run(model, x)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(np.diff(found, axis=1)).min() > 1e-6, "the steps differ"


def test_a_longer_sequence_begins_like_a_shorter_one():
    short, long = (build_sequence_generator(2, steps, units=3) for steps in (4, 9))
    long.set_weights(short.get_weights())
    x = np.random.default_rng(1).normal(size=(3, 2))
    np.testing.assert_allclose(run(long, x)[:, :4], run(short, x), atol=1e-6)


def test_parameters_and_cudnn():
    model = build_sequence_generator(3, 5, outputs=2)
    assert model.count_params() == 4 * 64 * (3 + 64 + 1) + 64 * 2 + 2
    for cell, fused in [("lstm", True), ("gru", True), ("simple_rnn", False)]:
        model = build_sequence_generator(3, 5, cell=cell)
        report = cudnn.report(model, backend="tensorflow", gpu=True)
        assert list(report.fused) == [fused]


def test_a_sequence_instead_of_a_vector():
    with pytest.raises(ValueError, match=r"expected ndim=2, found ndim=3") as error:
        build_sequence_generator(3, 5)(np.zeros((2, 5, 3), "float32"))
    assert "'vector'" in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"features": 0}, "features: .* received 0"),
        ({"timesteps": 0}, "timesteps: .* received 0"),
        ({"timesteps": None}, "timesteps: .* received None"),
        ({"outputs": 0}, "outputs: .* received 0"),
        ({"classes": 1}, "classes: .* at least 2, received 1"),
        ({"cell": "rnn"}, "cell: expected one of .* received 'rnn'"),
        ({"units": ()}, "units: expected at least one layer, received none"),
        ({"dropout": 1}, "dropout: .* received 1"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_sequence_generator(**{"features": 3, "timesteps": 5, **arguments})
