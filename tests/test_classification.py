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
def fitted():
    classifier = TextClassifier("review", "mood", **QUICK)
    return classifier.fit(reviews(400), progress=False)


def test_learns_what_can_be_learned(fitted):
    table = fitted.evaluate()
    assert table.loc["majority class", "accuracy"] == pytest.approx(0.5)
    assert table.loc["TF-IDF + logistic regression", "accuracy"] > 0.95
    assert table.loc["CNN-LSTM", "accuracy"] > 0.95
    assert fitted.confusion_.to_numpy().sum() == 60
    assert np.trace(fitted.confusion_) == table.loc["CNN-LSTM", "correct"]
    assert "most frequent class: 50.0%" in fitted.verdict()


def test_predict(fitted):
    texts = ["Ein schön<br/>großartig feines a b", "ÖDE und leer", "", "xyzzy"]
    found = fitted.predict(texts)
    assert list(found) == ["label", "gut", "schlecht", "known"]
    assert found.label.tolist()[:2] == ["gut", "schlecht"]
    np.testing.assert_allclose(found[["gut", "schlecht"]].sum(axis=1), 1, rtol=1e-5)
    assert found.known.tolist() == [4 / 6, 2 / 3, 0, 0]
    alone = pd.concat([fitted.predict([text]) for text in texts], ignore_index=True)
    pd.testing.assert_frame_equal(alone, found, rtol=1e-4)


def test_saved_and_loaded(fitted, tmp_path):
    fitted.save(tmp_path / "a.rnn")
    loaded = TextClassifier.load(tmp_path / "a.rnn")
    texts = reviews(20, seed=5).review.tolist()
    pd.testing.assert_frame_equal(loaded.predict(texts), fitted.predict(texts))
    pd.testing.assert_frame_equal(loaded.evaluate(), fitted.evaluate())
    pd.testing.assert_frame_equal(loaded.confusion_, fitted.confusion_)
    assert loaded.verdict() == fitted.verdict()


def test_score_and_a_label_never_seen(fitted):
    assert fitted.score(reviews(40, seed=3)) > 0.9
    with pytest.raises(TableError, match="never seen: naja"):
        fitted.score(reviews(40, classes=("gut", "naja")))


def test_three_classes_from_a_file(tmp_path):
    frame = reviews(360, classes=tuple(WORDS))
    frame.loc[0, "review"] = 'Zitat: "schön; fein",\nneue Zeile'
    frame.to_csv(tmp_path / "a.csv", sep=";", index=False, encoding="utf-16")
    classifier = TextClassifier("review", "mood", **QUICK)
    classifier.fit(tmp_path / "a.csv", progress=False)
    assert classifier.classes_ == ["gut", "naja", "schlecht"]
    assert classifier.confusion_.shape == (3, 3)
    assert classifier.predict(["lala geht eben so"]).label[0] == "naja"
    assert classifier.notes_ == [
        "Encoding: UTF-16; look whether accented letters are right."
    ]


def test_what_is_dropped_is_said():
    frame = pd.concat([reviews(100), reviews(4)], ignore_index=True)
    frame.loc[103, "mood"] = "gut"
    frame.loc[[0, 1], "review"] = ["", "<br /> ...!"]
    frame.loc[2, "mood"] = None
    classifier = TextClassifier("review", "mood", **{**QUICK, "epochs": 1})
    notes = classifier.fit(frame, progress=False).notes_
    assert notes == [
        "Dropped: 3 rows without words or without a label.",
        "Dropped: 1 texts that were there before, 1 of them with another label.",
    ]


def test_the_vocabulary_knows_training_texts_alone():
    # Every text holds its own number, which no other has.
    classifier = TextClassifier("review", "mood", maxlen=12, epochs=1)
    words = classifier.fit(reviews(100), progress=False).vocabulary_.words
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
