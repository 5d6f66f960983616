"""Independently recurrent network: a unit sees itself only. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_choice, check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell

# Activation -> the function, and its slope told from its value.
ACTIVATIONS = {
    "relu": (ops.relu, lambda h: ops.cast(h > 0, h.dtype)),
    "tanh": (ops.tanh, lambda h: 1 - h * h),
}


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class IndRNNCell(keras.layers.Layer):
    """One time step of `IndRNN`.

    Args:
        units, timesteps, max_gain, min_gain, activation, kernel_initializer: as in
            `IndRNN`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `h_{t-1}` `(batch, units)`.
    Returns: `h_t` `(batch, units)`, and the list `[h_t]`.
    """

    def __init__(
        self,
        units,
        timesteps,
        *,
        max_gain=2.0,
        min_gain=0.0,
        activation="relu",
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        self.timesteps = check_count("timesteps", timesteps)
        self.min_gain = check_number("min_gain", min_gain, at_least=0)
        self.max_gain = check_number("max_gain", max_gain)
        if not self.min_gain < self.max_gain:
            raise ValueError(
                f"max_gain: expected above min_gain, {self.min_gain:g}, "
                f"received {max_gain!r}"
            )
        self.activation = check_choice("activation", activation, [*ACTIVATIONS])
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    @property
    def limit(self):
        """The largest |u| that training may reach."""
        return self.max_gain ** (1 / self.timesteps)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        lowest, limit = self.min_gain ** (1 / self.timesteps), self.limit
        self.recurrent_kernel = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.RandomUniform(lowest, limit),
            constraint=lambda u: ops.clip(u, -limit, limit),
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units,), initializer="zeros", name="bias"
        )

    def project(self, inputs):
        """W x + b, of one step or of all of them at once."""
        return ops.matmul(inputs, self.kernel) + self.bias

    def call(self, inputs, states):
        (h,) = states
        f, _ = ACTIVATIONS[self.activation]
        h = f(self.project(inputs) + self.recurrent_kernel * h)
        return h, [h]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "timesteps": self.timesteps,
            "max_gain": self.max_gain,
            "min_gain": self.min_gain,
            "activation": self.activation,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class IndRNN(Recurrent):
    """Independently recurrent network: each unit is its own memory, one weight long.

    Intuition: in a plain recurrent network a matrix is multiplied by itself at every
    step, and nobody can say what becomes of a signal. Here a unit hears, of the last
    step, only itself, through a single number u: after T steps u^T is left. That can be
    read off, and bounded. Units meet in the next layer: stack at least two.

        h_t = f(W x_t + u * h_{t-1} + b),    h_0 = 0,    |u| <= max_gain^(1/T)

    The bound holds after every training step. At the start u is uniform between
    `min_gain^(1/T)` and the bound: 0 (default) gives units with memories of every
    length; for a last layer that is read at the last step only, the authors' code has
    1/2, for there only what lasts counts. Where signals add up over many steps, small
    input weights keep the first outputs moderate.

    The layer multiplies all inputs by W at once and follows the gradient by hand,
    which is one multiplication per unit and step; automatic differentiation through
    TensorFlow's loop takes several times as long.

    Args:
        units: number of units, at least 1.
        timesteps: T, over which gains are counted: steps of the longest sequence.
        max_gain: the most by which a signal may grow in T steps; above `min_gain`.
        min_gain: the least that is left of it after T steps, at the start of
            training; at least 0.
        activation: f, "relu" or "tanh".
        kernel_initializer: of W, an initializer of Keras or its name.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, `initial_state` `(batch,
        units)`, mask `(batch, timesteps)`.
    Returns: `h` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `h`.
    Masking: a masked step changes neither state nor output.
    Raises: ValueError: `units` or `timesteps` below 1, `min_gain` below 0, `max_gain`
        not above it, another activation; a state or a mask of another shape.

    Example:
        >>> layer = IndRNN(8, timesteps=500, return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 3))).shape), round(layer.cell.limit, 5)
        ((2, 10, 8), 1.00139)

    Reference: S. Li, W. Li, C. Cook, C. Zhu and Y. Gao, "Independently Recurrent Neural
        Network (IndRNN): Building A Longer and Deeper RNN", CVPR 2018, sections 3 and
        4, arXiv:1803.04831.
    """

    def __init__(
        self,
        units,
        timesteps,
        *,
        max_gain=2.0,
        min_gain=0.0,
        activation="relu",
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        cell = IndRNNCell(
            units,
            timesteps,
            max_gain=max_gain,
            min_gain=min_gain,
            activation=activation,
            kernel_initializer=kernel_initializer,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        net = _swap(self.cell.project(sequences))  # time comes first in loops
        real = None if mask is None else _swap(ops.cast(mask, "bool"))[..., None]
        if self.go_backwards:
            net = ops.flip(net, axis=0)
            real = None if mask is None else ops.flip(real, axis=0)
        u = ops.copy(self.cell.recurrent_kernel)  # a tensor, not the variable
        (start,) = keras.tree.flatten(initial_state)
        h = independent_steps(net, u, start, self.cell.activation, real)
        outputs = h
        if mask is not None and self.zero_output_for_mask:
            outputs = ops.where(real, h, ops.zeros_like(h))
        return outputs[-1], _swap(outputs), [h[-1]]


def independent_steps(net, u, start, activation="relu", real=None):
    """Run h_t = f(net_t + u * h_{t-1}), with its gradient by hand.

    Args:
        net: `(timesteps, batch, units)`.
        u: `(units,)`.
        start: h_0, `(batch, units)`.
        activation: name of f.
        real: None, or bool `(timesteps, batch, 1)`: False where h stays as it is.

    Returns:
        All h, `(timesteps, batch, units)`.
    """
    f, slope_of = ACTIVATIONS[activation]

    def masked(new, old, at):
        return new if real is None else ops.where(at, new, old)

    @ops.custom_gradient
    def run(net, u, start):
        def step(h, now):
            h = masked(f(now[0] + u * h), h, now[-1] > 0)
            return h, h

        h = _scan(step, start, *((net,) if real is None else (net, real)))[1]

        def gradient(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            slope = masked(slope_of(h), ops.zeros_like(h), real)
            passed = masked(u * slope, ops.ones_like(h), real)  # dh_t / dh_{t-1}

            def back(error, now):
                # What reaches h_t: from its own output, and from h_{t+1}.
                error = now[0] + error
                return now[1] * error, error

            zero = ops.zeros_like(start)
            to_start, errors = _scan(back, zero, upstream, passed, reverse=True)
            to_net = errors * slope
            before = ops.concatenate([start[None], h[:-1]], axis=0)
            return to_net, ops.sum(to_net * before, axis=(0, 1)), to_start

        return h, gradient

    return run(net, u, start)


def _scan(step, start, *arrays, reverse=False):
    """`ops.scan`, over one array: those of unknown length Keras can't scan together.

    So it is on TensorFlow, with Keras 3.15.
    """
    end = arrays[0].shape[-1]
    joined = ops.concatenate([ops.cast(each, start.dtype) for each in arrays], axis=-1)

    def split(carry, now):
        return step(carry, (now[..., :end], now[..., end:]))

    return ops.scan(split, start, joined, reverse=reverse)


def _swap(x):
    """Exchange batch and time."""
    return ops.swapaxes(x, 0, 1)
