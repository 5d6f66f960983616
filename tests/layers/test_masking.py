"""Masked convolution and pooling against loops over the real steps alone."""

import keras
import numpy as np
import pytest
from check_layer import check_layer, gradients, randomise_weights
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from rnn_tutorials.layers import (
    MaskedConcatenate,
    MaskedConv1D,
    MaskedGlobalAveragePooling1D,
    MaskedGlobalMaxPooling1D,
    MaskedMaxPooling1D,
)

# JAX compiles every new shape.
EXAMPLES = 4 if keras.config.backend() == "jax" else 30
examples = settings(deadline=None, max_examples=EXAMPLES)

LAYERS = {
    "conv same": lambda **kw: MaskedConv1D(4, 3, **kw),
    "conv causal": lambda **kw: MaskedConv1D(4, 2, padding="causal", **kw),
    "conv even, dilated": lambda **kw: MaskedConv1D(4, 4, dilation_rate=2, **kw),
    "conv relu": lambda **kw: MaskedConv1D(4, 5, activation="relu", **kw),
    "pool 1": lambda **kw: MaskedMaxPooling1D(1, **kw),
    "pool 2": lambda **kw: MaskedMaxPooling1D(2, **kw),
    "pool more than there are": lambda **kw: MaskedMaxPooling1D(9, **kw),
    "global pool": lambda **kw: MaskedGlobalMaxPooling1D(**kw),
    "mean": lambda **kw: MaskedGlobalAveragePooling1D(**kw),
    "root sum": lambda **kw: MaskedGlobalAveragePooling1D(0.5, **kw),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def random_case(seed, ragged=True):
    """Random steps, and a mask: right-padded, or with holes anywhere."""
    rng = np.random.default_rng(seed)
    batch, timesteps, features = rng.integers(1, [4, 9, 4])
    x = rng.normal(size=(batch, timesteps, features)).astype("float32") - 1
    if ragged:
        mask = np.arange(timesteps) < rng.integers(0, timesteps + 1, size=(batch, 1))
    else:
        mask = rng.random((batch, timesteps)) < 0.6
    return x, mask


def run(layer, x, mask=None):
    mask = None if mask is None else ops.convert_to_tensor(mask)
    return ops.convert_to_numpy(layer(ops.convert_to_tensor(x), mask=mask))


# --- oracles -----------------------------------------------------------------------


def convolve(x, mask, kernel, bias, dilation, causal):
    """y_t = sum_k W_k m x, one step and one tap at a time."""
    batch, timesteps, _ = x.shape
    reach = dilation * (len(kernel) - 1)
    before = reach if causal else reach // 2
    y = np.tile(bias, (batch, timesteps, 1)).astype("float64")
    for row in range(batch):
        for t in range(timesteps):
            for k, taps in enumerate(kernel):
                source = t - before + k * dilation
                if 0 <= source < timesteps and mask[row, source]:
                    y[row, t] += x[row, source] @ taps
    return y


def pool(x, mask, size):
    blocks = -(-x.shape[1] // size)
    y = np.zeros((len(x), blocks, x.shape[2]))
    kept = np.zeros((len(x), blocks), bool)
    for row in range(len(x)):
        for block in range(blocks):
            part = slice(block * size, (block + 1) * size)
            real = x[row, part][mask[row, part]]
            if len(real):
                y[row, block], kept[row, block] = real.max(axis=0), True
    return y, kept


@examples
@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(["same", "causal"]),
    st.booleans(),
)
def test_convolution_equals_a_loop(seed, kernel_size, dilation, padding, ragged):
    x, mask = random_case(seed, ragged)
    layer = MaskedConv1D(3, kernel_size, padding=padding, dilation_rate=dilation)
    layer.build(x.shape)
    kernel, bias = map(ops.convert_to_numpy, randomise_weights(layer, seed).weights)
    rest = kernel, bias, dilation, padding == "causal"
    for given_mask in (mask, None):
        full = mask | True if given_mask is None else mask
        np.testing.assert_allclose(
            run(layer, x, given_mask), convolve(x, full, *rest), rtol=1e-4, atol=1e-5
        )
    assert layer.compute_mask(x, mask) is mask


@examples
@given(st.integers(0, 10**6), st.integers(1, 5), st.booleans())
def test_pooling_equals_a_loop(seed, pool_size, ragged):
    x, mask = random_case(seed, ragged)
    layer = MaskedMaxPooling1D(pool_size)
    for given_mask in (mask, None):
        full = mask | True if given_mask is None else mask
        expected, kept = pool(x, full, pool_size)
        np.testing.assert_array_equal(run(layer, x, given_mask), expected)
    expected, kept = pool(x, mask, pool_size)
    found = layer.compute_mask(ops.convert_to_tensor(x), ops.convert_to_tensor(mask))
    np.testing.assert_array_equal(ops.convert_to_numpy(found), kept)
    assert layer.compute_mask(x, None) is None


@examples
@given(st.integers(0, 10**6), st.booleans())
def test_global_pooling_equals_a_loop(seed, ragged):
    x, mask = random_case(seed, ragged)
    layer = MaskedGlobalMaxPooling1D()
    expected = [
        row[real].max(axis=0) if real.any() else np.zeros(x.shape[2])
        for row, real in zip(x, mask, strict=True)
    ]
    np.testing.assert_array_equal(run(layer, x, mask), expected)
    np.testing.assert_array_equal(run(layer, x), x.max(axis=1))
    assert layer.compute_mask(x, mask) is None


@examples
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([0, 0.5, 1]))
def test_average_equals_a_loop(seed, ragged, power):
    x, mask = random_case(seed, ragged)
    layer = MaskedGlobalAveragePooling1D(power)
    for given_mask in (mask, None):
        full = mask | True if given_mask is None else mask
        expected = [
            row[real].sum(axis=0) / max(1, real.sum()) ** power
            for row, real in zip(x, full, strict=True)
        ]
        found = run(layer, x, given_mask)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    assert layer.compute_mask(x, mask) is None


