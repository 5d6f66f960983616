"""Boolean expressions against Python's own evaluation of the same words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    BOOLEAN_SYMBOLS,
    boolean_values,
    generate_boolean_expressions,
)
from rnn_tutorials.trees import arrange_trees, levels_of, postfix_symbols


def in_python(tree):
    if isinstance(tree, str):
        return {"0": "False", "1": "True"}[tree]
    operator, *below = tree
    words = [f"({in_python(child)})" for child in below]
    if operator == "not":
        (word,) = words
        return f"not {word}"
    left, right = words
    return f"{left} {operator.replace('xor', '!=')} {right}"


def subtrees(tree):
    yield tree
    for child in tree[1:] if isinstance(tree, tuple) else ():
        yield from subtrees(child)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_values_are_what_python_says(n, depth, seed):
    trees, values = generate_boolean_expressions(n, depth, seed=seed)
    assert len(trees) == n and values.shape == (n,) and values.dtype == np.int32
    assert [eval(in_python(tree)) for tree in trees] == values.tolist()
    assert {len(levels_of(tree)) for tree in trees} == {depth + 1}


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_values_of_all_nodes(n, depth, seed):
    trees, values = generate_boolean_expressions(n, depth, seed=seed)
    grid = arrange_trees(trees, BOOLEAN_SYMBOLS, levels=depth + 2)
    found = boolean_values(*grid)
    assert found.shape == grid.symbols.shape and found.dtype == np.int32
    np.testing.assert_array_equal(found[:, -1, 0], values)
    assert not found[grid.symbols == 0].any()
    # True nodes, counted over all subtrees by Python.
    true = [sum(eval(in_python(part)) for part in subtrees(tree)) for tree in trees]
    assert found.sum(axis=(1, 2)).tolist() == true


def test_both_values_and_all_operators_are_equally_likely():
    trees, values = generate_boolean_expressions(4000, 3, seed=0)
    assert values.mean() == pytest.approx(0.5, abs=0.03)
    roots = [tree[0] for tree in trees]
    for operator in ("not", "and", "or", "xor"):
        assert roots.count(operator) / 4000 == pytest.approx(0.25, abs=0.03)
    leaves = [s for tree in trees for s in postfix_symbols(tree) if s in "01"]
    assert leaves.count("1") / len(leaves) == pytest.approx(0.5, abs=0.02)
    # The deep child stands on either side.
    deep = [isinstance(tree[1], tuple) for tree in trees if len(tree) == 3]
    assert 0.7 < np.mean(deep) < 0.9


def test_same_seed_same_data():
    first, again, other = (
        generate_boolean_expressions(20, 3, seed=seed) for seed in (5, 5, 6)
    )
    assert first[0] == again[0] != other[0]
    np.testing.assert_array_equal(first[1], again[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: generate_boolean_expressions(0, 2, seed=0), "n: .* received 0"),
        (lambda: generate_boolean_expressions(2, 0, seed=0), "depth: .* received 0"),
        (
            lambda: boolean_values([[[7]]], [[[[-1, -1]]]]),
            "symbols: expected 0 to 6, received 7 to 7",
        ),
        (lambda: boolean_values([[[-1]]], [[[[-1, -1]]]]), "symbols: .* -1 to -1"),
    ],
)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        call()
