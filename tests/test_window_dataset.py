"""Batches against `make_windows`; the order they come in; memory and threads."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import WindowDataset, _window_dataset, make_windows
from rnn_tutorials._window_dataset import permute

examples = settings(deadline=None, max_examples=60)


def every_batch(dataset):
    batches = [dataset[number] for number in range(len(dataset))]
    X, y = zip(*batches, strict=True)
    return np.concatenate(X), np.concatenate(y)


def starts(dataset):
    """The first input of each window of a counting series: which window it is."""
    return every_batch(dataset)[0][:, 0, 0].astype(int)


# --- contents ----------------------------------------------------------------------


@examples
@given(
    st.integers(0, 30),
    st.integers(1, 9),
    st.sampled_from([None, 0, [1], [2, 0], "b", ["c", "a"]]),
    st.booleans(),
    st.sampled_from(["float32", "float64"]),
)
def test_the_batches_are_the_windows(extra, batch_size, targets, shuffle, dtype):
    rng = np.random.default_rng(extra)
    series = pd.DataFrame(rng.normal(size=(8 + extra, 3)), columns=[*"abc"])
    sizes = {"width": 3, "horizon": 2, "stride": 1 + extra % 3, "gap": extra % 2}
    dataset = WindowDataset(
        series,
        **sizes,
        targets=targets,
        batch_size=batch_size,
        shuffle=shuffle,
        dtype=dtype,
    )
    X, y = every_batch(dataset)
    assert X.dtype == y.dtype == dtype
    if shuffle:
        # Window i of the dataset is the one whose first value is the same.
        values = series.to_numpy()[:: sizes["stride"], 0].astype(dtype)
        order = np.argsort(np.argmax(X[:, :1, 0] == values, axis=1))
        X, y = X[order], y[order]
    expected_X, expected_y = make_windows(series, **sizes, targets=targets)
    np.testing.assert_array_equal(X, expected_X.astype(dtype))
    np.testing.assert_array_equal(y, expected_y.astype(dtype))
    assert len(dataset) == dataset.num_batches == -(-len(X) // batch_size)


def test_the_last_batch_may_be_smaller():
    dataset = WindowDataset(range(12), 3, batch_size=4)
    assert [len(dataset[number][0]) for number in range(len(dataset))] == [4, 4, 1]
    for number in (-1, 3):
        with pytest.raises(IndexError, match=f"batch {number} of 3"):
            dataset[number]


def test_the_batches_are_the_callers_to_change():
    series = np.arange(20.0, dtype="float32")
    for shuffle in (False, True):
        dataset = WindowDataset(series, 3, shuffle=shuffle)
        X, y = dataset[0]
        if X.flags.writeable:  # else NumPy itself refuses
            X += 1
            y += 1
        np.testing.assert_array_equal(series, np.arange(20))


# --- order -------------------------------------------------------------------------


def test_each_epoch_has_each_window_once_in_a_new_order():
    dataset = WindowDataset(range(60), 3, batch_size=8, shuffle=True, seed=4)
    epochs = []
    for _ in range(4):
        epochs.append(starts(dataset).tolist())
        assert starts(dataset).tolist() == epochs[-1], "an epoch keeps its order"
        dataset.on_epoch_end()
    assert all(sorted(epoch) == list(range(57)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in [*epochs, range(57)]}) == 5


def test_the_seed_decides_the_order():
    def two_epochs(seed):
        dataset = WindowDataset(range(60), 3, shuffle=True, seed=seed)
        first = starts(dataset).tolist()
        dataset.on_epoch_end()
        return first, starts(dataset).tolist()

    assert two_epochs(1) == two_epochs(np.int64(1)) != two_epochs(2)
    # Neither is a later epoch of one seed the first of the next.
    assert two_epochs(1)[1] != two_epochs(2)[0]
    assert two_epochs(2**70) == two_epochs(2**70)


def test_without_shuffling_every_epoch_is_in_time_order():
    dataset = WindowDataset(range(60), 3, batch_size=8)
    for _ in range(2):
        assert starts(dataset).tolist() == list(range(57))
        dataset.on_epoch_end()


@examples
@given(st.integers(1, 60), st.integers(1, 25), st.integers(1, 12))
def test_batches_across_chunks_of_the_order(windows, batch_size, chunk):
    whole = WindowDataset(range(windows + 3), 3, shuffle=True)
    expected = permute(np.arange(windows), windows, (0, 0))
    np.testing.assert_array_equal(starts(whole), expected)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_window_dataset, "_CHUNK", chunk)
        dataset = WindowDataset(
            range(windows + 3), 3, batch_size=batch_size, shuffle=True
        )
        np.testing.assert_array_equal(starts(dataset), expected)


@examples
@given(st.integers(1, 3000), st.integers(0, 2**40))
def test_permute_is_a_bijection(n, seed):
    order = permute(np.arange(n), n, seed)
    assert order.dtype == np.int64
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    some = np.random.default_rng(0).integers(n, size=(2, 3))
    np.testing.assert_array_equal(permute(some, n, seed), order[some])
    assert permute(n - 1, n, seed) == order[-1], "a single number"


def test_permute_a_range_too_large_to_store():
    n = 10**15 + 3
    positions = np.arange(n - 1000, n)
    order = permute(positions, n, (1, 2))
    assert len(set(order.tolist())) == 1000
    assert 0 <= order.min() and order.max() < n
    assert np.abs(order.mean() / n - 0.5) < 0.1


def test_permute_is_roughly_uniform():
    # Where each of 16 numbers lands over 2000 seeds: 225 degrees of freedom, so
    # chi-square has mean 225 and standard deviation 21; a fixed order gives 480,000.
    n, seeds = 16, 2000
    counts = np.zeros((n, n))
    for seed in range(seeds):
        counts[np.arange(n), permute(np.arange(n), n, seed)] += 1
    expected = seeds / n
    assert ((counts - expected) ** 2 / expected).sum() < 225 + 10 * 21
    # A random permutation moves a number by n / 3 on average, and neighbours land
    # independently of each other.
    n = 100_000
    order = permute(np.arange(n), n, 5)
    assert abs(np.abs(order - np.arange(n)).mean() * 3 / n - 1) < 0.02
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.02


# --- memory and threads ------------------------------------------------------------


@pytest.mark.parametrize("targets", [None, 1, [2, 0]])
def test_memory_stays_flat_on_a_memory_map(tmp_path, targets):
    rows = 1 << 20
    series = np.memmap(tmp_path / "series", "float64", "w+", shape=(rows, 3))
    series[: rows // 2 : 997] = 7.0
    tracemalloc.start()
    dataset = WindowDataset(
        series, 24, 3, targets=targets, shuffle=True, batch_size=256
    )
    for number in (0, 1, len(dataset) - 1):
        X, y = dataset[number]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 24 MB of series, 600 MB of windows; the block of Booleans of the NaN check has
    # 4 MB, a chunk of the shuffled order half a megabyte.
    assert peak < 10e6
    assert X.shape[1:] == (24, 3)
    assert y.shape[1:] == (3, 3 if targets is None else np.size(targets))


def test_many_threads_read_one_dataset(monkeypatch):
    monkeypatch.setattr(_window_dataset, "_CHUNK", 16)
    dataset = WindowDataset(range(503), 3, batch_size=5, shuffle=True)
    expected = permute(np.arange(500), 500, (0, 0))
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            batches = pool.map(dataset.__getitem__, range(len(dataset)))
            found = np.concatenate([X[:, 0, 0] for X, _ in batches])
            np.testing.assert_array_equal(found, expected)


def test_an_epoch_that_ends_meanwhile_does_not_spoil_the_next(monkeypatch):
    dataset = WindowDataset(range(63), 3, batch_size=60, shuffle=True)

    def interrupted(*args):
        dataset.on_epoch_end()
        return permute(*args)

    monkeypatch.setattr(_window_dataset, "permute", interrupted)
    first = starts(dataset)
    monkeypatch.undo()
    np.testing.assert_array_equal(first, permute(np.arange(60), 60, (0, 0)))
    np.testing.assert_array_equal(starts(dataset), permute(np.arange(60), 60, (0, 1)))


class Recorder(keras.Model):
    """Writes down what arrives at a training step."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
        self.batches = []

    def call(self, inputs):
        return self.dense(inputs[:, -1])

    def train_step(self, data):
        X, y = data
        self.batches.append(keras.ops.convert_to_numpy(X)[:, 0, 0].astype(int))
        return super().train_step((X, y[:, 0]))


