"""Ragged sequences to one padded array, with their lengths and mask.

Imports NumPy only; `BucketDataset` needs Keras and is loaded on first use. The default
pads on the right: with a mask that is the layout which keeps TensorFlow's cuDNN kernel
(see `cudnn`); `keras.utils.pad_sequences` pads on the left.
"""

import struct
from typing import NamedTuple

import numpy as np

from rnn_tutorials._checks import check_count


def pad_sequences(
    sequences,
    maxlen=None,
    *,
    padding="post",
    truncating="pre",
    value=0,
    dtype="int32",
    empty="error",
    empty_token=2,
):
    """Pad or truncate sequences to one length.

    Args:
        sequences: lists or arrays, or an object array of them; each `(steps,)`, or
            `(steps, features)` with the same features throughout.
        maxlen: steps to keep; None means as long as the longest sequence.
        padding: "post" fills on the right, "pre" on the left.
        truncating: which end of a long sequence is dropped: "pre" keeps its last
            steps, "post" its first.
        value: fills the padded steps.
        dtype: of the result.
        empty: what to do with a sequence of no steps, which is padding only and
            crashes the cuDNN kernel: "error", or "token" to put `empty_token` there.
        empty_token: stands for an empty sequence; 2 is "out of vocabulary" in
            Keras-style word numbering.

    Returns:
        Array `(sequences, maxlen)` or `(sequences, maxlen, features)`.

    Raises:
        ValueError: an unknown option, no sequences, an empty sequence with
            `empty="error"`, sequences of different ranks or features, values that
            `dtype` cannot hold.

    Example:
        >>> pad_sequences([[5, 6, 7], [8]], maxlen=2).tolist()
        [[6, 7], [8, 0]]
    """
    _check_choice("padding", padding, ("post", "pre"))
    _check_choice("truncating", truncating, ("pre", "post"))
    _check_choice("empty", empty, ("error", "token"))
    dtype = np.dtype(dtype)
    _check_holds(dtype, "value", value)
    if empty == "token":
        _check_holds(dtype, "empty_token", empty_token)
    arrays = _as_arrays(sequences, dtype, empty, empty_token)
    if maxlen is None:
        maxlen = max(map(len, arrays))
    maxlen = check_count("maxlen", maxlen)
    padded = np.full((len(arrays), maxlen, *arrays[0].shape[1:]), value, dtype)
    for row, array in zip(padded, arrays, strict=True):
        if len(array) > maxlen:
            array = array[-maxlen:] if truncating == "pre" else array[:maxlen]
        if padding == "post":
            row[: len(array)] = array
        else:
            row[maxlen - len(array) :] = array
    return padded


def sequence_lengths(sequences, maxlen=None, *, empty="error"):
    """Steps that each sequence fills in the array that `pad_sequences` makes of it.

    Args:
        sequences, maxlen, empty: as given to `pad_sequences`. With "token" an empty
            sequence counts as one step, because its token is a real one.

    Returns:
        int64 array `(sequences,)`.

    Raises:
        ValueError: an empty sequence with `empty="error"`, something without a length.

    Example:
        >>> sequence_lengths([[5, 6, 7], [8]], maxlen=2).tolist()
        [2, 1]
    """
    _check_choice("empty", empty, ("error", "token"))
    try:
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    except TypeError as error:
        raise ValueError(
            f"sequences: expected lists or arrays, received {error}"
        ) from None
    if empty == "error" and not lengths.all():
        raise _empty_sequence(int(np.argmin(lengths)))
    lengths = np.maximum(lengths, 1)
    if maxlen is None:
        return lengths
    return np.minimum(lengths, check_count("maxlen", maxlen))


def sequence_mask(lengths, maxlen=None):
    """Mask of right-padded sequences: True at real steps.

    Args:
        lengths: steps of each sequence, `(sequences,)`, none negative.
        maxlen: columns of the mask; None means the largest length.

    Returns:
        Boolean array `(sequences, maxlen)`.

    Raises:
        ValueError: a negative length, or one above `maxlen`.

    Example:
        >>> sequence_mask([2, 1], 3).astype(int).tolist()
        [[1, 1, 0], [1, 0, 0]]
    """
    lengths = np.asarray(lengths)
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or not lengths.size:
        raise ValueError(
            "lengths: expected whole numbers of shape (sequences,), received "
            f"dtype {lengths.dtype}, shape {lengths.shape}"
        )
    if maxlen is None:
        maxlen = max(1, int(lengths.max()))
    maxlen = check_count("maxlen", maxlen)
    if lengths.min() < 0 or lengths.max() > maxlen:
        raise ValueError(
            f"lengths: expected 0 to maxlen={maxlen}, "
            f"received {lengths.min()} to {lengths.max()}"
        )
    return np.arange(maxlen) < lengths[:, np.newaxis]


def head_and_tail(sequence, head, tail):
    """Cut a long sequence in the middle: keep its first and its last steps.

    A text says what it thinks at its beginning or at its end.

    Args:
        sequence: list or array `(steps, ...)`.
        head, tail: steps to keep of either end.

    Returns:
        The sequence itself if it has no more than `head + tail` steps; else an array
        of that many.

    Example:
        >>> head_and_tail([1, 2, 3, 4, 5, 6], 1, 2).tolist()
        [1, 5, 6]
    """
    head = check_count("head", head, at_least=0)
    tail = check_count("tail", tail, at_least=0)
    if len(sequence) <= head + tail:
        return sequence
    return np.concatenate([sequence[:head], sequence[len(sequence) - tail :]])


def is_right_padded(mask):
    """Whether every row of a mask `(sequences, steps)` is Trues, then Falses."""
    mask = np.asarray(mask, bool)
    if mask.ndim != 2:
        raise ValueError(
            f"mask: expected shape (sequences, steps), received {mask.shape}"
        )
    return not (mask[:, 1:] & ~mask[:, :-1]).any()


