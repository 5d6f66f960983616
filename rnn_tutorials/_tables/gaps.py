"""Missing rows and missing values of one series: refused, or filled when asked to."""

import numpy as np
import pandas as pd

from rnn_tutorials._tables.common import TableError, count, show

FILLS = ("linear", "forward")
_ADVICE = "fill='linear' or 'forward' (--fill) fills them"


def check_rows(index, frequency, rows):
    """Return the steps from the first time to each, and how many have no row.

    Args:
        index: strictly increasing times.
        frequency: what they should follow.
        rows: tells where row i of the series is, for messages.

    Raises:
        TableError: a time between two steps, or more steps without a row than rows.
    """
    positions, odd = frequency.positions(index)
    if odd.any():
        i = int(np.argmax(odd))
        raise TableError(
            f"rows: expected regular steps ({frequency.words()}, {frequency.alias}), "
            f"received {show_time(index[i])} at {rows.where(i)} after "
            f"{show_time(index[i - 1])} at {rows.where(i - 1)}{rows.of}"
        )
    missing = int(positions[-1]) + 1 - len(index)
    if missing > len(index):
        i = int(np.argmax(np.diff(positions)))
        raise TableError(
            f"rows: expected one per step ({frequency.words()}), received fewer rows "
            f"({len(index):,}) than gaps ({missing:,}), the longest after "
            f"{show_time(index[i])} at {rows.where(i)}{rows.of}"
        )
    return positions, missing


def regular_index(index, positions, frequency, rows):
    """Return the regular times that the rows lie on; refuse rows that lie beside.

    Raises:
        TableError: a month that begins on another day, a week end among business days.
    """
    moved = frequency.start_of_month(index)
    offset = pd.tseries.frequencies.to_offset(frequency.alias)
    wrong = np.array([not offset.is_on_offset(moved[0])])
    whole = None
    if not wrong[0]:
        whole = pd.date_range(
            moved[0], periods=int(positions[-1]) + 1, freq=offset, unit=index.unit
        )
        wrong = np.asarray(whole[positions] != moved)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise TableError(
            f"rows: expected times that follow {frequency.alias} "
            f"({frequency.words()}), received {show_time(index[i])} at "
            f"{rows.where(i)}{rows.of}"
        )
    return whole


def refuse_gap(index, positions, missing, frequency, rows):
    """Raise a TableError that names the first gap."""
    i = int(np.argmax(np.diff(positions) > 1))
    raise TableError(
        f"rows: expected one per step ({frequency.words()}), received none between "
        f"{show_time(index[i])} at {rows.where(i)} and {show_time(index[i + 1])} at "
        f"{rows.where(i + 1)}{rows.of}; missing: {count(missing, 'row')} in all; "
        f"{_ADVICE}"
    )


def refuse_missing(values, names, index, rows):
    """Raise a TableError that names the first missing value, if there is one."""
    bad = ~np.isfinite(values)
    if not bad.any():
        return
    i, column = (int(k) for k in np.argwhere(bad)[0])
    what = "none" if np.isnan(values[i, column]) else str(values[i, column])
    when = "" if index is None else f" ({show_time(index[i])})"
    raise TableError(
        f"values: expected a finite number in every row, received {what} at "
        f"{rows.where(i)}{when} in column {show(names[column])}{rows.of}; missing: "
        f"{count(int(bad.sum()), 'value')} in all; {_ADVICE}"
    )


def spread(values, positions):
    """Return the values with rows of NaN where a step has no row."""
    if len(values) == positions[-1] + 1:
        return values
    whole = np.full((int(positions[-1]) + 1, values.shape[1]), np.nan)
    whole[positions] = values
    return whole


def fill_missing(values, names, fill, of=""):
    """Fill missing values; cut rows off that have nothing before or after them.

    Args:
        values: `(rows, columns)`, changed in place; infinity counts as missing.
        names: of the columns.
        fill: "linear" draws straight lines in time, "forward" repeats the last value.
        of: which group this is, for messages.

    Returns:
        `(slice, filled)`: the rows that stay, and how many values in them were filled.

    Raises:
        TableError: a column would cost more than half of the rows.
    """
    known = np.isfinite(values)
    first = np.argmax(known, axis=0)
    after = len(values) - np.argmax(known[::-1], axis=0)
    for column in np.flatnonzero(~known.any(axis=0)):
        raise TableError(
            f"values: expected numbers in column {show(names[column])}{of}, received "
            "missing ones in every row"
        )
    begin, end = int(first.max()), int(after.min())
    if end - begin < len(values) / 2:
        cost = first + len(values) - after
        column = int(np.argmax(cost))
        raise TableError(
            f"values: expected most rows to lie between known values, but column "
            f"{show(names[column])}{of} has none in {count(int(cost[column]), 'row')} "
            "at the beginning or the end, which can't be filled; leave it out "
            "(features=…, --features)"
        )
    kept = slice(begin, end)
    filled = 0
    for column in range(values.shape[1]):
        good = known[:, column]
        filled += int((~good[kept]).sum())
        if not good[kept].all():
            _fill_column(values[:, column], good, fill)
    return kept, filled


def fill_notes(rows, kept, missing, filled, columns, fill, of):
    """Yield sentences on what `fill_missing` did to `rows` rows."""
    begin, end = kept.start, rows - kept.stop
    if begin or end:
        yield (
            f"Dropped {count(begin, 'row')} at the beginning and {end:,} at the end: "
            f"values are missing there{of}."
        )
    if filled:
        values = count(filled - missing * columns, "missing value")
        yield f"Filled {count(missing, 'missing row')} and {values} ({fill}){of}."


def _fill_column(column, good, fill):
    at = np.arange(len(column))
    before = np.maximum.accumulate(np.where(good, at, -1))
    after = np.minimum.accumulate(np.where(good, at, len(column))[::-1])[::-1]
    holes = np.flatnonzero(~good & (before >= 0) & (after < len(column)))
    left, right = before[holes], after[holes]
    if fill == "forward":
        column[holes] = column[left]
        return
    # Two products, since the difference of two huge numbers may be infinite.
    share = (holes - left) / (right - left)
    column[holes] = column[left] * (1 - share) + column[right] * share


def show_time(time):
    """Return a time as short as it can be."""
    text = pd.Timestamp(time).isoformat(sep=" ")
    return text.removesuffix(" 00:00:00")
