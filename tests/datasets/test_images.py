import os
import re

import numpy as np
import pytest

from rnn_tutorials.datasets import (
    DatasetDamaged,
    DatasetUnavailable,
    Digits,
    _registry,
    images,
    load_digits,
    load_mnist,
    load_mnist_or_digits,
    missing_reason,
)

COUNTS = {"train": (3, 2, 2, 2, 2, 2, 2, 2, 2, 2), "test": (1,) * 9 + (2,)}


@pytest.fixture
def arrays(monkeypatch):
    """A tiny MNIST: as many of each digit as `COUNTS` says, mixed."""
    monkeypatch.setattr(images, "MNIST_COUNTS", COUNTS)
    rng = np.random.default_rng(0)
    made = {}
    for part, counts in COUNTS.items():
        labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), counts))
        made[f"y_{part}"] = labels
        made[f"x_{part}"] = rng.integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
    return made


@pytest.fixture
def write(data_dir):
    def write(content, place="mnist/mnist.npz"):
        path = data_dir / place
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **content)
        return path

    return write


@pytest.fixture
def offline(monkeypatch):
    remote = _registry.REMOTES["mnist"]
    nowhere = _registry.Remote(
        remote.path, "http://127.0.0.1:9/mnist.npz", remote.known_hash, remote.size
    )
    monkeypatch.setitem(_registry.REMOTES, "mnist", nowhere)


def damaged(path, why):
    return pytest.raises(DatasetDamaged, match=f"{re.escape(str(path))}.*{why}")


@pytest.mark.parametrize("place", ["mnist/mnist.npz", "mnist.npz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_a_copy_is_read_as_it_is(arrays, write, no_download, place, dtype):
    arrays |= {name: arrays[name].astype(dtype) for name in ("y_train", "y_test")}
    write(arrays, place)
    data = load_mnist()
    for part in ("train", "test"):
        labels = getattr(data, f"{part}_labels")
        assert labels.dtype == np.int32
        np.testing.assert_array_equal(labels, arrays[f"y_{part}"])
        np.testing.assert_array_equal(
            getattr(data, f"{part}_images"), arrays[f"x_{part}"]
        )
    assert repr(data) == "Digits(MNIST: 21 training and 11 test images, 28 x 28 pixels)"
    assert missing_reason("mnist") is None


def test_folder_goes_before_loose_file(arrays, write):
    write(arrays, "mnist.npz")
    path = write(arrays)
    assert images.find_mnist() == path


def test_another_order_is_accepted_and_kept(arrays, write):
    mixed = {name: array[::-1] for name, array in arrays.items()}
    write(mixed)
    np.testing.assert_array_equal(load_mnist().train_images, mixed["x_train"])


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.98])
def test_cut_off_file(arrays, write, no_download, share):
    path = write(arrays)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with damaged(path, "reading fails"):
        load_mnist()


def test_flipped_byte_is_found(arrays, write):
    path = write(arrays)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with damaged(path, "reading fails"):
        load_mnist()


@pytest.mark.parametrize("kind", ["text", "one array", "pickle"])
def test_not_an_archive_of_arrays(data_dir, arrays, write, kind):
    if kind == "pickle":
        path = write(arrays | {"x_train": np.array([{}], dtype=object)})
    else:
        path = data_dir / "mnist.npz"
        with path.open("wb") as file:
            if kind == "text":
                file.write(b"<html>please log in</html>")
            else:
                np.save(file, arrays["x_train"])
    with damaged(path, "reading fails"):
        load_mnist()


def test_missing_array(arrays, write):
    del arrays["y_test"]
    with damaged(write(arrays), "has no array y_test, only .*x_train"):
        load_mnist()


@pytest.mark.parametrize(
    "name, change, why",
    [
        ("x_train", lambda x: x[:-1], r"x_train: expected uint8 \(21, 28, 28\), got"),
        ("x_test", lambda x: x.reshape(-1, 784), r"got uint8 \(11, 784\)"),
        ("x_test", lambda x: x / 255, r"got float64 \(11, 28, 28\)"),
        ("y_train", lambda y: y[:, None], r"y_train: expected integers \(21,\), got"),
        ("y_test", lambda y: y.astype(float), r"got float64 \(11,\)"),
        ("y_test", lambda y: (y + 1) % 11, r"y_test: expected \[1, .* got \[0, "),
        ("y_train", lambda y: np.roll(y, 1) * 0, r"of the digits 0 to 9, got \[21, 0"),
    ],
)
def test_wrong_content(arrays, write, name, change, why):
    with damaged(write(arrays | {name: change(arrays[name])}), why):
        load_mnist()


def test_a_set_of_the_same_shape_is_not_taken_for_it(data_dir, write):
    # Fashion-MNIST: the same shapes, equally many of each kind.
    content = {}
    for part, count in {"train": 60_000, "test": 10_000}.items():
        content[f"x_{part}"] = np.zeros((count, 28, 28), np.uint8)
        content[f"y_{part}"] = np.arange(count) % 10
    with damaged(write(content), r"y_train: .* got \[6000, "):
        load_mnist()


def test_neither_data_nor_network(data_dir, offline):
    reason = missing_reason("mnist")
    assert "\n" not in reason
    assert str(data_dir / "mnist" / "mnist.npz") in reason
    with pytest.raises(DatasetUnavailable, match=r"RNN_TUTORIALS_DATA_DIR"):
        load_mnist()


def test_missing_file_is_fetched(arrays, write, data_dir, monkeypatch):
    fetched = write(arrays).rename(data_dir / "elsewhere.npz")
    monkeypatch.setattr(_registry, "fetch", lambda name: {"mnist": fetched}[name])
    assert len(load_mnist().train_images) == 21


def test_bundled_digits(no_download):
    data = load_digits()
    assert isinstance(data, Digits)
    assert data.train_images.shape == (1437, 8, 8)
    assert data.test_images.shape == (360, 8, 8)
    for pixels in (data.train_images, data.test_images):
        assert pixels.dtype == np.uint8
        assert pixels.min() == 0 and pixels.max() == 255
    for labels in (data.train_labels, data.test_labels):
        assert labels.dtype == np.int32
        assert np.bincount(labels).min() >= len(labels) // 12


def test_mnist_goes_before_digits(arrays, write):
    write(arrays)
    assert load_mnist_or_digits().name == "MNIST"


def test_digits_where_mnist_cannot_be_had(data_dir, offline):
    assert load_mnist_or_digits().name == "scikit-learn digits"


def test_a_damaged_mnist_is_not_passed_over(arrays, write):
    path = write(arrays)
    path.write_bytes(b"broken")
    with damaged(path, "reading fails"):
        load_mnist_or_digits()


def real_file():
    root = os.environ.get("RNN_TUTORIALS_DATA_DIR")
    return bool(root) and any(
        (_registry.data_dir() / place).is_file() for place in images._PLACES
    )


@pytest.mark.skipif(not real_file(), reason="RNN_TUTORIALS_DATA_DIR has no MNIST")
def test_the_real_images():
    data = load_mnist()
    assert data.train_images.shape == (60_000, 28, 28)
    assert data.test_images.shape == (10_000, 28, 28)
    # Known far and wide as 0.1307 of 255.
    assert data.train_images.mean() == pytest.approx(33.318, abs=1e-3)
    # Mixed: any slice has all digits.
    assert np.bincount(data.train_labels[:1000], minlength=10).min() > 50
