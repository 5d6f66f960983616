"""Recurrent forecasters: one LSTM, stacked, bidirectional, any deep RNN.

Imports the builders' common parts. The first three are `build_deep_rnn` with one
choice made, under the names that people look for.
"""

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_lstm(timesteps, features=1, units=64, *, name="lstm", **kwargs):
    """Build a forecaster with one LSTM layer.

    Args:
        timesteps: rows per window; None accepts any.
        features: columns per row.
        units: width of the LSTM.
        name: of the model.
        **kwargs: `horizon`, `targets`, `dropout`, `adapt_to` of `build_deep_rnn`.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, targets)`.

    Example:
        >>> build_lstm(12).output_shape
        (None, 1, 1)
    """
    units = check_count("units", units)
    return build_deep_rnn(timesteps, features, units=units, name=name, **kwargs)


def build_stacked_lstm(
    timesteps, features=1, units=(64, 64), *, name="stacked_lstm", **kwargs
):
    """Build a forecaster with LSTM layers on top of each other.

    Each layer but the last hands its whole output sequence to the next.

    Args:
        timesteps, features, **kwargs: as in `build_lstm`.
        units: width of each layer, bottom first.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, targets)`.

    Example:
        >>> len(build_stacked_lstm(12, units=(32, 16)).layers)
        5
    """
    return build_deep_rnn(timesteps, features, units=units, name=name, **kwargs)


def build_bidirectional_lstm(
    timesteps, features=1, units=64, *, name="bidirectional_lstm", **kwargs
):
    """Build a forecaster that reads each window forwards and backwards.

    Both directions see the window only, so nothing of the future leaks. Beyond a
    window, a bidirectional network needs values that a forecaster does not have yet.

    Args:
        timesteps, features, **kwargs: as in `build_lstm`.
        units: width of each direction; their last states are concatenated.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, targets)`.

    Example:
        >>> build_bidirectional_lstm(12).output_shape
        (None, 1, 1)
    """
    units = check_count("units", units)
    return build_deep_rnn(
        timesteps, features, units=units, bidirectional=True, name=name, **kwargs
    )


def build_deep_rnn(
    timesteps,
    features=1,
    *,
    cell="lstm",
    units=(64, 64),
    bidirectional=False,
    horizon=1,
    targets=None,
    dropout=0.0,
    adapt_to=None,
    name="deep_rnn",
):
    """Build a forecaster from recurrent layers of any kind, depth and direction.

    Args:
        timesteps: rows per window; None accepts any.
        features: columns per row.
        cell: "lstm", "gru" or "simple_rnn" (the last never uses cuDNN).
        units: width of each layer, bottom first; a number for a single layer.
        bidirectional: run every layer in both directions over the window.
        horizon: steps to forecast, all at once from the last state.
        targets: feature numbers to forecast, as in `make_windows`; None means all.
        dropout: share of each layer's outputs dropped in training. (Dropout inside
            the recurrence would lose the cuDNN kernel.)
        adapt_to: training rows `(rows, features)`. The model then scales its inputs
            by their mean and variance and speaks the original units; None leaves
            both as they are.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, horizon, targets)`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_deep_rnn(12, 7, cell="gru", units=(8, 8, 8), horizon=24).output_shape
        (None, 24, 7)
    """
    cell = _common.check_cell(cell)
    units = _common.check_units(units)
    dropout = _common.check_dropout(dropout)

    def body(x):
        return _common.recurrent_stack(
            x,
            cell,
            units,
            bidirectional=bidirectional,
            dropout=dropout,
            return_sequences=False,
        )

    return _common.forecast_model(
        body,
        timesteps=_common.check_timesteps(timesteps),
        features=features,
        horizon=horizon,
        targets=targets,
        adapt_to=adapt_to,
        name=name,
    )
