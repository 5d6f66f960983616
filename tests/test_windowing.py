"""Windows and splits against a plain Python loop, and the properties they promise."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnn_tutorials.windowing import chronological_split, make_windows

examples = settings(deadline=None, max_examples=60)


@st.composite
def cases(draw):
    """A random series of 1..3 features and window sizes that fit into it."""
    sizes = {
        "width": draw(st.integers(1, 6)),
        "horizon": draw(st.integers(1, 5)),
        "stride": draw(st.integers(1, 4)),
        "gap": draw(st.integers(0, 3)),
    }
    shortest = sizes["width"] + sizes["horizon"] + sizes["gap"]
    rows = shortest + draw(st.integers(0, 14))
    return random_series(rows, draw(st.integers(1, 3)), draw(st.integers(0, 99))), sizes


def random_series(rows, features, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, features))


def oracle(series, columns, width, horizon, stride, gap):
    """Every full window, found by trying each start in turn."""
    X, y = [], []
    start = 0
    while start + width + gap + horizon <= len(series):
        X.append([list(series[start + step]) for step in range(width)])
        first = start + width + gap
        y.append([[series[first + h][c] for c in columns] for h in range(horizon)])
        start += stride
    return np.array(X), np.array(y)


# --- make_windows ------------------------------------------------------------------


@examples
@given(cases(), st.data())
def test_equals_a_plain_loop(case, data):
    series, sizes = case
    features = series.shape[1]
    columns = data.draw(st.lists(st.integers(0, features - 1), min_size=1, max_size=4))
    names = ["a", "b", "c"][:features]
    frame = pd.DataFrame(series, columns=names)
    every = list(range(features))
    for given_series, targets, chosen in [
        (series, None, every),
        (series.tolist(), columns, columns),
        (series, columns[0], columns[:1]),
        (series, columns[0] - features, columns[:1]),
        (series, np.array(columns), columns),
        (frame, None, every),
        (frame, names[columns[0]], columns[:1]),
        (frame, [names[c] for c in columns], columns),
        (frame, columns, columns),
    ]:
        X, y = make_windows(given_series, **sizes, targets=targets)
        expected_X, expected_y = oracle(series, chosen, **sizes)
        np.testing.assert_array_equal(X, expected_X)
        np.testing.assert_array_equal(y, expected_y)


@examples
@given(cases())
def test_one_column_in_every_form_gives_one_feature(case):
    series, sizes = case
    column = series[:, 0]
    X, y = make_windows(series[:, :1], **sizes)
    for form in (column, list(column), tuple(column), pd.Series(column)):
        other_X, other_y = make_windows(form, **sizes)
        np.testing.assert_array_equal(other_X, X)
        np.testing.assert_array_equal(other_y, y)


@examples
@given(cases())
def test_count_and_the_last_full_window(case):
    series, sizes = case
    width, horizon, stride, gap = (
        sizes[name] for name in ("width", "horizon", "stride", "gap")
    )
    X, y = make_windows(series, **sizes)
    count = (len(series) - width - gap - horizon) // stride + 1
    assert X.shape == (count, width, series.shape[1])
    assert y.shape == (count, horizon, series.shape[1])
    # One more window would not fit: the last full one is there.
    assert count * stride + width + gap + horizon > len(series)
    if stride == 1:
        np.testing.assert_array_equal(y[-1, -1], series[-1])


@examples
@given(cases())
def test_the_target_starts_gap_plus_one_steps_after_the_last_input(case):
    series, sizes = case
    X, y = make_windows(np.arange(len(series)), **sizes)
    np.testing.assert_array_equal(X[:, 0, 0], sizes["stride"] * np.arange(len(X)))
    np.testing.assert_array_equal(np.diff(X[..., 0], axis=1), 1)
    np.testing.assert_array_equal(y[:, 0, 0] - X[:, -1, 0], sizes["gap"] + 1)
    np.testing.assert_array_equal(np.diff(y[..., 0], axis=1), 1)


@examples
@given(cases(), st.data())
def test_no_future_value_reaches_an_earlier_window(case, data):
    series, sizes = case
    now = data.draw(st.integers(0, len(series)))
    X, y = make_windows(series, **sizes)
    changed = series.copy()
    changed[now:] += 1 + np.abs(changed[now:])
    other_X, other_y = make_windows(changed, **sizes)
    for number in range(len(X)):
        last_input = number * sizes["stride"] + sizes["width"] - 1
        last_target = last_input + sizes["gap"] + sizes["horizon"]
        assert (X[number] == other_X[number]).all() == (last_input < now)
        assert (y[number] == other_y[number]).all() == (last_target < now)


def test_arrays_are_not_copied_and_cannot_be_changed():
    for series in (random_series(9, 2), random_series(9, 1)[:, 0], np.arange(9)):
        X, y = make_windows(series, 3, 2)
        for windows in (X, y):
            assert np.shares_memory(windows, series)
            assert not windows.flags.writeable
    frame = pd.DataFrame(random_series(9, 2))
    assert np.shares_memory(make_windows(frame, 3)[0], frame.to_numpy())
    series = random_series(9, 2)
    assert np.shares_memory(make_windows(series, 3, targets=1)[1], series)
    assert not make_windows(series, 3, targets=[1, 0])[1].flags.writeable


def test_the_dtype_is_kept():
    for dtype in ("float16", "float32", "float64", "int8", "uint16"):
        X, y = make_windows(np.arange(9, dtype=dtype), 2, targets=0)
        assert X.dtype == y.dtype == dtype
    assert make_windows(pd.Series([1, 2, 3], dtype="Int64"), 1)[0].dtype == "int64"


def test_the_names_of_a_frame_come_before_column_numbers():
    frame = pd.DataFrame({1: [0, 1, 2], 0: [5, 6, 7]})
    assert make_windows(frame, 1, targets=1)[1].ravel().tolist() == [1, 2]


def test_numpy_integers_are_whole_numbers():
    X, _ = make_windows(range(9), np.int64(3), np.int8(2), gap=np.uint8(1))
    assert X.shape == (4, 3, 1)


# --- chronological_split -----------------------------------------------------------


@st.composite
def splits(draw):
    """Fractions in hundredths, and a series long enough for three parts."""
    train = draw(st.integers(20, 80))
    validation = draw(st.integers(10, 90 - train))
    shares = (train / 100, validation / 100, (100 - train - validation) / 100)
    return shares, draw(st.integers(20, 90))


@examples
@given(splits(), st.data())
def test_the_parts_cover_the_series_and_context_is_past(split, data):
    fractions, rows = split
    first, second = split_points(rows, fractions)
    context = data.draw(st.integers(0, first))
    series = np.arange(rows)
    train, validation, test = chronological_split(series, fractions, context=context)
    np.testing.assert_array_equal(train, series[:first])
    np.testing.assert_array_equal(validation[context:], series[first:second])
    np.testing.assert_array_equal(test[context:], series[second:])
    # What precedes a part's own rows are the rows right before them, in order.
    np.testing.assert_array_equal(validation[:context], series[first - context : first])
    np.testing.assert_array_equal(test[:context], series[second - context : second])
    assert train.max() < validation[context:].min() <= validation.max()
    assert validation.max() < test[context:].min()
    for part, share in zip((first, second - first), fractions[:2], strict=True):
        assert abs(part - rows * share) <= 1


def split_points(rows, fractions):
    train, validation, _ = chronological_split(np.arange(rows), fractions)
    return len(train), len(train) + len(validation)


@examples
@given(splits(), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3))
def test_with_context_no_target_is_lost(split, width, horizon, gap):
    fractions, rows = split
    context = width + gap
    first, second = split_points(rows, fractions)
    assume(first >= context + horizon and min(second - first, rows - second) >= horizon)
    parts = chronological_split(np.arange(rows), fractions, context=context)
    first_targets, counts = [], []
    own_starts = (context, first, second)
    for part, start in zip(parts, own_starts, strict=True):
        X, y = make_windows(part, width, horizon, gap=gap)
        assert y[0, 0, 0] == start, "the first own row is the first target"
        assert set(y.ravel()) == set(range(start, part[-1] + 1)), "all own rows, only"
        assert X.max() < y.max()
        first_targets.extend(y[:, 0, 0].tolist())
        counts.append(len(y))
    if horizon == 1:
        # Each row after the first context is a target in exactly one part.
        assert first_targets == list(range(context, rows))
    # For a longer horizon only the horizon - 1 windows whose targets lie on both
    # sides of a border are in neither part.
    whole = rows - context - horizon + 1
    assert sum(counts) == whole - 2 * (horizon - 1)


@examples
@given(splits(), st.integers(0, 4))
def test_a_later_row_never_reaches_an_earlier_part(split, context):
    fractions, rows = split
    first, second = split_points(rows, fractions)
    assume(first >= context)
    series = random_series(rows, 2)
    changed = series.copy()
    changed[second:] += 1
    parts = chronological_split(series, fractions, context=context)
    others = chronological_split(changed, fractions, context=context)
    for number in (0, 1):
        np.testing.assert_array_equal(parts[number], others[number])
    changed[first:second] += 1
    np.testing.assert_array_equal(
        chronological_split(changed, fractions, context=context)[0], parts[0]
    )


def test_the_type_of_the_series_is_kept():
    dates = pd.date_range("2001-01-31", periods=10, freq="ME")
    series = pd.Series(range(10), dates, name="passengers")
    frame = pd.DataFrame(random_series(10, 2), dates, ["a", "b"])
    for whole in (series, frame):
        train, validation, test = chronological_split(whole, (0.6, 0.2, 0.2), context=2)
        assert type(train) is type(validation) is type(test) is type(whole)
        assert validation.equals(whole[4:8])
        assert test.index[2] == dates[8]
    array = np.arange(20).reshape(10, 2)
    for part in chronological_split(array):
        assert np.shares_memory(part, array)
        assert part.ndim == 2
    assert [len(part) for part in chronological_split([1.0] * 20)] == [14, 3, 3]


@pytest.mark.parametrize(
    "fractions",
    [(1 / 3, 1 / 3, 1 / 3), (0.7, 0.15, 0.15), (0.1, 0.2, 0.7), np.full(3, 1 / 3)],
)
def test_rounding_of_the_fractions_is_forgiven(fractions):
    assert sum(map(len, chronological_split(range(30), fractions))) == 30


# --- memory maps -------------------------------------------------------------------


def test_a_memory_map_stays_on_disk(tmp_path):
    rows = 1 << 21
    series = np.memmap(tmp_path / "series", "float64", "w+", shape=(rows, 2))
    tracemalloc.start()
    X, y = make_windows(series, 24, 3, gap=2, targets=1)
    parts = chronological_split(series, context=26)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The check for NaN takes one block of Booleans, 4 MB; the series has 32 MB.
    assert peak < 12e6
    for array in (X, y, *parts):
        assert np.shares_memory(array, series)


def test_a_nan_deep_in_a_long_series_is_found():
    series = np.zeros((1 << 21) + 5)
    series[-2] = np.nan
    with pytest.raises(ValueError, match=rf"nan.* at row {len(series) - 2}"):
        make_windows(series, 3)
    wide = np.zeros((3, 1 << 12))
    wide[2, 7] = np.inf
    with pytest.raises(ValueError, match="at row 2"):
        make_windows(wide, 1)


# --- errors ------------------------------------------------------------------------


def same(a, b):
    if isinstance(a, pd.Series | pd.DataFrame):
        return a.equals(b)
    if hasattr(a, "dtype"):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return a == b


def at(*index):
    return pd.Series(np.arange(float(len(index))), index=index)


@pytest.mark.parametrize("value", [0, -3, True, np.True_, 2.0, 1.5, "3", None, [2]])
@pytest.mark.parametrize("name", ["width", "horizon", "stride", "gap", "context"])
def test_counts_that_are_none(name, value):
    series = np.arange(10.0)
    if name in ("gap", "context") and value == 0:
        return
    if name == "context":
        call = lambda: chronological_split(series, context=value)  # noqa: E731
    else:
        call = lambda: make_windows(series, **{"width": 2, name: value})  # noqa: E731
    least = 0 if name in ("gap", "context") else 1
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(
        f"{name}: expected a whole number of at least {least}, received {value!r}"
    )
    np.testing.assert_array_equal(series, np.arange(10.0))


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ([], r"at least one row, received an empty series, shape \(0,\)"),
        (np.zeros((4, 0)), r"at least one row.*\(4, 0\)"),
        (
            np.zeros((4, 2, 1)),
            r"\(rows, features\), received 3 dimensions.*\(4, 2, 1\)",
        ),
        (3.0, r"received 0 dimensions"),
        (None, r"received 0 dimensions"),
        ("12 13", r"received 0 dimensions"),
        ([[1, 2], [3]], r"rows of equal length, received a ragged one"),
        ([1.0, float("nan"), 2.0], r"finite numbers, received nan at row 1"),
        (np.array([0, -np.inf]), r"finite numbers, received -inf at row 1"),
        (np.array([[0, 1], [2, np.inf]]), r"received \[2.0, inf\] at row 1"),
        (pd.Series([1, None], dtype="Int64"), r"received nan at row 1"),
        (["1", "2"], r"numbers, received dtype <U1 \(for instance np.str_\('1'\)\)"),
        (np.array([1, "x", None], object), r"dtype object \(for instance 'x'\)"),
        (np.zeros(3, bool), r"received dtype bool"),
        (np.zeros(3, complex), r"received dtype complex128"),
        (pd.date_range("2001", periods=3), r"received dtype datetime64"),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), r"dtype .* in column 'b'"),
        (np.ma.array([1.0, 2, 3], mask=[0, 1, 0]), r"masked array with 1 masked"),
        (at(3, 1, 2), r"increasing order, received 1 at row 1; call .sort_index"),
        (at(1, 2, 5, 3, 4), r"increasing order, received 3 at row 3"),
        (at(1, "a", 2), r"increasing order, received a at row 1"),
        (at(*pd.to_datetime(["2001-02-01", "2001-01-01"])), r"received 2001-01-01"),
        (at(*pd.to_datetime(["2001-02-01", None, "2001-03-01"])), r"received NaT"),
        (at(1, 2, 2), r"each timestamp once, received 2 again; aggregate or drop"),
    ],
)
def test_a_series_that_is_none(series, words):
    before = series.copy() if hasattr(series, "copy") else series
    for call in (lambda: make_windows(series, 1), lambda: chronological_split(series)):
        with pytest.raises(ValueError, match=f"^series: expected .*{words}"):
            call()
    assert same(series, before)


@pytest.mark.parametrize("sizes", [(10, 1), (8, 2, 1), (1, 10), (10**30, 1)])
def test_windows_longer_than_the_series(sizes):
    width, horizon, *gap = sizes
    gap = gap[0] if gap else 0
    total = width + horizon + gap
    with pytest.raises(ValueError) as error:
        make_windows(range(10), width, horizon, gap=gap)
    assert str(error.value) == (
        "width + gap + horizon: expected at most the 10 rows of the series, "
        f"received {width} + {gap} + {horizon} = {total}"
    )


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ("price", r"one of \['a', 'b'\] or a column number below 2, received 'price'"),
        (["a", "c"], r"received 'c'"),
        (2, r"received 2"),
        (-3, r"received -3"),
        (1.0, r"received 1.0"),
        (True, r"received True"),
        ([True, False], r"received True"),
        (np.array(1.5), r"received array\(1.5\)"),
        (object(), r"received <object"),
        ([], r"at least one column, received none"),
    ],
)
def test_target_columns_that_are_none(targets, words):
    frame = pd.DataFrame(random_series(5, 2), columns=["a", "b"])
    with pytest.raises(ValueError, match=rf"^targets: expected .*{words}"):
        make_windows(frame, 1, targets=targets)
    if not isinstance(targets, list) or targets:
        with pytest.raises(ValueError, match=r"^targets: expected a column number"):
            make_windows(frame.to_numpy(), 1, targets=targets)


@pytest.mark.parametrize(
    "fractions",
    [
        (0.7, 0.2, 0.2),
        (0.5, 0.5),
        (0.4, 0.2, 0.2, 0.2),
        (0.6, 0.5, -0.1),
        (0.8, 0.2, 0.0),
        (0.5, float("nan"), 0.5),
        (0.5, float("inf"), 0.5),
        ("a", "b", "c"),
        "abc",
        0.7,
        None,
    ],
)
def test_fractions_that_are_none(fractions):
    with pytest.raises(ValueError) as error:
        chronological_split(range(20), fractions)
    assert "fractions: expected three positive shares" in str(error.value)
    assert f"sum to 1, received {fractions!r}" in str(error.value)


def test_parts_without_rows_and_too_long_a_context():
    with pytest.raises(ValueError, match=r"^fractions: .* parts of 2, 1 and 0 rows"):
        chronological_split(range(3))
    with pytest.raises(ValueError, match=r"^fractions: .* of the 2 rows, received"):
        chronological_split(range(2), (0.4, 0.3, 0.3))
    words = r"^context: expected at most the 14 rows of the training part, received 15"
    with pytest.raises(ValueError, match=words):
        chronological_split(range(20), context=15)


def test_a_module_attribute_that_does_not_exist():
    import rnn_tutorials.windowing

    with pytest.raises(AttributeError, match="no attribute 'Windows'"):
        rnn_tutorials.windowing.Windows  # noqa: B018
