"""Exponential smoothing from every origin of a backtest.

Imports NumPy and, when called, statsmodels.
"""

import warnings

import numpy as np

# Enough rows to estimate four numbers; the states of the rows before have faded.
_FIT_ROWS = 3000


def exponential_smoothing(series, origins, horizon, *, fit_rows, season=None):
    """Forecast from each origin with the smoothing estimated on the first rows alone.

    Additive errors, a damped trend and, with `season`, additive seasonal terms. On a
    series of positive values the logarithms are tried too; what forecasts the rows of
    the estimation better, one step ahead, is taken.

        l_t = l_{t-1} + phi b_{t-1} + alpha e_t       # level
        b_t = phi b_{t-1} + beta e_t                  # trend
        s_t = s_{t-m} + gamma e_t                     # season
        y_hat_{t+k} = l_t + (phi + ... + phi^k) b_t + s_{t-m+k}

    Args:
        series: values `(rows,)`.
        origins: for each forecast, how many rows are known; each from `fit_rows` to
            `rows`.
        horizon: steps to forecast.
        fit_rows: rows that the smoothing constants are estimated on (the last 3,000
            of them where there are more).
        season: steps per season, at most half of `fit_rows`; None for none.

    Returns:
        Forecasts `(origins, horizon)`.

    Raises:
        ValueError: fewer than 10 rows to estimate on, or fewer than two seasons.

    Reference: Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
        3rd edition 2021, chapter 8; the taxonomy's ETS(A,Ad,N) and ETS(A,Ad,A).
    """
    if fit_rows < max(10, 2 * (season or 1)):
        raise ValueError(
            "fit_rows: expected at least 10, and two seasons, received "
            f"{fit_rows} with season {season}"
        )
    start = max(0, fit_rows - _FIT_ROWS)
    series = np.asarray(series, "float64")[start:]
    fit_rows, origins = fit_rows - start, np.asarray(origins) - start
    tries = [_smooth(series, origins, horizon, fit_rows, season, *_PLAIN)]
    if series.min() > 0:
        tries.append(
            _smooth(series, origins, horizon, fit_rows, season, np.log, np.exp)
        )
    return min(tries, key=lambda found: found[0])[1]


_PLAIN = (lambda x: x, lambda x: x)


def _smooth(series, origins, horizon, fit_rows, season, there, back):
    """Return the error one step ahead on the rows of the fit, and the forecasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its deprecations are not the caller's
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    kind = {
        "error": "add",
        "trend": "add",
        "damped_trend": True,
        "seasonal": "add" if season else None,
        "seasonal_periods": season,
        "initialization_method": "heuristic",
    }
    values = there(series)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of convergence: it is judged by its errors
        fitted = ETSModel(values[:fit_rows], **kind).fit(disp=False, maxiter=200)
        whole = ETSModel(values, **kind).smooth(fitted.params)
        error = np.abs(back(fitted.fittedvalues) - series[:fit_rows]).mean()
        phi = fitted.params[fitted.param_names.index("damping_trend")]
        states = np.asarray(whole.states)[origins - 1]
        steps = np.arange(1, horizon + 1)
        forecasts = states[:, :1] + states[:, 1:2] * np.cumsum(phi**steps)
        if season:
            rows = origins[:, np.newaxis] - season + (steps - 1) % season
            forecasts = forecasts + np.asarray(whole.states)[rows, 2]
        return error, back(forecasts)
