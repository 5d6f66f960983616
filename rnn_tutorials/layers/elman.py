"""Elman's simple recurrent network. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class ElmanCell(keras.layers.Layer):
    """One time step of `Elman`.

    Args:
        units, activation, initial_context: as in `Elman`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: the context `h_{t-1}`,
        `(batch, units)`.
    Returns: `h_t` `(batch, units)`, and the list `[h_t]`.
    """

    def __init__(self, units, *, activation="sigmoid", initial_context=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        self.activation = keras.activations.get(activation)
        self.initial_context = check_number("initial_context", initial_context)

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(
            shape=shape, initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units),
            initializer="orthogonal",
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units,), initializer="zeros", name="bias"
        )

    def call(self, inputs, states):
        (context,) = states  # a copy of the hidden units, one step ago
        net = ops.matmul(inputs, self.kernel)
        net = net + ops.matmul(context, self.recurrent_kernel) + self.bias
        hidden = self.activation(net)
        return hidden, [hidden]

    def get_initial_state(self, batch_size=None):
        zeros = ops.zeros((batch_size, self.units), dtype=self.compute_dtype)
        return [zeros + self.initial_context]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "initial_context": self.initial_context,
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class Elman(Recurrent):
    """Simple recurrent network: hidden units that see a copy of themselves.

    Intuition: beside the input stands a context layer, which holds what the hidden
    units were one step ago. What should be remembered, and in which code, is learnt.

        h_t = f(W x_t + U h_{t-1} + b),    h_0 = initial_context

    With `activation="tanh", initial_context=0` this is `keras.layers.SimpleRNN`.
    Elman trained it with the copied context as a fixed input (truncation after one
    step); Keras follows the gradient through all of them. His output units are a
    `Dense` layer behind this one.

    Args:
        units: number of hidden units, at least 1.
        activation: f. Elman's units are logistic, between 0 and 1.
        initial_context: value of every context unit before the first step. Elman's
            0.5 is the middle of the logistic function.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `(batch,
        units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h`.
    Masking: a masked step changes neither state nor output.
    Raises: ValueError: `units` below 1, `initial_context` not a finite number; states
        or a mask of another shape.

    Example:
        >>> tuple(Elman(8)(keras.ops.ones((2, 10, 3))).shape)
        (2, 8)

    Reference: J. L. Elman, "Finding Structure in Time", Cognitive Science 14 (1990),
        doi:10.1207/s15516709cog1402_1.
    """

    def __init__(self, units, *, activation="sigmoid", initial_context=0.5, **kwargs):
        cell = ElmanCell(
            units,
            activation=activation,
            initial_context=initial_context,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)
