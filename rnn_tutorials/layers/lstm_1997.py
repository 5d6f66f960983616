"""The LSTM of 1997, which could not forget. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_bias
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class LSTM1997Cell(keras.layers.Layer):
    """One time step of `LSTM1997`.

    Args:
        units, input_gate_bias, output_gate_bias, truncated_gradient: as in `LSTM1997`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `h_{t-1}` and `c_{t-1}`, both
        `(batch, units)`.
    Returns: `h_t` `(batch, units)`, and the list `[h_t, c_t]`.
    """

    def __init__(
        self,
        units,
        *,
        input_gate_bias=-1.0,
        output_gate_bias=-1.0,
        truncated_gradient=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.output_size = check_count("units", units)
        self.state_size = [self.units, self.units]
        self.input_gate_bias = check_bias("input_gate_bias", input_gate_bias, units)
        self.output_gate_bias = check_bias("output_gate_bias", output_gate_bias, units)
        self.truncated_gradient = bool(truncated_gradient)

    def build(self, input_shape):
        def biases(shape, dtype=None):
            starts = self.input_gate_bias, 0.0, self.output_gate_bias
            ones = ops.ones((self.units,), dtype=dtype)
            each = [ones * ops.convert_to_tensor(start, dtype) for start in starts]
            return ops.concatenate(each)

        self.kernel = self.add_weight(
            shape=(input_shape[-1], 3 * self.units),
            initializer="glorot_uniform",
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, 3 * self.units),
            initializer="orthogonal",
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(3 * self.units,), initializer=biases, name="bias"
        )

    def call(self, inputs, states):
        h, c = states
        if self.truncated_gradient:
            h = ops.stop_gradient(h)
        net = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        i, g, o = ops.split(net + self.bias, 3, axis=-1)
        c = c + ops.sigmoid(i) * (4 * ops.sigmoid(g) - 2)
        h = ops.sigmoid(o) * (2 * ops.sigmoid(c) - 1)
        return h, [h, c]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "input_gate_bias": self.input_gate_bias,
            "output_gate_bias": self.output_gate_bias,
            "truncated_gradient": self.truncated_gradient,
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class LSTM1997(Recurrent):
    """LSTM as first published: a cell that adds, two gates, no forget gate.

    Intuition: the cell keeps what it holds with weight exactly 1 (the constant error
    carousel), so that an error flows back through it unchanged for as long as you
    like. The price: it cannot let go. In a stream without resets it grows until its
    squashing saturates; forget gates came in 2000 (`keras.layers.LSTM`).

        i_t = sigmoid(W_i x_t + U_i h_{t-1} + b_i)
        g_t = 4 sigmoid(W_g x_t + U_g h_{t-1} + b_g) - 2      # in [-2, 2]
        o_t = sigmoid(W_o x_t + U_o h_{t-1} + b_o)
        c_t = c_{t-1} + i_t * g_t
        h_t = o_t * (2 sigmoid(c_t) - 1)                      # in [-1, 1], then gated

    Gates are in the order i, g, o in the weights. One cell per memory block; cells
    and gates hear the cells' outputs, not (as the paper allows) the gates' too.

    Args:
        units: number of memory cells, at least 1.
        input_gate_bias, output_gate_bias: start of b_i and b_o: a number, or one per
            unit. Negative ones keep the gates nearly shut at first: the input gate's
            protects the cell from drift, the output gate's keeps a cell from being
            used as a mere bias. The other weights start as Keras's own layers do
            (Glorot and orthogonal), not as in the paper.
        truncated_gradient: True cuts the gradient where the paper does: an error that
            reaches the inputs of gates or cells changes their weights and goes no
            further back, so that only the carousel carries it through time. False
            (default) is full backpropagation through time.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `[h, c]`,
        both `(batch, units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h` and `c`.
    Masking: a masked step changes neither states nor output.
    Raises: ValueError: `units` below 1; a bias that is not finite or not one per unit;
        states or a mask of another shape.

    Example:
        >>> tuple(LSTM1997(8, input_gate_bias=-3)(keras.ops.ones((2, 10, 3))).shape)
        (2, 8)

    Reference: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural
        Computation 9 (1997), section 4 and appendix A.1,
        doi:10.1162/neco.1997.9.8.1735.
    """

    def __init__(
        self,
        units,
        *,
        input_gate_bias=-1.0,
        output_gate_bias=-1.0,
        truncated_gradient=False,
        **kwargs,
    ):
        cell = LSTM1997Cell(
            units,
            input_gate_bias=input_gate_bias,
            output_gate_bias=output_gate_bias,
            truncated_gradient=truncated_gradient,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)
