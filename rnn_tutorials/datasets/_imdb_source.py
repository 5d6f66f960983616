"""Find and read the IMDB reviews: an unpacked folder, an archive, or a download.

The folder or the archive has the layout of the original, `train|test / pos|neg /
<number>_<stars>.txt`. A copy may be packed anew or hold stray files, so it is checked
by its content. An archive is read as a stream and never unpacked: the names inside it
are only compared with the layout, not used as paths.
"""

import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from rnn_tutorials.datasets import _registry
from rnn_tutorials.datasets._registry import DatasetDamaged

EXPECTED_REVIEWS = 12_500  # with each label, in each split

_FOLDERS = ("imdb/aclImdb", "aclImdb")
_ARCHIVES = ("imdb/aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz")
_SPLITS = ("train", "test")
_LABELS = ("neg", "pos")  # the position is the label
_REVIEW = re.compile(r"\d+_\d+\.txt")
_MEMBER = re.compile(
    rf"(?:\./)?(?:[^/]+/)?((?:train|test)/(?:neg|pos)/{_REVIEW.pattern})"
)


class Reviews(NamedTuple):
    """The reviews of one split, in the order of `read_reviews`."""

    texts: list[str]
    labels: list[int]
    numbers: list[int]  # in the names of their files


def find_source() -> Path:
    """Return the folder or archive to read; download the archive if there is none.

    Raises:
        DatasetUnavailable: there is none, and it can't be downloaded.
    """
    root = _registry.data_dir()
    for folder in _FOLDERS:
        if os.path.isdir(root / folder):
            return root / folder
    for archive in _ARCHIVES:
        if os.path.isfile(root / archive):
            return root / archive
    return _registry.fetch("imdb")


def fingerprint(source: Path) -> str:
    """Return a short text that changes when the files at `source` change."""
    if source.is_dir():
        described = [
            f"{name} {stat.st_size} {stat.st_mtime_ns}"
            for name, stat in sorted(
                (name, entry.stat()) for name, entry in _folder_entries(source)
            )
        ]
    else:
        stat = source.stat()
        described = [f"{stat.st_size} {stat.st_mtime_ns}"]
    lines = "\n".join([str(source.resolve()), *described])
    return hashlib.sha256(lines.encode()).hexdigest()


def read_reviews(source: Path) -> dict[str, Reviews]:
    """Read all reviews and check that they are complete.

    The order within a split is that of the SHA-256 of the names
    (`train/pos/127_7.txt`): the same everywhere, and as good as shuffled, so that any
    slice of a split is nearly balanced.

    Args:
        source: an unpacked folder or an archive.

    Returns:
        `{"train": Reviews, "test": Reviews}`.

    Raises:
        DatasetDamaged: a broken archive, a text that is not UTF-8, or other than
            `EXPECTED_REVIEWS` reviews of each label in each split.
    """
    read = _read_folder if source.is_dir() else _read_archive
    found: dict[str, bytes] = {}
    try:
        with _progress("reading IMDB") as bar:
            for name, content in read(source):
                found[name] = content
                bar.update()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DatasetDamaged(
            f"The IMDB reviews at {source} can't be read: {type(error).__name__}: "
            f"{error}. {_advice(source)}"
        ) from error
    splits = {split: Reviews([], [], []) for split in _SPLITS}
    for name in sorted(found, key=lambda name: hashlib.sha256(name.encode()).digest()):
        split, label, file = name.split("/")
        splits[split].texts.append(_decode(found[name], name, source))
        splits[split].labels.append(_LABELS.index(label))
        splits[split].numbers.append(int(file.partition("_")[0]))
    _check_counts(splits, source)
    return splits


def _read_archive(archive: Path) -> Iterator[tuple[str, bytes]]:
    with gzip.open(archive) as stream:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 20) as tar:
            for member in tar:
                match = _MEMBER.fullmatch(member.name)
                if match and member.isreg():
                    yield match[1], tar.extractfile(member).read()
        # gzip compares its checksum only at the very end, which tarfile leaves unread.
        while stream.read(1 << 20):
            pass


def _read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name, entry in _folder_entries(folder):
        yield name, Path(entry.path).read_bytes()


def _folder_entries(folder: Path) -> Iterator[tuple[str, os.DirEntry]]:
    for split in _SPLITS:
        for label in _LABELS:
            if not (folder / split / label).is_dir():
                continue
            with os.scandir(folder / split / label) as entries:
                for entry in entries:
                    if _REVIEW.fullmatch(entry.name) and entry.is_file():
                        yield f"{split}/{label}/{entry.name}", entry


def _decode(content: bytes, name: str, source: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DatasetDamaged(
            f"The IMDB review {name} at {source} is not UTF-8 text: {error}. "
            f"{_advice(source)}"
        ) from error


def _check_counts(splits: dict[str, Reviews], source: Path) -> None:
    counts = {
        f"{split}/{label}": splits[split].labels.count(number)
        for split in _SPLITS
        for number, label in enumerate(_LABELS)
    }
    if any(count != EXPECTED_REVIEWS for count in counts.values()):
        got = ", ".join(f"{count} in {part}" for part, count in counts.items())
        raise DatasetDamaged(
            f"The IMDB reviews at {source} are incomplete or not the original ones: "
            f"expected {EXPECTED_REVIEWS} reviews in each part, got {got}. "
            f"{_advice(source)}"
        )


def _advice(source: Path) -> str:
    return (
        f"Move {source} away and load again to download it, or set "
        f"{_registry.DATA_DIR_VARIABLE} to a folder with a whole copy."
    )


def _progress(title: str) -> tqdm:
    return tqdm(
        total=4 * EXPECTED_REVIEWS,
        desc=title,
        unit=" reviews",
        disable=not _registry.progress_wanted(),
    )
