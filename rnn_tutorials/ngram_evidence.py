"""What each word, pair and triple of words says about the label, as naive Bayes counts.

Imports NumPy, the checks and the writer of files. The channels go into
`build_ngram_cnn_lstm` beside the word ids.
"""

from pathlib import Path

import numpy as np

from rnn_tutorials._checks import check_count
from rnn_tutorials._whole_file import write_whole


class NgramEvidence:
    """How often each n-gram of the training texts occurs in texts of either label.

    Intuition: a reader who has seen 25,000 labelled texts knows before reading on that
    "waste of" speaks against a film. Two numbers per n-gram say so, from the numbers
    p and n of positive and negative training texts that contain it:

        log((p + 1) / (n + 1))                                  # how one-sided
        sign(p - n) log(1 + |p - n| / sqrt(p + n + 1))          # how surely

    A text of the training part itself must not be looked up in counts that contain it:
    they know its label. `cross_fitted` avoids that.

    Args:
        vocabulary_size: number of word ids; all ids are below it.
        orders: lengths of the n-grams.
        tables: per order its n-grams as one sorted whole number each, p and n, three
            arrays `(n-grams,)`.

    Example:
        >>> texts, labels = [[1, 5, 6], [1, 5, 7]], [1, 0]
        >>> evidence = NgramEvidence.fit(texts, labels, vocabulary_size=9, orders=(1,))
        >>> evidence.transform([[5, 6, 7]])[0].astype(float).round(2).tolist()
        [[0.0, 0.0], [0.69, 0.53], [-0.69, -0.53]]

    Reference: Wang and Manning (2012), Baselines and bigrams, ACL (the log-count
    ratio, there in a linear model).
    """

    def __init__(self, vocabulary_size, orders, tables):
        self.vocabulary_size, self.orders = vocabulary_size, tuple(orders)
        self._tables = tables

    @classmethod
    def fit(cls, texts, labels, *, vocabulary_size, orders=(1, 2, 3), min_count=1):
        """Count in how many texts of either label each n-gram occurs.

        Args:
            texts: arrays or lists of word ids, `(words,)` each.
            labels: 1 positive, 0 negative, `(texts,)`.
            vocabulary_size: number of word ids; all ids are below it.
            orders: lengths of the n-grams.
            min_count: an n-gram in fewer texts counts as unknown; more makes a
                smaller table.

        Raises:
            ValueError: other labels, ids out of range, orders whose n-grams do not
                fit into 64 bits.
        """
        texts, labels = _check(texts, labels, vocabulary_size)
        orders = _check_orders(orders, vocabulary_size)
        min_count = check_count("min_count", min_count)
        tables = []
        for order in orders:
            keys, number, owner = _occurrences(texts, order, vocabulary_size)
            p, n = _counts(number, labels[owner], len(keys))
            kept = p + n >= min_count
            tables.append((keys[kept], p[kept].astype("u4"), n[kept].astype("u4")))
        return cls(vocabulary_size, orders, tables)

    def transform(self, texts):
        """Look up the n-grams that end at each word.

        Args:
            texts: as in `fit`.

        Returns:
            List of float32 arrays `(words, 2 * orders)`; the two numbers of the first
            order, then of the second, ...; zeros for an unknown n-gram and where an
            n-gram would begin before the text.
        """
        texts = _check_texts(texts, self.vocabulary_size)
        channels = _no_channels(texts, self.orders)
        for column, (order, (keys, p, n)) in enumerate(
            zip(self.orders, self._tables, strict=True)
        ):
            if len(keys):
                rows, wanted = _tokens(texts, order, self.vocabulary_size)
                place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
                known = keys[place] == wanted
                pair = slice(2 * column, 2 * column + 2)
                channels[rows[known], pair] = _evidence(p, n)[place[known]]
        return _split(channels, texts)

    @classmethod
    def cross_fitted(
        cls,
        texts,
        labels,
        *,
        vocabulary_size,
        orders=(1, 2, 3),
        min_count=1,
        groups=None,
        folds=5,
        seed=0,
    ):
        """Return the channels of the training texts, each from the others' counts.

        Args:
            texts, labels, vocabulary_size, orders, min_count: as in `fit`.
            groups: whole number of each text, `(texts,)`; texts of one group are
                looked up without each other. Group what new texts will not share:
                the reviews of one film, else the counts know the film. None makes
                each text a group of its own.
            folds: parts that the groups are divided into, at random; the channels of
                each come from the counts of the others.
            seed: of the division.

        Returns:
            As `transform`: what `fit` to the other parts and `transform` give.

        Raises:
            ValueError: as `fit`; fewer groups than folds; not one group per text.
        """
        texts, labels = _check(texts, labels, vocabulary_size)
        orders = _check_orders(orders, vocabulary_size)
        min_count = check_count("min_count", min_count)
        fold = _divide(len(texts), groups, folds, seed)
        fold_of_word = np.repeat(fold, [len(ids) for ids in texts])
        channels = _no_channels(texts, orders)
        for column, order in enumerate(orders):
            keys, number, owner = _occurrences(texts, order, vocabulary_size)
            rows, wanted = _tokens(texts, order, vocabulary_size)
            place = np.searchsorted(keys, wanted)
            for each in range(folds):
                others = fold[owner] != each
                p, n = _counts(number[others], labels[owner[others]], len(keys))
                values = _evidence(p, n) * (p + n >= min_count)[:, np.newaxis]
                inside = fold_of_word[rows] == each
                pair = slice(2 * column, 2 * column + 2)
                channels[rows[inside], pair] = values[place[inside]]
        return _split(channels, texts)

    def __len__(self):
        return sum(len(keys) for keys, _, _ in self._tables)

    def save(self, path):
        """Write the counts to a compressed `.npz` file, whole or not at all."""
        arrays = {
            f"{name}_{order}": array
            for order, table in zip(self.orders, self._tables, strict=True)
            for name, array in zip(("keys", "p", "n"), table, strict=True)
        }
        about = {"vocabulary_size": self.vocabulary_size, "orders": self.orders}
        write_whole(
            Path(path), lambda file: np.savez_compressed(file, **about, **arrays)
        )

    @classmethod
    def load(cls, path):
        """Read what `save` wrote."""
        with np.load(path) as file:
            orders = file["orders"].tolist()
            tables = [
                tuple(file[f"{name}_{order}"] for name in ("keys", "p", "n"))
                for order in orders
            ]
            return cls(int(file["vocabulary_size"]), orders, tables)


