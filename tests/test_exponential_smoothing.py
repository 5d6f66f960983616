"""Forecasts from every origin equal those that statsmodels makes from that origin."""

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from rnn_tutorials import load_airline_passengers
from rnn_tutorials.exponential_smoothing import exponential_smoothing

PASSENGERS = load_airline_passengers().to_numpy("float64").ravel()


@pytest.mark.parametrize("season", [None, 4])
def test_equals_statsmodels_from_each_origin(season):
    rng = np.random.default_rng(0)
    wave = np.tile([3.0, -1.0, 0.0, -2.0], 20)
    series = wave + rng.normal(size=80).cumsum() * 0.3 - 5  # not all positive
    found = exponential_smoothing(series, [60, 73], 6, fit_rows=60, season=season)
    kind = {
        "trend": "add",
        "damped_trend": True,
        "seasonal": "add" if season else None,
        "seasonal_periods": season,
        "initialization_method": "heuristic",
    }
    constants = ETSModel(series[:60], **kind).fit(disp=False, maxiter=200).params
    for origin, forecast in zip((60, 73), found, strict=True):
        expected = ETSModel(series[:origin], **kind).smooth(constants).forecast(6)
        np.testing.assert_allclose(forecast, expected, rtol=1e-6)


def test_takes_logarithms_where_they_fit_better():
    # The logarithms less 20 are negative, so that no second ones are tried.
    options = {"fit_rows": 100, "season": 12}
    found = exponential_smoothing(PASSENGERS, [100], 12, **options)
    of_logs = exponential_smoothing(np.log(PASSENGERS) - 20, [100], 12, **options)
    np.testing.assert_allclose(found, np.exp(of_logs + 20), rtol=2e-3)


def test_looks_at_no_row_after_its_origin():
    changed = PASSENGERS.copy()
    changed[120:] = 7.0
    before, after = (
        exponential_smoothing(each, [100, 120], 5, fit_rows=100, season=12)
        for each in (PASSENGERS, changed)
    )
    np.testing.assert_array_equal(before, after)


def test_a_long_series_is_cut_to_what_it_needs():
    series = np.sin(np.arange(4000) / 5)
    whole = exponential_smoothing(series, [3900], 3, fit_rows=3500)
    cut = exponential_smoothing(series[500:], [3400], 3, fit_rows=3000)
    np.testing.assert_array_equal(whole, cut)


@pytest.mark.parametrize(("rows", "season"), [(9, None), (20, 12)])
def test_too_few_rows(rows, season):
    with pytest.raises(ValueError, match=f"^fit_rows: .*received {rows}"):
        exponential_smoothing(PASSENGERS, [50], 2, fit_rows=rows, season=season)
