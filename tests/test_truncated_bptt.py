"""Truncated BPTT: states are carried, gradients are cut, nothing else changes."""

import keras
import numpy as np
import pytest

from rnn_tutorials.truncated_bptt import fit_truncated, reset_states

BATCH, STEPS, FEATURES, TARGETS = 2, 12, 3, 2


def build(layer=keras.layers.SimpleRNN, *, steps=None, stateful=True, batch=BATCH):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(batch, steps, FEATURES)),
            layer(TARGETS, stateful=stateful, return_sequences=True),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


@pytest.fixture(scope="module")
def model():
    return build()


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2 * BATCH, STEPS, FEATURES)).astype("float32")
    y = rng.normal(size=(2 * BATCH, STEPS, TARGETS)).astype("float32")
    return X, y


def run(weights, X, state):
    """The oracle: `SimpleRNN` in NumPy, `(steps + 1, batch, units)`."""
    W, U, b = weights
    states = [state]
    for t in range(X.shape[1]):
        states.append(np.tanh(X[:, t] @ W + states[-1] @ U + b))
    return np.array(states)


def gradients(weights, X, y, state):
    """Backpropagation within one piece; returns the state after it, too."""
    W, U, b = weights
    h = run(weights, X, state)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    later = np.zeros_like(state)
    for t in reversed(range(X.shape[1])):
        later = later + 2 * (h[t + 1] - y[:, t]) / y.size
        net = later * (1 - h[t + 1] ** 2)
        dW, dU, db = dW + X[:, t].T @ net, dU + h[t].T @ net, db + net.sum(0)
        later = net @ U.T
    return (dW, dU, db), h[-1]


@pytest.mark.parametrize("truncation", [1, 4, STEPS])
def test_equals_truncation_by_hand(model, data, truncation):
    X, y = data
    model.set_weights(start := random_weights(model))
    fit_truncated(model, X, y, truncation, epochs=2)
    weights = start
    for rows in 2 * [slice(0, BATCH), slice(BATCH, None)]:
        state = np.zeros((BATCH, TARGETS))
        for start in range(0, STEPS, truncation):
            piece = rows, slice(start, start + truncation)
            slopes, state = gradients(weights, X[piece], y[piece], state)
            weights = [w - 0.1 * d for w, d in zip(weights, slopes, strict=True)]
    for ours, expected in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, expected, atol=3e-5)


def random_weights(model):
    rng = np.random.default_rng(1)
    return [rng.normal(0, 0.5, w.shape) for w in model.get_weights()]


def test_one_piece_is_ordinary_training(model, data):
    X, y = data[0][:BATCH], data[1][:BATCH]
    ordinary = build(stateful=False)
    start = random_weights(model)
    model.set_weights(start)
    ordinary.set_weights(start)
    history = fit_truncated(model, X, y, STEPS)
    expected = ordinary.fit(X, y, batch_size=BATCH, verbose=0)
    for ours, theirs in zip(model.get_weights(), ordinary.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert history.history["loss"] == pytest.approx(expected.history["loss"])


def test_the_state_is_carried_from_piece_to_piece(model, data):
    X = data[0][:BATCH]
    reset_states(model)
    whole = np.asarray(model(X))
    reset_states(model)
    pieces = [np.asarray(model(X[:, t : t + 5])) for t in range(0, STEPS, 5)]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-6)
    assert np.abs(np.asarray(model(X)) - whole).max() > 1e-3  # until it is reset


