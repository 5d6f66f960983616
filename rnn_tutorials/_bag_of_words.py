"""A bag of words and word pairs that can be kept as plain numbers.

Imports NumPy, scikit-learn and the tokeniser.
"""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from rnn_tutorials.datasets.text import tokenize

_STRENGTHS = (1, 10, 100)
_MOST_TERMS = 200_000  # the most frequent; more make a large file and no better labels
_DIGITS = 6  # as they are kept, so that a bundle gives the same labels


class BagOfWords:
    """Logistic regression on the TF-IDF of words and word pairs.

        x_w = (1 + ln count_w) idf_w, then x / |x|
        p = softmax(W x + b)

    Args:
        terms: words and word pairs, in the order of the columns.
        idf: weight of each term.
        coefficients: W `(classes, terms)`; of two classes, only that of the second.
        intercepts: b.
    """

    def __init__(self, terms, idf, coefficients, intercepts):
        self._terms = list(terms)
        self._idf, self._coefficients, self._intercepts = (
            np.round(each, _DIGITS) for each in (idf, coefficients, intercepts)
        )
        self._tfidf = _vectorizer(vocabulary=self._terms)
        self._tfidf.idf_ = self._idf

    @classmethod
    def fit(cls, train, validation):
        """Fit to texts and class numbers; the second part chooses the regularisation.

        Args:
            train, validation: `(texts, class numbers)`; all classes are in both.
        """
        tfidf = _vectorizer(max_features=_MOST_TERMS)
        X, labels = tfidf.fit_transform(train[0]), train[1]
        tries = [
            LogisticRegression(C=c, max_iter=500).fit(X, labels) for c in _STRENGTHS
        ]
        X, labels = tfidf.transform(validation[0]), validation[1]
        best = max(tries, key=lambda each: each.score(X, labels))
        terms = tfidf.get_feature_names_out()
        return cls(terms, tfidf.idf_, best.coef_, best.intercept_)

    def probabilities(self, texts):
        """Return the probability of each class, `(texts, classes)`."""
        scores = self._tfidf.transform(texts) @ self._coefficients.T + self._intercepts
        if scores.shape[1] == 1:
            scores = np.hstack([np.zeros_like(scores), scores])
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def to_json(self):
        """Return what JSON can hold: the arguments of the class, by name."""
        return {
            "terms": self._terms,
            "idf": self._idf.tolist(),
            "coefficients": self._coefficients.tolist(),
            "intercepts": self._intercepts.tolist(),
        }


def _vectorizer(**more):
    return TfidfVectorizer(
        tokenizer=tokenize,
        token_pattern=None,
        lowercase=False,  # done by the tokeniser
        ngram_range=(1, 2),
        sublinear_tf=True,
        **more,
    )
