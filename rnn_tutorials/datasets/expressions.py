"""Generated boolean expressions: trees whose value is known at every node."""

import numpy as np

from rnn_tutorials._checks import check_count

BOOLEAN_SYMBOLS = ("0", "1", "not", "and", "or", "xor")


def generate_boolean_expressions(
    n: int, depth: int, *, seed: int
) -> tuple[list[tuple], np.ndarray]:
    """Random expressions of not, and, or, xor over 0 and 1, with their values.

    Intuition: the value comes up from the leaves, one operator at a time. Who has
    learnt the operators can evaluate any expression; who has learnt the expressions
    of the training is lost when deeper ones come.

    The four operators are equally likely. One child of each node is as deep as it can
    be (the left or the right one, by a fair coin), the other of any depth from 0 up to
    that, equally likely. Not mirrors 0 and 1, so both values are about equally likely.

    Args:
        n: number of expressions, at least 1.
        depth: operators on the longest way from the root to a leaf, at least 1.
        seed: seed of the generator; the same seed gives the same data.

    Returns:
        trees: list of `n` tuples `(operator, tree)` or `(operator, tree, tree)`, as
            `rnn_tutorials.trees` takes them; leaves are "0" and "1".
        values: `(n,)` of int32, 0 or 1.

    Raises:
        ValueError: `n` or `depth` outside its range.

    Example:
        >>> trees, values = generate_boolean_expressions(1, 2, seed=0)
        >>> trees[0], values.tolist()
        (('xor', '0', ('or', '0', '1')), [1])

    Reference: after C. Goller and A. Küchler, "Learning task-dependent distributed
    representations by backpropagation through structure", ICNN 1996, who learnt
    properties of logical terms; doi:10.1109/ICNN.1996.548916
    """
    check_count("n", n)
    check_count("depth", depth)
    rng = np.random.default_rng(seed)
    trees, values = zip(*(_expression(rng, depth) for _ in range(n)), strict=True)
    return list(trees), np.array(values, dtype=np.int32)


def boolean_values(symbols, children):
    """Value of every node of boolean expressions on a grid.

    Args:
        symbols: `(trees, levels, width)` of whole numbers, 0 for no node, else the
            place in `BOOLEAN_SYMBOLS`, counted from 1.
        children: `(trees, levels, width, 2)` of places in the level before, -1 for
            none. Both as `rnn_tutorials.trees.arrange_trees` gives them.

    Returns:
        `(trees, levels, width)` of int32, 0 or 1; 0 where there is no node.

    Raises:
        ValueError: a symbol outside the range.

    Example:
        >>> boolean_values([[[1, 2], [6, 0]]], [[[[-1, -1]] * 2, [[0, 1], [-1, -1]]]])
        array([[[0, 1],
                [1, 0]]], dtype=int32)
    """
    symbols, children = np.asarray(symbols), np.asarray(children)
    if symbols.min() < 0 or symbols.max() > len(BOOLEAN_SYMBOLS):
        raise ValueError(
            f"symbols: expected 0 to {len(BOOLEAN_SYMBOLS)}, "
            f"received {symbols.min()} to {symbols.max()}"
        )
    values = np.zeros(symbols.shape, "int32")
    row = np.arange(len(symbols))[:, None]
    for level, now in enumerate(np.swapaxes(symbols, 0, 1)):
        # A leaf reads nonsense here (the level itself), and does not use it.
        left, right = (
            values[row, max(level - 1, 0), children[:, level, :, side]]
            for side in (0, 1)
        )
        results = [0 * now, 0 * now + 1, 1 - left, left & right, left | right]
        results.append(left ^ right)
        values[:, level] = np.choose(now, [0 * now, *results])
    return values


def _expression(rng, depth):
    """Return a tree of this depth and its value."""
    if depth == 0:
        value = int(rng.integers(2))
        return str(value), value
    operator = BOOLEAN_SYMBOLS[rng.integers(2, 6)]
    deep, value = _expression(rng, depth - 1)
    if operator == "not":
        return (operator, deep), 1 - value
    other, second = _expression(rng, int(rng.integers(depth)))
    both = (deep, other) if rng.integers(2) else (other, deep)
    results = {"and": value & second, "or": value | second, "xor": value ^ second}
    return (operator, *both), results[operator]
