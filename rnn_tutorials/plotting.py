"""Figures of the course: each function draws on an Axes and returns it.

Imports Matplotlib and NumPy only. `style()` scopes the look, so that importing this
module changes nothing.
"""

import contextlib

import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito's palette: told apart with any colour vision. Named here because "C0"
# is looked up when a figure is drawn, which may be after `style()` has ended.
_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

_STYLE = {
    "figure.figsize": (8, 3.2),
    "figure.dpi": 90,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "axes.prop_cycle": plt.cycler(color=_PALETTE),
}


@contextlib.contextmanager
def style(**changes):
    """Draw in the course's style inside a `with` block.

    Args:
        **changes: further Matplotlib settings, with `_` for `.`
            (`figure_figsize=(8, 5)`).
    """
    names = {name.replace(".", "_"): name for name in plt.rcParams}
    given = {names.get(key, key): value for key, value in changes.items()}
    with plt.rc_context({**_STYLE, **given}):
        yield
        # The first figure loads the backend, which may switch interactive mode on
        # (Jupyter's does); leaving the context must not switch it off again, or later
        # figures would not be shown.
        interactive = plt.isinteractive()
    plt.interactive(interactive)


def plot_series(ax, series, *, unit="", parts=None):
    """Draw a pandas Series against time.

    Args:
        ax: Matplotlib Axes.
        series: pandas Series with a period, datetime or numeric index.
        unit: label of the vertical axis.
        parts: name -> the rows of a part (train, validation, test), shaded.
    """
    ax.plot(_times(series), series.to_numpy(), color="0.25", linewidth=1.2)
    for number, (name, part) in enumerate((parts or {}).items()):
        times = _times(part)
        ax.axvspan(
            times[0],
            times[-1],
            alpha=0.12,
            color=_PALETTE[number % len(_PALETTE)],
            label=name,
        )
    if parts:
        ax.legend(ncols=len(parts), loc="upper left")
    ax.set_ylabel(unit)
    return ax


def plot_forecast(ax, times, actual, forecasts, *, unit=""):
    """Draw forecasts over the values that came.

    Args:
        ax: Matplotlib Axes.
        times: `(n,)` dates or numbers, or a pandas index.
        actual: `(n,)` values that came.
        forecasts: name -> `(n,)`, or `(seeds, n)`, drawn as mean and range.
        unit: label of the vertical axis.
    """
    times = _times(times)
    ax.plot(times, np.ravel(actual), color="0.25", label="actual")
    for name, forecast in forecasts.items():
        seeds = np.reshape(forecast, (-1, len(times)))
        (line,) = ax.plot(times, seeds.mean(axis=0), label=name)
        if len(seeds) > 1:
            low, high = seeds.min(axis=0), seeds.max(axis=0)
            ax.fill_between(times, low, high, color=line.get_color(), alpha=0.2)
    ax.set_ylabel(unit)
    ax.legend()
    return ax


def plot_future(ax, history, forecast, *, share, unit=""):
    """Draw the end of a series and what is forecast after it.

    Args:
        ax: Matplotlib Axes.
        history: pandas Series of past values.
        forecast: DataFrame with `forecast`, `lower` and `upper`, indexed by time.
        share: of values that lie between `lower` and `upper`, for the label.
        unit: label of the vertical axis.
    """
    times = _times(forecast)
    ax.plot(_times(history), history.to_numpy(), color="0.25", label="data")
    (line,) = ax.plot(times, forecast["forecast"], marker=".", label="forecast")
    low, high = forecast["lower"], forecast["upper"]
    label = f"{share:.0%} interval"
    ax.fill_between(times, low, high, color=line.get_color(), alpha=0.2, label=label)
    ax.set_ylabel(unit)
    ax.legend(loc="upper left")
    return ax


def plot_learning_curves(ax, history, *, metric="loss", unit=""):
    """Draw training and validation values of a metric by epoch.

    Args:
        ax: Matplotlib Axes.
        history: what `model.fit` returned, or its `.history` dictionary.
        metric: name of the metric.
        unit: appended to the vertical label.
    """
    values = getattr(history, "history", history)
    epochs = np.arange(1, len(values[metric]) + 1)
    ax.plot(epochs, values[metric], marker=".", label="training")
    if f"val_{metric}" in values:
        ax.plot(epochs, values[f"val_{metric}"], marker=".", label="validation")
    ax.set_xlabel("epoch")
    ax.set_ylabel(f"{metric} ({unit})" if unit else metric)
    ax.legend()
    return ax


def plot_comparison(ax, table, *, unit=""):
    """Draw a table of `baselines.compare` as bars of MAE, with the range over seeds."""
    colours = ["0.7" if kind == "baseline" else _PALETTE[0] for kind in table["kind"]]
    spread = [table["MAE"] - table["MAE min"], table["MAE max"] - table["MAE"]]
    ax.barh(table.index, table["MAE"], xerr=np.array(spread), color=colours)
    ax.invert_yaxis()
    ax.set_xlabel(f"mean absolute error ({unit})" if unit else "mean absolute error")
    ax.grid(axis="y", visible=False)
    return ax


