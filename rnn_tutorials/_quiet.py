"""Hide TensorFlow's start-up notes and retracing warnings.

TensorFlow 2.21 writes "Could not find cuda drivers" straight to file descriptor 2
while it is being imported, before any log level applies. A learner would meet it as
a red box in the first cell. Imports nothing but the standard library.
"""

import contextlib
import importlib.abc
import importlib.util
import logging
import os
import sys
import tempfile

_NOTES = (b"All log messages before absl::InitializeLog()", b"cudart_stub.cc")


def hide_tensorflow_startup_notes():
    """Filter TensorFlow's import-time notes, unless the user wants to see logs."""
    # "3" is our own setting, inherited from a parent process, or as quiet as it gets.
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if level != "3" or "tensorflow" in sys.modules:
        return
    sys.meta_path.insert(0, _TensorFlowFinder())


class _TensorFlowFinder(importlib.abc.MetaPathFinder):
    """Steps in once, for the top-level `tensorflow` module, then leaves."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


class _QuietLoader(importlib.abc.Loader):
    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # From here on the module looks as if it had been imported as usual.
        module.__spec__.loader = module.__loader__ = self._loader
        with _filtered_stderr():
            self._loader.exec_module(module)
        # The course trains many small models: each is traced anew, which is meant.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def _filtered_stderr():
    """Collect file descriptor 2, then pass on every line that is not a known note."""
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as collected:
        os.dup2(collected.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
            collected.seek(0)
            for line in collected:
                if not any(note in line for note in _NOTES):
                    os.write(2, line)
