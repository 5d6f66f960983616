"""A label for every step of a sequence (synced many-to-many).

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_sequence_tagger(
    timesteps,
    features=1,
    *,
    classes=2,
    cell="lstm",
    units=(32,),
    bidirectional=False,
    dropout=0.0,
    name="sequence_tagger",
):
    """Build a network that labels every step of a sequence.

    Args:
        timesteps: steps per sequence; None accepts any.
        features: columns per step.
        classes: number of labels, at least 2.
        cell: "lstm", "gru" or "simple_rnn".
        units: width of each recurrent layer, bottom first.
        bidirectional: also read the sequence backwards, so that a label may depend
            on steps that come after it.
        dropout: share of each layer's outputs dropped in training.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, timesteps,
        classes)`, probabilities (for `sparse_categorical_crossentropy`).

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_sequence_tagger(20, bidirectional=True).output_shape
        (None, 20, 2)
    """
    features = check_count("features", features)
    classes = check_count("classes", classes, at_least=2)
    inputs = keras.Input((_common.check_timesteps(timesteps), features), name="steps")
    x = _common.recurrent_stack(
        inputs,
        _common.check_cell(cell),
        _common.check_units(units),
        bidirectional=bidirectional,
        dropout=_common.check_dropout(dropout),
        return_sequences=True,
    )
    outputs = keras.layers.Dense(classes, activation="softmax", name="labels")(x)
    return _common.strict_model(inputs, outputs, name)
