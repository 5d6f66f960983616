"""An LSTM's and a GRU's training on every backend of Keras, and in plain PyTorch.

    python benchmarks/backends.py [--quick]

Questions: which is quickest, and how far is it from the bare matrix products? What
makes a small network on TensorFlow quicker: unrolling, XLA, several batches per call,
another way to give it the data, larger batches, one product for the inputs of all
steps? How does the time grow with timesteps, units and batch? A backend that is not
installed is left out.
"""

from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from statistics import median

import _fits
import numpy as np
from _measure import Report, arguments, fix_threads, interleave

# (batch, timesteps, features, units) -> batches per epoch
SHAPES = {
    (64, 48, 8, 32): 80,
    (30, 24, 64, 70): 100,
    (32, 100, 128, 64): 30,
    (128, 100, 64, 70): 12,
    (128, 200, 128, 128): 4,
    (256, 100, 256, 256): 3,
}
SMALL = (64, 48, 8, 32), (30, 24, 64, 70)
QUICK = {(4, 6, 3, 5): 4}
GROWTH, QUICK_GROWTH = ((32, 50, 64, 64), 30), ((4, 5, 3, 5), 4)
FACTORS = 1, 2, 4
AXES = {"timesteps": 1, "units": 3, "batch": 0}
TENSORFLOW, JAX = "Keras on TensorFlow", "Keras on JAX"
KERAS_TORCH, TORCH = "Keras on PyTorch", "PyTorch without Keras"
BOUND = "bare matrix products × 3"
# Above so many timesteps in a batch Keras's eager loop on PyTorch takes minutes.
MOST_STEPS = 20_000
# name -> backend, options of the layer and of `compile`
ENGINES = {
    TENSORFLOW: ("tensorflow", {}),
    JAX: ("jax", {}),
    KERAS_TORCH: ("torch", {}),
    TORCH: ("torch", {"plain_torch": True}),
}
XLA = {"use_cudnn": False, "jit_compile": True}
WAYS = {
    "unroll=True": ("tensorflow", {"unroll": True}),
    "XLA": ("tensorflow", XLA),
    "unroll=True, XLA": ("tensorflow", {"unroll": True} | XLA),
    "inputs multiplied first": ("tensorflow", {"products_first": True}),
    "inputs multiplied first, XLA": (
        "tensorflow",
        {"products_first": True, "jit_compile": True},
    ),
    "steps_per_execution=10": ("tensorflow", {"steps_per_execution": 10}),
    "tf.data without autotune": ("tensorflow", {"no_autotune": True}),
    "tf.data without autotune, XLA": ("tensorflow", {"no_autotune": True} | XLA),
    "4 × the batch": ("tensorflow", {"times_batch": 4}),
    "4 × the batch, on JAX": ("jax", {"times_batch": 4}),
    "4 × the batch, PyTorch without Keras": (
        "torch",
        {"plain_torch": True, "times_batch": 4},
    ),
}


class Workers:
    """One process per backend, since Keras can only have one."""

    def __init__(self, backends):
        self.pools = {
            name: ProcessPoolExecutor(
                1, get_context("spawn"), _fits.choose_backend, (name,)
            )
            for name in backends
            if find_spec(name)
        }

    def __contains__(self, backend):
        return backend in self.pools

    def call(self, backend, function, *args):
        """Run `function(*args)` in the process of that backend."""
        return self.pools[backend].submit(function, *args).result()

    def forget(self):
        """Let go of the models of all backends."""
        for name in self.pools:
            self.call(name, _fits.forget)


def main():
    parser = arguments(__doc__.splitlines()[0])
    options = parser.parse_args()
    fix_threads(options.threads)
    report = Report("backends", options, ("tensorflow", "jax", "torch"))
    workers = Workers(["tensorflow", "jax", "torch"])
    shapes, small = (QUICK, list(QUICK)) if options.quick else (SHAPES, SMALL)
    found = {}
    for kind in ("LSTM", "GRU"):
        for shape, batches in shapes.items():
            ways = WAYS if kind == "LSTM" and shape in small else {}
            times = measure(report, workers, kind, shape, batches, options, ways)
            found[kind, shape] = times
    add_overview(report, found)
    measure_growth(report, workers, options)
    report.save()


