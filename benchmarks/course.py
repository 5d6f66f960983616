"""The course, one lesson after the other: seconds of each, start-up apart.

    python benchmarks/course.py [--lessons 01 05]

Start-up is the kernel's start and the first cell, which imports. A lesson whose public
data set is not there is left out, with the reason.
"""

import time
from datetime import datetime
from pathlib import Path

from _measure import Report, arguments, fix_threads

from rnn_tutorials import datasets, lessons

FOLDER = Path(__file__).parents[1] / "notebooks"
COLUMNS = ("lesson", "start-up, s", "the rest, s", "longest cell, s", "which")


def main():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--lessons", nargs="+", help="numbers; default: all")
    options = parser.parse_args()
    fix_threads(options.threads)
    report = Report("course", options)
    numbers = options.lessons or [path.name.split("_")[0] for path in all_lessons()]
    rows = [measure(number) for number in numbers[: 1 if options.quick else None]]
    report.grid("lessons", "Seconds per lesson, executed once", COLUMNS, rows)
    whole = sum(row[1] + row[2] for row in rows if row[1] is not None)
    report.fact("seconds", whole, f"Together {whole / 60:.1f} minutes.")
    report.save()


def all_lessons():
    return sorted(FOLDER.glob("*.ipynb"))


def measure(number):
    lesson = lessons.describe(lessons.find(number, FOLDER))
    for name in lesson.requires:
        if reason := datasets.missing_reason(name):
            return number, None, None, None, reason
    start = time.time()
    cells = [
        cell for cell in execute(lesson.path).cells if "execution" in cell.metadata
    ]
    began, ended = zip(*map(times, cells), strict=True)
    seconds = [b - a for a, b in zip(began, ended, strict=True)]
    longest = max(range(len(cells)), key=seconds.__getitem__)
    first_line = cells[longest].source.splitlines()[0].replace("|", r"\|")
    rest = ended[-1] - ended[0]
    numbers = ended[0] - start, rest, seconds[longest]
    return (number, *(round(value, 1) for value in numbers), f"`{first_line}`")


def execute(path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    options = {"timeout": 1800, "record_timing": True, "resources": place}
    return NotebookClient(notebook, **options).execute()


def times(cell):
    marks = cell.metadata["execution"]
    names = "iopub.status.busy", "iopub.status.idle"
    return [datetime.fromisoformat(marks[name]).timestamp() for name in names]


if __name__ == "__main__":
    main()
