import pytest

from rnn_tutorials.datasets import _inventory, _registry


@pytest.fixture
def no_download(monkeypatch):
    """Fail the test if anything tries the network."""

    def refuse(name):
        raise AssertionError(f"fetch({name!r}) was called")

    monkeypatch.setattr(_registry, "fetch", refuse)


def test_an_unpacked_folder_is_checked_by_its_content(
    data_dir, reviews, make_folder, no_download
):
    folder = make_folder(data_dir / "aclImdb", reviews)
    (entry,) = [e for e in _inventory.entries() if e.name == "imdb"]
    assert (entry.path, entry.state) == (folder, _inventory.OTHER_COPY)
    assert entry.bytes == sum(map(len, reviews.values()))
    assert _inventory.verify("imdb").state == _inventory.WHOLE
    assert _inventory.fetch("imdb").path == folder
    next(folder.rglob("*.txt")).unlink()
    entry = _inventory.verify("imdb")
    assert entry.state == _inventory.DAMAGED and "incomplete" in entry.detail


def test_every_data_set_is_listed(data_dir):
    entries = _inventory.entries()
    assert {e.name for e in entries if e.kind == "public"} == set(_registry.REMOTES)
    assert all(e.state == _inventory.MISSING for e in entries if e.kind == "public")
    assert all(e.state == _inventory.WHOLE for e in entries if e.kind == "bundled")


def test_a_file_of_another_hash_without_a_reader_is_damaged(data_dir, monkeypatch):
    remote = _registry.Remote("toy/toy.bin", "http://127.0.0.1:9/", "0" * 64, "1 kB")
    monkeypatch.setitem(_registry.REMOTES, "toy", remote)
    assert _inventory.verify("toy").state == _inventory.MISSING
    (data_dir / "toy.bin").write_bytes(b"toy")
    assert _inventory.verify("toy").state == _inventory.DAMAGED


def test_names():
    assert _inventory.check_name("Airline_Passengers") == "airline-passengers"
    with pytest.raises(ValueError, match="expected one of imdb"):
        _inventory.check_name("imbd", public=True)
    with pytest.raises(ValueError, match="bundled"):
        _inventory.check_name("monthly-sunspots", public=True)
