"""Keras layers of the course, a catalogue.

masking
    `MaskedConv1D`, `MaskedMaxPooling1D`, `MaskedGlobalMaxPooling1D`: convolution and
    pooling that carry the mask which Keras's own layers drop.
"""

from rnn_tutorials.layers.masking import (
    MaskedConv1D,
    MaskedGlobalMaxPooling1D,
    MaskedMaxPooling1D,
)

__all__ = ["MaskedConv1D", "MaskedGlobalMaxPooling1D", "MaskedMaxPooling1D"]
