"""Functions that return an uncompiled `keras.Model`, a catalogue.

Forecasters: windows `(batch, timesteps, features)` -> `(batch, horizon, targets)`.
    `build_window_mlp`            no memory: a multilayer perceptron on the window
    `build_lstm`                  one LSTM layer
    `build_stacked_lstm`          LSTM layers on top of each other
    `build_bidirectional_lstm`    one LSTM forwards, one backwards in time
    `build_deep_rnn`              any depth of SimpleRNN, GRU or LSTM, either direction
Taggers: sequences `(batch, timesteps, features)` -> class probabilities per step.
    `build_sequence_tagger`
Generators: one vector `(batch, features)` -> a sequence `(batch, timesteps, outputs)`.
    `build_sequence_generator`
    `build_mtrnn`                 fast and slow units; a trained start for each sequence
Processes: inputs `(batch, timesteps, features)` -> outputs at every step.
    `build_rmlp`                  a multilayer perceptron with recurrent hidden layers
Classifiers of sequences of sequences `(batch, sequences, timesteps, features)`.
    `build_hierarchical_rnn`      a recurrent network reads the codes of another one
Translators: sequences -> sequences of another length `(batch, horizon, outputs)`.
    `build_encoder_decoder`       numbers or class probabilities per step
Text classifiers: word ids `(batch, timesteps)` -> class probabilities.
    `build_cnn_lstm`              embedding, convolution, pooling, LSTM
    `build_ngram_cnn_lstm`        the same, with naive-Bayes evidence of n-grams

Every default model but `build_mtrnn` and `build_rmlp` qualifies for the cuDNN kernels
(see `rnn_tutorials.cudnn`).
"""

from rnn_tutorials.builders.cnn_lstm import build_cnn_lstm, build_ngram_cnn_lstm
from rnn_tutorials.builders.encoder_decoder import build_encoder_decoder
from rnn_tutorials.builders.hierarchical_rnn import build_hierarchical_rnn
from rnn_tutorials.builders.mtrnn import build_mtrnn
from rnn_tutorials.builders.recurrent import (
    build_bidirectional_lstm,
    build_deep_rnn,
    build_lstm,
    build_stacked_lstm,
)
from rnn_tutorials.builders.rmlp import build_rmlp
from rnn_tutorials.builders.sequence_generator import build_sequence_generator
from rnn_tutorials.builders.tagger import build_sequence_tagger
from rnn_tutorials.builders.window_mlp import build_window_mlp

__all__ = [
    "build_bidirectional_lstm",
    "build_cnn_lstm",
    "build_deep_rnn",
    "build_encoder_decoder",
    "build_hierarchical_rnn",
    "build_lstm",
    "build_mtrnn",
    "build_ngram_cnn_lstm",
    "build_rmlp",
    "build_sequence_generator",
    "build_sequence_tagger",
    "build_stacked_lstm",
    "build_window_mlp",
]
