"""Ctrl-C that cannot get lost. Standard library only."""

import _thread
import contextlib
import signal
import sys
import threading

AGAIN_S = 10  # more than it takes to tidy up after the first one


@contextlib.contextmanager
def interruptible():
    """Let Ctrl-C end what runs inside, wherever it arrives.

    TensorFlow calls Python from C++, prints what is raised there and goes on; if that
    is a `KeyboardInterrupt`, nobody ever hears of it. So it is raised again, and not
    printed. Does nothing outside the main thread, where no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    timers, show = [], sys.excepthook

    def interrupt(number, frame):
        again = threading.Timer(AGAIN_S, _thread.interrupt_main)
        again.daemon = True
        timers.append(again)
        again.start()
        sys.excepthook = show_others  # here, for typer sets a hook of its own
        raise KeyboardInterrupt

    def show_others(kind, error, traceback):
        if not issubclass(kind, KeyboardInterrupt):
            show(kind, error, traceback)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        sys.excepthook = show
        for timer in timers:
            timer.cancel()
