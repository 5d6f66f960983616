"""A recurrent network that reads the codes of another one.

Imports keras and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common


def build_hierarchical_rnn(
    sequences,
    timesteps,
    features=1,
    *,
    classes=2,
    cell="lstm",
    units=(128, 128),
    name="hierarchical_rnn",
):
    """Build a classifier of sequences of sequences: pixels to rows, rows to an image.

    The lower network reads each inner sequence by itself, always with the same weights,
    and its last state is the code of it. The upper network reads the codes. So nothing
    has to be remembered for longer than one inner or one outer sequence.

    Args:
        sequences: inner sequences in each sample (rows, sentences); None accepts any.
        timesteps: steps of each inner sequence (pixels, words); None accepts any.
        features: numbers per step.
        classes: number of labels, at least 2.
        cell: "lstm", "gru" or "simple_rnn" (the last never uses cuDNN).
        units: width of the lower and of the upper network.
        name: of the model.

    Returns:
        Uncompiled model `(batch, sequences, timesteps, features)` -> `(batch,
        classes)`, probabilities (for `sparse_categorical_crossentropy`).

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> build_hierarchical_rnn(28, 28, classes=10).output_shape
        (None, 10)

    Reference: S. El Hihi and Y. Bengio, "Hierarchical Recurrent Neural Networks for
        Long-Term Dependencies", NIPS 8 (1995); J. Li, M.-T. Luong and D. Jurafsky, "A
        Hierarchical Neural Autoencoder for Paragraphs and Documents", ACL 2015,
        arXiv:1506.01057.
    """
    features = check_count("features", features)
    sizes = _common.check_units(units)
    if len(sizes) != 2:
        raise ValueError(
            "units: expected two widths, of the lower and of the upper network, "
            f"received {units!r}"
        )
    layer = _common.CELLS[_common.check_cell(cell)]
    head = _common.step_head(None, check_count("classes", classes, at_least=2))
    sequences = None if sequences is None else check_count("sequences", sequences)
    shape = sequences, _common.check_timesteps(timesteps), features
    inputs = keras.Input(shape, name="sequences")
    codes = keras.layers.TimeDistributed(layer(sizes[0], name="lower"), name="codes")
    upper = layer(sizes[1], name="upper")
    return _common.strict_model(inputs, head(upper(codes(inputs))), name)
