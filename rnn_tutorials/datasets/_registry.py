"""Where data sets live, and how a public one is downloaded.

    data directory   $RNN_TUTORIALS_DATA_DIR, default: the user's cache directory
    cache directory  the user's cache directory; holds what we compute ourselves
    progress bars    on a terminal; RNN_TUTORIALS_PROGRESS=1 always, =0 never

A download goes to a temporary file beside its target, is compared with the recorded
hash and only then renamed. So a file that bears the final name is whole, an interrupted
download leaves nothing behind, and two processes may fetch the same file at once.
"""

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pooch

DATA_DIR_VARIABLE = "RNN_TUTORIALS_DATA_DIR"
PROGRESS_VARIABLE = "RNN_TUTORIALS_PROGRESS"

# Seconds to connect, and between two pieces of data. Without them a network that
# drops packets would hold up a test run for minutes.
TIMEOUT = (10, 30)


class DatasetUnavailable(RuntimeError):
    """A data set is neither on this machine nor to be had from the network."""


class DatasetDamaged(DatasetUnavailable):
    """A data set is there, but its content is not what it should be."""


@dataclass(frozen=True)
class Remote:
    """A public file: its place below the data directory, its address, its hash."""

    path: str
    url: str
    known_hash: str
    size: str


REMOTES = {
    "imdb": Remote(
        path="imdb/aclImdb_v1.tar.gz",
        url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        known_hash="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
        size="80 MB",
    ),
    "mnist": Remote(
        path="mnist/mnist.npz",
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        known_hash="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        size="11 MB",
    ),
}


def data_dir() -> Path:
    """Return the data directory as an absolute path; it need not exist yet."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else cache_dir()


def cache_dir() -> Path:
    """Return the user's cache directory for this package; it need not exist yet."""
    return Path(pooch.os_cache("rnn_tutorials")).absolute()


def progress_wanted() -> bool:
    """Tell whether to draw progress bars: on a terminal, unless the user decides."""
    decided = os.environ.get(PROGRESS_VARIABLE)
    if decided:
        return decided != "0"
    return sys.stderr is not None and sys.stderr.isatty()


def fetch(name: str) -> Path:
    """Download a public file into the data directory, unless it is there already.

    Args:
        name: a key of `REMOTES`, such as `"imdb"`.

    Returns:
        The absolute path of the file, whose hash is the recorded one.

    Raises:
        ValueError: `name` is not a known data set.
        DatasetUnavailable: no connection, a broken download, or a data directory that
            can't be written; the text says what to do by hand.
        DatasetDamaged: the server sent something else than the recorded file.

    Example:
        >>> fetch("imdb").name  # doctest: +SKIP
        'aclImdb_v1.tar.gz'
    """
    if name not in REMOTES:
        raise ValueError(f"name: expected one of {sorted(REMOTES)}, received {name!r}")
    remote = REMOTES[name]
    target = data_dir() / remote.path
    import requests  # slow to import, and most runs download nothing

    # The order matters: a RequestException is an OSError too.
    try:
        _retrieve(remote, target)
    except requests.exceptions.RequestException as error:
        why = _describe_network_error(error, remote.url)
        raise DatasetUnavailable(_explain(name, remote, target, why)) from error
    except ValueError as error:
        why = f"what came from the server is not the recorded file ({error})"
        raise DatasetDamaged(_explain(name, remote, target, why)) from error
    except OSError as error:
        why = f"{target.parent} can't be written ({error})"
        raise DatasetUnavailable(_explain(name, remote, target, why)) from error
    return target


def _retrieve(remote: Remote, target: Path) -> None:
    # Made here because pooch's own "make it if it is missing" can lose a race.
    target.parent.mkdir(parents=True, exist_ok=True)
    was_there = target.exists()
    downloader = pooch.HTTPDownloader(
        progressbar=progress_wanted(), chunk_size=1 << 16, timeout=TIMEOUT
    )
    pooch.retrieve(
        remote.url,
        remote.known_hash,
        fname=target.name,
        path=target.parent,
        downloader=downloader,
    )
    if not was_there:
        # Temporary files are private; a data directory may be a shared one.
        with contextlib.suppress(OSError):
            target.chmod(0o644)


def _describe_network_error(error: Exception, url: str) -> str:
    host = urlsplit(url).netloc
    response = getattr(error, "response", None)
    if response is not None:
        return f"{host} answered {response.status_code} {response.reason}"
    return f"the connection to {host} failed ({type(error).__name__})"


def _explain(name: str, remote: Remote, target: Path, why: str) -> str:
    why = " ".join(why.split())
    return (
        f"The data set {name!r} is not available: {why}. Wanted: {target} "
        f"({remote.size}). Either set {DATA_DIR_VARIABLE} to a folder that has "
        f"{remote.path}, or fetch the file by hand: "
        f'curl -L --create-dirs -o "{target}" {remote.url}'
    )
