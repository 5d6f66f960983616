"""Trees as arrays: every tree of a batch on one grid, level by level.

A tree is a tuple `(symbol, child, ...)`; a leaf may also be written as its symbol
alone: `("or", ("not", "0"), "1")`. Nothing here calls itself, so a tree may be as deep
as memory allows. Imports NumPy only.
"""

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from rnn_tutorials._checks import check_count

__all__ = ["TreeGrid", "arrange_trees", "levels_of", "postfix_symbols"]


class TreeGrid(NamedTuple):
    """Trees on a grid, as `arrange_trees` lays them out.

    `symbols` is `(trees, levels, width)` of int32, 0 where there is no node;
    `children` is `(trees, levels, width, max_children)` of int32: places in the level
    before, -1 where there is no child.
    """

    symbols: np.ndarray
    children: np.ndarray


def arrange_trees(trees, alphabet, *, levels=None, width=None, max_children=2):
    """Lay trees out by depth, so that a batch of them is one array.

    Intuition: all nodes of the same depth can be computed at once, for all trees
    together, once the level below them is there. So a level is what a step is to a
    sequence: the deepest nodes come first, the root last, and every node finds its
    children in the level just before. Shallow trees have empty levels in front.

        ("or", ("not", "0"), "1")         level 0:  0
                                          level 1:  not  1
                                          level 2:  or

    Args:
        trees: tuples as above, at least one.
        alphabet: the symbols that nodes may have, in order; the first becomes 1.
        levels: levels of the grid; None takes as many as the deepest tree needs.
        width: places in a level; None takes as many as the widest level needs.
        max_children: most children that a node may have. Default 2.

    Returns:
        `TreeGrid`. The root of every tree is at `[-1, 0]`; within a level, nodes stand
        in the order of their parents, from left to right.

    Raises:
        ValueError: no tree; something that is not a tree; a symbol that is not in the
            alphabet; more children, levels or width than there is room for.

    Example:
        >>> grid = arrange_trees([("or", ("not", "0"), "1")], ["0", "1", "not", "or"])
        >>> grid.symbols[0].tolist(), grid.children[0, -1, 0].tolist()
        ([[1, 0], [3, 2], [4, 0]], [0, 1])
    """
    number = _numbered(alphabet)
    check_count("max_children", max_children)
    trees = _listed(trees)
    grown = [levels_of(tree, max_children=max_children) for tree in trees]
    levels = _room("levels", levels, max(map(len, grown)))
    width = _room("width", width, max(len(level) for tree in grown for level in tree))
    symbols = np.zeros((len(trees), levels, width), "int32")
    children = np.full((len(trees), levels, width, max_children), -1, "int32")
    for row, tree in enumerate(grown):
        for depth, level in enumerate(tree):
            below = 0
            for place, (symbol, count) in enumerate(level):
                at = row, levels - 1 - depth, place
                symbols[at] = _lookup(number, symbol)
                children[at][:count] = np.arange(below, below + count)
                below += count
    return TreeGrid(symbols, children)


def levels_of(tree, *, max_children=2):
    """Return the nodes of a tree by depth, root first: `(symbol, children)` of each.

    Args:
        tree: tuples as above.
        max_children: most children that a node may have.

    Raises:
        ValueError: something that is not a tree, or more children than that.

    Example:
        >>> levels_of(("or", ("not", "0"), "1"))
        [[('or', 2)], [('not', 1), ('1', 0)], [('0', 0)]]
    """
    levels, level = [], [_node(tree, max_children)]
    while level:
        levels.append([(symbol, len(below)) for symbol, below in level])
        level = [_node(child, max_children) for _, below in level for child in below]
    return levels


def postfix_symbols(tree, *, max_children=2):
    """Return the symbols of a tree, children before their parents, left before right.

    So each symbol closes the subtree of which it is the root (as on a calculator
    without brackets).

    Args:
        tree: tuples as above.
        max_children: most children that a node may have.

    Raises:
        ValueError: something that is not a tree, or more children than that.

    Example:
        >>> postfix_symbols(("or", ("not", "0"), "1"))
        ['0', 'not', '1', 'or']
    """
    backwards, waiting = [], [tree]
    while waiting:
        symbol, below = _node(waiting.pop(), max_children)
        backwards.append(symbol)
        waiting.extend(below)
    return backwards[::-1]


def _listed(trees):
    if isinstance(trees, (str, tuple)):
        raise ValueError(
            f"trees: expected a list of trees, received one: {_shortened(trees)}"
        )
    trees = list(trees)
    if not trees:
        raise ValueError("trees: expected at least one, received none")
    return trees


def _node(tree, max_children):
    """Split a tree into its root's symbol and the trees below."""
    symbol, *below = tree if isinstance(tree, tuple) and tree else (tree,)
    if symbol is None or isinstance(symbol, tuple) or not isinstance(symbol, Hashable):
        raise ValueError(
            "trees: expected a symbol, or a tuple (symbol, child, ...), "
            f"received {_shortened(tree)}"
        )
    if len(below) > max_children:
        raise ValueError(
            f"trees: expected at most {max_children} children of a node, "
            f"received {len(below)}: {_shortened(tree)}"
        )
    return symbol, below


def _numbered(alphabet):
    symbols = list(alphabet)
    if not symbols or len(set(symbols)) != len(symbols):
        raise ValueError(
            f"alphabet: expected different symbols, at least one, received {symbols}"
        )
    return {symbol: place for place, symbol in enumerate(symbols, start=1)}


def _lookup(number, symbol):
    if symbol not in number:
        raise ValueError(
            f"trees: expected symbols of the alphabet {[*number]}, received {symbol!r}"
        )
    return number[symbol]


def _room(name, given, needed):
    if given is None:
        return needed
    if check_count(name, given) < needed:
        raise ValueError(
            f"{name}: expected at least {needed}, which the trees need, "
            f"received {given}"
        )
    return given


def _shortened(tree, limit=60):
    text = repr(tree)
    return text if len(text) <= limit else text[:limit] + "..."
