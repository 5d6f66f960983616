"""Own data end to end: what is forecast, what it is compared with, what is kept."""

import numpy as np
import pandas as pd
import pytest

from rnn_tutorials import _series_parts, load_airline_passengers
from rnn_tutorials.forecasting import MODELS, Forecaster
from rnn_tutorials.tables import TableError

QUICK = {"model": "window-mlp", "epochs": 2}


def waves(rows=240, start="2000-01-01", freq="MS", level=50.0, seed=0):
    """A season of 12, a trend, some noise, and a column that leads by a month."""
    rng = np.random.default_rng(seed)
    steps = np.arange(rows + 1)
    y = (
        level
        + 0.1 * steps
        + 9 * np.sin(2 * np.pi * steps / 12)
        + rng.normal(size=rows + 1)
    )
    times = pd.date_range(start, periods=rows, freq=freq, name="month")
    return pd.DataFrame({"sales": y[:-1], "leads": y[1:]}, index=times)


@pytest.fixture(scope="module", autouse=True)
def quick_training(untraced):
    """Train on one batch per epoch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_series_parts, "_BATCHES_PER_EPOCH", 1)
        yield


@pytest.fixture(scope="module")
def fitted():
    forecaster = Forecaster("sales", horizon=4, seeds=2, **QUICK)
    return forecaster.fit(waves(), progress=False)


def test_forecast(fitted):
    found = fitted.forecast()
    assert list(found) == ["forecast", "lower", "upper"]
    assert list(found.index) == list(pd.date_range("2020-01-01", periods=4, freq="MS"))
    assert (found.lower < found.forecast).all() and (found.forecast < found.upper).all()
    pd.testing.assert_frame_equal(fitted.forecast(2), found[:2], check_freq=False)
    with pytest.raises(ValueError, match=r"^steps: expected at most the horizon 4"):
        fitted.forecast(5)


def test_what_it_settled_on(fitted):
    assert (fitted.season_, fitted.window_, fitted.frequency_) == (12, 24, "MS")
    assert fitted.columns_ == ("sales", "leads")
    assert any("Season: 12" in note for note in fitted.notes_)


def test_backtest_compares_on_the_same_targets(fitted):
    table = fitted.backtest()
    assert set(table.index) == {
        "persistence",
        "drift",
        "seasonal naive",
        "exponential smoothing",
        "linear regression",
        "window-mlp",
        "window-mlp, mean of 2",
    }
    # By hand: 36 test rows, and 33 windows whose four targets lie in them.
    y = waves()["sales"].to_numpy()
    origins = range(240 - 36, 240 - 3)
    errors = [np.abs(y[o : o + 4] - y[o - 1]).mean() for o in origins]
    assert table.loc["persistence", "MAE"] == pytest.approx(np.mean(errors))
    seasonal = [np.abs(y[o : o + 4] - y[o - 12 : o - 8]).mean() for o in origins]
    assert table.loc["seasonal naive", "MAE"] == pytest.approx(np.mean(seasonal))
    train = y[:168]
    scale = np.abs(train[12:] - train[:-12]).mean()
    np.testing.assert_allclose(table["MASE"], table["MAE"] / scale)
    assert 0 <= fitted.coverage_ <= 1
    assert "window-mlp" in fitted.verdict() and "intervals" in fitted.verdict()


def test_later_rows_change_neither_training_nor_intervals():
    # The last 15 % are the test part: nothing but the backtest may read them.
    changed = waves()
    changed.iloc[-36:] = 1000.0
    one, other = (
        Forecaster("sales", window=6, season=12, **QUICK).fit(each, progress=False)
        for each in (waves(), changed)
    )
    np.testing.assert_array_equal(one.intervals_, other.intervals_)
    window = waves().iloc[:60]
    pd.testing.assert_frame_equal(one.predict(window), other.predict(window))


def test_predict_from_newer_rows(fitted):
    longer = waves(250)
    whole = fitted.predict(longer)
    assert whole.index[0] == pd.Timestamp("2020-11-01")
    # Ten new rows alone are completed with the last of the training data.
    pd.testing.assert_frame_equal(fitted.predict(longer.iloc[240:]), whole)
    assert fitted.predict(longer.iloc[240:241]).index[0] == pd.Timestamp("2020-02-01")
    pd.testing.assert_frame_equal(
        fitted.predict(longer[["leads", "sales"]].reset_index()), whole
    )


def test_how_to_read_newer_rows_is_said_with_them(fitted, tmp_path):
    longer = waves(250)
    shuffled = longer.iloc[::-1].drop(index=pd.Timestamp("2020-05-01"))
    for reading in ({}, {"sort": True}, {"fill": "linear"}):
        with pytest.raises(TableError, match=r"^rows: expected"):
            fitted.predict(shuffled, **reading)
    found = fitted.predict(shuffled, sort=True, fill="linear")
    assert found.index[0] == pd.Timestamp("2020-11-01")
    # The first ten months of 2020; without a format these may be days of January.
    path = tmp_path / "newer.csv"
    longer.iloc[240:].to_csv(path, date_format="%m/%d/%Y")
    whole = fitted.predict(longer)
    found = fitted.predict(path, time_format="%m/%d/%Y")
    pd.testing.assert_frame_equal(found, whole, check_freq=False)


@pytest.mark.parametrize(
    ("newer", "message"),
    [
        (waves(250).drop(columns="leads"), "leads"),
        (waves(250).rename(columns={"sales": "sold"}), "sales"),
        (waves(20, start="2021-01-01"), "at least 24 rows.*received 20"),
        (waves(250, freq="D"), "MS"),
    ],
)
def test_newer_rows_that_do_not_fit(fitted, newer, message):
    with pytest.raises(TableError, match=message) as raised:
        fitted.predict(newer)
    assert "\n" not in str(raised.value)


def test_saved_and_loaded(fitted, tmp_path):
    fitted.save(tmp_path / "sales.rnn")
    loaded = Forecaster.load(tmp_path / "sales.rnn")
    pd.testing.assert_frame_equal(
        loaded.forecast(), fitted.forecast(), check_freq=False
    )
    newer = waves(245).iloc[240:]
    pd.testing.assert_frame_equal(loaded.predict(newer), fitted.predict(newer))
    pd.testing.assert_frame_equal(loaded.backtest(), fitted.backtest())
    assert loaded.verdict() == fitted.verdict()
    loaded.save(tmp_path / "again.rnn")
    again = Forecaster.load(tmp_path / "again.rnn")
    pd.testing.assert_frame_equal(again.forecast(), loaded.forecast())


def test_equal_seeds_give_equal_forecasts():
    one, other = (
        Forecaster("sales", **QUICK).fit(waves(), progress=False).forecast()
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.fixture(scope="module")
def shops():
    """Two shops of different levels in one table, and a forecaster of both."""
    each = [
        waves(120, level=100 * n, seed=n).reset_index().assign(shop=f"shop {n}")
        for n in (1, 2)
    ]
    frame = pd.concat(each)[["shop", "month", "sales"]]
    forecaster = Forecaster("sales", group="shop", horizon=2, **QUICK)
    return frame, forecaster.fit(frame, progress=False)


def test_groups_share_a_network(shops):
    frame, forecaster = shops
    found = forecaster.forecast()
    assert found.shop.tolist() == ["shop 1"] * 2 + ["shop 2"] * 2
    levels = found.groupby("shop").forecast.mean()
    assert levels["shop 2"] - levels["shop 1"] > 50
    assert forecaster.backtest().loc["persistence", "MAE"] < 20
    alone = forecaster.predict(frame[frame.shop == "shop 2"])
    expected = found[found.shop == "shop 2"]
    pd.testing.assert_frame_equal(alone, expected, check_freq=False)


def test_each_group_is_compared_by_itself(shops):
    frame, forecaster = shops
    whole, table = forecaster.backtest(), forecaster.backtest_by_group()
    assert table.index.tolist() == ["shop 1", "shop 2"] and table.index.name == "shop"
    # As many windows of each, so that the mean over groups is that over windows.
    assert table["MAE"].mean() == pytest.approx(whole.loc["window-mlp", "MAE"])
    assert table["inside"].mean() == pytest.approx(forecaster.coverage_)
    # By hand: 18 test rows, 17 windows; 84 training rows.
    y = frame[frame.shop == "shop 2"]["sales"].to_numpy()
    seasonal = [
        np.abs(y[o : o + 2] - y[o - 12 : o - 10]).mean() for o in range(102, 119)
    ]
    row = table.loc["shop 2"]
    assert row["its MAE"] <= np.mean(seasonal) + 1e-9
    if row["best baseline"] == "seasonal naive":
        assert row["its MAE"] == pytest.approx(np.mean(seasonal))
    scale = np.abs(y[12:84] - y[:72]).mean()
    assert row["MASE"] == pytest.approx(row["MAE"] / scale)
    assert row["skill"] == pytest.approx(1 - row["MAE"] / row["its MAE"])
    better = row["MAE"] < row["its MAE"]
    assert row["use"] == ("window-mlp" if better else row["best baseline"])
    assert "series by series" in forecaster.verdict()


def test_groups_are_kept_in_the_bundle(shops, tmp_path):
    _, forecaster = shops
    forecaster.save(tmp_path / "shops.rnn")
    loaded = Forecaster.load(tmp_path / "shops.rnn")
    pd.testing.assert_frame_equal(
        loaded.backtest_by_group(), forecaster.backtest_by_group()
    )
    assert loaded.verdict() == forecaster.verdict()


def test_calendar_and_rows_without_times():
    forecaster = Forecaster("sales", calendar=True, horizon=2, **QUICK)
    found = forecaster.fit(waves(), progress=False).forecast()
    assert found.index[0] == pd.Timestamp("2020-01-01")
    counted = waves().reset_index(drop=True)
    found = Forecaster("sales", **QUICK).fit(counted, progress=False).forecast()
    assert list(found.index) == [240]


@pytest.mark.parametrize("model", MODELS)
def test_every_model(model):
    options = {"model": model, "epochs": 1, "window": 3, "season": None, "horizon": 2}
    forecaster = Forecaster("sales", **options).fit(waves(30), progress=False)
    assert np.isfinite(forecaster.forecast().to_numpy()).all()


EXTREMES = {
    "constant": np.full(60, 7.0),
    "zeros": np.zeros(60),
    "huge": 1e99 * (1 + np.arange(60) % 5),
    "tiny": 1e-300 * (1 + np.arange(60) % 5),
    "one outlier": np.where(np.arange(60) == 30, 1e12, 1.0),
    "alternating": np.arange(60) % 2 * 1.0,
    "constant at first": np.where(np.arange(60) < 45, 0.0, np.arange(60.0)),
}


@pytest.mark.parametrize("series", EXTREMES.values(), ids=EXTREMES)
def test_extreme_series(series, tmp_path):
    frame = pd.DataFrame({"y": series})
    forecaster = Forecaster("y", horizon=2, window=6, **QUICK)
    found = forecaster.fit(frame, progress=False).forecast()
    assert np.isfinite(found.to_numpy()).all()
    assert np.isfinite(forecaster.backtest()["MAE"]).all()
    assert "window-mlp" in forecaster.verdict()
    forecaster.save(tmp_path / "a")
    loaded = Forecaster.load(tmp_path / "a")
    pd.testing.assert_frame_equal(loaded.forecast(), found)
    pd.testing.assert_frame_equal(loaded.backtest(), forecaster.backtest())
    assert loaded.verdict() == forecaster.verdict()


def test_numbers_too_large_to_reckon_with():
    frame = pd.DataFrame({"y": 1e101 * np.arange(60.0)})
    with pytest.raises(TableError, match=r"^data: expected numbers up to 1e\+100"):
        Forecaster("y", **QUICK).fit(frame, progress=False)


def test_a_series_alone():
    passengers = load_airline_passengers()
    forecaster = Forecaster("passengers", **QUICK).fit(passengers, progress=False)
    assert forecaster.forecast().index[0] == pd.Timestamp("1961-01-01")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "horizon: expected"),
        ({"window": 0}, "window: expected"),
        ({"season": 1}, "season: expected"),
        ({"model": "transformer"}, "model: expected one of .*'transformer'"),
        ({"seeds": 0}, "seeds: expected"),
        ({"epochs": 0}, "epochs: expected"),
        ({"interval": 1.0}, "interval: expected between 0 and 1"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Forecaster("sales", **options)


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (11, {}, "data: expected at least 12 rows for a horizon of 1, received 11"),
        (60, {"horizon": 10}, "data: expected at least .* horizon of 10, received 60"),
        (60, {"window": 42}, "window: 42 rows and a horizon of 1 do not fit into 42"),
    ],
)
def test_too_few_rows(rows, options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Forecaster("sales", **QUICK, **options).fit(waves(rows), progress=False)


def test_not_fitted():
    with pytest.raises(ValueError, match=r"^forecaster: .* call fit first"):
        Forecaster("sales").forecast()
