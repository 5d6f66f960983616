"""What the calendar and a series itself say about its seasons.

Imports NumPy and pandas only.
"""

import numpy as np
import pandas as pd

# Steps per season that a frequency suggests, by the start of its pandas alias.
_CANDIDATES = {
    "Y": (),
    "Q": (4,),
    "M": (12,),
    "W": (52,),
    "B": (5,),
    "D": (7, 365),
    "h": (24, 168),
    "min": (60, 1440),
    "s": (60, 3600),
}
# Calendar position -> its number of values, for frequencies that move through it.
_POSITIONS = {
    "Y": (),
    "Q": ("quarter",),
    "M": ("month",),
    "W": ("day_of_year",),
    "B": ("day_of_week", "day_of_year"),
    "D": ("day_of_week", "day_of_year"),
    "h": ("hour", "day_of_week", "day_of_year"),
    "min": ("minute", "hour", "day_of_week"),
    "s": ("second", "minute", "hour"),
}
_VALUES = {
    "quarter": 4,
    "month": 12,
    "day_of_year": 365.25,
    "day_of_week": 7,
    "hour": 24,
    "minute": 60,
    "second": 60,
}


def detect_season(series, frequency=None):
    """Return the steps per season that a series shows, or None.

    Of the seasons that the frequency suggests (12 for months, 7 and 365 for days, ...)
    the one with the highest autocorrelation, if that is clear: above 0.3 after a
    straight line is taken away, and higher than half a season before and after.

    Args:
        series: values `(rows,)`, of the training rows alone.
        frequency: pandas alias such as "MS" or "D"; None, or one not known, tries
            every lag that the rows allow.

    Example:
        >>> import numpy as np
        >>> detect_season(np.sin(np.arange(200) * 2 * np.pi / 12), "MS")
        12
    """
    series = np.asarray(series, "float64")
    rows = len(series)
    if rows < 8 or not np.ptp(series):
        return None
    kind = _kind(frequency)
    lags = range(2, 400) if kind is None else _CANDIDATES[kind]
    lags = [lag for lag in lags if rows >= 2 * lag + 2]
    trend = np.polyval(np.polyfit(np.arange(rows), series, 1), np.arange(rows))
    correlation = _autocorrelation(series - trend)
    clear = [lag for lag in lags if _is_clear(correlation, lag)]
    return max(clear, key=lambda lag: correlation[lag], default=None)


def calendar_features(times, frequency):
    """Positions in day, week and year as points on a circle, known for any future.

    Args:
        times: DatetimeIndex.
        frequency: pandas alias; decides which positions move at all.

    Returns:
        DataFrame indexed by `times`, two columns (sine and cosine) per position.
    """
    columns = {}
    for position in _POSITIONS.get(_kind(frequency), ()):
        angle = 2 * np.pi * getattr(times, position) / _VALUES[position]
        columns[f"{position} sin"] = np.sin(angle)
        columns[f"{position} cos"] = np.cos(angle)
    return pd.DataFrame(columns, index=times, dtype="float64")


def _kind(frequency):
    """The key of the tables above for an alias: "2h" -> None, "MS" -> "M"."""
    if frequency is None or frequency[0].isdigit():
        return None
    name = frequency.split("-")[0]
    name = name.removesuffix("S") if name.startswith(("M", "Q", "Y", "BM")) else name
    return {"ME": "M", "QE": "Q", "YE": "Y"}.get(
        name, name if name in _POSITIONS else None
    )


def _autocorrelation(values):
    values = values - values.mean()
    size = 2 * len(values)
    spectrum = np.fft.rfft(values, size)
    products = np.fft.irfft(spectrum * np.conj(spectrum), size)[: len(values)]
    # Over the pairs that a lag leaves, so that long lags are not made small.
    pairs = np.arange(len(values), 0, -1)
    return products / pairs / (products[0] / len(values) or 1.0)


def _is_clear(correlation, lag):
    before, after = correlation[lag - lag // 2], correlation[lag + lag // 2]
    return correlation[lag] > max(0.3, before, after)
