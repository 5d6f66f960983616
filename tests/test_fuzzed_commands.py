"""Any file at all: `forecast` ends well or with one line and exit code 2."""

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from rnn_tutorials._ensemble import Ensemble
from rnn_tutorials.cli import main

FUZZ = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers(-3, 3).map(str),
    st.sampled_from(["1e99", "1e-300", "1e308", "-1e101", "0", "1,5", "NA", "", "x"]),
)
COLUMNS = {
    "numbers": lambda rows: st.lists(NUMBERS, min_size=rows, max_size=rows),
    "steady": lambda rows: st.just([str(row % 7 + row / 9) for row in range(rows)]),
    "constant": lambda rows: st.just(["5"] * rows),
    "missing": lambda rows: st.just([""] * rows),
    "huge": lambda rows: st.just([f"{row % 5}e99" for row in range(rows)]),
    "tiny": lambda rows: st.just([f"{row % 5}e-300" for row in range(rows)]),
}
KINDS = (*COLUMNS, "steady", "steady")
FINITE = ("constant", "huge", "tiny", "steady")  # every number can be reckoned with
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "horizon": st.integers(0, 9),
        "window": st.sampled_from(["auto", "1", "7", "0", "-1", "x"]),
        "season": st.sampled_from(["auto", "none", "3", "1", "400", "x"]),
        "fill": st.sampled_from(["linear", "forward"]),
        "interval": st.sampled_from(["0.5", "0.999", "1", "nan"]),
        "features": st.sampled_from(["x", "t", "z"]),
        "group": st.sampled_from(["g", "x"]),
        "time": st.sampled_from(["t", "x"]),
        "separator": st.sampled_from([",", ";", "tab"]),
        "decimal": st.sampled_from([".", ","]),
        "time-format": st.sampled_from(["%Y-%m-%d", "%H", "%"]),
    },
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])


class TrainingStarts(Exception):
    """What was read can be trained on."""


@pytest.fixture
def until_training(monkeypatch):
    """Let a command go as far as training."""

    def stop(*arguments):
        raise TrainingStarts

    monkeypatch.setattr(Ensemble, "of", stop)


@pytest.fixture
def untrained(untraced, monkeypatch):
    """Leave the weights as they are drawn; all else is done."""

    def draw(self, train, validation, epochs, progress):
        self._weights = [self._network.get_weights() for _ in self._weights]

    monkeypatch.setattr(Ensemble, "fit", draw)


def forecast(path, capfd, *flags, **options):
    """Run the command; assert its exit code and what it says; return the code."""
    before, out = path.read_bytes(), path.with_name("out")
    given_ = [f"--{name}={value}" for name, value in options.items()]
    command = ["forecast", str(path), "--target=y", "--model=window-mlp", *given_]
    code = main([*command, *flags, f"--out={out}", "--json"])
    err = capfd.readouterr().err
    assert path.read_bytes() == before
    if code:
        assert code == 2 and err.startswith("error: ") and err.count("\n") == 1, err
        assert not out.exists() or not list(out.iterdir())
    return code


@st.composite
def files(draw, fewest, most, kinds=KINDS):
    """A table of a time, a target, a group and a further column, as bytes."""
    rows = draw(st.integers(fewest, most))
    start = draw(st.dates().map(str))
    steps = np.arange(rows)
    times = np.datetime_as_string(np.datetime64(start) + steps).tolist()
    target, other = (
        draw(COLUMNS[draw(st.sampled_from(kinds))](rows)) for _ in range(2)
    )
    groups = [draw(st.sampled_from("ab"))] * rows
    separator = draw(st.sampled_from(",;\t|"))
    lines = [
        separator.join(row) for row in zip(times, target, other, groups, strict=True)
    ]
    if draw(st.integers(0, 5)) == 0 and lines:
        place = draw(st.integers(0, len(lines) - 1))
        lines[place] = draw(st.text(max_size=9)) + lines[place][3:]
    text = "\n".join([separator.join("tyxg"), *lines])
    return text.encode(draw(ENCODINGS), errors="replace")


@settings(FUZZ, max_examples=150)
@given(content=files(0, 60), options=OPTIONS, sort=st.booleans())
def test_any_table_until_training(
    tmp_path, capfd, until_training, content, options, sort
):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        assert forecast(path, capfd, *["--sort"] * sort, **options) == 2
    except TrainingStarts:
        pass


@settings(FUZZ, max_examples=100)
@given(content=st.binary(max_size=200))
@example(content=b"y\n" * 9)
@example(content=b"t,y\n" + b"2020,1\n" * 30)
def test_any_bytes_until_training(tmp_path, capfd, until_training, content):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        assert forecast(path, capfd) == 2
    except TrainingStarts:
        pass


@settings(FUZZ, max_examples=20)
@given(content=files(30, 60, FINITE), options=st.one_of(st.just({}), OPTIONS))
def test_any_table_to_the_end(tmp_path, capfd, untrained, content, options):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    event(f"exit code {forecast(path, capfd, **options)}")
    for written in path.parent.glob("out/*"):
        written.unlink()


def test_a_million_rows(tmp_path, capfd, until_training):
    path = tmp_path / "long.csv"
    times = pd.date_range("2000", periods=1_000_000, freq="min", name="t")
    pd.DataFrame({"y": np.arange(len(times)) % 977}, times).to_csv(path)
    began = time.process_time()
    with pytest.raises(TrainingStarts):
        forecast(path, capfd)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00",
        "t;y\n2020-01-01;1\n2020-01-02;größer\n".encode("latin-1"),
        b"t,y\n2020-01-01,1\n",
        b"t,y\n2020-01-01,1\n2020-01-02,1,5\n",
        b"t,y\n" + b"2020-01-01,\n" * 40,
    ],
    ids=["binary", "words", "one row", "ragged", "all missing"],
)
def test_as_a_process(tmp_path, content):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    command = [sys.executable, "-m", "rnn_tutorials.cli", "forecast", path]
    done = subprocess.run(
        [*command, "--target", "y", "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
