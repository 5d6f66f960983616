"""Kosko's bidirectional associative memory. Imports keras and NumPy (storage)."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._array_checks import check_bipolar
from rnn_tutorials.layers.hopfield import sign_or_stay


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class BAM(keras.layers.Layer):
    """Bidirectional associative memory: pairs of patterns, recalled from either half.

    Intuition: two layers of units and one matrix between them. Activity goes to and fro
    until both layers rest; a name brings up a face, and the face the name.

        b <- sign(a M),    a <- sign(b M^T)     # stays as it is where the sum is 0
        M = sum_p a_p^T b_p                     # (n, p)
        E(a, b) = -a M b^T

    All units of a layer change at once, and still the energy never rises, whatever the
    matrix M: there is no connection inside a layer. So every M comes to rest.

    Args:
        units: number p of units of the second layer, b, at least 1.
        max_sweeps: stop after so many rounds to and fro, at least 1, if the state has
            not come to rest before.
        **kwargs: `name`, `dtype`.

    Call arguments: inputs a `(..., n)`: -1 and 1, and 0 where nothing is known.
    Returns: both layers at rest, a `(..., n)` and b `(..., p)`. No gradient flows.
    Masking: none.
    Raises: ValueError: `units` or `max_sweeps` below 1.

    Example:
        >>> memory = BAM(2)
        >>> memory.store([[1, 1, -1, -1], [1, -1, 1, -1]], [[1, 1], [-1, 1]])
        >>> a, b = memory(keras.ops.array([[1.0, 1, 0, 0]]))
        >>> keras.ops.convert_to_numpy(b)
        array([[1., 1.]], dtype=float32)
        >>> a, b = memory.recall_from_b(keras.ops.array([[-1.0, 1]]))
        >>> keras.ops.convert_to_numpy(a)
        array([[ 1., -1.,  1., -1.]], dtype=float32)

    Reference: B. Kosko, "Bidirectional Associative Memories", IEEE Transactions on
        Systems, Man, and Cybernetics 18 (1988), doi:10.1109/21.87054.
    """

    def __init__(self, units, *, max_sweeps=100, **kwargs):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.max_sweeps = check_count("max_sweeps", max_sweeps)

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="kernel"
        )

    def store(self, a, b):
        """Write the weights that hold these pairs, and no others.

        Args:
            a, b: `(pairs, n)` and `(pairs, units)` of -1 and 1; row by row a pair.

        Raises:
            ValueError: other values or shapes; not as many rows in both.
        """
        a = check_bipolar("a", a, self.kernel.shape[0] if self.built else None)
        b = check_bipolar("b", b, self.units)
        if len(a) != len(b):
            raise ValueError(
                f"a, b: expected as many rows in both, received {len(a)} and {len(b)}"
            )
        if not self.built:
            self.build(a.shape)
            self.built = True
        self.kernel.assign(a.T @ b)

    def call(self, inputs):
        unknown = ops.matmul(ops.zeros_like(inputs), self.kernel)
        return self._settle(ops.stop_gradient(inputs), unknown)

    def recall_from_b(self, b):
        """Return both layers at rest, from the second layer `(..., units)` alone."""
        b = ops.convert_to_tensor(b, self.compute_dtype)
        unknown = ops.matmul(ops.zeros_like(b), ops.transpose(self.kernel))
        return self._settle(self.update_a(unknown, b), b)

    def update_a(self, a, b):
        """Return the first layer after it has heard the second."""
        return sign_or_stay(ops.matmul(b, ops.transpose(self.kernel)), a)

    def update_b(self, a, b):
        """Return the second layer after it has heard the first."""
        return sign_or_stay(ops.matmul(a, self.kernel), b)

    def energy(self, a, b):
        """Return E `(...)` of layers `(..., n)` and `(..., units)`."""
        a, b = (ops.convert_to_tensor(each, self.compute_dtype) for each in (a, b))
        return -ops.sum(ops.matmul(a, self.kernel) * b, axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape, (*input_shape[:-1], self.units)

    def get_config(self):
        own = {"units": self.units, "max_sweeps": self.max_sweeps}
        return {**super().get_config(), **own}

    def _settle(self, a, b):
        def to_and_fro(a, b, changed):
            new_b = self.update_b(a, b)
            new_a = self.update_a(a, new_b)
            moved = ops.any(ops.not_equal(new_a, a)), ops.any(ops.not_equal(new_b, b))
            return new_a, new_b, ops.logical_or(*moved)

        a, b, _ = ops.while_loop(
            lambda a, b, changed: changed,
            to_and_fro,
            (a, b, ops.convert_to_tensor(True)),
            maximum_iterations=self.max_sweeps,
        )
        return a, b
