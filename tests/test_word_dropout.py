"""Word dropout hides the share it should, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rnn_tutorials as rt
from rnn_tutorials.datasets import OOV_ID, PADDING_ID

ids = arrays("int32", (5, 7), elements=st.integers(0, 50))


@given(ids, st.floats(0, 0.99), st.integers(0, 9))
def test_hides_words_only(x, rate, seed):
    before = x.copy()
    found = rt.word_dropout(rate, seed=seed)(x)
    changed = found != x
    assert (found[changed] == OOV_ID).all()
    assert not changed[x == PADDING_ID].any()
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(x, before)


def test_share_and_seed():
    x = np.full((200, 500), 9)
    hide = rt.word_dropout(0.3, seed=1)
    first, second = hide(x), hide(x)
    # Standard error of the share: 0.0014.
    assert np.mean(first == OOV_ID) == pytest.approx(0.3, abs=0.01)
    assert (first != second).any(), "each call draws anew"
    np.testing.assert_array_equal(first, rt.word_dropout(0.3, seed=1)(x))
    np.testing.assert_array_equal(rt.word_dropout(0, seed=1)(x), x)


def test_of_several_inputs():
    x = {"word_ids": np.full((2, 300), 9), "evidence": np.ones((2, 300, 3))}
    found = rt.word_dropout(0.5, seed=0)(x)
    assert found["evidence"] is x["evidence"]
    assert 0 < np.mean(found["word_ids"] == OOV_ID) < 1
    assert (x["word_ids"] == 9).all()


@pytest.mark.parametrize("rate", [-0.1, 1, 2.5])
def test_rates(rate):
    with pytest.raises(ValueError, match="rate: expected 0 to below 1, received"):
        rt.word_dropout(rate, seed=0)
