"""A table of anybody's numbers -> regular time series, or one line on why not.

What a file leaves unsaid (separator, decimal mark, encoding, time format, frequency) is
inferred and told in `notes`, and so is everything that is dropped. Nothing is guessed
where it would change the numbers: rows out of order, gaps and missing values are
refused until the caller says what to do, duplicates always.

Imports NumPy and pandas only.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from rnn_tutorials._tables import frequency as frequencies
from rnn_tutorials._tables import gaps, numbers, times
from rnn_tutorials._tables.common import (
    Roles,
    TableError,
    check_choice,
    count,
    feature_names,
    show,
)
from rnn_tutorials._tables.frame import frame_columns
from rnn_tutorials._tables.text import read_columns

__all__ = ["SeriesTable", "TableError", "check_frame", "read_table"]


class SeriesTable(NamedTuple):
    """One or more regular series, and what was inferred and dropped on the way.

    `series` maps each group to a DataFrame of float64 columns, the target first, all
    finite; without groups the only key is "". The index is a DatetimeIndex whose `freq`
    is set, or a RangeIndex where there is no time. `frequency` is the pandas offset
    alias, None without time; `notes` are sentences for the user.
    """

    series: dict
    target: str
    group: str | None
    frequency: str | None
    notes: list


def read_table(
    path,
    *,
    target,
    time=None,
    group=None,
    features=None,
    separator=None,
    decimal=None,
    time_format=None,
    sort=False,
    fill=None,
    frequency=None,
    newer=False,
):
    """Read series from a file of separated values, and check them.

    The first line names the columns. Without a word from the caller the separator is
    one of `,` `;` tab `|`; numbers have a decimal point or comma, no thousands
    separators; the file is UTF-8, UTF-16 with a byte order mark or, failing that,
    Latin-1; times are ISO dates with or without a clock time, day/month/year or
    month/day/year in numbers or with English months, months, quarters, ISO weeks or
    years. Empty fields, NA, NaN, null, -, ? and infinity are missing values.

    Args:
        path: of the file, which is only read.
        target: name of the column to forecast.
        time: name of the time column. None: the first column that holds times, if any.
        group: name of the column that tells several series apart.
        features: names of further columns to keep. None: all that hold numbers.
        separator: one character, or "tab". None infers it.
        decimal: "." or ",". None infers it.
        time_format: as for `strptime`, such as "%d.%m.%Y". None infers it.
        sort: whether to put rows in the order of time that are not.
        fill: "linear" or "forward" fills missing rows and values; None refuses them.
            What is missing at the beginning or the end can't be filled: such rows are
            dropped, with a note.
        frequency: pandas offset alias that the rows must follow, as another
            `SeriesTable` has it. None infers it.
        newer: whether the rows continue a table that is known. Then one row is enough
            (with a `frequency`, if there are times), and no column of numbers is
            dropped for being constant.

    Returns:
        A `SeriesTable`.

    Raises:
        TableError: the table can't be used; one line names the line (the first one of
            the file is 1) and the value.

    Example:
        >>> from rnn_tutorials.datasets.series import bundled_dir
        >>> path = bundled_dir() / "airline-passengers.csv"
        >>> table = read_table(path, target="Passengers")
        >>> table.series[""].shape, table.frequency
        ((144, 1), 'MS')
        >>> print(table.notes[2])
        Time: column 'Month'.
    """
    check_choice("fill", fill, gaps.FILLS)
    columns = read_columns(
        path,
        target=target,
        time=time,
        group=group,
        features=features,
        separator=separator,
        decimal=decimal,
    )
    features = None if features is None else feature_names(features)
    roles = Roles(target, time, group, features)
    options = _Options(time_format, sort, fill, frequency, newer)
    return _assemble(columns, roles, options)


def check_frame(
    frame,
    *,
    target,
    time=None,
    group=None,
    features=None,
    sort=False,
    fill=None,
    frequency=None,
    newer=False,
):
    """Check the series in a DataFrame by the rules of `read_table`.

    Args:
        frame: the table, which is not changed. An index of times is the time column,
            unless `time` names another.
        target: name of the column to forecast.
        time: name of the time column. None: the index, if it holds times, or else the
            first column that does, if any.
        group: name of the column that tells several series apart.
        features: names of further columns to keep. None: all that hold numbers.
        sort: whether to put rows in the order of time that are not.
        fill: "linear", "forward" or None, as in `read_table`.
        frequency, newer: as in `read_table`.

    Returns:
        A `SeriesTable`.

    Raises:
        TableError: the table can't be used; one line names the row, counted from 0.

    Example:
        >>> frame = pd.DataFrame({"year": [1999, 2000, 2002], "eggs": [3, 4, 8]})
        >>> check_frame(frame, target="eggs", fill="linear").series[""].eggs.tolist()
        [3.0, 4.0, 6.0, 8.0]
    """
    check_choice("fill", fill, gaps.FILLS)
    columns, roles = frame_columns(
        frame, target=target, time=time, group=group, features=features
    )
    return _assemble(columns, roles, _Options(None, sort, fill, frequency, newer))


class _Options(NamedTuple):
    """What the caller wants; the arguments of `read_table`."""

    time_format: str | None
    sort: bool
    fill: str | None
    frequency: str | None
    newer: bool


class _Rows:
    """Where the rows of one series are in the table, for messages."""

    def __init__(self, columns, chosen=None, group=None):
        self.columns = columns
        self.chosen = chosen
        self.of = "" if group is None else f", group {show(group)}"

    def where(self, i):
        row = i if self.chosen is None else self.chosen[i]
        return f"{self.columns.place} {self.columns.lines[row]}"


def _assemble(columns, roles, options):
    """Check columns against each other, and make a `SeriesTable` of them."""
    notes = columns.notes
    kept, dropped = _choose(columns, roles, options.newer)
    index = _times(columns, roles, options.time_format)
    notes += dropped
    values = np.empty((len(columns.lines), len(kept)))
    for i, name in enumerate(kept):
        values[:, i] = columns.numbers.pop(name)
    parts = []
    for group, chosen in _split(columns, roles):
        rows = _Rows(columns, chosen, group if roles.group is not None else None)
        if len(chosen) < 2 and not options.newer:
            raise TableError(
                f"rows: expected at least 2, received one at {rows.where(0)}{rows.of}"
            )
        times_ = None
        if index is not None:
            rows.chosen = _in_order(index, rows, options.sort, notes)
            times_ = index[rows.chosen]
        parts.append((group, rows, times_))
    step = _frequency([times_ for _, _, times_ in parts], options.frequency, notes)
    series = {
        group: _series(values, kept, rows, times_, step, options.fill, notes)
        for group, rows, times_ in parts
    }
    for frame in series.values():
        frame.index.name = columns.time
    alias = None if step is None else step.alias
    return SeriesTable(series, kept[0], roles.group, alias, notes)


def _frequency(parts, wanted, notes):
    """Return what the times follow, or None where there are none."""
    if parts[0] is None:
        if wanted is not None:
            raise TableError(
                f"frequency: expected a time column with {show(wanted)}, received none"
            )
        return None
    if wanted is not None:
        step = frequencies.from_alias(wanted, parts[0].unit)
        if step is None:
            raise TableError(
                f"frequency: expected an alias such as 'MS', 'D', 'h' or '15min', "
                f"received {show(wanted)}"
            )
        return step
    step = frequencies.infer(parts)
    if step is None:
        raise TableError(
            "rows: expected at least 2 to find their frequency, received one"
        )
    notes.append(f"Frequency: {step.words()} ({step.alias}).")
    first = parts[0][:1]
    if step.start_of_month(first)[0] != first[0]:
        notes.append(
            f"Times: on day {first[0].day} of the month, written as its first."
        )
    return step


def _choose(columns, roles, newer):
    """Return the names of the columns to keep, target first, and notes on the rest."""
    for name, (line, value) in columns.not_numbers.items():
        if name == roles.target or name in (roles.features or ()):
            argument = "target" if name == roles.target else "features"
            raise TableError(
                f"{argument}: expected numbers in column {show(name)}, received "
                f"{show(value)} at {columns.place} {line}"
                f"{numbers.thousands_hint(value)}"
            )
    dropped = [
        f"Dropped column {show(name)}: no number at {columns.place} {line} "
        f"({show(value)}{numbers.thousands_hint(value)})."
        for name, (line, value) in columns.not_numbers.items()
    ]
    kept = [roles.target]
    for name, numbers_ in columns.numbers.items():
        known = numbers_[np.isfinite(numbers_)]
        constant = known.size and known.min() == known.max()
        if name == roles.target:
            if not known.size:
                raise TableError(
                    f"target: expected numbers in column {show(name)}, received only "
                    f"missing values in {count(len(numbers_), 'row')}"
                )
            if constant:
                dropped.append(f"Target {show(name)} is always {known[0]:g}.")
        elif newer:
            kept.append(name)
        elif not known.size:
            dropped.append(f"Dropped column {show(name)}: it has no values.")
        elif constant:
            dropped.append(f"Dropped column {show(name)}: it is always {known[0]:g}.")
        elif name.startswith("column ") and _counts_rows(numbers_):
            dropped.append(f"Dropped {name}: it has no name and counts the rows.")
        else:
            kept.append(name)
    return kept, dropped


def _counts_rows(numbers_):
    return len(numbers_) > 1 and bool((np.diff(numbers_) == 1).all())


def _times(columns, roles, time_format):
    if columns.time is None:
        if time_format is not None:
            raise TableError(
                f"time: expected the name of the time column with time_format "
                f"{show(time_format)}, received None"
            )
        columns.notes.append("Time: no column holds times; rows are taken in order.")
        return None
    name = show(columns.time)
    if roles.time is None:
        columns.notes.append(f"Time: column {name}.")
    if isinstance(columns.times, pd.DatetimeIndex):
        return columns.times
    try:
        index, found = times.parse(
            columns.times, time_format, where=_Rows(columns).where
        )
    except TableError as error:
        prefix = (
            "" if str(error).startswith("time_format: ") else f"time: column {name}: "
        )
        raise TableError(f"{prefix}{error}") from error
    columns.times = None
    columns.notes.extend(found)
    return index


def _split(columns, roles):
    """Yield each group's name and the numbers of its rows, in the table's order."""
    if roles.group is None:
        yield "", np.arange(len(columns.lines))
        return
    codes, names = columns.groups
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))
    yield from zip(names, np.split(order, ends[:-1]), strict=True)


def _in_order(index, rows, sort, notes):
    """Return the numbers of the rows in the order of time; refuse duplicates."""
    chosen = rows.chosen
    stamps = index.asi8[chosen]
    backwards = np.diff(stamps) < 0
    if backwards.any():
        i = int(np.argmax(backwards)) + 1
        earlier = (
            f"{gaps.show_time(index[chosen[i]])} at {rows.where(i)} after "
            f"{gaps.show_time(index[chosen[i - 1]])}{rows.of}"
        )
        if not sort:
            raise TableError(
                f"rows: expected the order of time, received {earlier}; "
                "sort=True (--sort) sorts them"
            )
        order = np.argsort(stamps, kind="stable")
        notes.append(f"Sorted the rows by time; the first out of order: {earlier}.")
        chosen, stamps = chosen[order], stamps[order]
    same = np.diff(stamps) == 0
    if same.any():
        i = int(np.argmax(same))
        twice = _Rows(rows.columns, chosen)
        raise TableError(
            f"rows: expected each time once, received "
            f"{gaps.show_time(index[chosen[i]])} at {twice.where(i)} and again at "
            f"{twice.where(i + 1)}{rows.of}"
        )
    return chosen


def _series(values, names, rows, index, step, fill, notes):
    """Return one series as a regular DataFrame."""
    values = values[rows.chosen]
    missing = 0
    whole = pd.RangeIndex(len(values))
    if index is not None:
        positions, missing = gaps.check_rows(index, step, rows)
        whole = gaps.regular_index(index, positions, step, rows)
        if missing and fill is None:
            gaps.refuse_gap(index, positions, missing, step, rows)
    if fill is None:
        gaps.refuse_missing(values, names, index, rows)
        return pd.DataFrame(values, index=whole, columns=names)
    if missing:
        values = gaps.spread(values, positions)
    kept, filled = gaps.fill_missing(values, names, fill, rows.of)
    done = (len(values), kept, missing, filled, len(names), fill, rows.of)
    notes.extend(gaps.fill_notes(*done))
    whole = whole[kept] if index is not None else pd.RangeIndex(kept.stop - kept.start)
    return pd.DataFrame(values[kept], index=whole, columns=names)
