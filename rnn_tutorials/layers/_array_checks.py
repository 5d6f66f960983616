"""Checks of arrays that a user hands to a layer, before they become weights.

Each raises a ValueError that names the argument. Imports NumPy only.
"""

import numpy as np


def check_matrix(name, values, shape):
    """Return `values` as finite float64 numbers; None in `shape` fits any size."""
    try:
        found = np.asarray(values, "float64")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: expected an array of numbers, received {values!r}"
        ) from error
    sizes = zip(found.shape, shape, strict=False)
    fits = found.ndim == 2 and all(want in (None, size) for size, want in sizes)
    if not fits or not found.size or not np.isfinite(found).all():
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        kind = "not all finite, " if fits and found.size else ""
        raise ValueError(
            f"{name}: expected finite numbers of shape ({wanted}), "
            f"received {kind}shape {found.shape}"
        )
    return found


def check_bipolar(name, values, units=None):
    """Return `values` `(patterns, units)` of -1 and 1 as float64."""
    found = check_matrix(name, values, (None, units))
    if not (np.abs(found) == 1).all():
        wrong = ", ".join(f"{value:g}" for value in np.unique(found)[:5])
        raise ValueError(f"{name}: expected -1 and 1 only, received values {wrong}")
    return found
