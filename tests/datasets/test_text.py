import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    OOV_ID,
    PADDING_ID,
    START_ID,
    Vocabulary,
    tokenize,
)

TEXTS = st.lists(st.text(max_size=60), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "text, words",
    [
        ("", []),
        (" ... !", []),
        ("Good, GOOD film.", ["good", "good", "film"]),
        ("one<br /><br />two<BR>three<br/>four", ["one", "two", "three", "four"]),
        ("don't 'quote' rock'n'roll o'", ["don't", "quote", "rock'n'roll", "o"]),
        ("don\u2019t", ["don't"]),
        ("snake_case 3.5 10/10", ["snake", "case", "3", "5", "10", "10"]),
        ("Caf\u00e9 cafe\u0301", ["caf\u00e9", "caf\u00e9"]),
        ("Привет, мир! 日本", ["привет", "мир", "日本"]),
    ],
)
def test_tokenize(text, words):
    assert tokenize(text) == words


@given(st.text())
def test_words_are_stable_under_tokenizing_again(text):
    words = tokenize(text)
    assert all(word and not re.search(r"[\s_]", word) for word in words)
    assert tokenize(" ".join(words)) == words


def test_tokenize_refuses_bytes():
    with pytest.raises(TypeError, match=r"^text: expected a string, received bytes$"):
        tokenize(b"good")


@settings(deadline=None)
@given(TEXTS)
def test_encode_then_decode_gives_the_words(texts):
    vocabulary = Vocabulary.from_texts(texts)
    for text in texts:
        ids = vocabulary.encode(text)
        assert ids.dtype == np.int32 and ids[0] == START_ID
        assert (ids < len(vocabulary)).all()
        assert vocabulary.decode(ids) == " ".join(tokenize(text))


@settings(deadline=None)
@given(TEXTS, st.integers(4, 12))
def test_ids_follow_frequency_then_the_alphabet(texts, size):
    counts = Counter(word for text in texts for word in tokenize(text))
    expected = sorted(sorted(counts), key=counts.get, reverse=True)
    assert Vocabulary.from_texts(texts).words == tuple(
        sorted(counts, key=lambda word: (-counts[word], word))
    )
    cut = Vocabulary.from_texts(reversed(texts), size=size)
    assert len(cut) == min(size, len(expected) + 3)
    assert cut.words == Vocabulary.from_texts(texts).words[: size - 3]


@settings(deadline=None)
@given(TEXTS)
def test_json_round_trip(texts):
    vocabulary = Vocabulary.from_texts(texts)
    restored = Vocabulary.from_json(vocabulary.to_json())
    assert restored == vocabulary
    assert restored.encode(texts[0]).tolist() == vocabulary.encode(texts[0]).tolist()


def test_special_ids():
    assert (PADDING_ID, START_ID, OOV_ID) == (0, 1, 2)
    vocabulary = Vocabulary(("film", "good"))
    assert len(vocabulary) == 5
    assert vocabulary.encode("").tolist() == [1]
    assert vocabulary.encode("bad film").tolist() == [1, 2, 3]
    assert vocabulary.decode([1, 2, 3, 0, 0]) == "[oov] film"
    assert vocabulary.decode([]) == ""


def test_a_vocabulary_does_not_change():
    vocabulary = Vocabulary(("film",))
    with pytest.raises(AttributeError):
        vocabulary.words = ()


@pytest.mark.parametrize("wrong", [-1, 5, 99])
def test_decode_names_the_id_outside(wrong):
    vocabulary = Vocabulary(("film", "good"))
    with pytest.raises(
        ValueError, match=f"ids: expected ids from 0 to 4, received {wrong}"
    ):
        vocabulary.decode([1, wrong])


@pytest.mark.parametrize("ids", [[1.0, 2.0], np.zeros((2, 2), int), ["film"]])
def test_decode_refuses_other_arrays(ids):
    with pytest.raises(ValueError, match=r"ids: expected integers of shape"):
        Vocabulary(("film",)).decode(ids)


@pytest.mark.parametrize("size", [3, 0, -1])
def test_size_needs_room_for_a_word(size):
    with pytest.raises(
        ValueError, match=f"size: expected at least 4 .* received {size}$"
    ):
        Vocabulary.from_texts(["a"], size=size)


def test_wrong_types_are_named():
    with pytest.raises(
        TypeError, match=r"size: expected an integer or None, received float"
    ):
        Vocabulary.from_texts(["a"], size=10.0)
    with pytest.raises(TypeError, match=r"texts: expected several texts"):
        Vocabulary.from_texts("a film")
    with pytest.raises(ValueError, match=r"texts: expected at least one text"):
        Vocabulary.from_texts([])
    with pytest.raises(TypeError, match=r"words: expected a sequence of words"):
        Vocabulary("film")
    with pytest.raises(TypeError, match=r"words: expected strings, received 3"):
        Vocabulary((3,))
    with pytest.raises(
        ValueError, match=r"words: expected each word once, received 'b'"
    ):
        Vocabulary(("a", "b", "b"))
    with pytest.raises(ValueError, match=r"words: expected non-empty words"):
        Vocabulary(("",))


@pytest.mark.parametrize("text", ["", "[1]", '{"format": 9, "words": []}', '{"a": 1}'])
def test_from_json_refuses_something_else(text):
    with pytest.raises(ValueError, match=r"^text: expected"):
        Vocabulary.from_json(text)
