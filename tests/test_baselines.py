"""Baselines against a plain Python oracle that knows the whole series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from rnn_tutorials.baselines import (
    compare,
    drift,
    linear_autoregression,
    mean_absolute_error,
    persistence,
    root_mean_squared_error,
    seasonal_naive,
    skill_score,
    verdict,
)
from rnn_tutorials.windowing import make_windows

examples = settings(deadline=None, max_examples=50)


@st.composite
def cases(draw, narrowest=1):
    """A random series with window sizes that fit into it."""
    width = draw(st.integers(narrowest, 6))
    horizon, gap = draw(st.integers(1, 9)), draw(st.integers(0, 7))
    rows = width + gap + horizon + draw(st.integers(0, 6))
    features = draw(st.integers(1, 3))
    seed = draw(st.integers(0, 99))
    series = np.random.default_rng(seed).normal(size=(rows, features))
    return series, width, horizon, gap


def by_hand(series, width, horizon, gap, forecast):
    """Forecast window by window: `forecast(known rows of a feature, steps ahead)`."""
    windows = len(series) - width - gap - horizon + 1
    return [
        [
            [
                forecast([row[f] for row in series[start : start + width]], gap + 1 + h)
                for f in range(len(series[0]))
            ]
            for h in range(horizon)
        ]
        for start in range(windows)
    ]


def season_before(season):
    def forecast(known, ahead):
        step = len(known) - 1 + ahead - season
        while step >= len(known):  # not known yet: one season earlier still
            step -= season
        return known[step]

    return forecast


# --- forecasts ---------------------------------------------------------------------


@examples
@given(cases())
def test_persistence_equals_the_oracle(case):
    series, width, horizon, gap = case
    X, y = make_windows(series, width, horizon, gap=gap)
    forecast = persistence(X, horizon, gap=gap)
    assert forecast.shape == y.shape
    expected = by_hand(series.tolist(), *case[1:], lambda known, ahead: known[-1])
    np.testing.assert_array_equal(forecast, expected)


@examples
@given(cases(), st.data())
def test_seasonal_naive_equals_the_oracle(case, data):
    series, width, horizon, gap = case
    season = data.draw(st.integers(1, width), label="season")
    X, y = make_windows(series, width, horizon, gap=gap)
    forecast = seasonal_naive(X, horizon, season=season, gap=gap)
    assert forecast.shape == y.shape
    expected = by_hand(series.tolist(), width, horizon, gap, season_before(season))
    np.testing.assert_array_equal(forecast, expected)


@examples
@given(cases(narrowest=2))
def test_drift_equals_the_oracle(case):
    series, width, horizon, gap = case
    X, y = make_windows(series, width, horizon, gap=gap)
    forecast = drift(X, horizon, gap=gap)
    assert forecast.shape == y.shape

    def line(known, ahead):
        return known[-1] + ahead * (known[-1] - known[0]) / (len(known) - 1)

    expected = by_hand(series.tolist(), width, horizon, gap, line)
    np.testing.assert_allclose(forecast, expected, atol=1e-12)


@examples
@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 8), st.integers(0, 4))
def test_each_is_perfect_on_its_own_kind_of_series(season, horizon, gap, extra):
    width = season + extra
    rows = np.arange(width + gap + horizon + 5)
    kinds = [
        (np.full(len(rows), 7.0), persistence, {}),
        ((rows % season) ** 2.0, seasonal_naive, {"season": season}),
    ]
    if width > 1:
        kinds.append((3.0 - 2.0 * rows, drift, {}))
    for series, baseline, options in kinds:
        X, y = make_windows(series, width, horizon, gap=gap)
        forecast = baseline(X, horizon, gap=gap, **options)
        np.testing.assert_allclose(forecast, y, atol=1e-9)


def test_seasonal_naive_by_hand_with_gap_and_horizon_beyond_the_season():
    X = np.arange(5.0).reshape(1, 5, 1)  # next come rows 5, 6, …
    forecast = seasonal_naive(X, 5, season=3, gap=2)  # rows 7, 8, 9, 10, 11
    assert forecast.ravel().tolist() == [4, 2, 3, 4, 2]


@pytest.mark.parametrize(
    "baseline, options",
    [(persistence, {}), (seasonal_naive, {"season": 2}), (drift, {})],
)
def test_targets_choose_features_and_the_windows_stay_as_they_were(baseline, options):
    series = np.random.default_rng(0).normal(size=(20, 3))
    X, y = make_windows(series, 4, 2, targets=[2, 0])
    before = X.copy()
    every = baseline(X, 2, **options)
    some = baseline(X, 2, targets=[2, 0], **options)
    assert some.shape == y.shape
    np.testing.assert_array_equal(some, every[:, :, [2, 0]])
    np.testing.assert_array_equal(
        baseline(X, 2, targets=1, **options), every[:, :, 1:2]
    )
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("baseline", [persistence, seasonal_naive, drift])
@pytest.mark.parametrize(
    "X, changes, message",
    [
        (np.zeros((3, 4)), {}, r"X: expected windows \(n, width, features\)"),
        (np.zeros((3, 4, 1)), {"horizon": 0}, "horizon"),
        (np.zeros((3, 4, 1)), {"horizon": 1.5}, "horizon"),
        (np.zeros((3, 4, 1)), {"gap": -1}, "gap"),
    ],
)
def test_bad_windows_are_refused(baseline, X, changes, message):
    options = {"season": 2} if baseline is seasonal_naive else {}
    with pytest.raises(ValueError, match=message):
        baseline(X, **{**options, **changes})


@pytest.mark.parametrize(
    "baseline, options, message",
    [
        (seasonal_naive, {"season": 5}, "season: expected at most the width 4 .* 5"),
        (seasonal_naive, {"season": 0}, "season"),
    ],
)
def test_a_bad_season_is_refused(baseline, options, message):
    with pytest.raises(ValueError, match=message):
        baseline(np.zeros((3, 4, 1)), **options)


def test_drift_needs_two_rows():
    with pytest.raises(ValueError, match="at least 2 rows, received 1"):
        drift(np.zeros((3, 1, 1)))


# --- errors ------------------------------------------------------------------------


@examples
@given(cases(), st.integers(1, 40))
def test_linear_autoregression_equals_scikit_learn(case, more):
    series, width, horizon, gap = case
    series = np.resize(series, (len(series) + 30, series.shape[1]))
    series = series + np.random.default_rng(more).normal(size=series.shape)
    X, y = make_windows(series, width, horizon, gap=gap)
    train = slice(len(X) // 2)
    expected = LinearRegression().fit(
        X[train].reshape(len(X) // 2, -1), y[train].reshape(len(X) // 2, -1)
    )
    expected = expected.predict(X.reshape(len(X), -1)).reshape(y.shape)
    found = linear_autoregression(X[train], y[train], X)
    if len(X) // 2 > X[0].size:  # else many solutions fit the training windows
        np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found[train], expected[train], atol=1e-6)


def test_linear_autoregression_continues_a_linear_recurrence():
    series = [1.0, 1.0]
    for _ in range(20):
        series.append(1.5 * series[-1] - 0.9 * series[-2] + 0.3)
    X, y = make_windows(series, width=2, horizon=3)
    found = linear_autoregression(X[:9], y[:9], X[9:])
    np.testing.assert_allclose(found, y[9:], atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X_train": np.zeros((4, 3))}, r"X_train: expected 3 dim.*\(4, 3\)"),
        ({"y_train": np.zeros(4)}, r"y_train: expected 3 dim.*\(4,\)"),
        ({"X": np.zeros((3, 1))}, r"X: expected 3 dim.*\(3, 1\)"),
        ({"y_train": np.zeros((5, 1, 1))}, "y_train: expected the 4 .* received 5"),
        ({"X": np.zeros((2, 4, 1))}, r"X: expected windows \(3, 1\).*\(4, 1\)"),
    ],
)
def test_linear_autoregression_refuses(changes, message):
    X, y = np.zeros((4, 3, 1)), np.zeros((4, 1, 1))
    with pytest.raises(ValueError, match=f"^{message}"):
        linear_autoregression(**{"X_train": X, "y_train": y, "X": X, **changes})


@examples
@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=1, max_size=20))
def test_errors_equal_the_formula(pairs):
    y, forecast = np.array(pairs).T[..., np.newaxis, np.newaxis]
    misses = [abs(a - b) for a, b in pairs]
    mae = sum(misses) / len(misses)
    rmse = (sum(miss**2 for miss in misses) / len(misses)) ** 0.5
    assert mean_absolute_error(y, forecast) == pytest.approx(mae)
    assert root_mean_squared_error(y, forecast) == pytest.approx(rmse)


@pytest.mark.parametrize("error", [mean_absolute_error, root_mean_squared_error])
def test_errors_refuse_a_shape_that_would_broadcast(error):
    with pytest.raises(ValueError, match=r"shape \(4, 1, 1\) of y, received \(4, 1\)"):
        error(np.zeros((4, 1, 1)), np.zeros((4, 1)))


@pytest.mark.parametrize("error", [mean_absolute_error, root_mean_squared_error])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_errors_of_whole_numbers_do_not_wrap_round(error, dtype):
    y, forecast = np.array([[[3]]], dtype), np.array([[[5]]], dtype)
    assert error(y, forecast) == 2


def test_skill_score():
    assert skill_score(0.0, 2.0) == 1
    assert skill_score(2.0, 2.0) == 0
    assert skill_score([1.0, 3.0], 2.0).tolist() == [0.5, -0.5]


@pytest.mark.parametrize("reference", [0, -1.0, np.nan])
def test_skill_score_refuses_a_reference_without_error(reference):
    with pytest.raises(ValueError, match="reference_error: expected above 0"):
        skill_score(1.0, reference)


# --- comparison and verdict --------------------------------------------------------

Y = np.arange(6.0).reshape(3, 2, 1)
BASELINES = {"drift": Y - 4, "persistence": Y + 2}  # MAE 4 and 2


def test_compare():
    table = compare(Y, baselines=BASELINES, models={"LSTM": [Y + 1, Y - 3], "MLP": Y})
    assert list(table.index) == ["drift", "persistence", "LSTM", "MLP"]
    assert table["kind"].tolist() == ["baseline", "baseline", "model", "model"]
    assert table["seeds"].tolist() == [1, 1, 2, 1]
    assert table["MAE"].tolist() == [4, 2, 2, 0]
    assert table["MAE min"].tolist() == [4, 2, 1, 0]
    assert table["MAE max"].tolist() == [4, 2, 3, 0]
    assert table["RMSE"].tolist() == [4, 2, 2, 0]
    assert table["skill"].tolist() == [-1, 0, 0, 1]
    assert table["seeds better"].tolist() == [0, 0, 1, 1]


def test_seeds_in_one_array_would_be_one_forecast_and_are_refused():
    with pytest.raises(ValueError, match="forecast: expected the shape"):
        compare(Y, baselines=BASELINES, models={"LSTM": np.stack([Y, Y])})


def test_compare_needs_a_baseline():
    with pytest.raises(ValueError, match="baselines: expected at least one"):
        compare(Y, baselines={}, models={"LSTM": Y})


@pytest.mark.parametrize(
    "seeds, sentence",
    [
        ([1, 1.5], "LSTM beats persistence: MAE 1.25 against 2 °C (2 of 2 seeds)."),
        (
            [3, 5],
            "LSTM does not beat persistence: MAE 4 against 2 °C. Use persistence.",
        ),
        (
            [1, 3, 4],
            "LSTM has no clear lead over persistence: "
            "MAE 2.667 against 2 °C (1 of 3 seeds).",
        ),
        ([2], "LSTM does not beat persistence: MAE 2 against 2 °C. Use persistence."),
    ],
)
def test_verdict(seeds, sentence):
    models = {"LSTM": [Y + miss for miss in seeds]}
    assert verdict(compare(Y, baselines=BASELINES, models=models), "°C") == sentence


def test_verdict_has_a_line_per_model_and_goes_without_a_unit():
    models = {"A": Y + 1, "B": Y + 3}
    lines = verdict(compare(Y, baselines=BASELINES, models=models)).splitlines()
    assert lines == [
        "A beats persistence: MAE 1 against 2 (1 of 1 seeds).",
        "B does not beat persistence: MAE 3 against 2. Use persistence.",
    ]
    assert verdict(compare(Y, baselines=BASELINES, models={})) == ""


@examples
@given(
    st.lists(st.floats(0.01, 10), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 10), min_size=1, max_size=3),
)
def test_verdict_follows_the_seeds_against_the_best_baseline(misses, references):
    baselines = {f"b{i}": Y + miss for i, miss in enumerate(references)}
    models = {"net": [Y + miss for miss in misses]}
    table = compare(Y, baselines=baselines, models=models)
    errors = [mean_absolute_error(Y, forecast) for forecast in models["net"]]
    best = min(mean_absolute_error(Y, forecast) for forecast in baselines.values())
    better = [error < best for error in errors]
    text = verdict(table)
    assert ("net beats" in text) == all(better)
    assert ("does not beat" in text) == (not any(better))
    assert ("no clear lead" in text) == (any(better) and not all(better))
    assert table.loc["net", "skill"] == pytest.approx(1 - np.mean(errors) / best)
