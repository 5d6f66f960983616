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
        sequences: as in `pad_sequences`.
        labels: one row per sequence; None for batches without labels, to predict.
        boundaries, batch_size: as in `bucket_by_length`.
        seed: shuffles the sequences within buckets; None keeps their order. `fit`
            shuffles the batches of every epoch in any case.
        transform: function of a padded batch that returns what the model shall see,
            for instance word dropout; None leaves it as it is.
        **padding: `padding`, `truncating`, `value`, `dtype`, `empty`, `empty_token`
            of `pad_sequences`.

    Returns:
        Batches `(x, y)`, or `x` without labels; x: `(batch, boundary)`.

    Raises:
        ValueError: as `pad_sequences` and `bucket_by_length`; as many labels as
            sequences were not given.

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
        self._sequences = list(sequences)
        self._labels = None if labels is None else np.asarray(labels)
        if labels is not None and len(self._labels) != len(self._sequences):
            raise ValueError(
                f"labels: expected {len(self._sequences)}, one per sequence, "
                f"received {len(self._labels)}"
            )
        self._transform = transform
        self._padding = padding
        empty = padding.get("empty", "error")
        lengths = sequence_lengths(self._sequences, empty=empty)
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
        x = pad_sequences(
            [self._sequences[row] for row in rows], maxlen, **self._padding
        )
        if self._transform is not None:
            x = self._transform(x)
        return x if self._labels is None else (x, self._labels[rows])

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
