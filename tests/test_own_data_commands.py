"""`forecast`, `predict`, `classify` and `label`, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from rnn_tutorials.cli import main
from rnn_tutorials.datasets.series import bundled_dir

AIRLINE = bundled_dir() / "airline-passengers.csv"
FORECAST = ("--target", "Passengers", "--model", "window-mlp", "--epochs", "2")


def start(*arguments, **options):
    command = [sys.executable, "-m", "rnn_tutorials.cli", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes, **options)


def run(*arguments, code=0):
    process = start(*arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    assert "Traceback" not in err
    return out, err


@pytest.fixture(scope="module")
def forecast(tmp_path_factory):
    out = tmp_path_factory.mktemp("airline") / "new" / "run"
    content = AIRLINE.read_bytes()
    text, _ = run("forecast", AIRLINE, *FORECAST, "--horizon", 3, "--out", out)
    assert AIRLINE.read_bytes() == content
    return out, text


def test_forecast(forecast):
    out, text = forecast
    for said in (
        "monthly (MS)",
        "seasonal naive",
        "MASE",
        "1961-03-01",
        "does not beat",
    ):
        assert said in text
    names = ["forecast.csv", "forecast.png", "forecaster.rnn"]
    assert sorted(path.name for path in out.iterdir()) == names
    found = pd.read_csv(out / "forecast.csv")
    assert found["Month"].tolist() == ["1961-01-01", "1961-02-01", "1961-03-01"]


def test_predict_from_newer_rows(forecast, tmp_path):
    bundle = forecast[0] / "forecaster.rnn"
    newer = tmp_path / "newer.csv"
    newer.write_text(
        "Month;Passengers\n01.01.1961;450,5\n01.02.1961;419\n01.03.1961;461\n"
    )
    out, _ = run("predict", bundle, newer, "--out", tmp_path / "f.csv")
    assert "1961-04-01" in out
    assert len(pd.read_csv(tmp_path / "f.csv")) == 3
    out, _ = run("predict", bundle, "--steps", 2, "--json")
    assert [row["Month"] for row in json.loads(out)["forecast"]] == [
        "1961-01-01T00:00:00",
        "1961-02-01T00:00:00",
    ]


def test_json(tmp_path):
    out, err = run("forecast", AIRLINE, *FORECAST, "--out", tmp_path, "--json")
    found = json.loads(out)
    assert err == ""
    assert {row["name"] for row in found["backtest"]} >= {"drift", "window-mlp"}
    assert found["verdict"] and 0 <= found["coverage"] <= 1
    assert len(found["forecast"]) == 1 and len(found["written"]) == 3


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda s: s, ("--target", "passengers"), "Passengers"),
        (lambda s: s, ("--horizon", "0"), "horizon"),
        (lambda s: s, ("--window", "wide"), "window: expected a whole number or auto"),
        (lambda s: s, ("--model", "transformer"), "transformer"),
        (lambda s: s.replace('"1950-05",125\n', ""), (), "1950-04"),
        (lambda s: s.replace("1950-05", "1950-04"), (), "1950-04"),
        (lambda s: s.replace(",125\n", ",many\n"), (), "many"),
        (lambda s: s[:40], (), "line 3"),
        (lambda s: "", (), "error: "),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    tmp_path, capfd, change, options, message
):
    table = tmp_path / "a.csv"
    table.write_text(change(AIRLINE.read_text()))
    arguments = ("forecast", table, *FORECAST, "--out", tmp_path / "out", *options)
    assert main([str(each) for each in arguments]) == 2
    out, err = capfd.readouterr()
    assert err.startswith("error: ") and err.count("\n") == 1 and message in err
    assert out == "" and not (tmp_path / "out").exists()


def test_a_bundle_of_another_kind_or_none(capfd):
    for arguments in (("predict", str(AIRLINE)), ("label", str(AIRLINE), "fine")):
        assert main(arguments) == 2
        err = capfd.readouterr().err
        assert "is not a bundle" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("how", "delay"),
    [(signal.SIGINT, 0.0), (signal.SIGINT, 1.0), (signal.SIGKILL, 0.5)],
)
def test_interrupted(tmp_path, how, delay):
    forever = ("--model", "window-mlp", "--epochs", 100_000, "--target", "Passengers")
    process = start("forecast", AIRLINE, *forever, "--seeds", 50, "--out", tmp_path)
    assert process.stderr.read(1)  # the progress bar
    time.sleep(delay)
    os.kill(process.pid, how)
    process.communicate(timeout=60)
    assert process.returncode == (130 if how == signal.SIGINT else -how)
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder(tmp_path, capfd):
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "file" / "run")
    assert main(["forecast", str(AIRLINE), *FORECAST, "--out", out]) == 2
    assert capfd.readouterr().err.splitlines()[-1].startswith("error: ")


def test_classify_and_label(tmp_path, capfd):
    rng = np.random.default_rng(0)
    words = {"good": ["fine", "grand", "lovely"], "bad": ["dull", "grey", "weak"]}
    rows = [
        (" ".join([*rng.choice(words[label], 3), str(number)]), label)
        for number in range(100)
        for label in words
    ]
    table = tmp_path / "reviews.csv"
    pd.DataFrame(rows, columns=["review", "mood"]).to_csv(table, index=False)
    columns = ("--text", "review", "--label", "mood", "--maxlen", 8, "--epochs", 6)
    out, _ = run("classify", table, *columns, "--out", tmp_path)
    assert "TF-IDF + logistic regression" in out and "most frequent class" in out
    bundle = tmp_path / "classifier.rnn"
    assert main(["label", str(bundle), "a grand and lovely day", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["labels"][0]["label"] == "good"
    out, _ = run("label", bundle, table, "--out", tmp_path / "labels.csv")
    assert "The first 24 of 200 rows" in out
    given = pd.read_csv(tmp_path / "labels.csv")["label"]
    assert (given == [label for _, label in rows]).mean() > 0.9
    assert main(["predict", str(bundle)]) == 2
    assert "expected a forecaster" in capfd.readouterr().err
