"""Naive and classical forecasts of a test part, from every origin.

Imports NumPy, baselines, exponential_smoothing and windowing.
"""

import numpy as np

from rnn_tutorials import baselines
from rnn_tutorials.exponential_smoothing import exponential_smoothing
from rnn_tutorials.windowing import make_windows

# More windows than this change a regression of a few hundred numbers very little.
_REGRESSION_WINDOWS = 20_000
# A longer season has more terms than a few of them can settle.
_LONGEST_SMOOTHED_SEASON = 60


def naive_forecasts(parts, train_rows, test_starts, *, width, horizon, season):
    """Forecast the target of every test window of every series.

    Args:
        parts: arrays `(rows, columns)`, one per series, the target first.
        train_rows: training rows of each series.
        test_starts: number of the first test row of each; at least `width`.
        width, horizon: of the windows.
        season: steps per season; None leaves the seasonal forecasts out.

    Returns:
        Name -> forecasts `(windows, horizon, 1)`, the windows of one series after
        those of the other; a name is left out where a series is too short for it.
    """
    every = [
        _of_one(part, rows, start, width, horizon, season)
        for part, rows, start in zip(parts, train_rows, test_starts, strict=True)
    ]
    names = [name for name in every[0] if all(name in each for each in every)]
    return {name: np.concatenate([each[name] for each in every]) for name in names} | {
        "linear regression": _linear(parts, train_rows, test_starts, width, horizon)
    }


def _of_one(part, train_rows, start, width, horizon, season):
    target = part[:, :1]
    X, _ = make_windows(target[start - width :], width, horizon)
    found = {
        "persistence": baselines.persistence(X, horizon),
        "drift": baselines.drift(X, horizon) if width > 1 else None,
    }
    if season and start >= season:
        long, _ = make_windows(target[start - season :], season, horizon)
        found["seasonal naive"] = baselines.seasonal_naive(long, horizon, season=season)
    smoothed = season if season and season <= _LONGEST_SMOOTHED_SEASON else None
    smoothed = smoothed if train_rows >= 2 * (smoothed or 1) else None
    if train_rows >= 10:
        origins = np.arange(start, start + len(X))
        forecasts = exponential_smoothing(
            target[:, 0], origins, horizon, fit_rows=train_rows, season=smoothed
        )
        found["exponential smoothing"] = forecasts[:, :, np.newaxis]
    return {name: forecast for name, forecast in found.items() if forecast is not None}


def _linear(parts, train_rows, test_starts, width, horizon):
    total = sum(train_rows)
    stride = -(-total // _REGRESSION_WINDOWS)
    pairs = [
        make_windows(part[:rows], width, horizon, stride=stride)
        for part, rows in zip(parts, train_rows, strict=True)
    ]
    X_train, y_train = (np.concatenate(each) for each in zip(*pairs, strict=True))
    forecasts = []
    for part, start in zip(parts, test_starts, strict=True):
        X, _ = make_windows(part[start - width :], width, horizon)
        for first in range(0, len(X), _REGRESSION_WINDOWS):
            batch = X[first : first + _REGRESSION_WINDOWS]
            forecasts.append(
                baselines.linear_autoregression(X_train, y_train[:, :, :1], batch)
            )
    return np.concatenate(forecasts)
