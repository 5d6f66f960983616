"""Differentiable Neural Computer against a loop over the equations of the paper."""

import itertools

import keras
import numpy as np
import pytest
from check_layer import randomise_weights
from check_recurrent import check_recurrent, run
from keras import ops
from numpy_controller import control, sigmoid, softmax, softplus

from rnn_tutorials.layers import DNC
from rnn_tutorials.layers.dnc import free_slots, in_use, linked

N, W, R, UNITS = 6, 3, 2, 4
X = np.random.default_rng(3).normal(size=(2, 5, 4)).astype("float32")
STATES = ["read", "written", "usage", "precedence", "link"]


def dnc(**options):
    sizes = {"memory_size": N, "memory_width": W, "read_heads": R}
    return DNC(UNITS, **{**sizes, "return_sequences": True, **options})


def built(scale=1.0, **options):
    layer = dnc(return_state=True, **options)
    layer.build(X.shape)
    randomise_weights(layer, seed=5)
    layer.set_weights([scale * weight for weight in layer.get_weights()])
    return layer


def content(memory, key, strength):
    norms = np.linalg.norm(memory, axis=1) * np.linalg.norm(key)
    cosine = np.divide(memory @ key, norms, out=np.zeros(N), where=norms > 0)
    return softmax((1 + softplus(strength)) * cosine)


def allocation(usage):
    a, product = np.zeros(N), 1.0
    for slot in np.argsort(usage, kind="stable"):
        a[slot] = (1 - usage[slot]) * product
        product *= usage[slot]
    return a


def by_hand(layer, x):
    """Outputs and last states of one sequence."""
    cell = layer.cell
    H, b, *controller = layer.get_weights()
    h, c, reads = np.zeros(UNITS), np.zeros(UNITS), np.zeros(R * W)
    memory, read, w = np.zeros((N, W)), np.zeros((R, N)), np.zeros(N)
    usage, p, L = np.zeros(N), np.zeros(N), np.zeros((N, N))
    outputs = []
    for x_t in x:
        heard = np.concatenate([x_t, reads])
        h, c = control(cell.controller, controller, heard, h, c)
        told = h @ H + b
        readers = [told[k * (W + 5) :][: W + 5] for k in range(R)]
        told = told[R * (W + 5) :]
        kept = np.ones(N)
        for k, each in enumerate(readers):
            free = sigmoid(each[W + 1]) if cell.freeing else 0.0
            kept *= 1 - free * read[k]
        usage = (usage + w - usage * w) * kept
        g_a, g_w = sigmoid(told[W + 1]), sigmoid(told[W + 2])
        erase, add = sigmoid(told[W + 3 :][:W]), np.tanh(told[2 * W + 3 :])
        found = content(memory, told[:W], told[W])
        w = g_w * (g_a * allocation(usage) + (1 - g_a) * found)
        memory = memory * (1 - np.outer(w, erase)) + np.outer(w, add)
        for i in range(N):
            for j in range(N):
                L[i, j] = (1 - w[i] - w[j]) * L[i, j] + w[i] * p[j] if i != j else 0
        p = (1 - w.sum()) * p + w
        for k, each in enumerate(readers):
            found = content(memory, each[:W], each[W])
            back, at, on = softmax(each[W + 2 :])
            if cell.links:
                read[k] = back * L.T @ read[k] + at * found + on * L @ read[k]
            else:
                read[k] = found
        reads = (read @ memory).ravel()
        outputs.append(np.concatenate([h, reads]))
    return np.array(outputs), [memory, read, w, usage, p, L]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"controller": "dense"},
        {"controller": "simple", "freeing": False},
        {"links": False},
    ],
    ids=str,
)
def test_equals_the_paper_step_by_step(options):
    layer = built(scale=2.0, **options)
    outputs, _, *states = run(layer, X)
    for row, x in enumerate(X):
        expected, last = by_hand(layer, x)
        np.testing.assert_allclose(outputs[row], expected, rtol=1e-4, atol=1e-5)
        for state, value in zip(states, last, strict=False):
            np.testing.assert_allclose(state[row], value.ravel(), rtol=1e-4, atol=1e-5)


