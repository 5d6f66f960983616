"""Every sequence once, in batches that a model can tell from padding."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials import BucketDataset, pad_sequences

ragged = st.lists(
    st.lists(st.integers(1, 99), min_size=1, max_size=12), min_size=1, max_size=30
)
RAGGED = [[5, 6, 7], [8], [9, 10, 11, 12, 13], [14, 15], [16]]


@settings(deadline=None, max_examples=50)
@given(ragged, st.integers(1, 5), st.none() | st.integers(0, 9))
def test_every_sequence_once_with_its_label(sequences, batch_size, seed):
    labels = np.arange(len(sequences))
    batches = BucketDataset(
        sequences, labels, boundaries=(3, 8), batch_size=batch_size, seed=seed
    )
    seen = []
    for number in range(len(batches)):
        x, y = batches[number]
        assert len(x) == len(y) <= batch_size and x.shape[1] in (3, 8)
        expected = pad_sequences([sequences[row] for row in y], x.shape[1])
        assert x.dtype == expected.dtype and (x == expected).all()
        seen.extend(y)
    assert sorted(seen) == labels.tolist()
    assert batches.steps == sum(batches[n][0].size for n in range(len(batches)))


@settings(deadline=None, max_examples=50)
@given(ragged, st.none() | st.integers(0, 9))
def test_outputs_come_back_in_order(sequences, seed):
    batches = BucketDataset(sequences, boundaries=(3, 12), batch_size=4, seed=seed)
    outputs = np.concatenate([batches[n].sum(axis=1) for n in range(len(batches))])
    assert batches.in_order(outputs).tolist() == [sum(each) for each in sequences]
    stacked = batches.in_order(np.stack([outputs, -outputs], axis=1))
    assert stacked[:, 1].tolist() == [-sum(each) for each in sequences]


def test_the_first_two_batches_differ_in_length():
    # Else Keras takes that length for the length of all batches.
    batches = BucketDataset([[1]] * 9 + [[1, 2, 3]], boundaries=(1, 3), batch_size=2)
    assert [batches[n].shape[1] for n in range(3)] == [3, 1, 1]


def test_predict_gives_what_one_padded_array_gives():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(20, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.LSTM(3)(x))
    batches = BucketDataset(RAGGED, boundaries=(2, 5), batch_size=2, seed=1)
    found = batches.in_order(model.predict(batches, verbose=0))
    expected = model.predict(pad_sequences(RAGGED), verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_options_of_pad_sequences_and_a_transform():
    batches = BucketDataset(
        [[1], [2, 3, 4], []],
        boundaries=(2, 4),
        batch_size=2,
        transform=lambda x: x * 10,
        padding="pre",
        value=7,
        empty="token",
    )
    assert [batches[n].tolist() for n in range(2)] == [
        [[70, 20, 30, 40]],
        [[70, 10], [70, 20]],
    ]


def test_several_inputs():
    weights = [[0.5] * len(each) for each in RAGGED]
    batches = BucketDataset(
        {"ids": RAGGED, "weights": weights}, range(5), boundaries=(2, 5), batch_size=2
    )
    for number in range(len(batches)):
        x, rows = batches[number]
        assert sorted(x) == ["ids", "weights"]
        assert x["ids"].dtype == "int32" and x["weights"].dtype == "float32"
        padded = pad_sequences([RAGGED[row] for row in rows], x["ids"].shape[1])
        np.testing.assert_array_equal(x["ids"], padded)
        np.testing.assert_array_equal(x["weights"], 0.5 * (padded > 0))


def test_several_inputs_of_different_lengths():
    inputs = {"ids": [[1], [2, 3]], "weights": [[0.5], [0.5]]}
    message = "^sequences: expected 'weights' to be as long as 'ids', row by row"
    with pytest.raises(ValueError, match=message):
        BucketDataset(inputs, boundaries=(2,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [1, 2]}, "labels: expected 5, one per sequence, received 2"),
        ({"boundaries": (4, 2)}, "boundaries: expected increasing lengths"),
        ({"batch_size": 0}, "batch_size: expected"),
        ({"sequences": [[1], []]}, "sequences: expected at least one step each"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        BucketDataset(**{"sequences": RAGGED, "boundaries": (2, 5), **arguments})


def test_bad_outputs():
    batches = BucketDataset(RAGGED, boundaries=(5,))
    with pytest.raises(ValueError, match=r"^outputs: expected 5 rows.*\(4,\)"):
        batches.in_order(np.zeros(4))


def test_a_batch_that_is_not_there():
    batches = BucketDataset(RAGGED, boundaries=(5,))
    for index in (-1, 1):
        with pytest.raises(IndexError, match=f"batch {index} of 1"):
            batches[index]
