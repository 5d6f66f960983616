import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.datasets import (
    generate_adding_problem,
    generate_lagged_stream,
    generate_temporal_order,
)
from rnn_tutorials.datasets.long_lags import (
    TEMPORAL_ORDER_SYMBOLS,
    lagged_stream_symbols,
)

SEED = st.integers(0, 2**32 - 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(2, 40), SEED)
def test_adding_target_is_the_sum_of_one_mark_in_each_half(n, timesteps, seed):
    X, y = generate_adding_problem(n, timesteps, seed=seed)
    assert X.shape == (n, timesteps, 2) and X.dtype == np.float32
    assert y.shape == (n, 1) and y.dtype == np.float32
    for (values, marks), target in zip(X.transpose(0, 2, 1), y[:, 0], strict=True):
        assert ((values >= 0) & (values < 1)).all() and set(marks) <= {0, 1}
        first, second = np.flatnonzero(marks)
        assert first < timesteps // 2 <= second
        assert target == values[first] + values[second]


def test_adding_constant_forecast_has_one_sixth():
    _, y = generate_adding_problem(20_000, 20, seed=0)
    # Four standard errors of the mean square.
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, abs=0.006)


def test_adding_marks_reach_every_step():
    X, _ = generate_adding_problem(2000, 9, seed=0)
    assert (X[:, :, 1].sum(axis=0) > 0).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(10, 60), SEED)
def test_temporal_order_follows_its_definition(n, timesteps, seed):
    X, y = generate_temporal_order(n, timesteps, seed=seed)
    assert X.shape == (n, timesteps, 8) and X.dtype == np.float32
    assert y.shape == (n,) and y.dtype == np.int32
    np.testing.assert_array_equal(X.sum(axis=-1), 1)
    for row, label in zip(X.argmax(axis=-1), y, strict=True):
        text = "".join(TEMPORAL_ORDER_SYMBOLS[i] for i in row)
        assert text[0] == "E" and text[-1] == "B"
        assert set(text[1:-1]) <= set("abcdXY")
        first, second = (t for t, symbol in enumerate(text) if symbol in "XY")
        assert timesteps // 10 <= first < 2 * timesteps // 10
        assert 5 * timesteps // 10 <= second < 6 * timesteps // 10
        assert ["XX", "XY", "YX", "YY"][label] == text[first] + text[second]


def test_temporal_order_classes_are_equally_likely():
    _, y = generate_temporal_order(8000, 20, seed=0)
    np.testing.assert_allclose(np.bincount(y) / 8000, 0.25, atol=0.02)


@pytest.mark.parametrize("generate", [generate_adding_problem, generate_temporal_order])
def test_same_seed_same_data(generate):
    X, y = generate(5, 30, seed=7)
    again_X, again_y = generate(5, 30, seed=7)
    np.testing.assert_array_equal(X, again_X)
    np.testing.assert_array_equal(y, again_y)
    assert (generate(5, 30, seed=8)[0] != X).any()


@pytest.mark.parametrize(
    "generate, n, timesteps, name",
    [
        (generate_adding_problem, 0, 10, "n"),
        (generate_adding_problem, 1, 1, "timesteps"),
        (generate_temporal_order, 0, 10, "n"),
        (generate_temporal_order, 1, 9, "timesteps"),
    ],
)
def test_bad_arguments_are_named(generate, n, timesteps, name):
    words = f"^{name}: expected .* at least .* received -?\\d+$"
    with pytest.raises(ValueError, match=words):
        generate(n, timesteps, seed=0)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 25), SEED)
def test_lagged_stream_ends_each_sequence_with_its_first_symbol(n, count, lag, seed):
    ids, answers = generate_lagged_stream(n, count, lag=lag, seed=seed)
    names = np.array(lagged_stream_symbols(lag))[ids].reshape(n, count, lag + 2)
    assert ids.dtype == np.int32 and answers.shape == ids.shape
    for sequence in names.reshape(-1, lag + 2):
        assert sequence[1:-1].tolist() == [f"b{k}" for k in range(1, lag + 1)]
        assert sequence[0] + sequence[-1] in ("a+", "x-")
    np.testing.assert_array_equal(
        answers.reshape(names.shape), np.isin(names, ("+", "-"))
    )


def test_lagged_stream_throws_a_fair_coin():
    ids, _ = generate_lagged_stream(20, 500, lag=1, seed=0)
    # Four standard errors.
    assert np.mean(ids[:, ::3] == 1) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "wrong", [{"n": 0}, {"sequences": 0}, {"lag": 0}, {"lag": 2.5}]
)
def test_lagged_stream_refuses(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}: expected a whole number"):
        generate_lagged_stream(**{"n": 1, "sequences": 1, "seed": 0, **wrong})
