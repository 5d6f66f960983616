"""Hopfield's associative memory. Imports keras and NumPy (storage, in float64)."""

import keras
import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._array_checks import check_bipolar
from rnn_tutorials.layers._checks import check_choice

# Of the sum of the magnitudes that a field adds up: less is a 0 that float32 missed,
# and would depend on the order of adding.
_ROUNDING = 1e-6


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class Hopfield(keras.layers.Layer):
    """Associative memory: stored patterns are the valleys of an energy.

    Intuition: show it a damaged pattern, and the units push each other until nothing
    changes any more. Nothing is learnt by descent: `store` writes the weights once.

        s_i <- sign(sum_j w_ij s_j)             # stays as it is where the sum is 0
        E(s) = -1/2 sum_ij w_ij s_i s_j         # w_ij = w_ji, w_ii = 0
        "hebb":           W = 1/N sum_p x_p x_p^T, then w_ii = 0
        "pseudo_inverse": W = the projection onto the span of the x_p, then w_ii = 0

    One unit at a time (asynchronous), the energy never rises, so the state comes to
    rest. All units at once (synchronous), it may end up swinging between two states.

    Random patterns of N units are recalled, nearly right, up to about 0.138 N of them
    by the Hebb rule. The pseudo-inverse keeps any fewer than N independent patterns as
    resting states, similar ones included, though it corrects less the more they are.

    Units are -1 and 1, where the paper has 0 and 1, and the thresholds are 0. The
    paper picks units at random times; here they take turns, 0 to N-1, and a row of a
    batch does not depend on the others.

    Args:
        update: "asynchronous" or "synchronous".
        max_sweeps: stop after so many updates of every unit, at least 1, if the state
            has not come to rest before.
        **kwargs: `name`, `dtype`.

    Call arguments: inputs `(..., units)`: -1 and 1, and 0 where nothing is known (any
        number from -1 to 1 will do: the energy still never rises).
    Returns: the state at rest, `(..., units)`. No gradient flows through it.
    Masking: none.
    Raises: ValueError: an unknown `update`, `max_sweeps` below 1.

    Example:
        >>> memory = Hopfield()
        >>> memory.store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
        >>> damaged = keras.ops.array([[1.0, 1, 1, -1, -1, 1]])
        >>> keras.ops.convert_to_numpy(memory(damaged))
        array([[ 1.,  1.,  1., -1., -1., -1.]], dtype=float32)

    Reference: J. J. Hopfield, "Neural networks and physical systems with emergent
        collective computational abilities", PNAS 79 (1982), doi:10.1073/pnas.79.8.2554;
        D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. Lett. 55 (1985),
        doi:10.1103/PhysRevLett.55.1530 (0.138); L. Personnaz, I. Guyon and G. Dreyfus,
        J. Physique Lett. 46 (1985), doi:10.1051/jphyslet:01985004608035900.
    """

    def __init__(self, *, update="asynchronous", max_sweeps=100, **kwargs):
        super().__init__(**kwargs)
        choices = "asynchronous", "synchronous"
        self.update = check_choice("update", update, choices)
        self.max_sweeps = check_count("max_sweeps", max_sweeps)

    def build(self, input_shape):
        units = input_shape[-1]
        self.kernel = self.add_weight(
            shape=(units, units), initializer="zeros", trainable=False, name="kernel"
        )

    def store(self, patterns, rule="hebb"):
        """Write the weights that hold these patterns, and no others.

        Args:
            patterns: `(patterns, units)` of -1 and 1.
            rule: "hebb" or "pseudo_inverse".

        Raises:
            ValueError: other values or another shape; with the pseudo-inverse, as many
                independent patterns as units.
        """
        patterns = check_bipolar("patterns", patterns, self._units())
        rules = {"hebb": _hebb, "pseudo_inverse": _pseudo_inverse}
        kernel = rules[check_choice("rule", rule, tuple(rules))](patterns)
        np.fill_diagonal(kernel, 0)
        if not self.built:
            self.build(patterns.shape)
            self.built = True
        self.kernel.assign(kernel)

    def call(self, inputs):
        all_units = {"asynchronous": self._one_by_one, "synchronous": self.update_all}

        def sweep(states, changed):
            new = all_units[self.update](states)
            return new, ops.any(ops.not_equal(new, states))

        states, _ = ops.while_loop(
            lambda states, changed: changed,
            sweep,
            (ops.stop_gradient(inputs), ops.convert_to_tensor(True)),
            maximum_iterations=self.max_sweeps,
        )
        return states

    def update_unit(self, states, unit):
        """Return the states `(..., units)` after an update of one unit."""
        weights = ops.take(self.kernel, unit, axis=0)
        field = ops.sum(states * weights, axis=-1, keepdims=True)
        most = ops.sum(ops.abs(states * weights), axis=-1, keepdims=True)
        this = ops.equal(ops.arange(states.shape[-1]), unit)
        return ops.where(this, sign_or_stay(field, states, _ROUNDING * most), states)

    def update_all(self, states):
        """Return the states `(..., units)` after an update of all units at once."""
        weights = ops.transpose(self.kernel)
        field = ops.matmul(states, weights)
        most = ops.matmul(ops.abs(states), ops.abs(weights))
        return sign_or_stay(field, states, _ROUNDING * most)

    def energy(self, states):
        """Return E `(...)` of states `(..., units)`."""
        states = ops.convert_to_tensor(states, self.compute_dtype)
        return -0.5 * ops.sum(ops.matmul(states, self.kernel) * states, axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"update": self.update, "max_sweeps": self.max_sweeps}
        return {**super().get_config(), **own}

    def _one_by_one(self, states):
        def update(unit, states):
            return self.update_unit(states, unit)

        return ops.fori_loop(0, states.shape[-1], update, states)

    def _units(self):
        return self.kernel.shape[0] if self.built else None


def sign_or_stay(field, states, rounding=0):
    """Sign of the field, and the state as it is where it is 0, up to the rounding."""
    return ops.where(ops.abs(field) <= rounding, states, ops.sign(field))


def _hebb(patterns):
    return patterns.T @ patterns / patterns.shape[1]


def _pseudo_inverse(patterns):
    rank, units = np.linalg.matrix_rank(patterns), patterns.shape[1]
    if rank == units:
        raise ValueError(
            f"patterns: expected fewer independent ones than the {units} units, else "
            f"every state would be at rest, received {rank}"
        )
    return np.linalg.pinv(patterns) @ patterns
