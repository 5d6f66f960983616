import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import history_compressor
from rnn_tutorials.history_compressor import (
    HistoryCompressor,
    Surprises,
    surprise_sequences,
)

SYMBOLS = 5


def random_model(recurrent, seed=0, scale=2.0, **kwargs):
    """Random, asymmetric weights, so that forecasts change with the past."""
    model = keras.Sequential(
        [
            keras.Input((None, SYMBOLS)),
            *recurrent,
            keras.layers.Dense(SYMBOLS, activation="softmax"),
        ]
    )
    rng = np.random.default_rng(seed)
    model.set_weights([scale * rng.normal(size=w.shape) for w in model.weights])
    return model


def simple(units=7):
    return keras.layers.SimpleRNN(units, return_sequences=True)


MODELS = {
    "simple": random_model([simple()]),
    "stack": random_model([keras.layers.LSTM(4, return_sequences=True), simple()]),
    "gru, dropout": random_model(
        [keras.layers.GRU(6, return_sequences=True), keras.layers.Dropout(0.5)]
    ),
}
MADE = {}


def compressor(model, threshold=0.0):
    """Compressors are kept, because each traces its step once."""
    key = id(model), threshold
    if key not in MADE:
        MADE[key] = HistoryCompressor(model, threshold=threshold)
    return MADE[key]


def compress(model, streams, threshold=0.0):
    return compressor(model, threshold).compress(streams)


def decompress(model, surprises, threshold=0.0):
    return compressor(model, threshold).decompress(surprises)


every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


def by_hand(model, stream, threshold):
    """The principle in NumPy, for one SimpleRNN: pairs of time and symbol."""
    W, U, b, V, c = (w.astype("float64") for w in model.get_weights())
    h, kept = np.zeros(len(b)), [(0, stream[0])]
    for t in range(1, len(stream)):
        h = np.tanh(W[stream[t - 1]] + h @ U + b)
        z = np.exp(h @ V + c)
        p = z / z.sum()
        if p.argmax() != stream[t] or p.max() < threshold:
            kept.append((t, stream[t]))
    return kept


def own_stream(model, first, steps):
    """What the model forecasts of its own forecasts: nothing in it surprises."""
    start = Surprises(np.array([0]), np.array([first]), steps, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_compressor, "_checksum", lambda row: 0)
        return decompress(model, [start])


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.8, 1.0])
def test_agrees_with_a_plain_loop(threshold):
    streams = np.random.default_rng(1).integers(0, SYMBOLS, (4, 60))
    found = compress(MODELS["simple"], streams, threshold=threshold)
    for stream, each in zip(streams, found, strict=True):
        pairs = list(zip(each.times, each.symbols, strict=True))
        assert pairs == by_hand(MODELS["simple"], stream, threshold)
        assert each.length == 60


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)),
    st.integers(1, 4),
    st.integers(1, 15),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_nothing_is_lost(name, n, steps, threshold, seed):
    streams = np.random.default_rng(seed).integers(0, SYMBOLS, (n, steps))
    found = compress(MODELS[name], streams, threshold=threshold)
    rebuilt = decompress(MODELS[name], found, threshold=threshold)
    np.testing.assert_array_equal(rebuilt, streams)


@every_model
def test_no_surprises(model):
    stream = own_stream(model, first=2, steps=15)
    (found,) = compress(model, stream)
    assert found.times.tolist() == [0] and found.symbols.tolist() == [2]
    np.testing.assert_array_equal(decompress(model, [found]), stream)


@every_model
def test_all_surprises(model):
    stream = np.zeros((1, 15), int)
    for t in range(1, 15):  # 0, or 1 where 0 is the forecast
        (found,) = compress(model, stream[:, : t + 1])
        stream[0, t] = found.times[-1] != t
    (found,) = compress(model, stream)
    assert found.times.tolist() == list(range(15))
    np.testing.assert_array_equal(decompress(model, [found]), stream)


@every_model
def test_steps_give_what_the_whole_model_gives(model):
    streams = np.random.default_rng(3).integers(0, SYMBOLS, (3, 20))
    p = keras.ops.convert_to_numpy(model(np.eye(SYMBOLS)[streams[:, :-1]]))
    surprising = (p.argmax(-1) != streams[:, 1:]) | (p.max(-1) < 0.6)
    found = compress(model, streams, threshold=0.6)
    for row, each in zip(surprising, found, strict=True):
        assert each.times.tolist() == [0, *(1 + np.flatnonzero(row))]


def test_another_compressor_of_the_same_network_rebuilds_the_same():
    streams = np.random.default_rng(4).integers(0, SYMBOLS, (3, 40))
    for model in MODELS.values():
        found = HistoryCompressor(model, threshold=0.4).compress(streams)
        rebuilt = HistoryCompressor(model, threshold=0.4).decompress(found)
        np.testing.assert_array_equal(rebuilt, streams)


def test_weights_are_shared_with_the_model():
    model = random_model([simple()], seed=1)
    streams = np.random.default_rng(4).integers(0, SYMBOLS, (2, 40))
    shared = HistoryCompressor(model)
    shared.compress(streams)
    model.set_weights(MODELS["simple"].get_weights())
    for each, other in zip(
        shared.compress(streams), compress(MODELS["simple"], streams), strict=True
    ):
        np.testing.assert_array_equal(each.times, other.times)


