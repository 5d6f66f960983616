"""LSTM whose gates see the cell itself. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class PeepholeLSTMCell(keras.layers.Layer):
    """One time step of `PeepholeLSTM`.

    Args:
        units, activation, output_activation, unit_forget_bias, forget_bias: as in
            `PeepholeLSTM`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `h_{t-1}` and `c_{t-1}`, both
        `(batch, units)`.
    Returns: `h_t` `(batch, units)`, and the list `[h_t, c_t]`.
    """

    def __init__(
        self,
        units,
        *,
        activation="tanh",
        output_activation="tanh",
        unit_forget_bias=True,
        forget_bias=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.output_size = check_count("units", units)
        self.state_size = [self.units, self.units]
        self.activation = keras.activations.get(activation)
        self.output_activation = keras.activations.get(output_activation)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.forget_bias = check_number("forget_bias", forget_bias)

    def build(self, input_shape):
        def weight(name, initializer, *shape):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        def biases(shape, dtype=None):
            start = self.forget_bias if self.unit_forget_bias else 0.0
            of_gates = ops.convert_to_tensor([0.0, start, 0.0, 0.0], dtype)
            return ops.repeat(of_gates, self.units)

        n = self.units
        self.kernel = weight("kernel", "glorot_uniform", input_shape[-1], 4 * n)
        self.recurrent_kernel = weight("recurrent_kernel", "orthogonal", n, 4 * n)
        self.bias = weight("bias", biases, 4 * n)
        self.peepholes = weight("peepholes", "zeros", 3, n)

    def call(self, inputs, states):
        h, c = states
        net = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        i, f, g, o = ops.split(net + self.bias, 4, axis=-1)
        p_i, p_f, p_o = self.peepholes[0], self.peepholes[1], self.peepholes[2]
        i = ops.sigmoid(i + p_i * c)
        f = ops.sigmoid(f + p_f * c)
        c = f * c + i * self.activation(g)
        o = ops.sigmoid(o + p_o * c)
        h = o * self.output_activation(c)
        return h, [h, c]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "output_activation": keras.activations.serialize(self.output_activation),
            "unit_forget_bias": self.unit_forget_bias,
            "forget_bias": self.forget_bias,
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class PeepholeLSTM(Recurrent):
    """LSTM with peepholes: each gate sees its own cell's content.

    Intuition: a closed output gate hides the cell from every gate, just when they
    might need it; a peephole lets them read the clock inside. For tasks where the
    exact moment counts: timing, counting, rhythm.

        i_t = sigmoid(W_i x_t + U_i h_{t-1} + p_i * c_{t-1} + b_i)
        f_t = sigmoid(W_f x_t + U_f h_{t-1} + p_f * c_{t-1} + b_f)
        c_t = f_t * c_{t-1} + i_t * g(W_g x_t + U_g h_{t-1} + b_g)
        o_t = sigmoid(W_o x_t + U_o h_{t-1} + p_o * c_t + b_o)  # c of this step
        h_t = o_t * output_activation(c_t)

    Weights are in the order i, f, g, o, as Keras's; `cell.peepholes` `(3, units)` has
    the rows p_i, p_f, p_o and starts at zero, where this is `keras.layers.LSTM`.

    Args:
        units: number of cells, at least 1.
        activation: g, of what is offered to the cell.
        output_activation: of what the cell shows; "linear" leaves this squashing out.
        unit_forget_bias: as in `keras.layers.LSTM`: whether b_f starts at
            `forget_bias` (True) or at 0 like the other biases.
        forget_bias: start of b_f; a large one, such as 5, remembers from the start.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `[h, c]`,
        both `(batch, units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h` and `c`.
    Masking: a masked step changes neither states nor output.
    Raises: ValueError: `units` below 1, `forget_bias` not finite; states or a mask of
        another shape.

    Example:
        >>> tuple(PeepholeLSTM(8)(keras.ops.ones((2, 10, 3))).shape)
        (2, 8)

    Reference: F. A. Gers, N. N. Schraudolph and J. Schmidhuber, "Learning Precise
        Timing with LSTM Recurrent Networks", JMLR 3 (2002), section 3,
        https://www.jmlr.org/papers/v3/gers02a.html.
    """

    def __init__(
        self,
        units,
        *,
        activation="tanh",
        output_activation="tanh",
        unit_forget_bias=True,
        forget_bias=1.0,
        **kwargs,
    ):
        cell = PeepholeLSTMCell(
            units,
            activation=activation,
            output_activation=output_activation,
            unit_forget_bias=unit_forget_bias,
            forget_bias=forget_bias,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)
