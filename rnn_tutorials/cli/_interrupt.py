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
    """Let Ctrl-C end what runs inside with `KeyboardInterrupt`, wherever it arrives.

    TensorFlow calls Python from C++, which may print what is raised there and go on, or
    raise something else in its place. So nothing more is printed of errors that nobody
    can catch, whatever error comes out is the interruption, and a process that is not
    out of here after `PATIENCE_S` is ended: files stay whole or as before, as with a
    kill. Does nothing outside the main thread, where no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    timers, hooks = [], (sys.excepthook, sys.unraisablehook)

    def interrupt(number, frame):
        end = threading.Timer(PATIENCE_S, os._exit, [INTERRUPTED])
        end.daemon = True
        timers.append(end)
        end.start()
        sys.excepthook = sys.unraisablehook = _print_nothing  # over typer's own hook
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception as error:
        if timers:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
        sys.excepthook, sys.unraisablehook = hooks
        for timer in timers:
            timer.cancel()


def leave():
    """End the process; call it while the `KeyboardInterrupt` is being handled.

    It holds what was interrupted. Set free, a TensorFlow data set that is being read
    may wait for its own thread, which waits for Python, for ever.
    """
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(INTERRUPTED)


def _print_nothing(*error):
    pass