def measure(report, workers, kind, shape, batches, options, ways):
    """Add a table of a shape; returns name -> seconds of its epochs."""
    engines = present(ENGINES | ways, workers)
    if shape[0] * shape[1] > MOST_STEPS:
        engines.pop(KERAS_TORCH, None)
    jobs, first = prepare(workers, kind, shape, batches, engines)
    if kind == "LSTM":
        call = workers.call
        jobs[BOUND] = lambda: call("tensorflow", _fits.run_bound, shape, batches)
    times = interleave(jobs, options.repeats)
    workers.forget()
    batch, timesteps, features, units = shape
    started = "; ".join(f"{name} {seconds:.1f}" for name, seconds in first.items())
    report.table(
        f"{kind} at {shape}" + (", and ways to speed it up" if ways else ""),
        times,
        reference(times),
        per=dict.fromkeys(times, batches),
        unit=f"ms per {batch} sequences",
        note=(
            f"{kind}({units}) and Dense(1) on {timesteps} timesteps of {features} "
            f"features, batch {batch}, float32, Adam, mean squared error: an epoch of "
            f"{batches} batches of `fit` (PyTorch without Keras: a loop over batches "
            f"that does the same). Seconds of the first epoch, with tracing and "
            f"compiling, not counted: {started}."
        ),
    )
    return times


def present(engines, workers):
    return {name: engine for name, engine in engines.items() if engine[0] in workers}


def prepare(workers, kind, shape, batches, engines):
    """Returns jobs, and seconds of the first epochs; all must train to equal losses."""
    jobs, first, losses = {}, {}, {}
    for name, (backend, options) in engines.items():
        given = kind, shape, batches, options
        found, first[name] = workers.call(backend, _fits.prepare, name, *given)
        expected = losses.setdefault(options.get("times_batch", 1), found)
        # Adam makes a full step even of a gradient that is little more than noise.
        np.testing.assert_allclose(found, expected, rtol=1e-3, err_msg=name)
        jobs[name] = lambda backend=backend, name=name: workers.call(
            backend, _fits.run, name
        )
    return jobs, first


def add_overview(report, found):
    """Every shape at a glance: medians of what the tables say."""
    shapes = list(dict.fromkeys(shape for _, shape in found))
    rows = []
    for kind in ("LSTM", "GRU"):
        names = [n for n in found[kind, shapes[0]] if n not in WAYS]
        for name in names:
            cells = [ratio(found[kind, shape], name) for shape in shapes]
            rows.append((f"{kind}: {name}", *cells))
    title = f"All shapes: time over that of {reference(found[kind, shapes[0]])}"
    report.grid("overview", title, ("", *map(str, shapes)), rows)


def reference(times):
    return TORCH if TORCH in times else TENSORFLOW


def ratio(times, name):
    if name not in times:
        return "–"
    pairs = zip(times[name], times[reference(times)], strict=True)
    return f"{median(a / b for a, b in pairs):.2f}"


def measure_growth(report, workers, options):
    """An LSTM's time by timesteps, units and batch, over the smallest of each."""
    start, batches = QUICK_GROWTH if options.quick else GROWTH
    engines = present({n: ENGINES[n] for n in (TENSORFLOW, JAX, TORCH)}, workers)
    rows = []
    for axis, place in AXES.items():
        jobs = {}
        for factor in FACTORS:
            shape = tuple(
                size * factor if k == place else size for k, size in enumerate(start)
            )
            named = {f"{name} {factor}": engine for name, engine in engines.items()}
            jobs |= prepare(workers, "LSTM", shape, batches, named)[0]
        times = interleave(jobs, options.repeats)
        workers.forget()
        for name in engines:
            cells = [
                growth(times[f"{name} {factor}"], times[f"{name} 1"])
                for factor in FACTORS[1:]
            ]
            rows.append((f"{axis}: {name}", *cells))
    columns = ("", *(f"{factor} times as many" for factor in FACTORS[1:]))
    title = f"Growth of an LSTM's time per batch from {start}, median (min–max)"
    report.grid("growth", title, columns, rows)


def growth(more, few):
    ratios = [a / b for a, b in zip(more, few, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


if __name__ == "__main__":
    main()
