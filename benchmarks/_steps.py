"""A training step of a layer, and bare matrix products, on whichever backend runs.

Keras and its backend are imported when they are needed, after `fix_threads`.
"""

import time

import numpy as np

RATE = 1e-4
TORCH = "torch.nn"


def training_step(layer, features):
    """Return `step(x)`: forward, backward, a small descent; it waits for the end.

    The loss is the mean square of `layer(x) - 0.5`. One traced function serves any
    length on TensorFlow; JAX compiles one per shape.
    """
    import keras

    if not layer.built:
        layer.build((None, None, features))
    make = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    return make[keras.config.backend()](layer, features)


def repeat(step, x, times):
    """Return a job for `interleave` that takes the step so many times."""

    def job():
        for _ in range(times):
            step(x)

    return job


def input_slopes(layer, x):
    """The gradient of the sum of the outputs, by the inputs, as an array."""
    import keras
    from keras import ops

    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            total = ops.sum(layer(x))
        return tape.gradient(total, x).numpy()
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(lambda x: ops.sum(layer(x)))(x))
    import torch

    x = x.detach().requires_grad_()
    return torch.autograd.grad(ops.sum(layer(x)), x)[0].cpu().numpy()


def seconds(job):
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def compiled(function):
    """The function as its backend runs it at its best without further arguments."""
    import keras

    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=False)
    if backend == "jax":
        import jax

        return jax.jit(function)
    return function


def _loss(outputs):
    from keras import ops

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


def torch_layer(layer, x):
    """`torch.nn.LSTM` or `GRU` with the weights and the device of a Keras layer.

    Returns a function of a batch that gives the last output; `.weights` are its own.
    """
    import keras
    import torch

    # Keras's GRU has its blocks in the order z, r, h, torch r, z, h; and two biases.
    gru = isinstance(layer, keras.layers.GRU)
    order = [1, 0, 2] if gru else [0, 1, 2, 3]
    W, U, b = (_reordered(w.value.detach(), order) for w in layer.weights)
    both = b if gru else (b, torch.zeros_like(b))
    kind = torch.nn.GRU if gru else torch.nn.LSTM
    peer = kind(W.shape[0], layer.units, batch_first=True).to(x.device)
    weights = [peer.weight_ih_l0, peer.weight_hh_l0, peer.bias_ih_l0, peer.bias_hh_l0]
    with torch.no_grad():
        for theirs, ours in zip(weights, (W.T, U.T, *both), strict=True):
            theirs.copy_(ours)

    def last_output(x):
        return peer(x)[0][:, -1]

    last_output.weights = weights
    return last_output


def _reordered(weight, order):
    import torch

    blocks = weight.chunk(len(order), dim=-1)
    return torch.cat([blocks[number] for number in order], dim=-1)


def bare_products(batch, timesteps, features, units):
    """The products of an LSTM's forward pass: one for all inputs, T for the states."""
    from keras import ops

    rng = np.random.default_rng(0)
    sizes = (batch * timesteps, features), (features, 4 * units), (units, 4 * units)
    x, W, U = (
        ops.convert_to_tensor(rng.normal(0, 0.05, size).astype("float32"))
        for size in sizes
    )
    h = ops.zeros((batch, units))

    @compiled
    def run(x, W, U, h):
        total = ops.sum(ops.matmul(x, W))
        for _ in range(timesteps):
            h = ops.matmul(h, U)[:, :units]
        return total + ops.sum(h)

    return lambda: float(run(x, W, U, h))
