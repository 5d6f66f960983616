"""Data sets: one file per kind of data.

Bundled numbers (`series`), pandas Series with unit, season and source in `.attrs`:

    load_airline_passengers       144 months; trend, growing yearly season
    load_monthly_sunspots         2,820 months; a cycle of about 11 years
    load_daily_min_temperatures   3,650 days; yearly season, strong noise

Public downloads (`imdb`), looked up in `$RNN_TUTORIALS_DATA_DIR` first:

    load_imdb                     50,000 film reviews as texts and ids
    missing_reason                why one can't be had here, or None
    fetch, data_dir               download one public file; where it goes

Generated tasks, the same for the same seed:

    generate_reviews              reviews whose label is in the word order only
    generate_future_label         bits whose label needs the past and the future

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
from rnn_tutorials.datasets.imdb import Imdb, load_imdb
from rnn_tutorials.datasets.reviews import generate_reviews
from rnn_tutorials.datasets.series import (
    load_airline_passengers,
    load_daily_min_temperatures,
    load_monthly_sunspots,
)
from rnn_tutorials.datasets.tasks import generate_future_label
from rnn_tutorials.datasets.text import (
    OOV_ID,
    PADDING_ID,
    START_ID,
    Vocabulary,
    tokenize,
)

__all__ = [
    "OOV_ID",
    "PADDING_ID",
    "START_ID",
    "DatasetDamaged",
    "DatasetUnavailable",
    "Imdb",
    "Vocabulary",
    "data_dir",
    "fetch",
    "generate_future_label",
    "generate_reviews",
    "load_airline_passengers",
    "load_daily_min_temperatures",
    "load_imdb",
    "load_monthly_sunspots",
    "missing_reason",
    "tokenize",
]
