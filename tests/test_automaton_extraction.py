"""What is extracted from networks whose automaton is known."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from rnn_tutorials.automata import DFA, distinguishing_string, minimise
from rnn_tutorials.automaton_extraction import equal_partition, extract_automaton


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def network_of(dfa, strength=12.0):
    """A second-order network in NumPy with one soft unit per state."""
    sign = 2.0 * (dfa.transitions[:, :, None] == np.arange(len(dfa))) - 1
    return {
        "step": lambda S, i: sigmoid(strength * S @ sign[:, i]),
        "accepts": lambda S: S @ dfa.accepting > 0.5,
        "start": np.eye(len(dfa))[dfa.start],
    }


def random_dfa(seed, states=6):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, states, (states, 2))
    return DFA(table, rng.random(states) < 0.5, int(rng.integers(states)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("parts", [2, 3, 5])
def test_the_automaton_inside_comes_out(seed, parts):
    dfa = random_dfa(seed)
    found = extract_automaton(**network_of(dfa), quantise=equal_partition(parts))
    assert distinguishing_string(found, dfa) is None
    assert len(minimise(found)) == len(minimise(dfa)) <= len(found) <= len(dfa)


def test_with_clusters_instead_of_boxes():
    dfa = random_dfa(1)
    network = network_of(dfa)
    S, visited = np.tile(network["start"], (50, 1)), []
    rng = np.random.default_rng(0)
    for _ in range(20):
        visited.append(S)
        S = np.array([network["step"](row[None], rng.integers(2))[0] for row in S])
    visited = np.concatenate(visited)
    kinds = len(np.unique(visited.round(), axis=0))
    clusters = KMeans(kinds, n_init=3, random_state=0).fit(visited)
    found = extract_automaton(**network, quantise=clusters.predict)
    assert distinguishing_string(found, dfa) is None


def test_other_symbols_and_too_many_states():
    def step(h, symbol):  # counts without end
        return h + symbol

    counter = {"step": step, "accepts": lambda h: h[:, 0] < 2, "start": [0.0]}

    def whole(h):
        return h.astype(int)

    assert extract_automaton(**counter, quantise=whole, most_states=20) is None
    found = extract_automaton(
        **counter, quantise=lambda h: np.minimum(h, 2).astype(int), symbols="ab"
    )
    assert found.accepts(["aaba", "abab"]).tolist() == [True, False]
    assert found.transitions.tolist() == [[0, 1], [1, 2], [2, 2]]


def test_equal_partition():
    vectors = np.array([[0.0, 0.32, 0.34, 0.99, 1.0]])
    assert equal_partition(3)(vectors).tolist() == [[0, 0, 1, 2, 2]]
    assert equal_partition(2, low=-1)([[-1.0, -0.1, 0.1, 1.0]]).tolist() == [
        [0, 0, 1, 1]
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: equal_partition(1), "parts: .* at least 2, received 1"),
        (lambda: equal_partition(2, low=1), "high: expected above low, 1, received 1"),
        (
            lambda: extract_automaton(None, None, [[0.0]], None),
            r"start: expected shape \(units,\), received \(1, 1\)",
        ),
        (
            lambda: extract_automaton(
                lambda h, i: h[:, :1], None, [0.0, 1.0], equal_partition(2)
            ),
            r"step: expected vectors of shape \(1, 2\), .* received \(1, 1\)",
        ),
        (
            lambda: extract_automaton(None, None, [0.0], None, most_states=0),
            "most_states: .* received 0",
        ),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call()
