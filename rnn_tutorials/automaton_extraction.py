"""Read an automaton out of a network that runs over symbols.

A network moves through a space of real numbers. Cut that space into regions, call each
a state, and see where each symbol leads: that is a transition table. Imports NumPy and
`automata`.

Reference: C. L. Giles, C. B. Miller, D. Chen, H. H. Chen, G. Z. Sun and Y. C. Lee,
    "Learning and Extracting Finite State Automata with Second-Order Recurrent Neural
    Networks", Neural Computation 4 (1992), doi:10.1162/neco.1992.4.3.393.
"""

import numpy as np

from rnn_tutorials._checks import check_count
from rnn_tutorials.automata import DFA

__all__ = ["equal_partition", "extract_automaton"]


def extract_automaton(
    step, accepts, start, quantise, *, symbols="01", most_states=1000
):
    """Extract the automaton of a network by a breadth-first search.

    Intuition: begin in the start state, try every symbol, see in which regions the
    network ends up, and go on from those that are new. A region is represented by the
    first vector that fell into it. It ends when no symbol leads to a new region. What
    comes out is usually larger than needed: `automata.minimise` it.

    Args:
        step: function of vectors `(n, units)` and the place of a symbol in `symbols`;
            gives the next vectors `(n, units)`.
        accepts: function of vectors `(n, units)`; gives truth values `(n,)`.
        start: `(units,)`, the vector before the first symbol.
        quantise: function of vectors `(n, units)`; gives the region of each, `(n,)` of
            whole numbers or `(n, numbers)` (`equal_partition`, or the `predict` of a
            clustering).
        symbols: the alphabet.
        most_states: give up when there are more, at least 1.

    Returns:
        `DFA`, states in the order in which they were found; None if there are more
        than `most_states`.

    Raises:
        ValueError: `start` of another shape, a step that gives another shape.

    Example: a network with one unit, which a 1 turns around and a 0 leaves alone.
        >>> dfa = extract_automaton(
        ...     step=lambda h, symbol: 0.9 * (h, -h)[symbol],
        ...     accepts=lambda h: h[:, 0] > 0,
        ...     start=[1.0],
        ...     quantise=lambda h: h > 0,
        ... )
        >>> dfa.transitions.tolist(), dfa.accepting.tolist()
        ([[0, 1], [1, 0]], [True, False])
    """
    check_count("most_states", most_states)
    start = np.asarray(start)
    if start.ndim != 1:
        raise ValueError(f"start: expected shape (units,), received {start.shape}")
    found, number, table = [start], {_names(quantise, start[None])[0]: 0}, []
    while len(table) < len(found):
        level = np.array(found[len(table) :])
        rows = np.zeros((len(level), len(symbols)), int)
        for column in range(len(symbols)):
            after = np.asarray(step(level, column))
            if after.shape != level.shape:
                raise ValueError(
                    f"step: expected vectors of shape {level.shape}, as they were "
                    f"given, received {after.shape}"
                )
            for row, name in enumerate(_names(quantise, after)):
                if name not in number:
                    number[name] = len(found)
                    found.append(after[row])
                rows[row, column] = number[name]
            if len(found) > most_states:
                return None
        table += [*rows]
    accepting = np.ravel(accepts(np.array(found))).astype(bool)
    return DFA(np.array(table), accepting, 0, symbols)


def equal_partition(parts, *, low=0.0, high=1.0):
    """Cut the range of every unit into equal parts, as Giles does.

    Args:
        parts: q, number of parts, at least 2; a vector of n units falls into one of
            q^n boxes, few of which are ever visited.
        low, high: the range of a unit. Default 0 to 1.

    Returns:
        Function for `extract_automaton`: vectors `(n, units)` to boxes `(n, units)`.

    Raises:
        ValueError: `parts` below 2, `low` not below `high`.

    Example:
        >>> equal_partition(2)(np.array([[0.1, 0.9], [1.0, 0.2]])).tolist()
        [[0, 1], [1, 0]]
    """
    check_count("parts", parts, at_least=2)
    if not low < high:
        raise ValueError(f"high: expected above low, {low}, received {high}")

    def quantise(vectors):
        place = np.floor(parts * (np.asarray(vectors) - low) / (high - low))
        return np.clip(place, 0, parts - 1).astype(int)

    return quantise


def _names(quantise, vectors):
    """Return a name per vector, the same for all in one region."""
    regions = np.asarray(quantise(vectors))
    return [tuple(region) for region in regions.reshape(len(vectors), -1).tolist()]
