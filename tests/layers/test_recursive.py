"""Recursive networks against plain recursion over the tree, and their special cases."""

import keras
import numpy as np
import pytest
from check_layer import check_layer, gradients, randomise_weights
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_tutorials.layers import Recursive, TreeLSTM
from rnn_tutorials.trees import arrange_trees

ALPHABET = "0 1 not and or".split()
FEATURES, UNITS = 3, 4
both = pytest.mark.parametrize("kind", [Recursive, TreeLSTM])

# Each symbol's vector; row 0 stands for no node and must not show.
VECTORS = np.random.default_rng(0).normal(size=(len(ALPHABET) + 1, FEATURES))
VECTORS[0] = 50.0
TREES = [
    ("or", ("not", "0"), ("and", "1", ("or", "0", "1"))),
    "1",
    ("and", ("and", ("not", ("not", "1")), "0"), "0"),
    ("not", ("or", "0", "1")),
]


def on_grid(trees, **options):
    """Inputs, children and mask of trees, as a layer takes them."""
    symbols, children = arrange_trees(trees, ALPHABET, **options)
    inputs = VECTORS[symbols].astype("float32")
    return [ops.convert_to_tensor(each) for each in (inputs, children, symbols > 0)]


def built(kind, children=2, **options):
    layer = kind(UNITS, **options)
    layer.build((None, None, None, FEATURES), (None, None, None, children))
    return randomise_weights(layer, seed=3)


def weights(layer):
    return [np.array(ops.convert_to_numpy(w), "float64") for w in layer.weights]


def run(layer, inputs, children, mask=None):
    return ops.convert_to_numpy(layer(inputs, children, inputs_mask=mask))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def split(tree):
    symbol, *below = tree if isinstance(tree, tuple) else (tree,)
    return VECTORS[1 + ALPHABET.index(symbol)], below


def recursive_by_hand(tree, W, U, b):
    """One node at a time; U is cut into one matrix for each child."""
    x, below = split(tree)
    net = W.T @ x + b
    for k, child in enumerate(below):
        U_k = U[k * UNITS : (k + 1) * UNITS]
        net = net + U_k.T @ recursive_by_hand(child, W, U, b)
    return np.tanh(net)


def tree_lstm_by_hand(tree, W, U, b):
    """Tai et al., equations 9 to 14; returns h and c."""
    x, below = split(tree)
    h, c = np.zeros((2, UNITS)), np.zeros((2, UNITS))
    for k, child in enumerate(below):
        h[k], c[k] = tree_lstm_by_hand(child, W, U, b)

    def net(of_x, of_h):
        z = W.T[of_x * UNITS : (of_x + 1) * UNITS] @ x
        z = z + b[of_x * UNITS : (of_x + 1) * UNITS]
        for child in range(2):
            U_k = U[child * UNITS : (child + 1) * UNITS]
            z = z + U_k.T[of_h * UNITS : (of_h + 1) * UNITS] @ h[child]
        return z

    i, g, o = sigmoid(net(0, 0)), np.tanh(net(2, 3)), sigmoid(net(3, 4))
    memory = i * g
    for k in range(2):
        memory = memory + sigmoid(net(1, 1 + k)) * c[k]
    return o * np.tanh(memory), memory


BY_HAND = {
    Recursive: recursive_by_hand,
    TreeLSTM: lambda *given: tree_lstm_by_hand(*given)[0],
}


def chain(symbols):
    """A tree without branches: the first symbol is the deepest node."""
    tree = (symbols[0],)
    for symbol in symbols[1:]:
        tree = (symbol, tree)
    return tree


@both
def test_equals_recursion(kind):
    layer = built(kind)
    expected = [BY_HAND[kind](tree, *weights(layer)) for tree in TREES]
    np.testing.assert_allclose(run(layer, *on_grid(TREES)), expected, atol=1e-5)


@both
def test_every_node_equals_recursion_from_there(kind):
    layer = built(kind, return_nodes=True)
    tree = ("or", ("not", "0"), ("and", "1", "0"))
    (found,) = run(layer, *on_grid([tree]))
    places = {(2, 0): tree, (1, 0): tree[1], (1, 1): tree[2]}
    places |= {(0, 0): "0", (0, 1): "1", (0, 2): "0"}
    for place, subtree in places.items():
        expected = BY_HAND[kind](subtree, *weights(layer))
        np.testing.assert_allclose(found[place], expected, atol=1e-5)
    assert not found[1, 2].any() and not found[2, 1:].any()  # nobody is there


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 3), st.integers(0, 5), st.permutations(range(len(TREES))))
def test_neither_the_size_of_the_grid_nor_the_company_matters(levels, width, order):
    layer = built(Recursive)
    expected = run(layer, *on_grid(TREES))
    large = on_grid([TREES[k] for k in order], levels=5 + levels, width=4 + width)
    np.testing.assert_allclose(run(layer, *large), expected[[*order]], atol=1e-6)


