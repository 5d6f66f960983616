"""Turn a series into (inputs, targets), and split it in time without leaking.

Imports NumPy and pandas only; `WindowDataset` needs Keras and is loaded on first use.

A window i with `width` input rows, a `gap` and a `horizon` looks like this:

    rows      i*stride ................ +width   +gap   +horizon
    inputs    [ x  x  x  x  x  x  x  x ]
    not used                             [ .  . ]
    targets                                       [ y  y  y ]
"""

import operator
from fractions import Fraction

import numpy as np
import pandas as pd

from rnn_tutorials._checks import check_count


def make_windows(series, width, horizon=1, *, stride=1, gap=0, targets=None):
    """Cut a series into supervised windows, without copying the inputs.

    Window i has the rows `i*stride ... i*stride + width - 1` as inputs and the
    `horizon` rows that start exactly `gap + 1` steps after its last input row as
    targets. Every full window is kept, the last one included, so that

        n = (rows - width - gap - horizon) // stride + 1

    Args:
        series: numbers in time order, shape `(rows,)` or `(rows, features)`: an
            array, or a pandas Series or DataFrame with a strictly increasing index.
        width: input rows per window, at least 1.
        horizon: target rows per window, at least 1.
        stride: rows between the starts of two windows, at least 1.
        gap: rows skipped between the last input and the first target, at least 0.
        targets: which features to predict: a column number or, for a DataFrame, a
            column name, or a list of them. None means all.

    Returns:
        `X` of shape `(n, width, features)` and `y` of shape `(n, horizon, targets)`.
        `X` is a read-only view on `series`; so is `y` when `targets` is None or a
        single column.

    Raises:
        ValueError: an argument out of range, a series that is empty, too short, not
            numeric, contains NaN or infinity, or whose index is unsorted.

    Example:
        >>> X, y = make_windows(range(6), width=3, horizon=1)
        >>> X[0].ravel().tolist(), y[0].ravel().tolist()
        ([0, 1, 2], [3])
    """
    values = check_series(series)
    width, horizon, stride, gap = check_geometry(
        len(values), width, horizon, stride, gap
    )
    columns = target_columns(series, values.shape[1], targets)
    last_start = len(values) - width - gap - horizon
    windows = np.lib.stride_tricks.sliding_window_view
    X = windows(values, width, axis=0)[: last_start + 1 : stride]
    y = windows(_choose_columns(values, columns), horizon, axis=0)[
        width + gap :: stride
    ]
    return X.transpose(0, 2, 1), y.transpose(0, 2, 1)


def chronological_split(series, fractions=(0.7, 0.15, 0.15), *, context=0):
    """Split a series into train, validation and test parts, in time order.

    The windows of the later parts need rows from before their first target. `context`
    repeats that many rows at the head of the validation and test parts; they are past
    rows, so nothing from the future reaches an earlier part. With
    `context = width + gap` the first target of each later part is its first own row,
    and no target is lost.

    Args:
        series: array, Series or DataFrame in time order, `(rows,)` or
            `(rows, features)`.
        fractions: shares of train, validation and test; positive, summing to 1.
        context: rows repeated at the head of the later parts, at least 0 and at most
            the rows of the training part.

    Returns:
        `(train, validation, test)`, views or slices of the same type as `series`.

    Raises:
        ValueError: fractions that do not sum to 1, a part without rows, too long a
            context, or a series that `make_windows` would refuse.

    Example:
        >>> train, validation, test = chronological_split(range(10), (0.6, 0.2, 0.2))
        >>> len(train), validation.tolist(), test.tolist()
        (6, [6, 7], [8, 9])
    """
    rows = len(check_series(series))
    fractions = _check_fractions(fractions)
    context = check_count("context", context, at_least=0)
    first = round(rows * fractions[0])
    second = round(rows * (fractions[0] + fractions[1]))
    if not 0 < first < second < rows:
        raise ValueError(
            f"fractions: expected every part to get at least one of the {rows} rows, "
            f"received parts of {first}, {second - first} and {rows - second} rows"
        )
    if context > first:
        raise ValueError(
            f"context: expected at most the {first} rows of the training part, "
            f"received {context}"
        )
    if not hasattr(series, "iloc"):
        series = np.asarray(series)
    part = getattr(series, "iloc", series)
    return part[:first], part[first - context : second], part[second - context :]


