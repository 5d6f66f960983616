"""Own texts end to end: what is learned, what it is compared with, what is kept."""

import numpy as np
import pandas as pd
import pytest

from rnn_tutorials.classification import TextClassifier
from rnn_tutorials.tables import TableError

WORDS = {
    "gut": ["schön", "großartig", "💡 hell", "fein"],
    "schlecht": ["öde", "müde", "grau", "leer"],
    "naja": ["so", "lala", "geht", "eben"],
}


def reviews(count, classes=("gut", "schlecht"), seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        label = classes[number % len(classes)]
        words = [*rng.choice(WORDS[label], 3), *rng.choice(list("abcdefg"), 5)]
        rows.append((" ".join(rng.permutation(words)) + f"<br />{number}", label))
    return pd.DataFrame(rows, columns=["review", "mood"])


QUICK = {"vocabulary_size": 60, "maxlen": 12, "epochs": 5}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Three classes, read from a file in another encoding."""
    frame = reviews(240, classes=tuple(WORDS))
    frame.loc[0, "review"] = 'Zitat: "schön; fein",\nneue Zeile'
    path = tmp_path_factory.mktemp("texts") / "a.csv"
    frame.to_csv(path, sep=";", index=False, encoding="utf-16")
    return TextClassifier("review", "mood", **QUICK).fit(path, progress=False)


def test_learns_what_can_be_learned(fitted):
    assert fitted.classes_ == ["gut", "naja", "schlecht"]
    assert fitted.notes_ == [
        "Encoding: UTF-16; look whether accented letters are right."
    ]
    table = fitted.evaluate()
    assert table.loc["majority class", "accuracy"] == pytest.approx(1 / 3)
    assert table.loc["TF-IDF + logistic regression", "accuracy"] > 0.95
    assert table.loc["CNN-LSTM", "accuracy"] > 0.95
    assert fitted.confusion_.to_numpy().sum() == 36
    assert fitted.recommended_ == "network"
    assert np.trace(fitted.confusion_) == table.loc["CNN-LSTM", "correct"]
    assert "most frequent class: 33.3%" in fitted.verdict()


@pytest.mark.parametrize("by", [None, "network", "bag"])
def test_predict(fitted, by):
    texts = ["Ein schön<br/>großartig feines a b", "ÖDE und leer", "", "xyzzy"]
    found = fitted.predict(texts, by)
    assert list(found) == ["label", "gut", "naja", "schlecht", "known"]
    assert found.label.tolist()[:2] == ["gut", "schlecht"]
    classes = found[["gut", "naja", "schlecht"]]
    np.testing.assert_allclose(classes.sum(axis=1), 1, rtol=1e-5)
    assert found.known.tolist() == [4 / 6, 2 / 3, 0, 0]
    each = [fitted.predict([text], by) for text in texts]
    alone = pd.concat(each, ignore_index=True)
    pd.testing.assert_frame_equal(alone, found, rtol=1e-4)


def test_saved_and_loaded(fitted, tmp_path):
    fitted.save(tmp_path / "a.rnn")
    loaded = TextClassifier.load(tmp_path / "a.rnn")
    texts = reviews(20, seed=5).review.tolist()
    for by in (None, "network", "bag"):
        found = loaded.predict(texts, by)
        pd.testing.assert_frame_equal(found, fitted.predict(texts, by))
    pd.testing.assert_frame_equal(loaded.evaluate(), fitted.evaluate())
    pd.testing.assert_frame_equal(loaded.confusion_, fitted.confusion_)
    assert loaded.verdict() == fitted.verdict()


def test_score_and_a_label_never_seen(fitted):
    assert fitted.score(reviews(40, seed=3)) > 0.9
    with pytest.raises(TableError, match="never seen: prima"):
        fitted.score(reviews(40).replace({"mood": {"gut": "prima"}}))


@pytest.fixture(scope="module")
def untrained(untraced):
    """A classifier of too few epochs, so that the bag of words is ahead."""
    frame = pd.concat([reviews(100), reviews(4)], ignore_index=True)
    frame.loc[103, "mood"] = "gut"
    frame.loc[[0, 1], "review"] = ["", "<br /> ...!"]
    frame.loc[2, "mood"] = None
    classifier = TextClassifier("review", "mood", maxlen=12, epochs=1)
    return classifier.fit(frame, progress=False)


def test_what_is_dropped_is_said(untrained):
    assert untrained.notes_ == [
        "Dropped: 3 rows without words or without a label.",
        "Dropped: 1 texts that were there before, 1 of them with another label.",
    ]


def test_the_bag_labels_where_the_verdict_says_so(untrained, tmp_path):
    table = untrained.evaluate()
    bag = table.loc["TF-IDF + logistic regression"]
    assert table.loc["CNN-LSTM", "accuracy"] < bag["accuracy"] - 0.2
    assert untrained.recommended_ == "bag"
    assert "Use TF-IDF + logistic regression." in untrained.verdict()
    assert np.trace(untrained.confusion_) == bag["correct"]
    assert untrained.score(reviews(60, seed=9)) > 0.9
    untrained.save(tmp_path / "a.rnn")
    loaded = TextClassifier.load(tmp_path / "a.rnn")
    texts = reviews(30, seed=9).review.tolist()
    by_bag = untrained.predict(texts, "bag")
    pd.testing.assert_frame_equal(loaded.predict(texts), by_bag)
    assert not loaded.predict(texts, "network").label.equals(by_bag.label)


def test_the_vocabulary_knows_training_texts_alone(untrained):
    # Every text holds its own number, which no other has: 70 % of 100 texts.
    words = untrained.vocabulary_.words
    assert sum(word.isdigit() for word in words) == 70


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (reviews(40).rename(columns={"mood": "m"}), "column 'mood' is not there"),
        (reviews(40).drop(columns="review"), "column 'review' is not there"),
        (reviews(40, classes=("gut",)), "2 or more classes in 'mood', received 1"),
        (reviews(40).iloc[:9], "at least 7 texts of every class, received 4"),
        (reviews(0), "2 or more classes in 'mood', received 0"),
    ],
)
def test_tables_that_cannot_be_used(data, message):
    with pytest.raises(TableError, match=message):
        TextClassifier("review", "mood").fit(data, progress=False)


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2\3", b'review;mood\n"open', b"a,b\n1,2,3,4\n"]
)
def test_files_that_cannot_be_used(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(TableError) as raised:
        TextClassifier("review", "mood").fit(tmp_path / "a.csv", progress=False)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path, tmp_path / "no.csv"):
        with pytest.raises(TableError):
            TextClassifier("review", "mood").fit(path, progress=False)


@pytest.mark.parametrize(
    ("texts", "message"), [("one", "received one string"), ([], "received none")]
)
def test_texts_to_label(fitted, texts, message):
    with pytest.raises(ValueError, match=message):
        fitted.predict(texts)


def test_a_method_that_is_none(fitted):
    with pytest.raises(ValueError, match=r"^by: expected one of .*'network', 'bag'"):
        fitted.predict(["gut"], by="svm")


@pytest.mark.parametrize(
    "options", [{"vocabulary_size": 3}, {"maxlen": 7}, {"epochs": 0}]
)
def test_bad_arguments(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        TextClassifier(**options)


def test_not_fitted():
    with pytest.raises(ValueError, match="call fit first"):
        TextClassifier().predict(["a"])
