"""A whole sequence from one vector (one-to-many).

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_sequence_generator(
    features,
    timesteps,
    *,
    outputs=1,
    classes=None,
    cell="lstm",
    units=(64,),
    dropout=0.0,
    name="sequence_generator",
):
    """Build a network that turns one vector into a sequence.

    `RepeatVector` shows the vector to the recurrent layers at every step; where in the
    sequence they are, they must remember. All steps come at once: no output is fed
    back.

    Args:
        features: numbers in the input vector.
        timesteps: steps to generate, at least 1.
        outputs: numbers per generated step; ignored when `classes` is given.
        classes: None generates numbers; a number of labels, at least 2, generates
            their probabilities.
        cell: "lstm", "gru" or "simple_rnn" (the last never uses cuDNN).
        units: width of each recurrent layer, bottom first.
        dropout: share of each layer's outputs dropped in training.
        name: of the model.

    Returns:
        Uncompiled model `(batch, features)` -> `(batch, timesteps, outputs)`, or
        `(batch, timesteps, classes)` (for `sparse_categorical_crossentropy`).

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_sequence_generator(3, 24).output_shape
        (None, 24, 1)
    """
    features = check_count("features", features)
    timesteps = check_count("timesteps", timesteps)
    cell = _common.check_cell(cell)
    units = _common.check_units(units)
    dropout = _common.check_dropout(dropout)
    head = _common.step_head(outputs, classes)
    inputs = keras.Input((features,), name="vector")
    x = keras.layers.RepeatVector(timesteps)(inputs)
    x = _common.recurrent_stack(
        x, cell, units, bidirectional=False, dropout=dropout, return_sequences=True
    )
    return _common.strict_model(inputs, head(x), name)
