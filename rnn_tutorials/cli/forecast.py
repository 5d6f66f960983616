"""`rnn-tutorials forecast sales.csv` and `rnn-tutorials predict bundle newer.csv`."""

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rnn_tutorials._whole_file import write_whole
from rnn_tutorials.cli._run import (
    Json,
    beginning,
    frame_as_rows,
    make_folder,
    print_json,
    print_table,
)

BUNDLE, FORECAST, FIGURE = "forecaster.rnn", "forecast.csv", "forecast.png"
_PANELS = 6  # series in the figure


class Model(StrEnum):
    """The networks, as `forecasting.MODELS` has them."""

    lstm = "lstm"
    window_mlp = "window-mlp"
    stacked_lstm = "stacked-lstm"
    bidirectional = "bidirectional"
    gru = "gru"
    deep_rnn = "deep-rnn"


class Fill(StrEnum):
    """How to fill gaps."""

    linear = "linear"
    forward = "forward"


Separator = Annotated[str | None, typer.Option(help="Of the columns. Default: found.")]
Decimal = Annotated[str | None, typer.Option(help="Decimal mark. Default: found.")]
TimeFormat = Annotated[
    str | None, typer.Option(help="Such as %d.%m.%Y. Default: found.")
]
Sort = Annotated[bool, typer.Option("--sort", help="Put rows in time order.")]
Gaps = Annotated[Fill | None, typer.Option(help="Fill gaps. Default: refuse them.")]


def forecast(
    table: Annotated[Path, typer.Argument(help="CSV file, rows in time order.")],
    target: Annotated[str, typer.Option(help="Column to forecast.")],
    out: Annotated[Path, typer.Option(help="Folder for bundle, forecast, figure.")],
    time: Annotated[
        str | None, typer.Option(help="Column of times. Default: found, or none.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Steps ahead.")] = 1,
    group: Annotated[
        str | None, typer.Option(help="Column that tells several series apart.")
    ] = None,
    features: Annotated[
        list[str] | None,
        typer.Option(
            help="Further column to learn from; may be repeated. Default: all."
        ),
    ] = None,
    window: Annotated[
        str, typer.Option(help="Past rows that the network sees, or auto.")
    ] = "auto",
    season: Annotated[str, typer.Option(help="Steps per season, auto, or none.")] = (
        "auto"
    ),
    model: Annotated[Model, typer.Option(help="Network.")] = Model.lstm,
    calendar: Annotated[
        bool, typer.Option("--calendar", help="Also learn from the calendar.")
    ] = False,
    seeds: Annotated[int, typer.Option(help="Networks to train and average.")] = 1,
    epochs: Annotated[int, typer.Option(help="At most.")] = 60,
    interval: Annotated[
        float, typer.Option(help="Share of values the intervals should hold.")
    ] = 0.9,
    separator: Separator = None,
    decimal: Decimal = None,
    time_format: TimeFormat = None,
    sort: Sort = False,
    fill: Gaps = None,
    json: Json = False,
):
    """Forecast a column of a CSV file past its end.

    Trains a network, compares it with forecasts that cost nothing, says which to use,
    and writes a bundle for `predict`, the forecast as CSV and a figure.
    """
    from rnn_tutorials import tables

    read = tables.read_table(
        table,
        target=target,
        time=time,
        group=group,
        features=features,
        separator=separator,
        decimal=decimal,
        time_format=time_format,
        sort=sort,
        fill=fill and fill.value,
    )
    from rnn_tutorials.forecasting import Forecaster

    forecaster = Forecaster(
        target,
        horizon=horizon,
        time=time,
        group=group,
        features=features,
        window=_number_or("window", window, "auto"),
        season=None if season == "none" else _number_or("season", season, "auto"),
        model=model.value,
        calendar=calendar,
        seeds=seeds,
        epochs=epochs,
        interval=interval,
        sort=sort,
        fill=fill and fill.value,
    )
    make_folder(out)
    forecaster.fit(read, progress=not json)
    found, compared = forecaster.forecast(), forecaster.backtest()
    by_group = forecaster.backtest_by_group() if group else None
    forecaster.save(out / BUNDLE)
    write_whole(out / FORECAST, found.to_csv())
    _draw(forecaster, read, found, out / FIGURE)
    if json:
        print_json(
            {
                "notes": forecaster.notes_,
                "backtest": frame_as_rows(compared),
                "by_group": frame_as_rows(by_group) if group else None,
                "verdict": forecaster.verdict(),
                "coverage": forecaster.coverage_,
                "interval_scores": forecaster.interval_scores_,
                "forecast": frame_as_rows(found),
                "written": [out / name for name in (BUNDLE, FORECAST, FIGURE)],
            }
        )
        return
    for note in forecaster.notes_:
        print(note)
    columns = ["MAE", "RMSE", "MASE", "skill"]
    print_table("Backtest on the last 15 % of the rows", compared[columns].round(3))
    if group:
        columns = ["MAE", "MASE", "skill", "inside", "use"]
        print_table("Series by series", beginning(by_group[columns]).round(3))
    print(forecaster.verdict(), "\n")
    print_table(f"Forecast of {target}", beginning(found).round(3))
    for name in (BUNDLE, FORECAST, FIGURE):
        print(f"written: {out / name}")


def predict(
    bundle: Annotated[Path, typer.Argument(help="What `forecast` wrote.")],
    table: Annotated[
        Path | None, typer.Argument(help="CSV file with newer rows.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Steps ahead. Default: the horizon.")
    ] = None,
    separator: Separator = None,
    decimal: Decimal = None,
    time_format: TimeFormat = None,
    sort: Sort = False,
    fill: Gaps = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    json: Json = False,
):
    """Forecast with a bundle, past newer rows.

    Without newer rows the forecast begins where the rows of the training ended.
    """
    from rnn_tutorials.forecasting import Forecaster

    forecaster = Forecaster.load(bundle)
    if table is None:
        found = forecaster.forecast(steps)
    else:
        found = forecaster.predict(
            table,
            steps,
            separator=separator,
            decimal=decimal,
            time_format=time_format,
            sort=sort,
            fill=fill and fill.value,
        )
    if out is not None:
        write_whole(out, found.to_csv())
    if json:
        print_json({"forecast": frame_as_rows(found), "written": out})
        return
    print_table(f"Forecast of {forecaster.target}", beginning(found).round(3))
    if out is not None:
        print(f"written: {out}")


def _number_or(name, text, word):
    if text == word:
        return word
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f"{name}: expected a whole number or {word}, received {text!r}"
        ) from None


def _draw(forecaster, read, found, path):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np

    from rnn_tutorials import plotting

    shown = list(read.series.items())[:_PANELS]
    with plotting.style():
        width, height = plt.rcParams["figure.figsize"]
        fig, axes = plt.subplots(len(shown), figsize=(width, height * len(shown)))
        for (name, frame), ax in zip(shown, np.ravel(axes), strict=True):
            rows = max(3 * forecaster.window_, 6 * forecaster.horizon)
            history = frame[forecaster.target].iloc[-rows:]
            future = found
            if forecaster.group is not None:
                future = found[found[forecaster.group] == name]
            plotting.plot_future(ax, history, future, share=forecaster.interval)
            ax.set_ylabel(forecaster.target)
            ax.set_title(name)
        image = io.BytesIO()
        fig.savefig(image, format="png")
        plt.close(fig)
    write_whole(path, image.getvalue())
