"""Convolution and pooling that carry the Keras mask.

`keras.layers.Conv1D` and `MaxPooling1D` drop the mask, so that an LSTM after them
reads padding as if it were text. These keep it: what they give at a real step does not
depend on how much padding follows. Imports keras only.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class MaskedConv1D(keras.layers.Conv1D):
    """`Conv1D` that reads masked steps as zeros and passes the mask on.

    Intuition: a convolution over the real steps of each sequence alone, as if the
    sequence ended where its mask does.

        y_t = activation(sum_k W_k (m_{t+k} x_{t+k}) + b)        # m: mask, 0 or 1

    Args:
        filters, kernel_size, **kwargs: as in `keras.layers.Conv1D`. The step count
            must not change: `strides=1` and `padding` "same" (default) or "causal".

    Call arguments: inputs `(batch, timesteps, features)`, mask `(batch, timesteps)`.
    Returns: `(batch, timesteps, filters)`.
    Masking: masked inputs count as zeros; the mask is passed on unchanged.
    Raises: ValueError: another `strides` or `padding`, or channels before steps.

    Example:
        >>> MaskedConv1D(8, 3)(keras.ops.ones((2, 10, 4))).shape
        TensorShape([2, 10, 8])
    """

    def __init__(self, filters, kernel_size, *, strides=1, padding="same", **kwargs):
        if strides not in (1, (1,), [1]) or padding not in ("same", "causal"):
            raise ValueError(
                'strides, padding: expected 1 and "same" or "causal", which keep one '
                f"mask entry per step, received {strides!r} and {padding!r}"
            )
        if kwargs.setdefault("data_format", "channels_last") != "channels_last":
            raise ValueError(
                'data_format: expected "channels_last", (batch, timesteps, features), '
                f"received {kwargs['data_format']!r}"
            )
        super().__init__(
            filters, kernel_size, strides=strides, padding=padding, **kwargs
        )
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is not None:
            # Not a product: 0 times a NaN in the padding would still be NaN.
            inputs = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
        return super().call(inputs)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class MaskedMaxPooling1D(keras.layers.Layer):
    """Max-pooling over blocks of steps that ignores masked ones.

    Intuition: a shorter sequence for the recurrent layer behind it, still with a mask.
    Blocks start at the first step; the last one may be shorter, none is dropped.

        y_s = max over real t in [s*pool_size, (s+1)*pool_size) of x_t

    Args:
        pool_size: steps per block, at least 1.

    Call arguments: inputs `(batch, timesteps, features)`, mask `(batch, timesteps)`.
    Returns: `(batch, ceil(timesteps / pool_size), features)`.
    Masking: a block is masked when all of its steps are; it then holds zeros.
    Raises: ValueError: `pool_size` below 1.

    Example:
        >>> MaskedMaxPooling1D(4)(keras.ops.ones((2, 10, 3))).shape
        TensorShape([2, 3, 3])
    """

    def __init__(self, pool_size=2, **kwargs):
        super().__init__(**kwargs)
        if type(pool_size) is not int or pool_size < 1:
            raise ValueError(
                f"pool_size: expected an int of at least 1, received {pool_size!r}"
            )
        self.pool_size = pool_size
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return self._pool(inputs, _lowest(inputs.dtype))
        kept = ops.where(mask[..., None], inputs, _lowest(inputs.dtype))
        blocks = ops.cast(self.compute_mask(inputs, mask)[..., None], inputs.dtype)
        return self._pool(kept, _lowest(inputs.dtype)) * blocks

    def compute_mask(self, inputs, mask=None):
        if mask is None:
            return None
        return self._pool(ops.cast(mask[..., None], "float32"), 0.0)[..., 0] > 0

    def compute_output_shape(self, input_shape):
        batch, timesteps, features = input_shape
        blocks = None if timesteps is None else -(-timesteps // self.pool_size)
        return batch, blocks, features

    def get_config(self):
        return {**super().get_config(), "pool_size": self.pool_size}

    def _pool(self, x, fill):
        # pool_size - 1 further steps make the last, shorter block a full one.
        x = ops.pad(x, [[0, 0], [0, self.pool_size - 1], [0, 0]], constant_values=fill)
        return ops.max_pool(
            x, self.pool_size, self.pool_size, "valid", data_format="channels_last"
        )


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class MaskedGlobalMaxPooling1D(keras.layers.Layer):
    """Maximum over time that ignores masked steps.

    Intuition: "did this feature occur anywhere in the sequence?".

        y = max over real t of x_t

    Call arguments: inputs `(batch, timesteps, features)`, mask `(batch, timesteps)`.
    Returns: `(batch, features)`; zeros for a sequence without a real step.
    Masking: masked steps do not count; no mask is passed on.

    Example:
        >>> MaskedGlobalMaxPooling1D()(keras.ops.ones((2, 10, 3))).shape
        TensorShape([2, 3])
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return ops.max(inputs, axis=1)
        kept = ops.where(mask[..., None], inputs, _lowest(inputs.dtype))
        any_real = ops.cast(ops.any(mask, axis=1, keepdims=True), inputs.dtype)
        return ops.max(kept, axis=1) * any_real

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[2]


def _lowest(dtype):
    """A finite number below any activation, in every float type (0 * it is 0)."""
    return -6e4 if "float16" == keras.backend.standardize_dtype(dtype) else -1e30
