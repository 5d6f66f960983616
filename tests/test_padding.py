"""Padding against Keras's own, and what lengths, masks and buckets promise."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.padding import (
    bucket_by_length,
    head_and_tail,
    is_right_padded,
    pad_sequences,
    sequence_lengths,
    sequence_mask,
)

examples = settings(deadline=None, max_examples=60)

numbers = st.integers(-1000, 1000)
ragged = st.lists(st.lists(numbers, min_size=1, max_size=9), min_size=1, max_size=6)
ends = st.sampled_from(["pre", "post"])


def object_array(sequences):
    array = np.empty(len(sequences), object)
    array[:] = [np.array(sequence) for sequence in sequences]
    return array


# --- pad_sequences -----------------------------------------------------------------


@examples
@given(ragged, st.none() | st.integers(1, 12), ends, ends, numbers)
def test_equals_keras(sequences, maxlen, padding, truncating, value):
    options = {"padding": padding, "truncating": truncating, "value": value}
    expected = keras.utils.pad_sequences(sequences, maxlen, **options)
    for form in (
        sequences,
        tuple(sequences),
        [np.array(sequence) for sequence in sequences],
        object_array(sequences),
        (sequence for sequence in sequences),
        dict(enumerate(sequences)).values(),
    ):
        padded = pad_sequences(form, maxlen, **options)
        assert padded.dtype == expected.dtype == "int32"
        np.testing.assert_array_equal(padded, expected)


@examples
@given(ragged, st.none() | st.integers(1, 12), ends, ends, st.integers(1, 3))
def test_steps_with_features_equal_keras(sequences, maxlen, padding, truncating, width):
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(len(sequence), width)) for sequence in sequences]
    options = {
        "padding": padding,
        "truncating": truncating,
        "value": -0.5,
        "dtype": "float32",
    }
    expected = keras.utils.pad_sequences(sequences, maxlen, **options)
    np.testing.assert_array_equal(pad_sequences(sequences, maxlen, **options), expected)
    nested = [sequence.tolist() for sequence in sequences]
    np.testing.assert_array_equal(pad_sequences(nested, maxlen, **options), expected)


def test_the_defaults_pad_on_the_right_and_keep_the_last_steps():
    assert pad_sequences([[1, 2, 3], [4]]).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert pad_sequences([[1, 2, 3], [4]], 2).tolist() == [[2, 3], [4, 0]]
    assert pad_sequences(np.array([[1, 2], [3, 4]]), 1).tolist() == [[2], [4]]


def test_the_input_is_left_alone():
    sequences = [np.array([1, 2, 3]), np.array([4])]
    padded = pad_sequences(sequences, dtype="int64")
    padded += 10
    assert [sequence.tolist() for sequence in sequences] == [[1, 2, 3], [4]]


def test_whole_floats_are_accepted_as_integers():
    padded = pad_sequences([np.array([1.0, 2.0]), [3]])
    assert padded.tolist() == [[1, 2], [3, 0]]


def test_an_empty_sequence_becomes_a_token():
    sequences = [[5, 6], [], np.array([], "int64")]
    padded = pad_sequences(sequences, empty="token")
    assert padded.tolist() == [[5, 6], [2, 0], [2, 0]]
    padded = pad_sequences(sequences, 3, padding="pre", empty="token", empty_token=9)
    assert padded.tolist() == [[0, 5, 6], [0, 0, 9], [0, 0, 9]]
    assert pad_sequences([[], []], empty="token").tolist() == [[2], [2]]
    vectors = pad_sequences([[], [[1, 2]]], empty="token")
    assert vectors.tolist() == [[[2, 2]], [[1, 2]]]
    assert pad_sequences([np.zeros((0, 2)), [[1, 2]]], empty="token").shape == (2, 1, 2)


# --- lengths and masks -------------------------------------------------------------


@examples
@given(
    st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=6),
    st.none() | st.integers(1, 8),
    ends,
)
def test_lengths_and_mask_agree_with_the_padded_array(sequences, maxlen, truncating):
    padded = pad_sequences(sequences, maxlen, truncating=truncating, empty="token")
    lengths = sequence_lengths(sequences, maxlen, empty="token")
    mask = sequence_mask(lengths, padded.shape[1])
    np.testing.assert_array_equal(mask, padded != 0)
    np.testing.assert_array_equal(mask.sum(axis=1), lengths)
    assert mask.any(axis=1).all(), "no row that cuDNN would refuse"
    assert is_right_padded(mask)
    on_the_left = pad_sequences(sequences, maxlen, padding="pre", empty="token") != 0
    assert is_right_padded(on_the_left) == on_the_left.all()


def test_sequence_mask():
    assert sequence_mask([0, 2]).tolist() == [[False, False], [True, True]]
    assert sequence_mask(np.array([0], "uint8")).tolist() == [[False]]
    assert sequence_mask([1], 3).tolist() == [[True, False, False]]


@examples
@given(
    st.integers(0, 6).flatmap(
        lambda steps: st.lists(
            st.lists(st.booleans(), min_size=steps, max_size=steps), min_size=1
        )
    )
)
def test_is_right_padded(mask):
    expected = all(row == sorted(row, reverse=True) for row in mask)
    assert is_right_padded(mask) is expected
    assert is_right_padded(np.array(mask, int)) is expected


@given(st.lists(numbers, max_size=9), st.integers(0, 6), st.integers(0, 6))
def test_head_and_tail(sequence, head, tail):
    found = list(head_and_tail(sequence, head, tail))
    if len(sequence) <= head + tail:
        assert found == sequence
    else:
        assert found == sequence[:head] + list(reversed(sequence[::-1][:tail]))


def test_head_and_tail_of_features():
    x = np.arange(10).reshape(5, 2)
    np.testing.assert_array_equal(head_and_tail(x, 1, 2), x[[0, 3, 4]])
    assert head_and_tail(x, 2, 3) is x
    with pytest.raises(ValueError, match="tail: expected"):
        head_and_tail(x, 2, -1)


# --- bucket_by_length --------------------------------------------------------------


@examples
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=40),
    st.lists(st.integers(1, 25), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(1, 7),
    st.none() | st.integers(0, 9),
)
def test_buckets(lengths, boundaries, batch_size, seed):
    batches = bucket_by_length(lengths, boundaries, batch_size=batch_size, seed=seed)
    everyone = np.concatenate([indices for indices, _ in batches])
    assert sorted(everyone.tolist()) == list(range(len(lengths))), "a partition"
    assert len({maxlen for _, maxlen in batches}) <= len(boundaries)
    partial = {}
    for indices, maxlen in batches:
        assert maxlen in boundaries and 1 <= len(indices) <= batch_size
        shorter = [0, *boundaries][boundaries.index(maxlen)]
        for index in indices:
            longest_kept = min(lengths[index], boundaries[-1])
            # The first boundary that fits, not just any.
            assert (shorter < longest_kept or shorter == 0) and longest_kept <= maxlen
        partial[maxlen] = partial.get(maxlen, 0) + (len(indices) < batch_size)
    assert max(partial.values()) <= 1, "one smaller batch per bucket at most"
    again = bucket_by_length(lengths, boundaries, batch_size=batch_size, seed=seed)
    assert [(i.tolist(), m) for i, m in again] == [(i.tolist(), m) for i, m in batches]
    if seed is None:
        for indices, _ in batches:
            assert (np.diff(indices) > 0).all()


def test_the_seed_shuffles_within_and_across_buckets():
    lengths = np.tile([3, 9, 20], 40)

    def order(seed):
        batches = bucket_by_length(lengths, (5, 10, 20), batch_size=8, seed=seed)
        return [(indices.tolist(), maxlen) for indices, maxlen in batches]

    assert order(1) != order(2)
    first = order(1)
    assert any(indices != sorted(indices) for indices, _ in first)
    boundaries = [maxlen for _, maxlen in first]
    assert boundaries != sorted(boundaries)


def test_a_padded_batch_has_the_length_of_its_bucket():
    sequences = [[1] * n for n in (3, 9, 2, 14)]
    shapes = []
    for bucket in bucket_by_length(
        sequence_lengths(sequences), np.array([4, 10]), batch_size=2
    ):
        chosen = [sequences[index] for index in bucket.indices]
        shapes.append(pad_sequences(chosen, bucket.maxlen).shape)
    assert shapes == [(2, 4), (2, 10)]


# --- errors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sequences", "words"),
    [
        ([], r"at least one sequence, received none"),
        (None, r"a list of sequences, received None"),
        (7, r"a list of sequences, received 7"),
        ([[1], []], r"at least one step each.* at index 1; drop it, or pass empty="),
        ([1, 2], r"numbers of shape .* received shape \(\), dtype int64 at index 0"),
        (["ab"], r"received shape \(\), dtype <U2 at index 0"),
        ([[1], ["a", "b"]], r"dtype <U1 at index 1"),
        ([[1, None]], r"dtype object at index 0"),
        ([[[1, 2], [3]]], r"inhomogeneous .* at index 0"),
        ([np.zeros((1, 2, 3))], r"received shape \(1, 2, 3\)"),
        (
            [[[1, 2]], [[1, 2, 3]]],
            r"steps of shape \(2,\) .*received \(3,\) at index 1",
        ),
        ([[1, 2], [[1, 2]]], r"steps of shape \(\) .*received \(2,\) at index 1"),
    ],
)
def test_sequences_that_are_none(sequences, words):
    with pytest.raises(ValueError, match=f"^sequences: expected .*{words}"):
        pad_sequences(sequences)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"padding": "left"}, r"padding: expected one of 'post', 'pre', .* 'left'"),
        ({"truncating": None}, r"truncating: expected one of .* received None"),
        ({"empty": "drop"}, r"empty: expected one of 'error', 'token', .* 'drop'"),
        ({"maxlen": 0}, r"maxlen: expected a whole number of at least 1, received 0"),
        ({"maxlen": 2.0}, r"maxlen: .* received 2.0"),
        ({"maxlen": True}, r"maxlen: .* received True"),
        ({"dtype": "int8"}, r"dtype: int8 cannot hold the values 3 to 300 .*index 1"),
        ({"dtype": "uint8", "value": -1}, r"value: expected what uint8 .* received -1"),
        ({"value": 0.5}, r"value: expected what int32 can hold, received 0.5"),
        ({"value": float("nan")}, r"value: expected what int32 .* received nan"),
        ({"value": "x"}, r"value: expected what int32 can hold, received 'x'"),
        ({"value": None}, r"value: expected what int32 can hold, received None"),
        (
            {"empty": "token", "empty_token": 2**40},
            r"empty_token: expected what int32 can hold, received 1099511627776",
        ),
    ],
)
def test_options_that_are_none(options, words):
    sequences = [[1, 2], np.array([3, 300])]
    with pytest.raises(ValueError, match=f"^{words}"):
        pad_sequences(sequences, **options)
    assert sequences[1].tolist() == [3, 300]


@pytest.mark.parametrize(
    ("values", "dtype", "words"),
    [
        ([0.5], "int32", r"would cut the fractions .* index 1; pass dtype=\"float32\""),
        ([np.nan], "int32", r"would cut the fractions"),
        ([np.inf], "int64", r"int64 cannot hold the values inf to inf"),
        ([-1], "uint8", r"uint8 cannot hold the values -1 to -1"),
        ([2**40], "int32", r"int32 cannot hold"),
        (np.array([2**63], "uint64"), "int64", r"int64 cannot hold"),
    ],
)
def test_values_that_the_dtype_cannot_hold(values, dtype, words):
    with pytest.raises(ValueError, match=f"^dtype: .*{words}"):
        pad_sequences([[1], values], dtype=dtype)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sequence_lengths([[1], []]), r"sequences: .* empty .* at index 1"),
        (lambda: sequence_lengths([1, 2]), r"sequences: expected lists or arrays"),
        (lambda: sequence_lengths(None), r"sequences: expected lists or arrays"),
        (lambda: sequence_lengths([[1]], 0), r"maxlen: .* received 0"),
        (lambda: sequence_lengths([[1]], empty="x"), r"empty: expected one of"),
        (
            lambda: sequence_mask([]),
            r"lengths: .* received dtype float64, shape \(0,\)",
        ),
        (lambda: sequence_mask([[1]]), r"lengths: .* shape \(1, 1\)"),
        (lambda: sequence_mask([1.0]), r"lengths: expected whole numbers"),
        (lambda: sequence_mask([True]), r"lengths: expected whole numbers"),
        (lambda: sequence_mask([-1, 2]), r"lengths: .* received -1 to 2"),
        (lambda: sequence_mask([1, 4], 3), r"lengths: .* maxlen=3, received 1 to 4"),
        (lambda: sequence_mask([1], 0), r"maxlen: .* received 0"),
        (lambda: is_right_padded([True]), r"mask: expected shape .* received \(1,\)"),
        (lambda: is_right_padded(np.ones((1, 2, 1))), r"mask: .* \(1, 2, 1\)"),
    ],
)
def test_lengths_and_masks_that_are_none(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"boundaries": ()}, r"boundaries: expected increasing lengths, received \[\]"),
        ({"boundaries": (4, 2)}, r"boundaries: .* received \[4, 2\]"),
        ({"boundaries": (4, 4)}, r"boundaries: .* received \[4, 4\]"),
        ({"boundaries": (0, 4)}, r"boundaries: .* at least 1, received 0"),
        ({"boundaries": (2.5, 4)}, r"boundaries: .* received 2.5"),
        ({"boundaries": None}, r"boundaries: .* received None"),
        ({"batch_size": 0}, r"batch_size: .* received 0"),
        ({"seed": -1}, r"seed: .* at least 0, received -1"),
        ({"lengths": [[1, 2]]}, r"lengths: expected counts of shape \(sequences,\)"),
        ({"lengths": [1.5]}, r"lengths: .* received array\(\[1.5\]\)"),
        ({"lengths": [3, -1]}, r"lengths: .* received array\(\[ 3, -1\]\)"),
        ({"lengths": []}, r"lengths: expected counts"),
    ],
)
def test_buckets_that_are_none(arguments, words):
    valid = {"lengths": [1, 2], "boundaries": (2, 4), "batch_size": 2}
    with pytest.raises(ValueError, match=f"^{words}"):
        bucket_by_length(**{**valid, **arguments})


def test_one_boundary_may_be_a_number():
    [(indices, maxlen)] = bucket_by_length([3, 9], 5, batch_size=4)
    assert (indices.tolist(), maxlen) == ([0, 1], 5)
