"""Convolution, pooling and joining that carry the Keras mask.

`keras.layers.Conv1D` and `MaxPooling1D` drop the mask, so that an LSTM after them
reads padding as if it were text. These keep it: what they give at a real step does not
depend on how much padding follows. Imports keras and the checks.
"""

import functools

import keras
from keras import ops

from rnn_tutorials.layers._checks import check_number


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


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class MaskedGlobalAveragePooling1D(keras.layers.Layer):
    """Mean over time of the real steps, or their sum over the root of their number.

    Intuition: "how much of this feature is there in the sequence?". With power 1/2 it
    is the evidence of a whole text: chance adds up with the root of the number of
    words, so that no long text looks decided by its length.

        y = sum over real t of x_t / (number of real t)^power

    Args:
        power: at least 0: 1 for the mean, 0 for the sum, 0.5 for what lies between.

    Call arguments: inputs `(batch, timesteps, features)`, mask `(batch, timesteps)`.
    Returns: `(batch, features)`; zeros for a sequence without a real step, of which
        Keras's `GlobalAveragePooling1D` makes NaN.
    Masking: masked steps do not count; no mask is passed on.
    Raises: ValueError: a negative power.

    Example:
        >>> MaskedGlobalAveragePooling1D(0.5)(keras.ops.ones((1, 9, 2))).numpy()
        array([[3., 3.]], dtype=float32)
    """

    def __init__(self, power=1.0, **kwargs):
        super().__init__(**kwargs)
        self.power = check_number("power", power, at_least=0)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], "bool")
        real = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
        count = ops.sum(ops.cast(mask, inputs.dtype), axis=1, keepdims=True)
        return ops.sum(real, axis=1) / ops.maximum(count, 1) ** self.power

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[2]

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class MaskedConcatenate(keras.layers.Concatenate):
    """`Concatenate` of features that keeps the mask where one input has none.

    Intuition: word vectors with a mask beside numbers without one. Keras's layer then
    takes every step of the second for real, and with it every step of the result.

        y_t = [a_t, b_t, ...],    m_t = and of the masks that there are

    Args:
        **kwargs: as in `keras.layers.Concatenate`, without `axis`: it is the last.

    Call arguments: list of `(batch, timesteps, features)`, mask: list of None or
        `(batch, timesteps)`.
    Returns: `(batch, timesteps, sum of features)`.
    Masking: a step is real if every mask says so.

    Example:
        >>> a, b = keras.ops.ones((2, 5, 3)), keras.ops.zeros((2, 5, 4))
        >>> MaskedConcatenate()([a, b]).shape
        TensorShape([2, 5, 7])
    """

    def __init__(self, **kwargs):
        kwargs.pop("axis", None)  # from a saved configuration
        super().__init__(axis=-1, **kwargs)

    def compute_mask(self, inputs, mask=None):
        masks = [each for each in mask or [] if each is not None]
        return functools.reduce(ops.logical_and, masks) if masks else None


def _lowest(dtype):
    """A finite number below any activation, in every float type (0 * it is 0)."""
    return -6e4 if "float16" == keras.backend.standardize_dtype(dtype) else -1e30
