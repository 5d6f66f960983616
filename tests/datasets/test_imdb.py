import gzip
import hashlib
import os
import re

import numpy as np
import pytest

from rnn_tutorials.datasets import (
    DatasetDamaged,
    DatasetUnavailable,
    _imdb_source,
    _registry,
    load_imdb,
    missing_reason,
    tokenize,
)

pytestmark = pytest.mark.usefixtures("cache_dir")


@pytest.fixture
def archive(data_dir, reviews, make_archive):
    return make_archive(data_dir / "imdb" / "aclImdb_v1.tar.gz", reviews)


@pytest.fixture
def count_reads(monkeypatch):
    calls = []
    read = _imdb_source.read_reviews

    def counted(source):
        calls.append(source)
        return read(source)

    monkeypatch.setattr(_imdb_source, "read_reviews", counted)
    return calls


def assert_same(a, b):
    assert a.vocabulary == b.vocabulary
    for split in ("train", "test"):
        assert getattr(a, f"{split}_texts") == getattr(b, f"{split}_texts")
        for name in (f"{split}_labels", f"{split}_numbers"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        pairs = zip(getattr(a, f"{split}_ids"), getattr(b, f"{split}_ids"), strict=True)
        for x, y in pairs:
            np.testing.assert_array_equal(x, y)


def test_texts_ids_and_labels_belong_together(archive, reviews, no_download):
    data = load_imdb()
    for split in ("train", "test"):
        texts = getattr(data, f"{split}_texts")
        ids = getattr(data, f"{split}_ids")
        labels = getattr(data, f"{split}_labels")
        assert len(texts) == len(ids) == len(labels) == 12
        assert labels.dtype == np.int32 and labels.sum() == 6
        numbers = getattr(data, f"{split}_numbers")
        assert numbers.dtype == np.int32
        assert all(
            f"number {number} of {split}" in text
            for number, text in zip(numbers, texts, strict=True)
        )
        assert sorted(texts) == sorted(
            content.decode() for name, content in reviews.items() if split in name
        )
        for text, sequence, label in zip(texts, ids, labels, strict=True):
            assert label == ("lovely" in text)
            assert sequence.dtype == np.int32
            np.testing.assert_array_equal(sequence, data.vocabulary.encode(text))
    assert data.vocabulary.decode(data.train_ids[0]) == " ".join(
        tokenize(data.train_texts[0])
    )
    assert "vocabulary" in repr(data) and len(repr(data)) < 200


def test_order_is_mixed_and_depends_on_names_only(data_dir, reviews, make_archive):
    path = data_dir / "aclImdb_v1.tar.gz"
    make_archive(path, reviews)
    first = load_imdb()
    make_archive(path, dict(reversed(reviews.items())))
    assert_same(first, load_imdb())
    labels = first.train_labels.tolist()
    assert labels not in (sorted(labels), sorted(labels, reverse=True))


def test_vocabulary_is_of_the_training_reviews_only(archive):
    data = load_imdb()
    assert "train" in data.vocabulary.words
    assert "test" not in data.vocabulary.words


def test_vocabulary_size_turns_rare_words_into_2(archive):
    whole, small = load_imdb(None), load_imdb(8)
    assert len(small.vocabulary) == 8
    assert small.vocabulary.words == whole.vocabulary.words[:5]
    for full, cut in zip(whole.train_ids, small.train_ids, strict=True):
        np.testing.assert_array_equal(cut, np.where(full < 8, full, 2))


@pytest.mark.parametrize("folder", ["aclImdb", "imdb/aclImdb"])
def test_unpacked_folder_equals_the_archive(
    data_dir, reviews, archive, make_folder, folder, no_download
):
    packed = load_imdb()
    archive.unlink()
    make_folder(data_dir / folder, reviews)
    assert_same(packed, load_imdb())


def test_folder_goes_before_archive(data_dir, reviews, archive, make_folder):
    folder = make_folder(data_dir / "aclImdb", reviews)
    assert _imdb_source.find_source() == folder


@pytest.mark.parametrize("prefix", ["./aclImdb/", "", "repacked/"])
def test_other_prefixes_are_accepted(data_dir, reviews, make_archive, prefix):
    make_archive(data_dir / "aclImdb_v1.tar.gz", reviews, prefix=prefix)
    assert len(load_imdb().train_texts) == 12


def test_stray_members_are_ignored(data_dir, reviews, make_archive, make_folder):
    strays = {
        "README": b"read me",
        "train/.DS_Store": b"\x00\xff",
        "train/pos/._0_9.txt": b"\x00\xff",
        "train/pos/.DS_Store": b"\x00\xff",
        "train/unsup/0_0.txt": b"no label",
        "train/urls_pos.txt": b"http://",
        "test/neg/notes.txt": b"mine",
    }
    outside = {"../../train/pos/77_9.txt": b"out", "/train/pos/78_9.txt": b"out"}
    path = data_dir / "aclImdb_v1.tar.gz"
    make_archive(path, reviews | strays | outside)
    packed = load_imdb()
    assert len(packed.train_texts) == 12
    assert not (data_dir.parent / "train").exists()
    path.unlink()
    make_folder(data_dir / "aclImdb", reviews | strays)
    assert_same(packed, load_imdb())


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_truncated_archive(archive, no_download, cache_dir, share):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DatasetDamaged, match=re.escape(str(archive))):
        load_imdb()
    assert not cache_dir.exists()


