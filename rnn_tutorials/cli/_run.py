"""What every command shares: the exit codes, errors in one line, JSON on stdout."""

import json
import os
import sys
import tempfile
from typing import Annotated

import typer

from rnn_tutorials.cli._interrupt import INTERRUPTED, interruptible

PROGRAM = "rnn-tutorials"
NO, WRONG = 1, 2
_PACKAGE = __name__.partition(".")[0]

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")
]


class Negative(Exception):
    """The answer is no: exit code 1, and the reason in one line on stderr."""


def _print_version(wanted: bool):
    if not wanted:
        return
    from importlib import metadata

    versions = []
    for name in ("keras", "tensorflow"):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"no {name}")
    versions.append(f"Python {sys.version.split()[0]}")
    try:
        version = metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        version = "(not installed)"
    print(f"{PROGRAM} {version} ({', '.join(versions)})")
    raise typer.Exit()


def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print versions."
        ),
    ] = False,
):
    """Recurrent neural networks in Keras 3: lessons, data sets and checks."""


def run(app, arguments=None):
    """Run a typer application; return the exit code instead of leaving Python.

    Only Ctrl-C ends the process, with exit code 130.
    ValueErrors that this package raises, and every OSError, become one line on stderr;
    an error raised elsewhere is a mistake of ours and keeps its traceback.
    """
    try:
        with interruptible():
            code = app(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, typer.Abort):  # before or after, or at a prompt
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain while it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except Negative as error:
        return _fail(error, NO)
    except Exception as error:
        if hasattr(error, "format_message"):  # wrong usage, found by typer
            return _fail(error.format_message() or "see --help", WRONG)
        if isinstance(error, OSError) or (
            isinstance(error, ValueError) and _raised_here(error)
        ):
            return _fail(error, WRONG)
        if type(error).__name__ in ("DatasetUnavailable", "DatasetDamaged"):
            return _fail(error, NO)
        raise


def print_json(value):
    """Print a value as JSON; paths as text, NaN and infinity as null."""
    print(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(title, frame):
    """Print a DataFrame with its index under a title."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(str(frame.index.name or ""))
    for name in frame:
        table.add_column(str(name), justify="right")
    for row in frame.itertuples():
        table.add_row(*(_cell(value) for value in row))
    terminal = sys.stdout.isatty()
    Console(force_terminal=terminal, soft_wrap=not terminal).print(table)


def beginning(frame, rows=24):
    """Return the first rows, and say how many more there are."""
    if len(frame) > rows:
        print(f"The first {rows} of {len(frame)} rows:")
    return frame.iloc[:rows]


def frame_as_rows(frame):
    """Return a DataFrame as a list of rows for JSON, its index among them."""
    rows = frame.reset_index()
    times = rows.select_dtypes("datetime").columns
    rows[times] = rows[times].map(lambda time: time.isoformat())
    return rows.to_dict("records")


def make_folder(path):
    """Make a folder and prove that it can be written to, before hours of training."""
    path.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=path).close()


def _cell(value):
    if hasattr(value, "to_pydatetime"):
        return str(value).removesuffix(" 00:00:00")
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # NumPy numbers and arrays
        return _plain(value.tolist())
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def _fail(error, code):
    text = " ".join(str(error).split()) or type(error).__name__
    print(f"error: {text}", file=sys.stderr)
    return code


def _raised_here(error):
    """Tell whether an exception was raised by a line of this package."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "")
    return name.partition(".")[0] == _PACKAGE
