"""The command line, run as a process: what it prints, where, and its exit codes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from rnn_tutorials import cli
from rnn_tutorials.cli import _interrupt
from rnn_tutorials.datasets import series

ROOT = Path(__file__).parents[1]
HEAD = (
    "# 01 · Counting\n\n**Question.** Does it count?\n\n**You need.** Fingers.\n\n"
    "**Time.** Under 20 s on two CPU cores."
)


def environment(**more):
    # A test run need not have the package installed.
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | more


def run(*arguments, cwd=None, code=None, **more):
    start = ["-c", code] if code else ["-m", "rnn_tutorials.cli"]
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=300,
    )


def assert_one_line(done, code, *parts):
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr, done.stderr


@pytest.fixture
def folder(tmp_path):
    """A folder with one small lesson in notebooks/."""
    new = nbformat.v4
    cell = new.new_code_cell("print('verdict: it counts')")
    cell.metadata["tags"] = ["verdict"]
    cells = [new.new_markdown_cell(HEAD), cell]
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks/01_counting.ipynb"
    nbformat.write(new.new_notebook(cells=cells), path)
    return tmp_path


# Help, versions, usage


HEAVY = {"tensorflow", "keras", "pandas", "matplotlib", "numpy", "sklearn", "nbformat"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["data", "--help"], ["cudnn", "--help"], ["--version"]]
)
def test_help_is_light(arguments):
    done = run(
        *arguments,
        code="import sys\nfrom rnn_tutorials.cli import main\n"
        f"code = main()\nsys.exit(code or bool({HEAVY} & set(sys.modules)))",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "rnn-tutorials" in done.stdout


def test_help_names_the_commands():
    text = run("--help").stdout
    for name in ("lessons", "lesson", "data", "cudnn", "--version"):
        assert name in text
    assert "..." not in text.partition("Commands:")[2]


def test_version():
    done = run("--version")
    assert done.stdout.startswith("rnn-tutorials ") and "keras 3." in done.stdout


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["nonsense"], "nonsense"),
        (["lesson"], "argument"),
        (["cudnn", "m.keras", "--backend", "mxnet"], "jax"),
        (["data", "list", "--yaml"], "--yaml"),
        (["data", "fetch", "imbd"], "expected one of imdb"),
        (["data", "fetch", "airline-passengers"], "bundled"),
        (["cudnn", "none.keras"], "'none.keras'"),
        (["lesson", "01", "--folder", "nowhere"], "nowhere"),
        (["lessons", "--folder", "nowhere"], "checkout"),
    ],
)
def test_wrong_usage_is_one_line(arguments, part, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert_one_line(done, 2, part)
    assert done.stdout == ""


def test_no_command_shows_the_help():
    done = run()
    assert "Commands:" in done.stdout + done.stderr


# Errors


PROGRAM = """
import os, signal, sys, time
import typer
import rnn_tutorials.windowing as ours
from rnn_tutorials.cli import _run
app = typer.Typer(pretty_exceptions_enable=False)
@app.command()
def command():
    {body}
sys.exit(_run.run(app, []))
"""


@pytest.mark.parametrize(
    "body, code, part",
    [
        ("ours.check_count('width', 0)", 2, "error: width: expected"),
        ("open('/none')", 2, "error: [Errno 2]"),
        ("raise OSError(28, 'No space left')", 2, "No space left"),
        ("raise _run.Negative('two\\nlines')", 1, "error: two lines"),
        ("int('a')", 1, "Traceback"),
        ("ours.nothing", 1, "Traceback"),
    ],
)
def test_exit_codes(body, code, part):
    done = run(code=PROGRAM.format(body=body))
    assert done.returncode == code and part in done.stderr
    if part != "Traceback":
        assert_one_line(done, code)


def test_ctrl_c():
    done = run(
        code=PROGRAM.format(body="os.kill(os.getpid(), signal.SIGINT); time.sleep(9)")
    )
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_ctrl_c_that_was_swallowed_ends_the_process_later():
    """As TensorFlow does with what is raised while C++ calls Python."""
    body = """
    from rnn_tutorials.cli import _interrupt
    _interrupt.PATIENCE_S = 0.2
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
    except KeyboardInterrupt as error:
        sys.excepthook(type(error), error, error.__traceback__)
    time.sleep(9)
    print("still here")
