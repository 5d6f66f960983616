"""Truncated backpropagation through time: long sequences, short gradients.

A long sequence is cut into pieces of K steps. The network reads them one after the
other and takes one training step on each: its state is carried from piece to piece,
the gradient ends at the beginning of the piece. Memory and time of a training step
then depend on K and not on the length of the sequence; in exchange no error is ever
traced to a cause that lies K or more steps back. Imports keras and NumPy.

Reference: R. J. Williams and J. Peng, "An Efficient Gradient-Based Algorithm for
    On-Line Training of Recurrent Network Trajectories", Neural Computation 2 (1990),
    doi:10.1162/neco.1990.2.4.490. (This is their BPTT(h; h'), with h = h' = K.)
"""

import keras
import numpy as np

from rnn_tutorials._checks import check_count


def fit_truncated(
    model, X, y, truncation, *, epochs=1, sample_weight=None, callbacks=(), verbose=0
):
    """Train a stateful model on long sequences, piece by piece.

    Intuition: as if someone read a book by the page and revised an opinion after each:
    what was read before is remembered, but only the page at hand explains a mistake.

    The sequences are taken in groups of the model's batch size. For each group the
    states go back to their start; then every piece of `truncation` steps is one
    training step of Keras, in the order of time. Pieces of one sequence are never
    shuffled, nor are the sequences.

    Args:
        model: compiled `keras.Model` with a fixed batch size, whose recurrent layers
            are all stateful and which returns one output per step:
            `keras.Input(batch_shape=(batch, None, features))`, then layers with
            `stateful=True, return_sequences=True`.
        X: sequences `(n, timesteps, features)`; n a multiple of the batch size.
        y: a target for every step, `(n, timesteps)` or `(n, timesteps, targets)`.
        truncation: K, steps per piece, from 1 to `timesteps`, of which it is a
            divisor.
        epochs: passes over all sequences.
        sample_weight: `(n, timesteps)`, 0 for steps without a target; None means all
            count.
        callbacks: further Keras callbacks.
        verbose: 1 shows Keras's progress bar, one step per piece; 2 a line per epoch.

    Returns:
        Keras's `History`: loss and metrics by epoch, means over the pieces.

    Raises:
        ValueError: a model that is not compiled, not stateful, without a fixed batch
            size or with several training steps per execution; sequences shorter than
            `truncation`, or not a multiple of it; `truncation` below 1; arrays whose
            shapes do not fit.

    Example:
        >>> model = keras.Sequential([
        ...     keras.Input(batch_shape=(2, None, 1)),
        ...     keras.layers.SimpleRNN(3, stateful=True, return_sequences=True),
        ... ])
        >>> model.compile("sgd", "mse")
        >>> X, y = np.zeros((4, 10, 1)), np.zeros((4, 10, 3))
        >>> history = fit_truncated(model, X, y, truncation=5, epochs=2)
        >>> history.history["loss"]
        [0.0, 0.0]
    """
    batch = _check_model(model)
    arrays = _check_arrays(X, y, sample_weight, batch)
    timesteps = arrays[0].shape[1]
    truncation = _check_truncation(truncation, timesteps, model.input_shape[1])
    if arrays[1].ndim == 2 and model.output_shape[2:] == (1,):
        # Else Keras averages the loss over the steps before it weights them.
        arrays[1] = arrays[1][:, :, np.newaxis]
    X, y, *weight = (_cut(array, batch, truncation) for array in arrays)
    return model.fit(
        X,
        y,
        batch_size=batch,
        epochs=epochs,
        sample_weight=weight[0] if weight else None,
        shuffle=False,
        # First, so that the callbacks of the caller see the states after the reset.
        callbacks=[_StartAnew(timesteps // truncation), *callbacks],
        verbose=verbose,
    )


def reset_states(model):
    """Set the states of all stateful layers of a model back to their start.

    Args:
        model: `keras.Model` or layer.

    Example:
        >>> reset_states(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    """
    for layer in _recurrent(model):
        layer.reset_state()


class _StartAnew(keras.callbacks.Callback):
    def __init__(self, per_sequence):
        super().__init__()
        self.per_sequence = per_sequence

    def on_train_batch_begin(self, batch, logs=None):
        if batch % self.per_sequence == 0:
            reset_states(self.model)


def _cut(array, batch, truncation):
    """`(n, timesteps, ...)` to pieces `(pieces, truncation, ...)`, in Keras's order.

    Batch after batch: a group of sequences, its pieces in the order of time; then the
    next group.
    """
    n, timesteps, *rest = array.shape
    pieces = timesteps // truncation
    blocks = array.reshape(n // batch, batch, pieces, truncation, *rest)
    return blocks.swapaxes(1, 2).reshape(n * pieces, truncation, *rest)


def _recurrent(layer):
    """All recurrent layers in a model, those in nested models too."""
    if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional):
        yield layer
    for inner in getattr(layer, "layers", ()):
        yield from _recurrent(inner)


def _check_model(model):
    if not model.compiled:
        raise ValueError("model: expected a compiled model, received one that is not")
    layers = list(_recurrent(model))
    forgetful = [layer.name for layer in layers if not layer.stateful]
    if forgetful or not layers:
        raise ValueError(
            "model: expected recurrent layers with stateful=True, received "
            + (f"{', '.join(forgetful)} without" if forgetful else "none")
        )
    batch = model.input_shape[0]
    if batch is None:
        raise ValueError(
            "model: expected a fixed batch size, keras.Input(batch_shape=(batch, None, "
            f"features)), received input shape {model.input_shape}"
        )
    if model.steps_per_execution != 1:
        raise ValueError(
            "model: expected steps_per_execution=1, because states are reset between "
            f"training steps, received {model.steps_per_execution}"
        )
    return batch


def _check_arrays(X, y, sample_weight, batch):
    X = np.asarray(X)
    if X.ndim != 3:
        raise ValueError(
            f"X: expected (n, timesteps, features), received shape {X.shape}"
        )
    if len(X) == 0 or len(X) % batch:
        raise ValueError(
            f"X: expected a multiple of {batch} sequences, the batch size of the "
            f"model, received {len(X)}"
        )
    arrays = {"y": y} | (
        {} if sample_weight is None else {"sample_weight": sample_weight}
    )
    for name, array in arrays.items():
        if np.shape(array)[:2] != X.shape[:2]:
            raise ValueError(
                f"{name}: expected one entry per step, shape (n, timesteps, ...) = "
                f"{X.shape[:2]}, received {np.shape(array)}"
            )
    return [X, *map(np.asarray, arrays.values())]


def _check_truncation(truncation, timesteps, built_for):
    steps = check_count("truncation", truncation)
    if steps > timesteps:
        raise ValueError(
            f"truncation: expected at most {timesteps}, the timesteps of the "
            f"sequences, received {steps}"
        )
    if timesteps % steps:
        raise ValueError(
            f"truncation: expected a divisor of {timesteps}, the timesteps of the "
            f"sequences, received {steps}"
        )
    if built_for not in (None, steps):
        raise ValueError(
            f"truncation: expected {built_for}, the steps that the model is built for "
            f"(None in its input shape takes any), received {steps}"
        )
    return steps
