"""Neural Turing Machine against a loop over the equations of the paper."""

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from numpy_controller import control, sigmoid, softmax, softplus

from rnn_tutorials.layers import NTM

SIZES = {"memory_size": 7, "memory_width": 3, "read_heads": 2, "write_heads": 2}
X = np.random.default_rng(3).normal(size=(2, 4, 4)).astype("float32")


def ntm(**options):
    return NTM(4, **{**SIZES, "return_sequences": True, **options})


def built(**options):
    layer = ntm(**options)
    layer.build(X.shape)
    return randomise_weights(layer, seed=5)


def address(told, memory, before, width, reach):
    """Equations 5 to 9 for one head; `told` begins with what it takes."""
    slots = range(len(memory))
    key, (beta, gate) = np.tanh(told[:width]), told[width : width + 2]
    shift = softmax(told[width + 2 : width + 3 + 2 * reach])
    gamma = 1 + softplus(told[width + 3 + 2 * reach])
    cosine = [
        key @ row / (np.linalg.norm(key) * np.linalg.norm(row) + 1e-12)
        for row in memory
    ]
    content = softmax(softplus(beta) * np.array(cosine))
    gated = sigmoid(gate) * content + (1 - sigmoid(gate)) * before
    moved = np.zeros(len(memory))
    for i in slots:
        for step in range(-reach, reach + 1):
            moved[(i + step) % len(memory)] += gated[i] * shift[step + reach]
    return moved**gamma / (moved**gamma).sum()


def by_hand(layer, x):
    """Outputs and weightings of one sequence."""
    cell = layer.cell
    W, b, first_read, first_weights, *others = layer.get_weights()
    n, m, reach = cell.memory_size, cell.memory_width, cell.shift_range
    plain, more = m + 4 + 2 * reach, 2 * m
    h = c = np.zeros(cell.units)
    reads, memory = np.tanh(first_read), np.full((n, m), 1e-6)
    if cell.first_memory == "trained":
        memory, *others = others
    weights = [softmax(row) for row in first_weights]
    outputs, seen = [], []
    for x_t in x:
        heard = np.concatenate([x_t, reads])
        h, c = control(cell.controller, others, heard, h, c)
        told = h @ W + b
        reading = [told[k * plain :][:plain] for k in range(cell.read_heads)]
        told = told[cell.read_heads * plain :]
        writing = [told[k * (plain + more) :][: plain + more] for k in range(2)]
        writing = writing[: cell.write_heads]
        for k, each in enumerate(writing, start=cell.read_heads):
            weights[k] = address(each, memory, weights[k], m, reach)
        for k, each in enumerate(writing, start=cell.read_heads):
            erase = sigmoid(each[plain : plain + m])
            memory = memory * (1 - np.outer(weights[k], erase))
        for k, each in enumerate(writing, start=cell.read_heads):
            memory = memory + np.outer(weights[k], np.tanh(each[plain + m :]))
        for k, each in enumerate(reading):
            weights[k] = address(each, memory, weights[k], m, reach)
        reads = np.concatenate([weights[k] @ memory for k in range(cell.read_heads)])
        outputs.append(np.concatenate([h, reads]))
        seen.append(np.array(weights))
    return np.array(outputs), np.array(seen)


