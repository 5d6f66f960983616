"""Hopfield's memory against loops over its equations, and its energy."""

import keras
import numpy as np
import pytest
from check_layer import check_layer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_tutorials.layers import Hopfield

SEED = st.integers(0, 2**32 - 1)


def bipolar(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def with_kernel(W, **options):
    memory = Hopfield(**options)
    memory.build((None, len(W)))
    memory.kernel.assign(W)
    return memory


def recall(memory, states):
    return ops.convert_to_numpy(memory(ops.convert_to_tensor(states, "float32")))


def loop(W, states, sweeps, update):
    """One state, one unit at a time; h == 0 leaves the unit alone."""
    states = np.array(states, "float64")
    for s in states:
        for _ in range(sweeps):
            heard = s.copy() if update == "synchronous" else s  # a view: sees changes
            for i in range(len(s)):
                h = sum(W[i, j] * heard[j] for j in range(len(s)))
                if h != 0:
                    s[i] = 1 if h > 0 else -1
    return states


@pytest.mark.parametrize("update", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("sweeps", [1, 3])
def test_equals_the_loop(update, sweeps):
    rng = np.random.default_rng(0)
    W = rng.normal(size=(7, 7))  # asymmetric: it may never come to rest
    starts = rng.choice([-1.0, 0.0, 1.0], (20, 7))
    memory = with_kernel(W, update=update, max_sweeps=sweeps)
    found = recall(memory, starts)
    np.testing.assert_array_equal(found, loop(W, starts, sweeps, update))
    more = loop(W, starts, sweeps + 1, update)
    assert (found != more).any(), "nothing left to tell the sweeps apart"


def test_a_unit_that_hears_nothing_stays():
    starts = np.array([[1.0, -1.0, 0.0]])
    for update in ("asynchronous", "synchronous"):
        memory = with_kernel(np.zeros((3, 3)), update=update)
        np.testing.assert_array_equal(recall(memory, starts), starts)


@settings(max_examples=40, deadline=None)
@given(SEED, st.integers(2, 8), st.integers(1, 6), st.booleans())
def test_energy_never_rises_asynchronously(seed, units, patterns, stored):
    rng = np.random.default_rng(seed)
    if stored:
        memory = Hopfield()
        memory.store(bipolar(rng, patterns, units))
        W = ops.convert_to_numpy(memory.kernel)
    else:
        W = rng.normal(size=(units, units))
        W += W.T
        np.fill_diagonal(W, 0)
        memory = with_kernel(W)
    states = ops.convert_to_tensor(rng.uniform(-1, 1, (3, units)), "float32")
    energy = ops.convert_to_numpy(memory.energy(states))
    by_hand = [-0.5 * s @ W @ s for s in ops.convert_to_numpy(states)]
    np.testing.assert_allclose(energy, by_hand, atol=1e-5)
    for unit in rng.integers(0, units, 3 * units):  # in any order
        states = memory.update_unit(states, int(unit))
        after = ops.convert_to_numpy(memory.energy(states))
        assert (after <= energy + 1e-5).all()
        energy = after


@settings(max_examples=15, deadline=None)
@given(SEED, st.integers(2, 8), st.integers(1, 6))
@example(6112, 5, 5)  # a sum of 0 that rounding misses
def test_asynchronous_recall_ends_at_rest(seed, units, patterns):
    rng = np.random.default_rng(seed)
    memory = Hopfield()
    memory.store(bipolar(rng, patterns, units))
    end = recall(memory, bipolar(rng, 4, units))
    at_rest = ops.convert_to_numpy(memory.update_all(ops.convert_to_tensor(end)))
    np.testing.assert_array_equal(at_rest, end)


def test_a_sum_of_0_that_rounding_misses_changes_nothing():
    weights = np.array([0.3, 0.4, -0.7], "float32")  # they add up to 6e-8
    assert weights.sum() != 0
    W = np.zeros((4, 4), "float32")
    W[3, :3] = W[:3, 3] = weights
    memory = with_kernel(W)
    for last in (-1.0, 1.0):
        states = ops.convert_to_tensor([[1.0, 1.0, 1.0, last]])
        for after in (memory.update_unit(states, 3), memory.update_all(states)):
            assert float(after[0, 3]) == last


def test_synchronous_updates_can_swing_for_ever():
    W, start = [[0, 1], [1, 0]], [[1.0, -1.0]]
    for sweeps, expected in ((99, -1), (100, 1)):
        memory = with_kernel(W, update="synchronous", max_sweeps=sweeps)
        np.testing.assert_array_equal(recall(memory, start), [[expected, -expected]])
    at_rest = recall(with_kernel(W), start)
    np.testing.assert_array_equal(at_rest, [[-1, -1]])


def test_hebb_is_the_sum_of_outer_products():
    X = bipolar(np.random.default_rng(1), 3, 5)
    memory = Hopfield()
    memory.store(X)
    W = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            W[i, j] = sum(x[i] * x[j] for x in X) / 5 if i != j else 0
    np.testing.assert_allclose(memory.get_weights()[0], W, atol=1e-7)


def test_pseudo_inverse_keeps_what_hebb_confuses():
    rng = np.random.default_rng(2)
    likeness = bipolar(rng, 1, 20)
    X = np.where(rng.random((12, 20)) < 0.2, -likeness, likeness)  # much alike
    assert np.linalg.matrix_rank(X) == 12
    memory = Hopfield()
    memory.store(X, rule="pseudo_inverse")
    # From the normal equations: the diagonal of the projection is taken away.
    projection = X.T @ np.linalg.solve(X @ X.T, X)
    expected = projection - np.diag(np.diag(projection))
    np.testing.assert_allclose(memory.get_weights()[0], expected, atol=1e-6)
    np.testing.assert_array_equal(recall(memory, X), X)
    memory.store(X, rule="hebb")
    assert (recall(memory, X) != X).any()


def test_both_rules_agree_on_orthogonal_patterns():
    X = [[1, 1, 1, 1], [1, -1, 1, -1]]
    kernels = []
    for rule in ("hebb", "pseudo_inverse"):
        memory = Hopfield()
        memory.store(X, rule=rule)
        kernels.append(ops.convert_to_numpy(memory.kernel))
    np.testing.assert_allclose(*kernels, atol=1e-6)


@pytest.mark.parametrize("update", ["asynchronous", "synchronous"])
def test_recalls_damaged_patterns_and_their_negatives(update):
    rng = np.random.default_rng(3)
    X = bipolar(rng, 5, 100)
    memory = Hopfield(update=update)
    memory.store(X)
    damaged = X.copy()
    damaged[:, :10] *= -1
    damaged[:, 10:30] = 0
    np.testing.assert_array_equal(recall(memory, damaged), X)
    np.testing.assert_array_equal(recall(memory, -damaged), -X)


def test_three_patterns_make_a_mixture_that_rests():
    X = bipolar(np.random.default_rng(4), 3, 400)
    mixture = np.sign(X.sum(axis=0, keepdims=True))
    memory = Hopfield()
    memory.store(X)
    end = recall(memory, mixture)
    overlaps = (end * X).mean(axis=1)
    assert ((overlaps > 0.4) & (overlaps < 0.6)).all()  # 1/2 each, as N grows
    assert memory.energy(end)[0] > max(memory.energy(X))


def test_in_a_compiled_model_with_any_batch():
    rng = np.random.default_rng(5)
    inputs = keras.Input((30,))
    memory = Hopfield()
    model = keras.Model(inputs, memory(inputs))
    for patterns in (2, 4):  # stored anew, not traced anew
        X = bipolar(rng, patterns, 30)
        memory.store(X)
        found = model.predict(X, verbose=0)
        np.testing.assert_array_equal(found, recall(memory, X))


@pytest.mark.parametrize("update", ["asynchronous", "synchronous"])
def test_as_any_layer(update):
    check_layer(lambda: Hopfield(update=update, max_sweeps=3), (3, 4, 5), masking=False)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Hopfield(update="random"), "update: expected .* received 'random'"),
        (lambda: Hopfield(max_sweeps=0), "max_sweeps: .* received 0"),
        (lambda: Hopfield().store([[0, 1]]), "patterns: .* -1 and 1 .* values 0, 1"),
        (lambda: Hopfield().store([[255.0]]), "patterns: .* received values 255"),
        (lambda: Hopfield().store([1, -1]), r"patterns: .* received shape \(2,\)"),
        (lambda: Hopfield().store(np.ones((0, 4))), r"patterns: .* \(0, 4\)"),
        (lambda: Hopfield().store([[1, np.nan]]), "patterns: .* not all finite"),
        (lambda: Hopfield().store("ab"), "patterns: .* numbers, received 'ab'"),
        (
            lambda: with_kernel(np.zeros((3, 3))).store([[1, 1]]),
            r"patterns: .* \(any, 3\), received shape \(1, 2\)",
        ),
        (
            lambda: Hopfield().store([[1, 1], [1, -1]], rule="pseudo_inverse"),
            "patterns: expected fewer independent ones than the 2 units, .* received 2",
        ),
        (
            lambda: Hopfield().store([[1, 1]], rule="delta"),
            "rule: expected 'hebb' or 'pseudo_inverse', received 'delta'",
        ),
    ],
)
def test_errors(act, words):
    with pytest.raises(ValueError, match=words):
        act()
