"""The CNN-LSTM text classifier: local patterns first, then their order.

With word ids alone, or with naive-Bayes evidence of n-grams beside them. Imports keras,
the masking layers and the builders' common parts.
"""

import keras

from rnn_tutorials._checks import check_count
from rnn_tutorials.builders import _common
from rnn_tutorials.layers import (
    MaskedConcatenate,
    MaskedConv1D,
    MaskedGlobalAveragePooling1D,
    MaskedGlobalMaxPooling1D,
    MaskedMaxPooling1D,
    PairEmbedding,
)

SUMMARIES = ("last", "max", "max_mean")


def build_cnn_lstm(
    timesteps,
    vocabulary_size,
    *,
    embedding_dim=128,
    filters=64,
    kernel_size=5,
    pool_size=4,
    units=70,
    bidirectional=False,
    summary="last",
    mask=True,
    pair_buckets=0,
    dropout=0.25,
    classes=2,
    name="cnn_lstm",
):
    """Build a text classifier: embedding, convolution, pooling, LSTM, output.

    The convolution sees phrases of `kernel_size` words, the pooling keeps the
    strongest sign of each in every `pool_size` steps, and the LSTM reads what is left
    in order, over a sequence that is `pool_size` times shorter.

    A saved model with a mask contains layers of this package: `import
    rnn_tutorials.layers` before `keras.models.load_model` reads it.

    Args:
        timesteps: word ids per text; None accepts any (with `mask=True`).
        vocabulary_size: number of ids, the padding id 0 included.
        embedding_dim: numbers per word.
        filters: convolution channels.
        kernel_size: words per convolution window.
        pool_size: steps per pooling block.
        units: width of the LSTM (of each direction).
        bidirectional: also read backwards.
        summary: "last" hands the LSTM's last state on, "max" the maximum over time,
            "max_mean" that and the mean over time, side by side.
        mask: True for texts padded on the right with 0; the mask is carried through
            convolution and pooling, so that padding changes nothing. False is the
            classic network of plain Keras layers, for texts padded on the left.
        pair_buckets: rows of a table of vectors for pairs of neighbouring words
            (`PairEmbedding`), added to those of the words; 0 leaves it out.
        dropout: share of the embedding's outputs dropped in training.
        classes: 2 gives one probability (for `binary_crossentropy`), more give one
            per class (for `sparse_categorical_crossentropy`).
        name: of the model.

    Returns:
        Uncompiled model: ids `(batch, timesteps)` -> `(batch, 1)` or
        `(batch, classes)`.

    Raises:
        ValueError: an argument out of range, texts too short for the unmasked
            convolution and pooling.

    Example:
        >>> build_cnn_lstm(100, 20_000, mask=False).count_params()
        2638895
    """
    inputs = keras.Input(
        (_common.check_timesteps(timesteps),), dtype="int32", name="word_ids"
    )
    x = _embed(inputs, vocabulary_size, embedding_dim, dropout, mask, pair_buckets)
    x = _read(
        x,
        filters=filters,
        kernel_size=kernel_size,
        pool_size=pool_size,
        units=units,
        bidirectional=bidirectional,
        summary=summary,
        mask=mask,
    )
    return _common.strict_model(inputs, _probability(x, classes), name)


