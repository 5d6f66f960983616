"""Ctrl-C that cannot get lost. Standard library only."""

import contextlib
import os
import signal
import sys
import threading

INTERRUPTED = 130  # the exit code, as of a process that the signal ended
PATIENCE_S = 10  # more than it takes to tidy up


@contextlib.contextmanager
def interruptible():
    """Let Ctrl-C end the process, wherever it arrives inside, with `INTERRUPTED`.

    What runs inside can tidy up: a `KeyboardInterrupt` passes through it. But
    TensorFlow calls Python from C++, which may print what is raised there and go on, or
    raise something else in its place. So nothing more is printed of errors that nobody
    can catch, and a process that is not out of here after `PATIENCE_S` is ended: files
    stay whole or as before, as with a kill. Does nothing outside the main thread, where
    no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Held, an interruption keeps alive what it interrupted. Set free, a TensorFlow data
    # set that is being read may wait for ever for a thread that waits for Python.
    held = []

    def interrupt(number, frame):
        end = threading.Timer(PATIENCE_S, os._exit, [INTERRUPTED])
        end.daemon = True
        end.start()
        sys.excepthook = sys.unraisablehook = _print_nothing  # over typer's own hook
        held.append(KeyboardInterrupt())
        raise held[-1]

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if held:  # whatever became of it: typer makes an exit code of it
            _leave()
        signal.signal(signal.SIGINT, before)


def _leave():
    """End the process without taking it down."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(INTERRUPTED)


def _print_nothing(*error):
    pass
