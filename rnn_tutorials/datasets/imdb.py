"""The IMDB film reviews (Maas et al. 2011): 25,000 to train on, 25,000 to test on."""

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from rnn_tutorials.datasets import _imdb_source, _registry
from rnn_tutorials.datasets._cache import (
    pack_texts,
    read_cache,
    unpack_texts,
    write_cache,
)
from rnn_tutorials.datasets.text import OOV_ID, Vocabulary, check_size

# Part of the cache key: raise it when the tokens, the order or the layout change.
_FORMAT = 2

_Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class Imdb:
    """The reviews as texts and as ids, with their labels and the vocabulary.

    `ids` are int32 arrays `(1 + words,)` of different lengths, each beginning with 1;
    labels are int32 `(25000,)`, 1 positive, 0 negative; numbers are int32 `(25000,)`,
    from the names of the files. Item i of all belongs to one review. The original
    numbers the reviews of one film one after the other: for a split that does not put
    reviews of one film on both sides, divide by number, not at random.
    """

    train_texts: list[str]
    train_ids: list[np.ndarray]
    train_labels: np.ndarray
    train_numbers: np.ndarray
    test_texts: list[str]
    test_ids: list[np.ndarray]
    test_labels: np.ndarray
    test_numbers: np.ndarray
    vocabulary: Vocabulary

    def __repr__(self) -> str:
        return (
            f"Imdb(train: {len(self.train_texts)} reviews, "
            f"test: {len(self.test_texts)} reviews, "
            f"vocabulary: {len(self.vocabulary)} ids)"
        )


def load_imdb(vocabulary_size: int | None = 20_000) -> Imdb:
    """Load the IMDB reviews, from this machine or else by a download of 80 MB.

    Looks in the data directory (`$RNN_TUTORIALS_DATA_DIR`, default: the user's cache
    directory) for an unpacked folder (`imdb/aclImdb`, `aclImdb`), then for the archive
    (`imdb/aclImdb_v1.tar.gz`, `aclImdb_v1.tar.gz`), and downloads the archive if there
    is neither. A copy that is there is checked by its content: 12,500 reviews of each
    label in each split. The words are split once (about half a minute) and kept in the
    user's cache directory, never in the data directory.

    Reviews are in the order of a hash of their names: always the same, and mixed, so
    that Keras's `validation_split` takes a balanced part. The vocabulary is that of the
    training reviews.

    Args:
        vocabulary_size: number of ids, the three special ones included, at least 4;
            rarer words become 2 (out of vocabulary). None keeps all. Default 20,000.

    Returns:
        An `Imdb`.

    Raises:
        TypeError: `vocabulary_size` is not an integer.
        ValueError: `vocabulary_size` is below 4.
        DatasetUnavailable: the reviews are not on this machine and can't be downloaded.
        DatasetDamaged: the copy on this machine is broken or incomplete.

    Example:
        >>> imdb = load_imdb(vocabulary_size=20_000)  # doctest: +SKIP
        >>> imdb.train_ids[0][0], imdb.train_labels.shape  # doctest: +SKIP
        (np.int32(1), (25000,))

    Reference: Maas et al., Learning word vectors for sentiment analysis, ACL 2011.
    """
    if vocabulary_size is not None:
        check_size("vocabulary_size", vocabulary_size)
    return _cut_out(_load_tokenized(), vocabulary_size)


def _load_tokenized() -> _Arrays:
    """Return all words of all reviews as flat arrays, from the cache if possible."""
    source = _imdb_source.find_source()
    path = _registry.cache_dir() / "tokenized" / "imdb.npz"
    expected = _imdb_source.EXPECTED_REVIEWS
    key = f"{_FORMAT} {expected} {_imdb_source.fingerprint(source)}"
    arrays = read_cache(path, key)
    if arrays is None:
        arrays = _tokenize(_imdb_source.read_reviews(source))
        write_cache(path, key, arrays)
    return arrays


def _tokenize(splits: dict[str, _imdb_source.Reviews]) -> _Arrays:
    vocabulary = Vocabulary.from_texts(_with_bar(splits["train"].texts, "counting"))
    words, ends = pack_texts(vocabulary.words)
    arrays = {"words": words, "words_ends": ends}
    for split, (texts, labels, numbers) in splits.items():
        ids = [
            vocabulary.encode(text) for text in _with_bar(texts, f"encoding {split}")
        ]
        content, ends = pack_texts(texts)
        arrays |= {
            f"{split}_texts": content,
            f"{split}_texts_ends": ends,
            f"{split}_ids": np.concatenate(ids),
            f"{split}_ids_ends": np.cumsum([len(i) for i in ids], dtype=np.int64),
            f"{split}_labels": np.array(labels, dtype=np.int32),
            f"{split}_numbers": np.array(numbers, dtype=np.int32),
        }
    return arrays


def _cut_out(arrays: _Arrays, size: int | None) -> Imdb:
    vocabulary = Vocabulary(tuple(unpack_texts(arrays["words"], arrays["words_ends"])))
    parts = {}
    for split in ("train", "test"):
        ids = arrays[f"{split}_ids"]
        if size is not None:
            ids = np.where(ids < size, ids, np.int32(OOV_ID))
        parts[f"{split}_ids"] = np.split(ids, arrays[f"{split}_ids_ends"][:-1])
        for name in (f"{split}_labels", f"{split}_numbers"):
            parts[name] = arrays[name]
        parts[f"{split}_texts"] = unpack_texts(
            arrays[f"{split}_texts"], arrays[f"{split}_texts_ends"]
        )
    return Imdb(vocabulary=vocabulary.cut(size), **parts)


def _with_bar(texts: list[str], title: str) -> tqdm:
    return tqdm(
        texts, desc=title, unit=" reviews", disable=not _registry.progress_wanted()
    )
