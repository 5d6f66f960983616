"""Neural pushdown automata: a network with stacks beside it. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_choice, check_number
from rnn_tutorials.layers._memory_cell import MemoryCell, parts
from rnn_tutorials.layers._recurrent import Recurrent, for_cell

# What lies below the bottom: no sigmoid gives it, so that an empty stack can be seen.
EMPTY = -1.0


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class NeuralStackCell(MemoryCell):
    """One time step of `NeuralStack`.

    Args:
        units, stacks, depth, width, top, actions, controller, push_bias: as in
            `NeuralStack`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `[h, tops]` `(batch, units +
        stacks * top * width)`, the stacks, flat, top first, `(batch, stacks * depth *
        width)`, and `c` `(batch, units)` if the controller is an LSTM.
    Returns: `[h_t, tops_t]`, and the list of states.
    """

    def __init__(
        self,
        units,
        *,
        stacks=1,
        depth=64,
        width=8,
        top=1,
        actions="soft",
        controller="simple",
        push_bias=0.0,
        **kwargs,
    ):
        self.stacks = check_count("stacks", stacks)
        self.depth = check_count("depth", depth)
        self.width = check_count("width", width)
        self.top = _check_top(top, self.depth)
        self.actions = check_choice("actions", actions, ("soft", "hard"))
        self.push_bias = check_number("push_bias", push_bias)
        super().__init__(
            units,
            memory_size=self.depth,
            memory_width=self.width,
            read_heads=self.stacks * self.top,
            controller=controller,
            **kwargs,
        )
        self.state_size = self._sizes(self.stacks * self.depth * self.width)

    def build(self, input_shape):
        def biases(shape, dtype=None):
            of_a_stack = [self.push_bias] + [0.0] * (2 + self.width)
            return ops.convert_to_tensor(of_a_stack * self.stacks, dtype)

        self._build_control(input_shape, self.stacks * sum(self._told), biases)

    def call(self, inputs, states):
        output, before, *c = states
        h, c, told = self._control(inputs, output, c)
        action, value = parts(told, self.stacks, self._told)
        shape = (-1, self.stacks, self.depth, self.width)
        stacks = self._moved(
            ops.reshape(before, shape), ops.sigmoid(value), self._decide(action)
        )
        tops = ops.reshape(
            stacks[:, :, : self.top], (-1, self.output_size - self.units)
        )
        output = ops.concatenate([h, tops], axis=-1)
        return output, [output, ops.reshape(stacks, (-1, before.shape[1])), *c]

    def get_initial_state(self, batch_size=None):
        dtype = self.compute_dtype
        output, stacks, *c = self.state_size
        start = [0.0] * self.units + [EMPTY] * (output - self.units)
        row = ops.convert_to_tensor(start, dtype)[None]
        return [
            ops.tile(row, (batch_size, 1)),
            ops.full((batch_size, stacks), EMPTY, dtype),
            *(ops.zeros((batch_size, size), dtype) for size in c),
        ]

    def get_config(self):
        config = super().get_config()
        own = "stacks depth width top actions push_bias"
        for name in ("memory_size", "memory_width", "read_heads"):
            del config[name]
        return {**config, **{name: getattr(self, name) for name in own.split()}}

    @property
    def _told(self):
        """Sizes of what a stack is told: the three actions, the value to push."""
        return [3, self.width]

    def _decide(self, action):
        shares = ops.softmax(action, axis=-1)
        if self.actions == "soft":
            return shares
        one = ops.one_hot(ops.argmax(action, axis=-1), 3, dtype=shares.dtype)
        return shares + ops.stop_gradient(one - shares)

    def _moved(self, stacks, value, action):
        pushed = ops.concatenate([value[:, :, None], stacks[:, :, :-1]], axis=2)
        below = ops.full_like(stacks[:, :, :1], EMPTY)
        popped = ops.concatenate([stacks[:, :, 1:], below], axis=2)
        push, pop, no_op = ops.split(action[..., None], 3, axis=2)
        return push * pushed + pop * popped + no_op * stacks


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class NeuralStack(Recurrent):
    """Neural pushdown automaton: a network that pushes to stacks and pops from them.

    Intuition: a finite network cannot count without end, nor say a long list
    backwards; with a stack beside it, a few states are enough. Here a network, the
    controller, sees the top of each stack and says how much to push, to pop and to do
    nothing, in shares that sum to 1. The next stack is the mean of the three stacks
    that these would give, so that all of it has gradients.

        h_t = controller(x_t, h_{t-1}, tops_{t-1})      "dense": without h_{t-1}
        a_t = softmax(A h_t + b)                        push, pop, no-op
        s_t[0] = a_push sigmoid(D h_t + d) + a_pop s_{t-1}[1] + a_noop s_{t-1}[0]
        s_t[i] = a_push s_{t-1}[i-1] + a_pop s_{t-1}[i+1] + a_noop s_{t-1}[i]

    Several stacks have actions and values of their own. All places begin at -1, which
    no sigmoid gives: that is how the controller knows an empty stack. Below the bottom
    there is -1 for ever, so popping an empty stack leaves it empty. A stack has `depth`
    places: what is pushed out of the last of them is lost.

    With hard actions the largest share counts as 1 and the others as 0; the layer then
    is a stack, of vectors. Gradients are those of the shares ("straight through"). To
    train with soft actions and work with hard ones, give the weights of one layer to
    the other.

    The output is [h_t, tops_t], after the action; a `Dense` layer after it makes the
    answer.

    Convention: the controller of Joulin and Mikolov is a simple network of sigmoid
    units, here of tanh units. In the neural pushdown automaton of Das, Giles and Sun
    what lies on the stack has a continuous thickness, and actions add or cut off some
    of it; here places are whole, and what lies there is mixed.

    Args:
        units: size of the controller, at least 1.
        stacks: number of stacks, at least 1.
        depth: places in a stack, at least 1.
        width: numbers in a place, at least 1.
        top: places at the top that can be seen, at least 1 and at most `depth`.
        actions: "soft" or "hard".
        controller: "simple", a simple recurrent network as in the paper, "lstm", or
            "dense", one layer of tanh units that remembers nothing by itself.
        push_bias: where the bias b of the pushes starts. At 0, the default, a stack
            starts with a third of each action, and what is pushed has faded before
            it is wanted, so that some training runs never find the stack; at 3 it
            keeps nine tenths of each value from the first training step on.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`; `initial_state`, as
        `NeuralStackCell` lists the states; mask `(batch, timesteps)`.
    Returns: the output of the last step `(batch, units + stacks * top * width)`, or of
        all of them `(batch, timesteps, ...)`; with `return_state` also the last states.
    Masking: a masked step changes neither stacks, state nor output.
    Raises: ValueError: a size below 1, a `top` above `depth`, unknown `actions` or
        `controller`, a `push_bias` that is no finite number; a state or a mask of
        another shape.

    Example:
        >>> layer = NeuralStack(8, depth=16, width=6, return_sequences=True)
        >>> tuple(layer(keras.ops.ones((2, 10, 4))).shape)
        (2, 10, 14)

    Reference: A. Joulin and T. Mikolov, "Inferring Algorithmic Patterns with
        Stack-Augmented Recurrent Nets", NeurIPS (2015), section 3.2, arXiv:1503.01007;
        S. Das, C. L. Giles and G. Z. Sun, "Learning Context-free Grammars: Capabilities
        and Limitations of a Recurrent Neural Network with an External Stack Memory",
        Conference of the Cognitive Science Society (1992).
    """

    def __init__(
        self,
        units,
        *,
        stacks=1,
        depth=64,
        width=8,
        top=1,
        actions="soft",
        controller="simple",
        push_bias=0.0,
        **kwargs,
    ):
        cell = NeuralStackCell(
            units,
            stacks=stacks,
            depth=depth,
            width=width,
            top=top,
            actions=actions,
            controller=controller,
            push_bias=push_bias,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)

    def actions_from(self, outputs):
        """Return the actions that led to outputs of this layer, to look into it.

        Args:
            outputs: `(batch, timesteps, size)`, as `return_sequences` gives them.

        Returns:
            Array `(batch, timesteps, stacks, 3)`: shares of push, pop and no-op.
        """
        cell = self.cell
        h = ops.convert_to_tensor(outputs)[..., : cell.units]
        told = ops.matmul(h, cell.head_kernel) + cell.head_bias
        told = ops.reshape(told, (*h.shape[:2], cell.stacks, sum(cell._told)))
        return ops.convert_to_numpy(cell._decide(told[..., :3]))


def _check_top(value, depth):
    top = check_count("top", value)
    if top > depth:
        raise ValueError(
            f"top: expected at most the {depth} places of a stack, received {value!r}"
        )
    return top