def check_series(series):
    """Return the series as a numeric array `(rows, features)`, or say what is wrong."""
    if isinstance(series, pd.Series | pd.DataFrame):
        _check_index(series.index)
    if np.ma.is_masked(series):
        raise ValueError(
            "series: expected a value in every row, received a masked array with "
            f"{np.ma.count_masked(series)} masked; fill or drop them first"
        )
    try:
        values = np.asarray(series)
    except ValueError as error:
        raise ValueError(
            f"series: expected rows of equal length, received a ragged one ({error})"
        ) from None
    if values.ndim not in (1, 2):
        raise ValueError(
            "series: expected shape (rows,) or (rows, features), "
            f"received {values.ndim} dimensions, shape {values.shape}"
        )
    if values.size == 0:
        raise ValueError(
            f"series: expected at least one row, received an empty series, "
            f"shape {values.shape}"
        )
    if values.dtype.kind not in "iuf":
        raise ValueError(f"series: expected numbers, received {_kind(series, values)}")
    _check_finite(values)
    return values[:, np.newaxis] if values.ndim == 1 else values


def check_geometry(rows, width, horizon, stride, gap):
    """Return the four window sizes as checked integers."""
    width = check_count("width", width)
    horizon = check_count("horizon", horizon)
    stride = check_count("stride", stride)
    gap = check_count("gap", gap, at_least=0)
    if width + gap + horizon > rows:
        raise ValueError(
            f"width + gap + horizon: expected at most the {rows} rows of the series, "
            f"received {width} + {gap} + {horizon} = {width + gap + horizon}"
        )
    return width, horizon, stride, gap


def target_columns(series, features, targets):
    """Return the column numbers that `targets` names; None for all of them."""
    if targets is None:
        return None
    single = isinstance(targets, str) or not np.iterable(targets)
    wanted = [targets] if single else list(targets)
    if not wanted:
        raise ValueError("targets: expected at least one column, received none")
    names = list(series.columns) if isinstance(series, pd.DataFrame) else []
    return [_column_number(target, names, features) for target in wanted]


def _choose_columns(values, columns):
    if columns is None:
        return values
    if len(columns) == 1:
        # A slice is a view, where a list would copy (a memory map into memory).
        return values[:, columns[0] : columns[0] + 1]
    return values[:, columns]


def _column_number(target, names, features):
    if target in names:
        return names.index(target)
    try:
        number = operator.index(target)
    except TypeError:
        number = None
    # True is no column number: a list of bools would quietly mean columns 0 and 1.
    if isinstance(target, bool) or number is None or not -features <= number < features:
        choice = f"one of {names} or " if names else ""
        raise ValueError(
            f"targets: expected {choice}a column number below {features}, "
            f"received {target!r}"
        )
    return number % features


def _check_index(index):
    if not index.is_unique:
        repeated = index[index.duplicated()][0]
        raise ValueError(
            f"series: expected each timestamp once, received {repeated!s} again; "
            "aggregate or drop the duplicates"
        )
    if not index.is_monotonic_increasing:
        row = _first_not_after(index)
        raise ValueError(
            f"series: expected an index in increasing order, received {index[row]!s} "
            f"at row {row}; call .sort_index(), or .reset_index(drop=True) if the rows "
            "are in time order already"
        )


def _first_not_after(index):
    for row in range(1, len(index)):
        try:
            if not index[row - 1] < index[row]:
                return row
        except TypeError:  # a date beside a text: there is no order
            return row
    return len(index) - 1


def _kind(series, values):
    """Say where in a series the first thing is that is not a number."""
    if isinstance(series, pd.DataFrame):
        for name, dtype in series.dtypes.items():
            if dtype.kind not in "iuf":
                return f"dtype {dtype} in column {name!r}"
        return "columns of mixed nullable dtypes; call .astype(float)"
    real = (int, float, np.integer, np.floating)
    first = next((v for v in values.flat if not isinstance(v, real)), values.flat[0])
    return f"dtype {values.dtype} (for instance {first!r})"


def _check_finite(values, block=1 << 22):
    """Look for NaN and infinity block by block: a memory map stays on disk."""
    if values.dtype.kind != "f":
        return
    rows = max(1, block // max(1, values[0].size))
    for start in range(0, len(values), rows):
        finite = np.isfinite(values[start : start + rows])
        if not finite.all():
            row = start + int(np.argwhere(~finite)[0][0])
            raise ValueError(
                f"series: expected finite numbers, received {values[row].tolist()} "
                f"at row {row}; fill or drop the gap first"
            )


def _check_fractions(fractions):
    try:
        # Through decimal text, so that 0.7 + 0.15 + 0.15 is exactly 1.
        parts = [Fraction(str(fraction)) for fraction in fractions]
    except (TypeError, ValueError):
        parts = []
    if len(parts) != 3 or min(parts) <= 0 or abs(sum(parts) - 1) > 1e-9:
        raise ValueError(
            "fractions: expected three positive shares (train, validation, test) that "
            f"sum to 1, received {fractions!r}"
        )
    return parts


def __getattr__(name):
    if name == "WindowDataset":
        from rnn_tutorials._window_dataset import WindowDataset

        return WindowDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
