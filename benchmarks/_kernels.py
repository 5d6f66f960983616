"""Did a model run cuDNN's recurrent kernel? Ask the profiler of the running backend.

Keras and its backend are imported when they are needed, after `fix_threads`.
"""

import re
import tempfile
from pathlib import Path

# Operations and kernels of cuDNN's recurrent networks, as the profilers call them.
CUDNN_RNN = re.compile(
    rb"_?cudnn_?rnn\w*|\w*RNN_block\w*|elemwise\w*rnncell\w*|persist\w*rnn\w*|"
    rb"(?:lstm|gru)_elementwise\w*",
    re.IGNORECASE,
)


def sees_gpu():
    """Name of the first GPU that the running backend sees, or None."""
    import keras

    backend = keras.config.backend()
    if backend == "torch":
        import torch

        return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    if backend == "jax":
        import jax

        kinds = [d.device_kind for d in jax.devices() if d.platform == "gpu"]
        return kinds[0] if kinds else None
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


def cudnn_kernels(job):
    """Run `job()` under the profiler; return the names of cuDNN's recurrent kernels."""
    import keras

    trace = _torch_names if keras.config.backend() == "torch" else _trace_files
    found = {name.decode() for name in CUDNN_RNN.findall(trace(job))}
    return sorted(found)


def _torch_names(job):
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        job()
        synchronize()
    return "\n".join(event.key for event in profiler.key_averages()).encode()


def _trace_files(job):
    """The names stand as plain text in the trace, whatever else its format holds.

    Without Python's functions: Keras has such of these names, too.
    """
    import keras

    with tempfile.TemporaryDirectory() as folder:
        if keras.config.backend() == "jax":
            import jax

            options = jax.profiler.ProfileOptions()
            options.python_tracer_level = 0
            with jax.profiler.trace(folder, profiler_options=options):
                job()
        else:
            import tensorflow as tf

            options = tf.profiler.experimental.ProfilerOptions(python_tracer_level=0)
            with tf.profiler.experimental.Profile(folder, options):
                job()
        return b"\n".join(
            file.read_bytes() for file in Path(folder).rglob("*.xplane.pb")
        )


def synchronize():
    """Wait until the GPU has done what it was given (torch returns before that)."""
    import keras

    if keras.config.backend() == "torch":
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
