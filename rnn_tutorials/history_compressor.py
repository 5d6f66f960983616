"""History compression: keep what a predictor did not expect, forget the rest.

A network that forecasts the next symbol makes most of a stream redundant: whoever has
the same network can compute again what it forecast. The rest, the surprises and when
they came, is a shorter stream that holds the same information, and a second network
that reads only this finds close together what was far apart. Imports keras and NumPy.

Reference: J. Schmidhuber, "Learning Complex, Extended Sequences Using the Principle of
    History Compression", Neural Computation 4 (1992), doi:10.1162/neco.1992.4.2.234.
"""

import zlib
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from rnn_tutorials._checks import check_count

__all__ = ["HistoryCompressor", "Surprises", "surprise_sequences"]


class Surprises(NamedTuple):
    """What is left of one stream: its surprises, and when they came.

    `times` and `symbols` are `(surprises,)` of int; the first time is 0, because
    nothing can forecast the first symbol. `length` is the number of steps of the
    stream, `checksum` its CRC-32, by which a rebuilt stream is known to be right.
    """

    times: np.ndarray
    symbols: np.ndarray
    length: int
    checksum: int


class HistoryCompressor:
    """A network that keeps of a stream what it did not forecast, and gives it back.

        p_t = model(s_0 ... s_{t-1})                     # a probability per symbol
        surprise at t:  t = 0,  or  s_t != argmax p_t,  or  max p_t < threshold

    With `threshold=0` a surprise is a wrong forecast. A guess between two symbols that
    are equally likely is right by luck now and then; a threshold above 1/2 counts it
    as a surprise all the same, so that a second network sees both.

    To rebuild a stream, the network reads what it has rebuilt so far: at each step
    either a surprise is recorded, or the forecast was right. Both ways it goes step by
    step, several streams side by side, since all must agree to the last bit. Between
    the two calls the weights must stay as they are.

    Args:
        model: `keras.Model` or `Sequential` from one-hot symbols `(batch, timesteps,
            symbols)` to probabilities of the next `(batch, timesteps, symbols)`: a
            chain of recurrent layers and of layers that treat every step alike. Every
            stream starts from the layers' first state; a stateful layer's own state
            is left alone. The weights are shared, not copied.
        threshold: probability that a forecast needs to be trusted, from 0 to 1.

    Raises:
        ValueError: a model of another kind, `threshold` outside its range.

    Example:
        >>> model = keras.Sequential([
        ...     keras.Input((None, 3)),
        ...     keras.layers.SimpleRNN(4, return_sequences=True),
        ...     keras.layers.Dense(3, activation="softmax"),
        ... ])
        >>> compressor = HistoryCompressor(model)
        >>> surprises = compressor.compress([[0, 1, 2, 0], [2, 2, 2, 2]])
        >>> compressor.decompress(surprises).tolist()
        [[0, 1, 2, 0], [2, 2, 2, 2]]
    """

    def __init__(self, model, *, threshold=0.0):
        self.layers, self.symbols = _check_model(model)
        self.threshold = _check_threshold(threshold)
        self._cells = [layer.cell for layer in self.layers if _is_recurrent(layer)]
        self._step = self._one_step()

    def compress(self, streams):
        """Keep the symbols that the network did not forecast.

        Args:
            streams: `(streams, timesteps)` of ints, from 0 to `symbols - 1`.

        Returns:
            A list of `Surprises`, one for each stream.

        Raises:
            ValueError: another shape, a symbol that the model does not know.
        """
        streams = _check_streams(streams, self.symbols)
        surprising = np.ones(streams.shape, bool)
        states = self._start(len(streams))
        for t in range(1, streams.shape[1]):
            forecast, unsure, states = self._read(streams[:, t - 1], states)
            surprising[:, t] = unsure | (forecast != streams[:, t])
        return [
            Surprises(np.flatnonzero(kept), row[kept], len(row), _checksum(row))
            for row, kept in zip(streams, surprising, strict=True)
        ]

    def decompress(self, surprises):
        """Give back the streams, exactly, from their surprises.

        Args:
            surprises: all that one call of `compress` returned. (A network may compute
                several streams at once in another order than one alone, and the last
                bit of a probability may decide.)

        Returns:
            `(streams, timesteps)` of int32.

        Raises:
            ValueError: something that is no such list; what comes out is not what went
                in, since weights, threshold or the number of streams have changed.
        """
        streams, recorded = _scattered(surprises, self.symbols)
        states = self._start(len(streams))
        for t in range(1, streams.shape[1]):
            forecast, unsure, states = self._read(streams[:, t - 1], states)
            unknown = unsure & ~recorded[:, t]
            if unknown.any():
                _refuse(unknown.argmax())
            streams[:, t] = np.where(recorded[:, t], streams[:, t], forecast)
        for number, (row, each) in enumerate(zip(streams, surprises, strict=True)):
            if _checksum(row) != each.checksum:
                _refuse(number)
        return streams

    def _one_step(self):
        """The model for one step: a symbol and the states, to chances and states."""
        symbol = x = keras.Input((self.symbols,))
        before, after = [], []
        for layer in self.layers:
            if _is_recurrent(layer):
                sizes = keras.tree.flatten(layer.cell.state_size)
                states = [keras.Input((size,)) for size in sizes]
                x, new = layer.cell(x, states)
                before += states
                after += keras.tree.flatten(new)
            else:
                x = layer(x)
        return keras.Model([symbol, *before], [x, *after])

    def _start(self, streams):
        starts = [cell.get_initial_state(batch_size=streams) for cell in self._cells]
        return [ops.convert_to_numpy(s) for s in keras.tree.flatten(starts)]

    def _read(self, symbols, states):
        """Return each stream's forecast, whether it is unsure, and the new states."""
        x = np.eye(self.symbols, dtype="float32")[symbols]
        chances, *states = self._step.predict_on_batch([x, *states])
        return chances.argmax(-1), chances.max(-1) < self.threshold, states


