"""On a GPU: does cuDNN run exactly where `cudnn.report` says, and what is it worth?

    KERAS_BACKEND=torch python benchmarks/gpu.py [--dry]

Runs on the backend of Keras, which must see a GPU; `--dry` runs the whole logic on a
CPU instead, with small sizes, where no cuDNN may be found. Questions: does the
profiler's list of kernels hold cuDNN's recurrent kernel for the cases that the report
calls fused, and for no others? How much faster is the fused kernel than Keras's loop?
How near is a training step to the bare matrix products? How long until the IMDB models
reach the published accuracy?
"""

import functools
import re

import numpy as np
from _kernels import cudnn_kernels, sees_gpu
from _measure import Report, arguments, fix_threads, interleave
from _reviews import last_words, reviews
from _steps import (
    TORCH,
    bare_products,
    repeat,
    seconds,
    torch_layer,
    torch_step,
    training_step,
)

import rnn_tutorials as rt

WORDS = 50  # ids, 0 for padding included
# (batch, timesteps, features, units)
SHAPES = (
    (32, 100, 128, 64),
    (128, 100, 64, 70),
    (128, 200, 128, 128),
    (64, 48, 8, 32),
    (256, 100, 256, 256),
    (30, 24, 64, 70),
)
FUSED, LOOP, FAILS = "cuDNN", "no cuDNN", "fails"
LAYER, GENERIC = "keras LSTM", "keras LSTM(use_cudnn=False)"


def parse():
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument(
        "--dry", action="store_true", help="the whole logic, small, on a CPU"
    )
    parser.add_argument("--only", default="", help="pattern: cases to compare")
    options = parser.parse_args()
    options.quick = options.quick or options.dry
    return options


def main():
    import keras

    options = parse()
    fix_threads(options.threads)
    gpu = sees_gpu()
    if gpu is None and not options.dry:
        raise SystemExit(
            f"No GPU that Keras on {keras.config.backend()} could use. Choose another "
            "backend (KERAS_BACKEND), or pass --dry to run the logic on a CPU."
        )
    report = Report(f"gpu-{keras.config.backend()}", options)
    report.fact("gpu", gpu, f"GPU: {gpu or 'none, a dry run'}.")
    agree = compare_cases(report, options.only, gpu is not None)
    shapes = SHAPES[3:4] if options.quick else SHAPES
    for shape in [(2, 6, 3, 4)] if options.dry else shapes:
        measure_shape(report, shape, options.repeats)
    for name, make in reviewers(options.quick).items():
        time_to_accuracy(report, name, *make)
    report.save()
    if not agree:
        raise SystemExit("rt.cudnn.report and the profiler disagree: see the table.")


# --- where cuDNN runs -------------------------------------------------------------


def cases():
    """Name -> (model, batch): every rule of the report, and every builder."""
    from keras import layers as kl

    plain = {
        "LSTM": kl.LSTM(8),
        "LSTM, return_sequences": kl.LSTM(8, return_sequences=True),
        "LSTM, dropout": kl.LSTM(8, dropout=0.2),
        "LSTM, recurrent_dropout": kl.LSTM(8, recurrent_dropout=0.2),
        "LSTM, softsign": kl.LSTM(8, activation="softsign"),
        "LSTM, hard_sigmoid": kl.LSTM(8, recurrent_activation="hard_sigmoid"),
        "LSTM, use_bias=False": kl.LSTM(8, use_bias=False),
        "LSTM, unroll": kl.LSTM(8, unroll=True),
        "LSTM, use_cudnn=False": kl.LSTM(8, use_cudnn=False),
        "LSTM, use_cudnn=True and unroll": kl.LSTM(8, use_cudnn=True, unroll=True),
        "LSTM, go_backwards": kl.LSTM(8, go_backwards=True),
        "LSTM, regularised": kl.LSTM(8, kernel_regularizer="l2"),
        "GRU": kl.GRU(8),
        "GRU, reset_after=False": kl.GRU(8, reset_after=False),
        "Bidirectional LSTM": kl.Bidirectional(kl.LSTM(8)),
        "Bidirectional GRU": kl.Bidirectional(kl.GRU(8)),
        "SimpleRNN": kl.SimpleRNN(8),
        "RNN(LSTMCell)": kl.RNN(kl.LSTMCell(8)),
        "stacked cells": kl.RNN([kl.LSTMCell(8), kl.LSTMCell(8)]),
        "PeepholeLSTM of this package": rt.layers.PeepholeLSTM(8),
    }
    masked = {
        "LSTM": kl.LSTM(8),
        "GRU": kl.GRU(8),
        "Bidirectional LSTM": kl.Bidirectional(kl.LSTM(8)),
    }
    texts = [np.arange(3, 3 + length) for length in (12, 9, 5, 2)]
    right, left = (
        rt.pad_sequences(texts, 12, padding=side) for side in ("post", "pre")
    )
    empty = right.copy()
    empty[1] = 0
    found = {name: (on_ids(layer, False), left) for name, layer in plain.items()}
    for name, layer in masked.items():
        model = on_ids(layer, True)
        found[f"{name}, mask, right padding"] = model, right
        found[f"{name}, mask, left padding"] = model, left
        found[f"{name}, mask, an empty row"] = model, empty
    return found | builders()


