"""`rnn-tutorials cudnn model.keras`."""

import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rnn_tutorials.cli._run import NO, Json, print_json


class Backend(StrEnum):
    """The backends whose rules are known."""

    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


def cudnn(
    model: Annotated[Path, typer.Argument(help="A model saved as .keras.")],
    backend: Annotated[
        Backend, typer.Option(help="Whose rules to apply.")
    ] = Backend.tensorflow,
    json: Json = False,
):
    """Tell which layers of a model run on cuDNN.

    Every recurrent layer of the saved model is judged by the rules of a machine with
    a GPU. The exit code is 1 if one does not. No code from the file is run.
    """
    loaded = _load(model)
    from rnn_tutorials.cudnn import report

    table = report(loaded, backend=backend.value)
    rows = table.to_dict("records")
    if json:
        print_json({"model": model, "backend": backend.value, "layers": rows})
    elif not rows:
        print(f"{model}: no recurrent layer.")
    else:
        for row in rows:
            print(
                f"{row['layer']}: {'cuDNN' if row['fused'] else 'not cuDNN'}"
                f" ({row['kernel']})"
            )
            for part in filter(None, (row["reasons"], row["runtime_conditions"])):
                print(f"    {part}")
    if not all(row["fused"] for row in rows):
        raise typer.Exit(NO)


def _load(path):
    if not path.is_file():
        raise ValueError(f"model: expected a .keras file, received {str(path)!r}")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError(
            f"model: expected a model saved as .keras, received {str(path)!r}, which "
            "is none"
        )
    import keras

    import rnn_tutorials.layers  # noqa: F401  registers our layers

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged archive can raise nearly anything
        first = next(iter(str(error).strip().splitlines()), "")[:300]
        raise ValueError(
            f"model: {str(path)!r} can't be loaded ({type(error).__name__}: {first})"
        ) from error
