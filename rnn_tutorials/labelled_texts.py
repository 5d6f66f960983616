"""A table of labelled texts -> clean texts and labels, or one line on why not.

Imports pandas, the tokeniser and tables (for its error).
"""

import csv
from collections import Counter
from typing import NamedTuple

import pandas as pd

from rnn_tutorials.datasets.text import tokenize
from rnn_tutorials.tables import TableError

# Texts of a class that a split into three parts needs, so that each holds one.
FEWEST = 7
_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1"}


class LabelledTexts(NamedTuple):
    """Texts with their labels, and what was inferred and dropped on the way."""

    texts: list
    labels: list
    notes: list


def read_texts(data, *, text, label=None, fewest=None):
    """Read texts, and their labels if there are any, from a file or a DataFrame.

    Args:
        data: path of a CSV file (separator and encoding inferred) or a DataFrame.
        text: name of the column of texts.
        label: name of the column of labels; None where there are none.
        fewest: with labels, texts that every class must have; None does not look.

    Returns:
        `LabelledTexts`. With labels, rows without words or without a label are
        dropped, and so is a text that was there before; each with a note.

    Raises:
        TableError: a file that cannot be read, a column that is not there, no text
            left, a single class, a class of too few texts.
    """
    notes = []
    frame = data if isinstance(data, pd.DataFrame) else _read(data, notes)
    for name in (text, label):
        if name is not None and name not in frame:
            known = ", ".join(map(str, frame))
            raise TableError(f"column {name!r} is not there; there are: {known}")
    texts = [_string(each) for each in frame[text]]
    if label is None:
        return LabelledTexts(texts, [], notes)
    labels = [_string(each).strip() for each in frame[label]]
    pairs = _cleaned(texts, labels, notes)
    if fewest is not None:
        _check_classes(Counter(label for _, label in pairs), label, fewest)
    if not pairs:
        raise TableError(f"no row with a text in {text!r} and a label in {label!r}")
    return LabelledTexts([t for t, _ in pairs], [c for _, c in pairs], notes)


def _cleaned(texts, labels, notes):
    kept, empty, again, contradictory = {}, 0, 0, 0
    for text, label in zip(texts, labels, strict=True):
        if not label or not tokenize(text):
            empty += 1
        elif text in kept:
            again += 1
            contradictory += kept[text] != label
        else:
            kept[text] = label
    if empty:
        notes.append(f"Dropped: {empty} rows without words or without a label.")
    if again:
        # In two parts of the split, a text would be its own answer.
        notes.append(
            f"Dropped: {again} texts that were there before"
            + (
                f", {contradictory} of them with another label."
                if contradictory
                else "."
            )
        )
    return list(kept.items())


def _check_classes(counts, label, fewest):
    if len(counts) < 2:
        raise TableError(
            f"label: expected 2 or more classes in {label!r}, received {len(counts)}"
        )
    name, count = counts.most_common()[-1]
    if count < fewest:
        raise TableError(
            f"label: expected at least {fewest} texts of every class, received {count} "
            f"of {name!r}"
        )


def _read(path, notes):
    reason = "neither UTF-8 nor UTF-16 nor Latin-1"
    for encoding, name in _ENCODINGS.items():
        try:
            frame = _parse(path, encoding)
        except UnicodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
            reason = str(error).splitlines()[0]
            break
        except OSError as error:
            raise TableError(f"{path}: {error.strerror or error}") from None
        if name != "UTF-8":
            notes.append(f"Encoding: {name}; look whether accented letters are right.")
        return frame
    raise TableError(f"{path}: is no table of separated values ({reason})")


def _parse(path, encoding):
    with open(path, encoding=encoding, newline="") as file:
        head = file.read(1 << 16)
        if "\0" in head:
            raise csv.Error("it holds binary data")
        separator = _separator(head.splitlines()[0] if head.strip() else "")
        file.seek(0)
        # Every field as it stands: "NA" and "null" may be texts, and labels.
        return pd.read_csv(file, sep=separator, dtype=str, keep_default_na=False)


def _separator(header):
    return max(",;\t|", key=header.count)


def _string(value):
    return value if isinstance(value, str) else "" if pd.isna(value) else str(value)