def test_flipped_byte_is_found(data_dir, reviews, make_archive):
    path = make_archive(data_dir / "aclImdb_v1.tar.gz", reviews)
    plain = gzip.decompress(path.read_bytes())
    # Stored, not compressed: a flipped byte then changes a text and nothing else.
    content = bytearray(gzip.compress(plain, compresslevel=0))
    where = content.index(b"lovely")
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetDamaged, match=r"CRC"):
        load_imdb()


def test_not_an_archive_at_all(archive):
    archive.write_text("<html>please log in</html>")
    with pytest.raises(DatasetDamaged, match=r"can't be read"):
        load_imdb()


@pytest.mark.parametrize("kind", ["archive", "folder"])
def test_wrong_counts(data_dir, reviews, make_archive, make_folder, kind):
    del reviews["test/pos/3_9.txt"]
    if kind == "archive":
        make_archive(data_dir / "aclImdb_v1.tar.gz", reviews)
    else:
        make_folder(data_dir / "aclImdb", reviews)
    with pytest.raises(DatasetDamaged, match=r"expected 6 .* 5 in test/pos"):
        load_imdb()


def test_text_that_is_not_utf8(data_dir, reviews, make_archive):
    reviews["train/neg/0_2.txt"] = b"caf\xe9"
    make_archive(data_dir / "aclImdb_v1.tar.gz", reviews)
    with pytest.raises(DatasetDamaged, match=r"train/neg/0_2.txt .* not UTF-8"):
        load_imdb()


def test_cache_is_used_and_lies_outside_the_data(
    archive, data_dir, cache_dir, count_reads
):
    before = sorted(data_dir.rglob("*"))
    first = load_imdb()
    assert_same(first, load_imdb())
    assert len(count_reads) == 1
    assert sorted(data_dir.rglob("*")) == before
    assert [p.name for p in cache_dir.rglob("*") if p.is_file()] == ["imdb.npz"]


def test_changed_archive_is_read_again(archive, reviews, make_archive, count_reads):
    load_imdb()
    reviews["train/pos/0_9.txt"] = b"a wonderful film"
    make_archive(archive, reviews)
    assert "a wonderful film" in load_imdb().train_texts
    assert len(count_reads) == 2


def test_changed_folder_is_read_again(data_dir, reviews, make_folder, count_reads):
    folder = make_folder(data_dir / "aclImdb", reviews)
    load_imdb()
    (folder / "train/pos/0_9.txt").write_text("a wonderful film")
    assert "a wonderful film" in load_imdb().train_texts
    assert len(count_reads) == 2


