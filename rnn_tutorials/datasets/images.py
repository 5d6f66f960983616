"""Handwritten digits as grey images: MNIST (public), or those that scikit-learn brings.

Imports NumPy, and scikit-learn where its digits are asked for.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_tutorials.datasets import _registry
from rnn_tutorials.datasets._registry import DatasetDamaged, DatasetUnavailable

# Images of each digit, 0 to 9. They tell MNIST from the many sets that share its shape
# and file layout, and do not depend on the order, which differs between copies.
MNIST_COUNTS = {
    "train": (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    "test": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
}
_PLACES = ("mnist/mnist.npz", "mnist.npz")
_BLACK = 255


@dataclass(frozen=True, eq=False, repr=False)
class Digits:
    """Images of handwritten digits and which digit each one shows.

    Images are uint8 `(images, rows, columns)` from 0, paper, to 255, ink; labels are
    int32 `(images,)`, 0 to 9. `name` is "MNIST" or "scikit-learn digits".
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __repr__(self) -> str:
        rows, columns = self.train_images.shape[1:]
        return (
            f"Digits({self.name}: {len(self.train_images)} training and "
            f"{len(self.test_images)} test images, {rows} x {columns} pixels)"
        )


def load_mnist() -> Digits:
    """Load MNIST, from this machine or else by a download of 11 MB.

    Looks in the data directory (`$RNN_TUTORIALS_DATA_DIR`, default: the user's cache
    directory) for `mnist/mnist.npz`, then `mnist.npz`, in the layout of Keras's copy,
    and downloads that copy if there is neither. A file that is there may hold the
    images in another order: it is checked by its content, which is 60,000 + 10,000
    images of 28 x 28 pixels with as many of each digit as MNIST has.

    Returns:
        `Digits`, in the order of the file.

    Raises:
        DatasetUnavailable: the file is not on this machine and can't be downloaded.
        DatasetDamaged: the file on this machine is broken or is not MNIST.

    Example:
        >>> load_mnist()  # doctest: +SKIP
        Digits(MNIST: 60000 training and 10000 test images, 28 x 28 pixels)

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to
        document recognition, Proc. IEEE 86(11), 1998, doi:10.1109/5.726791.
    """
    path = find_mnist()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except Exception as error:  # bytes gone wrong can raise nearly anything
        why = f"reading fails with {type(error).__name__}: {error}"
        raise _damaged(path, why) from error
    parts = {}
    for part, counts in MNIST_COUNTS.items():
        images, labels = _check_part(path, arrays, part, counts)
        parts |= {f"{part}_images": images, f"{part}_labels": labels}
    return Digits("MNIST", **parts)


def load_digits() -> Digits:
    """Load the 1,797 digits of 8 x 8 pixels that come with scikit-learn: no download.

    Their 17 levels of grey are spread over 0 to 255, as in MNIST. The last fifth is the
    test part, unmixed, since neighbours tend to be by the same hand.

    Returns:
        `Digits`, in the order of scikit-learn.

    Example:
        >>> load_digits()
        Digits(scikit-learn digits: 1437 training and 360 test images, 8 x 8 pixels)

    Reference: Alpaydin and Kaynak, Optical recognition of handwritten digits, UCI
        Machine Learning Repository, 1998, doi:10.24432/C50P49 (its test part).
    """
    from sklearn import datasets  # slow to import

    stored = datasets.load_digits()
    images = np.round(stored.images * (_BLACK / 16)).astype(np.uint8)
    labels = stored.target.astype(np.int32)
    split = len(labels) * 4 // 5
    return Digits(
        "scikit-learn digits",
        images[:split],
        labels[:split],
        images[split:],
        labels[split:],
    )


def load_mnist_or_digits() -> Digits:
    """Load MNIST where it can be had, else the digits that scikit-learn brings.

    Returns:
        `Digits`; its `name` and shapes tell which.

    Raises:
        DatasetDamaged: a copy of MNIST is there and broken; it is not passed over.
    """
    try:
        return load_mnist()
    except DatasetDamaged:
        raise
    except DatasetUnavailable:
        return load_digits()


def find_mnist() -> Path:
    """Return the file to read; download it if there is none.

    Raises:
        DatasetUnavailable: there is none, and it can't be downloaded.
    """
    root = _registry.data_dir()
    for place in _PLACES:
        if (root / place).is_file():
            return root / place
    return _registry.fetch("mnist")


def _check_part(path, arrays, part, counts):
    names = f"x_{part}", f"y_{part}"
    if missing := [name for name in names if name not in arrays]:
        found = ", ".join(arrays) or "nothing"
        raise _damaged(path, f"has no array {missing[0]}, only {found}")
    images, labels = (arrays[name] for name in names)
    expected = (sum(counts), 28, 28)
    if images.shape != expected or images.dtype != np.uint8:
        got = f"{images.dtype} {images.shape}"
        raise _damaged(path, f"{names[0]}: expected uint8 {expected}, got {got}")
    if labels.shape != expected[:1] or labels.dtype.kind not in "iu":
        got = f"{labels.dtype} {labels.shape}"
        raise _damaged(path, f"{names[1]}: expected integers {expected[:1]}, got {got}")
    got = [int((labels == digit).sum()) for digit in range(10)]
    if got != list(counts):
        expected = list(counts)
        raise _damaged(
            path, f"{names[1]}: expected {expected} of the digits 0 to 9, got {got}"
        )
    return images, labels.astype(np.int32)


def _damaged(path, why):
    return DatasetDamaged(
        f"The MNIST file {path} is damaged or not MNIST: {why}. Move it away and load "
        f"again to download it, or set {_registry.DATA_DIR_VARIABLE} to a folder with "
        f"a whole mnist/mnist.npz."
    )