def surprise_sequences(surprises, symbols):
    """Lay surprises out for a second network, which forecasts the next of them.

        x_k = one-hot of the k-th surprise, log2(1 + steps since the last one)
        y_k = the symbol of surprise k + 1

    The logarithm keeps numbers small and tells every gap from every other.

    Args:
        surprises: list of `Surprises`; each gives one sequence.
        symbols: size of the alphabet.

    Returns:
        X `(streams, longest, symbols + 1)` of float32, y `(streams, longest)` of int32
        and weight `(streams, longest)` of float32: 1 where there is a next surprise, 0
        after that. Rows are padded with zeros on the right; `longest` is the largest
        number of surprises.

    Raises:
        ValueError: no surprises, or symbols outside the alphabet.

    Example:
        >>> found = Surprises(np.array([0, 3]), np.array([1, 0]), length=5, checksum=0)
        >>> X, y, weight = surprise_sequences([found], symbols=2)
        >>> X[0].tolist(), y[0].tolist(), weight[0].tolist()
        ([[0.0, 1.0, 0.0], [1.0, 0.0, 2.0]], [0, 0], [1.0, 0.0])
    """
    symbols = check_count("symbols", symbols)
    surprises = _check_surprises(surprises, symbols)
    shape = len(surprises), max(len(each.times) for each in surprises)
    X = np.zeros((*shape, symbols + 1), "float32")
    y, weight = np.zeros(shape, "int32"), np.zeros(shape, "float32")
    for row, each in enumerate(surprises):
        found = len(each.times)
        X[row, np.arange(found), each.symbols] = 1
        X[row, :found, -1] = np.log2(1 + np.diff(each.times, prepend=0))
        y[row, : found - 1] = each.symbols[1:]
        weight[row, : found - 1] = 1
    return X, y, weight


def _is_recurrent(layer):
    return isinstance(layer, keras.layers.RNN)


def _check_model(model):
    """Return the layers, inputs left out, and the size of the alphabet."""
    layers = getattr(model, "layers", [])
    layers = [each for each in layers if not isinstance(each, keras.layers.InputLayer)]
    no_step = keras.Model | keras.layers.Bidirectional
    if not any(map(_is_recurrent, layers)) or any(
        isinstance(each, no_step)
        or isinstance(each.input, list)
        or getattr(each, "go_backwards", False)
        for each in layers
    ):
        kinds = ", ".join(type(each).__name__ for each in layers) or repr(model)
        raise ValueError(
            "model: expected a chain of layers that read forwards in time, at least "
            f"one of them recurrent, received {kinds}"
        )
    taken, given = tuple(model.input_shape), tuple(model.output_shape)
    if len(taken) != 3 or len(given) != 3 or taken[2] != given[2]:
        raise ValueError(
            "model: expected (batch, timesteps, symbols) -> (batch, timesteps, "
            f"symbols), received {taken} -> {given}"
        )
    return layers, taken[2]


def _scattered(surprises, symbols):
    """Streams with only the surprises in them, and where these are."""
    surprises = _check_surprises(surprises, symbols)
    lengths = {each.length for each in surprises}
    if len(lengths) > 1:
        raise ValueError(
            f"surprises: expected streams of one length, received {sorted(lengths)}"
        )
    streams = np.zeros((len(surprises), lengths.pop()), "int32")
    recorded = np.zeros(streams.shape, bool)
    for row, each in enumerate(surprises):
        streams[row, each.times] = each.symbols
        recorded[row, each.times] = True
    return streams, recorded


def _check_streams(streams, symbols):
    found = np.asarray(streams)
    if found.ndim != 2 or not found.size or found.dtype.kind not in "iu":
        raise ValueError(
            "streams: expected whole numbers of shape (streams, timesteps), at least "
            f"one, received {found.dtype} of shape {found.shape}"
        )
    return _check_symbols("streams", found, symbols).astype("int32")


def _check_symbols(name, found, symbols):
    wrong = found[(found < 0) | (found >= symbols)]
    if wrong.size:
        raise ValueError(
            f"{name}: expected symbols from 0 to {symbols - 1}, received {wrong[0]}"
        )
    return found


def _check_surprises(surprises, symbols):
    if isinstance(surprises, Surprises) or not len(surprises):
        raise ValueError(
            "surprises: expected a list of Surprises, at least one, "
            f"received {'one alone' if len(surprises) else 'none'}"
        )
    for each in surprises:
        times = np.asarray(each.times)
        if not (
            len(times) == len(each.symbols)
            and len(times)
            and times[0] == 0
            and (np.diff(times) > 0).all()
            and times[-1] < each.length
        ):
            raise ValueError(
                "surprises: expected one time per symbol, from 0 on, increasing, below "
                f"the length {each.length}, received {times} for {each.symbols}"
            )
        _check_symbols("surprises", np.asarray(each.symbols), symbols)
    return surprises


def _check_threshold(threshold):
    real = isinstance(threshold, (int, float)) and not isinstance(threshold, bool)
    if not (real and 0 <= threshold <= 1):
        raise ValueError(
            f"threshold: expected a number from 0 to 1, received {threshold!r}"
        )
    return threshold


def _checksum(row):
    return zlib.crc32(np.ascontiguousarray(row, "<i4").tobytes())


def _refuse(number):
    raise ValueError(
        f"surprises: expected what this network made of its streams, weights and "
        f"threshold unchanged, all together; stream {number} can't be rebuilt"
    )
