"""A DataFrame in memory -> `Columns`."""

from numbers import Real

import numpy as np
import pandas as pd

from rnn_tutorials._tables import numbers, times
from rnn_tutorials._tables.common import (
    Columns,
    TableError,
    feature_names,
    resolve,
    show,
)


def frame_columns(frame, *, target, time, group, features):
    """Turn a DataFrame into `Columns`; see `tables.check_frame` for the arguments."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(name=target if frame.name is None else frame.name)
    if not isinstance(frame, pd.DataFrame):
        raise TableError(
            f"frame: expected a DataFrame, received {type(frame).__name__}"
        )
    if not len(frame):
        raise TableError("frame: expected at least 2 rows, received none")
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    notes = []
    frame, index_name = _with_index(frame, time)
    as_text = lambda name: None if name is None else str(name)  # noqa: E731
    if features is not None:
        features = [str(name) for name in feature_names(features)]
    names = list(frame.columns)
    roles = resolve(names, str(target), as_text(time), as_text(group), features)
    taken = {roles.target, roles.group, *(roles.features or [])}
    time = roles.time or index_name
    if time is None:
        rest = [name for name in names if name not in taken]
        time = next((n for n in rest if _is_time(frame[n])), None)
    if time is None:
        texts = {n: _texts(frame[n].head(1000)) for n in rest if _may_be_text(frame[n])}
        time = times.find_time(texts)
    kept = roles.features
    if kept is None:
        kept = [n for n in names if n not in (roles.target, roles.group, time)]
    values, not_numbers = {}, {}
    for name in [roles.target, *kept]:
        array, bad = _numbers(frame[name])
        if bad is None:
            values[name] = array
        else:
            not_numbers[name] = bad, frame[name].iloc[bad]
    return Columns(
        place="row",
        lines=np.arange(len(frame)),
        numbers=values,
        not_numbers=not_numbers,
        time=time,
        times=None if time is None else _times(frame[time], time, notes),
        groups=None if roles.group is None else _groups(frame[roles.group], group),
        notes=notes,
    ), roles


def _with_index(frame, time):
    """Make the index a column if it holds times, or is the column asked for."""
    index = frame.index
    if isinstance(index, pd.MultiIndex):
        raise TableError("frame: expected one index level; call .reset_index() first")
    name = "time" if index.name is None else str(index.name)
    asked = time is not None and str(time) == name and name not in frame.columns
    dated = isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) and time is None
    if not (asked or dated):
        return frame, None
    if name in frame.columns:
        raise TableError(f"frame: both the index and a column are called {show(name)}")
    frame = frame.copy(deep=False)
    frame.insert(0, name, index)
    return frame.reset_index(drop=True), name


def _is_time(column):
    return isinstance(column.dtype, pd.PeriodDtype | pd.DatetimeTZDtype) or (
        column.dtype.kind == "M"
    )


def _may_be_text(column):
    return not _is_time(column) and column.dtype.kind in "OTUSiu"


def _texts(column):
    return ["" if value is None else str(value) for value in column]


def _numbers(column):
    """Return the column as float64, or the first row whose value is no number."""
    dtype = column.dtype
    if _is_time(column) or dtype.kind in "bcm":
        return None, 0
    if pd.api.types.is_numeric_dtype(dtype):
        return column.to_numpy(dtype="float64", na_value=np.nan), None
    values = np.empty(len(column))
    for row, value in enumerate(column):
        try:
            values[row] = _number(value)
        except (TypeError, ValueError, OverflowError):
            return None, row
    return values, None


def _number(value):
    if isinstance(value, str):
        return numbers.parse_one(value)
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_):
        return float(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return float("nan")
    raise ValueError(value)


def _times(column, name, notes):
    if not _is_time(column):
        return _texts(column)
    if column.isna().any():
        row = int(np.argmax(column.isna()))
        raise TableError(
            f"time: column {show(name)}: expected a time in every row, received none "
            f"at row {row}"
        )
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.DatetimeIndex(column.dt.to_timestamp())
    index = pd.DatetimeIndex(column)
    if index.tz is not None:
        notes.append(f"Time zone: {index.tz}; all times were converted to UTC.")
        index = index.tz_convert("UTC").tz_localize(None)
    return pd.DatetimeIndex(index, freq=None)


def _groups(column, name):
    if column.isna().any():
        row = int(np.argmax(column.isna()))
        raise TableError(
            f"group: expected a name in every row of column {show(name)}, received "
            f"none at row {row}"
        )
    codes, names = pd.factorize(np.array(_texts(column), dtype=object))
    return codes, list(names)
