"""The GPU benchmark runs its whole logic on a CPU, and knows cuDNN by name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def kernels(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import _kernels

    return _kernels


@pytest.mark.parametrize(
    "name",
    [
        "aten::_cudnn_rnn",
        "CudnnRNNV3",
        'custom_call_target="cudnn_rnn"',
        "void RNN_blockPersist_fp_LSTM<float, float, float, 128>",
        "void elemWiseRNNcell<float, float, (cudnnRNNMode_t)2>",
        "void LSTM_elementWise_fp<float>",
        "persistRNN_NT",
    ],
)
def test_knows_the_kernels(kernels, name):
    assert kernels.CUDNN_RNN.search(name.encode())


@pytest.mark.parametrize(
    "name", ["SimpleRNNCell", "lstm/while/MatMul", "cudnnConvolutionForward", "rnn"]
)
def test_knows_what_is_none(kernels, name):
    assert not kernels.CUDNN_RNN.search(name.encode())


def test_dry_run(tmp_path):
    command = [sys.executable, BENCHMARKS / "gpu.py", "--dry", "--out", tmp_path]
    command += ["--only", "use_cudnn=True|LSTM, mask, left|build_lstm"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results" / "gpu-tensorflow.json").read_text())
    said = {row["case"]: row["report says"] for row in found["cases"]}
    assert said == {
        "LSTM, use_cudnn=True and unroll": "fails",
        "LSTM, mask, left padding": "no cuDNN",
        "Bidirectional LSTM, mask, left padding": "no cuDNN",
        "builder: build_lstm": "no cuDNN",
    }
    assert found["agree"] and found["gpu"] is None
    assert len(found["reviews: classic"]["seconds, accuracy"]) >= 1
