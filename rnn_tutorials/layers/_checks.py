"""Checks that the layers share: each raises a ValueError that names the argument.

Without them a wrong mask or state fails deep inside the loop of the backend, in words
that differ by backend, or not at all. Imports keras only.
"""

import math

import keras


def check_choice(name, value, choices):
    """Return `value` if it is one of `choices`."""
    if value not in choices:
        expected = " or ".join(map(repr, choices))
        raise ValueError(f"{name}: expected {expected}, received {value!r}")
    return value


def check_number(name, value, *, at_least=-math.inf, below=math.inf):
    """Return `value` as a finite float in `[at_least, below)`."""
    number = _number(value)
    if number is None or not at_least <= number < below:
        bounds = f" in [{at_least:g}, {below:g})" if at_least > -math.inf else ""
        raise ValueError(
            f"{name}: expected a finite number{bounds}, received {value!r}"
        )
    return number


def check_above_0(name, value):
    """Return `value` as a finite float above 0."""
    number = check_number(name, value)
    if number <= 0:
        raise ValueError(f"{name}: expected above 0, received {value!r}")
    return number


def check_bias(name, value, units, of="units"):
    """Return `value` as a float, or as a list with one float per unit (or feature)."""
    number = _number(value)
    if number is not None:
        return number
    try:
        numbers = [_number(each) for each in value]
    except TypeError:
        numbers = []
    if len(numbers) != units or None in numbers:
        raise ValueError(
            f"{name}: expected a finite number, or one for each of the {units} {of}, "
            f"received {value!r}"
        )
    return numbers


def check_initial_state(initial_state, sizes, batch):
    """Every state must be `(batch, size)`; None where that is not known yet."""
    states = keras.tree.flatten(initial_state)
    expected = [(batch, size) for size in sizes]
    received = [tuple(state.shape) for state in states]
    if len(states) != len(sizes) or not all(map(fits, received, expected)):
        raise ValueError(
            f"initial_state: expected {_listed(expected)}, one tensor (batch, size) "
            f"per state, received {_listed(received)}"
        )


def check_mask(mask, steps):
    """A mask must be `(batch, timesteps)`, as the inputs are."""
    if not fits(tuple(mask.shape), tuple(steps)):
        raise ValueError(
            f"mask: expected shape (batch, timesteps) = {tuple(steps)}, "
            f"received {tuple(mask.shape)}"
        )


def _number(value):
    if isinstance(value, (bool, str)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def fits(received, expected):
    """Whether two shapes agree; None agrees with any size."""
    return len(received) == len(expected) and all(
        None in pair or pair[0] == pair[1]
        for pair in zip(received, expected, strict=True)
    )


def _listed(shapes):
    return ", ".join(map(str, shapes)) or "nothing"
