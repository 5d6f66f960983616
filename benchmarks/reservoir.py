"""`EchoState` and `fit_readout` beside reservoirpy: the states, and the read-out.

    python benchmarks/reservoir.py [--quick]

Questions: what do the states of a long series cost, of one and of many side by side?
What does a ridge read-out cost? Needs reservoirpy; the same weights on both sides, in
float64.
"""

import numpy as np
from _measure import Report, arguments, fix_threads, interleave
from _steps import compiled

import rnn_tutorials as rt

UNITS, STEPS, BATCH, WASHOUT = 400, 3000, 32, 100
QUICK = 10, 60, 3, 5
LEAK, RIDGE = 0.4, 1e-6
OURS, THEIRS = "EchoState", "reservoirpy Reservoir"
READOUT, RIDGE_NODE = "fit_readout", "reservoirpy Ridge"


def main():
    options = arguments(__doc__.splitlines()[0]).parse_args()
    fix_threads(options.threads)
    report = Report("reservoir", options)
    units, steps, batch, washout = (
        QUICK if options.quick else (UNITS, STEPS, BATCH, WASHOUT)
    )
    layer, node = reservoirs(units)
    series = np.tanh(
        [rt.generate_mackey_glass(steps, seed=seed) - 1 for seed in range(batch)]
    )[..., np.newaxis]
    check_equal(layer, node, series[:1], washout)
    report.fact(
        "equal",
        True,
        "Checked first: the same states (to 1e-10) and the same forecasts of the next "
        "value (to 1e-6) on both sides.",
    )
    measure_states(report, layer, node, series, options)
    measure_readout(report, layer, series[:1], washout, options)
    report.save()


def reservoirs(units):
    """The same reservoir twice."""
    from reservoirpy.nodes import Reservoir

    layer = rt.layers.EchoState(
        units,
        spectral_radius=0.9,
        leak=LEAK,
        bias_scaling=0.2,
        return_sequences=True,
        dtype="float64",
    )
    layer.build((None, None, 1))
    kernel, recurrent, bias = layer.get_weights()
    return layer, Reservoir(lr=LEAK, Win=kernel.T, W=recurrent.T, bias=bias)


def states_of(node, x):
    if node.initialized:
        node.reset()
    return node.run(x)


def ridge_node(states, targets):
    from reservoirpy.nodes import Ridge

    return Ridge(ridge=RIDGE).fit(states, targets)


def check_equal(layer, node, series, washout):
    ours = np.asarray(layer(series))[0]
    np.testing.assert_allclose(states_of(node, series[0]), ours, atol=1e-10)
    states, targets = ours[washout:-1], series[0, washout + 1 :]
    forecast = rt.readout.fit_readout(states, targets, ridge=RIDGE)(states)
    peer = ridge_node(states, targets).run(states)
    np.testing.assert_allclose(forecast, peer, atol=1e-6)


def measure_states(report, layer, node, series, options):
    run = compiled(layer)
    for batch in (1, len(series)):
        x = series[:batch]
        times = interleave(
            {
                OURS: lambda x=x: np.asarray(run(x)).shape,
                THEIRS: lambda x=x: [states_of(node, each) for each in x],
            },
            options.repeats,
        )
        report.table(
            f"States of {batch} series",
            times,
            THEIRS,
            note=f"{x.shape[1]:,} steps, {layer.units} units, all connected, float64. "
            "Ours in a compiled function, the series side by side; reservoirpy one "
            "series after the other.",
        )


def measure_readout(report, layer, series, washout, options):
    states = np.asarray(layer(series))[0][washout:-1]
    targets = series[0, washout + 1 :]
    times = interleave(
        {
            READOUT: lambda: rt.readout.fit_readout(states, targets, ridge=RIDGE),
            RIDGE_NODE: lambda: ridge_node(states, targets),
        },
        options.repeats,
    )
    report.table(
        "A ridge read-out",
        times,
        RIDGE_NODE,
        unit="ms",
        note=f"{len(states):,} states of {layer.units} units, one output. Ours by "
        "least squares on the states, which keeps twice the digits; reservoirpy by the "
        "normal equations.",
    )


if __name__ == "__main__":
    main()
