"""The window MLP and the recurrent forecasters: shapes, units, parameters, errors."""

import keras
import numpy as np
import pandas as pd
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import (
    build_bidirectional_lstm,
    build_deep_rnn,
    build_lstm,
    build_stacked_lstm,
    build_window_mlp,
)

BUILDERS = {
    "window_mlp": build_window_mlp,
    "lstm": build_lstm,
    "stacked_lstm": build_stacked_lstm,
    "bidirectional_lstm": build_bidirectional_lstm,
    "deep_rnn": build_deep_rnn,
}
every_builder = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
SMALL = {"units": 4}


def run(model, windows):
    """`predict` without the time to trace it."""
    return keras.ops.convert_to_numpy(model(np.asarray(windows, "float32")))


def training_rows(features=3, seed=0):
    """Columns of very different size, one of them skewed."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(200, features)) * np.logspace(-2, 3, features)
    return rows + np.linspace(-50, 4000, features)


# --- shapes ------------------------------------------------------------------------


@every_builder
@pytest.mark.parametrize(
    ("features", "horizon", "targets", "columns"),
    [(1, 1, None, 1), (3, 5, None, 3), (3, 2, 1, 1), (3, 4, [2, 0], 2), (2, 1, -1, 1)],
)
def test_shapes(build, features, horizon, targets, columns):
    model = build(6, features, horizon=horizon, targets=targets, **SMALL)
    assert model.input_shape == (None, 6, features)
    assert model.output_shape == (None, horizon, columns)
    outputs = model(np.ones((2, 6, features), "float32"))
    assert tuple(outputs.shape) == (2, horizon, columns)


@every_builder
def test_names_and_no_compilation(build):
    name = next(key for key, value in BUILDERS.items() if value is build)
    model = build(6)
    assert model.name == name
    assert not model.compiled
    assert model.inputs[0].name == "windows"
    assert build(6, name="mine").name == "mine"


@pytest.mark.parametrize("build", [*BUILDERS.values()][1:], ids=[*BUILDERS][1:])
def test_any_number_of_timesteps(build):
    model = build(None, 2, **SMALL)
    for steps in (1, 9):
        assert model(np.ones((3, steps, 2), "float32")).shape == (3, 1, 2)


# --- units -------------------------------------------------------------------------


@every_builder
def test_original_units(build):
    rows = training_rows()
    keras.utils.set_random_seed(0)
    model = build(6, 3, horizon=2, adapt_to=rows, **SMALL)
    # Windows of nothing but the mean are zeros to the network, whose biases are
    # zero: it answers the mean before it has learned anything.
    mean, std = rows.mean(axis=0), rows.std(axis=0)
    windows = np.tile(mean, (1, 6, 1)).astype("float32")
    np.testing.assert_allclose(
        run(model, windows)[0] / std, [mean / std] * 2, rtol=1e-4
    )
    # Any other window: within what the untrained output layer can reach.
    windows = np.lib.stride_tricks.sliding_window_view(rows, 6, axis=0)
    forecasts = run(model, windows.transpose(0, 2, 1))
    assert (np.abs(forecasts - mean) < 10 * std).all()


@every_builder
@pytest.mark.parametrize("targets", [None, [2, 0]])
def test_scaling_equals_a_standard_scaler(build, targets):
    rows = training_rows()
    columns = [0, 1, 2] if targets is None else targets
    model = build(6, 3, horizon=2, targets=targets, adapt_to=rows, **SMALL)
    plain = build(6, 3, horizon=2, targets=targets, **SMALL)
    plain.set_weights(model.get_weights())
    mean, std = rows.mean(axis=0), rows.std(axis=0)
    windows = rows[:30].reshape(5, 6, 3)
    scaled = run(plain, (windows - mean) / std)
    found = run(model, windows)
    found = (found - mean[columns]) / std[columns]
    np.testing.assert_allclose(found, scaled, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("form", [list, np.asarray, pd.Series, pd.DataFrame])
def test_training_rows_in_every_form(form):
    model = build_lstm(4, adapt_to=form([1, 2, 3, 6]), **SMALL)
    forecast = run(model, np.full((1, 4, 1), 3.0))
    np.testing.assert_allclose(forecast, 3.0, rtol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 7.0, 0.1, -1e6 / 3])
def test_a_constant_column_is_centred_not_blown_up(constant):
    rows = training_rows(2)
    rows[:, 1] = constant
    model = build_window_mlp(4, 2, adapt_to=rows, **SMALL)
    scale = model.get_layer("scale")
    windows = np.tile([0.0, constant], (1, 4, 1)).astype("float32")
    scaled = keras.ops.convert_to_numpy(scale(windows + np.array([0, 1])))
    # One above the constant is one: its variance counts as 1, although the computed
    # variance of 0.1, 0.1, ... is a rounding error above zero.
    np.testing.assert_allclose(scaled[..., 1], 1, atol=0.05)
    assert np.isfinite(run(model, windows)).all()


@every_builder
def test_the_training_rows_are_left_alone(build):
    rows = training_rows()
    before = rows.copy()
    build(6, 3, adapt_to=rows, **SMALL)
    np.testing.assert_array_equal(rows, before)


# --- saving ------------------------------------------------------------------------


@every_builder
def test_a_saved_model_predicts_the_same(build, tmp_path):
    rows = training_rows()
    model = build(6, 3, horizon=2, targets=[2, 0], adapt_to=rows, dropout=0.1, **SMALL)
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.models.load_model(path)
    windows = rows[:30].reshape(5, 6, 3)
    np.testing.assert_array_equal(run(again, windows), run(model, windows))
    assert again.name == model.name


def test_a_forecaster_learns():
    keras.utils.set_random_seed(0)
    series = 100 + 20 * np.sin(np.arange(200) / 3)
    X = np.lib.stride_tricks.sliding_window_view(series, 8)[:-1, :, None]
    y = series[8:, None, None]
    model = build_window_mlp(8, adapt_to=series)
    model.compile("adam", "mse")
    before = model.evaluate(X, y, verbose=0)
    model.fit(X, y, epochs=15, verbose=0)
    assert model.evaluate(X, y, verbose=0) < before / 10


# --- parameters --------------------------------------------------------------------


def lstm(features, units):
    return 4 * (units * (features + units) + units)


def gru(features, units):
    return 3 * (units * (features + units) + 2 * units)


def simple_rnn(features, units):
    return units * (features + units) + units


def dense(features, units):
    return features * units + units


def test_parameter_counts():
    def count(model):
        return model.count_params()

    assert count(build_lstm(12)) == lstm(1, 64) + dense(64, 1)
    assert count(build_lstm(None, 3, 5)) == lstm(3, 5) + dense(5, 3)
    expected = lstm(1, 64) + lstm(64, 64) + dense(64, 1)
    assert count(build_stacked_lstm(12)) == count(build_deep_rnn(12)) == expected
    expected = 2 * lstm(2, 5) + dense(10, 2 * 4)
    assert count(build_bidirectional_lstm(12, 2, 5, horizon=4)) == expected
    assert count(build_window_mlp(12)) == dense(12, 64) + dense(64, 1)
    model = build_window_mlp(12, 2, units=(7, 5), horizon=3, targets=0)
    assert count(model) == dense(24, 7) + dense(7, 5) + dense(5, 3)
    # Scaling has no weights, dropout neither.
    model = build_lstm(12, adapt_to=np.arange(9.0), dropout=0.5)
    assert len(model.trainable_weights) == 5


@pytest.mark.parametrize("cell", [lstm, gru, simple_rnn])
@pytest.mark.parametrize("directions", [1, 2])
def test_parameters_of_deep_networks(cell, directions):
    model = build_deep_rnn(
        6, 2, cell=cell.__name__, units=(5, 4, 3), bidirectional=directions == 2
    )
    expected = directions * (
        cell(2, 5) + cell(5 * directions, 4) + cell(4 * directions, 3)
    ) + dense(3 * directions, 2)
    assert model.count_params() == expected
    one = build_deep_rnn(6, cell=cell.__name__, units=5)
    assert one.count_params() == cell(1, 5) + dense(5, 1)


def test_dropout_follows_every_layer():
    for build, units in [(build_window_mlp, (4, 3)), (build_stacked_lstm, (4, 3))]:
        model = build(6, units=units, dropout=0.2)
        kinds = [type(layer).__name__ for layer in model.layers]
        assert kinds.count("Dropout") == 2
        assert "Dropout" not in [type(each).__name__ for each in build(6).layers]


# --- cuDNN -------------------------------------------------------------------------


@pytest.mark.parametrize("build", [*BUILDERS.values()][1:], ids=[*BUILDERS][1:])
def test_every_default_model_is_eligible_for_cudnn(build):
    for arguments in ({}, {"dropout": 0.3, "adapt_to": np.arange(9.0)}):
        report = cudnn.report(build(12, **arguments), backend="tensorflow", gpu=True)
        assert len(report) and report.fused.all(), report.to_string()


def test_which_deep_networks_are_eligible():
    for cell, fused in [("lstm", True), ("gru", True), ("simple_rnn", False)]:
        model = build_deep_rnn(12, cell=cell, bidirectional=True)
        report = cudnn.report(model, backend="tensorflow", gpu=True)
        assert list(report.fused) == [fused] * 2
    assert cudnn.report(build_window_mlp(12), backend="tensorflow").empty


# --- errors ------------------------------------------------------------------------


@every_builder
@pytest.mark.parametrize("features", [1, 2])
def test_a_wrong_rank_names_the_input(build, features):
    # With one feature Keras itself would add an axis to the first and drop the last
    # one's, and answer.
    model = build(6, features, **SMALL)
    before = model.get_weights()
    for shape in [(5, 6), (5,), (5, 6, features, 1)]:
        with pytest.raises(ValueError) as error:
            model(np.zeros(shape, "float32"))
        message = str(error.value)
        assert "'windows'" in message
        assert f"expected ndim=3, found ndim={len(shape)}" in message or (
            f"expected shape=(None, 6, {features})" in message
        )
        assert str(shape) in message
    assert all(map(np.array_equal, before, model.get_weights()))
    with pytest.raises(ValueError, match=r"'windows'.* expected ndim=3, found ndim=2"):
        model.predict(np.zeros((5, 6)), verbose=0)


@every_builder
def test_wrong_steps_or_features_name_the_input(build):
    for wrong in (np.zeros((5, 7, 2)), np.zeros((5, 6, 3))):
        with pytest.raises(ValueError) as error:
            build(6, 2, **SMALL).predict(wrong, verbose=0)
        assert "'windows'" in str(error.value)
        assert "expected shape=(None, 6, 2)" in str(error.value)
        assert f"found shape={wrong.shape}" in str(error.value)


@every_builder
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timesteps": 0}, r"timesteps: expected a whole number .* received 0"),
        ({"timesteps": 2.0}, r"timesteps: .* received 2.0"),
        ({"features": 0}, r"features: .* received 0"),
        ({"features": True}, r"features: .* received True"),
        ({"units": 0}, r"units: .* at least 1, received 0"),
        ({"units": 1.5}, r"units: .* received 1.5"),
        ({"units": None}, r"units: .* received None"),
        ({"units": "x"}, r"units: .* received 'x'"),
        ({"horizon": 0}, r"horizon: .* received 0"),
        ({"horizon": "1"}, r"horizon: .* received '1'"),
        ({"targets": 2}, r"targets: expected a column number below 2, received 2"),
        ({"targets": "a"}, r"targets: .* received 'a'"),
        ({"targets": []}, r"targets: .* received none"),
        ({"targets": [True]}, r"targets: .* received True"),
        ({"dropout": 1}, r"dropout: expected 0 <= dropout < 1, received 1"),
        ({"dropout": -0.1}, r"dropout: .* received -0.1"),
        ({"dropout": float("nan")}, r"dropout: .* received nan"),
        ({"dropout": "0.5"}, r"dropout: .* received '0.5'"),
        ({"dropout": None}, r"dropout: .* received None"),
        ({"dropout": True}, r"dropout: .* received True"),
        ({"adapt_to": np.zeros((9, 3))}, r"adapt_to: .* 2 features, .* \(9, 3\)"),
        ({"adapt_to": np.zeros(9)}, r"adapt_to: .* 2 features, .* \(9, 1\)"),
        ({"adapt_to": np.full((9, 2), np.nan)}, r"adapt_to: expected finite numbers"),
        ({"adapt_to": []}, r"adapt_to: expected at least one row"),
        ({"adapt_to": [["a", "b"]]}, r"adapt_to: expected numbers"),
    ],
)
def test_errors(build, arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build(**{"timesteps": 6, "features": 2, **arguments})


@pytest.mark.parametrize("build", [build_stacked_lstm, build_deep_rnn])
def test_errors_of_deep_networks(build):
    for units, words in [((), "received none"), ((4, 0), "received 0")]:
        with pytest.raises(ValueError, match=f"^units: .*{words}"):
            build(6, units=units)
    if build is build_deep_rnn:
        for cell in ("LSTM", None, ["lstm"]):
            with pytest.raises(ValueError, match=r"^cell: expected one of .*'lstm'"):
                build(6, cell=cell)


@pytest.mark.parametrize("build", [build_lstm, build_bidirectional_lstm])
def test_one_layer_takes_one_width(build):
    with pytest.raises(ValueError, match=r"^units: .* received \(4, 4\)"):
        build(6, units=(4, 4))


def test_a_window_mlp_needs_the_window():
    with pytest.raises(ValueError, match=r"^timesteps: .* received None"):
        build_window_mlp(None)
