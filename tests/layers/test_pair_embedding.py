"""Vectors for pairs of words against the formula."""

import keras
import numpy as np
import pytest
from keras import ops

from rnn_tutorials.layers import PairEmbedding

IDS = np.array([[3, 7, 3, 7, 0], [19_999, 19_998, 0, 0, 0]])


def test_equals_the_formula():
    layer = PairEmbedding(50, 4)
    found = ops.convert_to_numpy(layer(IDS))
    (table,) = layer.get_weights()
    assert table.shape == (51, 4)
    for row, ids in enumerate(IDS.tolist()):
        for t, here in enumerate(ids):
            before = ids[t - 1] if t else 0
            place = 1 + (9973 * before + 7919 * here) % 50 if here else 0
            np.testing.assert_array_equal(found[row, t], table[place])
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer.compute_mask(IDS)), IDS != 0
    )


def test_order_counts_and_place_does_not():
    layer = PairEmbedding(1000, 2)
    _, b, c, *_ = ops.convert_to_numpy(layer(np.array([[5, 8, 5, 8, 8]])))[0]
    assert (b != c).any()
    again = ops.convert_to_numpy(layer(np.array([[9, 5, 8]])))[0, 2]
    np.testing.assert_array_equal(again, b)


def test_without_padding_0_is_a_word():
    layer = PairEmbedding(50, 4, mask_zero=False)
    found = ops.convert_to_numpy(layer(np.array([[0, 3]])))
    np.testing.assert_array_equal(found[0, 0], layer.get_weights()[0][1])
    assert layer.compute_mask(IDS) is None


def test_ids_too_large_for_the_product_wrap():
    found = ops.convert_to_numpy(PairEmbedding(7, 2)(np.array([[2**31 - 1] * 3])))
    assert np.isfinite(found).all()


def test_saving_and_shape(tmp_path):
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, PairEmbedding(50, 4, mask_zero=False)(inputs))
    assert model.output_shape == (None, None, 4)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.layers[1].get_config() == model.layers[1].get_config()
    np.testing.assert_array_equal(again(IDS), model(IDS))


@pytest.mark.parametrize("wrong", [{"buckets": 0}, {"output_dim": 1.5}])
def test_bad_sizes(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: expected a whole"):
        PairEmbedding(**{"buckets": 5, "output_dim": 2, **wrong})
