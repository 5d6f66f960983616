"""The window MLP: the forecaster without memory that every RNN must beat.

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_window_mlp(
    timesteps,
    features=1,
    *,
    units=(64,),
    horizon=1,
    targets=None,
    dropout=0.0,
    adapt_to=None,
    name="window_mlp",
):
    """Build a multilayer perceptron that sees one window and nothing before it.

    Args:
        timesteps: rows per window, at least 1.
        features: columns per row.
        units: width of each hidden layer (ReLU).
        horizon: steps to forecast.
        targets: feature numbers to forecast, as in `make_windows`; None means all.
        dropout: share of each hidden layer's outputs dropped in training.
        adapt_to: training rows `(rows, features)`. The model then scales its inputs
            by their mean and variance and speaks the original units; None leaves
            both as they are.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, targets)`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_window_mlp(12, horizon=3).output_shape
        (None, 3, 1)
    """
    timesteps = check_count("timesteps", timesteps)
    units = _common.check_units(units)
    dropout = _common.check_dropout(dropout)

    def body(x):
        x = keras.layers.Flatten()(x)
        for size in units:
            x = keras.layers.Dense(size, activation="relu")(x)
            if dropout:
                x = keras.layers.Dropout(dropout)(x)
        return x

    return _common.forecast_model(
        body,
        timesteps=timesteps,
        features=features,
        horizon=horizon,
        targets=targets,
        adapt_to=adapt_to,
        name=name,
    )
