"""One file that holds a trained model and everything needed to use it again.

A zip archive of `manifest.json` and Keras archives. Nothing in it is code: reading it
runs none (`safe_mode` stays on). Imports the standard library and, when models are
written or read, keras and the layers.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import tempfile
import zipfile
from pathlib import Path

FORMAT = 1
_MANIFEST = "manifest.json"
_PACKAGES = ("rnn-tutorials", "keras", "tensorflow", "numpy", "pandas")


class BundleError(ValueError):
    """A file that is not a bundle, or not one for this purpose, in one line."""


def save_bundle(path, kind, manifest, models):
    """Write a bundle, all or nothing.

    Args:
        path: file to write; its folder is made if it is missing. An older file is
            replaced at the very end, in one step.
        kind: what the bundle is for, "forecaster" or "classifier".
        manifest: dict of what JSON can hold.
        models: built `keras.Model`s, or functions that return one; each is asked for
            only when it is its turn to be written.

    Raises:
        OSError: the file cannot be written; what was there before is as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"format": FORMAT, "kind": kind, "models": len(models)}
    text = json.dumps({**head, "versions": _versions(), **manifest}, allow_nan=False)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as aside:
        whole = Path(aside, "bundle")
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr(_MANIFEST, text, zipfile.ZIP_DEFLATED)
            for number, model in enumerate(models):
                part = Path(aside, f"model_{number}.keras")
                (model() if not hasattr(model, "save") else model).save(part)
                archive.write(part, part.name)
                part.unlink()
        with open(whole, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(whole, path)


def load_bundle(path, kind):
    """Read a bundle that `save_bundle` wrote.

    Args:
        path: the file.
        kind: what it must be for.

    Returns:
        The manifest, and the list of its models.

    Raises:
        BundleError: no such file, not a bundle, damaged, of another kind, or written
            by a later version of this package.
    """
    path = Path(path)
    if not path.is_file():
        raise BundleError(f"bundle: expected a file, received {path}, which is none")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged:
                raise BundleError(f"bundle: {path} is damaged in {damaged}")
            manifest = json.loads(archive.read(_MANIFEST))
            _check_kind(path, kind, manifest)
            parts = [f"model_{n}.keras" for n in range(manifest["models"])]
            return manifest, [_load_model(path, archive, part) for part in parts]
    except (zipfile.BadZipFile, EOFError, KeyError, json.JSONDecodeError) as error:
        raise BundleError(f"bundle: {path} is not a bundle ({error})") from None


def _check_kind(path, kind, manifest):
    if manifest["format"] > FORMAT:
        raise BundleError(
            f"bundle: {path} was written by a later version "
            f"({manifest['versions'].get('rnn-tutorials')}) of rnn-tutorials"
        )
    if manifest["kind"] != kind:
        raise BundleError(
            f"bundle: expected a {kind}, received {path}, a {manifest['kind']}"
        )


def _load_model(path, archive, part):
    import keras

    importlib.import_module("rnn_tutorials.layers")  # registers what it may hold
    with tempfile.TemporaryDirectory() as folder:
        try:
            return keras.models.load_model(archive.extract(part, folder))
        except (ValueError, TypeError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise BundleError(
                f"bundle: {path} holds a model that cannot be loaded: {reason}"
            ) from None


def fingerprint(*arrays):
    """Return a SHA-256 of arrays, to say later what a model was trained on."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _versions():
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        versions[name] = importlib.metadata.version(name)
    return versions
