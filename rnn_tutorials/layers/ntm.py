"""Neural Turing Machine: a network with a memory beside it. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers import _addressing as addressing
from rnn_tutorials.layers._checks import check_choice
from rnn_tutorials.layers._memory_cell import MemoryCell, flat, parts
from rnn_tutorials.layers._recurrent import Recurrent, for_cell

# Cosines with an empty memory must be defined, and the same for all slots.
EMPTY = 1e-6
FIRST_MEMORIES = ("constant", "trained")
# Of the slot where all heads begin; those of the others are 0.
FIRST_LOGIT = 5.0


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class NTMCell(MemoryCell):
    """One time step of `NTM`.

    Args:
        units, memory_size, memory_width, read_heads, write_heads, shift_range,
            controller, first_memory: as in `NTM`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `[h, r]` `(batch, units +
        read_heads * memory_width)`, the memory, flat, `(batch, memory_size *
        memory_width)`, the weightings of the heads, those that read first, `(batch,
        (read_heads + write_heads) * memory_size)`, and `c` `(batch, units)` if the
        controller is an LSTM.
    Returns: `[h_t, r_t]`, and the list of states.
    """

    def __init__(
        self,
        units,
        *,
        memory_size=128,
        memory_width=20,
        read_heads=1,
        write_heads=1,
        shift_range=1,
        controller="lstm",
        first_memory="constant",
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
        self.write_heads = check_count("write_heads", write_heads)
        self.shift_range = _check_reach(shift_range, self.memory_size)
        self.first_memory = check_choice("first_memory", first_memory, FIRST_MEMORIES)
        self.state_size = self._sizes(
            self.memory_size * self.memory_width, self._heads * self.memory_size
        )

    def build(self, input_shape):
        reading = self.read_heads * sum(self._reading)
        writing = self.write_heads * sum(self._writing)
        self._build_control(input_shape, reading + writing)
        self.first_read = self.add_weight(
            shape=(self.read_heads * self.memory_width,),
            initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="first_read",
        )
        self.first_weights = self.add_weight(
            shape=(self._heads, self.memory_size),
            initializer=_at_first_slot,
            name="first_weights",
        )
        if self.first_memory == "trained":
            self.first_slots = self.add_weight(
                shape=(self.memory_size, self.memory_width),
                initializer=keras.initializers.RandomNormal(stddev=0.5),
                name="first_slots",
            )

    def call(self, inputs, states):
        output, memory, weights, *c = states
        h, c, told = self._control(inputs, output, c)
        to_read, (*to_write, erase, add) = self._understand(told)
        memory = self._slots(memory)
        weights = ops.reshape(weights, (-1, self._heads, self.memory_size))
        read_before, written_before = ops.split(weights, [self.read_heads], axis=1)
        written = self._address(memory, written_before, *to_write)
        memory = addressing.write(memory, written, ops.sigmoid(erase), ops.tanh(add))
        read = self._address(memory, read_before, *to_read)
        output = ops.concatenate([h, flat(addressing.read(memory, read))], axis=-1)
        weights = ops.concatenate([read, written], axis=1)
        return output, [output, flat(memory), flat(weights), *c]

    def get_initial_state(self, batch_size=None):
        dtype = self.compute_dtype
        row = ops.concatenate(
            [ops.zeros(self.units, dtype), ops.tanh(ops.cast(self.first_read, dtype))]
        )
        weights = ops.softmax(ops.cast(self.first_weights, dtype), axis=-1)
        return [
            ops.tile(row[None], (batch_size, 1)),
            ops.tile(self._memory_at_first(), (batch_size, 1)),
            ops.tile(ops.reshape(weights, (1, -1)), (batch_size, 1)),
            *(ops.zeros((batch_size, size), dtype) for size in self.state_size[3:]),
        ]

    def get_config(self):
        own = "write_heads", "shift_range", "first_memory"
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}

    def _memory_at_first(self):
        if self.first_memory == "trained":
            return ops.reshape(ops.cast(self.first_slots, self.compute_dtype), (1, -1))
        return ops.full((1, self.state_size[1]), EMPTY, self.compute_dtype)

    @property
    def _heads(self):
        return self.read_heads + self.write_heads

    @property
    def _reading(self):
        """Sizes of what a head is told: key, strength, gate, shift, power."""
        return [self.memory_width, 1, 1, 2 * self.shift_range + 1, 1]

    @property
    def _writing(self):
        """The same for a head that writes: also what to erase, and what to add."""
        return [*self._reading, self.memory_width, self.memory_width]

    def _understand(self, told):
        reading = self.read_heads * sum(self._reading)
        return (
            parts(told[:, :reading], self.read_heads, self._reading),
            parts(told[:, reading:], self.write_heads, self._writing),
        )

    def _address(self, memory, before, key, strength, gate, shift, power):
        found = addressing.by_content(memory, ops.tanh(key), ops.softplus(strength))
        gate = ops.sigmoid(gate)
        weights = gate * found + (1 - gate) * before
        if self.shift_range:
            weights = addressing.shifted(weights, ops.softmax(shift, axis=-1))
        return addressing.sharpened(weights, addressing.one_plus(power))


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class NTM(Recurrent):
    """Neural Turing Machine: a network that reads and writes a memory beside it.

    Intuition: an LSTM keeps what it knows in its own few cells. Here a network, the
    controller, works on a table of `memory_size` slots with `memory_width` numbers
    each. Its heads say where: at the slot whose content looks like a key, or one step
    on from where they were. A head is never at one slot alone but spreads over all of
    them in shares that sum to 1, so all of it has gradients. How much there is to
    remember and how many weights there are have become two things.

    Each head (reading or writing), with what the controller h_t tells it:

        w_c = softmax(beta cos(k, M(i)))             where content is like the key k
        w_g = g w_c + (1 - g) w_{t-1}                or where the head was before
        w~  = s (*) w_g                              moved: circular convolution
        w_t = w~^gamma / sum(w~^gamma)               sharpened
        beta = softplus(.), g = sigmoid(.), s = softmax(.), gamma = 1 + softplus(.)

        M_t(i) = M_{t-1}(i) prod(1 - w_t(i) e) + sum(w_t(i) a)    heads that write
        r_t    = sum(w_t(i) M_t(i))                               heads that read
        h_t    = controller(x_t, r_{t-1})

    Heads write before others read, as in the paper, where r_t comes from M_t; several
    erase before any adds. At first all heads begin at the first slot; where they begin
    and what they have read is trained. Keys and what is added are squashed by tanh,
    erase by sigmoid.

    The output is [h_t, r_t]; a `Dense` layer after it makes the answer.

    Args:
        units: size of the controller, at least 1.
        memory_size: number of slots, at least 1.
        memory_width: numbers in a slot, at least 1.
        read_heads, write_heads: at least 1 of each.
        shift_range: steps that a head can move at once, forwards or back: at least 0,
            and such that no slot is reached twice, 2 shift_range + 1 <= memory_size.
        controller: "lstm" or "simple" (as `keras.layers.SimpleRNN`), which have a
            memory of their own, or "dense", one layer of tanh units that has none.
        first_memory: "constant", the same in all slots, with which tasks like copying
            are learnt faster and work with any number of slots; or "trained", random
            numbers at first, so that a key can find a slot that is still empty, as
            tasks need that file things under something.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`; `initial_state`, as
        `NTMCell` lists the states; mask `(batch, timesteps)`.
    Returns: the output of the last step `(batch, units + read_heads * memory_width)`,
        or of all of them `(batch, timesteps, ...)`; with `return_state` also the last
        states.
    Masking: a masked step changes neither memory, heads, state nor output.
    Raises: ValueError: a size below 1, a `shift_range` that reaches round the memory,
        an unknown `controller` or `first_memory`; a state or a mask of another shape.

    Example:
        >>> layer = NTM(8, memory_size=16, memory_width=6, return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 4))).shape)
        (2, 10, 14)

    Reference: A. Graves, G. Wayne and I. Danihelka, "Neural Turing Machines" (2014),
        arXiv:1410.5401; M. Collier and J. Beel, "Implementing Neural Turing Machines",
        ICANN (2018), doi:10.1007/978-3-030-01424-7_10 (the first memory).
    """

    def __init__(
        self,
        units,
        *,
        memory_size=128,
        memory_width=20,
        read_heads=1,
        write_heads=1,
        shift_range=1,
        controller="lstm",
        first_memory="constant",
        **kwargs,
    ):
        cell = NTMCell(
            units,
            memory_size=memory_size,
            memory_width=memory_width,
            read_heads=read_heads,
            write_heads=write_heads,
            shift_range=shift_range,
            controller=controller,
            first_memory=first_memory,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)


def _at_first_slot(shape, dtype=None):
    """Logits of heads that begin at one slot: were all alike, they would stay so."""
    return FIRST_LOGIT * ops.eye(1, shape[1], dtype=dtype) * ops.ones(shape, dtype)


def _check_reach(value, memory_size):
    reach = check_count("shift_range", value, at_least=0)
    if 2 * reach + 1 > memory_size:
        raise ValueError(
            f"shift_range: expected at most {(memory_size - 1) // 2}, so that no slot "
            f"of {memory_size} is reached twice, received {value!r}"
        )
    return reach
