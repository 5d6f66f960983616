"""Forecasts that need no network, and the verdict of a model against them.

Imports NumPy and pandas only. The baselines see the same windows as the model and
forecast the same targets, so that the comparison is fair to the letter.
"""

import numpy as np
import pandas as pd

from rnn_tutorials._checks import check_count


def persistence(X, horizon=1, *, gap=0, targets=None):
    """Forecast the last value of each window, at every step of the horizon.

    Args:
        X: windows `(n, width, features)`, as `make_windows` returns them.
        horizon: steps to forecast.
        gap: rows between the window and the first target (changes nothing here).
        targets: feature numbers to forecast; None means all.

    Returns:
        Forecasts `(n, horizon, targets)`, to compare with `y` of `make_windows`.

    Raises:
        ValueError: windows of another rank, a horizon below 1.
    """
    X, horizon, gap = _check(X, horizon, gap, targets)
    return np.repeat(X[:, -1:], horizon, axis=1)


def seasonal_naive(X, horizon=1, *, season, gap=0, targets=None):
    """Forecast the value one season before each target.

    A target more than one season ahead takes the latest value of its phase that the
    window holds.

    Args:
        X, horizon, gap, targets: as in `persistence`.
        season: steps per season, at most the width of the windows.

    Returns:
        Forecasts `(n, horizon, targets)`.

    Raises:
        ValueError: a season longer than the windows, or as in `persistence`.

    Reference: Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
        3rd edition 2021, section 5.2.
    """
    X, horizon, gap = _check(X, horizon, gap, targets)
    season = check_count("season", season)
    width = X.shape[1]
    if season > width:
        raise ValueError(
            f"season: expected at most the width {width} of the windows, "
            f"received {season}"
        )
    return X[:, width - season + (gap + np.arange(horizon)) % season]


def drift(X, horizon=1, *, gap=0, targets=None):
    """Continue the straight line through the first and last value of each window.

    Args:
        X, horizon, gap, targets: as in `persistence`; windows of at least 2 rows.

    Returns:
        Forecasts `(n, horizon, targets)`.

    Raises:
        ValueError: windows of a single row, or as in `persistence`.
    """
    X, horizon, gap = _check(X, horizon, gap, targets)
    width = X.shape[1]
    if width < 2:
        raise ValueError(f"X: expected windows of at least 2 rows, received {width}")
    slope = (X[:, -1:] - X[:, :1]) / (width - 1)
    steps = gap + 1 + np.arange(horizon)
    return X[:, -1:] + steps[np.newaxis, :, np.newaxis] * slope


def linear_autoregression(X_train, y_train, X):
    """Forecast by a linear regression on all values of the window.

        y_hat = A x + b        # A, b: least squares on the training windows

    Intuition: a network that does not beat this has found nothing that is not linear.

    Args:
        X_train: training windows `(n, width, features)`.
        y_train: their targets `(n, horizon, targets)`.
        X: windows to forecast from, of the width and features of `X_train`.

    Returns:
        Forecasts `(len(X), horizon, targets)`. Where there are fewer training windows
        than coefficients, those of the smallest norm are taken.

    Raises:
        ValueError: arrays of another rank, another number of targets than windows, or
            windows of another shape than those of the training.

    Example:
        >>> from rnn_tutorials import make_windows
        >>> X, y = make_windows([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], width=2)
        >>> linear_autoregression(X[:3], y[:3], X[3:]).round(3).tolist()
        [[[32.0]]]
    """
    arrays = {"X_train": X_train, "y_train": y_train, "X": X}
    X_train, y_train, X = (np.asarray(array, "float64") for array in arrays.values())
    for name, array in zip(arrays, (X_train, y_train, X), strict=True):
        if array.ndim != 3:
            raise ValueError(
                f"{name}: expected 3 dimensions, as make_windows returns them, "
                f"received shape {array.shape}"
            )
    if len(y_train) != len(X_train):
        raise ValueError(
            f"y_train: expected the {len(X_train)} targets of X_train, "
            f"received {len(y_train)}"
        )
    if X.shape[1:] != X_train.shape[1:]:
        raise ValueError(
            f"X: expected windows {X_train.shape[1:]} like X_train, "
            f"received {X.shape[1:]}"
        )
    coefficients, *_ = np.linalg.lstsq(_with_ones(X_train), _flat(y_train))
    return (_with_ones(X) @ coefficients).reshape(-1, *y_train.shape[1:])


def mean_absolute_error(y, forecast):
    """Mean of `|y - forecast|` over all windows, steps and targets, in units of y."""
    return float(np.mean(np.abs(_same_shape(y, forecast) - y)))