"""
    done = run(code=PROGRAM.format(body=body.strip()))
    assert done.returncode == 130
    assert not done.stdout and "Traceback" not in done.stderr


def test_ctrl_c_that_became_another_error_is_still_ctrl_c():
    """As when C++ calls Python, is handed the interruption and reports a failure."""
    body = """
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
    except KeyboardInterrupt:
        try:
            raise SystemError("returned a result with an exception set")
        except SystemError as error:
            sys.excepthook(type(error), error, error.__traceback__)
            raise
"""
    done = run(code=PROGRAM.format(body=body.strip()))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_does_not_free_what_it_interrupted():
    """TensorFlow may hang while it frees a data set that is being read."""
    body = """
    class Held:
        def __del__(self):
            os.write(1, b"freed")
    held = Held()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(9)
"""
    done = run(code=PROGRAM.format(body=body.strip()))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_without_ctrl_c_its_handler_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with _interrupt.interruptible():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_closed_pipe_is_no_traceback():
    code = PROGRAM.format(body="print('x' * 10**6)")
    command = [sys.executable, "-c", code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(), **pipes) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


# Lessons


def test_lessons(folder):
    done = run("lessons", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "01  Counting\n    Does it count?\n"
    (lesson,) = json.loads(run("lessons", "--json", cwd=folder).stdout)
    assert (lesson["number"], lesson["budget"], lesson["seconds"]) == ("01", 20, None)


def test_lessons_of_this_repository(tmp_path):
    done = run("lessons", cwd=tmp_path)
    assert done.returncode == 0 and "01  " in done.stdout


def test_lesson(folder):
    done = run("lesson", "1", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verdict: it counts\nwritten: ")
    assert "it counts" in (folder / "out/01_counting.html").read_text()


def test_an_unknown_lesson(folder):
    assert_one_line(run("lesson", "99", cwd=folder), 2, "expected one lesson", "'99'")


def test_a_lesson_that_fails(folder):
    path = folder / "notebooks/01_counting.ipynb"
    text = path.read_text().replace("print('verdict: it counts')", "raise OSError(5)")
    path.write_text(text)
    done = run("lesson", "01", cwd=folder)
    assert_one_line(done, 1, "lesson 01", "OSError: 5")
    assert path.read_text() == text


def test_ctrl_c_stops_a_lesson(folder):
    path = folder / "notebooks/01_counting.ipynb"
    wait = "open('started', 'w').close(); import time; time.sleep(60)"
    path.write_text(path.read_text().replace("print('verdict: it counts')", wait))
    with subprocess.Popen(
        [sys.executable, "-m", "rnn_tutorials.cli", "lesson", "01"],
        cwd=folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if (folder / "notebooks/started").exists():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    # The kernel, a process of its own, may complain; we do not.
    assert "rnn_tutorials" not in errors
    assert not (folder / "build").exists()


# Data


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """Point the data directory at an empty folder, and the network at no one."""
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    return tmp_path / "data"


def states(done):
    return {entry["name"]: entry["state"] for entry in json.loads(done.stdout)}


def test_data_list(empty):
    done = run("data", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = states(done)
    assert found["airline-passengers"] == found["monthly-sunspots"] == "whole"
    assert found["imdb"] == found["mnist"] == "missing"
    text = run("data", "list").stdout
    assert "airline-passengers" in text and "2,180 bytes, whole" in text
    assert str(empty / "imdb" / "aclImdb_v1.tar.gz") in text


def test_data_verify_of_what_is_missing(empty):
    assert run("data", "verify").returncode == 0
    done = run("data", "verify", "mnist", "--json")
    assert_one_line(done, 1, "damaged or missing: mnist")
    assert states(done) == {"mnist": "missing"}


def test_data_verify_of_a_damaged_copy(empty):
    empty.mkdir()
    (empty / "mnist.npz").write_bytes(b"no archive")
    assert states(run("data", "list", "--json"))["mnist"] == "another copy"
    done = run("data", "verify", "mnist")
    assert_one_line(done, 1, "mnist")
    assert "MNIST file" in done.stdout and "damaged" in done.stdout
    done = run("data", "verify", "--json")
    assert_one_line(done, 1, "mnist")
    assert states(done)["mnist"] == "damaged"
    assert (empty / "mnist.npz").read_bytes() == b"no archive"


def test_data_verify_of_a_damaged_bundled_table(empty, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "bundled"
    shutil.copytree(series.bundled_dir(), copy)
    monkeypatch.setattr(series, "bundled_dir", lambda: copy)
    assert cli.main(["data", "verify"]) == 0
    assert "whole" in capsys.readouterr().out
    with (copy / "monthly-sunspots.csv").open("ab") as file:
        file.write(b"\n")
    (copy / "airline-passengers.csv").unlink()
    assert cli.main(["data", "verify", "--json"]) == 1
    out, err = capsys.readouterr()
    found = {e["name"]: e["state"] for e in json.loads(out)}
    assert found["monthly-sunspots"] == "damaged"
    assert found["airline-passengers"] == "missing"
    assert err == "error: damaged or missing: airline-passengers, monthly-sunspots\n"
    # A name with underscores, as in Python, is the same.
    assert cli.main(["data", "verify", "daily_min_temperatures"]) == 0


def test_data_fetch_without_a_network(empty):
    done = run("data", "fetch", "mnist")
    assert_one_line(done, 1, "RNN_TUTORIALS_DATA_DIR", "curl -L")
    assert not [path for path in empty.rglob("*") if path.is_file()]


FETCH = """
import hashlib, sys
from rnn_tutorials.datasets import _registry
content = b"digits" * 1000
remote = _registry.Remote(
    "mnist/mnist.npz", sys.argv.pop(1), hashlib.sha256(content).hexdigest(), "6 kB"
)
_registry.REMOTES["mnist"] = remote
from rnn_tutorials.cli import main
sys.exit(main())
"""


def test_data_fetch(empty):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"
        command = [sys.executable, "-c", FETCH, address, "data", "fetch", "mnist"]
        with subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                head = "HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n"
                connection.sendall(head.encode() + b"digits" * 1000)
                out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "6,000 bytes, whole" in out
    # The second time nothing is asked of the network.
    done = run(address, "data", "fetch", "mnist", code=FETCH)
    assert done.returncode == 0, done.stderr


def test_ctrl_c_while_fetching_leaves_no_file(empty):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/mnist.npz"
        command = [sys.executable, "-c", FETCH, address, "data", "fetch", "mnist"]
        with subprocess.Popen(
            command, env=environment(), stderr=subprocess.PIPE, text=True
        ) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(4096)
                time.sleep(0.3)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not [path for path in empty.rglob("*") if path.is_file()]


# cuDNN


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Saved models: one fused, one of a layer of our own, one that brings code."""
    import keras

    from rnn_tutorials import layers

    folder = tmp_path_factory.mktemp("models")
    inputs = keras.Input((8, 2))
    fused = keras.Model(inputs, keras.layers.LSTM(3, name="memory")(inputs))
    fused.save(folder / "fused.keras")
    own = keras.Model(inputs, layers.Elman(3, name="memory")(inputs))
    own.save(folder / "own.keras")
    code = keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs))
    code.save(folder / "code.keras")
    return folder


def test_cudnn(models):
    done = run("cudnn", models / "fused.keras")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("memory: cuDNN (")
    done = run("cudnn", models / "own.keras", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    answer = json.loads(done.stdout)
    assert answer["backend"] == "tensorflow"
    (layer,) = answer["layers"]
    assert layer["fused"] is False and layer["reasons"]


def test_cudnn_of_files_that_are_no_models(models, tmp_path):
    assert_one_line(run("cudnn", models / "code.keras"), 2, "can't be loaded")
    whole = (models / "fused.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    assert_one_line(run("cudnn", tmp_path / "cut.keras"), 2, "which is none")
    (tmp_path / "m.h5").write_bytes(whole)
    assert_one_line(run("cudnn", tmp_path / "m.h5"), 2, "saved as .keras")
    np.savez(tmp_path / "arrays.npz", a=1)
    (tmp_path / "arrays.npz").rename(tmp_path / "arrays.keras")
    assert_one_line(run("cudnn", tmp_path / "arrays.keras"), 2, "can't be loaded")
