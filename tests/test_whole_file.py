"""A file is there whole, or as it was."""

import pytest

from rnn_tutorials import _whole_file


def test_text_bytes_and_a_function_in_a_new_folder(tmp_path):
    for content, expected in (
        ("é\n", "é\n".encode()),
        (b"\0\1", b"\0\1"),
        (lambda file: file.write(b"by hand"), b"by hand"),
    ):
        path = tmp_path / "new" / "file"
        _whole_file.write_whole(path, content)
        assert path.read_bytes() == expected
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def fail(*_):
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        _whole_file.write_whole(path, fail)
    monkeypatch.setattr(type(path), "replace", fail)
    with pytest.raises(OSError, match="no space"):
        _whole_file.write_whole(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
