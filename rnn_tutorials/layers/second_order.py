"""Second-order recurrent network: weights on pairs of state and symbol.

Imports keras and NumPy.
"""

import keras
import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._checks import check_above_0, check_number
from rnn_tutorials.layers._recurrent import Recurrent, for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class SecondOrderCell(keras.layers.Layer):
    """One time step of `SecondOrder`.

    Args:
        units, activation, use_bias, start, weight_scale: as in `SecondOrder`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, features)`; states: `S` `(batch, units)`.
    Returns: `S'` `(batch, units)`, and the list `[S']`.
    """

    def __init__(
        self,
        units,
        *,
        activation="sigmoid",
        use_bias=False,
        start="first",
        weight_scale=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = check_count("units", units)
        self.activation = keras.activations.get(activation)
        self.use_bias = bool(use_bias)
        self.start = _check_start(start)
        self.weight_scale = check_above_0("weight_scale", weight_scale)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(self.units, input_shape[-1], self.units),  # k, i, j
            initializer=keras.initializers.RandomUniform(
                -self.weight_scale, self.weight_scale
            ),
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,), initializer="zeros", name="bias"
            )

    def call(self, inputs, states):
        (S,) = states
        units, features, _ = self.kernel.shape
        pairs = ops.reshape(S[:, :, None] * inputs[:, None, :], (-1, units * features))
        net = ops.matmul(pairs, ops.reshape(self.kernel, (units * features, units)))
        if self.use_bias:
            net = net + self.bias
        S = self.activation(net)
        return S, [S]

    def get_initial_state(self, batch_size=None):
        if self.start == "first":
            start = ops.one_hot(0, self.units, dtype=self.compute_dtype)
        else:
            start = ops.full((self.units,), self.start, dtype=self.compute_dtype)
        return [ops.broadcast_to(start, (batch_size, self.units))]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "start": self.start,
            "weight_scale": self.weight_scale,
        }


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class SecondOrder(Recurrent):
    """Second-order recurrent network: every pair of unit and input has its weights.

    Intuition: an automaton's next state depends on the state *and* the symbol, looked
    up together in a table. A first-order network adds what the state says to what the
    symbol says; this one multiplies them. With one-hot symbols it has one recurrent
    matrix per symbol, and the symbol chooses which of them is used.

        S'_j = f(sum_ki W_jki S_k I_i + b_j)

    `kernel[k, i, j]` is W_jki. With `automaton_kernel` it is a given automaton, exactly
    enough to follow it for as long as one likes.

    In the paper an end symbol closes each string, and unit 0, the *response neuron*, is
    read after it. Its weights for that symbol are one number per unit: a
    `Dense(1, activation="sigmoid")` behind this layer does the same, and can be read
    at every step.

    Args:
        units: number of state units, at least 1.
        activation: f. Giles's units are logistic, between 0 and 1.
        use_bias: whether there is b, 0 at first. The paper has none.
        start: state before the first step: "first", which is (1, 0, ..., 0) as in the
            paper, or one number for all units.
        weight_scale: weights start uniform in plus or minus this, above 0. The paper
            has 1. With about 3, logistic units are nearly on or off from the start and
            languages that need several bits of memory are learnt more often; near 0 all
            states are alike, and training stands still.
        **kwargs: as in `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`, `name`, ...

    Call arguments: inputs `(batch, timesteps, features)`, mostly one-hot symbols;
        `initial_state` `(batch, units)`, mask `(batch, timesteps)`.
    Returns: `S` of the last step `(batch, units)`, or of all of them `(batch,
        timesteps, units)`; with `return_state` also the last `S`.
    Masking: a masked step changes neither state nor output.
    Raises: ValueError: `units` below 1, `start` neither "first" nor a finite number,
        `weight_scale` not above 0; states or a mask of another shape.

    Example:
        >>> layer = SecondOrder(5, return_sequences=True)
        >>> S = layer(keras.ops.one_hot([[0, 1, 1, 0]], 2))
        >>> tuple(S.shape), layer.count_params()
        ((1, 4, 5), 50)

    Reference: C. L. Giles, C. B. Miller, D. Chen, H. H. Chen, G. Z. Sun and Y. C. Lee,
        "Learning and Extracting Finite State Automata with Second-Order Recurrent
        Neural Networks", Neural Computation 4 (1992), doi:10.1162/neco.1992.4.3.393.
    """

    def __init__(
        self,
        units,
        *,
        activation="sigmoid",
        use_bias=False,
        start="first",
        weight_scale=1.0,
        **kwargs,
    ):
        cell = SecondOrderCell(
            units,
            activation=activation,
            use_bias=use_bias,
            start=start,
            weight_scale=weight_scale,
            **for_cell(kwargs),
        )
        super().__init__(cell, **kwargs)


def automaton_kernel(transitions, *, strength=20.0):
    """Weights with which a `SecondOrder` network is a given automaton.

    Intuition: one unit per state, 1 for the one we are in and 0 for the others. The
    weight from state k under symbol i to unit j is large if the table leads to j, and
    as large with a minus sign if not.

        W_jki = strength if transitions[k, i] = j else -strength

    A unit is then off by about exp(-strength), at every step anew: errors do not add
    up, so the network follows the automaton for strings of any length.

    Args:
        transitions: `(states, symbols)` of ints: the state after each state and symbol;
            state 0 is the start.
        strength: above 0; a few times the logarithm of the number of states is enough.

    Returns:
        `(states, symbols, states)` of float32, the kernel of `SecondOrder(states)` with
        logistic units, no bias and `start="first"`.

    Raises:
        ValueError: a table of another kind, `strength` not above 0.

    Example: an even number of 1s.
        >>> layer = SecondOrder(2)
        >>> layer.build((None, None, 2))
        >>> layer.set_weights([automaton_kernel([[0, 1], [1, 0]])])
        >>> S = layer(keras.ops.one_hot([[0, 1, 1, 0, 1]], 2))
        >>> keras.ops.convert_to_numpy(S).round().tolist()
        [[0.0, 1.0]]

    Reference: C. W. Omlin and C. L. Giles, "Constructing deterministic finite-state
        automata in recurrent neural networks", Journal of the ACM 43 (1996),
        doi:10.1145/235809.235811.
    """
    table = np.asarray(transitions)
    states = len(table) if table.ndim == 2 else 0
    if not table.size or table.dtype.kind not in "iu" or not _below(table, states):
        raise ValueError(
            "transitions: expected whole numbers of shape (states, symbols), each the "
            f"number of a state, received {transitions!r}"
        )
    strength = check_above_0("strength", strength)
    leads_to = table[:, :, None] == np.arange(states)
    return np.where(leads_to, strength, -strength).astype("float32")


def _below(table, states):
    return table.min() >= 0 and table.max() < states


def _check_start(start):
    if isinstance(start, str) and start == "first":
        return start
    if isinstance(start, str):
        raise ValueError(f"start: expected 'first' or a number, received {start!r}")
    return check_number("start", start)
