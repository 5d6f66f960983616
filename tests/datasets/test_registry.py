import hashlib
import os
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from rnn_tutorials.datasets import (
    DatasetDamaged,
    DatasetUnavailable,
    _registry,
    data_dir,
    fetch,
)

CONTENT = b"the wanted content " * 5000
ANSWER = "md5:" + hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def register(monkeypatch):
    """Return a function that registers the data set "toy" at an address."""

    def add(address, known_hash=ANSWER):
        remote = _registry.Remote("toy/toy.bin", address, known_hash, "95 kB")
        monkeypatch.setitem(_registry.REMOTES, "toy", remote)

    return add


@pytest.fixture
def served(tmp_path, serve):
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "toy.bin").write_bytes(CONTENT)
    return serve(folder) + "/toy.bin"


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def files_below(folder):
    return [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]


def assert_helpful(error, folder):
    text = str(error.value)
    assert "\n" not in text
    for part in (str(folder / "toy" / "toy.bin"), "RNN_TUTORIALS_DATA_DIR", "curl -L"):
        assert part in text


def test_data_dir_follows_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", str(tmp_path))
    assert data_dir() == tmp_path
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", "~/somewhere")
    assert data_dir() == Path.home() / "somewhere"
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("RNN_TUTORIALS_DATA_DIR")
        else:
            monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", unset)
        assert data_dir() == _registry.cache_dir()
        assert data_dir().is_absolute()


def test_fetch_downloads_once(data_dir, served, register):
    register(served)
    path = fetch("toy")
    assert path == data_dir / "toy" / "toy.bin"
    assert path.read_bytes() == CONTENT
    assert files_below(data_dir) == ["toy/toy.bin"]
    assert path.stat().st_mode & 0o444 == 0o444
    register(f"http://127.0.0.1:{closed_port()}/toy.bin")
    assert fetch("toy") == path


def test_a_damaged_file_is_replaced(data_dir, served, register):
    register(served)
    (data_dir / "toy").mkdir()
    (data_dir / "toy" / "toy.bin").write_bytes(CONTENT[:100])
    assert fetch("toy").read_bytes() == CONTENT
    assert files_below(data_dir) == ["toy/toy.bin"]


def test_unknown_name():
    with pytest.raises(
        ValueError, match=r"name: expected one of .*imdb.*, received 'imbd'"
    ):
        fetch("imbd")


def test_no_network(data_dir, register):
    register(f"http://127.0.0.1:{closed_port()}/toy.bin")
    start = time.monotonic()
    with pytest.raises(DatasetUnavailable, match=r"connection to 127.0.0.1") as error:
        fetch("toy")
    assert time.monotonic() - start < 10
    assert_helpful(error, data_dir)
    assert files_below(data_dir) == []


def test_a_silent_server_is_given_up(data_dir, register, monkeypatch):
    monkeypatch.setattr(_registry, "TIMEOUT", (0.5, 0.5))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        register(f"http://127.0.0.1:{silent.getsockname()[1]}/toy.bin")
        with pytest.raises(DatasetUnavailable, match=r"Timeout"):
            fetch("toy")


def test_not_on_the_server(data_dir, served, register):
    register(served.replace("toy.bin", "other.bin"))
    with pytest.raises(DatasetUnavailable, match=r"answered 404") as error:
        fetch("toy")
    assert_helpful(error, data_dir)


def test_wrong_hash(data_dir, served, register):
    register(served, known_hash="md5:" + "0" * 32)
    with pytest.raises(DatasetDamaged, match=r"not the recorded file") as error:
        fetch("toy")
    assert_helpful(error, data_dir)
    assert files_below(data_dir) == []


def test_interrupted_download_leaves_nothing_and_can_be_repeated(
    data_dir, serve, served, register
):
    class BreaksOff(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:1000])

        def log_message(self, *args):
            pass

    register(serve(handler=BreaksOff) + "/toy.bin")
    with pytest.raises(DatasetUnavailable) as error:
        fetch("toy")
    assert_helpful(error, data_dir)
    assert files_below(data_dir) == []
    register(served)
    assert fetch("toy").read_bytes() == CONTENT


def test_unwritable_data_directory(tmp_path, monkeypatch, served, register):
    # Below a regular file nothing can be made, not even by an administrator.
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", str(folder))
    register(served)
    with pytest.raises(DatasetUnavailable, match=r"can't be written") as error:
        fetch("toy")
    assert_helpful(error, folder)


FETCH = """
import sys
from rnn_tutorials.datasets import _registry
remote = _registry.Remote("toy/toy.bin", sys.argv[1], sys.argv[2], "95 kB")
_registry.REMOTES["toy"] = remote
assert _registry.fetch("toy").read_bytes() == b"the wanted content " * 5000
"""


def test_two_processes_fetch_at_once(data_dir, serve):
    started = []

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            # Nobody gets the file before both have asked for it.
            started.append(self.path)
            deadline = time.monotonic() + 15
            while len(started) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *args):
            pass

    command = [sys.executable, "-c", FETCH, serve(handler=Slow) + "/toy.bin", ANSWER]
    root = str(Path(_registry.__file__).parents[2])
    # A test run need not have the package installed.
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    running = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors.decode()
    assert len(started) == 2
    assert files_below(data_dir) == ["toy/toy.bin"]


@pytest.mark.parametrize("value, wanted", [("1", True), ("0", False)])
def test_progress_follows_the_variable(monkeypatch, value, wanted):
    monkeypatch.setenv("RNN_TUTORIALS_PROGRESS", value)
    assert _registry.progress_wanted() is wanted


def test_progress_bar_is_drawn_when_asked_for(
    data_dir, served, register, monkeypatch, capfd
):
    monkeypatch.setenv("RNN_TUTORIALS_PROGRESS", "1")
    register(served)
    fetch("toy")
    assert "100%" in capfd.readouterr().err
