"""`rnn-tutorials data list`, `data fetch` and `data verify`."""

from typing import Annotated

import typer

from rnn_tutorials.cli._run import Json, Negative, print_json

app = typer.Typer(
    help="List, download and check data sets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[
    str | None, typer.Argument(help="Of a data set, as `data list` shows it.")
]


@app.command("list")
def list_(json: Json = False):
    """List data sets: where they are, whole or not."""
    from rnn_tutorials.datasets import _inventory

    _show(_inventory.entries(), json)


@app.command()
def fetch(name: Name = None, json: Json = False):
    """Download a public data set, or all of them.

    A copy that is there is kept as it is: `data verify` checks it.
    """
    from rnn_tutorials.datasets import _inventory

    _show([_inventory.fetch(name) for name in _chosen(name, public=True)], json)


@app.command()
def verify(name: Name = None, json: Json = False):
    """Check the content of data sets.

    The exit code is 1 if one is damaged. A public data set that is missing counts only
    when it is named.
    """
    from rnn_tutorials.datasets import _inventory

    found = [_inventory.verify(chosen) for chosen in _chosen(name)]
    _show(found, json)
    bad = [
        entry.name
        for entry in found
        if entry.state == _inventory.DAMAGED
        or (entry.state == _inventory.MISSING and (name or entry.kind == "bundled"))
    ]
    if bad:
        raise Negative(f"damaged or missing: {', '.join(bad)}")


def _chosen(name, public=False):
    from rnn_tutorials.datasets import _inventory

    if name is not None:
        return [_inventory.check_name(name, public)]
    return [
        e.name
        for e in _inventory.entries(hashes=False)
        if e.kind == "public" or not public
    ]


def _show(entries, json):
    if json:
        print_json([entry._asdict() for entry in entries])
        return
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        size = "" if entry.bytes is None else f"{entry.bytes:,} bytes, "
        print(f"{entry.name:{width}}  {entry.kind:7}  {size}{entry.state}")
        indent = " " * (width + 2)
        print(f"{indent}{entry.path}")
        if entry.detail:
            print(f"{indent}{entry.detail}")
