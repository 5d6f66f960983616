"""What the recurrent layers share: a cell with a name of its own, run by Keras.

Imports keras and NumPy.
"""

import keras
import numpy as np
from keras import ops

from rnn_tutorials.layers._checks import check_initial_state, check_mask


class Recurrent(keras.layers.RNN):
    """`keras.layers.RNN` around one kind of cell, whose arguments it takes.

    The first state of a cell must be its last output: on JAX, Keras repeats that at a
    masked step. (Before the first real step it gives the initial state there, and
    zeros on TensorFlow.)

    A subclass makes its cell in `__init__` and hands the rest on. Added to Keras's
    class: the cell's arguments in the configuration, checks of states and masks before
    the loop starts, a `trace` of the states, and a `reset_state` that goes back to
    where the cell starts (which need not be zero).

    Args:
        cell: a layer with `state_size`, and `get_config` giving its own arguments.
        **kwargs: as in `keras.layers.RNN`.

    Raises:
        ValueError: `initial_state` that is not one `(batch, size)` tensor per state,
            or `mask` that is not `(batch, timesteps)`.
    """

    def __init__(self, cell, **kwargs):
        super().__init__(cell, **kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self.units = cell.units

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if initial_state is not None:
            check_initial_state(initial_state, self.state_size, sequences.shape[0])
        if mask is not None:
            check_mask(mask, sequences.shape[:2])
        return super().call(
            sequences, initial_state=initial_state, mask=mask, training=training
        )

    def trace(self, sequences):
        """Return all states after every step, to look into a network.

        Args:
            sequences: `(batch, timesteps, features)`, without masked steps.

        Returns:
            A list of arrays `(batch, timesteps, size)`, one per state of the cell.
        """
        sequences = ops.convert_to_tensor(sequences, self.compute_dtype)
        states = self.get_initial_state(sequences.shape[0])
        steps = []
        for t in range(sequences.shape[1]):
            _, states = self.cell(sequences[:, t], states)
            steps.append([ops.convert_to_numpy(state) for state in states])
        return [np.stack(state, axis=1) for state in zip(*steps, strict=True)]

    def reset_state(self):
        if self.states is not None:
            start = self.get_initial_state(self.states[0].shape[0])
            for state, value in zip(self.states, start, strict=True):
                state.assign(value)

    def get_config(self):
        config, of_cell = super().get_config(), self.cell.get_config()
        del config["cell"]
        return {**of_cell, **config}  # name, dtype and trainable: the layer's own

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def for_cell(kwargs):
    """Those keyword arguments of a layer that its cell must have too."""
    return {key: kwargs[key] for key in ("dtype", "trainable") if key in kwargs}
