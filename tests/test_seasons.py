"""Seasons that are there are found, none in noise; the calendar is a circle."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import (
    load_airline_passengers,
    load_daily_min_temperatures,
    load_monthly_sunspots,
)
from rnn_tutorials.seasons import calendar_features, detect_season


@settings(deadline=None, max_examples=40)
@given(st.integers(3, 30), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_finds_a_wave_whatever_its_level_slope_and_size(season, slope, size):
    steps = np.arange(8 * season)
    wave = size * np.sin(2 * np.pi * steps / season + 1) + slope * size * 0.001 * steps
    assert detect_season(wave) % season == 0


@pytest.mark.parametrize(
    ("load", "frequency", "season"),
    [
        (load_airline_passengers, "MS", 12),
        (load_daily_min_temperatures, "D", 365),
        (load_monthly_sunspots, "MS", None),  # eleven years is no season of months
    ],
)
def test_bundled_series(load, frequency, season):
    assert detect_season(load().to_numpy("float64").ravel(), frequency) == season


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("frequency", ["MS", "D", "h", "W-SUN", "QS-OCT"])
def test_none_in_noise_or_in_a_random_walk(seed, frequency):
    noise = np.random.default_rng(seed).normal(size=800)
    assert detect_season(noise, frequency) is None


@pytest.mark.parametrize("series", [[1.0, 2.0], [5.0] * 50, np.arange(50.0)])
def test_none_where_nothing_can_be_seen(series):
    assert detect_season(series, "MS") is None


@pytest.mark.parametrize(
    ("frequency", "positions"),
    [
        ("MS", ["month"]),
        ("ME", ["month"]),
        ("QS-OCT", ["quarter"]),
        ("YS", []),
        ("W-SUN", ["day_of_year"]),
        ("D", ["day_of_week", "day_of_year"]),
        ("h", ["hour", "day_of_week", "day_of_year"]),
        ("15min", []),
        (None, []),
    ],
)
def test_calendar(frequency, positions):
    times = pd.date_range("2024-01-01", periods=50, freq=frequency or "D")
    found = calendar_features(times, frequency)
    assert list(found) == [f"{p} {wave}" for p in positions for wave in ("sin", "cos")]
    for position in positions:
        circle = found[f"{position} sin"] ** 2 + found[f"{position} cos"] ** 2
        np.testing.assert_allclose(circle, 1)


def test_calendar_repeats_with_the_week():
    found = calendar_features(pd.date_range("2024-01-01", periods=21, freq="D"), "D")
    week = found[["day_of_week sin", "day_of_week cos"]].to_numpy()
    np.testing.assert_allclose(week[:7], week[7:14])
    assert len(np.unique(week[:7].round(6), axis=0)) == 7
