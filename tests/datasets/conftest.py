"""A tiny stand-in for the IMDB archive, a local web server, and private folders."""

import io
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rnn_tutorials.datasets import _imdb_source, _registry

PER_PART = 6


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Point the data directory at an empty folder and silence progress bars."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("RNN_TUTORIALS_DATA_DIR", str(folder))
    monkeypatch.setenv("RNN_TUTORIALS_PROGRESS", "0")
    return folder


@pytest.fixture
def cache_dir(tmp_path, monkeypatch):
    """Keep the user's own cache out of the test."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(_registry, "cache_dir", lambda: folder)
    return folder


@pytest.fixture
def no_download(monkeypatch):
    """Fail the test if anything tries the network."""

    def refuse(name):
        raise AssertionError(f"fetch({name!r}) was called")

    monkeypatch.setattr(_registry, "fetch", refuse)


@pytest.fixture
def reviews(monkeypatch):
    """Names and bytes of a complete tiny data set, `PER_PART` reviews in each part."""
    monkeypatch.setattr(_imdb_source, "EXPECTED_REVIEWS", PER_PART)
    opinion = {"pos": "a lovely film", "neg": "an awful film"}
    stars = {"pos": 9, "neg": 2}
    return {
        f"{split}/{label}/{i}_{stars[label]}.txt": (
            f"{opinion[label]}<br />number {i} of {split}, caf\u00e9 scene".encode()
        )
        for split in ("train", "test")
        for label in ("neg", "pos")
        for i in range(PER_PART)
    }


@pytest.fixture
def make_archive():
    """Return a function that packs names and bytes as the original is packed."""

    def make(path, files, prefix="aclImdb/"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(prefix + name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return path

    return make


@pytest.fixture
def make_folder():
    """Return a function that writes names and bytes below a folder."""

    def make(root, files):
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        return root

    return make


@pytest.fixture
def serve():
    """Return a function that serves a folder on this machine and gives its address."""
    servers = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    def start(folder=None, handler=None):
        handler = handler or partial(Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
