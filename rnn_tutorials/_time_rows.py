"""Rows with their times: the times that follow, and rows as JSON and back.

Imports pandas only.
"""

import pandas as pd


def following(index, steps, frequency):
    """Return the `steps` times, or row numbers, after the last of `index`."""
    if frequency is None:
        return pd.RangeIndex(index[-1] + 1, index[-1] + 1 + steps, name=index.name)
    times = pd.date_range(index[-1], periods=steps + 1, freq=frequency)[1:]
    return times.rename(index.name)


def joined(before, rows):
    """Return `rows` behind those of `before`, if they follow them without a gap."""
    if before is None or not len(rows):
        return rows
    before = before[before.index < rows.index[0]]
    step = getattr(rows.index, "freq", None) or 1
    if not len(before) or before.index[-1] + step != rows.index[0]:
        return rows
    return pd.concat([before, rows])


def to_json(frame):
    """Return a frame of numbers as a dict that JSON can hold."""
    timed = isinstance(frame.index, pd.DatetimeIndex)
    return {
        "name": frame.index.name,
        "index": [each.isoformat() if timed else int(each) for each in frame.index],
        "columns": list(frame),
        "values": frame.to_numpy().tolist(),
    }


def from_json(kept, frequency):
    """Undo `to_json`; `frequency` is None where rows are counted."""
    index = pd.Index(kept["index"], name=kept["name"])
    if frequency is not None:
        index = pd.DatetimeIndex(index)
    return pd.DataFrame(kept["values"], index, kept["columns"])