def builders():
    series = np.random.default_rng(0).normal(size=(4, 12, 2)).astype("float32")
    ids = rt.pad_sequences([np.arange(3, 23)] * 4, 20)
    made = {
        "build_lstm": (rt.build_lstm(12, 2), series),
        "build_stacked_lstm": (rt.build_stacked_lstm(12, 2), series),
        "build_bidirectional_lstm": (rt.build_bidirectional_lstm(12, 2), series),
        "build_deep_rnn": (rt.build_deep_rnn(12, 2), series),
        "build_sequence_tagger": (rt.build_sequence_tagger(12, 2), series),
        "build_encoder_decoder": (rt.build_encoder_decoder(12, 2, horizon=3), series),
        "build_sequence_generator": (rt.build_sequence_generator(2, 5), series[:, 0]),
        "build_cnn_lstm": (rt.build_cnn_lstm(20, WORDS), ids),
        "build_cnn_lstm, mask=False": (rt.build_cnn_lstm(20, WORDS, mask=False), ids),
    }
    return {f"builder: {name}": model for name, model in made.items()}


def on_ids(layer, mask):
    import keras
    from keras import layers as kl

    ids = keras.Input((12,), dtype="int32")
    return keras.Model(ids, layer(kl.Embedding(WORDS, 6, mask_zero=mask)(ids)))


def compare_cases(report, only, gpu):
    rows, agree = [], True
    for name, (model, batch) in cases().items():
        if not re.search(only, name):
            continue
        said, (found, kernels) = predicted(model, batch, gpu), observed(model, batch)
        agree = agree and said == found
        mark = "" if said == found else "**differs**"
        rows.append((name, said, found, mark, ", ".join(kernels)))
    columns = ("case", "report says", "profiler says", "", "kernels")
    report.grid("cases", "Where cuDNN runs, in `predict`", columns, rows)
    text = "The report and the profiler agree" if agree else "**They do not agree**"
    report.fact("agree", agree, f"{text} ({len(rows)} cases).")
    return agree


def predicted(model, batch, gpu):
    import keras

    found = rt.cudnn.report(model, gpu=gpu)
    if any(kernel.startswith("none") for kernel in found.kernel):
        return FAILS
    if gpu and keras.config.backend() == "tensorflow":
        try:
            rt.cudnn.check_batch(model, batch)
        except ValueError:
            return FAILS
    return FUSED if found.fused.any() else LOOP


def observed(model, batch):
    """Return what happened, and the names of the cuDNN kernels that ran."""
    run = functools.partial(model.predict, batch, verbose=0)
    try:
        run()  # traces and compiles
        kernels = cudnn_kernels(run)
    except Exception as error:  # each backend has its own
        return FAILS, [type(error).__name__]
    return (FUSED if kernels else LOOP), kernels


# --- what it is worth -------------------------------------------------------------


def measure_shape(report, shape, repeats):
    import keras
    from keras import layers as kl
    from keras import ops

    batch, timesteps, features, units = shape
    x = np.random.default_rng(0).normal(size=shape[:3]).astype("float32")
    x = ops.convert_to_tensor(x)
    found = {LAYER: kl.LSTM(units), GENERIC: kl.LSTM(units, use_cudnn=False)}
    for layer in found.values():
        layer.build(x.shape)
    found[GENERIC].set_weights(found[LAYER].get_weights())
    outputs = [found[LAYER](x), found[GENERIC](x)]
    steps = {name: training_step(layer, features) for name, layer in found.items()}
    if keras.config.backend() == "torch":
        peer = torch_layer(found[LAYER], x)
        outputs.append(peer(x))
        steps[f"{TORCH} LSTM"] = torch_step(peer, peer.weights)
    for other in outputs[1:]:
        one, other = (ops.convert_to_numpy(each) for each in (outputs[0], other))
        np.testing.assert_allclose(one, other, atol=2e-3)  # a GPU may round to TF32
    jobs = {name: repeat(step, x, 1) for name, step in steps.items()}
    bare = bare_products(batch, timesteps, features, units)
    jobs["bare matrix products × 3"] = lambda: 3.0 * seconds(bare)
    note = "Forward, backward and update, float32. Equal outputs were checked first."
    table = interleave(jobs, repeats)
    report.table(f"A training step at {shape}", table, LAYER, unit="ms", note=note)


# --- IMDB -------------------------------------------------------------------------


def reviewers(quick):
    """Name -> (model, training part, test part, aim): as in lesson 12."""
    train, test, words, aim, *_ = reviews(quick)
    classic = rt.build_cnn_lstm(100, words, mask=False)
    masked = rt.build_cnn_lstm(
        400, words, embedding_dim=64, units=32, bidirectional=True, summary="max"
    )
    right = functools.partial(rt.pad_sequences, maxlen=400)
    both = {
        "classic": (classic, last_words),
        "masked, both directions": (masked, right),
    }
    return {
        name: (model, (pad(train[0]), train[1]), (pad(test[0]), test[1]), aim)
        for name, (model, pad) in both.items()
    }


def time_to_accuracy(report, name, model, train, test, aim):
    """Train tenth by tenth of an epoch, at most two, until the test accuracy is there.

    The clock stops while the test part is judged. Nothing is chosen by it.
    """
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(train[0][:64], train[1][:64], batch_size=32, verbose=0)  # compiles
    rt.restart(model, seed=0)
    order = np.random.default_rng(0).permutation(len(train[1]))
    taken, curve = 0.0, []
    for rows in np.array_split(np.tile(order, 2), 20):
        part = train[0][rows], train[1][rows]
        taken += seconds(lambda part=part: model.fit(*part, batch_size=32, verbose=0))
        p = model.predict(test[0], batch_size=500, verbose=0).ravel()
        curve.append((round(taken, 2), float(np.mean((p > 0.5) == test[1]))))
        if curve[-1][1] >= aim:
            break
    reached = curve[-1][1] >= aim
    text = f"{curve[-1][0]:.1f} s" if reached else "not within two epochs"
    report.fact(
        f"reviews: {name}",
        {"aim": aim, "seconds, accuracy": curve},
        f"Reviews, {name}: training seconds until a test accuracy of {aim}: {text}.",
    )


if __name__ == "__main__":
    main()