def test_without_a_mask_they_are_keras_layers():
    x = np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32")
    ours, theirs = MaskedConv1D(4, 3), keras.layers.Conv1D(4, 3, padding="same")
    ours.build(x.shape)
    theirs.build(x.shape)
    theirs.set_weights(randomise_weights(ours).get_weights())
    pairs = [
        (ours, theirs),
        (MaskedMaxPooling1D(4), keras.layers.MaxPooling1D(4)),
        (MaskedGlobalMaxPooling1D(), keras.layers.GlobalMaxPooling1D()),
        (MaskedGlobalAveragePooling1D(), keras.layers.GlobalAveragePooling1D()),
    ]
    for one, other in pairs:
        theirs = ops.convert_to_numpy(other(x))
        np.testing.assert_allclose(run(one, x), theirs, rtol=1e-6)


# --- what padding must not do ------------------------------------------------------


@every_layer
def test_as_any_layer(make):
    check_layer(make, (3, 6, 2))
    check_layer(make, (4, 3, 1))


@every_layer
def test_more_padding_changes_nothing(make):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3, 7, 2)).astype("float32")
    mask = np.arange(7) < np.array([[7], [4], [1]])
    layer = make()
    layer(x)
    randomise_weights(layer, 1)
    expected = run(layer, x, mask)
    kept = layer.compute_mask(ops.convert_to_tensor(x), ops.convert_to_tensor(mask))
    if kept is not None:
        kept = ops.convert_to_numpy(kept)
        expected = np.where(kept[..., None], expected, 0)
    for more in (1, 2, 5, 20):
        # NaN and infinity: what stands in the padding is never read.
        filler = rng.choice([np.nan, np.inf, 1e30], size=(3, more, 2))
        long = np.concatenate([x, filler.astype("float32")], axis=1)
        long_mask = np.pad(mask, [(0, 0), (0, more)])
        found = run(layer, long, long_mask)
        if kept is not None:
            long_kept = ops.convert_to_numpy(
                layer.compute_mask(
                    ops.convert_to_tensor(long), ops.convert_to_tensor(long_mask)
                )
            )
            np.testing.assert_array_equal(long_kept[:, : kept.shape[1]], kept)
            assert not long_kept[:, kept.shape[1] :].any()
            found = np.where(long_kept[..., None], found, 0)[:, : kept.shape[1]]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@every_layer
def test_gradients_are_finite_and_zero_at_padding(make):
    x = np.random.default_rng(5).normal(size=(3, 6, 2)).astype("float32")
    mask = np.arange(6) < np.array([[6], [2], [0]])
    layer = make()
    layer(x)
    randomise_weights(layer)

    def real_steps(tensor):
        y = layer(tensor, mask=ops.convert_to_tensor(mask))
        kept = layer.compute_mask(tensor, ops.convert_to_tensor(mask))
        return y if kept is None else y * ops.cast(kept[..., None], y.dtype)

    (gradient,) = gradients(real_steps, x)
    assert np.isfinite(gradient).all()
    assert not gradient[~mask].any()
    assert gradient[0].any()


