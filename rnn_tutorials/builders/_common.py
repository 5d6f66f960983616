"""What the builders share: argument checks, scaling in and out, recurrent stacks.

Imports keras, NumPy and windowing (for its checks).
"""

import numbers

import keras
import numpy as np

from rnn_tutorials._checks import check_count
from rnn_tutorials.windowing import check_series, target_columns

CELLS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "gru": keras.layers.GRU,
    "lstm": keras.layers.LSTM,
}


def forecast_model(body, *, timesteps, features, horizon, targets, adapt_to, name):
    """Wrap a body in scaling, so that the model reads and speaks original units.

    Args:
        body: function from a tensor `(batch, timesteps, features)` to
            `(batch, units)`, both scaled.
        timesteps, features, horizon, targets, adapt_to, name: as in the builders.
    """
    features = check_count("features", features)
    horizon = check_count("horizon", horizon)
    columns = target_columns(None, features, targets)
    columns = list(range(features)) if columns is None else columns
    inputs = keras.Input((timesteps, features), name="windows")
    x = inputs
    if adapt_to is not None:
        mean, variance = _moments(adapt_to, features)
        x = keras.layers.Normalization(mean=mean, variance=variance, name="scale")(x)
    x = keras.layers.Dense(horizon * len(columns), name="forecast")(body(x))
    x = keras.layers.Reshape((horizon, len(columns)), name="steps")(x)
    if adapt_to is not None:
        x = keras.layers.Normalization(
            mean=mean[columns], variance=variance[columns], invert=True, name="unscale"
        )(x)
    return strict_model(inputs, x, name)


def strict_model(inputs, outputs, name):
    """Make a model that refuses input of another rank.

    Left to itself Keras adds an axis to a single window `(timesteps, 1)`, and an LSTM
    then reads it as `timesteps` samples of one step, without a word.
    """
    model = keras.Model(inputs, outputs, name=name)
    model.input_spec = keras.layers.InputSpec(shape=inputs.shape, name=inputs.name)
    return model


def recurrent_stack(x, cell, units, *, bidirectional, dropout, return_sequences):
    """Stack recurrent layers, with dropout after each.

    Only the last layer may return its last state alone: each layer below hands on
    its whole output sequence.
    """
    for depth, size in enumerate(units, start=1):
        layer = CELLS[cell](
            size, return_sequences=return_sequences or depth < len(units)
        )
        x = (keras.layers.Bidirectional(layer) if bidirectional else layer)(x)
        if dropout:
            x = keras.layers.Dropout(dropout)(x)
    return x


def step_head(outputs, classes):
    """Return the layer that turns each step's state into numbers or probabilities."""
    if classes is None:
        return keras.layers.Dense(check_count("outputs", outputs), name="values")
    classes = check_count("classes", classes, at_least=2)
    return keras.layers.Dense(classes, activation="softmax", name="labels")


def check_timesteps(timesteps):
    """Return steps per sequence; None means that every batch brings its own."""
    return None if timesteps is None else check_count("timesteps", timesteps)


def check_units(units):
    """Return the width of each layer as a list; a single number is one layer."""
    sizes = list(units) if np.iterable(units) else [units]
    if not sizes:
        raise ValueError("units: expected at least one layer, received none")
    return [check_count("units", size) for size in sizes]


def check_dropout(dropout, name="dropout"):
    """Return the share of outputs to drop, from 0 to below 1."""
    real = isinstance(dropout, numbers.Real) and not isinstance(dropout, bool)
    if not (real and 0 <= dropout < 1):
        raise ValueError(f"{name}: expected 0 <= {name} < 1, received {dropout!r}")
    return dropout


def check_cell(cell):
    """Return the name of a recurrent layer that the builders know."""
    if cell not in list(CELLS):
        raise ValueError(f"cell: expected one of {list(CELLS)}, received {cell!r}")
    return cell


def _moments(adapt_to, features):
    try:
        rows = check_series(adapt_to).astype("float64")
    except ValueError as error:
        # The same checks, under the name that the caller knows.
        raise ValueError(str(error).replace("series", "adapt_to", 1)) from None
    if rows.shape[1] != features:
        raise ValueError(
            f"adapt_to: expected training rows with {features} features, "
            f"received shape {rows.shape}"
        )
    # A column that never moves in training is centred, not blown up; its computed
    # variance may be a rounding error above 0.
    moves = np.ptp(rows, axis=0) > 0
    return rows.mean(axis=0), np.where(moves, rows.var(axis=0), 1.0)
