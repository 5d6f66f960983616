"""`rnn-tutorials lessons` and `rnn-tutorials lesson 07`."""

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from rnn_tutorials.cli._run import Json, Negative, print_json

Folder = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the lessons. Default: notebooks/ here or in the "
        "repository that the package was installed from."
    ),
]


def lessons(folder: Folder = None, json: Json = False):
    """List the lessons of the course.

    Each with its question, the data it needs, and the seconds measured on two cores.
    """
    folder = _find_folder(folder)
    module = _module()
    found = [module.describe(path) for path in sorted(folder.glob("*.ipynb"))]
    if json:
        print_json([lesson._asdict() for lesson in found])
        return
    for lesson in found:
        needs = f" ({', '.join(lesson.requires)} data)" if lesson.requires else ""
        seconds = "" if lesson.seconds is None else f", {lesson.seconds:.0f} s"
        print(f"{lesson.number}  {lesson.title}{needs}{seconds}")
        print(f"    {lesson.question}")


def lesson(
    number: Annotated[str, typer.Argument(help="Of the lesson, such as 07.")],
    out: Annotated[Path, typer.Option(help="Folder for HTML and figure.")] = Path(
        "build"
    ),
    folder: Folder = None,
    json: Json = False,
):
    """Execute a lesson and write it as HTML.

    It runs in a fresh kernel; its main figure is written beside it, its verdict shown.
    """
    folder = _find_folder(folder)
    module = _module("nbformat", "nbclient", "nbconvert", "ipykernel")
    number = number.zfill(2) if number.isdecimal() else number
    module.find(number, folder)
    from nbclient.exceptions import CellExecutionError  # slow to import

    try:
        verdict, written = module.run(number, out, folder)
    except CellExecutionError as error:
        why = f"{error.ename}: {error.evalue}"
        raise Negative(f"lesson {number}: a cell failed with {why}") from error
    if json:
        print_json({"lesson": number, "verdict": verdict, "written": written})
        return
    if verdict:
        print(verdict)
    for path in written:
        print(f"written: {path}")


def _module(*tools):
    """Return `rnn_tutorials.lessons`; ValueError if it lacks one of its tools."""
    for tool in tools:
        if importlib.util.find_spec(tool) is None:
            raise ValueError(
                f"lessons need the notebook tools, and {tool} is not installed: "
                "pip install nbformat nbclient nbconvert ipykernel"
            )
    from rnn_tutorials import lessons

    return lessons


def _find_folder(folder):
    repository = Path(__file__).resolve().parents[2]
    places = [folder] if folder else [Path("notebooks"), repository / "notebooks"]
    for place in places:
        if any(place.glob("[0-9][0-9]_*.ipynb")):
            return place
    where = " or ".join(str(place) for place in places)
    raise ValueError(
        f"folder: expected the lessons in {where}, found none; they come with the "
        "repository, so run this in a checkout of it (or use --folder)"
    )
