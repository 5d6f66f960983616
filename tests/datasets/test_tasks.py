import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import generate_future_label


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
    with pytest.raises(ValueError, match=f"^{name}: expected .* got -?\\d+$"):
        generate_future_label(**arguments, seed=0)
