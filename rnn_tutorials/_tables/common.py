"""What the parts share: the error, the columns as read, and which one is which."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

# Texts that mean "no value", compared in lower case.
MISSING = frozenset("|na|n/a|nan|null|none|nil|<na>|nat|#n/a|#na|-|--|?|.".split("|"))
_SHOWN = 12  # column names in a message


class TableError(ValueError):
    """A table that cannot be used; the message says why, in one line."""

    def __init__(self, message):
        super().__init__(" ".join(str(message).split()))


@dataclass(frozen=True)
class Roles:
    """Which column is what, by name."""

    target: str
    time: str | None = None
    group: str | None = None
    features: list | None = None


@dataclass
class Columns:
    """A table as read: numbers, times and groups, not yet checked against each other.

    `place` is what a row is called in messages, "line" or "row"; `lines` their numbers.
    `not_numbers` has the first place and value that make a column no column of numbers.
    `groups` holds a code for every row and the names of the codes.
    """

    place: str
    lines: np.ndarray
    numbers: dict
    not_numbers: dict
    time: str | None = None
    times: Sequence | pd.DatetimeIndex | None = None
    groups: tuple | None = None
    notes: list = field(default_factory=list)


def resolve(names, target, time, group, features):
    """Check the names that the user gave against those there are; return `Roles`."""
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise TableError(
            f"columns: expected each name once, received {doubled!r} twice"
        )
    chosen = {"target": target, "time": time, "group": group}
    for argument, name in chosen.items():
        if name is None and argument != "target":
            continue
        _known(argument, name, names)
    if features is not None:
        features = feature_names(features)
        for name in features:
            _known("features", name, names)
    given = [target, time, group, *(features or [])]
    for name in given:
        if name is not None and given.count(name) > 1:
            raise TableError(
                "target, time, group, features: expected different columns, "
                f"received {show(name)} more than once"
            )
    return Roles(target, time, group, features)


def feature_names(features):
    """Return the argument `features` as a list of names."""
    if isinstance(features, str):
        return [features]
    if not isinstance(features, list | tuple | set | frozenset):
        raise TableError(
            f"features: expected a list of columns, received {show(features)}"
        )
    return list(features)


def _known(argument, name, names):
    if name in names:
        return
    folded = {known.casefold(): known for known in names}
    near = difflib.get_close_matches(str(name).casefold(), folded, 1)
    hint = f"; did you mean {show(folded[near[0]])}?" if near else ""
    if not hint and any(known[:1].isdigit() for known in names):
        hint = "; does the first line hold the names of the columns?"
    raise TableError(
        f"{argument}: expected one of the columns {show_names(names)}, "
        f"received {show(name)}{hint}"
    )


def show(value):
    """Return a value as it may stand in a message: short, and in one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def show_names(names):
    """Return the first names of a list, as they may stand in a message."""
    names = list(names)
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(show(name) for name in names[:_SHOWN]) + more


def count(number, one, several=None):
    """Return "1 row" or "3 rows"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def check_choice(argument, value, choices):
    """Raise unless `value` is None or one of the choices."""
    if value is not None and value not in choices:
        expected = " or ".join(repr(choice) for choice in choices)
        raise TableError(f"{argument}: expected {expected}, received {show(value)}")
