"""Recursive networks: the same weights at every node of a tree. Imports keras only."""

import keras
from keras import ops

from rnn_tutorials._checks import check_count
from rnn_tutorials.layers._by_depth import ByDepth
from rnn_tutorials.layers._recurrent import for_cell


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class RecursiveCell(keras.layers.Layer):
    """One node of `Recursive`, or one level of nodes.

    Args:
        units: as in `Recursive`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(..., features)`; states: the children's `h`
        `(..., children, units)`.
    Returns: `h` `(..., units)`, and the list `[h]`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.state_size = [self.units]

    def build(self, input_shape, children):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer="glorot_uniform",
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            shape=(children * self.units, self.units),
            initializer="glorot_uniform",
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units,), initializer="zeros", name="bias"
        )

    def call(self, inputs, states):
        (h,) = states
        net = ops.matmul(inputs, self.kernel)
        net = net + ops.matmul(_one_below_the_other(h), self.recurrent_kernel)
        h = ops.tanh(net + self.bias)
        return h, [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class TreeLSTMCell(keras.layers.Layer):
    """One node of `TreeLSTM`, or one level of nodes.

    Args:
        units: as in `TreeLSTM`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments: inputs `(..., features)`; states: the children's `h` and `c`
        `(..., children, units)`.
    Returns: `h` `(..., units)`, and the list `[h, c]`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.state_size = [self.units, self.units]

    def build(self, input_shape, children):
        units = self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 4 * units),
            initializer="glorot_uniform",
            name="kernel",
        )
        # i, one f per child, g, o
        self.recurrent_kernel = self.add_weight(
            shape=(children * units, (3 + children) * units),
            initializer="glorot_uniform",
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(4 * units,), initializer=_forget_bias_of_1, name="bias"
        )

    def call(self, inputs, states):
        h, c = states
        children, u = h.shape[-2:]
        x_i, x_f, x_g, x_o = ops.split(
            ops.matmul(inputs, self.kernel) + self.bias, 4, axis=-1
        )
        h_i, h_f, h_g, h_o = ops.split(
            ops.matmul(_one_below_the_other(h), self.recurrent_kernel),
            [u, (1 + children) * u, (2 + children) * u],
            axis=-1,
        )
        f = ops.sigmoid(x_f[..., None, :] + ops.reshape(h_f, ops.shape(h)))
        new = ops.sigmoid(x_i + h_i) * ops.tanh(x_g + h_g)
        c = new + ops.sum(f * c, axis=-2)
        h = ops.sigmoid(x_o + h_o) * ops.tanh(c)
        return h, [h, c]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class Recursive(ByDepth):
    """Recursive network: a node's vector is made from the vectors of its children.

    Intuition: what an RNN does along a sequence, along the branches of a tree. The
    meaning of the whole is composed of the meanings of its parts, by the same weights
    at every node, so a network that has learnt the composition can go deeper than it
    was taught.

        p = tanh(W x + U [c_1; c_2] + b)

    x is the node's own input (an operator, a word), c_1 and c_2 are the vectors of its
    children, zeros where there is none. With x = 0 at inner nodes this is Socher's
    p = tanh(U [c_1; c_2] + b), and a leaf is tanh(W x + b), the word's vector. An
    operator with one operand has a left child alone; what it does is up to x.

    With one child per node it is `keras.layers.SimpleRNN`.

    Args:
        units: size of a node's vector, at least 1.
        **kwargs: `return_nodes=True` gives the vectors of all nodes, not the root's
            alone; `name`, `dtype`, `trainable`.

    Call arguments: inputs `(batch, levels, width, features)`, the deepest level first,
        the root at `[-1, 0]`; children `(batch, levels, width, children)` of whole
        numbers, each a place in the level before, -1 for none (`trees.arrange_trees`
        gives them); inputs_mask `(batch, levels, width)`.
    Returns: p of the root `(batch, units)`, or of all nodes `(batch, levels, width,
        units)`.
    Masking: a masked node's vector is zero, for its parent and in the output.
    Raises: ValueError: `units` below 1; inputs, children or a mask that do not fit.

    Example:
        >>> from rnn_tutorials.trees import arrange_trees
        >>> grid = arrange_trees([("or", ("not", "0"), "1"), "0"], "0 1 not or".split())
        >>> vectors = keras.layers.Embedding(5, 3, mask_zero=True)(grid.symbols)
        >>> tuple(Recursive(8)(vectors, grid.children).shape)
        (2, 8)

    Reference: R. Socher, C. C.-Y. Lin, A. Y. Ng and C. D. Manning, "Parsing Natural
        Scenes and Natural Language with Recursive Neural Networks", ICML 2011,
        section 3.
    """

    def __init__(self, units, **kwargs):
        super().__init__(RecursiveCell(units, **for_cell(kwargs)), **kwargs)


@keras.saving.register_keras_serializable(package="rnn_tutorials")
class TreeLSTM(ByDepth):
    """LSTM on trees: one forget gate for each child.

    Intuition: a node adds up what it keeps of each child's memory and what is new. As
    in an LSTM, sums and open gates carry the gradient down, here from the root to the
    leaves; a gate per child lets it keep one branch and drop the other.

        i = sigmoid(W_i x + U_i [h_1; h_2] + b_i)
        f_k = sigmoid(W_f x + U_fk [h_1; h_2] + b_f)          # for child k; b_f = 1
        g = tanh(W_g x + U_g [h_1; h_2] + b_g)
        o = sigmoid(W_o x + U_o [h_1; h_2] + b_o)
        c = i g + f_1 c_1 + f_2 c_2,    h = o tanh(c)

    x is the node's own input, h_k and c_k are the states of child k, zeros where there
    is none. Gates stand in the order i, f, g, o; with one child per node it is
    `keras.layers.LSTM`, weight for weight.

    Args:
        units: size of h and c, at least 1.
        **kwargs: as in `Recursive`.

    Call arguments: as in `Recursive`.
    Returns: h of the root `(batch, units)`, or with `return_nodes` of all nodes
        `(batch, levels, width, units)`.
    Masking: a masked node's h and c are zero, for its parent and in the output.
    Raises: ValueError: as in `Recursive`.

    Example:
        >>> from rnn_tutorials.trees import arrange_trees
        >>> grid = arrange_trees([("and", "1", "0")], ["0", "1", "and"])
        >>> vectors = keras.ops.one_hot(grid.symbols - 1, 3)
        >>> tuple(TreeLSTM(8, return_nodes=True)(vectors, grid.children).shape)
        (1, 2, 2, 8)

    Reference: K. S. Tai, R. Socher and C. D. Manning, "Improved Semantic
        Representations From Tree-Structured Long Short-Term Memory Networks", ACL 2015,
        section 3.2 (N-ary), arXiv:1503.00075.
    """

    def __init__(self, units, **kwargs):
        super().__init__(TreeLSTMCell(units, **for_cell(kwargs)), **kwargs)


def _one_below_the_other(h):
    """[h_1; h_2]: `(..., children, units)` -> `(..., children * units)`."""
    *rest, children, units = ops.shape(h)
    return ops.reshape(h, (*rest, children * units))


def _forget_bias_of_1(shape, dtype=None):
    zeros, ones = (make((shape[0] // 4,), dtype) for make in (ops.zeros, ops.ones))
    return ops.concatenate([zeros, ones, zeros, zeros])
