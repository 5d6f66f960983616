"""Sequences from a learned start: fast and slow units. Imports keras and our layers."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers import CTRNN


def build_mtrnn(
    sequences,
    features,
    *,
    timesteps=None,
    units=(30, 10),
    time_constants=(5.0, 70.0),
    activation="tanh",
    noise=0.0,
    name="mtrnn",
):
    """Build a recurrent network of two timescales that knows sequences by number.

    It predicts the next step from what it hears, and the only thing that tells one
    sequence from another at the start is the state in which its slow units begin: a
    trained vector for each. Run on its own outputs from there
    (`rnn_tutorials.readout.free_run`), it plays the sequence.

        u(0) = [0, s_i]                       # fast units, slow units; s_i is trained
        u_t as in `rnn_tutorials.layers.CTRNN`, Euler's step of 1
        y_t = V f(fast units of u_t) + c

    Only the fast units hear the input and are read out; every unit hears every unit.
    Layers: `initial_state` (the table of s_i), `recurrent`, `read_out`.

    Args:
        sequences: how many there are to learn, at least 1.
        features: numbers per step.
        timesteps: steps of a sequence; None means any number. A fixed number is needed
            to train with `jit_compile=True`.
        units: how many fast and how many slow ones, each at least 1.
        time_constants: of the fast and of the slow units, in steps, each at least 1.
        activation: f, of all units.
        noise: standard deviation of what is added to the input in training, from 0
            to 1, so that the network learns to come back from its own errors.
        name: of the model.

    Returns:
        Uncompiled model: `[number of the sequence (batch,), heard (batch, timesteps,
        features)]` -> `(batch, timesteps, features)`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_mtrnn(12, 2, timesteps=72).output_shape
        (None, 72, 2)

    Reference: Y. Yamashita and J. Tani, "Emergence of Functional Hierarchy in a
        Multiple Timescale Neural Network Model", PLoS Computational Biology 4 (2008),
        doi:10.1371/journal.pcbi.1000220.
    """
    features = check_count("features", features)
    fast, slow = (check_count("units", n) for n in _pair("units", units))
    taus = _pair("time_constants", time_constants)
    if not 0 <= noise <= 1:
        raise ValueError(f"noise: expected from 0 to 1, received {noise!r}")
    number = keras.Input((), dtype="int32", name="sequence")
    heard = keras.Input((timesteps, features), name="heard")
    table = keras.layers.Embedding(
        check_count("sequences", sequences), slow, name="initial_state"
    )
    start = ops.pad(table(number), ((0, 0), (fast, 0)))
    u = CTRNN(
        fast + slow,
        time_constants=[taus[0]] * fast + [taus[1]] * slow,
        method="euler",
        activation=activation,
        input_units=fast,
        return_sequences=True,
        name="recurrent",
    )(keras.layers.GaussianNoise(noise)(heard), initial_state=[start])
    rates = keras.layers.Activation(activation)(u[..., :fast])
    outputs = keras.layers.Dense(features, name="read_out")(rates)
    return keras.Model([number, heard], outputs, name=name)


def _pair(name, value):
    try:
        fast, slow = value
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: expected two numbers, of the fast and of the slow units, "
            f"received {value!r}"
        ) from None
    return fast, slow
