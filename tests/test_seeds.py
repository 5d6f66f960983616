"""A model that is started again is one that was never trained."""

import keras
import numpy as np
import pytest

from rnn_tutorials.builders import build_window_mlp
from rnn_tutorials.seeds import restart

X = np.random.default_rng(0).normal(size=(16, 4, 1)).astype("float32")
Y = X[:, -1:] * 2


def compiled():
    # An MLP, which is traced quickly; the dropout has a random seed of its own.
    model = build_window_mlp(4, units=3, adapt_to=np.arange(9.0), dropout=0.2)
    model.compile(keras.optimizers.Adam(0.05), "mse")
    return model


def weights(model):
    return [each.copy() for each in model.get_weights()]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_equals_a_new_model():
    used = compiled()
    used.fit(X, Y, epochs=2, verbose=0)
    trained = weights(used)
    runs = []
    for seed in (1, 2, 1):
        assert restart(used, seed) is used
        start = weights(used)
        assert not equal(start, trained)
        assert int(used.optimizer.iterations) == 0
        used.fit(X, Y, epochs=2, verbose=0)
        runs.append((start, weights(used)))
    assert equal(runs[0][0], runs[2][0]) and equal(runs[0][1], runs[2][1])
    assert not equal(runs[0][0], runs[1][0])
    # The scaling is no weight and stays.
    mean = used.get_layer("unscale").mean
    np.testing.assert_allclose(keras.ops.convert_to_numpy(mean).ravel(), 4.0)


def test_a_model_that_has_not_been_trained_yet():
    model = compiled()
    before = weights(model)
    assert not equal(weights(restart(model, 3)), before)


def test_an_uncompiled_model():
    with pytest.raises(ValueError, match=r"^model: expected a compiled model"):
        restart(build_window_mlp(4), 0)
