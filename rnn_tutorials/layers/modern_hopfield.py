"""The modern Hopfield network, whose update is attention. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._array_checks import check_matrix
from rnn_tutorials.layers._checks import check_number


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class ModernHopfield(keras.layers.Layer):
    """Associative memory of real vectors that compares by softmax.

    Intuition: the state is replaced by a mean of the stored patterns, weighted by how
    well each one matches it. With a large `beta` the best match takes nearly all the
    weight and is recalled whole; with a small one the answer is a blend. The number of
    patterns may be far larger than the number of units.

        p = softmax(beta X s)        # X: (patterns, units), one weight per pattern
        s <- X^T p
        E(s) = -log(sum_p exp(beta x_p s)) / beta + s s / 2 + constant

    One update is dot-product attention: query `beta s`, keys and values X. The energy
    never rises. The patterns are written by `store`, or trained as any other weights.

    Args:
        patterns: number of stored patterns, at least 1.
        beta: inverse temperature, at least 0. What counts is beta times the difference
            of two matches, so it goes with the size of the patterns.
        steps: updates per call, at least 1.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(..., units)`.
    Returns: the state after `steps` updates, `(..., units)`.
    Masking: none; the states of a sequence do not meet.
    Raises: ValueError: `patterns` or `steps` below 1, `beta` below 0.

    Example:
        >>> memory = ModernHopfield(3, beta=10)
        >>> memory.store([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]])
        >>> recalled = memory(keras.ops.array([[0, 0, 1.0, 0]]))
        >>> keras.ops.convert_to_numpy(recalled).round(2)
        array([[0., 0., 1., 1.]], dtype=float32)

    Reference: H. Ramsauer and others, "Hopfield Networks is All You Need", ICLR 2021,
        equations 1 to 3, arXiv:2008.02217.
    """

    def __init__(self, patterns, *, beta=1.0, steps=1, **kwargs):
        super().__init__(**kwargs)
        self.patterns = check_count("patterns", patterns)
        self.beta = check_number("beta", beta, at_least=0)
        self.steps = check_count("steps", steps)

    def build(self, input_shape):
        self.memory = self.add_weight(
            shape=(self.patterns, input_shape[-1]),
            initializer="glorot_uniform",
            name="memory",
        )

    def store(self, patterns):
        """Write the stored patterns.

        Args:
            patterns: `(patterns, units)` of finite numbers.

        Raises:
            ValueError: other values or another shape.
        """
        units = self.memory.shape[1] if self.built else None
        found = check_matrix("patterns", patterns, (self.patterns, units))
        if not self.built:
            self.build(found.shape)
            self.built = True
        self.memory.assign(found)

    def call(self, inputs):
        states = inputs
        for _ in range(self.steps):
            states = ops.matmul(self.weights_of(states), self.memory)
        return states

    def weights_of(self, states):
        """Return the softmax weight of each pattern `(..., patterns)`."""
        match = ops.matmul(states, ops.transpose(self.memory))
        return ops.softmax(self.beta * match, axis=-1)

    def energy(self, states):
        """Return E `(...)` of states `(..., units)`, without the constant."""
        states = ops.convert_to_tensor(states, self.compute_dtype)
        match = ops.matmul(states, ops.transpose(self.memory))
        best = ops.logsumexp(self.beta * match, axis=-1) / self.beta
        return ops.sum(states**2, axis=-1) / 2 - best

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"patterns": self.patterns, "beta": self.beta, "steps": self.steps}
        return {**super().get_config(), **own}
