"""Differentiable Neural Computer: a memory that knows what is free and what came next.

Imports keras only.
"""

import keras
from keras import ops

from rnn_tutorials.layers import _addressing as addressing
from rnn_tutorials.layers._memory_cell import MemoryCell, flat, parts
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class DNCCell(MemoryCell):
    """One time step of `DNC`.

    Args:
        units, memory_size, memory_width, read_heads, controller, freeing, links: as in
            `DNC`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states, each `(batch, size)`: `[h, r]`,
        memory, read weightings, write weighting, usage, precedence and link matrix,
        with N slots of W numbers and R heads of the sizes units + R W, N W, R N, N, N,
        N, N N; and `c` if the controller is an LSTM.
    Returns: `[h_t, r_t]`, and the list of states.
    """

    def __init__(
        self,
        units,
        *,
        memory_size=64,
        memory_width=16,
        read_heads=1,
        controller="lstm",
        freeing=True,
        links=True,
        **kwargs,
    ):
        super().__init__(
            units,
            memory_size=memory_size,
            memory_width=memory_width,
            read_heads=read_heads,
            controller=controller,
            **kwargs,
        )
        self.freeing, self.links = bool(freeing), bool(links)
        n, w, r = self.memory_size, self.memory_width, self.read_heads
        self.state_size = self._sizes(n * w, r * n, n, n, n, n * n)

    def build(self, input_shape):
        told = self.read_heads * sum(self._reading) + sum(self._writing)
        self._build_control(input_shape, told)

    def call(self, inputs, states):
        output, memory, read, written, usage, precedence, link, *c = states
        h, c, told = self._control(inputs, output, c)
        to_read, to_write = self._understand(told)
        memory, link = self._slots(memory), self._square(link)
        read = ops.reshape(read, (-1, self.read_heads, self.memory_size))

        usage = in_use(usage, written, read, self._freed(to_read))
        written = self._write_where(memory, usage, to_write)
        erase, add = to_write[-2:]
        memory = addressing.write(
            memory, written[:, None], ops.sigmoid(erase), ops.tanh(add)
        )
        link = linked(link, precedence, written)
        total = ops.sum(written, axis=-1, keepdims=True)
        precedence = (1 - total) * precedence + written
        read = self._read_where(memory, link, read, to_read)
        output = ops.concatenate([h, flat(addressing.read(memory, read))], axis=-1)
        states = flat(memory), flat(read), written, usage, precedence, flat(link)
        return output, [output, *states, *c]

    def get_config(self):
        own = {"freeing": self.freeing, "links": self.links}
        return {**super().get_config(), **own}

    @property
    def _reading(self):
        """Sizes of what a head that reads is told: key, strength, free, modes."""
        return [self.memory_width, 1, 1, 3]

    @property
    def _writing(self):
        """The one that writes: key, strength, allocate, write, erase, add."""
        return [self.memory_width, 1, 1, 1, self.memory_width, self.memory_width]

    def _understand(self, told):
        end = self.read_heads * sum(self._reading)
        return (
            parts(told[:, :end], self.read_heads, self._reading),
            parts(told[:, end:], 1, self._writing),
        )

    def _square(self, link):
        return ops.reshape(link, (-1, self.memory_size, self.memory_size))

    def _freed(self, to_read):
        free = ops.sigmoid(to_read[2])
        return free if self.freeing else ops.zeros_like(free)

    def _write_where(self, memory, usage, to_write):
        key, strength, allocate, write, *_ = to_write
        content = addressing.by_content(memory, key, addressing.one_plus(strength))
        allocate, write = ops.sigmoid(allocate[:, 0]), ops.sigmoid(write[:, 0])
        where = allocate * free_slots(usage) + (1 - allocate) * content[:, 0]
        return write * where

    def _read_where(self, memory, link, before, to_read):
        key, strength, _, modes = to_read
        content = addressing.by_content(memory, key, addressing.one_plus(strength))
        if not self.links:
            return content
        backward, at, forward = ops.split(ops.softmax(modes, axis=-1), 3, axis=-1)
        return (
            backward * ops.matmul(before, link)
            + at * content
            + forward * ops.matmul(before, ops.swapaxes(link, -1, -2))
        )


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class DNC(Recurrent):
    """Differentiable Neural Computer: a memory with a free list and a thread.

    Intuition: what a Neural Turing Machine has to arrange by moving its heads is built
    in here. A usage counter knows which slots are free, and gives out the freest one
    for the next thing to be written. A link matrix remembers which slot was written
    after which, so that a reader can go on to the next one, or back, wherever it lies.
    And a slot that has been read can be given back.

    With N slots M(i) of W numbers, R heads that read (w^r) and one that writes (w):

        psi_t = prod(1 - f w^r_{t-1})                            kept by every reader
        u_t = (u_{t-1} + w_{t-1} - u_{t-1} w_{t-1}) psi_t                       usage
        a_t = (1 - u_t(i)) prod(u_t(j) over all j less used than i)        allocation
        w_t = g_w (g_a a_t + (1 - g_a) content(k, beta))
        M_t = M_{t-1} (1 - w_t e) + w_t v

        L_t(i, j) = (1 - w_t(i) - w_t(j)) L_{t-1}(i, j) + w_t(i) p_{t-1}(j), i not j
        p_t = (1 - sum(w_t)) p_{t-1} + w_t          how much i was the last one written
        w^r_t = pi_1 L_t^T w^r_{t-1} + pi_2 content + pi_3 L_t w^r_{t-1}
        r_t = sum(w^r_t(i) M_t(i)),    h_t = controller(x_t, r_{t-1})

    content = softmax of beta cos(k, M(i)), beta = 1 + softplus(.); the gates f, g_a,
    g_w and the erase vector e are sigmoids, the read modes pi a softmax over backward,
    content and forward. What is written is squashed by tanh (in the paper it is not).
    All states start at 0.

    The output is [h_t, r_t]; a `Dense` layer after it makes the answer. Without
    `freeing` a slot is never given back: sequences with more to write than there are
    slots then overwrite what they have.

    Args:
        units: size of the controller, at least 1.
        memory_size: number of slots N, at least 1. A step costs N N for the links.
        memory_width: numbers in a slot W, at least 1.
        read_heads: at least 1.
        controller: "lstm" or "simple" (as `keras.layers.SimpleRNN`), which have a
            memory of their own, or "dense", one layer of tanh units that has none.
        freeing: whether readers can give slots back; if not, f = 0.
        links: whether readers can follow the links; if not, they read by content.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`; `initial_state`, as
        `DNCCell` lists the states; mask `(batch, timesteps)`.
    Returns: the output of the last step `(batch, units + read_heads * memory_width)`,
        or of all of them `(batch, timesteps, ...)`; with `return_state` also the last
        states.
    Masking: a masked step changes neither memory, heads, state nor output.
    Raises: ValueError: a size below 1, an unknown `controller`; a state or a mask of
        another shape.

    Example:
        >>> layer = DNC(8, memory_size=16, memory_width=6, return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 4))).shape)
        (2, 10, 14)

    Reference: A. Graves and others, "Hybrid computing using a neural network with
        dynamic external memory", Nature 538 (2016), doi:10.1038/nature20101.
    """

    def __init__(
        self,
        units,
        *,
        memory_size=64,
        memory_width=16,
        read_heads=1,
        controller="lstm",
        freeing=True,
        links=True,
        **kwargs,
    ):
        cell = DNCCell(
            units,
            memory_size=memory_size,
            memory_width=memory_width,
            read_heads=read_heads,
            controller=controller,
            freeing=freeing,
            links=links,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)


def in_use(usage, written, read, freed):
    """Usage after what was written last, and what the readers give back."""
    kept = ops.prod(1 - freed * read, axis=1)
    return (usage + written - usage * written) * kept


def free_slots(usage):
    """Allocation weighting: 1 at the least used slot if that is free, else shared."""
    order = ops.argsort(usage, axis=-1)
    ranked = ops.take_along_axis(usage, order, axis=-1)
    busier = ops.cumprod(ranked, axis=-1)
    less_used = ops.concatenate([ops.ones_like(busier[:, :1]), busier[:, :-1]], axis=-1)
    back = ops.argsort(order, axis=-1)
    return ops.take_along_axis((1 - ranked) * less_used, back, axis=-1)


def linked(link, precedence, written):
    """Links `(batch, after, before)` once `written` follows what was written last."""
    w = written[:, :, None]
    link = (1 - w - ops.swapaxes(w, -1, -2)) * link + w * precedence[:, None]
    return link * (1 - ops.eye(link.shape[-1], dtype=link.dtype))
