"""LSTM without a forget gate against a loop over its equations."""

import numpy as np
import pytest
from check_layer import derivatives, randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops

from rnn_tutorials.layers import LSTM1997

x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")


def logistic(a):
    return 1 / (1 + np.exp(-a))


def lstm_1997(x, W, U, b):
    """One row, one step, one memory cell at a time."""
    n = len(b) // 3
    y = np.zeros((*x.shape[:2], n))
    for row in range(len(x)):
        h, c = np.zeros(n), np.zeros(n)
        for t in range(x.shape[1]):
            net = [W[:, k] @ x[row, t] + U[:, k] @ h + b[k] for k in range(3 * n)]
            for j in range(n):
                y_in, y_out = logistic(net[j]), logistic(net[2 * n + j])
                c[j] += y_in * (4 * logistic(net[n + j]) - 2)
                y[row, t, j] = y_out * (2 * logistic(c[j]) - 1)
            h = y[row, t]
    return y


@pytest.mark.parametrize("truncated", [False, True])
def test_equals_the_loop(truncated):
    layer = LSTM1997(4, truncated_gradient=truncated, return_sequences=True)
    layer(x)
    weights = map(ops.convert_to_numpy, randomise_weights(layer).weights)
    np.testing.assert_allclose(*run(layer, x), lstm_1997(x, *weights), atol=1e-5)


@pytest.mark.parametrize("truncated", [False, True])
def test_as_any_recurrent_layer(truncated):
    check_recurrent(
        lambda **options: LSTM1997(
            4, input_gate_bias=-0.5, truncated_gradient=truncated, **options
        )
    )


def test_biases_start_where_they_are_told():
    layer = LSTM1997(2, input_gate_bias=[-3, -6], output_gate_bias=-2)
    layer.build(x.shape)
    start = ops.convert_to_numpy(layer.cell.bias)
    np.testing.assert_array_equal(start, [-3, -6, 0, 0, -2, -2])
    assert layer.get_config()["input_gate_bias"] == [-3, -6]
    again = LSTM1997.from_config(layer.get_config())
    again.build(x.shape)
    np.testing.assert_array_equal(ops.convert_to_numpy(again.cell.bias), start)


def constant_gates(i, g, o, **options):
    """A layer whose gates see nothing but their biases."""
    layer = LSTM1997(1, return_state=True, **options)
    layer.build(x.shape)
    layer.set_weights([np.zeros((2, 3)), np.zeros((1, 3)), np.array([i, g, o])])
    return layer


def test_ranges_of_the_squashing_functions():
    for g, limit in ((50, 2.0), (-50, -2.0)):
        h, _, c = run(constant_gates(50, g, 50), x[:, :1])
        np.testing.assert_allclose(c, limit)
        np.testing.assert_allclose(h, 2 * logistic(limit) - 1, rtol=1e-6)
        # Open gates for many steps: the cell grows without bound, its output does not.
        h, _, c = run(constant_gates(50, g, 50), np.zeros((1, 50, 2), "float32"))
        np.testing.assert_allclose(c, 50 * limit, rtol=1e-6)
        np.testing.assert_allclose(h, np.sign(limit))


def test_a_shut_input_gate_keeps_the_cell_exactly():
    layer = constant_gates(-200, 3, 0)
    start = [np.zeros((3, 1), "float32"), np.full((3, 1), 0.7, "float32")]
    _, _, c = run(layer, np.tile(x, (1, 20, 1)), initial_state=start)
    np.testing.assert_array_equal(c, start[1])


def test_truncated_error_flows_through_the_carousel_alone():
    layer = LSTM1997(4, truncated_gradient=True, return_state=True)
    layer(x)
    randomise_weights(layer, seed=3)
    rng = np.random.default_rng(4)
    h, c = rng.normal(size=(2, 3, 4)).astype("float32")

    def last_cells(h, c):
        return ops.sum(layer(ops.convert_to_tensor(x), initial_state=[h, c])[2])

    by_h, by_c = derivatives(last_cells, h, c)
    np.testing.assert_array_equal(by_c, 1)  # the constant error carousel
    np.testing.assert_array_equal(by_h, 0)
    layer.cell.truncated_gradient = False
    by_h, by_c = derivatives(last_cells, h, c)
    assert by_h.all() and (by_c != 1).all()


def test_truncation_changes_nothing_where_there_is_no_feedback():
    found = []
    for truncated in (False, True):
        layer = LSTM1997(4, truncated_gradient=truncated)
        layer(x)
        randomise_weights(layer, seed=5)
        layer.cell.recurrent_kernel.assign(np.zeros((4, 12)))
        found += derivatives(lambda x, layer=layer: ops.sum(layer(x)), x)
    np.testing.assert_allclose(*found, atol=1e-6)
    assert found[0].any()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LSTM1997(0), "units: .* at least 1, received 0"),
        (
            lambda: LSTM1997(3, input_gate_bias=[-1, -2]),
            r"input_gate_bias: .* each of the 3 units, received \[-1, -2\]",
        ),
        (
            lambda: LSTM1997(3, output_gate_bias=np.inf),
            "output_gate_bias: expected a finite number.* received inf",
        ),
        (lambda: LSTM1997(1, output_gate_bias=None), "output_gate_bias: .* None"),
        (lambda: LSTM1997(1, output_gate_bias="x"), "output_gate_bias: .* 'x'"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
