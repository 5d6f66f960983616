"""What networks with a memory beside them share: the controller. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_choice

CONTROLLERS = ("lstm", "simple", "dense")


class MemoryCell(keras.layers.Layer):
    """A controller that hears the input and what the heads have read before.

    A subclass sets `state_size` to what `_sizes` returns and calls `_build_control` in
    its `build`. The first state is the output, the last of an LSTM's is its `c`.

    Args:
        units: size of the controller.
        memory_size, memory_width, read_heads: number of slots, numbers in each, heads
            that read.
        controller: one of `CONTROLLERS`.
        **kwargs: `name`, `dtype`, `trainable`.
    """

    def __init__(
        self, units, *, memory_size, memory_width, read_heads, controller, **kwargs
    ):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.memory_size = check_count("memory_size", memory_size)
        self.memory_width = check_count("memory_width", memory_width)
        self.read_heads = check_count("read_heads", read_heads)
        self.controller = check_choice("controller", controller, CONTROLLERS)
        self.output_size = self.units + self.read_heads * self.memory_width
        if controller == "lstm":
            self.network = keras.layers.LSTMCell(self.units, dtype=self.dtype_policy)
        elif controller == "simple":
            self.network = keras.layers.SimpleRNNCell(
                self.units, dtype=self.dtype_policy
            )
        else:
            self.network = keras.layers.Dense(
                self.units, activation="tanh", dtype=self.dtype_policy
            )

    def get_config(self):
        own = "units memory_size memory_width read_heads controller"
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in own.split()},
        }

    def _sizes(self, *of_memory):
        """Sizes of all states, given those of the memory and its heads."""
        c = [self.units] if self.controller == "lstm" else []
        return [self.output_size, *of_memory, *c]

    def _build_control(self, input_shape, told, bias="zeros"):
        """`told`: how many numbers the controller tells its heads; `bias`: at first."""
        reads = self.read_heads * self.memory_width
        self.network.build((input_shape[0], input_shape[-1] + reads))
        self.head_kernel = self.add_weight(
            shape=(self.units, told), initializer="glorot_uniform", name="head_kernel"
        )
        self.head_bias = self.add_weight(
            shape=(told,), initializer=bias, name="head_bias"
        )

    def _control(self, inputs, output, c):
        """Return `h_t`, the new `[c]` or `[]`, and what the heads are told."""
        h, seen = ops.split(output, [self.units], axis=-1)
        inputs = ops.concatenate([inputs, seen], axis=-1)
        if self.controller == "dense":
            h = self.network(inputs)
        else:
            h, (_, *c) = self.network(inputs, [h, *c])
        return h, c, ops.matmul(h, self.head_kernel) + self.head_bias

    def _slots(self, memory):
        return ops.reshape(memory, (-1, self.memory_size, self.memory_width))


def parts(told, heads, sizes):
    """Split what heads are told, `(batch, heads * sum(sizes))`, by its meaning."""
    told = ops.reshape(told, (-1, heads, sum(sizes)))
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes) - 1)]
    return ops.split(told, ends, axis=-1)


def flat(x):
    """`(batch, a, b)` as `(batch, a b)`, which is what a state may be."""
    return ops.reshape(x, (-1, x.shape[1] * x.shape[2]))
