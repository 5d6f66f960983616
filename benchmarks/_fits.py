"""Epochs of `fit` on one backend, in a process of their own.

Everything here runs in a worker of `backends.py`: the functions take and return plain
values, and the models they speak of live in the worker. Keras and its backend are
imported when they are needed, after `choose_backend`.
"""

import os
import time

import numpy as np

RATE = 1e-4
_jobs = {}


def choose_backend(name):
    """Must come first in a worker: Keras reads it once."""
    os.environ["KERAS_BACKEND"] = name


def prepare(key, kind, shape, batches, options):
    """Build a model and its data, and train two epochs.

    Returns their losses, and the seconds of the first, with tracing and compiling.
    """
    batch, timesteps, features, units = shape
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch * batches, timesteps, features), dtype=np.float32)
    y = rng.standard_normal((len(x), 1), dtype=np.float32)
    options = dict(options)
    make = _torch_job if options.pop("plain_torch", False) else _keras_job
    epoch = make(kind, x, y, batch * options.pop("times_batch", 1), units, options)
    start = time.perf_counter()
    loss = epoch()
    first = time.perf_counter() - start
    _jobs[key] = epoch
    return [loss, epoch()], first


def run(key):
    """Seconds of another epoch."""
    start = time.perf_counter()
    _jobs[key]()
    return time.perf_counter() - start


def run_bound(shape, batches):
    """Seconds of three times the bare matrix products of an LSTM's forward pass."""
    from _steps import bare_products, seconds

    if shape not in _jobs:
        _jobs[shape] = bare_products(*shape)
        _jobs[shape]()
    return 3 * sum(seconds(_jobs[shape]) for _ in range(batches))


def forget():
    """Let go of all models."""
    import keras

    _jobs.clear()
    keras.backend.clear_session()


def _keras_job(kind, x, y, batch, units, options):
    import keras

    names = "jit_compile", "steps_per_execution"
    compiled = {name: options.pop(name) for name in names if name in options}
    data = (x, y), {"batch_size": batch, "shuffle": False}
    if options.pop("no_autotune", False):
        data = (_without_autotune(x, y, batch),), {}
    build = _products_first if options.pop("products_first", False) else _model
    model = build(kind, *x.shape[1:], units, **options)
    model.compile(keras.optimizers.Adam(RATE), "mse", **compiled)

    def epoch():
        found = model.fit(*data[0], **data[1], verbose=0)
        return found.history["loss"][0]

    return epoch


def _without_autotune(x, y, batch):
    """A tf.data.Dataset that is not tuned while it runs.

    Where it is, `fit` may wait at its end until the tuning thread wakes up: after 70,
    150, 310, 630, 1270 ms ...
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch)
    return batches.with_options(options)


def _torch_job(kind, x, y, batch, units, options):
    """The same network and the same training without Keras."""
    import torch
    from _steps import torch_layer

    model = _model(kind, *x.shape[1:], units, **options)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    _, layer, dense = model.layers
    function = torch_layer(layer, x[:1])
    W, b = (weight.value.detach().clone().requires_grad_() for weight in dense.weights)
    # torch's LSTM has two biases, where Keras has one.
    own = function.weights[: 3 if kind == "LSTM" else 4]
    adam = torch.optim.Adam([*own, W, b], RATE, eps=1e-7)

    def epoch():
        losses = []
        for start in range(0, len(x), batch):
            outputs = function(x[start : start + batch]) @ W + b
            loss = torch.mean((outputs - y[start : start + batch]) ** 2)
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    return epoch


def _model(kind, timesteps, features, units, **options):
    import keras

    layer = getattr(keras.layers, kind)(units, **options)
    inputs = keras.Input((timesteps, features))
    model = keras.Model(inputs, keras.layers.Dense(1)(layer(inputs)))
    rng = np.random.default_rng(1)
    # Large recurrent weights would blow up the differences of rounding.
    model.set_weights(
        [0.5 * rng.normal(size=w.shape) / len(w) ** 0.5 for w in model.get_weights()]
    )
    return model


def _products_first(kind, timesteps, features, units, **options):
    """The same model; the inputs of all steps are multiplied before the loop."""
    import keras

    same = _model(kind, timesteps, features, units)
    products = keras.layers.Dense(4 * units)
    recurrence = keras.layers.RNN(_lstm_without_inputs()(units), **options)
    inputs = keras.Input((timesteps, features))
    model = keras.Model(inputs, keras.layers.Dense(1)(recurrence(products(inputs))))
    W, U, b, *dense = same.get_weights()
    model.set_weights([W, b, U, *dense])
    return model


def _lstm_without_inputs():
    import keras
    from keras import ops

    class LSTMWithoutInputs(keras.layers.Layer):
        """An LSTM's cell that gets the products of its inputs and weights."""

        def __init__(self, units):
            super().__init__()
            self.units, self.state_size = units, [units, units]

        def build(self, input_shape):
            self.recurrent_kernel = self.add_weight((self.units, 4 * self.units))

        def call(self, products, states):
            h, c = states
            z = products + ops.matmul(h, self.recurrent_kernel)
            i, f, g, o = ops.split(z, 4, axis=1)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            return h, [h, c]

    return LSTMWithoutInputs
