"""GRU1, GRU2, GRU3: gated recurrent units with smaller gates.

All keep the candidate of `keras.layers.GRU(reset_after=False)`, and its convention:
z = 1 keeps the old state. Dey and Salem's h_t = (1 - z) * h_{t-1} + z * h~_t describes
the same networks with 1 - z in place of z. Imports keras only.
"""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


class _GRUCell(keras.layers.Layer):
    """Arguments and weights of the three cells; each has a `call` of its own."""

    gate_weights = ("kernel", "bias")

    def __init__(self, units, *, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        def weight(name, initializer, *shape):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        n = self.units
        self.kernel = weight("kernel", "glorot_uniform", input_shape[-1], n)
        self.recurrent_kernel = weight("recurrent_kernel", "orthogonal", n, n)
        self.bias = weight("bias", "zeros", n)
        if "kernel" in self.gate_weights:
            self.gate_kernel = weight("gate_kernel", "orthogonal", n, 2 * n)
        if "bias" in self.gate_weights:
            self.gate_bias = weight("gate_bias", "zeros", 2 * n)

    def _update(self, x, h, z, r):
        candidate = ops.matmul(x, self.kernel) + self.bias
        candidate = candidate + ops.matmul(r * h, self.recurrent_kernel)
        h = z * h + (1 - z) * self.activation(candidate)
        return h, [h]

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU1Cell(_GRUCell):
    """One time step of `GRU1`; units, activation, **kwargs as there."""

    def call(self, inputs, states):
        (h,) = states
        gates = ops.sigmoid(ops.matmul(h, self.gate_kernel) + self.gate_bias)
        z, r = ops.split(gates, 2, axis=-1)
        return self._update(inputs, h, z, r)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU2Cell(_GRUCell):
    """One time step of `GRU2`; units, activation, **kwargs as there."""

    gate_weights = ("kernel",)

    def call(self, inputs, states):
        (h,) = states
        z, r = ops.split(ops.sigmoid(ops.matmul(h, self.gate_kernel)), 2, axis=-1)
        return self._update(inputs, h, z, r)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU3Cell(_GRUCell):
    """One time step of `GRU3`; units, activation, **kwargs as there."""

    gate_weights = ("bias",)

    def call(self, inputs, states):
        (h,) = states
        z, r = ops.split(ops.sigmoid(self.gate_bias), 2, axis=-1)
        return self._update(inputs, h, z, r)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU1(Recurrent):
    """GRU whose gates see the state and a bias, not the input.

    Intuition: the input still enters through the candidate; when to keep and when to
    renew is decided from what the network already holds. Saves two input matrices.

        z_t, r_t = sigmoid(U_z h_{t-1} + b_z), sigmoid(U_r h_{t-1} + b_r)   # GRU1
        z_t, r_t = sigmoid(U_z h_{t-1}), sigmoid(U_r h_{t-1})               # GRU2
        z_t, r_t = sigmoid(b_z), sigmoid(b_r)                               # GRU3
        h~_t = activation(W x_t + U (r_t * h_{t-1}) + b)
        h_t = z_t * h_{t-1} + (1 - z_t) * h~_t          # Keras's z, 1 - the paper's

    Weights, n units on m features: `kernel` (m, n), `recurrent_kernel` (n, n), `bias`
    (n), `gate_kernel` (n, 2n) and `gate_bias` (2n), z before r: mn + 3n² + 3n numbers.

    Args:
        units: width of the state, at least 1.
        activation: of the candidate h~.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `(batch,
        units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h`.
    Masking: a masked step changes neither state nor output.
    Raises: ValueError: `units` below 1; states or a mask of another shape.

    Example:
        >>> layer = GRU1(100)
        >>> layer.build((None, None, 28))
        >>> layer.count_params()
        33100

    Reference: R. Dey and F. M. Salem, "Gate-Variants of Gated Recurrent Unit (GRU)
        Neural Networks" (2017), arXiv:1701.05923.
    """

    def __init__(self, units, *, activation="tanh", **kwargs):
        cell = GRU1Cell(units, activation=activation, **for_cell(kwargs))
        super().__init__(cell, **kwargs)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU2(Recurrent):
    """GRU whose gates see the state alone: `GRU1` without the gates' biases.

    A state of zeros leaves both gates half open. mn + 3n² + n weights.

    Args: units, activation, **kwargs: as in `GRU1`, like all that is not said here.
    """

    def __init__(self, units, *, activation="tanh", **kwargs):
        cell = GRU2Cell(units, activation=activation, **for_cell(kwargs))
        super().__init__(cell, **kwargs)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class GRU3(Recurrent):
    """GRU whose gates are learnt constants: `GRU1` with nothing but the biases.

    One fixed forgetting rate per unit: a bank of leaky integrators around a simple
    recurrent network. mn + n² + 3n weights, a third of a GRU's.

    Args: units, activation, **kwargs: as in `GRU1`, like all that is not said here.
    """

    def __init__(self, units, *, activation="tanh", **kwargs):
        cell = GRU3Cell(units, activation=activation, **for_cell(kwargs))
        super().__init__(cell, **kwargs)
