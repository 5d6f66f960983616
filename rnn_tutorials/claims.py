"""State a measured result as a claim that fails when it stops being true.

Imports NumPy only. A claim prints a constant line, without the measured value, so that
a checked notebook gives the same output on every machine; the value goes to the file
that the environment variable `RNN_TUTORIALS_CLAIMS` names.
"""

import json
import os

import numpy as np


def claim(name, value, *, at_least=None, at_most=None, near=None, rel=None, abs=None):
    """Check a result against its bounds, print a constant line, record the value.

    Args:
        name: what is claimed, in words.
        value: the measured number; several numbers (one per random seed, say) must
            all keep the bounds; a boolean stands alone and must be True.
        at_least: lower bound, included.
        at_most: upper bound, included.
        near: expected value, with a tolerance `rel` (relative) or `abs` (absolute).
        rel: largest `|value - near| / |near|`.
        abs: largest `|value - near|`.

    Raises:
        AssertionError: the claim does not hold; the text says by how much.
        ValueError: no bound, a bound that is not usable, or no value.

    Example:
        >>> claim("skill over three seeds", [0.21, 0.25, 0.19], at_least=0.1)
        claim holds: skill over three seeds (at least 0.1, each of 3)
    """
    values = np.atleast_1d(np.asarray(value))
    lowest, highest, bounds = _limits(values, at_least, at_most, near, rel, abs)
    # Written so that NaN fails every claim.
    holds = bool(np.all((values >= lowest) & (values <= highest)))
    _record(name, values, bounds, holds)
    if not holds:
        raise AssertionError(
            f"claim fails: {name}: expected {bounds}, "
            f"measured {', '.join(f'{v:.6g}' for v in values.ravel().astype(float))}"
        )
    each = f", each of {values.size}" if values.size > 1 else ""
    print(f"claim holds: {name} ({bounds}{each})")


def error_message(call, *arguments):
    """Return the text of the ValueError that a call ends in.

    For cells that show how something goes wrong: they fail when it no longer does.

    Args:
        call: what must raise a ValueError.
        *arguments: given to it.

    Raises:
        AssertionError: no error.

    Example:
        >>> error_message(int, "a")
        "invalid literal for int() with base 10: 'a'"
    """
    try:
        result = call(*arguments)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"expected a ValueError, received {result!r}")


def _limits(values, at_least, at_most, near, rel, abs):
    """Return the lowest and highest value allowed, and the bounds in words."""
    if values.size == 0 or values.dtype.kind not in "biuf":
        raise ValueError(f"value: expected numbers, received {values!r}")
    if values.dtype.kind == "b":
        if any(bound is not None for bound in (at_least, at_most, near, rel, abs)):
            raise ValueError("a boolean value takes no bounds")
        return True, True, "true"
    if near is not None:
        if (rel is None) == (abs is None) or (at_least, at_most) != (None, None):
            raise ValueError("near: expected exactly one of rel and abs beside it")
        tolerance = abs if rel is None else rel * np.abs(near)
        words = f"within {abs:g}" if rel is None else f"within {100 * rel:g} %"
        return near - tolerance, near + tolerance, f"{words} of {near:g}"
    if (rel, abs) != (None, None):
        raise ValueError("rel and abs: expected near= beside them")
    if at_least is None and at_most is None:
        raise ValueError("expected a bound: at_least, at_most or near")
    words = [f"at least {at_least:g}"] if at_least is not None else []
    words += [f"at most {at_most:g}"] if at_most is not None else []
    lowest = -np.inf if at_least is None else at_least
    highest = np.inf if at_most is None else at_most
    return lowest, highest, " and ".join(words)


def _record(name, values, bounds, holds):
    path = os.environ.get("RNN_TUTORIALS_CLAIMS")
    if not path:
        return
    record = {
        "name": name,
        "values": values.ravel().tolist(),
        "bounds": bounds,
        "holds": holds,
    }
    # One line per claim, appended in one write: lessons may run side by side.
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
