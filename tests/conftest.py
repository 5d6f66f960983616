"""What all tests share: Ctrl-C works in the processes that they start."""

import signal

# A job in the background ignores it, and so would every process below this one.
signal.signal(signal.SIGINT, signal.default_int_handler)
