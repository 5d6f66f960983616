"""Windows served batch by batch to `model.fit`, gathered on demand.

Imports Keras and windowing. Public as `rnn_tutorials.windowing.WindowDataset`.
"""

import keras
import numpy as np

from rnn_tutorials._checks import check_count
from rnn_tutorials.windowing import make_windows, target_columns

# The shuffled order is computed in chunks, of which up to 32 MB are kept: `fit` asks
# for the batches in a random order of its own.
_CHUNK = 1 << 14
_CHUNKS_KEPT = 256


class WindowDataset(keras.utils.PyDataset):
    """The windows of `make_windows` as batches, in memory that does not grow.

    Nothing but the series is kept: each batch is one gather from a view. That works
    for an array, and for a `numpy.memmap` far larger than memory. Shuffling draws a
    new order every epoch without storing one.

    Args:
        series, width, horizon, stride, gap, targets: as in `make_windows`.
        batch_size: windows per batch; the last batch may be smaller.
        shuffle: draw the windows in a random order, a new one for every epoch.
        seed: of that order, at least 0; equal seeds give equal epochs.
        dtype: of the batches.
        **kwargs: `workers`, `use_multiprocessing`, `max_queue_size` of PyDataset.

    Returns:
        Batches `(X, y)`: `(batch, width, features)` and `(batch, horizon, targets)`.

    Raises:
        ValueError: as `make_windows`, `batch_size` below 1, or `seed` below 0.

    Example:
        >>> batches = WindowDataset(range(100), width=12, batch_size=32)
        >>> len(batches), batches[0][0].shape
        (3, (32, 12, 1))
    """

    def __init__(
        self,
        series,
        width,
        horizon=1,
        *,
        stride=1,
        gap=0,
        targets=None,
        batch_size=32,
        shuffle=False,
        seed=0,
        dtype="float32",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.batch_size = check_count("batch_size", batch_size)
        # All columns here, the targets per batch: choosing them now would copy them.
        self._X, self._y = make_windows(series, width, horizon, stride=stride, gap=gap)
        self._columns = target_columns(series, self._X.shape[2], targets)
        self.dtype = np.dtype(dtype)
        self._shuffle = shuffle
        self._seed = check_count("seed", seed, at_least=0)
        self._order = (0, {})

    def __len__(self):
        return -(-len(self._X) // self.batch_size)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)}")
        start = index * self.batch_size
        rows = self._rows(start, min(start + self.batch_size, len(self._X)))
        y = self._y[rows]
        if self._columns is not None:
            y = y[..., self._columns]
        return (
            self._X[rows].astype(self.dtype, copy=False),
            y.astype(self.dtype, copy=False),
        )

    def on_epoch_end(self):
        """Draw a new order (called by `fit`)."""
        epoch, _ = self._order
        self._order = (epoch + 1, {})

    def _rows(self, start, stop):
        if not self._shuffle:
            # A slice reads a contiguous stretch: quicker than a gather.
            return slice(start, stop)
        parts = [
            self._shuffled_chunk(number)[
                max(start - number * _CHUNK, 0) : stop - number * _CHUNK
            ]
            for number in range(start // _CHUNK, (stop - 1) // _CHUNK + 1)
        ]
        return np.concatenate(parts)

    def _shuffled_chunk(self, number):
        """The shuffled window numbers at positions `number * _CHUNK` and on."""
        # Read once: another thread may end the epoch while this one computes.
        epoch, chunks = self._order
        rows = chunks.get(number)
        if rows is None:
            first = number * _CHUNK
            positions = np.arange(first, min(first + _CHUNK, len(self._X)))
            rows = permute(positions, len(self._X), (self._seed, epoch))
            if len(chunks) >= _CHUNKS_KEPT:
                chunks.clear()
            chunks[number] = rows
        return rows


def permute(positions, n, seed):
    """Map `positions` to their places in a pseudo-random permutation of `range(n)`.

    A Feistel network mixes the two halves of the binary number, which is a permutation
    of a power of four at least as large as n; numbers that land outside `range(n)` are
    mapped again until they are inside (cycle walking). It needs no memory for the
    order of n elements: 10^8 windows would take 800 MB.

    Args:
        positions: integers in `range(n)`, any shape.
        n: size of the permutation.
        seed: an integer or a tuple of them.

    Returns:
        int64 array of the shape of `positions`; distinct for distinct positions.

    Reference: Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002,
        section 4 (cycle walking) and section 5 (Feistel).
    """
    half = max(1, -(-(int(n) - 1).bit_length() // 2))
    keys = np.random.default_rng(seed).integers(1 << 32, size=4, dtype=np.uint64)
    positions = np.asarray(positions, np.uint64)
    result = _feistel(np.atleast_1d(positions), half, keys)
    outside = np.flatnonzero(result >= n)
    while len(outside):
        result.flat[outside] = _feistel(result.flat[outside], half, keys)
        outside = outside[result.flat[outside] >= n]
    return result.astype(np.int64).reshape(positions.shape)


def _feistel(numbers, half, keys):
    mask = np.uint64((1 << half) - 1)
    shift = np.uint64(half)
    left, right = numbers >> shift, numbers & mask
    for key in keys:
        left, right = right, left ^ (_mix(right + key) & mask)
    return (left << shift) | right


def _mix(x):
    """Scramble 64-bit integers (the finaliser of splitmix64; overflow is meant)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
