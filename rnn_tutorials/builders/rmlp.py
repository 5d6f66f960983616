"""A multilayer perceptron whose hidden layers are recurrent.

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_rmlp(timesteps, features=1, *, outputs=1, units=(8, 8), name="rmlp"):
    """Build a recurrent multilayer perceptron: a model of a process, from its inputs.

    An ordinary multilayer perceptron, but that every unit of a hidden layer also hears
    all units of the same layer one step late. So the network has a state of its own and
    needs no window of past inputs, and none of the outputs that it is to imitate.

        h_1(k) = tanh(W_1 u(k) + R_1 h_1(k-1) + b_1)
        h_2(k) = tanh(W_2 h_1(k) + R_2 h_2(k-1) + b_2)        # and so on
        y(k+1) = V h_n(k) + c

    Args:
        timesteps: steps per sequence; None accepts any.
        features: inputs of the process.
        outputs: outputs of the process.
        units: width of each hidden layer, bottom first.
        name: of the model.

    Returns:
        Uncompiled model `(batch, timesteps, features)` -> `(batch, timesteps,
        outputs)`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_rmlp(None).output_shape
        (None, None, 1)

    Reference: A. G. Parlos, K. T. Chong and A. F. Atiya, "Application of the Recurrent
        Multilayer Perceptron in Modeling Complex Process Dynamics", IEEE Transactions
        on Neural Networks 5 (1994), doi:10.1109/72.279189.
    """
    features = check_count("features", features)
    units = _common.check_units(units)
    head = _common.step_head(outputs, None)
    inputs = keras.Input((_common.check_timesteps(timesteps), features), name="inputs")
    x = _common.recurrent_stack(
        inputs,
        "simple_rnn",
        units,
        bidirectional=False,
        dropout=0,
        return_sequences=True,
    )
    return _common.strict_model(inputs, head(x), name)
