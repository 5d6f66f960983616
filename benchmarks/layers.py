"""Every recurrent layer beside `keras.layers.LSTM`: the time of a training step.

    python benchmarks/layers.py [--quick]
    KERAS_BACKEND=jax python benchmarks/layers.py     # or torch

Questions: what does a step of each layer cost, as a ratio to an LSTM of the same
width? How far is that LSTM from its bare matrix products? Does the time grow linearly
with the number of timesteps? (`backends.py` has the LSTM beside other libraries.)
"""

import time

import numpy as np
from _measure import Report, arguments, fix_threads, interleave
from _steps import (
    bare_products,
    input_slopes,
    repeat,
    seconds,
    training_step,
)

import rnn_tutorials as rt

# (batch, timesteps, features, units) -> steps timed together
SHAPES = {
    (32, 100, 128, 64): 5,
    (128, 100, 64, 70): 3,
    (128, 200, 128, 128): 1,
    (64, 48, 8, 32): 15,
    (256, 100, 256, 256): 1,
    (30, 24, 64, 70): 20,
}
GROWTH = (32, 50, 64, 64), 4
QUICK = {(4, 6, 3, 5): 1}, ((4, 5, 3, 5), 1)
LSTM, GRU, PAPER_GRU = "keras LSTM", "keras GRU", "keras GRU(reset_after=False)"
# The rest of the family, with less to do.
FAMILY_SHAPES = {(32, 100, 128, 64): 5, (64, 48, 8, 32): 15}
MEMORIES = "NeuralStack", "NTM", "DNC"
SLOTS, SLOT_WIDTH, SLOT_GROWTH = 32, 20, (32, 64, 128)
BOUND = "bare matrix products × 3"


def layers(units):
    """Name -> a new layer of that many units."""
    import keras

    ours, theirs = rt.layers, keras.layers
    return {
        LSTM: theirs.LSTM(units),
        GRU: theirs.GRU(units),
        PAPER_GRU: theirs.GRU(units, reset_after=False),
        "keras SimpleRNN": theirs.SimpleRNN(units),
        "Elman": ours.Elman(units),
        "Jordan": ours.Jordan(units, units),
        "FullyRecurrent": ours.FullyRecurrent(units),
        "LSTM1997": ours.LSTM1997(units),
        "PeepholeLSTM": ours.PeepholeLSTM(units),
        "GRU1": ours.GRU1(units),
        "GRU2": ours.GRU2(units),
        "GRU3": ours.GRU3(units),
    }


def family(units, timesteps):
    """The same for layers that came before the LSTM, after it, or from elsewhere."""
    import keras

    ours = rt.layers
    return {
        LSTM: keras.layers.LSTM(units),
        "EchoState": ours.EchoState(units),
        "CTRNN": ours.CTRNN(units),
        "IndRNN": ours.IndRNN(units, timesteps),
        "SecondOrder": ours.SecondOrder(units),
        **chains(units),
        **memories(units, SLOTS),
    }


def chains(units):
    """The layers for trees, on sequences."""
    ours = rt.layers
    return {
        "Recursive on chains": on_chains(ours.Recursive(units)),
        "TreeLSTM on chains": on_chains(ours.TreeLSTM(units)),
    }


def memories(units, slots):
    """The layers with a memory outside; what they read is part of their output."""
    ours = rt.layers
    sizes = {"memory_size": slots, "memory_width": SLOT_WIDTH}
    found = (
        ours.NeuralStack(units, depth=slots, width=SLOT_WIDTH),
        ours.NTM(units, **sizes),
        ours.DNC(units, **sizes),
    )
    return dict(zip(MEMORIES, found, strict=True))


