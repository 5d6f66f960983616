"""What a backtest says in words."""

import numpy as np
import pandas as pd
import pytest

from rnn_tutorials import baselines
from rnn_tutorials._comparison import Comparison


def comparison(errors, use=("lstm",), scores=None):
    """A comparison in which persistence is wrong by 1, the network as given."""
    y = np.zeros((4, 1, 1))
    models = {"lstm": [y + error for error in errors]}
    table = baselines.compare(y, baselines={"persistence": y + 1}, models=models)
    by_series = pd.DataFrame({"use": use})
    return Comparison(table, by_series, 0.875, scores or {"lstm": 12.0})


@pytest.mark.parametrize(
    ("errors", "hedged"),
    [([0.97], True), ([0.9], False), ([1.02], False), ([0.97, 0.96], False)],
)
def test_a_small_lead_of_one_network_may_be_chance(errors, hedged):
    assert ("may be chance" in comparison(errors).verdict(0.9)) is hedged


def test_the_series_are_counted():
    assert "series by series" not in comparison([0.5]).verdict(0.9)
    use = ("lstm", "persistence", "lstm")
    said = comparison([0.5], use).verdict(0.9)
    assert "Lowest error, series by series: lstm in 2, persistence in 1." in said


def test_the_intervals_are_judged():
    said = comparison([0.5]).verdict(0.9)
    assert "88% of the test values lie in the 90% intervals; interval score 12," in said
    scores = {"lstm": 12.0, "seasonal naive": 15.5}
    said = comparison([0.5], scores=scores).verdict(0.9)
    assert "interval score 12 (15.5 around the seasonal naive forecast)" in said


def test_as_json_and_back():
    # No skill where the baseline makes no error: that is NaN, and stays so.
    y = np.zeros((4, 1, 1))
    table = baselines.compare(y, baselines={"drift": y}, models={"lstm": y + 1})
    before = comparison([0.5])._replace(table=table)
    after = Comparison.from_json(before.to_json())
    pd.testing.assert_frame_equal(after.table, before.table)
    assert after.verdict(0.9) == before.verdict(0.9)
