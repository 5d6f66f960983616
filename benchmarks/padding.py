"""Padding side by side: ours, Keras's and a plain loop; and what bucketing saves.

    python benchmarks/padding.py [--quick] [--generated]

Questions: does `pad_sequences`, with all its checks, cost more than Keras's? How many
padded steps does `bucket_by_length` save, and how much of a training epoch?
"""

import functools

import numpy as np
from _measure import Report, arguments, fix_threads, interleave

import rnn_tutorials as rt

STEPS, VOCABULARY, BATCH = 400, 20_000, 64
BOUNDARIES = (100, 200, 300, 400)
OURS, KERAS = "rnn_tutorials.pad_sequences", "keras.utils.pad_sequences"
LOOP = "slice-assignment loop"


def parse():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument(
        "--generated", action="store_true", help="do not look for the IMDB reviews"
    )
    parser.add_argument("--sequences", type=int, help="default 25,000, quick 1,000")
    parser.add_argument("--trained", type=int, help="default 10,000, quick 500")
    options = parser.parse_args()
    options.sequences = options.sequences or (1000 if options.quick else 25_000)
    options.trained = options.trained or (500 if options.quick else 10_000)
    return options


def main():
    options = parse()
    fix_threads(options.threads)
    report = Report("padding", options)
    arrays, source = load(options)
    lengths = rt.sequence_lengths(arrays)
    report.fact(
        "sequences",
        {"source": source, "number": len(arrays), "mean": float(lengths.mean())},
        f"{len(arrays):,} sequences: {source}; steps: mean {lengths.mean():.0f}, "
        f"median {np.median(lengths):.0f}, longest {lengths.max():,}; "
        f"{np.mean(lengths > STEPS):.0%} are longer than {STEPS}.",
    )
    measure_padding(report, arrays, options)
    measure_buckets(report, arrays[: options.trained], options)
    report.save()


def load(options):
    """Return int32 arrays of word ids and where they come from."""
    if not (options.quick or options.generated):
        try:
            ids = rt.load_imdb(VOCABULARY).train_ids
        except rt.datasets.DatasetUnavailable as error:
            print(f"Generated sequences instead: {error}")
        else:
            return ids[: options.sequences], "the IMDB training reviews"
    rng = np.random.default_rng(0)
    # Median 175, mean 230, a tenth above 450, none below 11: close to the reviews.
    lengths = np.clip(rng.lognormal(np.log(175), 0.73, options.sequences), 11, 2500)
    ids = [rng.integers(3, VOCABULARY, int(n), dtype=np.int32) for n in lengths]
    return ids, "generated, with lengths distributed like those of the IMDB reviews"


def measure_padding(report, arrays, options):
    import keras

    def loop(sequences):
        padded = np.zeros((len(sequences), STEPS), np.int32)
        for number, sequence in enumerate(sequences):
            kept = sequence[-STEPS:]
            padded[number, : len(kept)] = kept
        return padded

    functions = {
        OURS: lambda sequences: rt.pad_sequences(sequences, STEPS),
        KERAS: lambda sequences: keras.utils.pad_sequences(
            sequences, STEPS, padding="post"
        ),
        LOOP: loop,
    }
    for kind, sequences in (
        ("int32 arrays", arrays),
        ("lists of int", [array.tolist() for array in arrays]),
    ):
        expected = loop(sequences)
        for name, function in functions.items():
            padded = function(sequences)
            assert padded.dtype == expected.dtype, name
            assert np.array_equal(padded, expected), name
        jobs = {
            name: functools.partial(function, sequences)
            for name, function in functions.items()
        }
        seconds = interleave(jobs, options.repeats)
        note = (
            f"{len(arrays):,} {kind} to {STEPS} steps, padded on the right, cut on the "
            "left. Checked first: the three results are equal."
        )
        report.table(f"Padding {kind}", seconds, KERAS, unit="ms", note=note)


def measure_buckets(report, arrays, options):
    """Train the same network on one length for all, and on four."""
    lengths = np.minimum(rt.sequence_lengths(arrays), STEPS)
    plans = {
        "one length": rt.bucket_by_length(lengths, (STEPS,), batch_size=BATCH, seed=0),
        "buckets": rt.bucket_by_length(lengths, BOUNDARIES, batch_size=BATCH, seed=0),
    }
    steps = {name: sum(len(i) * n for i, n in plan) for name, plan in plans.items()}
    padded = {name: int(count - lengths.sum()) for name, count in steps.items()}
    saved = 1 - padded["buckets"] / padded["one length"]
    fewer = 1 - steps["buckets"] / steps["one length"]
    report.fact(
        "buckets",
        {"steps": steps, "padded steps": padded, "padded steps saved": saved},
        f"`bucket_by_length` with boundaries {BOUNDARIES} on {len(arrays):,} of them: "
        f"{padded['buckets']:,} padded steps instead of {padded['one length']:,}, "
        f"{saved:.0%} saved; {fewer:.0%} fewer steps in all.",
    )
    labels = np.random.default_rng(1).integers(0, 2, (len(arrays), 1))
    model = compiled_model()
    check_model(model, arrays)
    batches = {
        name: [
            (rt.pad_sequences([arrays[i] for i in indices], maxlen), labels[indices])
            for indices, maxlen in plan
        ]
        for name, plan in plans.items()
    }
    jobs = {name: epoch(model, pairs) for name, pairs in batches.items()}
    note = (
        f"One epoch of `build_cnn_lstm` (embedding 64, 64 filters, LSTM 64, masks) on "
        f"{len(arrays):,} sequences in batches of {BATCH}, padded beforehand; "
        f"`train_on_batch`, no XLA. The uncounted round traces the "
        f"{len(BOUNDARIES)} shapes."
    )
    seconds = interleave(jobs, options.repeats)
    report.table("An epoch with buckets", seconds, "one length", note=note)


def compiled_model():
    import keras

    keras.utils.set_random_seed(0)
    model = rt.build_cnn_lstm(
        None, VOCABULARY, embedding_dim=64, filters=64, units=64, mask=True
    )
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    return model


def check_model(model, arrays):
    """More padding must not change what the network says."""
    short = [array[:90] for array in arrays[:32]]
    long = model.predict(rt.pad_sequences(short, STEPS), verbose=0)
    bucket = model.predict(rt.pad_sequences(short, BOUNDARIES[0]), verbose=0)
    np.testing.assert_allclose(bucket, long, atol=1e-5)


def epoch(model, batches):
    def job():
        for inputs, targets in batches:
            model.train_on_batch(inputs, targets)

    return job


if __name__ == "__main__":
    main()
