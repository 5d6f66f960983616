"""From text to words, and from words to ids.

Ids follow the Keras convention for its bundled reviews: 0 padding, 1 start of the
text, 2 a word out of the vocabulary, and words from 3 on, the most frequent first.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

PADDING_ID = 0
START_ID = 1
OOV_ID = 2
FIRST_WORD_ID = 3
OOV_TEXT = "[oov]"

_FORMAT = 1
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words.

    A word is a run of letters and digits of any script, with apostrophes inside it
    kept (`don't`; a typographic apostrophe counts as a plain one). The HTML line break
    `<br />` is white space; everything else separates words and is dropped. Letters
    with accents are composed first (NFC), so that both ways to write é are one word.

    Args:
        text: any string, also an empty one.

    Returns:
        The words in order; empty when there are none.

    Raises:
        TypeError: `text` is not a string.

    Example:
        >>> tokenize("Don't miss it!<br />It's GREAT.")
        ["don't", 'miss', 'it', "it's", 'great']
    """
    if not isinstance(text, str):
        raise TypeError(f"text: expected a string, received {type(text).__name__}")
    text = _BREAK.sub(" ", text).replace("\u2019", "'").lower()
    return _WORD.findall(unicodedata.normalize("NFC", text))


@dataclass(frozen=True)
class Vocabulary:
    """A fixed list of words with their ids; it travels with the model.

        id(words[i]) = i + 3        # 0 padding, 1 start, 2 out of vocabulary

    Args:
        words: the words in the order of their ids, each once.

    Raises:
        TypeError: `words` is a single string, or has something else than strings.
        ValueError: an empty or repeated word.

    Example:
        >>> vocabulary = Vocabulary.from_texts(["good good film"])
        >>> vocabulary.encode("a good film")
        array([1, 2, 3, 4], dtype=int32)
    """

    words: tuple[str, ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.words, str):
            raise TypeError(
                f"words: expected a sequence of words, received {self.words!r}"
            )
        words = tuple(self.words)
        for word in words:
            if not isinstance(word, str):
                raise TypeError(f"words: expected strings, received {word!r}")
        ids = {word: number for number, word in enumerate(words, FIRST_WORD_ID)}
        if len(ids) != len(words):
            repeated = next(w for w, count in Counter(words).items() if count > 1)
            raise ValueError(
                f"words: expected each word once, received {repeated!r} twice"
            )
        if "" in ids:
            raise ValueError("words: expected non-empty words, received ''")
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "_ids", ids)

    @classmethod
    def from_texts(cls, texts: Iterable[str], size: int | None = None) -> "Vocabulary":
        """Build the vocabulary of a training set.

        Words are ordered by their number of occurrences in `texts`, ties
        alphabetically, so the same texts give the same ids in any order.

        Args:
            texts: the training texts. Leave validation and test texts out.
            size: number of ids to keep, the three special ones included; at least 4.
                Default: all.

        Raises:
            TypeError: `texts` is a single string, or `size` is not an integer.
            ValueError: no text at all, or `size` below 4.
        """
        if isinstance(texts, str):
            raise TypeError("texts: expected several texts, received one string")
        counts: Counter[str] = Counter()
        number = 0
        for text in texts:
            counts.update(tokenize(text))
            number += 1
        if number == 0:
            raise ValueError("texts: expected at least one text, received none")
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(tuple(ordered)).cut(size)

    def cut(self, size: int | None) -> "Vocabulary":
        """Keep the ids below `size` (an integer from 4; None keeps all)."""
        if size is None:
            return self
        return Vocabulary(self.words[: check_size("size", size) - FIRST_WORD_ID])

    def __len__(self) -> int:
        """Return the number of ids, the three special ones included."""
        return len(self.words) + FIRST_WORD_ID

    def encode(self, text: str) -> np.ndarray:
        """Turn a text into ids `(1 + words,)` of int32, beginning with 1 (start).

        A word that is not in the vocabulary becomes 2, so no text gives an empty array.
        """
        get = self._ids.get
        ids = [START_ID, *(get(word, OOV_ID) for word in tokenize(text))]
        return np.array(ids, dtype=np.int32)

    def decode(self, ids: Iterable[int] | np.ndarray) -> str:
        """Turn ids `(timesteps,)` back into words joined by blanks.

        Padding and start leave no trace, an unknown word shows as `[oov]`.

        Raises:
            ValueError: an id outside `0 … len(self) - 1`, ids that are not integers, or
                an array of another rank.
        """
        ids = np.asarray(ids if isinstance(ids, np.ndarray) else list(ids))
        if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
            raise ValueError(
                "ids: expected integers of shape (timesteps,), received "
                f"{ids.dtype} of shape {ids.shape}"
            )
        outside = ids[(ids < 0) | (ids >= len(self))]
        if outside.size:
            raise ValueError(
                f"ids: expected ids from 0 to {len(self) - 1}, received {outside[0]}"
            )
        return " ".join(self._word(int(i)) for i in ids if i > START_ID)

    def _word(self, number: int) -> str:
        return OOV_TEXT if number == OOV_ID else self.words[number - FIRST_WORD_ID]

    def to_json(self) -> str:
        """Return the vocabulary as one line of JSON."""
        content = {"format": _FORMAT, "words": self.words}
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """Read what `to_json` wrote; ValueError when it is something else."""
        try:
            content = json.loads(text)
        except ValueError as error:
            raise ValueError(f"text: expected JSON, received {text[:40]!r}") from error
        known = isinstance(content, dict) and content.get("format") == _FORMAT
        if not known or not isinstance(content.get("words"), list):
            raise ValueError(
                f"text: expected a vocabulary of format {_FORMAT}, "
                f"received {text[:40]!r}"
            )
        return cls(tuple(content["words"]))


def check_size(argument: str, size: Any) -> int:
    """Return `size` if it is an integer number of ids that leaves room for a word."""
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise TypeError(
            f"{argument}: expected an integer or None, received {type(size).__name__}"
        )
    if size <= FIRST_WORD_ID:
        raise ValueError(
            f"{argument}: expected at least {FIRST_WORD_ID + 1} (three special ids and "
            f"one word), received {size}"
        )
    return int(size)
