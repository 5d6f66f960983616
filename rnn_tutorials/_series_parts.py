"""Series in their training, validation and test parts.

Imports NumPy, windowing and `ScaledWindows`.
"""

import numpy as np

from rnn_tutorials._scaled_windows import ScaledWindows
from rnn_tutorials.windowing import chronological_split

# An epoch of fewer batches costs more around them than in them.
_BATCHES_PER_EPOCH = 32
# Where there are more, an epoch is a random part of the windows; early stopping looks
# after every epoch, and a million rows would take minutes each.
_MOST_BATCHES = 1000


class SeriesParts:
    """Several series of the same columns, each cut into three parts in time order.

    Args:
        series: name -> array `(rows, columns)`, the target first.
        horizon: steps to forecast; each part must hold one.
        plain: how many of the last columns are not to be scaled.

    Raises:
        ValueError: a series of too few rows, by name.
    """

    def __init__(self, series, horizon, plain):
        self.series, self.horizon, self.plain = series, horizon, plain
        self._ends = {name: self._cut(name) for name in series}

    @property
    def train_rows(self):
        """Rows of the training part of each series."""
        return [ends[0] for ends in self._ends.values()]

    @property
    def test_starts(self):
        """Number of the first test row of each series."""
        return [ends[1] for ends in self._ends.values()]

    @property
    def columns(self):
        """Columns of every series, those not to be scaled included."""
        return next(iter(self.series.values())).shape[1]

    def shortest(self):
        """Return the training rows of the shortest series, the target alone."""
        name = min(self._ends, key=lambda name: self._ends[name][0])
        return self.series[name][: self._ends[name][0], 0]

    def naive_errors(self, season):
        """Mean error of the seasonal naive forecast in the training parts, for MASE.

        Returns:
            That of all series together, and a list of those of each; NaN where it is 0
            or no row has one a season before it.
        """
        lag = season or 1
        targets = [
            values[: self._ends[name][0], 0] for name, values in self.series.items()
        ]
        errors = [np.abs(each[lag:] - each[:-lag]) for each in targets]
        return _mean(np.concatenate(errors)), [_mean(each) for each in errors]

    def training_windows(self, width):
        """Windows of the training parts in a random order."""
        windows = self._windows(width, 0, seed=0)
        wanted = _BATCHES_PER_EPOCH * windows.batch_size
        repeats = max(1, wanted // windows.windows)
        return self._windows(
            width, 0, seed=0, repeats=repeats, most_batches=_MOST_BATCHES
        )

    def validation_windows(self, width):
        """Windows whose targets lie in the validation parts."""
        return self._windows(width, 1)

    def test_windows(self, width):
        """Windows whose targets lie in the test parts."""
        return self._windows(width, 2)

    def _windows(self, width, part, **options):
        pieces = []
        for name, values in self.series.items():
            start, end = (
                self._ends[name][part - 1] if part else 0,
                self._ends[name][part],
            )
            # The rows before a later part are its first window, not its targets.
            pieces.append(values[max(0, start - width) : end])
        return ScaledWindows(pieces, width, self.horizon, plain=self.plain, **options)

    def _cut(self, name):
        rows = len(self.series[name])
        needed = -(-self.horizon // 0.15) + 1
        if rows < max(needed, 12):
            where = f" of {name!r}" if name else ""
            raise ValueError(
                f"data: expected at least {max(needed, 12):.0f} rows{where} for a "
                f"horizon of {self.horizon}, received {rows}"
            )
        parts = chronological_split(np.arange(rows)[:, np.newaxis])
        return np.cumsum([len(part) for part in parts]).tolist()


def _mean(errors):
    return float(errors.mean()) if errors.any() else np.nan
