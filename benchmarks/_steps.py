"""A training step of a layer, and bare matrix products, on whichever backend runs.

Imports keras, and the running backend.
"""

import keras
from keras import ops

RATE = 1e-4


def training_step(layer, features):
    """Return `step(x)`: forward, backward, a small descent; it waits for the end.

    The loss is the mean square of `layer(x) - 0.5`. One traced function serves any
    length on TensorFlow; JAX compiles one per shape.
    """
    layer.build((None, None, features))
    make = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    return make[keras.config.backend()](layer, features)


def repeat(step, x, times):
    """Return a job for `interleave` that takes the step so many times."""

    def job():
        for _ in range(times):
            step(x)

    return job


def compiled(function):
    """The function as its backend runs it at its best without further arguments."""
    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=False)
    if backend == "jax":
        import jax

        return jax.jit(function)
    return function


def _loss(outputs):
    return ops.mean(ops.square(outputs - 0.5))


def _tensorflow(layer, features):
    import tensorflow as tf

    @tf.function(
        input_signature=[tf.TensorSpec((None, None, features))], jit_compile=False
    )
    def step(x):
        with tf.GradientTape() as tape:
            loss = _loss(layer(x))
        weights = [weight.value for weight in layer.trainable_weights]
        for weight, slope in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(RATE * slope)
        return loss

    return lambda x: float(step(x))


def _jax(layer, features):
    import jax

    frozen = [weight.value for weight in layer.non_trainable_variables]
    weights = [weight.value for weight in layer.trainable_variables]

    @jax.jit
    def step(weights, x):
        def loss_of(weights):
            return _loss(layer.stateless_call(weights, frozen, x)[0])

        loss, slopes = jax.value_and_grad(loss_of)(weights)
        descended = [w - RATE * slope for w, slope in zip(weights, slopes, strict=True)]
        return loss, descended

    def run(x):
        nonlocal weights
        loss, weights = step(weights, x)
        return float(loss)

    return run


def _torch(layer, features):
    return torch_step(layer, [weight.value for weight in layer.trainable_weights])


def torch_step(function, weights):
    """The same step for any function of torch tensors and its weights."""
    import torch

    def step(x):
        loss = _loss(function(x))
        slopes = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, slope in zip(weights, slopes, strict=True):
                weight -= RATE * slope
        return float(loss.detach())

    return step
