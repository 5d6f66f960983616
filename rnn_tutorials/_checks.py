"""The check that every part of the package makes. Imports nothing of ours."""

import operator


def check_count(name, value, at_least=1):
    """Return `value` as an int, or raise a ValueError that names the argument."""
    try:
        count = operator.index(value)
    except TypeError:
        count = None
    if count is None or isinstance(value, bool) or count < at_least:
        raise ValueError(
            f"{name}: expected a whole number of at least {at_least}, "
            f"received {value!r}"
        )
    return count