@both
def test_padding_needs_no_mask_to_stay_out_of_the_root(kind):
    layer = built(kind)
    inputs, children, mask = on_grid(TREES)
    np.testing.assert_allclose(
        run(layer, inputs, children), run(layer, inputs, children, mask), atol=1e-6
    )


@both
def test_a_place_outside_the_level_is_no_child(kind):
    layer = built(kind)
    inputs, children, mask = on_grid(TREES)
    places = ops.convert_to_numpy(children)
    for none in (-7, places.shape[2], 99):
        other = ops.convert_to_tensor(np.where(places < 0, none, places))
        found = run(layer, inputs, other, mask)
        np.testing.assert_array_equal(found, run(layer, inputs, children, mask))


def test_on_a_right_branching_tree_it_is_an_rnn():
    """(l1 (l2 (l3 ... lT))): the RNN reads the leaves from the last to the first."""
    leaves, tree = "0110100", "1"
    for leaf in leaves[::-1]:
        tree = ("and", leaf, tree)
    layer = built(Recursive)
    W, U, b = weights(layer)
    W[:] *= 0.5
    layer.cell.kernel.assign(W)
    inputs, children, mask = on_grid([tree])
    at_leaves = np.tanh(VECTORS[[1 + int(leaf) for leaf in leaves + "1"]] @ W + b)
    rnn = keras.layers.SimpleRNN(UNITS)
    rnn.build((None, None, UNITS))
    # An inner node sees its left child, its right child and the operator.
    operator = VECTORS[1 + ALPHABET.index("and")] @ W
    rnn.set_weights([U[:UNITS], U[UNITS:], b + operator])
    backwards = at_leaves[-2::-1][None].astype("float32")
    start = ops.convert_to_tensor(at_leaves[-1:].astype("float32"))
    expected = ops.convert_to_numpy(
        rnn(ops.convert_to_tensor(backwards), initial_state=start)
    )
    np.testing.assert_allclose(run(layer, inputs, children, mask), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [(Recursive, keras.layers.SimpleRNN), (TreeLSTM, keras.layers.LSTM)],
)
def test_with_one_child_per_node_it_is_keras_own_layer(kind, theirs):
    words = ["0 1 not or".split(), "1 1 and not or and".split()]
    layer = built(kind, children=1)
    other = theirs(UNITS)
    other.build((None, None, FEATURES))
    other.set_weights(layer.get_weights())
    found = run(layer, *on_grid([chain(each) for each in words], max_children=1))
    for row, each in enumerate(words):
        x = VECTORS[[[1 + ALPHABET.index(word) for word in each]]].astype("float32")
        expected = ops.convert_to_numpy(other(ops.convert_to_tensor(x)))
        np.testing.assert_allclose(found[row], expected[0], atol=1e-5)


