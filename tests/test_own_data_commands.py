"""`forecast`, `predict`, `classify` and `label`, run as a user runs them."""

import json
import signal
import subprocess
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from rnn_tutorials import _series_parts
from rnn_tutorials.classification import METHODS
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


def test_predict_from_newer_rows(forecast, tmp_path, capfd):
    bundle = forecast[0] / "forecaster.rnn"
    newer = tmp_path / "newer.csv"
    newer.write_text(
        "Month;Passengers\n01.01.1961;450,5\n01.02.1961;419\n01.03.1961;461\n"
    )
    command = ["predict", str(bundle), str(newer), "--out", str(tmp_path / "f.csv")]
    assert main(command) == 0
    assert "1961-04-01" in capfd.readouterr().out
    assert len(pd.read_csv(tmp_path / "f.csv")) == 3
    assert main(["predict", str(bundle), "--steps", "2", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)["forecast"]
    assert [row["Month"] for row in found] == [
        "1961-01-01T00:00:00",
        "1961-02-01T00:00:00",
    ]


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """Seven series in one table, in no order, as a spreadsheet writes them."""
    times = pd.date_range("2021-01-01", periods=48, freq="MS")
    wave = 10 * np.sin(np.arange(48) * np.pi / 6)
    each = [
        pd.DataFrame({"month": times, "sold": 50 * n + wave, "shop": f"s{n}"})
        for n in range(7)
    ]
    path = tmp_path_factory.mktemp("shops") / "shops.csv"
    table = pd.concat(each).sample(frac=1, random_state=0)
    table.to_csv(path, sep=";", decimal=",", date_format="%d.%m.%Y", index=False)
    return path


def test_groups_and_json(forecast, shops, tmp_path, capfd, untraced, monkeypatch):
    monkeypatch.setattr(_series_parts, "_BATCHES_PER_EPOCH", 1)
    options = ("--group", "shop", "--sort", *FORECAST[2:], "--json")
    command = ("forecast", shops, "--target", "sold", *options, "--out", tmp_path)
    assert main([str(each) for each in command]) == 0
    found = json.loads(capfd.readouterr().out)
    assert {row["name"] for row in found["backtest"]} >= {"drift", "window-mlp"}
    assert found["verdict"] and 0 <= found["coverage"] <= 1
    assert list(found["interval_scores"]) == ["window-mlp", "seasonal naive"]
    assert len(found["forecast"]) == 7 and len(found["written"]) == 3
    assert {row["shop"] for row in found["by_group"]} == {f"s{n}" for n in range(7)}
    assert {"MAE", "MASE", "skill", "best baseline", "use"} <= set(found["by_group"][0])
    one, six = (
        plt.imread(out / "forecast.png").shape for out in (forecast[0], tmp_path)
    )
    assert six[0] == 6 * one[0]  # of seven series, one below the other

    newer = shops.with_name("newer.csv")
    newer.write_text("month;sold;shop\n01.02.2025;5,5;s0\n01.01.2025;6;s0\n")
    command = ["predict", str(tmp_path / "forecaster.rnn"), str(newer), "--json"]
    assert main(command) == 2
    assert "(--sort)" in capfd.readouterr().err
    assert main([*command, "--sort"]) == 0
    (row,) = json.loads(capfd.readouterr().out)["forecast"]
    assert (row["month"], row["shop"]) == ("2025-03-01T00:00:00", "s0")


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


def test_interrupted(tmp_path):
    forever = ("--model", "window-mlp", "--epochs", 100_000, "--target", "Passengers")
    process = start("forecast", AIRLINE, *forever, "--seeds", 50, "--out", tmp_path)
    assert process.stderr.read(1)  # the progress bar
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder(tmp_path, capfd):
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "file" / "run")
    for_ever = ["--epochs", "1000000", "--seeds", "50"]  # it is noticed before
    assert main(["forecast", str(AIRLINE), *FORECAST, *for_ever, "--out", out]) == 2
    assert capfd.readouterr().err.startswith("error: [Errno")


def test_classify_and_label(tmp_path, capfd, untraced):
    rng = np.random.default_rng(0)
    words = {"good": ["fine", "grand", "lovely"], "bad": ["dull", "grey", "weak"]}
    rows = [
        (" ".join([*rng.choice(words[label], 3), str(number)]), label)
        for number in range(100)
        for label in words
    ]
    table = tmp_path / "reviews.csv"
    pd.DataFrame(rows, columns=["review", "mood"]).to_csv(table, index=False)
    columns = ["--text", "review", "--label", "mood", "--maxlen", "8", "--epochs", "2"]
    assert main(["classify", str(table), *columns, "--out", str(tmp_path)]) == 0
    out = capfd.readouterr().out
    assert "TF-IDF + logistic regression" in out and "most frequent class" in out
    bundle, labels = tmp_path / "classifier.rnn", tmp_path / "labels.csv"
    assert main(["label", str(bundle), "a grand and lovely day", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["labels"][0]["label"] == "good"
    assert main(["label", str(bundle), str(table), "--out", f"{labels}"]) == 0
    assert "The first 24 of 200 rows" in capfd.readouterr().out
    given = pd.read_csv(labels)["label"]
    assert (given == [label for _, label in rows]).mean() > 0.9
    for by, name in METHODS.items():
        assert main(["label", str(bundle), "a grand day", "--by", by]) == 0
        assert f"by {name}" in capfd.readouterr().out
    assert main(["predict", str(bundle)]) == 2
    assert "expected a forecaster" in capfd.readouterr().err
