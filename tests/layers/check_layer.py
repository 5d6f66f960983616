"""What every layer of the package must do, in one call."""

import json
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops


def check_layer(
    make_layer,
    input_shape,
    *,
    masking=True,
    variable_steps=True,
    randomise=True,
    tolerance=1e-5,
):
    """Check a layer on `(batch, timesteps, features)` as a user would meet it.

    Config and `.keras` round trips, the declared output shape, independence of the
    rows of a batch, finite gradients and a training step, masks, unknown timesteps.

    Args:
        make_layer: function without arguments that gives a new layer each time; the
            layer may return one tensor or a nest of them.
        input_shape: `(batch, timesteps, features)`, at least 2 rows and 3 steps.
        masking: also run with a right-padded mask: what the layer gives at real steps
            must be what it gives for the same steps without any padding.
        variable_steps: also run without a declared number of steps.
        randomise: replace the initial weights by random ones, so that zero biases or
            symmetric kernels hide nothing. Switch off for a layer whose weights must
            keep a structure.
        tolerance: largest difference of outputs that should be equal.
    """
    batch, timesteps, features = input_shape
    assert batch >= 2 and timesteps >= 3
    x = np.random.default_rng(1).normal(size=input_shape).astype("float32")
    layer = _built(make_layer(), x, randomise)
    outputs = _run(layer, x)

    def same(found, expected=outputs):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)

    _check_config(layer)
    _check_shapes(layer, input_shape, outputs)
    for row in range(batch):
        same(_run(layer, x[row : row + 1]), [each[row : row + 1] for each in outputs])
    model = _model(layer, (timesteps, features))
    same(_as_numpy(_saved_and_loaded(model)(x)))
    if variable_steps:
        flexible = _model(layer, (None, features))
        same(_as_numpy(flexible(x)))
        same(_as_numpy(flexible(x[:, :-1])), _run(layer, x[:, :-1]))
    if masking:
        _check_masking(layer, x, same)
    _check_gradients(layer, x)
    _check_training_step(make_layer, x)


def randomise_weights(layer, seed=0):
    """Give every floating-point weight random values, biases included."""
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        if "float" in weight.dtype:
            weight.assign(rng.normal(size=weight.shape, scale=0.4))
    return layer


def gradients(function, *arrays):
    """Gradients of `sum(weighted outputs)` of a function, one per array."""

    def total(*tensors):
        outputs = keras.tree.flatten(function(*tensors))
        return sum(ops.sum(each * _slopes(each)) for each in outputs)

    return derivatives(total, *arrays)


def derivatives(function, *arrays):
    """Derivatives of a function that returns one number, on any backend with a test."""
    tensors = [ops.convert_to_tensor(array) for array in arrays]
    if keras.config.backend() == "jax":
        import jax

        found = jax.grad(function, argnums=tuple(range(len(tensors))))(*tensors)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            total = function(*tensors)
        found = tape.gradient(total, tensors)
    return [np.array(0.0 if each is None else each) for each in found]


def _built(layer, x, randomise):
    layer(x)
    return randomise_weights(layer) if randomise else layer


def _run(layer, x, **kwargs):
    return _as_numpy(layer(x, **kwargs))


def _as_numpy(outputs):
    return [ops.convert_to_numpy(each) for each in keras.tree.flatten(outputs)]


def _model(layer, shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, layer(inputs))


def _saved_and_loaded(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return keras.models.load_model(path)


def _check_config(layer):
    config = layer.get_config()
    json.dumps(config)
    again = type(layer).from_config(config)
    assert type(again) is type(layer)
    assert again.get_config() == config
    # By name alone: the layer is registered.
    assert isinstance(
        keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(layer)
        ),
        type(layer),
    )


def _check_shapes(layer, input_shape, outputs):
    declared = []
    keras.tree.map_shape_structure(
        lambda shape: declared.append(tuple(shape)),
        layer.compute_output_shape(input_shape),
    )
    assert declared == [each.shape for each in outputs]
    # The batch is never declared, nor must the steps be.
    for steps in (input_shape[1], None):
        for each in keras.tree.flatten(layer(keras.Input((steps, input_shape[2])))):
            assert each.shape[0] is None


def _check_masking(layer, x, same):
    # The first row is padded by nothing, the others more and more; at least one step
    # of each is real. The padding holds large values, which must not show.
    batch, timesteps, _ = x.shape
    lengths = np.maximum(1, timesteps - np.arange(batch))
    mask = np.arange(timesteps) < lengths[:, None]
    padded = np.where(mask[..., None], x, 50.0).astype("float32")
    whole = _run(layer, padded, mask=ops.convert_to_tensor(mask))
    for row, length in enumerate(lengths):
        alone = _run(layer, x[row : row + 1, :length])
        same(
            [
                found[row : row + 1, : expected.shape[1]]
                if found.ndim == 3
                else found[row : row + 1]
                for found, expected in zip(whole, alone, strict=True)
            ],
            alone,
        )
    empty = _run(layer, padded, mask=ops.convert_to_tensor(mask & False))
    assert all(np.isfinite(each).all() for each in empty)
    _check_gradients(layer, padded, mask)


def _check_gradients(layer, x, mask=None):
    arguments = {} if mask is None else {"mask": ops.convert_to_tensor(mask)}
    (gradient,) = gradients(lambda tensor: layer(tensor, **arguments), x)
    assert np.isfinite(gradient).all()
    if mask is not None:
        assert not gradient[mask < 1].any(), "padding moves the output"


def _slopes(output):
    # Different for every element, so that no two gradients cancel by symmetry.
    size = int(np.prod(output.shape))
    return np.linspace(0.5, 1.5, size, dtype="float32").reshape(output.shape)


def _check_training_step(make_layer, x):
    keras.utils.set_random_seed(0)
    layer = make_layer()
    inputs = keras.Input(x.shape[1:])
    first = keras.tree.flatten(layer(inputs))[0]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(first)))
    before = [ops.convert_to_numpy(weight) for weight in layer.trainable_weights]
    # Two steps alone: TensorFlow traces longer than it runs, JAX compiles each op.
    eagerly = keras.config.backend() == "tensorflow"
    model.compile(optimizer="adam", loss="mse", run_eagerly=eagerly)
    losses = [model.train_on_batch(x, np.ones((len(x), 1))) for _ in range(2)]
    assert np.isfinite(losses).all()
    for weight in model.weights:
        assert np.isfinite(ops.convert_to_numpy(weight)).all()
    for old, weight in zip(before, layer.trainable_weights, strict=True):
        assert (old != ops.convert_to_numpy(weight)).any(), f"{weight.path} is stuck"
