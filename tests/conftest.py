"""What all tests share: TensorFlow starts quietly, Ctrl-C works in other processes."""

import signal

import pytest

# Before Keras: where JAX is installed too, it would settle the level of the logs, which
# the processes that tests start inherit.
import rnn_tutorials  # noqa: F401

# A job in the background ignores it, and so would every process below this one.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def untraced():
    """Run training steps as they are: to trace a small network takes far longer."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
