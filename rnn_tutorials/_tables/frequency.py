"""The regular steps that times follow, as a pandas offset alias.

The most frequent step is taken, so that a few missing rows don't hide it. Months are
counted as months, business days as business days; any other step has a fixed length.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_UNITS = [("D", 86400), ("h", 3600), ("min", 60), ("s", 1)]
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_WORDS = {
    "D": "daily",
    "h": "hourly",
    "min": "every minute",
    "B": "every business day",
    "W": "weekly",
    "MS": "monthly",
    "ME": "monthly, at the end",
    "QS": "quarterly",
    "QE": "quarterly, at the end",
    "YS": "yearly",
    "YE": "yearly, at the end",
}


_MONTHS_OF = {"M": 1, "Q": 3, "Y": 12}
_ALIAS = re.compile(
    r"([1-9]\d{0,8})?(B|M[SE]|[QY][SE]-[A-Z]{3}|W-[A-Z]{3}|D|h|min|s|ms|us|ns)"
)


@dataclass(frozen=True)
class Frequency:
    """A regular step: its pandas alias, how it is counted, and how many at a time."""

    alias: str
    kind: str  # "months", "business" or "fixed"
    step: int  # months, days, or units of the index
    unit: str

    def words(self):
        """Return the step in words, or the alias where there are none."""
        return _WORDS.get(self.alias.split("-")[0], f"every {self.alias}")

    def positions(self, index):
        """Count the steps from the first time to each; where they are no whole number.

        Returns:
            int64 positions, and a bool array of the times that fall between two steps.
        """
        count = _count(index, self.kind)
        steps, rest = np.divmod(count - count[0], self.step)
        odd = rest != 0
        odd[1:] |= np.diff(steps) == 0
        return steps, odd

    def start_of_month(self, index):
        """Move times that are all on another day of the month to its first."""
        if self.kind != "months" or self.alias.endswith("ME") or "E-" in self.alias:
            return index
        if not (index.day == index[0].day).all():
            return index
        return index - pd.to_timedelta(index.day - 1, unit="D").as_unit(index.unit)


def from_alias(alias, unit):
    """Return the `Frequency` of an alias as `infer` writes it; None for any other."""
    match = _ALIAS.fullmatch(str(alias))
    if not match:
        return None
    number, name = int(match[1] or 1), match[2]
    if name == "B":
        return Frequency(alias, "business", number, unit)
    if name[0] in _MONTHS_OF:
        return Frequency(alias, "months", number * _MONTHS_OF[name[0]], unit)
    seconds = 7 * 86400 if name.startswith("W-") else dict(_UNITS).get(name)
    if seconds is not None:
        return Frequency(alias, "fixed", number * seconds * _PER_SECOND[unit], unit)
    step = number * _PER_SECOND[unit] // _PER_SECOND[name]
    return Frequency(alias, "fixed", step, unit) if step else None


def infer(parts):
    """Return the `Frequency` of times, or None where no two of them differ.

    Args:
        parts: one strictly increasing DatetimeIndex per group.
    """
    index = parts[0].append(parts[1:]) if len(parts) > 1 else parts[0]
    if not any(len(part) > 1 for part in parts):
        return None
    unit = index.unit
    midnight = bool((index == index.normalize()).all())
    if midnight and _same_place_in_month(index):
        steps = _differences(parts, "months")
        if steps.min() > 0:
            step = _most_frequent(steps)
            return Frequency(_month_alias(index, step), "months", step, unit)
    if midnight and bool((index.day_of_week < 5).all()):
        days = _differences(parts, "fixed") // _day(unit)
        business = _differences(parts, "business")
        if _most_frequent(business) == 1 and (days > business).any():
            return Frequency("B", "business", 1, unit)
    step = _most_frequent(_differences(parts, "fixed"))
    return Frequency(_fixed_alias(index, step), "fixed", step, unit)


def is_regular(index):
    """Tell whether times, sorted and each taken once, have no gaps and no odd ones."""
    # In the order of the file where there is one: shuffled days can look regular.
    if not index.is_monotonic_increasing and not index.is_monotonic_decreasing:
        if index.is_unique:
            return False
    index = index.unique().sort_values()
    frequency = infer([index])
    if frequency is None:
        return False
    positions, odd = frequency.positions(index)
    return not odd.any() and bool((np.diff(positions) == 1).all())


def _same_place_in_month(index):
    return bool((index.day == index[0].day).all() or index.is_month_end.all())


def _count(index, kind):
    if kind == "months":
        return np.asarray(index.year * 12 + index.month - 1, dtype="int64")
    if kind == "business":
        days = index.values.astype("datetime64[D]")
        return np.busday_count(days[0], days).astype("int64")
    return np.asarray(index.asi8)


def _differences(parts, kind):
    return np.concatenate([np.diff(_count(part, kind)) for part in parts])


def _most_frequent(steps):
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])  # the smallest of several


def _day(unit):
    return 86400 * _PER_SECOND[unit]


def _month_alias(index, step):
    # 28 February alone is a month end too; the first of a month never is one.
    end = bool(index.is_month_end.all())
    letter = "E" if end else "S"
    phase = index.month[0] - 1
    if step == 12 and bool((index.month == index[0].month).all()):
        return f"Y{letter}-{_MONTHS[phase]}"
    if step == 3 and bool(((index.month - 1) % 3 == phase % 3).all()):
        # Quarters are named by January, February, March, or by their last months.
        return f"Q{letter}-{_MONTHS[phase % 3 + (9 if end else 0)]}"
    return f"{step if step > 1 else ''}M{letter}"


def _fixed_alias(index, step):
    per_second = _PER_SECOND[index.unit]
    if (
        step == 7 * _day(index.unit)
        and (index.day_of_week == index[0].day_of_week).all()
    ):
        return f"W-{_DAYS[index[0].day_of_week]}"
    for name, seconds in _UNITS:
        if step % (seconds * per_second) == 0:
            number = step // (seconds * per_second)
            return f"{number if number > 1 else ''}{name}"
    for name in ("ms", "us", "ns"):
        if step * _PER_SECOND[name] % per_second == 0:
            return f"{step * _PER_SECOND[name] // per_second}{name}"
    raise AssertionError(index.unit)