def test_new_forget_gates_are_open():
    layer = TreeLSTM(3)
    layer.build((None, None, None, 2), (None, None, None, 2))
    expected = [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    np.testing.assert_array_equal(layer.cell.bias, expected)


@keras.saving.register_keras_serializable(package="test_recursive")
class AlongAChain(keras.layers.Layer):
    """A layer on trees, given sequences: each step is the parent of the one before."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer
        self.supports_masking = True

    def build(self, input_shape):
        batch, steps, features = input_shape
        self.layer.build((batch, steps, 1, features), (batch, steps, 1, 1))

    def call(self, inputs, mask=None):
        children = ops.zeros_like(inputs[:, :, None, :1], dtype="int32")
        mask = None if mask is None else mask[:, :, None]
        return self.layer(inputs[:, :, None], children, inputs_mask=mask)[:, :, 0]

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.layer.units)

    def get_config(self):
        inner = {"kind": type(self.layer).__name__, "inner": self.layer.get_config()}
        return {**super().get_config(), **inner}

    @classmethod
    def from_config(cls, config):
        own = {k: v for k, v in config.items() if k not in ("kind", "inner")}
        kind = {"Recursive": Recursive, "TreeLSTM": TreeLSTM}[config["kind"]]
        return cls(kind.from_config(config["inner"]), **own)


@both
def test_as_any_layer(kind):
    check_layer(lambda: AlongAChain(kind(UNITS, return_nodes=True)), (3, 5, 2))


def model_of(layer, levels=None, width=None):
    symbols = keras.Input((levels, width), dtype="int32")
    children = keras.Input((levels, width, 2), dtype="int32")
    embedding = keras.layers.Embedding(6, FEATURES, mask_zero=True)
    return keras.Model([symbols, children], layer(embedding(symbols), children))


@both
def test_in_a_model_saved_and_loaded(kind, tmp_path):
    grid = arrange_trees(TREES, ALPHABET)
    for options in ({}, {"return_nodes": True}):
        model = model_of(kind(UNITS, **options))
        randomise_weights(model)
        expected = ops.convert_to_numpy(model([*grid]))
        assert model.output_shape == (None, *[None] * (expected.ndim - 2), UNITS)
        model.save(tmp_path / "tree.keras")
        again = keras.models.load_model(tmp_path / "tree.keras")
        np.testing.assert_allclose(again([*grid]), expected, atol=1e-6)


def test_the_mask_travels_with_the_nodes_and_ends_at_the_root():
    grid = arrange_trees(TREES, ALPHABET)
    embedding = keras.layers.Embedding(6, FEATURES, mask_zero=True)
    nodes = Recursive(UNITS, return_nodes=True)(embedding(grid.symbols), grid.children)
    mask = ops.convert_to_numpy(nodes._keras_mask)
    np.testing.assert_array_equal(mask, grid.symbols > 0)
    root = Recursive(UNITS)(embedding(grid.symbols), grid.children)
    assert getattr(root, "_keras_mask", None) is None


@both
def test_the_gradient_reaches_every_node_and_no_padding(kind):
    inputs, children, mask = on_grid(TREES)
    layer = built(kind)
    (found,) = gradients(lambda x: layer(x, children, inputs_mask=mask), inputs)
    real = ops.convert_to_numpy(mask)
    assert np.isfinite(found).all() and not found[~real].any()
    assert (np.abs(found[real]).max(axis=-1) > 0).all()


@pytest.mark.filterwarnings("ignore:Model doesn't support `jit_compile=True`")
def test_other_trees_do_not_trace_the_training_step_again():
    layer = Recursive(UNITS)
    calls, compute = [], layer.cell.call
    layer.cell.call = lambda *given: calls.append(1) or compute(*given)
    model = keras.Sequential([model_of(layer, 5, 3), keras.layers.Dense(1)])
    # On TensorFlow the layer declines XLA, which would fail.
    model.compile("sgd", "mse", jit_compile=True)
    traced = set()
    for row in range(1, 4):
        trees = [TREES[row], TREES[row - 1]]
        grid = arrange_trees(trees, ALPHABET, levels=5, width=3)
        model.train_on_batch([*grid], np.ones((2, 1)))
        traced.add(len(calls))
    assert len(traced) == 1


def test_mixed_precision():
    inputs, children, mask = on_grid(TREES)
    layer = built(TreeLSTM, dtype="mixed_float16", return_nodes=True)
    exact = built(TreeLSTM, return_nodes=True)
    found = layer(inputs, children, inputs_mask=mask)
    assert keras.backend.standardize_dtype(found.dtype) == "float16"
    found = ops.convert_to_numpy(ops.cast(found, "float32"))
    expected = run(exact, inputs, children, mask)
    np.testing.assert_allclose(found, expected, rtol=0.1, atol=0.02)


def test_errors():
    inputs, children, mask = on_grid(TREES)
    layer = built(Recursive)
    wrong = [
        (
            (inputs[0], children),
            r"inputs: expected .* features\), received \(5, 3, 3\)",
        ),
        ((inputs, children[0]), r"children: .* \(4, 5, 3, 2\), received \(5, 3, 2\)"),
        ((inputs, children[:, 1:]), r"children: .* received \(4, 4, 3, 2\)"),
        ((inputs, children[..., :1]), r"children: .* received \(4, 5, 3, 1\)"),
        (
            (inputs, ops.cast(children, "float32")),
            "children: expected whole numbers, received float32",
        ),
        (
            (inputs, children, mask[:, :, :2]),
            r"inputs_mask: expected .* \(4, 5, 3\), received \(4, 5, 2\)",
        ),
    ]
    for given_arrays, words in wrong:
        with pytest.raises(ValueError, match=words):
            run(layer, *given_arrays)
    with pytest.raises(ValueError, match="inputs: expected shape"):
        run(Recursive(2), inputs[0], children)
    with pytest.raises(ValueError, match=r"units: .* received 0"):
        TreeLSTM(0)