@pytest.mark.parametrize("workers", [1, 2])
def test_fit_trains_on_each_window_once_per_epoch(workers):
    if keras.config.backend() != "tensorflow":
        pytest.skip("records eager TensorFlow batches")
    dataset = WindowDataset(
        range(45), 3, batch_size=8, shuffle=True, seed=3, workers=workers
    )
    model = Recorder()
    model.compile(loss="mse", run_eagerly=True)
    # Keras's own shuffle only changes the order of batches; this one is ours.
    model.fit(dataset, epochs=2, verbose=0, shuffle=False)
    seen = np.concatenate(model.batches)
    assert len(seen) == 2 * 42
    # Keras ends an epoch before the first one if it looks at a batch to build the
    # model or its metrics, so count from where it starts.
    first, second = (
        [
            epoch
            for epoch in range(5)
            if (order == permute(np.arange(42), 42, (3, epoch))).all()
        ]
        for order in (seen[:42], seen[42:])
    )
    assert len(first) == 1 and second == [first[0] + 1]


def test_predict_and_evaluate():
    dataset = WindowDataset(range(45), 3, batch_size=8)
    model = keras.Sequential([keras.Input((3, 1)), keras.layers.Flatten()])
    np.testing.assert_array_equal(
        model.predict(dataset, verbose=0), make_windows(range(45), 3)[0][..., 0]
    )


# --- errors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"batch_size": 0}, r"batch_size: expected a whole number of at least 1.* 0$"),
        ({"batch_size": 2.0}, r"batch_size: .* received 2.0"),
        ({"batch_size": True}, r"batch_size: .* received True"),
        ({"seed": -1}, r"seed: expected a whole number of at least 0, received -1"),
        ({"seed": 1.5}, r"seed: .* received 1.5"),
        ({"seed": None}, r"seed: .* received None"),
        ({"seed": "a"}, r"seed: .* received 'a'"),
        ({"width": 0}, r"width: .* received 0"),
        ({"width": 10}, r"width \+ gap \+ horizon: expected at most the 10 rows"),
        ({"series": [1.0, np.nan, 2]}, r"series: expected finite numbers"),
        ({"targets": 1}, r"targets: .* received 1"),
        ({"targets": []}, r"targets: .* received none"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        WindowDataset(**{"series": range(10), "width": 2, "shuffle": True, **arguments})
