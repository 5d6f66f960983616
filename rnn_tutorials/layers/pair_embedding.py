"""Trained vectors for pairs of neighbouring words. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count

# Primes, so that neighbouring ids and the two places of a pair do not go together.
BEFORE, HERE = 9973, 7919


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class PairEmbedding(keras.layers.Layer):
    """A trained vector for each pair of neighbouring words.

    Intuition: "not good" has a meaning of its own. There are too many pairs for a row
    each, so they share `buckets` rows by a formula; rare ones fall on others, and
    training gives a row to what matters among those that share it.

        row_t = 1 + (9973 x_{t-1} + 7919 x_t) mod buckets,    x_{-1} = 0

    Nothing is counted and no label is looked up: the vectors start at random and are
    trained like those of the words.

    Args:
        buckets: rows of the table, at least 1.
        output_dim: numbers in a vector, at least 1.
        mask_zero: id 0 is padding: it gets row 0, which no pair has, and is masked.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: ids `(batch, timesteps)`.
    Returns: `(batch, timesteps, output_dim)`.
    Masking: makes a mask as `keras.layers.Embedding` does.
    Raises: ValueError: a size below 1.

    Example:
        >>> tuple(PairEmbedding(1000, 8)(keras.ops.ones((2, 10), "int32")).shape)
        (2, 10, 8)

    Reference: A. Joulin and others, "Bag of Tricks for Efficient Text Classification",
        EACL (2017), arXiv:1607.01759 (hashed pairs).
    """

    def __init__(self, buckets, output_dim, *, mask_zero=True, **kwargs):
        super().__init__(**kwargs)
        self.buckets = check_count("buckets", buckets)
        self.output_dim = check_count("output_dim", output_dim)
        self.mask_zero = mask_zero
        self.supports_masking = True
        self.table = keras.layers.Embedding(
            self.buckets + 1, self.output_dim, dtype=self.dtype_policy, name="table"
        )

    def build(self, input_shape):
        self.table.build(input_shape)

    def call(self, inputs):
        here = ops.cast(inputs, "int32")
        before = ops.pad(here[:, :-1], [[0, 0], [1, 0]])
        row = 1 + ops.mod(before * BEFORE + here * HERE, self.buckets)
        return self.table(ops.where(here == 0, 0, row) if self.mask_zero else row)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def get_config(self):
        own = "buckets", "output_dim", "mask_zero"
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
