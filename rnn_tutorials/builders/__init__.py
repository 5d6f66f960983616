"""Functions that return an uncompiled `keras.Model`, a catalogue.

Forecasters: windows `(batch, timesteps, features)` -> `(batch, horizon, targets)`.
    `build_window_mlp`            no memory: a multilayer perceptron on the window
    `build_lstm`                  one LSTM layer
    `build_stacked_lstm`          LSTM layers on top of each other
    `build_bidirectional_lstm`    one LSTM forwards, one backwards in time
    `build_deep_rnn`              any depth of SimpleRNN, GRU or LSTM, either direction
Taggers: sequences `(batch, timesteps, features)` -> class probabilities per step.
    `build_sequence_tagger`
Text classifiers: word ids `(batch, timesteps)` -> class probabilities.
    `build_cnn_lstm`              embedding, convolution, pooling, LSTM
Several seeds of one compiled model without tracing it again: `restart.restart`.

Every default model qualifies for the cuDNN kernels (see `rnn_tutorials.cudnn`).
"""

from rnn_tutorials.builders.cnn_lstm import build_cnn_lstm
from rnn_tutorials.builders.recurrent import (
    build_bidirectional_lstm,
    build_deep_rnn,
    build_lstm,
    build_stacked_lstm,
)
from rnn_tutorials.builders.tagger import build_sequence_tagger
from rnn_tutorials.builders.window_mlp import build_window_mlp

__all__ = [
    "build_bidirectional_lstm",
    "build_cnn_lstm",
    "build_deep_rnn",
    "build_lstm",
    "build_sequence_tagger",
    "build_stacked_lstm",
    "build_window_mlp",
]
