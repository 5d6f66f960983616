"""Neural stacks against loops over the equations, and against a Python list."""

import functools

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy_controller import control, sigmoid, softmax

from rnn_tutorials.layers import NeuralStack

X = np.random.default_rng(3).normal(size=(2, 5, 4)).astype("float32")
PUSH, POP, NO_OP = range(3)


def built(**options):
    sizes = {"stacks": 2, "depth": 3, "width": 3, "top": 2}
    layer = NeuralStack(4, **{**sizes, "return_sequences": True, **options})
    layer.build(X.shape)
    return randomise_weights(layer, seed=5)


def by_hand(layer, x):
    """Outputs, last stacks and actions of one sequence, place by place."""
    cell = layer.cell
    W, b, *controller = layer.get_weights()
    h = c = np.zeros(cell.units)
    stacks = np.full((cell.stacks, cell.depth, cell.width), -1.0)
    outputs, actions = [], []
    for x_t in x:
        heard = np.concatenate([x_t, stacks[:, : cell.top].ravel()])
        h, c = control(cell.controller, controller, heard, h, c)
        actions.append([])
        before = np.pad(
            stacks, [(0, 0), (0, 1), (0, 0)], constant_values=-1
        )  # below the bottom
        for k in range(cell.stacks):
            told = (h @ W + b)[k * (3 + cell.width) :][: 3 + cell.width]
            a = softmax(told[:3])
            if cell.actions == "hard":
                a = np.eye(3)[a.argmax()]
            actions[-1].append(a)
            for i in range(cell.depth):
                above = before[k, i - 1] if i else sigmoid(told[3:])
                stacks[k, i] = (
                    a[PUSH] * above
                    + a[POP] * before[k, i + 1]
                    + a[NO_OP] * before[k, i]
                )
        outputs.append(np.concatenate([h, stacks[:, : cell.top].ravel()]))
    return np.array(outputs), stacks, np.array(actions)


@pytest.mark.parametrize("actions", ["soft", "hard"])
@pytest.mark.parametrize(
    ("controller", "stacks", "depth", "top"),
    [("simple", 1, 4, 1), ("lstm", 2, 3, 2), ("dense", 3, 2, 1), ("simple", 2, 1, 1)],
)
def test_equals_the_equations_place_by_place(controller, stacks, depth, top, actions):
    layer = built(
        controller=controller,
        stacks=stacks,
        depth=depth,
        top=top,
        actions=actions,
        return_state=True,
    )
    outputs, _, last, *_ = run(layer, X)
    shares = layer.actions_from(outputs)
    assert shares.shape == (2, 5, stacks, 3)
    for row, x in enumerate(X):
        expected, contents, taken = by_hand(layer, x)
        np.testing.assert_allclose(outputs[row], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(last[row], contents.ravel(), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(shares[row], taken, rtol=1e-4, atol=1e-5)


def test_as_a_recurrent_layer():
    check_recurrent(
        lambda **more: NeuralStack(
            3, stacks=2, depth=4, width=2, controller="lstm", **more
        )
    )


@functools.cache
def obedient(**options):
    """A layer that does as it is told: 3 inputs for the action, 2 for the value.

    The tanh of an input of 1 lets a share be 1 and a pushed number be 0 or 1, both up
    to rounding.
    """
    layer = NeuralStack(
        5, width=2, controller="dense", return_sequences=True, **options
    )
    layer.build((None, None, 5))
    kernel = np.eye(5 + 2 * layer.cell.top, 5)
    layer.set_weights([100 * np.eye(5), np.zeros(5), kernel, np.zeros(5)])
    return layer


COMMANDS = st.lists(
    st.tuples(st.sampled_from([PUSH, POP, NO_OP]), st.tuples(*[st.booleans()] * 2)),
    max_size=16,
)


def obeyed(commands, depth):
    """The places after each command to a Python list, padded below its bottom."""
    places, after = [], []
    for action, value in commands:
        if action == PUSH:
            places = [value, *places][:depth]
        elif action == POP:
            places = places[1:]
        after.append([*places, *[(-1, -1)] * depth][:depth])
    return np.array(after, float).reshape(-1, depth, 2)


@settings(deadline=None, max_examples=6)
@given(st.lists(COMMANDS, min_size=16, max_size=16), st.sampled_from(["soft", "hard"]))
def test_with_hard_actions_it_is_a_list(rows, actions):
    """Popping an empty stack leaves it empty; what is deeper than `depth` is lost."""
    depth = 4
    x = np.zeros((16, 16, 5), "float32")  # of one shape, so that JAX compiles once
    x[:, :, NO_OP] = 1
    for row, commands in enumerate(rows):
        for t, (action, value) in enumerate(commands):
            x[row, t, :3] = np.eye(3)[action]
            x[row, t, 3:] = np.where(value, 1, -1)
    outputs, *_ = run(obedient(depth=depth, top=depth, actions=actions), x)
    for commands, output in zip(rows, outputs, strict=True):
        found = output[: len(commands), 5:].reshape(-1, depth, 2)
        np.testing.assert_allclose(found, obeyed(commands, depth), atol=1e-5)


def test_hard_actions_have_the_gradients_of_the_shares():
    layer = built(actions="hard")
    model = keras.Sequential([keras.Input((5, 4)), layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = [w.copy() for w in layer.get_weights()]
    model.fit(X, np.ones((2, 5, 1)), verbose=0)
    to_actions = np.abs(layer.get_weights()[0] - before[0])[:, [0, 1, 2, 6, 7, 8]]
    assert (to_actions > 0).any(axis=0).all()
    assert all((a != b).any() for a, b in zip(before, layer.get_weights(), strict=True))


def test_weights_of_a_soft_layer_fit_a_hard_one():
    soft, hard = built(), built(actions="hard")
    W, *others = soft.get_weights()
    soft.set_weights([1e4 * W, *others])
    hard.set_weights(soft.get_weights())
    np.testing.assert_allclose(*run(soft, X), *run(hard, X), atol=1e-5)


def test_push_bias_is_where_the_pushes_start():
    layer = NeuralStack(4, stacks=2, width=3, push_bias=3)
    layer.build(X.shape)
    np.testing.assert_array_equal(layer.get_weights()[1], [3, 0, 0, 0, 0, 0] * 2)
    again = NeuralStack.from_config(layer.get_config())
    assert again.cell.push_bias == 3
    shares = np.exp([3, 0, 0]) / np.exp([3, 0, 0]).sum()
    found = layer.actions_from(np.zeros((1, 1, 4 + 2 * 3), "float32"))
    np.testing.assert_allclose(found[0, 0], [shares, shares], rtol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"stacks": 0}, "stacks: expected a whole number of at least 1, received 0"),
        ({"depth": 1.5}, "depth: expected a whole number .* received 1.5"),
        ({"width": -1}, "width: expected a whole number .* received -1"),
        ({"top": 0}, "top: expected a whole number of at least 1, received 0"),
        ({"top": 4}, "top: expected at most the 3 places of a stack, received 4"),
        ({"actions": "firm"}, "actions: expected 'soft' or 'hard', received 'firm'"),
        ({"controller": "gru"}, "controller: expected 'lstm' or 'simple' or 'dense'"),
        ({"push_bias": np.inf}, "push_bias: expected a finite number, received inf"),
        ({"units": 0}, "units: expected a whole number of at least 1, received 0"),
    ],
)
def test_bad_arguments(wrong, message):
    with pytest.raises(ValueError, match=message):
        NeuralStack(**{"units": 4, "depth": 3, **wrong})