def test_as_a_recurrent_layer():
    check_recurrent(lambda **options: DNC(3, memory_size=4, memory_width=2, **options))


@pytest.fixture(scope="module")
def states():
    """All states after 40 steps of a wild network, by name."""
    layer = built(scale=4.0)
    x = np.random.default_rng(1).normal(0, 3, (8, 40, 4)).astype("float32")
    return dict(zip(STATES, run(layer, x)[3:], strict=False))


class TestInvariants:
    def test_weightings_are_shares_of_at_most_1(self, states):
        for name, heads in (("read", R), ("written", 1), ("precedence", 1)):
            weights = states[name].reshape(8, heads, N)
            assert weights.min() >= 0 and weights.sum(axis=-1).max() <= 1 + 1e-5

    def test_usage_lies_between_0_and_1(self, states):
        assert states["usage"].min() >= 0 and states["usage"].max() <= 1

    def test_rows_and_columns_of_the_links_sum_to_at_most_1(self, states):
        link = states["link"].reshape(8, N, N)
        assert link.min() >= -1e-6 and link.max() > 0.01
        assert max(link.sum(axis=1).max(), link.sum(axis=2).max()) <= 1 + 1e-5
        assert not np.diagonal(link, axis1=1, axis2=2).any()


class TestAllocation:
    def numpy(self, usage):
        return ops.convert_to_numpy(free_slots(ops.convert_to_tensor(usage)))

    def test_the_least_used_slot_comes_first(self):
        usage = np.array([[1, 0.5, 0, 1], [1, 1, 1, 0.25]], "float32")
        np.testing.assert_allclose(
            self.numpy(usage), [[0, 0, 1, 0], [0, 0, 0, 0.75]], atol=1e-6
        )

    def test_a_full_memory_has_nothing_to_give(self):
        assert not self.numpy(np.ones((1, 4), "float32")).any()

    def test_equals_the_loop(self):
        usage = np.random.default_rng(0).random((20, N)).astype("float32")
        expected = [allocation(row) for row in usage]
        np.testing.assert_allclose(self.numpy(usage), expected, atol=1e-6)

    def test_what_was_read_and_freed_is_given_out_again(self):
        one = np.eye(3, dtype="float32")[None]
        usage = in_use(one[:, 0] * 0 + 1, one[:, 0] * 0, one[:, 1:2], one[:, :1, :1])
        np.testing.assert_allclose(ops.convert_to_numpy(usage), [[1, 0, 1]])
        np.testing.assert_allclose(self.numpy(usage), [[0, 1, 0]])


def test_links_lead_through_what_was_written_in_order():
    order = [2, 0, 3, 1]
    link, precedence = np.zeros((1, 4, 4), "float32"), np.zeros((1, 4), "float32")
    for slot in order:
        written = np.eye(4, dtype="float32")[[slot]]
        link = ops.convert_to_numpy(linked(link, precedence, written))
        precedence = written
    for before, after in itertools.pairwise(order):
        at = np.eye(4)[before]
        np.testing.assert_allclose(link[0] @ at, np.eye(4)[after])
        np.testing.assert_allclose(link[0].T @ np.eye(4)[after], at)
    assert not (link[0] @ np.eye(4)[order[-1]]).any()  # nothing comes after the last


def test_gradients_reach_every_weight():
    model = keras.Sequential([keras.Input((5, 4)), dnc(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, np.ones((2, 5, 1)), verbose=0)
    after = model.get_weights()
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"memory_size": 0}, "memory_size: expected a whole number of at least 1"),
        ({"memory_width": 1.5}, "memory_width: expected a whole number"),
        ({"read_heads": 0}, "read_heads: expected a whole number of at least 1"),
        ({"controller": "gru"}, "controller: expected 'lstm' or 'simple' or 'dense'"),
    ],
)
def test_bad_arguments(wrong, message):
    with pytest.raises(ValueError, match=message):
        dnc(**wrong)
