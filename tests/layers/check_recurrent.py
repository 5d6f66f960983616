"""What every recurrent layer must do, beside what `check_layer` asks of any layer."""

import keras
import numpy as np
import pytest
from check_layer import check_layer, derivatives, randomise_weights
from keras import ops

STEPS, FEATURES = 6, 2


def check_recurrent(make, *, tolerance=1e-5):
    """Check a subclass of `keras.layers.RNN` as people use it.

    Outputs and states, initial states and statefulness, direction, unrolling, masks
    with holes, precisions, clear errors; and `check_layer`.

    Args:
        make: function that takes the arguments of `keras.layers.RNN` and gives a new
            layer each time.
        tolerance: largest difference of outputs that should be equal.
    """
    check_layer(
        lambda: make(return_sequences=True, return_state=True),
        (3, STEPS, FEATURES),
        tolerance=tolerance,
    )
    x = np.random.default_rng(2).normal(size=(3, STEPS, FEATURES)).astype("float32")
    layer = make(return_sequences=True, return_state=True)
    layer(x)
    randomise_weights(layer, seed=1)

    def twin(**options):
        other = make(**options)
        other.build(x.shape)
        other.set_weights(layer.get_weights()[: len(other.weights)])
        return other

    def same(found, expected):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)

    sequence, *states = whole = run(layer, x)
    assert [each.shape for each in states] == [(3, size) for size in layer.state_size]
    same(run(twin(), x), [sequence[:, -1]])
    traced = layer.trace(x)
    same([traced[0], *(each[:, -1] for each in traced)], [sequence, *states])
    same(run(twin(unroll=True), x), [sequence[:, -1]])
    same(run(twin(go_backwards=True), x[:, ::-1]), [sequence[:, -1]])
    _check_states(layer, twin, x, whole, same)
    _check_holes(layer, twin, x, same)
    _check_precision(twin, x, sequence)
    _check_errors(layer, x, states)


def run(layer, x, **kwargs):
    """Outputs of a layer as a flat list of arrays."""
    x, kwargs = keras.tree.map_structure(ops.convert_to_tensor, (x, kwargs))
    outputs = layer(x, **kwargs)
    return [ops.convert_to_numpy(each) for each in keras.tree.flatten(outputs)]


def _check_states(layer, twin, x, whole, same):
    sequence = whole[0]
    # Two halves with the state handed on are the whole.
    first, *states = run(layer, x[:, :4])
    second, *end = run(layer, x[:, 4:], initial_state=states)
    same([np.concatenate([first, second], axis=1), *end], whole)
    # The same in a model, where the states are inputs.
    inputs = [
        keras.Input((None, FEATURES)),
        *(keras.Input(s.shape[1:]) for s in states),
    ]
    model = keras.Model(inputs, layer(inputs[0], initial_state=inputs[1:]))
    same(run(model, [x[:, 4:], *states]), [second, *end])
    stateful = twin(stateful=True)
    stateful.reset_state()  # where it starts may be a weight, and weights were set
    for _ in range(2):
        for part in (slice(4), slice(4, None)):
            found = run(stateful, x[:, part])
        same(found, [sequence[:, -1]])
        stateful.reset_state()

    def total(*start):
        outputs = layer(ops.convert_to_tensor(x), initial_state=list(start))
        return sum(ops.sum(each) for each in outputs)

    assert all(np.isfinite(each).all() for each in derivatives(total, *states))


def _check_holes(layer, twin, x, same):
    """A masked step might as well not be there."""
    mask = np.ones(x.shape[:2], bool)
    mask[0, 2] = mask[1, [0, 3, 4]] = mask[2, [1, -1]] = False
    dirty = np.where(mask[..., None], x, 1e3).astype("float32")
    sequence, *states = run(layer, dirty, mask=mask)
    for row, kept in enumerate(mask):
        short, *end = run(layer, x[row : row + 1, kept])
        same(
            [sequence[row, kept], *(each[row] for each in states)],
            [short[0], *(each[0] for each in end)],
        )
    # What Keras gives at a masked step: the output before, or zeros if asked to.
    same([sequence[0, 2], sequence[1, 4]], [sequence[0, 1], sequence[1, 2]])
    zeroed = twin(return_sequences=True, zero_output_for_mask=True)
    same(run(zeroed, dirty, mask=mask), [np.where(mask[..., None], sequence, 0)])
    reverse = twin(go_backwards=True)
    same(
        run(reverse, dirty, mask=mask), run(twin(), dirty[:, ::-1], mask=mask[:, ::-1])
    )


def _check_precision(twin, x, expected):
    for policy in ("mixed_float16", "mixed_bfloat16"):
        layer = twin(return_sequences=True, dtype=policy)
        y = layer(ops.convert_to_tensor(x))
        assert keras.backend.standardize_dtype(y.dtype) == layer.compute_dtype
        found = ops.convert_to_numpy(ops.cast(y, "float32"))
        np.testing.assert_allclose(found, expected, rtol=0.1, atol=0.1)


def _check_errors(layer, x, states):
    wrong_states = [
        [state[:, :, None] for state in states],
        [state[:, :-1] for state in states],
        [state[:-1] for state in states],
        [state[0] for state in states],
        [*states, states[0]],
        states[1:],
    ]
    for wrong in wrong_states:
        with pytest.raises(
            ValueError, match=r"initial_state: expected \(3, .* received"
        ):
            run(layer, x, initial_state=wrong)
    steps = np.ones(x.shape[:2], bool)
    for mask in (steps[..., None], steps[:, 1:], steps[1:], steps[0]):
        with pytest.raises(ValueError, match=r"mask: expected .* \(3, 6\), received"):
            run(layer, x, mask=mask)
    for wrong in (x[0], x[..., None]):
        with pytest.raises(ValueError, match="expected ndim=3, found ndim="):
            run(layer, wrong)
