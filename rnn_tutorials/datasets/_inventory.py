"""What data sets there are, where they lie on this machine, and whether they are whole.

Nothing here downloads unless asked to, and nothing that is there is changed.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import pooch

from rnn_tutorials.datasets import _imdb_source, _registry, images, series
from rnn_tutorials.datasets._registry import DatasetUnavailable

WHOLE, DAMAGED, MISSING = "whole", "damaged", "missing"
# There, but not the file that a download brings: only reading it whole can tell.
OTHER_COPY = "another copy"

_BUNDLED = {
    "airline-passengers": (series.load_airline_passengers, series._AIRLINE),
    "monthly-sunspots": (series.load_monthly_sunspots, series._SUNSPOTS),
    "daily-min-temperatures": (
        series.load_daily_min_temperatures,
        series._TEMPERATURES,
    ),
}
# Where a copy may lie, below the data directory, and what reads it whole.
_PLACES = {
    "imdb": (*_imdb_source._FOLDERS, *_imdb_source._ARCHIVES),
    "mnist": images._PLACES,
}
_READERS = {
    "imdb": lambda: _imdb_source.read_reviews(_imdb_source.find_source()),
    "mnist": images.load_mnist,
}


class Entry(NamedTuple):
    """A data set: `kind` is "bundled" or "public", `bytes` None where it is missing.

    `path` is where it is, or where it would be; `state` one of the words above;
    `detail` what is wrong with it, or how large a download is.
    """

    name: str
    kind: str
    path: Path
    bytes: int | None
    state: str
    detail: str


def entries(hashes=True):
    """Return an `Entry` for every data set, bundled ones first.

    Args:
        hashes: whether to compare checksums, which reads every file once.
    """
    bundled = [_bundled(name) for name in _BUNDLED]
    return bundled + [_public(name, hashes) for name in _registry.REMOTES]


def check_name(name, public=False):
    """Return the name of a data set as it is listed; ValueError if there is none."""
    known = [*([] if public else _BUNDLED), *_registry.REMOTES]
    listed = name.lower().replace("_", "-")
    if public and listed in _BUNDLED:
        raise ValueError(f"name: {listed!r} is bundled, there is nothing to fetch")
    if listed not in known:
        raise ValueError(f"name: expected one of {', '.join(known)}, received {name!r}")
    return listed


def fetch(name):
    """Download a public data set unless there is a copy; return its `Entry`.

    Raises:
        DatasetUnavailable: it can't be downloaded.
    """
    entry = _public(name, hashes=False)
    if entry.state == MISSING:
        pooch.get_logger().setLevel("WARNING")  # it tells what it fetches, on stderr
        _registry.fetch(name)
    return _public(name, hashes=True)


def verify(name):
    """Read a data set whole; return its `Entry`, with what is wrong as its detail."""
    if name in _BUNDLED:
        return _bundled(name)
    entry = _public(name, hashes=True)
    if entry.state != OTHER_COPY:
        return entry
    if name not in _READERS:
        return entry._replace(state=DAMAGED, detail="its checksum is not the recorded")
    try:
        _READERS[name]()
    except DatasetUnavailable as error:
        return entry._replace(state=DAMAGED, detail=str(error))
    return entry._replace(state=WHOLE, detail="another copy with the right content")


def _bundled(name):
    load, table = _BUNDLED[name]
    path = series.bundled_dir() / table.file
    size = path.stat().st_size if path.is_file() else None
    state, detail = WHOLE, ""
    try:
        load()
    except DatasetUnavailable as error:
        state = MISSING if size is None else DAMAGED
        detail = str(error)
    return Entry(name, "bundled", path, size, state, detail)


def _public(name, hashes):
    remote = _registry.REMOTES[name]
    places = _PLACES.get(name, (remote.path, Path(remote.path).name))
    root = _registry.data_dir()
    path = next((root / place for place in places if (root / place).exists()), None)
    if path is None:
        detail = f"a download of {remote.size}"
        return Entry(name, "public", root / remote.path, None, MISSING, detail)
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file())
        size = sum(file.stat().st_size for file in files)
        return Entry(name, "public", path, size, OTHER_COPY, "an unpacked folder")
    size = path.stat().st_size
    if hashes and _has_hash(path, remote.known_hash):
        return Entry(name, "public", path, size, WHOLE, "")
    return Entry(name, "public", path, size, OTHER_COPY, "not checked")


def _has_hash(path, known_hash):
    algorithm, _, digest = known_hash.rpartition(":")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm or "sha256")
    return found.hexdigest() == digest
