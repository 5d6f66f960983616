"""Ragged sequences served in padded batches of similar length.

Imports Keras and padding. Public as `rnn_tutorials.padding.BucketDataset`.
"""

import keras
import numpy as np

from rnn_tutorials.padding import bucket_by_length, pad_sequences, sequence_lengths


class BucketDataset(keras.utils.PyDataset):
    """Batches of `bucket_by_length`, padded when they are asked for.

    Intuition: short sequences do not pay for the long ones. A masked model gives the
    same answers as on one large padded array, in less time.

    Args:
        sequences: as in `pad_sequences`; or, for a model of several inputs, a dict of
            input name -> such sequences, as long as each other row by row.
        labels: one row per sequence; None for batches without labels, to predict.
        boundaries, batch_size: as in `bucket_by_length`.
        seed: shuffles the sequences within buckets; None keeps their order. `fit`
            shuffles the batches of every epoch in any case.
        transform: function of a padded batch that returns what the model shall see,
            for instance word dropout; None leaves it as it is.
        **padding: `padding`, `truncating`, `value`, `dtype`, `empty`, `empty_token`
            of `pad_sequences`. `dtype` defaults to int32 for sequences of whole
            numbers and to float32 for others.

    Returns:
        Batches `(x, y)`, or `x` without labels; x: `(batch, boundary)`, or a dict of
        such arrays.

    Raises:
        ValueError: as `pad_sequences` and `bucket_by_length`; as many labels as
            sequences were not given; inputs of different lengths.

    Example:
        >>> batches = BucketDataset([[5], [6, 7, 8], [9]], boundaries=(2, 4))
        >>> sorted(batches[number].shape for number in range(len(batches)))
        [(1, 4), (2, 2)]
    """

    def __init__(
        self,
        sequences,
        labels=None,
        *,
        boundaries,
        batch_size=32,
        seed=None,
        transform=None,
        **padding,
    ):
        super().__init__()
        self._single = not isinstance(sequences, dict)
        self._inputs = {None: sequences} if self._single else sequences
        self._inputs = {name: list(each) for name, each in self._inputs.items()}
        self._labels = None if labels is None else np.asarray(labels)
        self._transform = transform
        self._padding = padding
        lengths = self._lengths(padding.get("empty", "error"))
        if labels is not None and len(self._labels) != len(lengths):
            raise ValueError(
                f"labels: expected {len(lengths)}, one per sequence, "
                f"received {len(self._labels)}"
            )
        self.buckets = bucket_by_length(
            lengths, boundaries, batch_size=batch_size, seed=seed
        )
        # Keras takes from the first two batches which axes vary: where there are
        # several lengths, these two must differ.
        self.buckets.sort(key=lambda bucket: bucket.maxlen)
        self.buckets = self.buckets[-1:] + self.buckets[:-1]

    def __len__(self):
        return len(self.buckets)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)}")
        rows, maxlen = self.buckets[index]
        x = {
            name: pad_sequences(
                [sequences[row] for row in rows],
                maxlen,
                **{"dtype": _dtype_of(sequences), **self._padding},
            )
            for name, sequences in self._inputs.items()
        }
        x = x[None] if self._single else x
        if self._transform is not None:
            x = self._transform(x)
        return x if self._labels is None else (x, self._labels[rows])

    def _lengths(self, empty):
        lengths = {
            name: sequence_lengths(sequences, empty=empty)
            for name, sequences in self._inputs.items()
        }
        (first, expected), *others = lengths.items()
        for name, found in others:
            if not np.array_equal(found, expected):
                raise ValueError(
                    f"sequences: expected {name!r} to be as long as {first!r}, row by "
                    f"row, received {len(found)} sequences of {found.sum()} steps in "
                    f"all, not {len(expected)} of {expected.sum()}"
                )
        return expected

    @property
    def steps(self):
        """Steps that a model reads in one epoch, padding included."""
        return sum(len(rows) * maxlen for rows, maxlen in self.buckets)

    def in_order(self, outputs):
        """Bring what `model.predict` gave for these batches into the first order.

        Args:
            outputs: array of one row per sequence, in the order of the batches.

        Returns:
            Array of the same shape, row i for sequence i.

        Raises:
            ValueError: another number of rows.
        """
        outputs = np.asarray(outputs)
        rows = np.concatenate([bucket.indices for bucket in self.buckets])
        if outputs.ndim == 0 or len(outputs) != len(rows):
            raise ValueError(
                f"outputs: expected {len(rows)} rows, one per sequence, "
                f"received shape {outputs.shape}"
            )
        ordered = np.empty_like(outputs)
        ordered[rows] = outputs
        return ordered


def _dtype_of(sequences):
    return "float32" if np.asarray(sequences[0]).dtype.kind == "f" else "int32"