def plot_window(ax, width, horizon=1, *, gap=0, rows=None):
    """Draw which rows of a series are inputs, skipped and targets, window by window.

    Args:
        ax: Matplotlib Axes.
        width, horizon, gap: as in `windowing.make_windows`.
        rows: rows of the series; None means four windows' worth.
    """
    rows = rows or width + gap + horizon + 3
    for start in range(rows - width - gap - horizon + 1):
        inputs = np.arange(start, start + width)
        targets = np.arange(horizon) + start + width + gap
        ax.plot(np.arange(rows), np.full(rows, start), ".", color="0.85")
        ax.plot(inputs, np.full(width, start), "s", color=_PALETTE[0])
        ax.plot(targets, np.full(horizon, start), "D", color=_PALETTE[1])
    ax.plot([], [], "s", color=_PALETTE[0], label="inputs")
    ax.plot([], [], "D", color=_PALETTE[1], label="targets")
    ax.invert_yaxis()
    ax.set_xlabel("row of the series")
    ax.set_ylabel("window")
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.grid(visible=False)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_steps(ax, values, *, title=""):
    """Draw a sequence as a picture in grey, its steps from left to right.

    Args:
        ax: the Axes to draw on.
        values: `(timesteps, features)` from 0, white, to 1, black; the first feature
            is on top.
        title: of the Axes.

    Returns:
        The Axes.
    """
    ax.imshow(np.transpose(values), cmap="Greys", vmin=0, vmax=1, aspect="auto")
    ax.set(title=title, xlabel="step", yticks=[])
    ax.grid(visible=False)
    ax.xaxis.get_major_locator().set_params(integer=True)
    return ax


def plot_automaton(ax, dfa, *, title=""):
    """Draw a finite automaton: states on a circle, an arc for each transition.

    Accepting states have a double ring, the arrow without a beginning shows the start,
    arcs carry their symbols. States are numbered as in the table.

    Args:
        ax: Matplotlib Axes.
        dfa: `automata.DFA`, up to about a dozen states to be readable.
        title: above the drawing.
    """
    count, radius = len(dfa.transitions), 0.26
    angles = np.pi - 2 * np.pi * np.arange(count) / count
    ring = max(1.3, 0.6 * count / np.pi) * (count > 1)
    centres = ring * np.column_stack([np.cos(angles), np.sin(angles)])
    arcs = {}
    for state, row in enumerate(dfa.transitions):
        for symbol, after in zip(dfa.symbols, row, strict=True):
            arcs.setdefault((state, int(after)), []).append(symbol)
    for (state, after), symbols in arcs.items():
        label = ",".join(symbols)
        if state == after:
            outwards = centres[state] / ring if ring else np.array([0.0, 1.0])
            _draw_loop(ax, centres[state], outwards, radius, label)
        else:
            _draw_arc(ax, centres[state], centres[after], radius, label)
    for state, centre in enumerate(centres):
        ax.add_patch(plt.Circle(centre, radius, facecolor="white", edgecolor="0.2"))
        if dfa.accepting[state]:
            inner = plt.Circle(centre, 0.8 * radius, fill=False, edgecolor="0.2")
            ax.add_patch(inner)
        ax.text(*centre, str(state), ha="center", va="center")
    start, from_above = centres[dfa.start], radius * np.array([-0.64, 0.77])
    ax.annotate("", start + from_above, start + 2.6 * from_above, arrowprops=_ARROW)
    room = ring + 3.3 * radius
    ax.set(xlim=(-room, room), ylim=(-room, room), aspect="equal", title=title)
    ax.axis("off")
    return ax


_ARROW = {"arrowstyle": "-|>", "color": "0.2", "shrinkA": 0, "shrinkB": 0}


def _draw_arc(ax, tail, head, radius, label, bend=0.22):
    """An arrow from one ring to another, bent to its left; the label on the bend."""
    along = (head - tail) / np.linalg.norm(head - tail)
    left = np.array([-along[1], along[0]])
    start = tail + radius * (along + 0.45 * left) / np.hypot(1, 0.45)
    end = head + radius * (-along + 0.45 * left) / np.hypot(1, 0.45)
    arrow = {**_ARROW, "connectionstyle": f"arc3,rad={-bend}"}
    ax.annotate("", end, start, arrowprops=arrow)
    middle = (start + end) / 2 + left * (bend / 2 * np.linalg.norm(end - start) + 0.14)
    ax.text(*middle, label, ha="center", va="center", color=_PALETTE[0])


def _draw_loop(ax, centre, outwards, radius, label):
    """An arrow from a ring to itself, on the side away from the others."""
    turn = np.array([-outwards[1], outwards[0]])
    start = centre + radius * (0.8 * outwards + 0.6 * turn)
    end = centre + radius * (0.8 * outwards - 0.6 * turn)
    arrow = {**_ARROW, "connectionstyle": "arc3,rad=-2"}
    ax.annotate("", end, start, arrowprops=arrow)
    ax.text(
        *(centre + 2.6 * radius * outwards),
        label,
        ha="center",
        va="center",
        color=_PALETTE[0],
    )


def _times(series):
    # Lists have an `index` too, their method.
    index = series.index if hasattr(series, "iloc") else series
    return index.to_timestamp() if hasattr(index, "to_timestamp") else np.asarray(index)
