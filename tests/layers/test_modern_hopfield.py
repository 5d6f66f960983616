"""The modern Hopfield network: attention, by another name."""

import keras
import numpy as np
import pytest
from check_layer import check_layer
from keras import ops

from rnn_tutorials.layers import Hopfield, ModernHopfield

rng = np.random.default_rng(0)
X = rng.normal(size=(6, 4))
states = rng.normal(size=(5, 4)).astype("float32")


def holding(patterns, **options):
    memory = ModernHopfield(len(patterns), **options)
    memory.store(patterns)
    return memory


def recall(memory, states):
    return ops.convert_to_numpy(memory(ops.convert_to_tensor(states, "float32")))


@pytest.mark.parametrize("steps", [1, 3])
def test_equals_the_sum_over_patterns(steps):
    expected = states.astype("float64")
    for _ in range(steps):
        for row, s in enumerate(expected.copy()):
            e = np.array([np.exp(1.5 * (x @ s)) for x in X])
            expected[row] = sum(w * x for w, x in zip(e / e.sum(), X, strict=True))
    found = recall(holding(X, beta=1.5, steps=steps), states)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_one_update_is_keras_attention():
    stored = ops.convert_to_tensor(X[None], "float32")
    query = ops.convert_to_tensor(2.5 * states[None])
    attention = keras.layers.Attention()  # dot products, no scale
    expected = ops.convert_to_numpy(attention([query, stored, stored]))[0]
    np.testing.assert_allclose(
        recall(holding(X, beta=2.5), states), expected, atol=1e-5
    )


def test_energy_never_rises():
    memory = holding(X, beta=3)
    s = ops.convert_to_tensor(states)
    energy = ops.convert_to_numpy(memory.energy(s))
    by_hand = [
        t @ t / 2 - np.log(np.exp(3 * X @ t).sum()) / 3 for t in states.astype(float)
    ]
    np.testing.assert_allclose(energy, by_hand, atol=1e-5)
    for _ in range(10):
        s = memory(s)
        after = ops.convert_to_numpy(memory.energy(s))
        assert (after <= energy + 1e-5).all()
        energy = after


def test_limits_of_beta():
    mean, nearest = recall(holding(X, beta=0), states), holding(X, beta=1e4)
    np.testing.assert_allclose(mean, np.tile(X.mean(axis=0), (5, 1)), atol=1e-6)
    best = X[(states @ X.T).argmax(axis=1)]
    np.testing.assert_allclose(recall(nearest, states), best, atol=1e-5)
    weights = ops.convert_to_numpy(nearest.weights_of(ops.convert_to_tensor(states)))
    np.testing.assert_allclose(weights.max(axis=1), 1, atol=1e-5)


def test_holds_far_more_than_the_classic_one():
    patterns = np.random.default_rng(1).choice([-1.0, 1.0], (320, 64))  # 5 per unit
    damaged = patterns.copy()
    damaged[:, :6] *= -1
    np.testing.assert_allclose(recall(holding(patterns), damaged), patterns, atol=0.01)
    classic = Hopfield()
    classic.store(patterns)
    assert (recall(classic, damaged) != patterns).any(axis=1).all()


def test_as_any_layer():
    check_layer(lambda: ModernHopfield(7, beta=2, steps=2), (3, 4, 5), masking=False)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: ModernHopfield(0), "patterns: .* received 0"),
        (lambda: ModernHopfield(2, steps=0), "steps: .* received 0"),
        (lambda: ModernHopfield(2, beta=-1), "beta: .* received -1"),
        (lambda: ModernHopfield(2, beta=np.nan), "beta: .* received nan"),
        (
            lambda: ModernHopfield(2).store([[1.0, 2.0]]),
            r"patterns: .* \(2, any\), received shape \(1, 2\)",
        ),
        (lambda: holding(X).store(X[:, 1:]), r"patterns: .* \(6, 4\), .* \(6, 3\)"),
        (lambda: holding([[np.inf]]), "patterns: .* not all finite"),
    ],
)
def test_errors(act, words):
    with pytest.raises(ValueError, match=words):
        act()