class Bucket(NamedTuple):
    """One batch of sequences of similar length."""

    indices: np.ndarray
    maxlen: int


def bucket_by_length(lengths, boundaries, *, batch_size, seed=None):
    """Group sequences of similar length into batches, to save padded steps.

    A batch is padded to the boundary of its bucket, so that a model sees only
    `len(boundaries)` different lengths and is traced that often, no more.

    Args:
        lengths: steps of each sequence, `(sequences,)`.
        boundaries: padded lengths, increasing, for instance `(50, 100, 200, 400)`. A
            sequence goes to the first boundary it fits; one longer than the last
            goes to the last, where `pad_sequences` truncates it.
        batch_size: sequences per batch; the last batch of a bucket may be smaller.
        seed: at least 0: shuffles the sequences within buckets, and the batches; None
            keeps their order.

    Returns:
        List of `Bucket(indices, maxlen)`; every sequence is in exactly one.

    Raises:
        ValueError: boundaries that do not increase, lengths that are not counts.

    Example:
        >>> for indices, maxlen in bucket_by_length([3, 9, 2], (4, 10), batch_size=2):
        ...     print(indices, maxlen)
        [0 2] 4
        [1] 10
    """
    lengths = np.asarray(lengths)
    batch_size = check_count("batch_size", batch_size)
    boundaries = np.atleast_1d(boundaries).tolist()
    boundaries = [check_count("boundaries", boundary) for boundary in boundaries]
    if not boundaries or boundaries != sorted(set(boundaries)):
        raise ValueError(
            f"boundaries: expected increasing lengths, received {boundaries}"
        )
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or (lengths < 0).any():
        raise ValueError(
            f"lengths: expected counts of shape (sequences,), received {lengths!r}"
        )
    if seed is not None:
        seed = check_count("seed", seed, at_least=0)
    rng = None if seed is None else np.random.default_rng(seed)
    order = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    bucket = np.searchsorted(boundaries[:-1], lengths[order])
    batches = [
        Bucket(members[start : start + batch_size], boundary)
        for number, boundary in enumerate(boundaries)
        for members in [order[bucket == number]]
        for start in range(0, len(members), batch_size)
    ]
    if rng is not None:
        rng.shuffle(batches)
    return batches


def _as_arrays(sequences, dtype, empty, empty_token):
    if not np.iterable(sequences):
        raise ValueError(
            f"sequences: expected a list of sequences, received {sequences!r}"
        )
    with np.errstate(invalid="ignore"):  # casts out of range are looked for
        arrays = [_as_array(n, item, dtype) for n, item in enumerate(sequences)]
    if not arrays:
        raise ValueError("sequences: expected at least one sequence, received none")
    filled = next((array for array in arrays if len(array)), arrays[0])
    shape = filled.shape[1:]
    token = np.full((1, *shape), empty_token, dtype)
    for number, array in enumerate(arrays):
        if len(array) == 0:
            if empty == "error":
                raise _empty_sequence(number)
            arrays[number] = token
        elif array.shape[1:] != shape:
            raise ValueError(
                f"sequences: expected steps of shape {shape} throughout, "
                f"received {array.shape[1:]} at index {number}"
            )
    return arrays


def _as_array(number, sequence, dtype):
    if isinstance(sequence, np.ndarray):
        if sequence.dtype == dtype and sequence.ndim == 1 and dtype.kind in "biuf":
            return sequence
    elif isinstance(sequence, list) and dtype.kind in "iu":
        try:
            # Twice as quick as NumPy; refuses all but whole numbers within range.
            packed = struct.pack(f"{len(sequence)}{dtype.char}", *sequence)
            return np.ndarray(len(sequence), dtype.char, packed)
        except (struct.error, TypeError, OverflowError):
            pass  # More dimensions, or wrong: the long way below tells.
    try:
        array = np.asarray(sequence)
        if array.size == 0:
            array = array.astype(dtype)
        if array.ndim not in (1, 2) or array.dtype.kind not in "biuf":
            raise ValueError(f"shape {array.shape}, dtype {array.dtype}")
    except ValueError as error:
        raise ValueError(
            "sequences: expected numbers of shape (steps,) or (steps, features), "
            f"received {error} at index {number}"
        ) from None
    if dtype.kind in "iu" and array.dtype != dtype:
        if (array.astype(dtype) != array).any():
            raise _does_not_fit(number, array, dtype)
    return array


def _does_not_fit(number, array, dtype):
    if array.dtype.kind == "f" and (array != np.floor(array)).any():
        return ValueError(
            f"dtype: {dtype} would cut the fractions of the sequence at index "
            f'{number}; pass dtype="float32"'
        )
    return ValueError(
        f"dtype: {dtype} cannot hold the values {array.min()} to {array.max()} "
        f"of the sequence at index {number}"
    )


def _empty_sequence(number):
    return ValueError(
        "sequences: expected at least one step each, received an empty sequence at "
        f'index {number}; drop it, or pass empty="token"'
    )


def _check_holds(dtype, name, value):
    if dtype.kind not in "iu":
        return
    limits = np.iinfo(dtype)
    try:
        held = limits.min <= value <= limits.max and value == int(value)
    except (TypeError, ValueError):
        held = False
    if not held:
        raise ValueError(f"{name}: expected what {dtype} can hold, received {value!r}")


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(
            f"{name}: expected one of {', '.join(map(repr, choices))}, "
            f"received {value!r}"
        )


def __getattr__(name):
    if name == "BucketDataset":
        from rnn_tutorials._bucket_dataset import BucketDataset

        return BucketDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
