"""`rnn-tutorials classify reviews.csv` and `rnn-tutorials label bundle "a text"`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rnn_tutorials._whole_file import write_whole
from rnn_tutorials.cli._run import (
    Json,
    beginning,
    frame_as_rows,
    make_folder,
    print_json,
    print_table,
)

BUNDLE = "classifier.rnn"


class Method(StrEnum):
    """What labels, as `classification.METHODS` has it."""

    network = "network"
    bag = "bag"


def classify(
    table: Annotated[Path, typer.Argument(help="CSV file of labelled texts.")],
    text: Annotated[str, typer.Option(help="Column of texts.")],
    label: Annotated[str, typer.Option(help="Column of labels.")],
    out: Annotated[Path, typer.Option(help="Folder for the bundle.")],
    vocabulary_size: Annotated[int, typer.Option(help="Word ids to keep.")] = 20_000,
    maxlen: Annotated[int, typer.Option(help="Words to read of a text.")] = 400,
    epochs: Annotated[int, typer.Option(help="At most.")] = 30,
    json: Json = False,
):
    """Learn to sort texts into classes.

    Trains a network, compares it with a bag of words, says which is better, and writes
    a bundle for `label`.
    """
    from rnn_tutorials.labelled_texts import FEWEST, read_texts

    # Before Keras is imported: a table that cannot be used is refused at once.
    read = read_texts(table, text=text, label=label, fewest=FEWEST)
    from rnn_tutorials.classification import METHODS, TextClassifier

    classifier = TextClassifier(
        text, label, vocabulary_size=vocabulary_size, maxlen=maxlen, epochs=epochs
    )
    make_folder(out)
    classifier.fit(read, progress=not json)
    compared, confusion = classifier.evaluate(), classifier.confusion_
    classifier.save(out / BUNDLE)
    if json:
        print_json(
            {
                "notes": classifier.notes_,
                "classes": classifier.classes_,
                "comparison": frame_as_rows(compared.rename_axis("method")),
                "confusion": confusion.to_numpy(),
                "verdict": classifier.verdict(),
                "recommended": classifier.recommended_,
                "written": [out / BUNDLE],
            }
        )
        return
    for note in classifier.notes_:
        print(note)
    columns = ["accuracy", "macro F1"]
    print_table("Test texts, 15 % of all", compared[columns].round(3))
    by = METHODS[classifier.recommended_]
    print_table(f"True class (rows), class given by the {by}", confusion)
    print(classifier.verdict())
    print(f"written: {out / BUNDLE}")


def label(
    bundle: Annotated[Path, typer.Argument(help="What `classify` wrote.")],
    text: Annotated[
        str, typer.Argument(help="A text, or a CSV file with the column of texts.")
    ],
    by: Annotated[
        Method | None, typer.Option(help="What labels. Default: what the verdict said.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    json: Json = False,
):
    """Label a text, or every text of a CSV file."""
    from rnn_tutorials.classification import METHODS, TextClassifier
    from rnn_tutorials.labelled_texts import read_texts

    classifier = TextClassifier.load(bundle)
    texts = [text]
    if text.lower().endswith((".csv", ".tsv", ".txt")):
        texts = read_texts(Path(text), text=classifier.text).texts
    by = by.value if by else classifier.recommended_
    found = classifier.predict(texts, by)
    if out is not None:
        write_whole(out, found.to_csv(index=False))
    if json:
        print_json({"by": by, "labels": found.to_dict("records"), "written": out})
        return
    title = f"Labels and probabilities by {METHODS[by]}"
    print_table(title, beginning(found).round(3))
    if out is not None:
        print(f"written: {out}")
