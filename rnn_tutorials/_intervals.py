"""Intervals from past errors, and a score that says what they are worth.

Imports NumPy, baselines and windowing.
"""

import numpy as np

from rnn_tutorials import baselines
from rnn_tutorials.windowing import make_windows


def half_widths(errors, share):
    """Return the width `(horizon, 1)` that holds a share of absolute errors.

    Args:
        errors: `(n, horizon, 1)`, of forecasts that nothing was fitted to.
        share: of the values to come that should lie inside.

    Reference: Lei et al., Distribution-free predictive inference for regression,
        JASA 2018, section 2.2 (split conformal prediction).
    """
    errors = np.sort(errors, axis=0)
    rank = int(np.ceil((len(errors) + 1) * share))
    return errors[min(rank, len(errors)) - 1]


def interval_scores(errors, half, share):
    """Return width plus penalty of intervals around forecasts; lower is better.

        score = 2 half + 2 / (1 - share) * max(0, |error| - half)

    Intuition: wide intervals hold every value and say nothing, narrow ones miss. In
    the mean nothing scores lower than the true interval.

    Args:
        errors: absolute errors of the forecasts in the middle.
        half: half width of each interval, of a shape that fits.
        share: that the intervals should hold.

    Reference: Gneiting and Raftery, Strictly proper scoring rules, JASA 2007,
        equation 43.
    """
    return 2 * half + 2 / (1 - share) * np.maximum(0, errors - half)


def naive_scores(part, train_rows, test_start, *, horizon, season, share):
    """Scores of intervals around the seasonal naive forecast, set as the network's.

    Args:
        part: one series `(rows, columns)`, the target first.
        train_rows, test_start: the errors of the rows between them set the width.
        horizon: steps to forecast.
        season: steps per season, at most `train_rows`; None is for persistence.
        share: as in `half_widths`.

    Returns:
        Scores of all test windows, `(windows, horizon, 1)`.
    """
    season = season or 1

    def errors(first, last):
        X, y = make_windows(part[first - season : last, :1], season, horizon)
        return np.abs(y - baselines.seasonal_naive(X, horizon, season=season))

    half = half_widths(errors(train_rows, test_start), share)
    return interval_scores(errors(test_start, len(part)), half, share)
