"""Your own series, end to end: check, split, train, backtest, forecast, save.

Imports NumPy, pandas and the parts of the package below it; keras with them.
"""

import numpy as np
import pandas as pd

from rnn_tutorials import bundles, seasons, tables
from rnn_tutorials._checks import check_count
from rnn_tutorials._comparison import Comparison, compare
from rnn_tutorials._ensemble import MODELS, Ensemble
from rnn_tutorials._intervals import half_widths
from rnn_tutorials._scaled_windows import forecast_all, forecast_windows
from rnn_tutorials._series_parts import SeriesParts
from rnn_tutorials._time_rows import following, from_json, joined, to_json

# Sums of squares must stay within float64.
_LARGEST = 1e100
_OF_THE_TABLE = ("target", "time", "group", "features", "sort", "fill")
_KEPT = ("target", "horizon", "model", "calendar", "interval")


class Forecaster:
    """Forecast a column of a table, with an honest verdict about it.

    Intuition: windows of the past, each scaled by its own mean and deviation, go into
    a small network that forecasts all steps of the horizon at once. What it is worth
    is said by a backtest against forecasts that cost nothing.

    The rows are split in time order into 70 % to train on, 15 % to stop the training
    and to set the width of the intervals, and 15 % for the backtest. What is forecast
    past the end comes from the very network that was backtested.

    Args:
        target: column to forecast.
        horizon: steps ahead.
        time: column of times; None takes the first that holds times, or counts rows.
        group: column that tells several series apart; one network learns them all.
        features: further numeric columns to learn from; None takes all.
        window: past rows that the network sees; "auto" takes two seasons of up to 30
            steps, else 48, less where there are few rows.
        season: steps per season; "auto" looks for one, None is for none.
        model: one of `MODELS`.
        calendar: also give the network the position in day, week and year.
        seeds: train this many networks and forecast their mean.
        epochs: at most; training stops when the validation error no longer falls.
        interval: share of true values that the intervals should hold.
        sort: put rows in time order; else unsorted rows are refused.
        fill: "linear" or "forward" fills gaps; None refuses them.

    Raises:
        ValueError: an argument out of range; all errors of the methods are, too.

    Example:
        >>> import rnn_tutorials as rt
        >>> passengers = rt.load_airline_passengers().to_frame("passengers")
        >>> forecaster = Forecaster("passengers", model="window-mlp", epochs=2)
        >>> forecaster.fit(passengers, progress=False).forecast().shape
        (1, 3)
    """

    def __init__(
        self,
        target,
        *,
        horizon=1,
        time=None,
        group=None,
        features=None,
        window="auto",
        season="auto",
        model="lstm",
        calendar=False,
        seeds=1,
        epochs=60,
        interval=0.9,
        sort=False,
        fill=None,
    ):
        self.target, self.horizon = target, check_count("horizon", horizon)
        self.time, self.group, self.features = time, group, features
        self.window = window if window == "auto" else check_count("window", window)
        self.season = season
        if season not in ("auto", None):
            self.season = check_count("season", season, at_least=2)
        if model not in MODELS:
            raise ValueError(f"model: expected one of {MODELS}, received {model!r}")
        self.model, self.calendar = model, bool(calendar)
        self.seeds, self.epochs = (
            check_count("seeds", seeds),
            check_count("epochs", epochs),
        )
        if not 0 < interval < 1:
            raise ValueError(
                f"interval: expected between 0 and 1, received {interval!r}"
            )
        self.interval, self.sort, self.fill = float(interval), sort, fill

    def fit(self, data, *, progress=True):
        """Check the data, split it and train.

        Args:
            data: path of a CSV file, DataFrame, Series, or `tables.SeriesTable`.
            progress: show a bar.

        Returns:
            The forecaster itself, with `notes_` (what was inferred and dropped),
            `season_`, `window_`, `frequency_` and `columns_`.
        """
        table = self._read(data)
        self.notes_ = list(table.notes)
        self.frequency_, self.columns_ = table.frequency, _columns(table)
        self._table = table
        values = {name: self._values(frame) for name, frame in table.series.items()}
        plain = next(iter(values.values())).shape[1] - len(self.columns_)
        self._parts = SeriesParts(values, self.horizon, plain)
        self._choose()
        shape = self.window_, self._parts.columns, self.horizon
        self._ensemble = Ensemble.of(self.model, *shape, self.seeds)
        self._ensemble.fit(
            self._parts.training_windows(self.window_),
            self._parts.validation_windows(self.window_),
            self.epochs,
            progress,
        )
        self.intervals_ = self._interval_widths()
        self._tails = {
            name: frame[list(self.columns_)].iloc[-self.window_ :]
            for name, frame in table.series.items()
        }
        self.hash_ = bundles.fingerprint(*values.values())
        self._comparison = None
        return self

    def backtest(self):
        """Compare with forecasts that cost nothing, from every origin in the test part.

        Returns:
            The table of `baselines.compare`, with the column `MASE`: MAE over that of
            the seasonal naive forecast one season ahead in the training rows. Also
            sets `coverage_`, the share of test values inside the intervals, and
            `interval_scores_`: width plus penalty for what lies outside, of these
            intervals and of such around the seasonal naive forecast.
        """
        self._check_fitted()
        if self._comparison is None:
            self._compared(
                compare(
                    self._ensemble,
                    self._parts,
                    self.intervals_,
                    model=self.model,
                    width=self.window_,
                    season=self.season_,
                    share=self.interval,
                )
            )
        return self._comparison.table

    def backtest_by_group(self):
        """Compare the forecast of each series with the best baseline of that series.

        Returns:
            DataFrame indexed by group: `MAE`, `MASE` and `skill`; `best baseline` and
            `its MAE`; `use`, the better of the two; `inside`, the share of the test
            values inside the intervals. Of several seeds, the mean is compared.
        """
        self.backtest()
        return self._comparison.by_series.rename_axis(self.group)

    def verdict(self):
        """Say in words what the backtest shows."""
        self.backtest()
        return self._comparison.verdict(self.interval)

    def forecast(self, steps=None):
        """Forecast past the end of the data it was fitted on.

        Args:
            steps: at most the horizon; None means the horizon.

        Returns:
            DataFrame indexed by time (or row number), with `forecast`, `lower` and
            `upper`, and the group column first where there is one.
        """
        self._check_fitted()
        return self._past_the_end(self._tails, steps)

    def predict(self, newer, steps=None, **reading):
        """Forecast past the end of newer rows of the same table.

        Args:
            newer: as `data` of `fit`, with the same columns. Fewer rows than a window
                are completed with the last rows of the training data, if they follow
                each other without a gap.
            steps: as in `forecast`.
            **reading: how to read these rows, as in `tables.read_table`: `separator`,
                `decimal`, `time_format`; also `sort` and `fill`, which else are those
                of the forecaster (and off in one that was loaded).

        Returns:
            As `forecast`.

        Raises:
            TableError: columns that do not fit, by name; too few rows.
        """
        self._check_fitted()
        reading = {"frequency": self.frequency_, "newer": True, **reading}
        table = self._read(newer, **reading)
        _check_columns(_columns(table), self.columns_)
        tails = {name: self._tail(name, frame) for name, frame in table.series.items()}
        return self._past_the_end(tails, steps)

    def save(self, path):
        """Write everything to one file, all or nothing (the backtest is made first)."""
        self.backtest()
        manifest = {
            **{name: getattr(self, name) for name in _KEPT},
            "time": self.time,
            "group": self.group,
            "columns": list(self.columns_),
            "frequency": self.frequency_,
            "window": self.window_,
            "season": self.season_,
            "intervals": self.intervals_.ravel().tolist(),
            "metrics": self._comparison.to_json(),
            "notes": self.notes_,
            "trained_on": self.hash_,
            "tails": {name: to_json(tail) for name, tail in self._tails.items()},
        }
        bundles.save_bundle(path, "forecaster", manifest, self._ensemble.networks())

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; runs no code from the file.

        Raises:
            BundleError: a file that is no forecaster's bundle.
        """
        kept, networks = bundles.load_bundle(path, "forecaster")
        found = cls(
            time=kept["time"],
            group=kept["group"],
            features=[name for name in kept["columns"] if name != kept["target"]],
            window=kept["window"],
            season=kept["season"],
            seeds=len(networks),
            **{name: kept[name] for name in _KEPT},
        )
        found.columns_, found.frequency_ = tuple(kept["columns"]), kept["frequency"]
        found.window_, found.season_ = kept["window"], kept["season"]
        found.intervals_ = np.array(kept["intervals"])[:, np.newaxis]
        found.notes_, found.hash_ = kept["notes"], kept["trained_on"]
        found._compared(Comparison.from_json(kept["metrics"]))
        found._tails = {
            name: from_json(tail, kept["frequency"])
            for name, tail in kept["tails"].items()
        }
        found._ensemble = Ensemble(networks[0], [n.get_weights() for n in networks])
        return found

    # --- data ---------------------------------------------------------------------

    def _read(self, data, **more):
        if isinstance(data, tables.SeriesTable):
            return data
        options = {name: getattr(self, name) for name in _OF_THE_TABLE} | more
        if isinstance(data, pd.Series):
            data = data.to_frame(self.target)
        if isinstance(data, pd.DataFrame):
            return tables.check_frame(data, **options)
        return tables.read_table(data, **options)

    def _values(self, frame):
        """Numbers of one series: the target, the features, then the calendar."""
        values = frame[list(self.columns_)].to_numpy("float64")
        if np.abs(values).max() > _LARGEST:
            raise tables.TableError(
                f"data: expected numbers up to {_LARGEST:g}, received "
                f"{np.abs(values).max():g}"
            )
        if not (self.calendar and isinstance(frame.index, pd.DatetimeIndex)):
            return values
        positions = seasons.calendar_features(frame.index, self.frequency_)
        return np.hstack([values, positions.to_numpy()])

    def _choose(self):
        """Settle season and window by the training rows."""
        rows = self._parts.shortest()
        self.season_ = self.season
        if self.season == "auto":
            self.season_ = seasons.detect_season(rows, self.frequency_)
            found = f"{self.season_} rows" if self.season_ else "none found"
            self.notes_.append(f"Season: {found}.")
        most = len(rows) - self.horizon
        self.window_ = self.window
        if self.window == "auto":
            short = self.season_ and self.season_ <= 30
            self.window_ = min(2 * self.season_ if short else 48, max(2, most // 2))
            self.notes_.append(f"Window: {self.window_} rows.")
        if self.window_ > most:
            raise tables.TableError(
                f"window: {self.window_} rows and a horizon of {self.horizon} do not "
                f"fit into {len(rows)} training rows"
            )

    # --- errors -------------------------------------------------------------------

    def _interval_widths(self):
        """Half widths `(horizon, 1)` in deviations of the window."""
        windows = self._parts.validation_windows(self.window_)
        forecasts, y, deviation = forecast_all(self._ensemble, windows)
        errors = np.abs(y - forecasts.mean(axis=0)) / deviation
        return half_widths(errors, self.interval)

    def _compared(self, found):
        self._comparison = found
        self.coverage_, self.interval_scores_ = found.coverage, found.interval_scores

    # --- past the end -------------------------------------------------------------

    def _tail(self, name, frame):
        """The last window of newer rows, completed with the rows known before."""
        frame = joined(self._tails.get(name), frame[list(self.columns_)])
        if len(frame) < self.window_:
            where = f" of {name!r}" if name else ""
            raise tables.TableError(
                f"newer: expected at least {self.window_} rows{where}, or rows that "
                f"follow those of the training, received {len(frame)}"
            )
        return frame.iloc[-self.window_ :]

    def _past_the_end(self, tails, steps):
        steps = self.horizon if steps is None else check_count("steps", steps)
        if steps > self.horizon:
            raise ValueError(
                f"steps: expected at most the horizon {self.horizon}, received {steps}"
            )
        found = []
        for name, tail in tails.items():
            X = self._values(tail)[np.newaxis]
            plain = X.shape[2] - len(self.columns_)
            forecasts, deviation = forecast_windows(self._ensemble, X, plain)
            middle = forecasts.mean(axis=0)[0, :, 0]
            half = (self.intervals_ * deviation[0])[:, 0]
            columns = {
                "forecast": middle,
                "lower": middle - half,
                "upper": middle + half,
            }
            times = following(tail.index, self.horizon, self.frequency_)
            frame = pd.DataFrame(columns, index=times)
            if self.group is not None:
                frame.insert(0, self.group, name)
            found.append(frame.iloc[:steps])
        return pd.concat(found)

    def _check_fitted(self):
        if not hasattr(self, "_ensemble"):
            raise ValueError("forecaster: expected one that is fitted; call fit first")


def _columns(table):
    frame = next(iter(table.series.values()))
    return (table.target, *(name for name in frame if name != table.target))


def _check_columns(received, expected):
    missing = [name for name in expected if name not in received]
    if missing:
        raise tables.TableError(
            f"newer: expected the columns {', '.join(expected)}; "
            f"missing or not numeric: {', '.join(missing)}"
        )