def test_a_stateful_model_starts_anew_and_keeps_its_own_state():
    layer = keras.layers.SimpleRNN(7, return_sequences=True, stateful=True)
    model = keras.Sequential([keras.Input((None, SYMBOLS), batch_size=2), layer])
    model.add(keras.layers.Dense(SYMBOLS, activation="softmax"))
    model.set_weights(MODELS["simple"].get_weights())
    streams = np.random.default_rng(3).integers(0, SYMBOLS, (2, 20))
    model.predict(np.eye(SYMBOLS)[streams], batch_size=2, verbose=0)
    before = keras.ops.convert_to_numpy(layer.states[0])
    found = compress(model, streams)
    for each, plain in zip(found, compress(MODELS["simple"], streams), strict=True):
        np.testing.assert_array_equal(each.times, plain.times)
    after = keras.ops.convert_to_numpy(layer.states[0])
    np.testing.assert_array_equal(after, before)


def test_time_tells_streams_apart_that_have_the_same_surprises():
    stream = own_stream(MODELS["simple"], first=1, steps=12)[0]
    streams = np.array([stream, stream])
    for row, cut in enumerate((4, 7)):
        streams[row, cut] = (streams[row, cut] + 1) % SYMBOLS
    first, second = compress(MODELS["simple"], streams)
    assert first.times[1] == 4 and second.times[1] == 7


def test_sequences_of_surprises():
    found = [
        Surprises(np.array([0, 1, 8]), np.array([4, 0, 2]), 9, 0),
        Surprises(np.array([0]), np.array([3]), 9, 0),
    ]
    X, y, weight = surprise_sequences(found, SYMBOLS)
    assert X.shape == (2, 3, SYMBOLS + 1) and X.dtype == np.float32
    np.testing.assert_array_equal(X[0, :, :-1], np.eye(SYMBOLS)[[4, 0, 2]])
    np.testing.assert_array_equal(X[0, :, -1], [0, 1, 3])
    np.testing.assert_array_equal(X[1, 1:], 0)
    np.testing.assert_array_equal(y, [[0, 2, 0], [0, 0, 0]])
    np.testing.assert_array_equal(weight, [[1, 1, 0], [0, 0, 0]])


def test_every_gap_has_an_input_of_its_own():
    times = np.cumsum(np.arange(2000))
    found = Surprises(times, np.zeros(2000, int), times[-1] + 1, 0)
    with pytest.raises(ValueError, match="increasing"):
        surprise_sequences([found._replace(times=times[::-1])], 1)
    X, _, _ = surprise_sequences([found], 1)
    assert len(np.unique(X[0, 1:, -1])) == 1999


class TestRefuses:
    model = MODELS["simple"]
    streams = np.random.default_rng(5).integers(0, SYMBOLS, (2, 30))

    @pytest.mark.parametrize("symbol", [-1, SYMBOLS, 99])
    def test_symbols_outside_the_alphabet(self, symbol):
        text = f"streams: expected symbols from 0 to 4, received {symbol}$"
        with pytest.raises(ValueError, match=text):
            compress(self.model, [[0, 1, symbol]])
        bad = Surprises(np.array([0]), np.array([symbol]), 3, 0)
        text = f"surprises: expected symbols from 0 to 4, received {symbol}$"
        with pytest.raises(ValueError, match=text):
            decompress(self.model, [bad])
        with pytest.raises(ValueError, match=text):
            surprise_sequences([bad], SYMBOLS)

    @pytest.mark.parametrize("streams", [[0, 1], [[0.5, 1]], [[]], np.zeros((0, 3))])
    def test_streams_of_another_kind(self, streams):
        with pytest.raises(ValueError, match="streams: expected whole numbers of"):
            compress(self.model, streams)

    @pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), "0.5", True, None])
    def test_thresholds(self, threshold):
        with pytest.raises(ValueError, match="threshold: expected a number from 0"):
            HistoryCompressor(self.model, threshold=threshold)

    def test_models_of_another_kind(self):
        def chain(*layers, symbols=SYMBOLS):
            return keras.Sequential([keras.Input((None, symbols)), *layers])

        dense = chain(keras.layers.Dense(SYMBOLS))
        inputs = keras.Input((None, SYMBOLS))
        branched = keras.Model(inputs, keras.layers.Add()([inputs, simple(5)(inputs)]))
        backwards = keras.layers.LSTM(5, go_backwards=True, return_sequences=True)
        both = keras.layers.Bidirectional(simple(5), merge_mode="sum")
        for model in (
            *(dense, chain(dense, simple(5)), branched),
            *(chain(backwards), chain(simple(), both), "model"),
        ):
            with pytest.raises(ValueError, match="model: expected a chain of layers"):
                HistoryCompressor(model)
        for model in (chain(simple(5), symbols=4), chain(keras.layers.LSTM(5))):
            with pytest.raises(ValueError, match=r"model: expected \(batch, timesteps"):
                HistoryCompressor(model)

    def test_another_model_or_threshold_than_compressed_it(self):
        found = compress(self.model, self.streams, threshold=0.5)
        other = random_model([simple()], seed=9)
        with pytest.raises(ValueError, match="stream 0 can't be rebuilt"):
            decompress(other, found, threshold=0.5)
        with pytest.raises(ValueError, match="can't be rebuilt"):
            decompress(self.model, found, threshold=0.999)

    def test_surprises_of_another_kind(self):
        first, second = compress(self.model, self.streams)
        for wrong, received in ((first, "one alone"), ([], "none")):
            with pytest.raises(ValueError, match=f"at least one, received {received}"):
                decompress(self.model, wrong)
        with pytest.raises(ValueError, match=r"of one length, received \[30, 31\]"):
            decompress(self.model, [first, second._replace(length=31)])
        for times in (first.times + 1, first.times[::-1], first.times[:-1]):
            with pytest.raises(ValueError, match="one time per symbol, from 0 on"):
                decompress(self.model, [first._replace(times=times)])
