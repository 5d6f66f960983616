"""Networks against forecasts that cost nothing, on the test part: tables and verdict.

Imports NumPy, pandas, baselines and the parts of the forecaster below it.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from rnn_tutorials import _intervals, baselines
from rnn_tutorials._backtest import naive_forecasts
from rnn_tutorials._scaled_windows import forecast_all

# Another random seed often moves the error of a network by as much.
_SMALL_LEAD = 0.05


class Comparison(NamedTuple):
    """What a backtest found.

    `table` is that of `baselines.compare` with the column `MASE`; `by_series` has a
    row per series; `coverage` is the share of test values inside the intervals;
    `interval_scores` maps the model, and the seasonal naive forecast, to the mean
    score of their intervals.
    """

    table: pd.DataFrame
    by_series: pd.DataFrame
    coverage: float
    interval_scores: dict

    def verdict(self, share):
        """Say it in words; `share` is what the intervals should hold."""
        said = [baselines.verdict(self.table)]
        model = self.table.iloc[-1]
        if (
            model["seeds better"] == model["seeds"] == 1
            and model["skill"] < _SMALL_LEAD
        ):
            said.append("So small a lead may be chance; several seeds would tell.")
        if len(self.by_series) > 1:
            counts = self.by_series["use"].value_counts()
            ahead = ", ".join(f"{name} in {count}" for name, count in counts.items())
            said.append(f"Lowest error, series by series: {ahead}.")
        (score, *naive) = self.interval_scores.values()
        name = list(self.interval_scores)[-1]
        against = f" ({naive[0]:.4g} around the {name} forecast)" if naive else ""
        said.append(
            f"{self.coverage:.0%} of the test values lie in the {share:.0%} intervals; "
            f"interval score {score:.4g}{against}, lower is better."
        )
        return "\n".join(said)

    def to_json(self):
        """Return what JSON can hold; `from_json` undoes it."""
        tables = {"table": self.table, "by_series": self.by_series}
        return self._asdict() | {key: _plain(frame) for key, frame in tables.items()}

    @classmethod
    def from_json(cls, kept):
        """Return the comparison that `to_json` was made from."""
        names = {"table": "name", "by_series": "series"}
        return cls(
            **kept | {key: _frame(kept[key], name) for key, name in names.items()}
        )


def _plain(frame):
    # JSON has no NaN.
    return frame.astype(object).where(frame.notna(), None).to_dict(orient="split")


def _frame(kept, name):
    # A column without any number would be one of objects.
    frame = pd.DataFrame(**kept).rename_axis(name)
    return frame.fillna(np.nan).infer_objects()


def compare(network, parts, intervals, *, model, width, season, share):
    """Backtest from every origin in the test parts of `SeriesParts`.

    Args:
        network: scaled windows -> `(seeds, n, horizon, 1)`.
        parts: `SeriesParts`.
        intervals: half widths `(horizon, 1)` in deviations of the window.
        model: name of the network.
        width: rows of a window.
        season: steps per season, or None.
        share: of values that the intervals should hold.

    Returns:
        `Comparison`.
    """
    windows = parts.test_windows(width)
    forecasts, y, deviation = forecast_all(network, windows)
    mean, models = forecasts.mean(axis=0), {model: list(forecasts)}
    if len(forecasts) > 1:
        models[f"{model}, mean of {len(forecasts)}"] = mean
    naive = naive_forecasts(
        list(parts.series.values()),
        parts.train_rows,
        parts.test_starts,
        width=width,
        horizon=parts.horizon,
        season=season,
    )
    table = baselines.compare(y, baselines=naive, models=models)
    scale, scales = parts.naive_errors(season)
    table.insert(list(table).index("RMSE") + 1, "MASE", table["MAE"] / scale)
    errors, half = np.abs(y - mean), intervals * deviation
    inside = errors <= half
    rows = dict(zip(parts.series, windows.rows_of_series(), strict=True))
    by_series = {
        name: _of_series(y[at], naive, (model, mean), at, scale)
        | {"inside": float(inside[at].mean())}
        for (name, at), scale in zip(rows.items(), scales, strict=True)
    }
    scores = {model: _intervals.interval_scores(errors, half, share).mean()}
    scores |= _naive_scores(parts, season, share)
    return Comparison(
        table,
        pd.DataFrame.from_dict(by_series, orient="index").rename_axis("series"),
        float(inside.mean()),
        {name: float(score) for name, score in scores.items()},
    )


def _of_series(y, naive, model, at, scale):
    """Compare a model with the best naive forecast of one series."""
    error = {
        name: baselines.mean_absolute_error(y, forecast[at])
        for name, forecast in naive.items()
    }
    best = min(error, key=error.get)
    name, forecast = model
    own = baselines.mean_absolute_error(y, forecast[at])
    return {
        "MAE": own,
        "MASE": own / scale,
        "skill": 1 - own / error[best] if error[best] else np.nan,
        "best baseline": best,
        "its MAE": error[best],
        "use": name if own < error[best] else best,
    }


def _naive_scores(parts, season, share):
    if (season or 1) > min(parts.train_rows):
        return {}
    options = {"horizon": parts.horizon, "season": season, "share": share}
    each = zip(parts.series.values(), parts.train_rows, parts.test_starts, strict=True)
    scores = [_intervals.naive_scores(*one, **options) for one in each]
    return {
        "seasonal naive" if season else "persistence": np.concatenate(scores).mean()
    }
