"""However a command ends, by a signal or a full disk, files are whole or as before.

Training and networks are stood in for, so that no Keras is needed: one process imports
what the command imports, and a copy of it (a fork) goes to its end at each step.
"""

import subprocess
import sys
import time
import zipfile

import pytest

from rnn_tutorials.datasets.series import bundled_dir

AIRLINE = bundled_dir() / "airline-passengers.csv"
FILES = ("forecaster.rnn", "forecast.csv", "forecast.png")
OLD = b"what an earlier run wrote"
# Where the command ends -> how many of its files are new by then.
STEPS = {
    "training": 0,
    "writing a network": 0,
    "packing a network": 0,
    "flushing the bundle": 0,
    "renaming forecaster.rnn": 0,
    "writing forecast.csv": 1,
    "renaming forecast.csv": 1,
    "drawing": 2,
    "writing forecast.png": 2,
    "renaming forecast.png": 2,
}
WAYS = {"killed": -9, "interrupted": 130, "full disk": 2}  # and the exit codes

PROGRAM = """
import os, signal, sys, types, zipfile
from pathlib import Path
import pandas as pd
from rnn_tutorials import bundles, cli, plotting, tables

def end_at(step):
    if step != wanted:
        return
    if way == "full disk":
        raise OSError(28, "No space left on device")
    os.kill(os.getpid(), signal.SIGKILL if way == "killed" else signal.SIGINT)

def ending(owner, name, step):
    whole = getattr(owner, name)
    def instead(*arguments, **options):
        end_at(step(*arguments))
        return whole(*arguments, **options)
    setattr(owner, name, instead)

def write_halves(path, content, step):
    with open(path, "wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        end_at(step)
        file.write(content[len(content) // 2 :])

class Network:
    def save(self, path):
        write_halves(path, b"a network", "writing a network")

class Forecaster:
    group, window_, horizon, interval = None, 24, 1, 0.9
    coverage_, interval_scores_, notes_ = 0.9, {}, []
    def __init__(self, target, **options):
        self.target = target
    def fit(self, read, progress):
        end_at("training")
    def forecast(self):
        times = pd.date_range("1961-01-01", periods=1, freq="MS", name="Month")
        return pd.DataFrame({"forecast": 2.0, "lower": 1.0, "upper": 3.0}, times)
    def backtest(self):
        return pd.DataFrame({"MAE": [1.0]}, ["lstm"])
    def verdict(self):
        return "fine"
    def save(self, path):
        bundles.save_bundle(path, "forecaster", {}, [Network()])

sys.modules["rnn_tutorials.forecasting"] = types.SimpleNamespace(Forecaster=Forecaster)
Path.write_bytes = lambda path, content: write_halves(
    path, content, "writing " + ".".join(path.name.split(".")[1:3])
)
ending(zipfile.ZipFile, "write", lambda *_: "packing a network")
ending(os, "fsync", lambda *_: "flushing the bundle")
ending(os, "replace", lambda old, new: "renaming " + Path(new).name)
ending(plotting, "plot_future", lambda *_: "drawing")

def run(out):
    arguments = ["forecast", table, "--target", "Passengers", "--json"]
    return cli.main([*arguments, "--out", str(out)])

table, whole, *runs = sys.argv[1:]
way = wanted = None
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
assert run(whole) == 0  # and all imports are made before the copies are
for out in map(Path, runs):
    way, wanted = out.parent.name, out.name
    if os.fork() == 0:
        os.dup2(os.open(out.with_suffix(".err"), os.O_WRONLY | os.O_CREAT), 2)
        os._exit(run(out))
    code = os.waitstatus_to_exitcode(os.wait()[1])
    out.with_suffix(".code").write_text(str(code))
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A folder per way and step, in which the command ended so."""
    folder = tmp_path_factory.mktemp("ended")
    runs = [folder / way / step for way in WAYS for step in STEPS]
    for out in runs:
        out.mkdir(parents=True)
        for name in FILES:
            (out / name).write_bytes(OLD)
    before = AIRLINE.read_bytes()
    command = [sys.executable, "-c", PROGRAM, AIRLINE, folder / "whole", *runs]
    subprocess.run(command, check=True)
    assert AIRLINE.read_bytes() == before
    return folder


def is_whole(path):
    content = path.read_bytes()
    if path.suffix == ".rnn":
        with zipfile.ZipFile(path) as archive:
            return archive.read("model_0.keras") == b"a network"
    if path.suffix == ".csv":
        return content == b"Month,forecast,lower,upper\n1961-01-01,2.0,1.0,3.0\n"
    return content.startswith(b"\x89PNG") and content.endswith(b"IEND\xaeB`\x82")


def test_without_an_end_all_is_new(ended):
    assert sorted(path.name for path in (ended / "whole").iterdir()) == sorted(FILES)
    assert all(is_whole(ended / "whole" / name) for name in FILES)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_files_are_whole_or_as_before(ended, way, step):
    out = ended / way / step
    code = int(out.with_suffix(".code").read_text())
    assert code == WAYS[way]
    new = STEPS[step]
    for name in FILES[:new]:
        assert is_whole(out / name), name
    for name in FILES[new:]:
        assert (out / name).read_bytes() == OLD, name
    left = {path.name for path in out.iterdir()} - set(FILES)
    if way == "killed":
        # Nobody can clear up behind it; what is left has a hidden name.
        assert all(name.startswith(".") for name in left)
    else:
        assert not left
    said = out.with_suffix(".err").read_text()
    full = "error: [Errno 28] No space left on device\n"
    assert said == (full if way == "full disk" else "")


SAVE_FOR_EVER = """
import sys
from rnn_tutorials.bundles import save_bundle
class Network:
    def save(self, path):
        path.write_bytes(bytes(300_000))
print("ready", flush=True)
while True:
    save_bundle(sys.argv[1], "forecaster", {}, [Network()] * 3)
"""


def test_a_bundle_is_whole_whenever_one_looks(tmp_path):
    path = tmp_path / "a.rnn"
    command = [sys.executable, "-c", SAVE_FOR_EVER, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        try:
            while not path.exists():
                time.sleep(0.01)
            for look in range(30):
                if look == 20:
                    process.kill()
                with zipfile.ZipFile(path) as archive:
                    assert archive.testzip() is None
                    assert len(archive.namelist()) == 4
                time.sleep(0.007)
        finally:
            process.kill()