def on_chains(tree_layer):
    """A layer for trees whose every node has one child: it reads a sequence."""
    import keras
    from keras import ops

    class OnChains(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.tree_layer, self.units = tree_layer, tree_layer.units

        def build(self, input_shape):
            batch, levels, features = input_shape
            self.tree_layer.build((batch, levels, 1, features), (batch, levels, 1, 1))

        def call(self, x):
            children = ops.zeros((ops.shape(x)[0], ops.shape(x)[1], 1, 1), "int32")
            first = ops.arange(ops.shape(x)[1])[None, :, None, None] == 0
            return self.tree_layer(x[:, :, None], children - ops.cast(first, "int32"))

    return OnChains()


def main():
    parser = arguments(__doc__.splitlines()[0])
    options = parser.parse_args()
    fix_threads(options.threads)
    import keras

    backend = keras.config.backend()
    name = "layers" if backend == "tensorflow" else f"layers-{backend}"
    report = Report(name, options)
    shapes, growth = QUICK if options.quick else (SHAPES, GROWTH)
    check_equal()
    report.fact(
        "equal",
        True,
        "Checked first, outputs and gradients: PeepholeLSTM without peepholes equals "
        "LSTM; Elman (tanh, context 0) and FullyRecurrent (tanh) equal SimpleRNN; on "
        "chains TreeLSTM equals LSTM, Recursive SimpleRNN; "
        "GRU1, GRU2, GRU3 equal GRU(reset_after=False) with zeros in its gates.",
    )
    for shape, steps in shapes.items():
        measure_shape(report, shape, steps, options, layers(shape[-1]))
    for shape, steps in QUICK[0].items() if options.quick else FAMILY_SHAPES.items():
        _, timesteps, _, units = shape
        found = family(units, timesteps)
        measure_shape(report, shape, steps, options, found, "The rest of the family")
    measure_growth(report, *growth, options)
    measure_slots(report, *growth, options)
    report.save()


def inputs_of(batch, timesteps, features, units):
    import keras

    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, timesteps, features), dtype=np.float32)
    return keras.ops.convert_to_tensor(x)


def measure_shape(report, shape, steps, options, found, title="A training step"):
    import keras

    batch, timesteps, features, units = shape
    x = inputs_of(*shape)
    jobs, traced = {}, {}
    for name, layer in found.items():
        read = SLOT_WIDTH if name in MEMORIES else 0
        assert layer(x[:, :2]).shape == (batch, units + read), name
        step = training_step(layer, features)
        start = time.perf_counter()
        step(x)
        traced[name] = time.perf_counter() - start
        jobs[name] = repeat(step, x, steps)
    bare = bare_products(*shape)
    jobs[BOUND] = lambda: 3.0 * steps * seconds(bare)
    times = interleave(jobs, options.repeats)
    note = (
        f"Batch {batch}, {timesteps} timesteps, {features} features, {units} units "
        f"(Jordan: as many outputs; NeuralStack, NTM and DNC: controllers, {SLOTS} "
        f"slots of {SLOT_WIDTH} numbers); forward, backward and update, float32, "
        f"{steps} step(s) timed together. The bare products are those of an LSTM's "
        f"forward pass (one for the inputs of all steps, one per step for the states), "
        f"times three. Backend {keras.config.backend()}. "
        f"Tracing, not counted: {min(traced.values()):.1f} to "
        f"{max(traced.values()):.1f} s each."
    )
    report.table(
        f"{title} at {shape}",
        times,
        LSTM,
        per=dict.fromkeys(jobs, steps),
        unit="ms",
        note=note,
    )


