"""The package as a whole: lazy names, imports in one direction, a wheel that works."""

import ast
import importlib
import inspect
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import rnn_tutorials

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnn_tutorials"

# Part of the package -> the parts it may import. Nothing imports the lessons.
MAY_IMPORT = {
    "_quiet": set(),
    "_checks": set(),
    "_whole_file": set(),
    "windowing": {"_checks", "_window_dataset"},  # only when WindowDataset is asked for
    "_window_dataset": {"_checks", "windowing"},
    "padding": {"_checks", "_bucket_dataset"},  # only for BucketDataset
    "_bucket_dataset": {"padding"},
    "_word_dropout": {"datasets"},
    "baselines": {"_checks"},
    "claims": set(),
    "plotting": set(),
    "automata": {"_checks"},
    "automaton_extraction": {"_checks", "automata"},
    "datasets": {"_checks", "_whole_file", "automata", "datasets"},
    "layers": {"_checks", "layers"},
    "builders": {"_checks", "builders", "layers", "windowing"},
    "cudnn": {"_cudnn_rules"},
    "_cudnn_rules": set(),
    "ngram_evidence": {"_checks", "_whole_file"},
    "history_compressor": {"_checks"},
    "readout": {"_checks"},
    "rtrl": set(),
    "seeds": set(),
    "trees": {"_checks"},
    "truncated_bptt": {"_checks"},
    "lessons": {"_whole_file"},
    "ntm_tasks": {"_whole_file", "datasets", "layers", "seeds"},
    "tables": {"_tables"},
    "_tables": {"_tables"},
    "exponential_smoothing": set(),
    "seasons": set(),
    "bundles": set(),
    "_time_rows": set(),
    "_scaled_windows": {"_window_dataset", "windowing"},
    "_series_parts": {"_scaled_windows", "windowing"},
    "_backtest": {"baselines", "exponential_smoothing", "windowing"},
    "_intervals": {"baselines", "windowing"},
    "_comparison": {"_backtest", "_intervals", "_scaled_windows", "baselines"},
    "_ensemble": {"builders", "seeds"},
    "forecasting": {
        *("_comparison", "_ensemble", "_intervals", "_scaled_windows", "_time_rows"),
        *("_checks", "_series_parts", "bundles", "seasons", "tables"),
    },
    "labelled_texts": {"datasets", "tables"},
    "_bag_of_words": {"datasets"},
    "classification": {
        *("builders", "bundles", "datasets", "labelled_texts", "padding", "tables"),
        *("_bag_of_words", "_checks", "_word_dropout"),
    },
    "cli": {
        *("classification", "cli", "cudnn", "datasets", "forecasting"),
        *("labelled_texts", "layers", "lessons", "plotting", "tables"),
        "_whole_file",
    },
    "__init__": {"_quiet"},
}
WITHOUT_KERAS = (
    "_checks",
    "_quiet",
    "_whole_file",
    "_word_dropout",
    "automata",
    "automaton_extraction",
    "ngram_evidence",
    "windowing",
    "padding",
    "baselines",
    "claims",
    "plotting",
    "datasets",
    "rtrl",
    "trees",
    "lessons",
    "tables",
    "_tables",
    "seasons",
    "exponential_smoothing",
    "labelled_texts",
    "__init__",
)


def part(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module == "rnn_tutorials":
                yield from (f"rnn_tutorials.{alias.name}" for alias in node.names)


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_imports_run_one_way(path):
    ours = {
        name.split(".")[1]
        for name in imported_modules(path)
        if name.startswith("rnn_tutorials.")
    }
    assert ours <= MAY_IMPORT[part(path)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_keras_only_where_it_is_needed(path):
    if part(path) in WITHOUT_KERAS:
        roots = {name.split(".")[0] for name in imported_modules(path)}
        assert not roots & {"keras", "tensorflow"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("name", sorted(rnn_tutorials.__all__))
def test_public_names_resolve_and_are_documented(name):
    assert inspect.getdoc(getattr(rnn_tutorials, name))


@pytest.mark.parametrize("name", sorted(rnn_tutorials._HOME))
def test_public_functions_document_every_argument(name):
    public = getattr(rnn_tutorials, name)
    documented = inspect.getdoc(public)
    for argument in inspect.signature(public).parameters:
        assert argument in documented, f"{name}: {argument} is not in the docstring"


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'build_nothing'"):
        rnn_tutorials.build_nothing  # noqa: B018


def run_python(code, **environment):
    """Run code in a fresh interpreter outside the repository."""
    clean = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_import_is_light():
    done = run_python(
        "import sys, rnn_tutorials as rt\n"
        "assert rt.load_airline_passengers().shape == (144,)\n"
        "rt.make_windows(range(5), 2), rt.pad_sequences([[1]]), rt.claim\n"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr


def test_tensorflow_starts_quietly():
    done = run_python("import rnn_tutorials, keras; keras.ops.ones(1)")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_log_level_of_the_users_own_stays():
    done = run_python(
        "import os, sys, rnn_tutorials\n"
        "from rnn_tutorials import _quiet\n"
        "assert os.environ['TF_CPP_MIN_LOG_LEVEL'] == '0'\n"
        "finders = [type(finder) for finder in sys.meta_path]\n"
        "assert _quiet._TensorFlowFinder not in finders",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert done.returncode == 0, done.stderr


def test_other_messages_during_import_get_through():
    done = run_python(
        "import os\n"
        "from rnn_tutorials._quiet import _filtered_stderr\n"
        "with _filtered_stderr():\n"
        "    os.write(2, b'I0000 cudart_stub.cc:31] no GPU\\nsomething is wrong\\n')\n"
    )
    assert done.stderr == "something is wrong\n"


def test_requirements_repeat_the_package_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = (ROOT / "requirements.txt").read_text().splitlines()
    assert set(project["dependencies"]) <= set(required)


def test_wheel_works_outside_the_repository(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    offline = ["--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [*build, *offline, "--wheel-dir", tmp_path, ROOT], check=True, timeout=300
    )
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    done = run_python(
        "import rnn_tutorials as rt\n"
        f"assert rt.__file__.startswith({str(site)!r}), rt.__file__\n"
        "print(len(rt.load_airline_passengers()), len(rt.load_monthly_sunspots()),\n"
        "      len(rt.load_daily_min_temperatures()))\n"
        "print(rt.build_lstm(12).output_shape)",
        PYTHONPATH=str(site),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "144 2820 3650\n(None, 1, 1)\n"


@pytest.mark.parametrize(
    "module",
    [
        "rnn_tutorials",
        *(
            f"rnn_tutorials.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}"
            for path in SOURCES
            if ">>>" in path.read_text(encoding="utf-8") and path.stem != "__init__"
        ),
    ],
)
def test_examples_in_docstrings(module):
    import doctest

    result = doctest.testmod(
        importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert not result.failed
