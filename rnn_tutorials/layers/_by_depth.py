"""What the layers on trees share: the levels in turn, the deepest first.

Imports keras and the checks.
"""

import keras
from keras import ops

from rnn_tutorials.layers._checks import fits


class ByDepth(keras.layers.Layer):
    """Run a cell over trees that are laid out by depth (`trees.arrange_trees`).

    What `keras.layers.RNN` is to sequences: a step is a level, and where a step of a
    sequence receives the state before it, a node receives the states of its children,
    which stand in the level before. All nodes of a level, of all trees of a batch, are
    computed at once.

    A subclass makes its cell in `__init__` and hands the rest on.

    Args:
        cell: a layer with `units` and `state_size`, a list whose first entry is the
            output. Built with the shape of the inputs and the number of children, and
            called with inputs `(batch, width, features)` and the children's states
            `(batch, width, children, size)`, zeros for a child that isn't there.
        return_nodes: give the outputs of all nodes instead of the root's.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ValueError: `inputs`, `children` or a mask that do not fit one another.
    """

    def __init__(self, cell, *, return_nodes=False, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell
        self.units = cell.units
        self.return_nodes = bool(return_nodes)
        self.max_children = None
        self.supports_masking = True
        # On TensorFlow XLA can't compile the gradient of `ops.scan`, whose loop has no
        # declared maximum; `jit_compile="auto"` would choose XLA on a GPU.
        self.supports_jit = keras.config.backend() != "tensorflow"

    def build(self, inputs_shape, children_shape):
        _check_shapes(inputs_shape, children_shape)
        self.max_children = children_shape[-1]
        self.cell.build(inputs_shape, self.max_children)

    def call(self, inputs, children, inputs_mask=None):
        _check_shapes(inputs.shape, children.shape, self.max_children)
        _check_whole_numbers(children)
        if inputs_mask is None:
            inputs_mask = ops.ones(ops.shape(inputs)[:3], "bool")
        _check_mask(inputs_mask, inputs)
        batch, levels, width, _ = ops.shape(inputs)

        def level(carried, x):
            *states, now = carried
            places, real = (ops.take(a, now, axis=1) for a in (children, inputs_mask))
            _, states = self.cell(x, [_at(places, state) for state in states])
            states = [ops.where(real[..., None], s, ops.zeros_like(s)) for s in states]
            carried = [*states, now + 1]
            return carried, carried

        # The level counts itself: `ops.scan` over several arrays fails on TensorFlow
        # when their length is not known.
        sizes = self.cell.state_size
        start = [ops.zeros((batch, width, n), self.compute_dtype) for n in sizes]
        start.append(ops.zeros((), "int32"))
        (root, *_), (nodes, *_) = ops.scan(level, start, ops.swapaxes(inputs, 0, 1))
        if not self.return_nodes:
            return root[:, 0]
        nodes = ops.reshape(nodes, (levels, batch, width, self.units))
        return ops.swapaxes(nodes, 0, 1)

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask if self.return_nodes else None

    def compute_output_shape(self, inputs_shape, children_shape):
        if self.return_nodes:
            return (*inputs_shape[:-1], self.units)
        return inputs_shape[0], self.units

    def get_config(self):
        # Name, dtype and trainable: the layer's own.
        own = {**super().get_config(), "return_nodes": self.return_nodes}
        return {**self.cell.get_config(), **own}


def _at(places, states):
    """States of the children.

    `(batch, width, children)`, `(batch, width, size)` ->
    `(batch, width, children, size)`; zeros for a place outside the level.
    """
    batch, width, size = ops.shape(states)
    inside = ops.logical_and(places >= 0, places < width)
    # One gather of rows from the whole batch: on TensorFlow the step takes half the
    # time of one with `take_along_axis`.
    with_none = ops.pad(states, [[0, 0], [1, 0], [0, 0]])
    rows = ops.reshape(with_none, (batch * (width + 1), size))
    first = (width + 1) * ops.arange(batch, dtype="int32")[:, None, None]
    return ops.take(rows, first + ops.where(inside, places + 1, 0), axis=0)


def _check_shapes(inputs, children, max_children=None):
    if len(inputs) != 4 or None in inputs[3:]:
        raise ValueError(
            "inputs: expected shape (batch, levels, width, features), "
            f"received {tuple(inputs)}"
        )
    expected = (*inputs[:3], max_children)
    if not fits(tuple(children), expected) or children[-1] is None:
        raise ValueError(
            "children: expected shape (batch, levels, width, children) = "
            f"{expected}, received {tuple(children)}"
        )


def _check_whole_numbers(children):
    dtype = keras.backend.standardize_dtype(children.dtype)
    if "int" not in dtype:
        raise ValueError(f"children: expected whole numbers, received {dtype}")


def _check_mask(mask, inputs):
    if not fits(tuple(mask.shape), tuple(inputs.shape[:3])):
        raise ValueError(
            "inputs_mask: expected shape (batch, levels, width) = "
            f"{tuple(inputs.shape[:3])}, received {tuple(mask.shape)}"
        )
