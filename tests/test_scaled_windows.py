"""Windows in units of their own past, over several series."""

import tracemalloc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import make_windows
from rnn_tutorials._scaled_windows import ScaledWindows, forecast_all, scale_of

examples = settings(deadline=None, max_examples=40)
sizes = st.lists(st.integers(8, 30), min_size=1, max_size=4)


def series(sizes, columns=2, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(5, 3, size=(rows, columns)) for rows in sizes]


@examples
@given(sizes, st.integers(2, 5), st.integers(1, 3), st.integers(1, 7))
def test_every_window_once_in_the_order_of_the_series(sizes, width, horizon, batch):
    parts = series(sizes)
    windows = ScaledWindows(parts, width, horizon, batch_size=batch)
    pairs = [make_windows(part, width, horizon) for part in parts]
    X, y = (np.concatenate(each) for each in zip(*pairs, strict=True))
    assert windows.windows == len(X)
    found = [windows[number] for number in range(len(windows))]
    mean, deviation = X.mean(1, keepdims=True), X.std(1, keepdims=True)
    expected = (y[:, :, :1] - mean[:, :, :1]) / deviation[:, :, :1]
    np.testing.assert_allclose(
        np.concatenate([x for x, _ in found]),
        (X - mean) / deviation,
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        np.concatenate([y for _, y in found]), expected, rtol=1e-4, atol=1e-5
    )
    again = windows.windows_at(np.arange(len(X)))
    np.testing.assert_array_equal(again[0], X)
    np.testing.assert_array_equal(again[1], y[:, :, :1])


@examples
@given(sizes, st.integers(1, 3), st.integers(0, 5))
def test_shuffled_and_repeated_is_the_same_multiset(sizes, repeats, seed):
    options = {"batch_size": 5, "repeats": repeats}
    ordered = ScaledWindows(series(sizes), 3, 1, **options)
    shuffled = ScaledWindows(series(sizes), 3, 1, seed=seed, **options)
    epochs = []
    for windows in (ordered, shuffled, shuffled):
        rows = np.concatenate([windows[n][0] for n in range(len(windows))])
        assert len(rows) == repeats * windows.windows
        epochs.append(rows[:, :, 0])
        windows.on_epoch_end()
    for epoch in epochs[1:]:
        np.testing.assert_array_equal(
            np.sort(epoch.round(4), axis=0), np.sort(epochs[0].round(4), axis=0)
        )
    assert not np.array_equal(epochs[1], epochs[2])


def test_an_epoch_of_few_batches_draws_others_each_time():
    (part,) = series([200], columns=1)
    windows = ScaledWindows([part], 3, 1, batch_size=5, seed=0, most_batches=2)
    assert len(windows) == 2
    epochs = []
    for _ in range(3):
        epochs.append({tuple(x) for n in (0, 1) for x in windows[n][0][:, :, 0]})
        windows.on_epoch_end()
    assert len(epochs[0]) == 10 and len(set.union(*epochs)) > 20
    assert len(ScaledWindows([part], 3, 1, batch_size=5, most_batches=99)) == 40


def test_memory_does_not_grow_with_the_windows():
    part = np.random.default_rng(0).normal(size=(200_000, 1))  # 1.6 MB

    def network(x):
        return x[np.newaxis, :, -1:]

    tracemalloc.start()
    windows = ScaledWindows([part], 100, 1, seed=0)  # 160 MB, if they were copied
    for number in (0, 7, len(windows) - 1):
        windows[number]
    forecast_all(network, windows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6


@examples
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_level_and_size_of_a_series_do_not_matter(level, size):
    (part,) = series([20])
    plain, moved = (
        ScaledWindows([each], 4, 2)[0] for each in (part, level + size * part)
    )
    if abs(level) < 1e3 * size:
        for one, other in zip(plain, moved, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-2)


def test_columns_left_plain_and_columns_that_stand_still():
    X = np.stack([[7.0] * 4, [0.0] * 4, [1.0, 2.0, 3.0, 4.0]], axis=1)[np.newaxis]
    mean, deviation = scale_of(X, plain=0)
    np.testing.assert_allclose(mean.ravel(), [7, 0, 2.5])
    np.testing.assert_allclose(deviation.ravel(), [7, 1, np.std([1, 2, 3, 4])])
    mean, deviation = scale_of(X, plain=2)
    np.testing.assert_allclose(mean.ravel(), [7, 0, 0])
    np.testing.assert_allclose(deviation.ravel(), [7, 1, 1])
