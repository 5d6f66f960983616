"""A label for every step: shapes, what a step may know, errors."""

import keras
import numpy as np
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import build_sequence_tagger


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_shapes_probabilities_and_saving(cell, bidirectional, tmp_path):
    model = build_sequence_tagger(
        None, 2, classes=3, cell=cell, units=(4, 3), bidirectional=bidirectional
    )
    assert (model.name, model.compiled) == ("sequence_tagger", False)
    assert model.output_shape == (None, None, 3)
    x = np.random.default_rng(0).normal(size=(2, 5, 2))
    found = keras.ops.convert_to_numpy(model(x))
    assert found.shape == (2, 5, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(again(x)), found)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_only_a_bidirectional_network_sees_the_future(bidirectional):
    model = build_sequence_tagger(6, bidirectional=bidirectional)
    x = np.random.default_rng(0).normal(size=(1, 6, 1))
    changed = x.copy()
    changed[:, 4:] += 1
    before, after = (keras.ops.convert_to_numpy(model(each)) for each in (x, changed))
    same = np.allclose(before[:, :4], after[:, :4], atol=1e-7)
    assert same == (not bidirectional)
    assert not np.allclose(before[:, 4:], after[:, 4:], atol=1e-4)


def test_parameters():
    lstm = 4 * (32 * (1 + 32) + 32)
    assert build_sequence_tagger(6).count_params() == lstm + 32 * 2 + 2
    model = build_sequence_tagger(6, bidirectional=True, classes=5)
    assert model.count_params() == 2 * lstm + 64 * 5 + 5


def test_eligible_for_cudnn():
    for cell, fused in [("lstm", True), ("gru", True), ("simple_rnn", False)]:
        for both in (False, True):
            model = build_sequence_tagger(6, cell=cell, bidirectional=both)
            report = cudnn.report(model, backend="tensorflow", gpu=True)
            assert list(report.fused) == [fused]


def test_a_wrong_rank_names_the_input():
    with pytest.raises(ValueError) as error:
        build_sequence_tagger(6, 2).predict(np.zeros((5, 6)), verbose=0)
    assert "'steps'" in str(error.value)
    assert "expected ndim=3, found ndim=2" in str(error.value)
    assert "(5, 6)" in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timesteps": 0}, "timesteps: .* received 0"),
        ({"features": 0}, "features: .* received 0"),
        ({"classes": 1}, "classes: .* at least 2, received 1"),
        ({"cell": "rnn"}, "cell: expected one of .* received 'rnn'"),
        ({"units": ()}, "units: expected at least one layer, received none"),
        ({"units": (3, -1)}, "units: .* received -1"),
        ({"dropout": 1.5}, "dropout: .* received 1.5"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_sequence_tagger(**{"timesteps": 6, **arguments})
