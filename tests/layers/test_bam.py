"""Bidirectional associative memory against loops over its equations."""

import numpy as np
import pytest
from check_layer import check_layer
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_tutorials.layers import BAM

SEED = st.integers(0, 2**32 - 1)


def bipolar(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def with_kernel(M, **options):
    memory = BAM(len(M[0]), **options)
    memory.build((None, len(M)))
    memory.kernel.assign(M)
    return memory


def tensor(array):
    return ops.convert_to_tensor(array, "float32")


def arrays(pair):
    return [ops.convert_to_numpy(each) for each in pair]


def loop(M, a, b, rounds):
    """One pair at a time; a sum of 0 leaves a unit as it is."""
    a, b = np.array(a, "float64"), np.array(b, "float64")
    for _ in range(rounds):
        for j in range(len(b)):
            h = sum(a[i] * M[i, j] for i in range(len(a)))
            b[j] = np.sign(h) if h else b[j]
        for i in range(len(a)):
            h = sum(b[j] * M[i, j] for j in range(len(b)))
            a[i] = np.sign(h) if h else a[i]
    return a, b


@pytest.mark.parametrize("rounds", [1, 100])
def test_equals_the_loop_from_either_side(rounds):
    rng = np.random.default_rng(0)
    M = rng.normal(size=(12, 9))
    memory = with_kernel(M, max_sweeps=rounds)
    A, B = rng.choice([-1.0, 0, 1], (20, 12)), rng.choice([-1.0, 0, 1], (20, 9))
    expected = [loop(M, a, np.zeros(9), rounds) for a in A]
    for found, want in zip(
        arrays(memory(tensor(A))), zip(*expected, strict=True), strict=True
    ):
        np.testing.assert_array_equal(found, want)
    # From b: the transposed memory, asked from its first layer.
    expected = [loop(M.T, b, np.zeros(12), 100)[::-1] for b in B]
    memory.max_sweeps = 100
    for found, want in zip(
        arrays(memory.recall_from_b(B)), zip(*expected, strict=True), strict=True
    ):
        np.testing.assert_array_equal(found, want)


@settings(max_examples=40, deadline=None)
@given(SEED, st.integers(1, 6), st.integers(1, 6))
def test_energy_never_rises_whatever_the_matrix(seed, n, p):
    rng = np.random.default_rng(seed)
    M = rng.normal(size=(n, p))
    memory = with_kernel(M)
    a, b = rng.uniform(-1, 1, (3, n)), rng.uniform(-1, 1, (3, p))
    energy = ops.convert_to_numpy(memory.energy(a, b))
    np.testing.assert_allclose(
        energy, [-x @ M @ y for x, y in zip(a, b, strict=True)], atol=1e-5
    )
    a, b = tensor(a), tensor(b)
    for _ in range(4):
        b = memory.update_b(a, b)
        after_b = ops.convert_to_numpy(memory.energy(a, b))
        a = memory.update_a(a, b)
        after_a = ops.convert_to_numpy(memory.energy(a, b))
        assert (after_b <= energy + 1e-5).all() and (after_a <= after_b + 1e-5).all()
        energy = after_a


def test_recalls_pairs_both_ways_from_damaged_halves():
    rng = np.random.default_rng(1)
    A, B = bipolar(rng, 4, 120), bipolar(rng, 4, 80)
    memory = BAM(80)
    memory.store(A, B)
    np.testing.assert_array_equal(
        memory.get_weights()[0], sum(np.outer(a, b) for a, b in zip(A, B, strict=True))
    )
    damaged_a, damaged_b = A.copy(), B.copy()
    damaged_a[:, :12] *= -1
    damaged_b[:, :16] = 0
    for found in (memory(tensor(damaged_a)), memory.recall_from_b(damaged_b)):
        np.testing.assert_array_equal(found[0], A)
        np.testing.assert_array_equal(found[1], B)


def test_too_many_pairs_are_not_recalled():
    rng = np.random.default_rng(2)
    A, B = bipolar(rng, 40, 100), bipolar(rng, 40, 100)
    memory = BAM(100)
    memory.store(A, B)
    a, b = arrays(memory(tensor(A)))
    assert ((a == A).all(axis=1) & (b == B).all(axis=1)).mean() < 0.2


def test_as_any_layer():
    check_layer(lambda: BAM(6), (3, 4, 5), masking=False)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: BAM(0), "units: .* received 0"),
        (lambda: BAM(2, max_sweeps=0), "max_sweeps: .* received 0"),
        (lambda: BAM(2).store([[1, 0]], [[1, 1]]), "a: .* received values 0, 1"),
        (lambda: BAM(2).store([[1, 1]], [[1, 2]]), "b: .* received values 1, 2"),
        (
            lambda: BAM(2).store([[1, 1]], [[1, 1, 1]]),
            r"b: .* \(any, 2\), received shape \(1, 3\)",
        ),
        (
            lambda: BAM(1).store([[1, 1], [1, 1]], [[1]]),
            "a, b: expected as many rows in both, received 2 and 1",
        ),
    ],
)
def test_errors(act, words):
    with pytest.raises(ValueError, match=words):
        act()
