"""Keep computed arrays in one file of the user's cache directory.

The file carries the key it was made for, and a reader believes nothing else: a missing,
outdated or damaged file is simply no answer, and the caller computes anew.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_tutorials._whole_file import write_whole

_KEY = "cache_key"


def read_cache(path: Path, key: str) -> dict[str, np.ndarray] | None:
    """Return the arrays stored at `path` under `key`, or None if there are none."""
    try:
        # Opened here because np.load forgets to close a file that is no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if stored[_KEY].item() != key:
                return None
            # Reading each array whole also compares its CRC-32.
            return {name: stored[name] for name in stored.files if name != _KEY}
    except Exception:  # bytes gone wrong can raise nearly anything
        return None


def write_cache(path: Path, key: str, arrays: dict[str, np.ndarray]) -> bool:
    """Store arrays at `path` under `key`, all or nothing; warn if that is impossible.

    Returns:
        Whether the file was written. A reader sees the old file or the new one, never a
        part, also when several processes write at once.
    """

    def write(file):
        np.savez(file, **arrays, **{_KEY: np.array(key)})

    try:
        write_whole(path, write)
    except OSError as error:
        warnings.warn(
            f"The cache file {path} can't be written ({error}); going on without it, "
            f"so the next load takes as long as this one.",
            stacklevel=2,
        )
        return False
    return True


def pack_texts(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Join texts into UTF-8 bytes `(bytes,)` and where each one ends `(texts,)`."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def unpack_texts(content: np.ndarray, ends: np.ndarray) -> list[str]:
    """Undo `pack_texts`."""
    whole = content.tobytes()
    stops = ends.tolist()
    starts = [0, *stops[:-1]]
    return [whole[a:b].decode() for a, b in zip(starts, stops, strict=True)]
