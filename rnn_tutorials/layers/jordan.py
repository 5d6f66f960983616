"""Jordan's sequential network: the output comes back. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class JordanCell(keras.layers.Layer):
    """One time step of `Jordan`.

    Args:
        units, outputs, memory, activation, output_activation: as in `Jordan`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: the output `y_{t-1}` and the
        state units `s_{t-1}`, both `(batch, outputs)`.
    Returns: `y_t` `(batch, outputs)`, and the list `[y_t, s_t]`.
    """

    def __init__(
        self,
        units,
        outputs,
        *,
        memory=0.5,
        activation="sigmoid",
        output_activation="sigmoid",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.outputs = check_count("outputs", outputs)
        self.output_size = self.outputs
        self.state_size = [self.outputs, self.outputs]
        self.memory = check_number("memory", memory, at_least=0, below=1)
        self.activation = keras.activations.get(activation)
        self.output_activation = keras.activations.get(output_activation)

    def build(self, input_shape):
        def weight(name, *shape, initializer="glorot_uniform"):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        self.kernel = weight("kernel", input_shape[-1], self.units)
        self.state_kernel = weight("state_kernel", self.outputs, self.units)
        self.bias = weight("bias", self.units, initializer="zeros")
        self.output_kernel = weight("output_kernel", self.units, self.outputs)
        self.output_bias = weight("output_bias", self.outputs, initializer="zeros")

    def call(self, inputs, states):
        output, state = states
        state = self.memory * state + output
        net = ops.matmul(inputs, self.kernel) + ops.matmul(state, self.state_kernel)
        hidden = self.activation(net + self.bias)
        output = self.output_activation(
            ops.matmul(hidden, self.output_kernel) + self.output_bias
        )
        return output, [output, state]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "outputs": self.outputs,
            "memory": self.memory,
            "activation": keras.activations.serialize(self.activation),
            "output_activation": keras.activations.serialize(self.output_activation),
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class Jordan(Recurrent):
    """Sequential network: state units that sum up the outputs so far.

    Intuition: the network hears its own actions. With an input that stays the same,
    the plan, it plays the sequence that belongs to the plan; another plan, another
    sequence.

        s_t = memory * s_{t-1} + y_{t-1},    s_0 = y_0 = 0    # a fading trace
        h_t = f(W x_t + V s_t + b)
        y_t = g(U h_t + c)

    `memory=0` is pure output feedback: the last output and nothing before it. Plan
    units are inputs held constant: `keras.layers.RepeatVector(timesteps)` makes
    `(batch, timesteps, plan)` from `(batch, plan)`; other inputs may be concatenated.

    Args:
        units: number of hidden units, at least 1.
        outputs: number of output units, and so of state units, at least 1.
        memory: how much of a state unit remains after a step, from 0 to below 1. A
            constant, as in the paper; it is not trained.
        activation: f, of the hidden units.
        output_activation: g, of the output units.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `[y, s]`,
        both `(batch, outputs)`, mask `(batch, timesteps)`.
    Returns: `y` of the last step `(batch, outputs)`, or of all of them `(batch,
        timesteps, outputs)`; with `return_state` also the last `y` and `s`.
    Masking: a masked step changes neither states nor output.
    Raises: ValueError: `units` or `outputs` below 1, `memory` outside [0, 1); states
        or a mask of another shape.

    Example:
        >>> plans = keras.ops.ones((2, 3))
        >>> steps = keras.layers.RepeatVector(10)(plans)
        >>> tuple(Jordan(8, 4, return_sequences=True)(steps).shape)
        (2, 10, 4)

    Reference: M. I. Jordan, "Serial Order: A Parallel Distributed Processing
        Approach", ICS Report 8604, University of California, San Diego (1986).
    """

    def __init__(
        self,
        units,
        outputs,
        *,
        memory=0.5,
        activation="sigmoid",
        output_activation="sigmoid",
        **kwargs,
    ):
        cell = JordanCell(
            units,
            outputs,
            memory=memory,
            activation=activation,
            output_activation=output_activation,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)
