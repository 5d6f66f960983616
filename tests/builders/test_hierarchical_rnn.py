"""A network that reads codes: against its two parts run by hand."""

import keras
import numpy as np
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import build_hierarchical_rnn

X = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")


def build(**options):
    sizes = {"classes": 5, "units": (6, 7), **options}
    return build_hierarchical_rnn(3, 4, 2, **sizes)


def run(model, x):
    return keras.ops.convert_to_numpy(model(x))


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_equals_row_by_row_and_then_the_codes(cell):
    model = build(cell=cell)
    codes, upper, head = model.layers[-3:]
    rows = [codes.layer(X[:, row]) for row in range(3)]  # each inner sequence alone
    expected = head(upper(keras.ops.stack(rows, axis=1)))
    expected = keras.ops.convert_to_numpy(expected)
    found = run(model, X)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)


def test_shapes_parameters_and_saving(tmp_path):
    model = build(name="image")
    assert (model.name, model.compiled) == ("image", False)
    assert model.output_shape == (None, 5)
    lower, upper = 4 * 6 * (2 + 6 + 1), 4 * 7 * (6 + 7 + 1)
    assert model.count_params() == lower + upper + 5 * (7 + 1)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, X), run(model, X))
    with pytest.raises(ValueError, match="expected ndim=4, found ndim=3"):
        model(X[0])


def test_any_number_of_steps():
    model = build_hierarchical_rnn(None, None, 2, units=(3, 4))
    assert run(model, X).shape == run(model, X[:, :2, :3]).shape == (2, 2)


def test_cudnn():
    for cell, fused in [("lstm", True), ("gru", True), ("simple_rnn", False)]:
        report = cudnn.report(build(cell=cell), backend="tensorflow", gpu=True)
        assert list(report.fused) == [fused, fused]
        assert list(report.layer) == ["codes/lower", "upper"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sequences": 0}, "sequences: .* received 0"),
        ({"timesteps": 0}, "timesteps: .* received 0"),
        ({"features": 0}, "features: .* received 0"),
        ({"classes": 1}, "classes: .* at least 2, received 1"),
        ({"classes": None}, "classes: .* received None"),
        ({"cell": "rnn"}, "cell: expected one of .* received 'rnn'"),
        ({"units": 8}, "units: expected two widths, .* received 8"),
        ({"units": (8, 0)}, "units: .* received 0"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_hierarchical_rnn(**{"sequences": 3, "timesteps": 4, **arguments})
