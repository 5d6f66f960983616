"""Execute, export and list the lessons in `notebooks/`.

Imports tqdm and, when it executes or exports, nbformat, nbclient and nbconvert (the
notebook tools come with requirements.txt, not with the package). From a shell:

    python -m rnn_tutorials.lessons run 01      # execute into build/: HTML, figure
    python -m rnn_tutorials.lessons store       # execute all, keep outputs and seconds
    python -m rnn_tutorials.lessons table       # write the course table to the READMEs
"""

import argparse
import base64
import json
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from rnn_tutorials._whole_file import write_whole

CELL_TIMEOUT_S = 900
# Marks cells that show texts of others: run, but never kept in the repository.
NOT_STORED = "outputs-not-stored"
TABLE_MARKS = ("<!-- course table: begin -->", "<!-- course table: end -->")
READMES = ("README.md", "notebooks/README.md")


class Lesson(NamedTuple):
    """What a lesson's title cell and metadata say about it."""

    number: str
    title: str
    question: str
    path: Path
    seconds: float | None
    budget: float
    requires: list


def find(number, folder="notebooks"):
    """Return the path of the lesson whose file name starts with `number`.

    Raises:
        ValueError: no such lesson, or several.
    """
    found = sorted(Path(folder).glob(f"{number}_*.ipynb"))
    if len(found) != 1:
        known = ", ".join(path.stem for path in sorted(Path(folder).glob("*.ipynb")))
        raise ValueError(
            f"number: expected one lesson of {folder}/ ({known}), received {number!r}"
        )
    return found[0]


def describe(path):
    """Read a lesson's number, title, question, measured seconds and budget."""
    # A notebook is JSON; nbformat, which checks it too, takes seconds to import.
    notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    head = "".join(notebook["cells"][0]["source"])
    title = re.match(r"# (\w+) · (.+)", head)
    question = re.search(r"\*\*Question\.\*\* (.+?)(?:\n\n|$)", head, re.DOTALL)
    budget = re.search(r"\*\*Time\.\*\* Under (\d+) s", head)
    if not (title and question and budget):
        raise ValueError(
            f"{path}: expected a first cell with '# NN · Title', '**Question.** …' and "
            f"'**Time.** Under N s …', received {head[:200]!r}"
        )
    ours = notebook["metadata"].get("rnn_tutorials", {})
    return Lesson(
        number=title[1],
        title=title[2],
        question=" ".join(question[1].split()),
        path=Path(path),
        seconds=ours.get("measured_seconds"),
        budget=float(budget[1]),
        requires=list(ours.get("requires", [])),
    )


def execute(path):
    """Run a lesson in a fresh kernel.

    Returns:
        The executed notebook; its metadata hold the seconds from kernel start to end.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed, a claim included.
        KeyboardInterrupt: after Ctrl-C, with the kernel stopped.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # no notes about its own transport
        resources={"metadata": {"path": str(Path(path).parent)}},
    )
    started = time.perf_counter()
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    # On a terminal only: disable=None.
    with tqdm(total=cells, desc=Path(path).stem, unit=" cells", disable=None) as bar:
        client.on_cell_executed = lambda **_: bar.update()
        try:
            client.execute()
        except Exception as error:
            # After Ctrl-C nbclient stops the kernel itself, and then stumbles on that.
            if hasattr(client, "_async_cleanup_kernel_future"):
                raise KeyboardInterrupt from error
            raise
    seconds = round(time.perf_counter() - started)
    notebook.metadata.setdefault("rnn_tutorials", {})["measured_seconds"] = seconds
    # The interpreter's version differs between machines and says nothing to a reader.
    notebook.metadata.get("language_info", {}).pop("version", None)
    return notebook


def run(number, out="build", folder="notebooks"):
    """Execute one lesson; write its HTML and figure; return its verdict text.

    The figure and the text are the outputs of the cells tagged `headline-figure` and
    `verdict`.
    """
    from nbconvert import HTMLExporter

    path = find(number, folder)
    notebook = execute(path)
    html, _ = HTMLExporter().from_notebook_node(notebook)
    files = {Path(out) / f"{path.stem}.html": html}
    for figure in _outputs(notebook, "headline-figure", "image/png"):
        files[Path(out) / f"{path.stem}.png"] = base64.b64decode(figure)
    for place, content in files.items():
        write_whole(place, content)
    return "\n".join(_outputs(notebook, "verdict", "text/plain")), [*files]


def store(paths):
    """Execute lessons one after the other and keep their outputs in their files."""
    import nbformat

    for number, path in enumerate(paths, start=1):
        print(f"[{number}/{len(paths)}] {path.name} ", end="", flush=True)
        notebook = execute(path)
        for cell in _tagged(notebook, NOT_STORED):
            cell.outputs = []
        write_whole(path, nbformat.writes(notebook) + "\n")
        print(f"{notebook.metadata['rnn_tutorials']['measured_seconds']} s")


def course_table(folder="notebooks", link="notebooks/"):
    """Return the course as a Markdown table: number, title, question, seconds."""
    rows = ["| | lesson | question | two CPU cores |", "|---|---|---|---|"]
    for path in sorted(Path(folder).glob("*.ipynb")):
        lesson = describe(path)
        data = f" ({', '.join(lesson.requires)} data)" if lesson.requires else ""
        rows.append(
            f"| {lesson.number} | [{lesson.title}]({link}{path.name}){data} "
            f"| {lesson.question} | {_minutes(lesson.seconds)} |"
        )
    return "\n".join(rows)


def write_tables(root="."):
    """Put the course table between its marks in the READMEs."""
    for name in READMES:
        path = Path(root) / name
        link = "notebooks/" if path.parent == Path(root) else ""
        begin, end = TABLE_MARKS
        before, _, rest = path.read_text(encoding="utf-8").partition(begin)
        _, _, after = rest.partition(end)
        table = course_table(Path(root) / "notebooks", link)
        text = f"{before}{begin}\n{table}\n{end}{after}"
        write_whole(path, text)


def _minutes(seconds):
    if seconds is None:
        return "not measured"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def _outputs(notebook, tag, mime):
    for cell in _tagged(notebook, tag):
        for output in cell.get("outputs", []):
            if mime == "text/plain" and output.output_type == "stream":
                if output.name == "stdout":
                    yield output.text.rstrip()
            elif mime in output.get("data", {}):
                yield output["data"][mime]


def main(arguments=None):
    """Run the command line shown at the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m rnn_tutorials.lessons")
    parser.add_argument("--folder", default="notebooks")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="execute one lesson into a folder")
    one.add_argument("number")
    one.add_argument("--out", default="build")
    several = commands.add_parser("store", help="execute lessons, keep their outputs")
    several.add_argument("numbers", nargs="*")
    commands.add_parser("table", help="write the course table to the READMEs")
    options = parser.parse_args(arguments)
    try:
        if options.command == "run":
            text, written = run(options.number, options.out, options.folder)
            print(text, *(f"written: {path}" for path in written), sep="\n")
        elif options.command == "store":
            numbers = options.numbers or ["*"]
            store([p for n in numbers for p in _all(n, options.folder)])
        else:
            write_tables()
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _all(number, folder):
    every = sorted(Path(folder).glob("*.ipynb"))
    return every if number == "*" else [find(number, folder)]


if __name__ == "__main__":
    sys.exit(main())