@pytest.mark.parametrize("damage", ["empty", "half", "flip", "text"])
def test_damaged_cache_is_rebuilt_silently(
    archive, cache_dir, count_reads, recwarn, damage
):
    first = load_imdb()
    path = next(cache_dir.rglob("imdb.npz"))
    content = bytearray(path.read_bytes())
    content[content.index(b"lovely")] ^= 1
    path.write_bytes(
        {
            "empty": b"",
            "half": content[: len(content) // 2],
            "flip": content,
            "text": b"not an array",
        }[damage]
    )
    assert_same(first, load_imdb())
    assert len(count_reads) == 2
    assert_same(first, load_imdb())
    assert len(count_reads) == 2
    assert [str(warning.message) for warning in recwarn] == []


def test_unwritable_cache_warns_and_goes_on(archive, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(_registry, "cache_dir", lambda: tmp_path / "file" / "cache")
    with pytest.warns(UserWarning, match=r"cache file .* can't be written"):
        assert len(load_imdb().train_texts) == 12


def test_full_disk_leaves_no_half_cache(archive, cache_dir, monkeypatch):
    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.warns(UserWarning, match=r"No space left"):
        load_imdb()
    assert [p for p in cache_dir.rglob("*") if p.is_file()] == []


@pytest.fixture
def offline(monkeypatch):
    remote = _registry.REMOTES["imdb"]
    nowhere = _registry.Remote(
        remote.path, "http://127.0.0.1:9/imdb.tar.gz", remote.known_hash, remote.size
    )
    monkeypatch.setitem(_registry.REMOTES, "imdb", nowhere)


def test_neither_data_nor_network(data_dir, offline):
    reason = missing_reason("imdb")
    assert "\n" not in reason
    assert str(data_dir / "imdb" / "aclImdb_v1.tar.gz") in reason
    with pytest.raises(DatasetUnavailable, match=r"RNN_TUTORIALS_DATA_DIR"):
        load_imdb()


def test_no_reason_when_the_data_is_there(archive, no_download):
    assert missing_reason("imdb") is None


def test_missing_reason_downloads(data_dir, reviews, make_archive, serve, monkeypatch):
    served = make_archive(data_dir.parent / "served" / "a.tar.gz", reviews)
    digest = "md5:" + hashlib.md5(served.read_bytes()).hexdigest()
    remote = _registry.Remote(
        "imdb/aclImdb_v1.tar.gz", serve(served.parent) + "/a.tar.gz", digest, "1 kB"
    )
    monkeypatch.setitem(_registry.REMOTES, "imdb", remote)
    assert missing_reason("imdb") is None
    assert (data_dir / "imdb" / "aclImdb_v1.tar.gz").is_file()
    assert len(load_imdb().test_texts) == 12


@pytest.mark.parametrize("size, kind", [(3, ValueError), ("many", TypeError)])
def test_bad_vocabulary_size_is_named_before_any_work(size, kind, no_download):
    with pytest.raises(kind, match=r"^vocabulary_size: expected"):
        load_imdb(size)


def real_source():
    root = os.environ.get("RNN_TUTORIALS_DATA_DIR")
    if not root:
        return None
    names = [*_imdb_source._FOLDERS, *_imdb_source._ARCHIVES]
    return next(
        (name for name in names if (_registry.data_dir() / name).exists()), None
    )


@pytest.mark.skipif(
    real_source() is None, reason="RNN_TUTORIALS_DATA_DIR has no IMDB reviews"
)
def test_the_real_reviews(monkeypatch):
    # This one may use the cache that the lessons share: undo the private folder.
    monkeypatch.undo()
    data = load_imdb(20_000)
    assert len(data.train_texts) == len(data.test_texts) == 25_000
    assert data.train_labels.sum() == data.test_labels.sum() == 12_500
    assert abs(data.train_labels[-5000:].mean() - 0.5) < 0.03
    assert len(data.vocabulary) == 20_000
    assert data.vocabulary.words[:4] == ("the", "and", "a", "of")
    for ids in (data.train_ids, data.test_ids):
        assert all(sequence[0] == 1 and len(sequence) > 1 for sequence in ids)
        assert max(sequence.max() for sequence in ids) == 19_999
    assert missing_reason("imdb") is None