def measure_growth(report, shape, steps, options):
    """Time at T, 2T and 4T, over time at T."""
    batch, timesteps, features, units = shape
    lengths = [timesteps, 2 * timesteps, 4 * timesteps]
    inputs = [inputs_of(batch, length, features, units) for length in lengths]
    jobs = {}
    found = layers(units) | family(units, lengths[-1])
    for name, layer in found.items():
        layer.build((batch, None, features))
        step = training_step(layer, features)
        for length, x in zip(lengths, inputs, strict=True):
            jobs[name, length] = repeat(step, x, steps)
    times_of = interleave(jobs, options.repeats)
    growth = {}
    for name in found:
        first, *longer = (times_of[name, length] for length in lengths)
        growth[name] = [
            [b / a for a, b in zip(first, times, strict=True)] for times in longer
        ]
    text = "; ".join(
        f"{name} {np.median(twice):.2f} and {np.median(four):.2f} "
        f"({min(four):.2f}–{max(four):.2f})"
        for name, (twice, four) in growth.items()
    )
    report.fact(
        "growth",
        {"timesteps": lengths, "ratios": growth},
        f"Growth at batch {batch}, {features} features, {units} units: time of a step "
        f"at {lengths[1]} and {lengths[2]} timesteps over that at {lengths[0]} "
        f"(linear: 2 and 4; median, and the spread of the latter): {text}.",
    )


def measure_slots(report, shape, steps, options):
    """Time of the memories by the number of slots, over the time with the fewest."""
    _, _, features, units = shape
    x, jobs = inputs_of(*shape), {}
    for slots in SLOT_GROWTH:
        for name, layer in memories(units, slots).items():
            jobs[name, slots] = repeat(training_step(layer, features), x, steps)
    times = interleave(jobs, options.repeats)
    few = SLOT_GROWTH[0]
    growth = {
        f"{name}, {slots} slots": [
            b / a for a, b in zip(times[name, few], times[name, slots], strict=True)
        ]
        for name, slots in jobs
        if slots != few
    }
    text = "; ".join(
        f"{name} {np.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"
        for name, each in growth.items()
    )
    report.fact(
        "growth with the memory",
        growth,
        f"At the same sizes, over the time with {few} slots: {text}.",
    )


def check_equal():
    """Limiting cases: the same numbers from ours and from Keras's layers."""
    import keras

    features, units = 3, 5
    x = inputs_of(4, 7, features, units)
    zeros = np.zeros
    found = (
        layers(units)
        | chains(units)
        | {
            "Elman": rt.layers.Elman(units, activation="tanh", initial_context=0),
            "FullyRecurrent": rt.layers.FullyRecurrent(units, activation="tanh"),
        }
    )
    weights = {}
    for name, layer in found.items():
        layer(x)
        randomise(layer)
        weights[name] = layer.get_weights()
    (matrix,) = weights["FullyRecurrent"]
    *lstm, peepholes = weights["PeepholeLSTM"]
    found["PeepholeLSTM"].set_weights([*lstm, 0 * peepholes])
    equal = {
        "PeepholeLSTM": (LSTM, lstm),
        "TreeLSTM on chains": (LSTM, weights["TreeLSTM on chains"]),
        "Recursive on chains": ("keras SimpleRNN", weights["Recursive on chains"]),
        "Elman": ("keras SimpleRNN", weights["Elman"]),
        "FullyRecurrent": (
            "keras SimpleRNN",
            [matrix[:features], matrix[features + 1 :], matrix[features]],
        ),
    }
    for name in ("GRU1", "GRU2", "GRU3"):
        W, U, b, *_ = weights[name]
        cell = found[name].cell
        U_gates = getattr(cell, "gate_kernel", zeros((units, 2 * units)))
        b_gates = getattr(cell, "gate_bias", zeros(2 * units))
        kernel = np.hstack([zeros((features, 2 * units)), W])
        theirs = [kernel, np.hstack([U_gates, U]), np.hstack([b_gates, b])]
        equal[name] = PAPER_GRU, theirs
    for name, (peer, theirs) in equal.items():
        found[peer].set_weights(theirs)
        for one, other in zip(
            outputs_and_slopes(found[name], x),
            outputs_and_slopes(found[peer], x),
            strict=True,
        ):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=name)
    keras.backend.clear_session()


def randomise(layer):
    rng = np.random.default_rng(1)
    layer.set_weights([0.4 * rng.normal(size=w.shape) for w in layer.get_weights()])


def outputs_and_slopes(layer, x):
    import keras

    return keras.ops.convert_to_numpy(layer(x)), input_slopes(layer, x)


if __name__ == "__main__":
    main()