def test_every_group_and_epoch_begins_with_fresh_states(model, data):
    X, y = np.zeros_like(data[0]), np.zeros_like(data[1])
    seen = []

    class Spy(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append(float(np.abs(self.model.layers[0].states[0]).max()))

    W, U, b = random_weights(model)
    model.set_weights([W, U, b])
    fit_truncated(model, X, y, STEPS // 2, epochs=2, callbacks=[Spy()])
    assert [state > 0 for state in seen] == 4 * [False, True]


def test_steps_without_weight_do_not_count(model, data):
    X, y = data[0][:BATCH], data[1][:BATCH]
    start = random_weights(model)
    weight = np.zeros((BATCH, STEPS))
    model.set_weights(start)
    history = fit_truncated(model, X, y, 6, sample_weight=weight)
    assert history.history["loss"] == [0]
    for ours, before in zip(model.get_weights(), start, strict=True):
        np.testing.assert_allclose(ours, before, atol=1e-6)


def test_weights_are_per_step_for_a_single_output(data):
    def one_output():
        keras.utils.set_random_seed(0)
        inputs = keras.Input(batch_shape=(BATCH, STEPS, FEATURES))
        gru = keras.layers.GRU(1, stateful=True, return_sequences=True)
        model = keras.Model(inputs, gru(inputs))
        model.compile("sgd", "mse")
        return model

    X, y = data[0][:BATCH], data[1][:BATCH, :, 0]
    weight = np.random.default_rng(0).integers(0, 2, y.shape)
    model = one_output()
    error = (np.asarray(model(X))[:, :, 0] - y) ** 2
    reset_states(model)
    loss = fit_truncated(model, X, y, STEPS, sample_weight=weight).history["loss"]
    assert loss == pytest.approx([(weight * error).mean()])


def test_nested_layers_are_found():
    inner = build(keras.layers.GRU)
    outer = keras.Sequential([keras.Input(batch_shape=(BATCH, None, FEATURES)), inner])
    outer(np.ones((BATCH, 4, FEATURES)))
    state = inner.layers[0].states[0]
    assert np.abs(np.asarray(state)).max() > 0
    reset_states(outer)
    assert np.abs(np.asarray(state)).max() == 0


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(truncation=0), "truncation: expected a whole number of at least 1.* 0$"),
        (dict(truncation=2.5), "truncation: expected a whole number .* 2.5$"),
        (dict(truncation=True), "truncation: expected a whole number .* True$"),
        (dict(truncation=13), "truncation: expected at most 12, the timesteps .* 13$"),
        (dict(truncation=5), "truncation: expected a divisor of 12, .* 5$"),
        (dict(X=np.zeros((4, 12))), "X: expected \\(n, timesteps, features\\)"),
        (dict(X=np.zeros((3, 12, 3))), "X: expected a multiple of 2 sequences.* 3$"),
        (dict(X=np.zeros((0, 12, 3))), "X: expected a multiple of 2 sequences.* 0$"),
        (dict(y=np.zeros((4, 2))), "y: expected one entry per step.*\\(4, 2\\)$"),
        (dict(sample_weight=np.zeros(4)), "sample_weight: expected .*\\(4,\\)$"),
    ],
)
def test_bad_arguments_are_named(model, data, wrong, message):
    arguments = dict(X=data[0], y=data[1], truncation=4)
    with pytest.raises(ValueError, match="^" + message):
        fit_truncated(model, **arguments | wrong)


def test_a_model_for_pieces_of_fixed_length(data):
    model = build(steps=4)
    fit_truncated(model, *data, 4)
    with pytest.raises(ValueError, match=r"^truncation: expected 4, the steps that"):
        fit_truncated(model, *data, 3)


def untrained(**compile_arguments):
    model = build()
    model.compile("sgd", "mse", **compile_arguments)
    return model


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: build(stateful=False), "stateful=True, received simple_rnn.* without"),
        (lambda: untrained(steps_per_execution=2), "steps_per_execution=1.* 2$"),
        (lambda: keras.Sequential([keras.layers.Dense(2)]), "a compiled model"),
    ],
)
def test_bad_models_are_refused(data, make, message):
    with pytest.raises(ValueError, match=f"^model: expected .*{message}"):
        fit_truncated(make(), *data, 4)


def test_a_model_without_recurrence_or_batch_size(data):
    plain = keras.Sequential([keras.Input((STEPS, FEATURES)), keras.layers.Dense(2)])
    plain.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"^model: .* received none$"):
        fit_truncated(plain, *data, 4)
