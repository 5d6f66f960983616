"""Windows of one or several series, each scaled by what it shows itself.

Imports keras, windowing and the shuffling of `WindowDataset`.
"""

from itertools import pairwise

import keras
import numpy as np

from rnn_tutorials._window_dataset import permute
from rnn_tutorials.windowing import make_windows

_AT_ONCE = 512  # windows that a forecast holds in memory


class ScaledWindows(keras.utils.PyDataset):
    """Batches of windows and targets in units of the window: mean 0, deviation 1.

    Nothing is fitted, so nothing can leak: every window is scaled by its own past,
    which makes networks indifferent to the level and the size of a series (reversible
    instance normalisation without its trained part). Memory holds the series only.

    Args:
        parts: arrays `(rows, columns)`, one per series, the target first.
        plain: how many of the last columns are left as they are (calendar positions).
        width, horizon: as in `make_windows`; the target is column 0.
        batch_size: windows per batch.
        seed: draws the windows in a new random order for every epoch; None keeps
            their order.
        repeats: how often an epoch goes through the windows; for tiny series, whose
            epochs would be shorter than what happens between them.
        most_batches: of an epoch; for long series, whose epochs (of a random part,
            with a `seed`) would take hours. None is for all.

    Returns:
        Batches `(X, y)`: `(batch, width, columns)` and `(batch, horizon, 1)`.

    Reference: Kim et al., Reversible Instance Normalization, ICLR 2022.
    """

    def __init__(
        self,
        parts,
        width,
        horizon,
        *,
        plain=0,
        batch_size=64,
        seed=None,
        repeats=1,
        most_batches=None,
    ):
        super().__init__()
        self._pairs = [make_windows(part, width, horizon) for part in parts]
        self._starts = np.cumsum([0, *(len(X) for X, _ in self._pairs)])
        self.plain, self._seed, self._epoch = plain, seed, 0
        self._repeats, self.batch_size = repeats, batch_size
        self._most_batches = most_batches
        self.windows = int(self._starts[-1])

    def __len__(self):
        batches = -(-self.windows * self._repeats // self.batch_size)
        return min(batches, self._most_batches or batches)

    def __getitem__(self, index):
        first = index * self.batch_size
        last = min(first + self.batch_size, self.windows * self._repeats)
        numbers = np.arange(first, last)
        if self._seed is not None:
            total = self.windows * self._repeats
            numbers = permute(numbers, total, (self._seed, self._epoch))
        X, y = self.windows_at(numbers % self.windows)
        mean, deviation = scale_of(X, self.plain)
        y = (y - mean[:, :, :1]) / deviation[:, :, :1]  # the target is column 0
        return ((X - mean) / deviation).astype("float32"), y.astype("float32")

    def on_epoch_end(self):
        """Draw a new order (called by `fit`)."""
        self._epoch += 1

    def rows_of_series(self):
        """Return for each series the slice of its windows among all."""
        return [slice(*ends) for ends in pairwise(self._starts.tolist())]

    def windows_at(self, numbers):
        """Return windows and targets in original units, in the order of `numbers`."""
        series = np.searchsorted(self._starts, numbers, side="right") - 1
        X, y = (np.empty((len(numbers), *a.shape[1:])) for a in self._pairs[0])
        for which in np.unique(series):
            here = series == which
            rows = numbers[here] - self._starts[which]
            X[here], y[here] = (array[rows] for array in self._pairs[which])
        return X, y[:, :, :1]


def forecast_windows(network, X, plain):
    """Forecast from windows in original units.

    Args:
        network: scaled windows -> `(members, n, horizon, 1)`.
        X: windows `(n, width, columns)`.
        plain: how many of the last columns are not scaled.

    Returns:
        Forecasts `(members, n, horizon, 1)`, and the deviation of the target in each
        window, `(n, 1, 1)`.
    """
    mean, deviation = scale_of(X, plain)
    outputs = network(((X - mean) / deviation).astype("float32"))
    mean, deviation = mean[:, :, :1], deviation[:, :, :1]
    return outputs * deviation + mean, deviation


def forecast_all(network, windows):
    """Return forecasts, targets and deviations of all of `ScaledWindows`, in order."""
    found = []
    for first in range(0, windows.windows, _AT_ONCE):
        X, y = windows.windows_at(
            np.arange(first, min(first + _AT_ONCE, windows.windows))
        )
        forecasts, deviation = forecast_windows(network, X, windows.plain)
        found.append((forecasts, y, deviation))
    forecasts, y, deviation = zip(*found, strict=True)
    return np.concatenate(forecasts, 1), np.concatenate(y), np.concatenate(deviation)


def scale_of(X, plain):
    """Return mean and deviation of each window's columns, `(n, 1, columns)`.

    A column that does not move in its window is centred, not blown up.
    """
    peak = np.abs(X).max(axis=1, keepdims=True)
    peak = np.where(peak == 0, 1.0, peak)  # squares of huge and tiny numbers are lost
    mean = (X / peak).mean(axis=1, keepdims=True)
    deviation = (X / peak).std(axis=1, keepdims=True)
    still = deviation <= 1e-9
    # Where the past does not move, what comes is measured against its level.
    mean, deviation = mean * peak, np.where(still, 1.0, deviation) * peak
    if plain:
        mean[..., -plain:], deviation[..., -plain:] = 0, 1
    return mean, deviation
