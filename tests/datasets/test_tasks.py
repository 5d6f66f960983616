import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    generate_delayed_recall,
    generate_future_label,
    generate_temporal_xor,
)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 5), st.integers(2, 20), st.integers(0, 2**32 - 1))
def test_labels_equal_the_definition(data, n, timesteps, seed):
    lag = data.draw(st.integers(1, timesteps - 1))
    X, y = generate_future_label(n, timesteps, lag=lag, seed=seed)
    assert X.shape == (n, timesteps, 1) and X.dtype == np.float32
    assert y.shape == (n, timesteps) and y.dtype == np.int32
    for row, labels in zip(X[:, :, 0].astype(int).tolist(), y.tolist(), strict=True):
        for t, label in enumerate(labels):
            past = row[t - lag] if t - lag >= 0 else 0
            future = row[t + lag] if t + lag < timesteps else 0
            assert label == (past != future)


def test_same_seed_same_data():
    for a, b in zip(
        generate_future_label(4, 9, seed=7),
        generate_future_label(4, 9, seed=7),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)
    different = generate_future_label(4, 9, seed=8)[0]
    assert (generate_future_label(4, 9, seed=7)[0] != different).any()


def test_the_past_says_nothing_until_the_last_steps():
    X, y = generate_future_label(4000, 12, lag=3, seed=0)
    bits = X[:, :, 0].astype(int)
    for t in range(3, 9):
        for shown in range(t + 1):
            assert abs((bits[:, shown] == y[:, t]).mean() - 0.5) < 0.05
    np.testing.assert_array_equal(y[:, 9:], bits[:, 6:9])


@pytest.mark.parametrize(
    "arguments, name",
    [
        (dict(n=0, timesteps=5), "n"),
        (dict(n=1, timesteps=0), "timesteps"),
        (dict(n=1, timesteps=5, lag=0), "lag"),
        (dict(n=1, timesteps=5, lag=5), "lag"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .* received -?\\d+$"):
        generate_future_label(**arguments, seed=0)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_temporal_xor_equals_its_definition(n, timesteps, seed):
    X, y = generate_temporal_xor(n, timesteps, seed=seed)
    assert X.shape == (n, timesteps, 1) and X.dtype == np.float32
    assert y.shape == (n, timesteps) and y.dtype == np.int32
    for row, following in zip(X[:, :, 0].astype(int).tolist(), y.tolist(), strict=True):
        bits = [*row, following[-1]]
        assert bits[1:] == following
        for k in range(2, len(bits), 3):
            assert bits[k] == (bits[k - 1] != bits[k - 2])


def test_temporal_xor_has_fair_coins_where_nothing_is_determined():
    X, y = generate_temporal_xor(3000, 12, seed=0)
    bits = X[:, :, 0].astype(int)
    guess = bits[:, 1:] ^ bits[:, :-1]  # always the XOR of the last two bits
    right = (guess == y[:, 1:]).mean(axis=0)
    np.testing.assert_array_equal(right[::3], 1)
    assert np.abs(right[1::3] - 0.5).max() < 0.05
    assert np.abs(right[2::3] - 0.5).max() < 0.05


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 5), st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_delayed_recall_equals_its_definition(data, n, timesteps, seed):
    lag = data.draw(st.integers(1, timesteps - 1))
    X, y, asked = generate_delayed_recall(n, timesteps, lag=lag, seed=seed)
    assert X.shape == (n, timesteps, 3) and X.dtype == np.float32
    assert y.shape == (n, timesteps) and y.dtype == np.int32
    assert asked.shape == (n, timesteps) and asked.dtype == np.float32
    np.testing.assert_array_equal(X[:, :, 2], asked)
    np.testing.assert_array_equal(X[:, :-lag, 1], asked[:, lag:])
    assert set(np.unique(X[:, :, 0])) <= {-1, 1}
    assert not X[:, timesteps - lag :, 1].any() and not asked[:, :lag].any()
    for stream, bits in enumerate(X[:, :, 0]):
        questions = np.flatnonzero(asked[stream])
        gaps = np.diff(questions)
        assert ((gaps > lag) & (gaps <= 2 * lag)).all()
        assert len(questions) >= (timesteps >= 2 * lag)
        np.testing.assert_array_equal(y[stream, questions], bits[questions - lag] > 0)
        assert y[stream].sum() == y[stream, questions].sum()


def test_questions_fall_on_every_place_of_a_piece():
    _, y, asked = generate_delayed_recall(50, 400, lag=8, seed=0)
    for piece in (5, 9, 16):
        counts = asked.sum(axis=0)[: 400 // piece * piece].reshape(-1, piece).sum(0)
        assert counts.min() > 0.5 * counts.mean()
    assert abs(y[asked == 1].mean() - 0.5) < 0.05


@pytest.mark.parametrize("generate", [generate_temporal_xor, generate_delayed_recall])
def test_the_same_seed_gives_the_same_streams(generate):
    more = {} if generate is generate_temporal_xor else {"lag": 3}
    first, again = (generate(4, 9, seed=7, **more) for _ in range(2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[0] != generate(4, 9, seed=8, **more)[0]).any()


@pytest.mark.parametrize(
    "generate, arguments, name",
    [
        (generate_temporal_xor, dict(n=0, timesteps=5), "n"),
        (generate_temporal_xor, dict(n=1, timesteps=0), "timesteps"),
        (generate_delayed_recall, dict(n=0, timesteps=5, lag=2), "n"),
        (generate_delayed_recall, dict(n=1, timesteps=0, lag=2), "timesteps"),
        (generate_delayed_recall, dict(n=1, timesteps=5, lag=0), "lag"),
        (generate_delayed_recall, dict(n=1, timesteps=5, lag=5), "lag"),
    ],
)
def test_bad_arguments_of_the_streams_are_named(generate, arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .* received -?\\d+$"):
        generate(**arguments, seed=0)
