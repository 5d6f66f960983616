"""The command `rnn-tutorials`: one file per group of commands.

    forecast   forecast, predict
    classify   classify, label
    lessons    lessons, lesson
    data       data list, data fetch, data verify
    cudnn      cudnn
    _run       exit codes, one-line errors, JSON

Exit codes: 0 fine; 1 the answer is no (damaged, missing, not fused, a claim that
failed); 2 wrong input or usage, with one line on stderr; 130 after Ctrl-C.

A command imports what it needs when it runs: nothing here imports NumPy, pandas or
Keras, so that `--help` is quick. A further file of commands is registered below.
"""

import typer

from rnn_tutorials.cli import _run, classify, cudnn, data, forecast, lessons

# Plain help texts: no library for markup has to be loaded for them.
app = typer.Typer(
    name=_run.PROGRAM,
    help="Recurrent neural networks in Keras 3: your own data, lessons, data sets.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(_run.root)
app.command("forecast")(forecast.forecast)
app.command("predict")(forecast.predict)
app.command("classify")(classify.classify)
app.command("label")(classify.label)
app.command("lessons")(lessons.lessons)
app.command("lesson")(lessons.lesson)
app.add_typer(data.app, name="data")
app.command("cudnn")(cudnn.cudnn)


def main(arguments=None):
    """Run the command line; return the exit code."""
    return _run.run(app, arguments)
