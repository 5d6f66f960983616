"""The IMDB reviews, and how the networks for them are trained and timed.

Keras is imported when it is needed, after `fix_threads`.
"""

import time
from functools import partial
from typing import NamedTuple

import numpy as np

import rnn_tutorials as rt

PUBLISHED = 0.8564
OOV = 2


class Reviews(NamedTuple):
    """Two parts as lists of word ids with their labels; ids are below `words`.

    `every_word`: both parts again, with a number for each word however rare, and how
    many numbers there are. `groups`: one per training review; hardly a film is in two.
    """

    train: tuple
    test: tuple
    words: int
    aim: float
    every_word: tuple
    groups: np.ndarray


class Recipe(NamedTuple):
    """How a masked network is built and trained, chosen on a validation part."""

    head: int  # words kept of the beginning
    tail: int  # and of the end
    boundaries: tuple  # padded lengths
    batch_size: int
    rate: float  # highest learning rate
    dropped_words: float  # share that becomes "unknown" in training
    model: dict
    epochs: int = 2
    warm_up: int = 60  # steps
    evidence: bool = False


def reviews(quick):
    """Return the IMDB reviews, or a few generated ones."""
    if quick:
        texts, labels = rt.generate_reviews(400, seed=0)
        vocabulary = rt.datasets.Vocabulary.from_texts(texts, 200)
        ids = [vocabulary.encode(text) for text in texts]
        train, test, words, aim = ids[:320], ids[320:], 200, 0.4
        every_word = train, test, words
        labels, groups = (labels[:320], labels[320:]), np.arange(320)
    else:
        words, aim = 20_000, PUBLISHED
        found = rt.load_imdb(None)
        every_word = found.train_ids, found.test_ids, len(found.vocabulary)
        train, test = (
            [np.where(ids < words, ids, OOV) for ids in part] for part in every_word[:2]
        )
        labels, groups = (found.train_labels, found.test_labels), found.train_numbers
        groups = groups // 2500
    return Reviews(
        (train, labels[0]), (test, labels[1]), words, aim, every_word, groups
    )


class Clock:
    """Adds up seconds, and stops while `probabilities()` of the test part are taken.

    Nothing is chosen by what it sees.
    """

    def __init__(self, labels, probabilities):
        self.labels, self.probabilities = labels, probabilities
        self.seconds, self.curve, self._since = 0.0, [], None

    def start(self):
        self._since = time.perf_counter()

    def look(self):
        """Stop, judge, note `(seconds, test accuracy)`, go on."""
        self.seconds += time.perf_counter() - self._since
        right = (self.probabilities() > 0.5) == self.labels
        self.curve.append((round(self.seconds, 2), float(np.mean(right))))
        print(*self.curve[-1], flush=True)
        self.start()

    def reached(self, aim):
        """Seconds until the first look at which the aim was there, or None."""
        return next((taken for taken, share in self.curve if share >= aim), None)


def watch(clock, batches, looks):
    """Return a Keras callback that looks so many times in each epoch."""
    import keras

    at = {round(batches * (n + 1) / looks) - 1 for n in range(looks)}

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            clock.start()

        def on_train_batch_end(self, batch, logs=None):
            if batch in at:
                clock.look()

    return Watch()


def train_classic(parts, seed, looks=1):
    """The classic script's configuration: last 100 words, batches of 30, two epochs."""
    import keras

    keras.utils.set_random_seed(seed)
    model = rt.build_cnn_lstm(100, parts.words, mask=False)
    model.compile("adam", "binary_crossentropy")
    x, x_test = (last_words(ids) for ids in (parts.train[0], parts.test[0]))
    clock = Clock(
        parts.test[1],
        lambda: model.predict(x_test, batch_size=500, verbose=0).ravel(),
    )
    batches = -(-len(x) // 30)
    callbacks = [watch(clock, batches, looks)]
    model.fit(
        x, parts.train[1], batch_size=30, epochs=2, callbacks=callbacks, verbose=0
    )
    return clock


def last_words(ids, steps=100):
    return rt.pad_sequences(ids, steps, padding="pre")


def look_up(parts, min_count=1):
    """Return the evidence of both parts, the first cross-fitted, and the counts."""
    train, test, words = parts.every_word
    options = {"vocabulary_size": words, "min_count": min_count}
    counts = rt.NgramEvidence.fit(train, parts.train[1], **options)
    options["groups"] = parts.groups
    crossed = rt.NgramEvidence.cross_fitted(train, parts.train[1], **options)
    return crossed, counts.transform(test), counts


def train(recipe, parts, seed, looks=1, evidence=None):
    """Train a network by its recipe; returns its clock.

    `evidence`: that of the training and of the test part, for a recipe that wants it.
    It is the same for every seed, so its time is not in the clock.
    """
    import keras

    keras.utils.set_random_seed(seed)
    batches = _batches(
        recipe,
        *parts.train,
        evidence and evidence[0],
        batch_size=recipe.batch_size,
        seed=seed,
        transform=rt.word_dropout(recipe.dropped_words, seed=seed),
    )
    test = _batches(recipe, parts.test[0], None, evidence and evidence[1])
    build = rt.build_ngram_cnn_lstm if recipe.evidence else rt.build_cnn_lstm
    model = build(None, parts.words, **recipe.model)
    warm_up = min(recipe.warm_up, len(batches) // 4)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=recipe.epochs * len(batches) - warm_up,
        warmup_target=recipe.rate,
        warmup_steps=warm_up,
    )
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", jit_compile=False)
    clock = Clock(
        parts.test[1], lambda: test.in_order(model.predict(test, verbose=0)).ravel()
    )
    callbacks = [watch(clock, len(batches), looks)]
    model.fit(batches, epochs=recipe.epochs, callbacks=callbacks, verbose=0)
    return clock


def _batches(recipe, ids, labels, evidence, batch_size=256, **options):
    cut = partial(rt.head_and_tail, head=recipe.head, tail=recipe.tail)
    inputs = [cut(each) for each in ids]
    if evidence is not None:
        evidence = [cut(each) for each in evidence]
        inputs = {"word_ids": inputs, "evidence": evidence}
    options = {"boundaries": recipe.boundaries, "batch_size": batch_size, **options}
    return rt.BucketDataset(inputs, labels, **options)
