"""Continuous-time recurrent network, stepped through time. Imports keras, NumPy."""

import keras
import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_above_0, check_bias, check_choice
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class CTRNNCell(keras.layers.Layer):
    """One step of `CTRNN` through time.

    Args:
        units, time_constants, step, method, activation, input_units: as in `CTRNN`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `u_{t-1}` `(batch, units)`.
    Returns: `u_t` `(batch, units)`, and the list `[u_t]`.
    """

    def __init__(
        self,
        units,
        *,
        time_constants=10.0,
        step=1.0,
        method="exponential",
        activation="sigmoid",
        input_units=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        taus = check_bias("time_constants", time_constants, self.units)
        self.time_constants, self.step, self.method = taus, step, method
        self.share = share_per_step(taus, step, method)
        self.activation = keras.activations.get(activation)
        self.input_units = _check_input_units(input_units, self.units)

    def build(self, input_shape):
        def weight(name, *shape, initializer):
            return self.add_weight(shape=shape, initializer=initializer, name=name)

        units, hearing = self.units, self.input_units or self.units
        glorot = "glorot_uniform"
        self.kernel = weight("kernel", input_shape[-1], hearing, initializer=glorot)
        self.recurrent_kernel = weight(
            "recurrent_kernel", units, units, initializer="orthogonal"
        )
        self.bias = weight("bias", units, initializer="zeros")

    def call(self, inputs, states):
        (u,) = states
        heard = ops.matmul(inputs, self.kernel)
        if self.input_units:
            heard = ops.pad(heard, ((0, 0), (0, self.units - self.input_units)))
        goal = ops.matmul(self.activation(u), self.recurrent_kernel) + heard + self.bias
        u = u + ops.cast(self.share, u.dtype) * (goal - u)
        return u, [u]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "time_constants": self.time_constants,
            "step": self.step,
            "method": self.method,
            "activation": keras.activations.serialize(self.activation),
            "input_units": self.input_units,
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class CTRNN(Recurrent):
    """Continuous-time recurrent network: units that change at speeds of their own.

    Intuition: a unit is a leaky bucket. What the others and the input pour in is where
    its level would come to rest; it goes there, at a pace that its time constant sets:
    63 % of the way in one time constant, if nothing changed meanwhile. Fast units
    follow what happens now, slow ones keep what happened long ago.

        tau du/dt = -u + W f(u) + U x + b,    u(0) = 0
        u_t = u_{t-1} + a (W f(u_{t-1}) + U x_t + b - u_{t-1})       # one step of h
        "euler":        a = h / tau
        "exponential":  a = 1 - exp(-h / tau)

    Both have an error that shrinks like h. The exponential step is exact as long as
    what pours in stays as it is: without recurrent weights, for inputs that are
    constant in a step, at any h. A bias is an input, too: with u = y + theta and
    b = theta this is Beer's tau dy/dt = -y + W f(y + theta) + I.

    With small time constants for some units and large ones for others it is an MTRNN
    (multiple timescales); `rnn_tutorials.build_mtrnn` makes a model of it.

    The output is u, the potentials; `keras.layers.Activation(activation)` gives the
    firing rates f(u).

    Args:
        units: number of units, at least 1.
        time_constants: tau, a number or one for each unit, each at least `step`. They
            are not trained.
        step: h, time from one input to the next, above 0, in the unit of tau.
        method: "exponential" or "euler".
        activation: f, from potentials to rates.
        input_units: only the first so many units hear the input; None means all.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...
            `dtype="float64"` where small steps add up.

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `(batch,
        units)`, mask `(batch, timesteps)`.
    Returns: `u` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `u`.
    Masking: a masked step changes neither state nor output: time stands still.
    Raises: ValueError: `units` below 1, `step` not above 0, a time constant below it,
        an unknown `method`, more `input_units` than units; a state or a mask of another
        shape.

    Example:
        >>> layer = CTRNN(3, time_constants=[2, 5, 70], return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 4))).shape)
        (2, 10, 3)

    Reference: R. D. Beer, "On the Dynamics of Small Continuous-Time Recurrent Neural
        Networks", Adaptive Behavior 3 (1995), doi:10.1177/105971239500300405;
        Y. Yamashita and J. Tani, "Emergence of Functional Hierarchy in a Multiple
        Timescale Neural Network Model", PLoS Computational Biology 4 (2008),
        doi:10.1371/journal.pcbi.1000220 (MTRNN).
    """

    def __init__(
        self,
        units,
        *,
        time_constants=10.0,
        step=1.0,
        method="exponential",
        activation="sigmoid",
        input_units=None,
        **kwargs,
    ):
        cell = CTRNNCell(
            units,
            time_constants=time_constants,
            step=step,
            method=method,
            activation=activation,
            input_units=input_units,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)


def share_per_step(time_constants, step, method):
    """Share of the way to its goal that a unit goes in one step, as in `CTRNN`.

    A number, or an array with one per unit.
    """
    h = check_above_0("step", step)
    check_choice("method", method, ("exponential", "euler"))
    taus = np.asarray(time_constants)
    if (taus < h).any():
        raise ValueError(
            f"time_constants: expected at least the step, {h:g}, else a unit would "
            f"be faster than it is looked at, received {taus.min():g}"
        )
    return h / taus if method == "euler" else -np.expm1(-h / taus)


def _check_input_units(value, units):
    if value is None:
        return None
    count = check_count("input_units", value)
    if count > units:
        raise ValueError(
            f"input_units: expected at most the {units} units, received {value!r}"
        )
    return count
