"""Window batches side by side: ours, Keras's, a Python loop, the bare NumPy gather.

    python benchmarks/windows.py [--quick]

Questions: how long does an epoch of batches take, in order and shuffled? What does a
`numpy.memmap` larger than memory cost at the start, and does memory stay flat? Is
`fit` slower over a `WindowDataset` than over arrays of the same windows?
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from _measure import Report, arguments, fix_threads, interleave, listed, memory

import rnn_tutorials as rt

WIDTH, BATCH = 64, 256
CHECKED = 5000
OURS, KERAS = "WindowDataset", "timeseries_dataset_from_array"
LOOP, GATHER = "Python loop", "bare NumPy gather"
FIT_ORDER = "WindowDataset, its batches in random order"


def parse():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, help="default 10^6, quick 20,000")
    parser.add_argument("--share", type=float, help="of an epoch, for the slow peers")
    parser.add_argument("--memmap-rows", type=int, help="default 10^8, quick 10^6")
    options = parser.parse_args()
    small = options.quick
    options.rows = options.rows or (20_000 if small else 10**6)
    options.share = options.share or (0.2 if small else 0.05)
    options.memmap_rows = options.memmap_rows or (10**6 if small else 10**8)
    return options


def main():
    options = parse()
    fix_threads(options.threads)
    report = Report("windows", options)
    rng = np.random.default_rng(0)
    series = rng.standard_normal((options.rows, 8), dtype=np.float32)
    check_equal(series)
    report.fact(
        "equal",
        True,
        "Checked first: all peers give equal windows and targets in order, and the "
        f"same multiset shuffled ({min(len(series), CHECKED):,} rows; in order also "
        "WindowDataset and the gather on all rows).",
    )
    for shuffle in (False, True):
        measure_epoch(report, series, shuffle, options)
    measure_memmap(report, options)
    measure_fit(report, options)
    report.save()


# The four peers: each is a function that yields (inputs, targets) batch by batch.


def ours(series, shuffle, batch_order=None):
    batches = rt.WindowDataset(series, WIDTH, 1, batch_size=BATCH, shuffle=shuffle)

    def epoch():
        batches.on_epoch_end()  # a new order, which an epoch has to pay for
        for number in range(len(batches)) if batch_order is None else batch_order:
            # In order a batch is a view; whoever trains on it copies it once.
            yield tuple(map(np.ascontiguousarray, batches[number]))

    return epoch


def gather(series, shuffle):
    windows = np.lib.stride_tricks.sliding_window_view(series, WIDTH, axis=0)
    X, y = windows[:-1].transpose(0, 2, 1), series[WIDTH:, np.newaxis]
    order = np.random.default_rng(1).permutation(len(X))

    def epoch():
        for start in range(0, len(X), BATCH):
            if shuffle:
                rows = order[start : start + BATCH]
                yield X[rows], y[rows]
            else:
                rows = slice(start, start + BATCH)
                yield X[rows].copy(), y[rows].copy()

    return epoch


def python_loop(series, shuffle):
    windows = len(series) - WIDTH
    order = np.random.default_rng(1).permutation(windows).tolist()

    def epoch():
        for start in range(0, windows, BATCH):
            X, y = [], []
            for number in range(start, min(start + BATCH, windows)):
                row = order[number] if shuffle else number
                X.append(series[row : row + WIDTH])
                y.append(series[row + WIDTH : row + WIDTH + 1])
            yield np.array(X), np.array(y)

    return epoch


def keras_batches(series, shuffle):
    import keras

    batches = keras.utils.timeseries_dataset_from_array(
        series,
        series[WIDTH:, np.newaxis],
        WIDTH,
        batch_size=BATCH,
        shuffle=shuffle,
        seed=1,
    )
    return lambda: iter(batches)


def check_equal(series):
    part = series[:CHECKED]
    for shuffle in (False, True):
        results = {}
        for make in (gather, ours, python_loop, keras_batches):
            pairs = [map(np.asarray, pair) for pair in make(part, shuffle)()]
            X, y = map(np.concatenate, zip(*pairs, strict=True))
            rows = np.concatenate([X.reshape(len(X), -1), y.reshape(len(y), -1)], 1)
            # Windows of random numbers: the first value tells them apart.
            results[make] = rows[np.argsort(rows[:, 0])] if shuffle else rows
        for make, rows in results.items():
            assert np.array_equal(rows, results[gather]), (make.__name__, shuffle)
    for mine, bare in zip(ours(series, 0)(), gather(series, 0)(), strict=True):
        assert all(map(np.array_equal, mine, bare)), "windows differ"


def measure_epoch(report, series, shuffle, options):
    total = -(-(len(series) - WIDTH) // BATCH)
    some = max(10, round(total * options.share))
    jobs = {
        OURS: exhaust(ours(series, shuffle)),
        GATHER: exhaust(gather(series, shuffle)),
        LOOP: after_first(python_loop(series, shuffle), some),
        KERAS: after_first(keras_batches(series, shuffle), some),
    }
    per = {OURS: total, GATHER: total, LOOP: some, KERAS: some}
    if shuffle:
        order = np.random.default_rng(2).permutation(total)[:some]
        jobs[FIT_ORDER] = exhaust(ours(series, shuffle, order))
        per[FIT_ORDER] = some
    seconds = interleave(jobs, options.repeats)
    name = "shuffled" if shuffle else "in order"
    note = (
        f"{len(series):,} rows × 8 features, width {WIDTH}, batch {BATCH}. "
        f"{OURS} and the gather ran whole epochs of {total:,} batches; the Python loop "
        f"and Keras ran {some:,} batches, from the second on, so that their start-up "
        "does not count. Every batch ends as a contiguous array of its own."
    )
    if shuffle:
        note += (
            f" The last row took {some:,} batches in random order: `fit` asks a "
            "PyDataset for them so unless it is given `shuffle=False`."
        )
    report.table(
        f"Batches {name}", seconds, OURS, per=per, unit="µs per batch", note=note
    )
    epoch = {k: float(np.median(v)) / per[k] * total for k, v in seconds.items()}
    text = ", ".join(f"{k} {v:.3g} s" for k, v in epoch.items())
    report.fact(f"epoch_seconds_{name}", epoch, f"An epoch at that pace: {text}.")


def exhaust(epoch):
    def job():
        for _ in epoch():
            pass

    return job


def after_first(epoch, batches):
    """Time `batches` batches that follow the first one."""

    def job():
        iterator = epoch()
        next(iterator)
        start = time.perf_counter()
        for _ in range(batches):
            next(iterator, None)
        return time.perf_counter() - start

    return job


def measure_memmap(report, options):
    rows, batches = options.memmap_rows, 100 if options.quick else 1000
    firsts = []
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(options.repeats):
            # A file of holes, new each time so that none of it is in memory yet.
            path = Path(folder) / f"{repeat}.dat"
            np.memmap(path, np.float32, "w+", shape=(rows, 1)).flush()
            series = np.memmap(path, np.float32, "r", shape=(rows, 1))
            before = memory()
            start = time.perf_counter()
            data = rt.WindowDataset(series, WIDTH, 1, batch_size=BATCH, shuffle=True)
            data[0]
            firsts.append(time.perf_counter() - start)
            opened = memory()
            if repeat < options.repeats - 1:
                del data, series
                path.unlink()
        for number in range(batches):
            data[number]
        after = memory()
        del data, series
    title = f"A memory map of {rows:,} rows"
    note = (
        f"Seconds until the first shuffled batch, from the call of {OURS}: it looks "
        "for NaN once, which reads the whole file. The file is sparse, so this is the "
        "cost of the pages, not of a disk."
    )
    report.table(title, {"first batch": firsts}, "first batch", note=note)
    sizes = {
        "before": before,
        "first batch": opened,
        f"{batches:,} batches later": after,
    }
    text = "; ".join(f"{when}: {listed(size)}" for when, size in sizes.items())
    report.fact(
        "memmap_memory_mib",
        sizes,
        f"Memory in MiB, {text}. Anonymous memory is what the process itself holds; "
        "mapped files are page cache (the map, and libraries), which the system takes "
        "back when it needs it, but which counts in the peak.",
    )


def measure_fit(report, options):
    for kind, rows in (("MLP", 200_000), ("LSTM", 50_000)):
        rows = 5_000 if options.quick else rows
        series = np.random.default_rng(3).standard_normal((rows, 8), dtype=np.float32)
        X, y = map(np.ascontiguousarray, rt.make_windows(series, WIDTH))
        data = rt.WindowDataset(series, WIDTH, batch_size=BATCH, shuffle=True)
        if kind == "MLP":
            model = rt.build_window_mlp(WIDTH, 8, units=(64,))
        else:
            model = rt.build_lstm(WIDTH, 8, units=32)
        check_fit(model, series[:2000])
        jobs = {
            "in-memory arrays": fit(model, X, y, batch_size=BATCH),
            OURS: fit(model, data),
            f"{OURS}, fit(shuffle=False)": fit(model, data, shuffle=False),
        }
        seconds = interleave(jobs, options.repeats)
        note = (
            f"One epoch of {len(X):,} windows of 8 features, shuffled, batch {BATCH}, "
            f"{X.nbytes / 2**20:.0f} MiB as arrays; Adam, no XLA. `fit(shuffle=False)` "
            f"keeps the order of the batches; {OURS} has shuffled the windows already. "
            "Checked first: an epoch in order over both ends in the same weights."
        )
        report.table(f"fit, {kind}", seconds, "in-memory arrays", note=note)


def fit(model, *data, **options):
    def job():
        model.fit(*data, epochs=1, verbose=0, **options)

    return job


def check_fit(model, series):
    """Compile the model; an epoch over either source must end in the same weights."""
    import keras

    start, ends = model.get_weights(), []
    X, y = map(np.ascontiguousarray, rt.make_windows(series, WIDTH))
    data = rt.WindowDataset(series, WIDTH, batch_size=BATCH)
    for source, how in (((X, y), {"batch_size": BATCH}), ((data,), {})):
        model.set_weights(start)
        model.compile(keras.optimizers.Adam(1e-4), "mse", jit_compile=False)
        fit(model, *source, shuffle=False, **how)()
        ends.append(model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


if __name__ == "__main__":
    main()
