"""Trees on a grid: read back from the arrays, nothing may be lost."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.trees import arrange_trees, levels_of, postfix_symbols

ALPHABET = ["a", "b", "c", 7]
TREES = st.recursive(
    st.sampled_from(ALPHABET),
    lambda below: st.lists(below, max_size=3).flatmap(
        lambda children: st.sampled_from(ALPHABET).map(lambda s: (s, *children))
    ),
    max_leaves=12,
)


def with_tuples(tree):
    """The same tree with every leaf written as a tuple."""
    symbol, *below = tree if isinstance(tree, tuple) else (tree,)
    return (symbol, *map(with_tuples, below))


def read_back(grid, row, level=-1, place=0):
    """Walk from the root to the leaves, as the arrays say."""
    number = grid.symbols[row, level, place]
    children = grid.children[row, level, place]
    below = [read_back(grid, row, level - 1, child) for child in children if child >= 0]
    assert number > 0
    return (ALPHABET[number - 1], *below)


def depth(tree):
    return 1 + max(map(depth, tree[1:]), default=0)


def postfix(tree):
    return [symbol for child in tree[1:] for symbol in postfix(child)] + [tree[0]]


@settings(max_examples=80, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=4))
def test_trees_are_read_back(trees):
    grid = arrange_trees(trees, ALPHABET, max_children=3)
    whole = [with_tuples(tree) for tree in trees]
    assert [read_back(grid, row) for row in range(len(trees))] == whole
    assert grid.symbols.dtype == grid.children.dtype == np.int32
    assert grid.children.shape == (*grid.symbols.shape, 3)
    assert grid.symbols.shape[1] == max(map(depth, whole))
    for row, tree in enumerate(whole):
        # As many nodes as symbols, each but the root the child of just one.
        assert (grid.symbols[row] > 0).sum() == len(postfix(tree))
        assert (grid.children[row] >= 0).sum() == len(postfix(tree)) - 1
        assert not grid.symbols[row, : -depth(tree)].any()
    # In the widest level of some tree every place is taken, from the left.
    taken = grid.symbols > 0
    assert taken.all(axis=-1).any()
    assert (taken[..., :-1] >= taken[..., 1:]).all()


@settings(max_examples=50, deadline=None)
@given(TREES)
def test_orders(tree):
    whole = with_tuples(tree)
    assert postfix_symbols(tree, max_children=3) == postfix(whole)
    levels = levels_of(tree, max_children=3)
    assert len(levels) == depth(whole)
    assert levels[0] == [(whole[0], len(whole) - 1)]
    for level, below in itertools.pairwise(levels):
        assert sum(count for _, count in level) == len(below)


def test_a_larger_grid_holds_the_same_trees():
    trees = [("a", "b", ("c", "a")), "b"]
    small, large = (arrange_trees(trees, ALPHABET, **size) for size in ({}, SIZE))
    assert small.symbols.shape == (2, 3, 2) and large.symbols.shape == (2, 5, 4)
    np.testing.assert_array_equal(large.symbols[:, 2:, :2], small.symbols)
    np.testing.assert_array_equal(large.children[:, 2:, :2], small.children)
    assert large.symbols.sum() == small.symbols.sum()


SIZE = {"levels": 5, "width": 4}


def test_a_tree_deeper_than_python_may_recurse():
    tree = "a"
    for _ in range(5000):
        tree = ("b", "a", tree)
    grid = arrange_trees([tree], ALPHABET)
    assert grid.symbols.shape == (1, 5001, 2)
    assert len(postfix_symbols(tree)) == 10001


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: arrange_trees([], "ab"), "trees: .* at least one, received none"),
        (lambda: arrange_trees(("a", "b"), "ab"), r"trees: .* list .* one: \('a', 'b'"),
        (lambda: arrange_trees("ab", "ab"), "trees: expected a list .* one: 'ab'"),
        (lambda: arrange_trees([()], "ab"), r"trees: .* tuple .*, received \(\)"),
        (lambda: arrange_trees([None], "ab"), "trees: .* received None"),
        (lambda: arrange_trees([["a", "b"]], "ab"), r"trees: .* received \['a', 'b'\]"),
        (
            lambda: arrange_trees([("a", ("b", {}))], "ab"),
            r"trees: expected a symbol, or a tuple .*, received \{\}",
        ),
        (
            lambda: arrange_trees([(("a", "b"), "a")], "ab"),
            r"trees: .* received \(\('a', 'b'\), 'a'\)",
        ),
        (
            lambda: arrange_trees([("a", "b", "b", "b")], "ab"),
            r"trees: expected at most 2 children of a node, received 3: \('a', ",
        ),
        (
            lambda: postfix_symbols(("a", "b", "b"), max_children=1),
            "trees: expected at most 1 children of a node, received 2",
        ),
        (
            lambda: arrange_trees([("a", "z")], "ab"),
            r"trees: expected symbols of the alphabet \['a', 'b'\], received 'z'",
        ),
        (lambda: arrange_trees(["a"], []), r"alphabet: .* received \[\]"),
        (lambda: arrange_trees(["a"], "aa"), r"alphabet: .* received \['a', 'a'\]"),
        (lambda: arrange_trees([("a", "b")], "ab", levels=1), "levels: .* 2.* 1$"),
        (lambda: arrange_trees([("a", "b")], "ab", levels=0), "levels: .* 0$"),
        (lambda: arrange_trees([("a", "b", "b")], "ab", width=1), "width: .* 2.* 1$"),
        (lambda: arrange_trees(["a"], "ab", max_children=0), "max_children: .* 0$"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()


def test_long_trees_are_shortened_in_errors():
    tree = ("a", *["b"] * 100)
    with pytest.raises(ValueError) as error:
        arrange_trees([tree], "ab")
    assert len(str(error.value)) < 200
