"""Your own labelled texts, end to end: check, split, train, compare, label, save.

Imports NumPy, pandas, scikit-learn and the parts of the package below it; keras with
them.
"""

import json

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from tqdm.keras import TqdmCallback

from rnn_tutorials import bundles
from rnn_tutorials._bag_of_words import BagOfWords
from rnn_tutorials._checks import check_count
from rnn_tutorials._word_dropout import word_dropout
from rnn_tutorials.builders import build_cnn_lstm
from rnn_tutorials.datasets.text import OOV_ID, Vocabulary
from rnn_tutorials.labelled_texts import FEWEST, LabelledTexts, read_texts
from rnn_tutorials.padding import BucketDataset, head_and_tail
from rnn_tutorials.tables import TableError

_NETWORK, _BAG, _MAJORITY = "CNN-LSTM", "TF-IDF + logistic regression", "majority class"
METHODS = {"network": _NETWORK, "bag": _BAG}
_SEED = 0
_WORD_DROPOUT = 0.2
_PATIENCE = 400  # training steps without a lower validation loss


class TextClassifier:
    """Sort texts into classes, with an honest verdict about it.

    Intuition: a convolution finds short phrases, an LSTM reads them in both directions.
    Beside it stands a bag of words and word pairs, which knows nothing of order and
    is hard to beat.

    70 % of the texts are trained on, 15 % stop the training (and choose the strength
    of the bag's regularisation), 15 % are for the comparison; each class has its share
    in all three.

    Args:
        text: column of texts.
        label: column of labels, two or more classes.
        vocabulary_size: word ids to keep, the most frequent training words.
        maxlen: words that the network reads of a text: of longer ones the first
            quarter of that many and the last three quarters.
        epochs: at most; training stops when the validation loss no longer falls.

    Raises:
        ValueError: an argument out of range; all errors of the methods are, too.

    Example:
        >>> import rnn_tutorials as rt
        >>> TextClassifier("review", "sentiment", maxlen=200).maxlen
        200
    """

    def __init__(
        self,
        text="text",
        label="label",
        *,
        vocabulary_size=20_000,
        maxlen=400,
        epochs=30,
    ):
        self.text, self.label = text, label
        self.vocabulary_size = check_count(
            "vocabulary_size", vocabulary_size, at_least=4
        )
        self.maxlen = check_count("maxlen", maxlen, at_least=8)
        self.epochs = check_count("epochs", epochs)

    def fit(self, data, *, progress=True):
        """Check the texts, split them and train.

        Args:
            data: path of a CSV file, a DataFrame, or what `read_texts` returned.
            progress: show a bar.

        Returns:
            The classifier itself, with `classes_`, `vocabulary_` and `notes_`.
        """
        read = data
        if not isinstance(data, LabelledTexts):
            read = read_texts(data, text=self.text, label=self.label, fewest=FEWEST)
        self.notes_ = list(read.notes)
        self.classes_ = sorted(set(read.labels))
        numbers = np.array([self.classes_.index(label) for label in read.labels])
        train, validation, test = _split(numbers)
        texts = np.array(read.texts, dtype=object)
        self.hash_ = bundles.fingerprint(numbers, *map(_as_bytes, read.texts))
        self.vocabulary_ = Vocabulary.from_texts(texts[train], self.vocabulary_size)
        parts = [(texts[rows], numbers[rows]) for rows in (train, validation, test)]
        self._train(*parts[:2], progress)
        self._bag = BagOfWords.fit(*parts[:2])
        most = np.bincount(numbers[train]).argmax()
        self._compare(*parts[2], most)
        return self

    def evaluate(self):
        """Return the comparison on the test part.

        Returns:
            DataFrame indexed by method: `accuracy`, `macro F1` (every class counts the
            same), `correct` and `texts`. `recommended_` is "network" or "bag", and
            `confusion_` holds its test texts by true class (rows) and given class
            (columns).
        """
        self._check_fitted()
        return self.metrics_

    def verdict(self):
        """Say in words what the comparison shows."""
        table = self.evaluate()
        network, bag = table.loc[_NETWORK], table.loc[_BAG]
        numbers = f"{network['accuracy']:.1%} against {bag['accuracy']:.1%}"
        lead, error = network["accuracy"] - bag["accuracy"], table.attrs["error"]
        if self.recommended_ == "bag":
            said = (
                f"The {_NETWORK} does not beat {_BAG}: {numbers} of the test texts. "
                f"Use {_BAG}."
            )
        elif lead > 2 * error:
            said = f"The {_NETWORK} beats {_BAG}: {numbers} of the test texts."
        else:
            said = (
                f"The {_NETWORK} has no clear lead over {_BAG}: {numbers} of "
                f"{network['texts']:.0f} test texts, within two standard errors."
            )
        majority = table.loc[_MAJORITY, "accuracy"]
        return f"{said}\nAlways the most frequent class: {majority:.1%}."

    def predict(self, texts, by=None):
        """Label texts.

        Args:
            texts: list of strings.
            by: "network" or "bag"; None takes what the verdict recommends, the
                network where there is no clear lead.

        Returns:
            DataFrame, a row per text: `label`; one column per class with its
            probability; `known`, the share of its words that are in the vocabulary
            (0 for a text without words: its label means nothing).
        """
        self._check_fitted()
        if isinstance(texts, str):
            raise ValueError("texts: expected a list of strings, received one string")
        if not len(texts):
            raise ValueError("texts: expected at least one text, received none")
        by = self.recommended_ if by is None else by
        if by not in METHODS:
            raise ValueError(f"by: expected one of {tuple(METHODS)}, received {by!r}")
        probabilities = self._probabilities(texts, by)
        frame = pd.DataFrame(probabilities, columns=self.classes_)
        best = [self.classes_[number] for number in probabilities.argmax(axis=1)]
        frame.insert(0, "label", best)
        frame["known"] = [self._known(text) for text in texts]
        return frame

    def score(self, data):
        """Return the accuracy on further labelled texts.

        Raises:
            TableError: a label that the classifier has never seen, by name.
        """
        self._check_fitted()
        read = read_texts(data, text=self.text, label=self.label)
        unseen = sorted(set(read.labels) - set(self.classes_))
        if unseen:
            raise TableError(
                f"label: expected {', '.join(self.classes_)}; never seen: "
                f"{', '.join(unseen)}"
            )
        return float(np.mean(self.predict(read.texts)["label"] == read.labels))

    def save(self, path):
        """Write everything to one file, all or nothing."""
        self._check_fitted()
        manifest = {
            "text": self.text,
            "label": self.label,
            "vocabulary_size": self.vocabulary_size,
            "maxlen": self.maxlen,
            "epochs": self.epochs,
            "classes": self.classes_,
            "words": list(self.vocabulary_.words),
            "bag": self._bag.to_json(),
            "recommended": self.recommended_,
            "metrics": json.loads(self.metrics_.to_json(orient="split")),
            "error": self.metrics_.attrs["error"],
            "confusion": self.confusion_.to_numpy().tolist(),
            "notes": self.notes_,
            "trained_on": self.hash_,
        }
        bundles.save_bundle(path, "classifier", manifest, [self._network])

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; runs no code from the file.

        Raises:
            BundleError: a file that is no classifier's bundle.
        """
        kept, (network,) = bundles.load_bundle(path, "classifier")
        arguments = ("text", "label", "vocabulary_size", "maxlen", "epochs")
        found = cls(**{name: kept[name] for name in arguments})
        found._network, found._bag = network, BagOfWords(**kept["bag"])
        found.classes_, found.recommended_ = kept["classes"], kept["recommended"]
        found.vocabulary_ = Vocabulary(tuple(kept["words"]))
        found.metrics_ = pd.DataFrame(**kept["metrics"])
        found.metrics_.attrs["error"] = kept["error"]
        found.confusion_ = _as_confusion(kept["confusion"], kept["classes"])
        found.notes_, found.hash_ = kept["notes"], kept["trained_on"]
        return found

    def _train(self, train, validation, progress):
        keras.utils.set_random_seed(_SEED)
        self._network = build_cnn_lstm(
            None,
            len(self.vocabulary_),
            embedding_dim=64,
            filters=64,
            kernel_size=3,
            units=32,
            bidirectional=True,
            summary="max",
            classes=len(self.classes_),
        )
        binary = len(self.classes_) == 2
        self._network.compile(
            keras.optimizers.Adam(2e-3),
            "binary_crossentropy" if binary else "sparse_categorical_crossentropy",
            jit_compile=False,  # else one compiled program per length
        )
        dropout = word_dropout(_WORD_DROPOUT, seed=_SEED)
        batches = self._batches(*train, seed=_SEED, transform=dropout)
        # Few texts make short epochs: it may take many to find the first step.
        patience = max(2, -(-_PATIENCE // len(batches)))
        best = keras.callbacks.EarlyStopping(
            patience=patience, restore_best_weights=True
        )
        bar = [TqdmCallback(verbose=0)] if progress else []
        self._network.fit(
            batches,
            validation_data=self._batches(*validation),
            epochs=self.epochs,
            callbacks=[best, *bar],
            verbose=0,
        )

    def _compare(self, texts, truth, most):
        given = {_MAJORITY: np.full(len(truth), most)}
        for by, name in reversed(METHODS.items()):
            given[name] = self._probabilities(texts, by).argmax(axis=1)
        table = pd.DataFrame(
            {
                name: {
                    "accuracy": accuracy_score(truth, labels),
                    "macro F1": f1_score(truth, labels, average="macro"),
                    "correct": float((labels == truth).sum()),
                    "texts": float(len(truth)),
                }
                for name, labels in given.items()
            }
        ).T
        # Standard error of the difference of the two accuracies on the same texts.
        right = [(given[name] == truth).astype(float) for name in (_NETWORK, _BAG)]
        table.attrs["error"] = float(np.std(right[0] - right[1]) / np.sqrt(len(truth)))
        lead = table.loc[_NETWORK, "accuracy"] - table.loc[_BAG, "accuracy"]
        self.recommended_ = "bag" if lead < -2 * table.attrs["error"] else "network"
        labels = given[METHODS[self.recommended_]]
        counts = confusion_matrix(truth, labels, labels=range(len(self.classes_)))
        self.metrics_ = table
        self.confusion_ = _as_confusion(counts, self.classes_)

    def _probabilities(self, texts, by):
        if by == "bag":
            return self._bag.probabilities(texts)
        batches = self._batches(texts)
        found = batches.in_order(self._network.predict(batches, verbose=0))
        return np.hstack([1 - found, found]) if found.shape[1] == 1 else found

    def _batches(self, texts, labels=None, **options):
        quarters = sorted({max(8, self.maxlen * n // 4) for n in (1, 2, 3, 4)})
        head, encode = self.maxlen // 4, self.vocabulary_.encode
        ids = [head_and_tail(encode(text), head, self.maxlen - head) for text in texts]
        return BucketDataset(ids, labels, boundaries=quarters, batch_size=32, **options)

    def _known(self, text):
        ids = self.vocabulary_.encode(text)[1:]
        return float(np.mean(ids != OOV_ID)) if len(ids) else 0.0

    def _check_fitted(self):
        if not hasattr(self, "metrics_"):
            raise ValueError("classifier: expected one that is fitted; call fit first")


def _split(numbers):
    rows = np.arange(len(numbers))
    train, rest = train_test_split(
        rows, test_size=0.3, stratify=numbers, random_state=_SEED
    )
    validation, test = train_test_split(
        rest, test_size=0.5, stratify=numbers[rest], random_state=_SEED
    )
    return train, validation, test


def _as_confusion(counts, classes):
    index = pd.Index(classes, name="true")
    return pd.DataFrame(counts, index, pd.Index(classes, name="given"))


def _as_bytes(text):
    return np.frombuffer(text.encode(errors="surrogatepass"), dtype="uint8")
