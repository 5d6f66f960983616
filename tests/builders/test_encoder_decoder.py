"""From one sequence to another: shapes, what passes between the halves, errors."""

import keras
import numpy as np
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import build_encoder_decoder


def run(model, sequences):
    return keras.ops.convert_to_numpy(model(np.asarray(sequences, "float32")))


def sequences(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("pass_states", [False, True])
@pytest.mark.parametrize("classes", [None, 4])
def test_shapes_and_saving(cell, pass_states, classes, tmp_path):
    model = build_encoder_decoder(
        None,
        2,
        horizon=3,
        outputs=5,
        classes=classes,
        cell=cell,
        units=4,
        pass_states=pass_states,
    )
    assert (model.name, model.compiled) == ("encoder_decoder", False)
    assert model.output_shape == (None, 3, classes or 5)
    x = sequences(2, 6, 2)
    found = run(model, x)
    assert found.shape == (2, 3, classes or 5)
    if classes:
        np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, x), found)


@pytest.mark.parametrize("pass_states", [False, True])
def test_equals_its_parts(pass_states):
    model = build_encoder_decoder(6, 2, horizon=3, units=4, pass_states=pass_states)
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    x = sequences(2, 6, 2)
    summary, h, c = encoder(x)
    states = [h, c] if pass_states else None
    repeated = keras.ops.repeat(summary[:, None], 3, axis=1)
    expected = model.layers[-1](decoder(repeated, initial_state=states))
    np.testing.assert_allclose(
        run(model, x), keras.ops.convert_to_numpy(expected), atol=1e-6
    )


def test_passing_states_changes_the_output_and_no_weight():
    plain, passing = (
        build_encoder_decoder(6, 2, horizon=3, units=4, pass_states=choice)
        for choice in (False, True)
    )
    passing.set_weights(plain.get_weights())
    x = sequences(2, 6, 2)
    assert np.abs(run(plain, x) - run(passing, x)).max() > 1e-3


def test_every_output_step_depends_on_the_first_input():
    model = build_encoder_decoder(6, horizon=3, units=4)
    x = sequences(1, 6, 1)
    changed = x.copy()
    changed[:, 0] += 1
    moved = np.abs(run(model, x) - run(model, changed))
    assert (moved > 1e-6).all()


def test_parameters_and_cudnn():
    model = build_encoder_decoder(6, 2, horizon=3, units=4, outputs=5)
    encoder, decoder = 4 * 4 * (2 + 4 + 1), 4 * 4 * (4 + 4 + 1)
    assert model.count_params() == encoder + decoder + 4 * 5 + 5
    for cell, fused in [("lstm", True), ("gru", True), ("simple_rnn", False)]:
        for pass_states in (False, True):
            model = build_encoder_decoder(
                6, horizon=3, cell=cell, pass_states=pass_states
            )
            report = cudnn.report(model, backend="tensorflow", gpu=True)
            assert list(report.fused) == [fused] * 2


def test_a_wrong_rank_names_the_input():
    with pytest.raises(ValueError, match=r"expected ndim=3, found ndim=2") as error:
        build_encoder_decoder(6, horizon=3)(np.zeros((5, 6), "float32"))
    assert "'steps'" in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timesteps": 0}, "timesteps: .* received 0"),
        ({"features": 0}, "features: .* received 0"),
        ({"horizon": 0}, "horizon: .* received 0"),
        ({"outputs": 0}, "outputs: .* received 0"),
        ({"classes": 1}, "classes: .* at least 2, received 1"),
        ({"cell": "rnn"}, "cell: expected one of .* received 'rnn'"),
        ({"units": 0}, "units: .* received 0"),
        ({"units": (3, 4)}, "units: .* received"),
        ({"dropout": -0.1}, "dropout: .* received -0.1"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_encoder_decoder(**{"timesteps": 6, "horizon": 3, **arguments})
