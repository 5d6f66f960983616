"""Executing, exporting and skipping lessons, on small lessons made here."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from rnn_tutorials import lessons

ROOT = Path(__file__).parents[1]
HEAD = (
    "# 01 · Counting\n\n**Question.** Does it\ncount?\n\n**You need.** Fingers.\n\n"
    "**Time.** Under 20 s on two CPU cores."
)


def make_lesson(folder, *sources, name="01_counting.ipynb", requires=()):
    new = nbformat.v4
    cells = [new.new_markdown_cell(HEAD)]
    for source in sources:
        cell = new.new_code_cell(source)
        cell.metadata["tags"] = ["verdict"] if "verdict" in source else []
        if "plot" in source:
            cell.metadata["tags"] = ["headline-figure"]
        cells.append(cell)
    notebook = new.new_notebook(cells=cells)
    notebook.metadata["rnn_tutorials"] = {"requires": list(requires)}
    folder.mkdir(exist_ok=True)
    path = folder / name
    nbformat.write(notebook, path)
    return path


def run_module(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "rnn_tutorials.lessons", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_describe(tmp_path):
    lesson = lessons.describe(make_lesson(tmp_path, requires=["imdb"]))
    assert lesson.title == "Counting"
    assert lesson.question == "Does it count?"
    assert (lesson.seconds, lesson.budget, lesson.requires) == (None, 20.0, ["imdb"])


def test_describe_needs_a_title_cell(tmp_path):
    path = make_lesson(tmp_path)
    path.write_text(path.read_text().replace("**Question.**", "Question:"))
    with pytest.raises(ValueError, match=r"expected a first cell with .*received"):
        lessons.describe(path)


def test_find_names_the_lessons_there_are(tmp_path):
    make_lesson(tmp_path)
    with pytest.raises(ValueError, match=r"one lesson of .*01_counting.*received '7'"):
        lessons.find("7", tmp_path)


def test_run_writes_html_and_figure_and_prints_the_verdict(tmp_path):
    make_lesson(
        tmp_path / "notebooks",
        "print('verdict: it counts')",
        "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])",
    )
    done = run_module("run", "01", "--out", "build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "verdict: it counts" in done.stdout
    assert "it counts" in (tmp_path / "build/01_counting.html").read_text()
    assert (tmp_path / "build/01_counting.png").read_bytes()[1:4] == b"PNG"


def test_run_of_an_unknown_lesson_is_one_line(tmp_path):
    make_lesson(tmp_path / "notebooks")
    done = run_module("run", "99", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: number: expected one lesson")
    assert done.stderr.count("\n") == 1


def test_store_keeps_outputs_and_seconds(tmp_path):
    path = make_lesson(tmp_path / "notebooks", "print(6 * 7)")
    assert run_module("store", cwd=tmp_path).returncode == 0
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[1].outputs[0].text == "42\n"
    assert lessons.describe(path).seconds > 0


def test_texts_of_others_are_not_stored(tmp_path):
    path = make_lesson(tmp_path / "notebooks", "print('a review')", "print(42)")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = [lessons.NOT_STORED]
    nbformat.write(notebook, path)
    assert run_module("store", cwd=tmp_path).returncode == 0
    cells = nbformat.read(path, as_version=4).cells
    assert [len(cell.outputs) for cell in cells[1:]] == [0, 1]


def test_a_failing_lesson_is_not_stored(tmp_path):
    path = make_lesson(tmp_path / "notebooks", "print(1)", "1 / 0")
    before = path.read_bytes()
    done = run_module("store", cwd=tmp_path)
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stderr
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_tables_are_written_between_their_marks(tmp_path):
    make_lesson(tmp_path / "notebooks")
    begin, end = lessons.TABLE_MARKS
    for name in lessons.READMES:
        (tmp_path / name).write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    lessons.write_tables(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "old" not in text
    assert "[Counting](notebooks/01_counting.ipynb)" in text
    assert (
        "[Counting](01_counting.ipynb)"
        in (tmp_path / "notebooks/README.md").read_text()
    )


@pytest.mark.parametrize("requires", [(), ("imdb",)])
def test_a_lesson_without_its_data_is_skipped_with_the_reason(
    tmp_path, requires, monkeypatch
):
    path = make_lesson(tmp_path / "notebooks", "print(6 * 7)", requires=requires)
    assert run_module("store", cwd=tmp_path).returncode == 0
    shutil.copy(ROOT / "notebooks/conftest.py", path.parent)
    # A data directory without data, and a network that answers no one.
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-ra", path.parent],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    if requires:
        assert "1 skipped" in done.stdout
        assert "RNN_TUTORIALS_DATA_DIR" in done.stdout
    else:
        assert "1 passed" in done.stdout
