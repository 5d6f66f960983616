"""Which public data sets can be had here: asked by test runs before a lesson starts."""

from rnn_tutorials.datasets import _imdb_source, images
from rnn_tutorials.datasets._registry import DatasetUnavailable

_FINDERS = {"imdb": _imdb_source.find_source, "mnist": images.find_mnist}


def missing_reason(name: str) -> str | None:
    """Tell in one line why a public data set can't be had here, or None if it can.

    Downloads the data set if it is missing. A damaged copy is no reason: loading it
    reports that as an error, and a test run should too.

    Args:
        name: of the data set, as a lesson's metadata names it: "imdb" or
            "mnist".

    Raises:
        ValueError: an unknown name.
    """
    if name not in _FINDERS:
        raise ValueError(f"name: expected one of {list(_FINDERS)}, received {name!r}")
    try:
        _FINDERS[name]()
    except DatasetUnavailable as error:
        return str(error)
    return None
