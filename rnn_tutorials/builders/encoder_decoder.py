"""One sequence to another of a different length (many-to-many).

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_encoder_decoder(
    timesteps,
    features=1,
    *,
    horizon,
    outputs=1,
    classes=None,
    cell="lstm",
    units=64,
    pass_states=False,
    dropout=0.0,
    name="encoder_decoder",
):
    """Build a network that reads one sequence, then writes another.

    The encoder's last output is all that the decoder learns about the input: it sees
    it at every one of its `horizon` steps (`RepeatVector`) and, with `pass_states`,
    also starts from the encoder's states. No output is fed back.

    Args:
        timesteps: steps per input sequence; None accepts any.
        features: columns per input step.
        horizon: steps of the output sequence, at least 1.
        outputs: numbers per output step; ignored when `classes` is given.
        classes: None writes numbers; a number of labels, at least 2, writes their
            probabilities.
        cell: "lstm", "gru" or "simple_rnn" (the last never uses cuDNN).
        units: width of the encoder and of the decoder.
        pass_states: also start the decoder from the encoder's last states.
        dropout: share of the encoder's and the decoder's outputs dropped in training.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, outputs)`,
        or `(batch, horizon, classes)` (for `sparse_categorical_crossentropy`).

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_encoder_decoder(8, 10, horizon=3, classes=10).output_shape
        (None, 3, 10)

    Reference: Cho et al. (2014), arXiv:1406.1078, whose decoder sees the summary at
        every step; Sutskever, Vinyals and Le (2014), arXiv:1409.3215, who pass states.
    """
    features = check_count("features", features)
    horizon = check_count("horizon", horizon)
    layer = _common.CELLS[_common.check_cell(cell)]
    units = check_count("units", units)
    dropout = _common.check_dropout(dropout)
    head = _common.step_head(outputs, classes)
    inputs = keras.Input((_common.check_timesteps(timesteps), features), name="steps")
    x, *states = layer(units, return_state=True, name="encoder")(inputs)
    if dropout:
        x = keras.layers.Dropout(dropout)(x)
    x = keras.layers.RepeatVector(horizon)(x)
    decoder = layer(units, return_sequences=True, name="decoder")
    x = decoder(x, initial_state=states) if pass_states else decoder(x)
    if dropout:
        x = keras.layers.Dropout(dropout)(x)
    return _common.strict_model(inputs, head(x), name)
