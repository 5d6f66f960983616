"""Figures: drawn on the Axes given, labelled, and without a trace outside `style()`."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.text import Annotation

from rnn_tutorials import plotting
from rnn_tutorials.automata import DFA
from rnn_tutorials.baselines import compare
from rnn_tutorials.windowing import make_windows


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # what was drawn can be rendered
    plt.close(figure)


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def monthly(rows):
    index = pd.period_range("2000-01", periods=rows, freq="M")
    return pd.Series(np.arange(rows, dtype=float), index=index)


INDICES = {
    "period": pd.period_range("2000-01", periods=20, freq="M"),
    "datetime": pd.date_range("2000-01-01", periods=20, freq="D"),
    "numbers": pd.RangeIndex(20),
}


# --- style -------------------------------------------------------------------------


def test_style_holds_inside_the_block_only():
    before = dict(matplotlib.rcParams)
    with plotting.style(figure_figsize=(5, 2), lines_linewidth=3, font_size=7):
        assert matplotlib.rcParams["figure.figsize"] == [5, 2]
        assert matplotlib.rcParams["lines.linewidth"] == 3
        assert matplotlib.rcParams["font.size"] == 7
        assert not matplotlib.rcParams["axes.spines.top"]
    assert dict(matplotlib.rcParams) == before


def test_style_comes_back_after_an_error_and_nests():
    before = dict(matplotlib.rcParams)
    with pytest.raises(RuntimeError, match="in the block"), plotting.style():
        with plotting.style(figure_dpi=50):
            assert matplotlib.rcParams["figure.dpi"] == 50
        assert matplotlib.rcParams["figure.dpi"] == 90
        raise RuntimeError("in the block")
    assert dict(matplotlib.rcParams) == before


def test_style_takes_settings_with_several_dots():
    with plotting.style(axes_grid_axis="x", figure_constrained_layout_use=False):
        assert not matplotlib.rcParams["figure.constrained_layout.use"]
        assert matplotlib.rcParams["axes.grid.axis"] == "x"


def test_an_unknown_setting_is_refused():
    before = dict(matplotlib.rcParams)
    with pytest.raises(KeyError, match="figure_nosuch"):
        with plotting.style(figure_nosuch=1):
            pass
    assert dict(matplotlib.rcParams) == before


# --- series and forecasts ----------------------------------------------------------


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_plot_series(ax, index):
    series = pd.Series(np.arange(20.0), index=index)
    parts = {"training": series[:15], "test": series[15:]}
    assert plotting.plot_series(ax, series, unit="thousand", parts=parts) is ax
    assert ax.get_ylabel() == "thousand"
    assert legend(ax) == ["training", "test"]
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_ydata(), series)
    assert len(ax.patches) == 2


def test_plot_series_without_parts_has_no_legend(ax):
    assert plotting.plot_series(ax, monthly(5)) is ax
    assert ax.get_legend() is None


@pytest.mark.parametrize(
    "times", [*INDICES.values(), list(range(20))], ids=[*INDICES, "list"]
)
def test_plot_forecast(ax, times):
    actual = np.arange(20.0).reshape(20, 1, 1)
    seeds = np.stack([actual[:, 0, 0] + shift for shift in (-1, 1, 3)])
    forecasts = {"naive": actual.ravel() - 2, "model": seeds}
    assert plotting.plot_forecast(ax, times, actual, forecasts, unit="°C") is ax
    assert ax.get_ylabel() == "°C"
    assert legend(ax) == ["actual", "naive", "model"]
    assert len(ax.lines) == 3
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), seeds.mean(axis=0))
    (band,) = ax.collections  # of the forecast with several seeds
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == seeds.min()
    assert heights.max() == seeds.max()
    assert to_rgba(ax.lines[2].get_color())[:3] == tuple(band.get_facecolor()[0][:3])


# --- learning curves and comparisons -----------------------------------------------


class History:
    """What `model.fit` returns, as far as figures go."""

    history = {"loss": [3.0, 2.0, 1.5], "val_loss": [3.5, 2.5, 2.6], "mae": [1, 1, 1]}  # noqa: RUF012


@pytest.mark.parametrize("history", [History(), History.history])
def test_plot_learning_curves(ax, history):
    assert plotting.plot_learning_curves(ax, history, unit="°C²") is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss (°C²)")
    assert legend(ax) == ["training", "validation"]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [3.5, 2.5, 2.6])


def test_plot_learning_curves_of_a_metric_without_validation(ax):
    assert plotting.plot_learning_curves(ax, History(), metric="mae") is ax
    assert ax.get_ylabel() == "mae"
    assert legend(ax) == ["training"]


@pytest.mark.parametrize(
    "unit, label",
    [("", "mean absolute error"), ("°C", "mean absolute error (°C)")],
)
def test_plot_comparison(ax, unit, label):
    y = np.zeros((4, 1, 1))
    baselines = {"persistence": y + 2, "drift": y - 3}
    table = compare(y, baselines=baselines, models={"LSTM": [y + 1, y + 1.5]})
    assert plotting.plot_comparison(ax, table, unit=unit) is ax
    assert ax.get_xlabel() == label
    assert [bar.get_width() for bar in ax.patches] == [2, 3, 1.25]
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == ["persistence", "drift", "LSTM"]
    assert ax.yaxis_inverted()
    grey, _, blue = (bar.get_facecolor() for bar in ax.patches)
    assert grey != blue


# --- windows -----------------------------------------------------------------------


@pytest.mark.parametrize("width, horizon, gap", [(3, 1, 0), (4, 2, 3), (1, 1, 1)])
def test_plot_window_draws_the_windows_of_make_windows(ax, width, horizon, gap):
    rows = width + gap + horizon + 2
    assert plotting.plot_window(ax, width, horizon, gap=gap, rows=rows) is ax
    X, y = make_windows(np.arange(rows), width, horizon, gap=gap)
    drawn = [line for line in ax.lines if len(line.get_xdata())]
    inputs = [line.get_xdata() for line in drawn if line.get_marker() == "s"]
    targets = [line.get_xdata() for line in drawn if line.get_marker() == "D"]
    np.testing.assert_array_equal(inputs, X[:, :, 0])
    np.testing.assert_array_equal(targets, y[:, :, 0])
    assert legend(ax) == ["inputs", "targets"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("row of the series", "window")


def test_plot_window_draws_four_windows_when_not_told(ax):
    plotting.plot_window(ax, 12)
    assert len([line for line in ax.lines if len(line.get_xdata()) == 12]) == 4


# --- sequences ---------------------------------------------------------------------


def test_plot_steps(ax):
    values = np.array([[0.0, 1.0], [0.5, 0.0], [1.0, 0.25]])
    assert plotting.plot_steps(ax, values, title="three steps") is ax
    (image,) = ax.get_images()
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_clim() == (0, 1)
    assert (ax.get_title(), ax.get_xlabel()) == ("three steps", "step")


# --- automata ----------------------------------------------------------------------


def test_plot_automaton(ax):
    # 0 and 1 go both ways, 2 can't be left, both symbols share its loop.
    dfa = DFA([[1, 2], [0, 1], [2, 2]], [True, False, True])
    assert plotting.plot_automaton(ax, dfa, title="three") is ax
    texts = [text.get_text() for text in ax.texts]
    assert ax.get_title() == "three"
    assert [texts.count(state) for state in "2"] == [1]
    assert texts.count("0,1") == 1
    assert len(ax.patches) == 3 + 2  # a ring per state, one more where it accepts
    arrows = [text for text in ax.texts if isinstance(text, Annotation)]
    assert len(arrows) == 5 + 1  # one per pair of states, and the start
    centres = [tuple(patch.center) for patch in ax.patches]
    assert len(set(centres)) == 3


@pytest.mark.parametrize("states", [1, 2, 12])
def test_plot_automaton_keeps_states_apart(ax, states):
    rows = [[(state + 1) % states, state] for state in range(states)]
    plotting.plot_automaton(ax, DFA(rows, [False] * states))
    centres = np.array([patch.center for patch in ax.patches])
    apart = np.linalg.norm(centres[:, None] - centres, axis=-1)
    assert (apart[~np.eye(states, dtype=bool)] > 2 * ax.patches[0].radius).all()
    low, high = ax.get_xlim()
    assert (low < centres).all() and (centres < high).all()