def _ngrams(ids, order, vocabulary_size):
    """Number every n-gram of a text, `(words - order + 1,)`."""
    count = max(0, len(ids) - order + 1)
    keys = np.zeros(count, np.int64)
    for place in range(order):
        keys = keys * vocabulary_size + ids[place : place + count]
    return keys


def _occurrences(texts, order, vocabulary_size):
    """Return the n-grams, sorted; and for each text and n-gram in it, both numbers."""
    found = [np.unique(_ngrams(ids, order, vocabulary_size)) for ids in texts]
    keys, number = np.unique(np.concatenate(found), return_inverse=True)
    return keys, number, np.repeat(np.arange(len(texts)), list(map(len, found)))


def _counts(number, labels, size):
    p = np.bincount(number[labels == 1], minlength=size)
    return p, np.bincount(number[labels == 0], minlength=size)


def _tokens(texts, order, vocabulary_size):
    """Return every n-gram of every text, and the row of its last word among all."""
    starts = np.cumsum([0, *map(len, texts[:-1])])
    keys = [_ngrams(ids, order, vocabulary_size) for ids in texts]
    rows = [
        np.arange(start + order - 1, start + order - 1 + len(each))
        for start, each in zip(starts, keys, strict=True)
    ]
    return np.concatenate(rows), np.concatenate(keys)


def _divide(texts, groups, folds, seed):
    """Return the fold of each text: whole groups, as many in one fold as in another."""
    folds = check_count("folds", folds, at_least=2)
    groups = np.arange(texts) if groups is None else np.asarray(groups)
    if groups.shape != (texts,):
        raise ValueError(
            f"groups: expected shape ({texts},), one per text, received {groups.shape}"
        )
    known, group = np.unique(groups, return_inverse=True)
    if len(known) < folds:
        raise ValueError(
            f"folds: expected at most {len(known)}, one per group, received {folds}"
        )
    return (np.random.default_rng(seed).permutation(len(known)) % folds)[group]


def _no_channels(texts, orders):
    return np.zeros((sum(map(len, texts)), 2 * len(orders)), "float32")


def _split(channels, texts):
    return np.split(channels, np.cumsum([len(ids) for ids in texts])[:-1])


def _evidence(p, n):
    p, n = p.astype("float32"), n.astype("float32")
    sure = np.log1p(np.abs(p - n) / np.sqrt(p + n + 1))
    return np.stack([np.log((p + 1) / (n + 1)), np.sign(p - n) * sure], axis=1)


def _check_texts(texts, vocabulary_size):
    check_count("vocabulary_size", vocabulary_size)
    arrays = [np.asarray(ids, np.int64) for ids in texts]
    if not arrays:
        raise ValueError("texts: expected at least one, received none")
    for number, ids in enumerate(arrays):
        if ids.ndim != 1:
            raise ValueError(
                f"texts: expected word ids of shape (words,), "
                f"received {ids.shape} at index {number}"
            )
        if ids.size and not (0 <= ids.min() and ids.max() < vocabulary_size):
            raise ValueError(
                f"texts: expected ids from 0 to {vocabulary_size - 1}, received "
                f"{ids.min()} to {ids.max()} at index {number}"
            )
    return arrays


def _check(texts, labels, vocabulary_size):
    texts, labels = _check_texts(texts, vocabulary_size), np.asarray(labels)
    if labels.ndim != 1 or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            "labels: expected 0 and 1 of shape (texts,), received "
            f"shape {labels.shape}, values {np.unique(labels)[:5]}"
        )
    if len(texts) != len(labels):
        raise ValueError(
            f"labels: expected {len(texts)}, one per text, received {len(labels)}"
        )
    return texts, labels


def _check_orders(orders, vocabulary_size):
    orders = tuple(check_count("orders", order) for order in orders)
    if not orders or len(set(orders)) < len(orders):
        raise ValueError(f"orders: expected different lengths, received {orders}")
    if max(orders) * np.log2(vocabulary_size) >= 63:
        raise ValueError(
            f"orders: n-grams of {max(orders)} of {vocabulary_size} words do not fit "
            "into 64 bits; use shorter ones or a smaller vocabulary"
        )
    return orders