def build_ngram_cnn_lstm(
    timesteps,
    vocabulary_size,
    *,
    channels=6,
    embedding_dim=32,
    filters=64,
    kernel_size=3,
    pool_size=8,
    units=32,
    bidirectional=True,
    summary="max_mean",
    dropout=0.25,
    channel_dropout=0.2,
    classes=2,
    name="ngram_cnn_lstm",
):
    """Build a CNN-LSTM that also reads naive-Bayes evidence of n-grams.

    Not a network of word order alone: what counting says about each word, pair and
    triple (`NgramEvidence`) stands beside the word vectors, and its sum over the text,
    divided by the root of the number of words, goes straight to the output as well.
    Channels of the texts that it is trained on must be cross-fitted.

    A saved model contains layers of this package: `import rnn_tutorials.layers` before
    `keras.models.load_model` reads it.

    Args:
        timesteps, vocabulary_size, embedding_dim, filters, kernel_size, pool_size,
            units, bidirectional, summary, dropout, classes, name: as in
            `build_cnn_lstm`, with a mask: texts are padded on the right with 0.
        channels: numbers of evidence per word.
        channel_dropout: share of these numbers set to zero in training.

    Returns:
        Uncompiled model: a dict of `word_ids` `(batch, timesteps)` and `evidence`
        `(batch, timesteps, channels)` -> `(batch, 1)` or `(batch, classes)`.

    Raises:
        ValueError: an argument out of range.

    Example:
        >>> model = build_ngram_cnn_lstm(None, 20_000)
        >>> sorted(model.input)
        ['evidence', 'word_ids']
    """
    channels = check_count("channels", channels)
    timesteps = _common.check_timesteps(timesteps)
    inputs = {
        "word_ids": keras.Input((timesteps,), dtype="int32", name="word_ids"),
        "evidence": keras.Input((timesteps, channels), name="evidence"),
    }
    words = _embed(inputs["word_ids"], vocabulary_size, embedding_dim, dropout)
    channel_dropout = _common.check_dropout(channel_dropout, "channel_dropout")
    evidence = keras.layers.Dropout(channel_dropout)(inputs["evidence"])
    x = MaskedConcatenate()([words, evidence])
    total = MaskedGlobalAveragePooling1D(0.5, name="evidence_in_all")(x)[:, -channels:]
    x = _read(
        x,
        filters=filters,
        kernel_size=kernel_size,
        pool_size=pool_size,
        units=units,
        bidirectional=bidirectional,
        summary=summary,
        mask=True,
    )
    x = keras.layers.Concatenate()([x, total])
    return keras.Model(inputs, _probability(x, classes), name=name)


def _embed(
    word_ids, vocabulary_size, embedding_dim, dropout, mask=True, pair_buckets=0
):
    x = keras.layers.Embedding(
        check_count("vocabulary_size", vocabulary_size),
        check_count("embedding_dim", embedding_dim),
        mask_zero=mask,
    )(word_ids)
    if check_count("pair_buckets", pair_buckets, at_least=0):
        pairs = PairEmbedding(pair_buckets, embedding_dim, mask_zero=mask)(word_ids)
        x = keras.layers.Add()([x, pairs])
    return keras.layers.Dropout(_common.check_dropout(dropout))(x)


def _read(x, *, filters, kernel_size, pool_size, units, bidirectional, summary, mask):
    """Convolve, pool, read in order, sum up: `(batch, steps, f)` -> `(batch, g)`."""
    if summary not in SUMMARIES:
        raise ValueError(f"summary: expected one of {SUMMARIES}, received {summary!r}")
    x = _convolve_and_pool(x, filters, kernel_size, pool_size, mask)
    x = _common.recurrent_stack(
        x,
        "lstm",
        [check_count("units", units)],
        bidirectional=bidirectional,
        dropout=0.0,
        return_sequences=summary != "last",
    )
    if summary == "last":
        return x
    largest = MaskedGlobalMaxPooling1D()(x)
    if summary == "max":
        return largest
    mean = MaskedGlobalAveragePooling1D()(x)
    return keras.layers.Concatenate()([largest, mean])


def _probability(x, classes):
    classes = check_count("classes", classes, at_least=2)
    return keras.layers.Dense(
        1 if classes == 2 else classes,
        activation="sigmoid" if classes == 2 else "softmax",
        name="probability",
    )(x)


def _convolve_and_pool(x, filters, kernel_size, pool_size, mask):
    filters = check_count("filters", filters)
    kernel_size = check_count("kernel_size", kernel_size)
    pool_size = check_count("pool_size", pool_size)
    if mask:
        x = MaskedConv1D(filters, kernel_size, activation="relu")(x)
        return MaskedMaxPooling1D(pool_size)(x)
    steps, needed = x.shape[1], kernel_size + pool_size - 1
    if steps is None or steps < needed:
        raise ValueError(
            f"timesteps: expected at least kernel_size + pool_size - 1 = {needed} "
            f"with mask=False, received {steps}"
        )
    x = keras.layers.Conv1D(filters, kernel_size, activation="relu")(x)
    return keras.layers.MaxPooling1D(pool_size)(x)
