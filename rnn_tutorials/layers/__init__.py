"""Keras layers of the course, a catalogue.

Each recurrent layer is a cell, one time step in the symbols of its paper, run by
`keras.layers.RNN`: `Elman` runs `ElmanCell`, and so on. Beside them stand Keras's own
`SimpleRNN`, `LSTM` and `GRU` (the GRU of Cho and others is `reset_after=False`).

elman
    `Elman`: the hidden units see a copy of themselves (1990).
jordan
    `Jordan`: the outputs come back, as a fading trace (1986).
fully_recurrent
    `FullyRecurrent`: every unit sees every unit, one weight matrix (1989); its
    gradient forwards in time is in `rnn_tutorials.rtrl`.
lstm_1997
    `LSTM1997`: a cell that adds and never forgets.
lstm_peephole
    `PeepholeLSTM`: the gates see the cell, for exact timing (2002).
gru_variants
    `GRU1`, `GRU2`, `GRU3`: gates without the input, without bias, with bias alone
    (2017).
hopfield
    `Hopfield`: a memory whose patterns are valleys of an energy (1982).
modern_hopfield
    `ModernHopfield`: the same with softmax, which is attention (2021).
bam
    `BAM`: pairs of patterns, recalled from either half (1988).
ctrnn
    `CTRNN`: units that move through time at speeds of their own (1995); fast and slow
    ones together are the MTRNN of `rnn_tutorials.build_mtrnn` (2008).
echo_state
    `EchoState`: a random reservoir that is not trained (2001); its linear read-out is
    in `rnn_tutorials.readout`.
second_order
    `SecondOrder`: a recurrent matrix for each symbol, multiplied instead of added
    (1992); `automaton_kernel` makes it a given automaton.
indrnn
    `IndRNN`: a unit sees only itself again, so that gradients can be bounded (2018).
neural_stack
    `NeuralStack`: a network that pushes to stacks and pops from them (2015).
recursive
    `Recursive`: the same weights at every node of a tree (2011); `TreeLSTM`: with a
    forget gate per child (2015); `rnn_tutorials.trees` lays the trees out.
ntm
    `NTM`: a network beside a memory that it reads and writes (2014).
dnc
    `DNC`: such a memory that knows which slots are free and what came next (2016).
pair_embedding
    `PairEmbedding`: a vector for each pair of neighbouring words, by hashing (2017).
masking
    `MaskedConv1D`, `MaskedMaxPooling1D`, `MaskedGlobalMaxPooling1D`,
    `MaskedGlobalAveragePooling1D`, `MaskedConcatenate`: convolution, pooling and
    joining that carry the mask which Keras's own layers drop.
"""

from rnn_tutorials.layers.bam import BAM
from rnn_tutorials.layers.ctrnn import CTRNN, CTRNNCell
from rnn_tutorials.layers.dnc import DNC, DNCCell
from rnn_tutorials.layers.echo_state import EchoState, EchoStateCell
from rnn_tutorials.layers.elman import Elman, ElmanCell
from rnn_tutorials.layers.fully_recurrent import FullyRecurrent, FullyRecurrentCell
from rnn_tutorials.layers.gru_variants import (
    GRU1,
    GRU2,
    GRU3,
    GRU1Cell,
    GRU2Cell,
    GRU3Cell,
)
from rnn_tutorials.layers.hopfield import Hopfield
from rnn_tutorials.layers.indrnn import IndRNN, IndRNNCell
from rnn_tutorials.layers.jordan import Jordan, JordanCell
from rnn_tutorials.layers.lstm_1997 import LSTM1997, LSTM1997Cell
from rnn_tutorials.layers.lstm_peephole import PeepholeLSTM, PeepholeLSTMCell
from rnn_tutorials.layers.masking import (
    MaskedConcatenate,
    MaskedConv1D,
    MaskedGlobalAveragePooling1D,
    MaskedGlobalMaxPooling1D,
    MaskedMaxPooling1D,
)
from rnn_tutorials.layers.modern_hopfield import ModernHopfield
from rnn_tutorials.layers.neural_stack import NeuralStack, NeuralStackCell
from rnn_tutorials.layers.ntm import NTM, NTMCell
from rnn_tutorials.layers.pair_embedding import PairEmbedding
from rnn_tutorials.layers.recursive import (
    Recursive,
    RecursiveCell,
    TreeLSTM,
    TreeLSTMCell,
)
from rnn_tutorials.layers.second_order import SecondOrder, SecondOrderCell

__all__ = [
    "BAM",
    "CTRNN",
    "DNC",
    "GRU1",
    "GRU2",
    "GRU3",
    "LSTM1997",
    "NTM",
    "CTRNNCell",
    "DNCCell",
    "EchoState",
    "EchoStateCell",
    "Elman",
    "ElmanCell",
    "FullyRecurrent",
    "FullyRecurrentCell",
    "GRU1Cell",
    "GRU2Cell",
    "GRU3Cell",
    "Hopfield",
    "IndRNN",
    "IndRNNCell",
    "Jordan",
    "JordanCell",
    "LSTM1997Cell",
    "MaskedConcatenate",
    "MaskedConv1D",
    "MaskedGlobalAveragePooling1D",
    "MaskedGlobalMaxPooling1D",
    "MaskedMaxPooling1D",
    "ModernHopfield",
    "NTMCell",
    "NeuralStack",
    "NeuralStackCell",
    "PairEmbedding",
    "PeepholeLSTM",
    "PeepholeLSTMCell",
    "Recursive",
    "RecursiveCell",
    "SecondOrder",
    "SecondOrderCell",
    "TreeLSTM",
    "TreeLSTMCell",
]
