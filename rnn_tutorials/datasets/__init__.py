"""Data sets: one file per kind of data.

Bundled numbers (`series`), pandas Series with unit, season and source in `.attrs`:

    load_airline_passengers       144 months; trend, growing yearly season
    load_monthly_sunspots         2,820 months; a cycle of about 11 years
    load_daily_min_temperatures   3,650 days; yearly season, strong noise

Public downloads (`imdb`, `images`), looked up in `$RNN_TUTORIALS_DATA_DIR` first:

    load_imdb                     50,000 film reviews as texts and ids
    load_mnist                    70,000 handwritten digits, 28 x 28 pixels
    load_mnist_or_digits          MNIST, or the next where it can't be had
    load_digits                   1,797 digits, 8 x 8, that scikit-learn brings
    missing_reason                why one can't be had here, or None
    fetch, data_dir               download one public file; where it goes

Generated tasks, the same for the same seed:

    generate_reviews              reviews whose label is in the word order only
    generate_future_label         bits whose label needs the past and the future
    generate_temporal_xor         every third bit is the XOR of the two before
    generate_delayed_recall       a marked bit is asked for after a fixed lag
    generate_adding_problem       the sum of two marked numbers among many
    generate_temporal_order       which of two marks came first, long ago
    generate_lagged_stream        the last symbol of a sequence tells its first
    generate_embedded_reber       strings of the embedded Reber grammar
    generate_reber_stream         the same in an endless stream
    generate_counting             aⁿbⁿ, aⁿbⁿcⁿ: what may come next?
    generate_brackets             balanced brackets: what may come next?
    generate_tomita               strings in and out of seven regular languages
    tomita_automaton              the smallest automaton of each; TOMITA_RULES
    encode_binary                 strings of 0 and 1, one-hot behind a start symbol

Tasks for a network with a memory (`algorithmic`):

    generate_copy                 say the vectors again
    generate_reversal             say them backwards
    generate_repeat_copy          several times, and then an end
    generate_associative_recall   which item came after this one?
    generate_ngrams               bits by a table new to each sequence
    ngram_optimum                 the best forecast of these
    generate_priority_sort        the vectors of highest priority, in order

Generated trees, for `rnn_tutorials.trees`:

    generate_boolean_expressions  not, and, or, xor; which value?
    boolean_values                the value of every node
    BOOLEAN_SYMBOLS               the leaves 0 and 1, and the four operators

A generated series, chaotic (`chaos`):

    generate_mackey_glass         a delay equation that never repeats itself

A plant to be identified (`plants`):

    simulate_plant                Narendra and Parthasarathy's, of second order
    generate_plant                random inputs to it, and what it answers

Words and ids (`text`):

    tokenize, Vocabulary          text -> words -> ids and back
    PADDING_ID, START_ID, OOV_ID  0, 1, 2; words begin at 3

Nothing here imports Keras or TensorFlow.
"""

from rnn_tutorials.datasets._availability import missing_reason
from rnn_tutorials.datasets._registry import (
    DatasetDamaged,
    DatasetUnavailable,
    data_dir,
    fetch,
)
from rnn_tutorials.datasets.algorithmic import (
    generate_associative_recall,
    generate_copy,
    generate_ngrams,
    generate_priority_sort,
    generate_repeat_copy,
    generate_reversal,
    ngram_optimum,
)
from rnn_tutorials.datasets.chaos import generate_mackey_glass
from rnn_tutorials.datasets.expressions import (
    BOOLEAN_SYMBOLS,
    boolean_values,
    generate_boolean_expressions,
)
from rnn_tutorials.datasets.grammars import (
    generate_brackets,
    generate_counting,
    generate_embedded_reber,
    generate_reber_stream,
)
from rnn_tutorials.datasets.images import (
    Digits,
    load_digits,
    load_mnist,
    load_mnist_or_digits,
)
from rnn_tutorials.datasets.imdb import Imdb, load_imdb
from rnn_tutorials.datasets.long_lags import (
    generate_adding_problem,
    generate_lagged_stream,
    generate_temporal_order,
    lagged_stream_symbols,
)
from rnn_tutorials.datasets.plants import generate_plant, simulate_plant
from rnn_tutorials.datasets.reviews import generate_reviews
from rnn_tutorials.datasets.series import (
    load_airline_passengers,
    load_daily_min_temperatures,
    load_monthly_sunspots,
)
from rnn_tutorials.datasets.tasks import (
    generate_delayed_recall,
    generate_future_label,
    generate_temporal_xor,
)
from rnn_tutorials.datasets.text import (
    OOV_ID,
    PADDING_ID,
    START_ID,
    Vocabulary,
    tokenize,
)
from rnn_tutorials.datasets.tomita import (
    TOMITA_RULES,
    encode_binary,
    generate_tomita,
    tomita_automaton,
)

__all__ = [
    "BOOLEAN_SYMBOLS",
    "OOV_ID",
    "PADDING_ID",
    "START_ID",
    "TOMITA_RULES",
    "DatasetDamaged",
    "DatasetUnavailable",
    "Digits",
    "Imdb",
    "Vocabulary",
    "boolean_values",
    "data_dir",
    "encode_binary",
    "fetch",
    "generate_adding_problem",
    "generate_associative_recall",
    "generate_boolean_expressions",
    "generate_brackets",
    "generate_copy",
    "generate_counting",
    "generate_delayed_recall",
    "generate_embedded_reber",
    "generate_future_label",
    "generate_lagged_stream",
    "generate_mackey_glass",
    "generate_ngrams",
    "generate_plant",
    "generate_priority_sort",
    "generate_reber_stream",
    "generate_repeat_copy",
    "generate_reversal",
    "generate_reviews",
    "generate_temporal_order",
    "generate_temporal_xor",
    "generate_tomita",
    "lagged_stream_symbols",
    "load_airline_passengers",
    "load_daily_min_temperatures",
    "load_digits",
    "load_imdb",
    "load_mnist",
    "load_mnist_or_digits",
    "load_monthly_sunspots",
    "missing_reason",
    "ngram_optimum",
    "simulate_plant",
    "tokenize",
    "tomita_automaton",
]
