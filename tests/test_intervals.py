"""Widths that hold a share of the errors, and the score that tells good from bad."""

import numpy as np
import pytest

from rnn_tutorials._intervals import half_widths, interval_scores, naive_scores


def test_half_widths_are_the_errors_of_the_rank():
    errors = np.array([[3.0, 10], [1, 40], [2, 30], [4, 20]])[:, :, np.newaxis]
    # Five ranks for four errors: the third for 0.6, none above the last for 0.9.
    np.testing.assert_array_equal(half_widths(errors, 0.6).ravel(), [3, 30])
    np.testing.assert_array_equal(half_widths(errors, 0.9).ravel(), [4, 40])


def test_half_widths_hold_their_share_of_new_errors():
    errors = np.abs(np.random.default_rng(0).normal(size=(2, 20_000, 1, 1)))
    share = (errors[1] <= half_widths(errors[0], 0.8)).mean()
    assert share == pytest.approx(0.8, abs=0.01)


def test_interval_scores_by_hand():
    # Width 4; what lies 3 outside costs 3 * 2 / 0.1 more.
    found = interval_scores(np.array([0.0, 2, 5]), 2.0, 0.9)
    np.testing.assert_allclose(found, [4, 4, 64])


def test_the_true_interval_scores_lowest():
    errors = np.abs(np.random.default_rng(0).normal(size=100_000))
    widths = [0.8, 1.2, 1.645, 2.1, 3.0]  # 1.645 holds 90 % of normal errors
    scores = [interval_scores(errors, half, 0.9).mean() for half in widths]
    assert np.argmin(scores) == 2


@pytest.mark.parametrize("season", [3, None])
def test_naive_scores_by_hand(season):
    y = np.random.default_rng(0).normal(size=40)
    found = naive_scores(y[:, np.newaxis], 20, 30, horizon=2, season=season, share=0.8)
    lag = season or 1

    def errors(origins):
        ahead = [
            [abs(y[o + k] - y[o - lag + k % lag]) for k in (0, 1)] for o in origins
        ]
        return np.array(ahead)

    past = np.sort(errors(range(20, 29)), axis=0)
    half = past[7]  # rank 8 of 9: ceil(10 * 0.8)
    now = errors(range(30, 39))
    expected = 2 * half + 10 * np.maximum(0, now - half)
    np.testing.assert_allclose(found[:, :, 0], expected)