def test_a_sequence_without_a_real_step_gives_zeros():
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    mask = np.array([[True] * 5, [False] * 5])
    for layer in (
        MaskedMaxPooling1D(2),
        MaskedGlobalMaxPooling1D(),
        MaskedGlobalAveragePooling1D(),
    ):
        assert not run(layer, x, mask)[1].any()
    layer = MaskedConv1D(2, 3)
    np.testing.assert_array_equal(run(layer, x, mask)[1], np.zeros((5, 2)))


def test_only_negative_values_are_not_raised_to_zero():
    x = np.full((1, 5, 1), -3.0, "float32")
    mask = np.array([[True, True, True, False, False]])
    assert run(MaskedMaxPooling1D(2), x, mask).ravel().tolist() == [-3, -3, 0]
    assert run(MaskedMaxPooling1D(2), x).ravel().tolist() == [-3, -3, -3]
    assert run(MaskedGlobalMaxPooling1D(), x, mask).tolist() == [[-3]]


@pytest.mark.parametrize(
    "policy", ["mixed_float16", "float16", "mixed_bfloat16", "float64"]
)
@every_layer
def test_other_precisions(make, policy):
    if policy == "float64" and keras.config.backend() == "jax":
        pytest.skip("JAX has float64 only where JAX_ENABLE_X64 is set")
    x = np.random.default_rng(2).normal(size=(3, 6, 2)).astype("float32")
    mask = np.arange(6) < np.array([[6], [3], [0]])
    exact, layer = make(), make(dtype=policy)
    exact(x), layer(x)
    randomise_weights(exact)
    layer.set_weights(exact.get_weights())
    y = layer(x, mask=ops.convert_to_tensor(mask))
    assert keras.backend.standardize_dtype(y.dtype) == layer.compute_dtype
    found = ops.convert_to_numpy(ops.cast(y, "float32"))
    np.testing.assert_allclose(found, run(exact, x, mask), rtol=0.05, atol=0.05)
    assert np.isfinite(found).all()


def test_the_mask_reaches_the_next_layer():
    ids = np.array([[3, 1, 2, 4, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]])
    inputs = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(5, 3, mask_zero=True)(inputs)
    x = MaskedMaxPooling1D(2)(MaskedConv1D(4, 3)(x))
    outputs = keras.layers.LSTM(2)(x)
    model = keras.Model(inputs, outputs)
    expected = model.predict(ids, verbose=0)
    np.testing.assert_allclose(
        model.predict(ids[1:, :1], verbose=0), expected[1:], rtol=1e-5, atol=1e-6
    )


def test_joined_features_keep_the_mask():
    words, numbers = np.ones((2, 4, 3), "float32"), np.zeros((2, 4, 2), "float32")
    mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0]], bool)
    other = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool)
    layer, inputs = MaskedConcatenate(), [words, numbers]
    assert MaskedConcatenate.from_config(layer.get_config()).axis == -1
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(inputs)), np.concatenate(inputs, axis=-1)
    )
    for masks, expected in (([mask, None], mask), ([mask, other], mask & other)):
        found = layer.compute_mask(inputs, masks)
        np.testing.assert_array_equal(ops.convert_to_numpy(found), expected)
    assert layer.compute_mask(inputs, [None, None]) is None
    assert layer.compute_mask(inputs) is None
    # The reason for it: Keras's own takes every step for real.
    theirs = keras.layers.Concatenate().compute_mask(inputs, [mask, None])
    assert ops.convert_to_numpy(theirs).all()


# --- errors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MaskedConv1D(2, 3, strides=2), r"strides, padding: .* 2 and 'same'"),
        (lambda: MaskedConv1D(2, 3, padding="valid"), r"padding: .* 1 and 'valid'"),
        (
            lambda: MaskedConv1D(2, 3, data_format="channels_first"),
            r"data_format: expected \"channels_last\".* received 'channels_first'",
        ),
        (lambda: MaskedMaxPooling1D(0), r"pool_size: .* at least 1, received 0"),
        (lambda: MaskedMaxPooling1D(2.0), r"pool_size: .* received 2.0"),
        (lambda: MaskedMaxPooling1D(True), r"pool_size: .* received True"),
        (lambda: MaskedMaxPooling1D((2,)), r"pool_size: .* received \(2,\)"),
        (lambda: MaskedGlobalAveragePooling1D(-1), r"power: .* received -1"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