def root_mean_squared_error(y, forecast):
    """Root of the mean of `(y - forecast)^2`, in units of y."""
    return float(np.sqrt(np.mean((_same_shape(y, forecast) - y) ** 2)))


def skill_score(error, reference_error):
    """Share of the reference's error that is gone: 1 perfect, 0 no better, < 0 worse.

    Args:
        error: error of the model, one number or one per seed.
        reference_error: error of the reference forecast, above 0.

    Raises:
        ValueError: a reference error of 0 or below.
    """
    if not reference_error > 0:
        raise ValueError(
            f"reference_error: expected above 0, received {reference_error}"
        )
    return 1 - np.asarray(error) / reference_error


def compare(y, *, baselines, models):
    """Compare models with baselines on the same targets.

    Args:
        y: targets `(n, horizon, targets)`, in original units.
        baselines: name -> forecast of the shape of `y`.
        models: name -> forecast, or a list of forecasts, one per random seed.

    Returns:
        DataFrame indexed by name, baselines first: `kind`; `seeds`; `MAE` and `RMSE`
        (means over seeds, in units of y); `MAE min` and `MAE max` over seeds; `skill`
        (share of the best baseline's MAE that is gone; that baseline has 0; NaN where
        its MAE is 0 already);
        `seeds better` (seeds that beat the best baseline).

    Raises:
        ValueError: no baseline, or a forecast whose shape is not that of `y`.
    """
    if not baselines:
        raise ValueError("baselines: expected at least one forecast, received none")
    rows = [_row("baseline", name, y, [f]) for name, f in baselines.items()]
    best = min(row["MAE"] for row in rows)
    for name, forecasts in models.items():
        seeds = forecasts if isinstance(forecasts, list | tuple) else [forecasts]
        rows.append(_row("model", name, y, seeds))
    for row in rows:
        errors = np.array(row.pop("errors"))
        row["skill"] = float(skill_score(errors, best).mean()) if best else np.nan
        row["seeds better"] = int((errors < best).sum())
    return pd.DataFrame(rows).set_index("name")


def verdict(table, unit=""):
    """Say in words what a table of `compare` shows, one sentence per model.

    A model *beats* the best baseline if every seed does; it *does not beat* it if no
    seed does; anything between is no clear result.

    Args:
        table: from `compare`.
        unit: of the errors, for the text.

    Returns:
        The sentences, one per line.
    """
    baselines = table[table["kind"] == "baseline"]
    name, best = baselines["MAE"].idxmin(), baselines["MAE"].min()
    return "\n".join(
        _sentence(row, name, best, f" {unit}" if unit else "")
        for _, row in table[table["kind"] == "model"].iterrows()
    )


def _sentence(row, baseline, best, unit):
    numbers = f"MAE {row['MAE']:.4g} against {best:.4g}{unit}"
    seeds = f"{row['seeds better']} of {row['seeds']} seeds"
    if row["seeds better"] == row["seeds"]:
        return f"{row.name} beats {baseline}: {numbers} ({seeds})."
    if row["seeds better"] == 0:
        return f"{row.name} does not beat {baseline}: {numbers}. Use {baseline}."
    return f"{row.name} has no clear lead over {baseline}: {numbers} ({seeds})."


def _row(kind, name, y, forecasts):
    errors = [mean_absolute_error(y, forecast) for forecast in forecasts]
    squared = [root_mean_squared_error(y, forecast) for forecast in forecasts]
    return {
        "name": name,
        "kind": kind,
        "seeds": len(errors),
        "MAE": float(np.mean(errors)),
        "MAE min": min(errors),
        "MAE max": max(errors),
        "RMSE": float(np.mean(squared)),
        "errors": errors,
    }


def _flat(array):
    return array.reshape(len(array), -1)


def _with_ones(X):
    return np.column_stack([_flat(X), np.ones(len(X))])


def _check(X, horizon, gap, targets):
    X = np.asarray(X)
    if X.ndim != 3:
        raise ValueError(
            f"X: expected windows (n, width, features), received shape {X.shape}"
        )
    if targets is not None:
        X = X[:, :, np.atleast_1d(targets)]
    return X, check_count("horizon", horizon), check_count("gap", gap, at_least=0)


def _same_shape(y, forecast):
    if np.shape(y) != np.shape(forecast):
        raise ValueError(
            f"forecast: expected the shape {np.shape(y)} of y, "
            f"received {np.shape(forecast)}"
        )
    return np.asarray(forecast, dtype="float64")