@pytest.mark.parametrize(
    ("controller", "first_memory", "read_heads", "write_heads", "reach"),
    [
        ("lstm", "constant", 1, 1, 1),
        ("dense", "trained", 2, 1, 3),
        ("simple", "constant", 1, 2, 0),
        ("lstm", "trained", 2, 2, 2),
    ],
)
def test_equals_the_paper_step_by_step(
    controller, first_memory, read_heads, write_heads, reach
):
    layer = built(
        controller=controller,
        first_memory=first_memory,
        read_heads=read_heads,
        write_heads=write_heads,
        shift_range=reach,
        return_state=True,
    )
    outputs, _, _, weights, *_ = run(layer, X)
    for row, x in enumerate(X):
        expected, seen = by_hand(layer, x)
        np.testing.assert_allclose(outputs[row], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(weights[row], seen[-1].ravel(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("first_memory", ["constant", "trained"])
def test_as_a_recurrent_layer(first_memory):
    sizes = {"memory_size": 5, "memory_width": 2, "first_memory": first_memory}
    check_recurrent(lambda **options: NTM(3, **sizes, **options))


class TestLimits:
    def told(self, layer, **parts):
        """Let the one reading and the one writing head be told constants."""
        m, reach = layer.cell.memory_width, layer.cell.shift_range
        at = {"key": slice(m), "strength": m, "gate": m + 1}
        at["shift"] = slice(m + 2, m + 3 + 2 * reach)
        at["power"] = m + 3 + 2 * reach
        plain = m + 4 + 2 * reach
        at["erase"], at["add"] = slice(plain, plain + m), slice(plain + m, None)
        bias = np.zeros(2 * plain + 2 * m)
        for name, value in parts.items():
            if name not in ("erase", "add"):
                bias[:plain][at[name]] = value
            bias[plain:][at[name]] = value
        layer.cell.head_kernel.assign(np.zeros(layer.cell.head_kernel.shape))
        layer.cell.head_bias.assign(bias)

    def one_head(self, **parts):
        layer = built(read_heads=1, write_heads=1, return_state=True)
        self.told(layer, **parts)
        return layer

    def test_heads_that_only_move_walk_round_the_memory(self):
        layer = self.one_head(gate=-50, shift=[-50, -50, 50], power=50)
        start = np.full((2, 7), -50.0)
        start[:, 2] = 50
        layer.cell.first_weights.assign(start)
        for steps in (1, 4, 5, 7):
            steps_on = np.eye(7)[(2 + steps) % 7]
            x = np.zeros((1, steps, 4), "float32")
            weights = run(layer, x)[3].reshape(2, 7)
            np.testing.assert_allclose(weights, [steps_on, steps_on], atol=1e-5)

    def test_what_is_written_where_the_head_is_can_be_read_there(self):
        layer = self.one_head(gate=-50, shift=[-50, 50, -50], erase=50, add=[9, 0, -9])
        start = np.full((2, 7), -50.0)
        start[:, 3] = 50
        layer.cell.first_weights.assign(start)
        output, _, memory, *_ = run(layer, X)
        expected = np.full((7, 3), 1e-6)
        expected[3] = 1, 0, -1
        np.testing.assert_allclose(memory[0].reshape(7, 3), expected, atol=1e-5)
        np.testing.assert_allclose(output[0, -1, -3:], [1, 0, -1], atol=1e-5)

    def test_a_strong_key_finds_the_slot_that_is_like_it(self):
        layer = self.one_head(
            key=[5, -5, 5], strength=200, gate=50, shift=[-50, 50, -50], erase=-50
        )
        memory = np.random.default_rng(0).uniform(-0.3, 0.3, (7, 3))
        memory[4] = 0.2, -0.2, 0.2
        state = [np.zeros((1, s), "float32") for s in layer.state_size]
        state[1] = memory.reshape(1, -1).astype("float32")
        state[2] = np.full((1, 14), 1 / 7, "float32")
        weights = run(layer, X[:1, :1], initial_state=state)[3].reshape(2, 7)
        assert (weights.argmax(axis=1) == 4).all() and weights[:, 4].min() > 0.9

    def test_an_empty_memory_is_the_same_everywhere(self):
        layer = self.one_head(key=[1, 2, 3], strength=9, gate=50, shift=[0, 9, 0])
        weights = run(layer, X[:1, :1])[3][0, 7:]
        np.testing.assert_allclose(weights, 1 / 7, atol=1e-6)

    def test_a_high_power_keeps_a_blurred_weighting_as_it_is(self):
        # (1/7)^100 is 0 in float32.
        layer = self.one_head(gate=50, shift=[0, 9, 0], power=100)
        weights = run(layer, X[:1, :1])[3].reshape(2, 7)
        np.testing.assert_allclose(weights, 1 / 7, atol=1e-5)


def test_weightings_are_shares_after_any_number_of_steps():
    layer = built(return_state=True)
    x = np.random.default_rng(0).normal(0, 9, (3, 30, 4)).astype("float32")
    weights = run(layer, x)[3].reshape(3, 4, 7)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("first_memory", ["constant", "trained"])
def test_gradients_reach_the_start(first_memory):
    layer = built(first_memory=first_memory)
    model = keras.Sequential([keras.Input((4, 4)), layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = [w.copy() for w in layer.get_weights()]
    model.fit(X, np.ones((2, 4, 1)), verbose=0)
    assert all((a != b).any() for a, b in zip(before, layer.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"memory_size": 0}, "memory_size: expected a whole number of at least 1"),
        ({"memory_width": 1.5}, "memory_width: expected a whole number"),
        ({"read_heads": 0}, "read_heads: expected a whole number of at least 1"),
        ({"write_heads": -1}, "write_heads: expected a whole number of at least 1"),
        ({"shift_range": 4}, "shift_range: expected at most 3, .* received 4"),
        ({"shift_range": -1}, "shift_range: expected a whole number of at least 0"),
        ({"controller": "gru"}, "controller: expected 'lstm' or 'simple' or 'dense'"),
        ({"first_memory": 0}, "first_memory: expected 'constant' or 'trained'"),
    ],
)
def test_bad_arguments(wrong, message):
    with pytest.raises(ValueError, match=message):
        ntm(**wrong)
