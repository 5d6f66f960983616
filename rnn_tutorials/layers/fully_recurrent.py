"""The fully recurrent network of Williams and Zipser. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class FullyRecurrentCell(keras.layers.Layer):
    """One time step of `FullyRecurrent`.

    Args:
        units, outputs, activation: as in `FullyRecurrent`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `y(t)`, the visible units
        `(batch, outputs)` and, if there are any, the hidden ones.
    Returns: the visible units of `y(t+1)`, and all of it as a list like `states`.
    """

    def __init__(self, units, outputs=None, *, activation="sigmoid", **kwargs):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.outputs = check_count("outputs", units if outputs is None else outputs)
        if self.outputs > self.units:
            raise ValueError(
                f"outputs: expected at most units = {units}, of which they are a part, "
                f"received {outputs!r}"
            )
        self.output_size = self.outputs
        hidden = self.units - self.outputs
        self.state_size = [self.outputs, hidden] if hidden else [self.units]
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1] + 1 + self.units, self.units),
            initializer="glorot_uniform",
            name="kernel",
        )

    def call(self, inputs, states):
        y = ops.concatenate(states, axis=-1)
        one = ops.ones_like(y[:, :1])  # the input that is always on: the bias
        z = ops.concatenate([inputs, one, y], axis=-1)
        y = self.activation(ops.matmul(z, self.kernel))
        visible, hidden = y[:, : self.outputs], y[:, self.outputs :]
        return visible, [visible, hidden][: len(self.state_size)]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "outputs": self.outputs,
            "activation": keras.activations.serialize(self.activation),
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class FullyRecurrent(Recurrent):
    """Fully recurrent network: every unit sees every unit, in one matrix.

    Intuition: no layers at all. Some units are visible, the others hidden; a unit
    hears the inputs and all units one step late, so that what lies n connections away
    takes n steps to arrive.

        z(t)   = [x(t); 1; y(t)]        # inputs, bias, units
        y(t+1) = f(W z(t)),    y(0) = 0

    The first `outputs` units of `y(t+1)` are the output of the step that reads `x(t)`.
    `rnn_tutorials.rtrl` computes the gradient of this network forwards in time.

    Args:
        units: number of units, visible and hidden, at least 1.
        outputs: how many of them are visible, from 1 to `units`; default: all.
        activation: f; logistic in the paper.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    The one weight, `cell.kernel`, is the transpose of the paper's W: `(features + 1 +
    units, units)`, rows in the order of z.

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `[visible,
        hidden]`, `(batch, outputs)` and `(batch, units - outputs)` (one tensor if all
        units are visible), mask `(batch, timesteps)`.
    Returns: the visible units after the last step `(batch, outputs)`, or after each
        `(batch, timesteps, outputs)`; with `return_state` also the states.
    Masking: a masked step changes neither states nor output.
    Raises: ValueError: `units` or `outputs` below 1, `outputs` above `units`; states
        or a mask of another shape.

    Example:
        >>> tuple(FullyRecurrent(8, 2)(keras.ops.ones((2, 10, 3))).shape)
        (2, 2)

    Reference: R. J. Williams and D. Zipser, "A Learning Algorithm for Continually
        Running Fully Recurrent Neural Networks", Neural Computation 1 (1989),
        doi:10.1162/neco.1989.1.2.270.
    """

    def __init__(self, units, outputs=None, *, activation="sigmoid", **kwargs):
        cell = FullyRecurrentCell(
            units, outputs, activation=activation, **for_cell(kwargs)
        )
        super().__init__(cell, **kwargs)
