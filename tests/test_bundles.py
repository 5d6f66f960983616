"""A bundle is whole or not there, and reading one runs no code."""

import json
import zipfile

import keras
import numpy as np
import pytest

from rnn_tutorials.bundles import BundleError, fingerprint, load_bundle, save_bundle


def network(size=2):
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(size)])


def test_what_is_saved_is_loaded(tmp_path):
    path, networks = tmp_path / "new" / "a.rnn", [network(), network(1)]
    save_bundle(path, "forecaster", {"horizon": 3, "é": [1.5, None]}, networks)
    manifest, loaded = load_bundle(path, "forecaster")
    assert (manifest["horizon"], manifest["é"]) == (3, [1.5, None])
    assert manifest["versions"]["keras"] == keras.__version__
    for one, other in zip(networks, loaded, strict=True):
        np.testing.assert_array_equal(one(np.ones((1, 3))), other(np.ones((1, 3))))
    assert [each.name for each in path.parent.iterdir()] == ["a.rnn"]


def test_models_may_be_made_one_at_a_time(tmp_path):
    model = network()

    def with_weights(value):
        model.set_weights([np.full(w.shape, value) for w in model.get_weights()])
        return model

    makers = [lambda: with_weights(1.0), lambda: with_weights(2.0)]
    save_bundle(tmp_path / "a", "forecaster", {}, makers)
    _, loaded = load_bundle(tmp_path / "a", "forecaster")
    assert [float(each.get_weights()[0][0, 0]) for each in loaded] == [1.0, 2.0]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.rnn"
    save_bundle(path, "forecaster", {"version": "old"}, [network()])

    def full_disk():
        raise OSError(28, "No space left on device")

    for manifest, models in [({}, [network(), full_disk]), ({"x": np.nan}, [])]:
        with pytest.raises((OSError, ValueError)):
            save_bundle(path, "forecaster", manifest, models)
        assert load_bundle(path, "forecaster")[0]["version"] == "old"
        assert [each.name for each in tmp_path.iterdir()] == ["a.rnn"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "expected a file"),
        (b"", "is not a bundle"),
        (b"month,passengers\n1949-01,112\n", "is not a bundle"),
    ],
)
def test_no_bundle(tmp_path, content, message):
    path = tmp_path / "a"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BundleError, match=message):
        load_bundle(path, "forecaster")


def rewritten(path, change):
    """Copy a bundle, with its parts as `change(name, content)` returns them."""
    copy = path.with_name("copy")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return copy


def manifest_with(**changes):
    def change(name, content):
        if name == "manifest.json":
            return json.dumps({**json.loads(content), **changes})
        return content

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda name, c: None if name == "manifest.json" else c, "is not a bundle"),
        (lambda name, c: None if name.startswith("model") else c, "is not a bundle"),
        (lambda name, c: c[:40], "is not a bundle"),
        (lambda name, c: c if name[0] == "m" and "json" in name else b"x", "be loaded"),
        (manifest_with(kind="classifier"), "expected a forecaster.*a classifier"),
        (manifest_with(format=99), "written by a later version"),
    ],
)
def test_a_damaged_or_another_bundle(tmp_path, change, message):
    path = tmp_path / "a"
    save_bundle(path, "forecaster", {}, [network()])
    with pytest.raises(BundleError, match=message) as raised:
        load_bundle(rewritten(path, change), "forecaster")
    assert "\n" not in str(raised.value)


def test_a_cut_or_changed_file(tmp_path):
    path = tmp_path / "a"
    save_bundle(path, "forecaster", {}, [network()])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError):
        load_bundle(path, "forecaster")
    middle = len(whole) // 2
    path.write_bytes(
        whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    )
    with pytest.raises(BundleError):
        load_bundle(path, "forecaster")


def test_a_model_that_carries_code_is_not_run(tmp_path):
    inputs = keras.Input((3,))
    outputs = keras.layers.Lambda(lambda x: x * 2)(inputs)
    save_bundle(tmp_path / "a", "forecaster", {}, [keras.Model(inputs, outputs)])
    with pytest.raises(BundleError, match="cannot be loaded"):
        load_bundle(tmp_path / "a", "forecaster")


def test_fingerprint():
    a, b = np.arange(6.0), np.arange(6.0).reshape(2, 3)
    assert fingerprint(a) == fingerprint(a.copy()) != fingerprint(b)
    assert fingerprint(a) != fingerprint(a.astype("float32"))
    assert fingerprint(a, a) != fingerprint(a)
