"""`rnn-tutorials forecast sales.csv` and `rnn-tutorials predict bundle newer.csv`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rnn_tutorials.cli._run import (
    Json,
    beginning,
    frame_as_rows,
    print_json,
    print_table,
    write_whole,
)

BUNDLE, FORECAST, FIGURE = "forecaster.rnn", "forecast.csv", "forecast.png"


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
    separator: Annotated[
        str | None, typer.Option(help="Of the columns. Default: found.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help="Decimal mark. Default: found.")
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="Such as %d.%m.%Y. Default: found.")
    ] = None,
    sort: Annotated[
        bool, typer.Option("--sort", help="Put rows in time order.")
    ] = False,
    fill: Annotated[
        Fill | None, typer.Option(help="Fill gaps. Default: refuse them.")
    ] = None,
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
    forecaster.fit(read, progress=not json)
    found, compared = forecaster.forecast(), forecaster.backtest()
    out.mkdir(parents=True, exist_ok=True)
    forecaster.save(out / BUNDLE)
    write_whole(out / FORECAST, found.to_csv())
    _draw(forecaster, read, found, out / FIGURE)
    if json:
        print_json(
            {
                "notes": forecaster.notes_,
                "backtest": frame_as_rows(compared),
                "verdict": forecaster.verdict(),
                "coverage": forecaster.coverage_,
                "forecast": frame_as_rows(found),
                "written": [out / name for name in (BUNDLE, FORECAST, FIGURE)],
            }
        )
        return
    for note in forecaster.notes_:
        print(note)
    columns = ["MAE", "RMSE", "MASE", "skill"]
    print_table("Backtest on the last 15 % of the rows", compared[columns].round(3))
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
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    json: Json = False,
):
    """Forecast with a bundle, past newer rows.

    Without newer rows the forecast begins where the rows of the training ended.
    """
    from rnn_tutorials.forecasting import Forecaster

    forecaster = Forecaster.load(bundle)
    found = (
        forecaster.forecast(steps)
        if table is None
        else forecaster.predict(table, steps)
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

    from rnn_tutorials import plotting

    name, frame = next(iter(read.series.items()))
    if forecaster.group is not None:
        found = found[found[forecaster.group] == name]
    with plotting.style():
        fig, ax = plt.subplots()
        shown = max(3 * forecaster.window_, 6 * forecaster.horizon)
        history = frame[forecaster.target].iloc[-shown:]
        plotting.plot_future(ax, history, found, share=forecaster.interval)
        ax.set_ylabel(forecaster.target)
        ax.set_title(name)
        fig.savefig(path.with_suffix(".tmp.png"))
        plt.close(fig)
    path.with_suffix(".tmp.png").replace(path)
