"""Will my recurrent layers run on the fused cuDNN kernel, and will my batch survive it?

`report` answers per layer for a given backend, GPU and dtype; `check_batch` raises on a
CPU what would fail, or silently go wrong, only on a GPU.
"""

import contextlib
import inspect
import warnings

import keras
import numpy as np
import pandas as pd

from rnn_tutorials._cudnn_rules import (
    BACKENDS,
    Setting,
    asserts_masks,
    decide,
    recurrent_layers,
    sublayers,
)

__all__ = ["check_batch", "report"]

COLUMNS = ["layer", "fused", "kernel", "reasons", "runtime_conditions"]


def report(model, *, backend=None, gpu=True, dtype_policy=None):
    """Says which recurrent layers of a model run on cuDNN, and why the others don't.

    Intuition: Keras picks the kernel of an `LSTM` or `GRU` at run time and never says
    which. The same rules are applied here to the configuration of each layer and to the
    masks that Keras passes along the model, traced symbolically, so the answer is the
    same on any machine.

    The rules are those of Keras 3.15.1. Read from its source and not executed on a GPU:
    everything about JAX and PyTorch, the XLA and dtype notes, and what cuDNN returns at
    masked steps. TensorFlow's dispatch (which layers reach the cuDNN call) is also
    compared with Keras's own functions on a CPU.

    Args:
        model: a built `keras.Model` (Sequential, functional or subclassed).
        backend: `"tensorflow"`, `"jax"` or `"torch"`. Default: the running backend.
        gpu: whether a GPU with cuDNN is present. Default: True.
        dtype_policy: name of a dtype policy, or a `keras.DTypePolicy`, to assume for
            every layer. Default: each layer's own.

    Returns:
        A `pandas.DataFrame`, one row per recurrent layer; a `Bidirectional` is one row.
        `layer`: its name, after those of the models and wrappers around it
        ("encoder/lstm"). `fused`: whether all of it runs on cuDNN. `kernel`: what runs.
        `reasons`: everything that keeps it off cuDNN, "" when fused.
        `runtime_conditions`: what must hold of a batch, and what changes silently.

    Masking: a mask keeps cuDNN on TensorFlow if right-padded (see `check_batch`), and
    costs it on the others. Left padding without a mask keeps it everywhere.

    Raises:
        TypeError: `model` is no `keras.Model`, or `gpu` no bool.
        ValueError: `model` is not built; `backend` or `dtype_policy` is unknown.

    Example:
        >>> inputs = keras.Input((24, 1))
        >>> model = keras.Model(inputs, keras.layers.LSTM(8, unroll=True)(inputs))
        >>> report(model, backend="tensorflow").reasons[0]
        'unroll=True'

    Reference: Keras 3.15.1, `keras/src/layers/rnn` and `keras/src/backend/*/rnn.py`.
    """
    _require_built(model)
    backend = keras.config.backend() if backend is None else backend
    if backend not in [*BACKENDS]:
        raise ValueError(
            f"backend: expected one of {[*BACKENDS]}, received {backend!r}"
        )
    if not isinstance(gpu, bool | np.bool_):
        raise TypeError(f"gpu: expected True or False, received {gpu!r}")
    dtype = None
    if dtype_policy is not None:
        try:
            dtype = keras.dtype_policies.get(dtype_policy).compute_dtype
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(
                "dtype_policy: expected the name of a Keras dtype policy or a "
                f"keras.DTypePolicy, received {dtype_policy!r}"
            ) from error

    layers = recurrent_layers(model)
    calls, failure = _trace_calls(model, layers)
    rows = []
    for name, layer in layers.items():
        masked, notes = _summarise(calls[name], failure)
        setting = Setting(backend, bool(gpu), masked, _is_compiled(model), dtype)
        verdict = decide(layer, setting)
        reasons = "; ".join(verdict.reasons)
        conditions = "; ".join(verdict.conditions + notes)
        rows.append((name, verdict.fused, verdict.kernel, reasons, conditions))
    return pd.DataFrame(rows, columns=COLUMNS)


def check_batch(model, inputs):
    """Raises on a CPU what a batch would break, silently or not, only on a GPU.

    Intuition: cuDNN takes a mask as one length per row, so TensorFlow asserts, on a GPU
    alone, that masks are right-padded and no row is empty. Other mistakes don't even
    raise there: an id past the vocabulary reads a row of zeros. Here the model runs
    once, eagerly, in inference mode, on the loop that works anywhere; ids are checked
    as each `Embedding` receives them, masks as Keras hands them to recurrent layers.

    Args:
        model: a built `keras.Model`, compiled or not. Its weights, states and random
            seeds are left as they were.
        inputs: one batch: an array or tensor, or a list, tuple or dict of them, as
            `model.predict` takes it.

    Returns: None.

    Masking: only layers that `report` calls fused for TensorFlow with a GPU are held to
    its rule; the others accept any mask.

    Raises:
        TypeError: `model` is no `keras.Model`; `inputs` holds more than arrays.
        ValueError: `model` is not built; a batch without rows or timesteps; NaN or
            infinity; ids outside the vocabulary of an `Embedding`; a mask that is not
            right-padded or an entirely masked row at a layer that would be fused. The
            message names the layer and the first offending row.

    Example:
        >>> check_batch(model, np.array([[0, 0, 5, 7]]))  # doctest: +SKIP
        ValueError: layer 'lstm': the mask of row 0 is not right-padded ...

    Reference: Keras 3.15.1, `_assert_valid_mask` in `backend/tensorflow/rnn.py`.
    """
    _require_built(model)
    inputs = keras.tree.map_structure(_to_numpy, inputs)
    for index, array in enumerate(keras.tree.flatten(inputs)):
        if array is not None:
            _check_values(f"inputs[{index}]", array)
    embeddings = {
        name: layer
        for name, layer in sublayers(model)
        if isinstance(layer, keras.layers.Embedding)
    }
    fused = {
        name: layer
        for name, layer in recurrent_layers(model).items()
        if asserts_masks(layer)
    }
    found = []

    def check(name, layer, arguments):
        try:
            if name in embeddings:
                _check_ids(name, layer, next(iter(arguments.values())))
            else:
                _check_mask(name, arguments.get("mask"))
        except ValueError as error:
            found.append(error)
            raise

    training = {}
    if "training" in inspect.signature(model.call).parameters:
        training["training"] = False
    try:
        # Updates of states, seeds and statistics go to the scope, dropped with it.
        with _spying(embeddings | fused, check), keras.StatelessScope():
            model(inputs, **training)
    except Exception:
        if found:  # Keras wraps what a layer raises in pages of its arguments
            raise found[0] from None
        raise


def _require_built(model):
    if not isinstance(model, keras.Model):
        raise TypeError(f"model: expected a keras.Model, received {type(model)}")
    if not model.built:
        raise ValueError(
            f"model: expected a built model, received {model.name!r}, which is not: "
            "give it a keras.Input, or call it once on a batch"
        )


@contextlib.contextmanager
def _spying(layers, hook):
    """Calls `hook(name, layer, arguments)` before every call of one of `layers`.

    Layers run with `use_cudnn=False` meanwhile, so that they run on any machine.
    """
    with contextlib.ExitStack() as undo:
        for name, layer in layers.items():
            undo.enter_context(_attribute(layer, "call", _spy(name, layer, hook)))
            for part in (layer, *layer._flatten_layers(include_self=False)):
                if hasattr(part, "use_cudnn"):
                    undo.enter_context(_attribute(part, "use_cudnn", False))
        yield


def _spy(name, layer, hook):
    call = layer.call

    def spy(*args, **kwargs):
        hook(name, layer, inspect.signature(call).bind(*args, **kwargs).arguments)
        return call(*args, **kwargs)

    return spy


@contextlib.contextmanager
def _attribute(layer, name, value):
    # Through __dict__, because Keras tracks what is assigned to a layer.
    before = dict(vars(layer))
    vars(layer)[name] = value
    try:
        yield
    finally:
        del vars(layer)[name]
        if name in before:
            vars(layer)[name] = before[name]


@contextlib.contextmanager
def _no_loops(layers):
    """Lets the usual layers return their first state: tracing a loop is slow."""
    kinds = keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN
    with contextlib.ExitStack() as undo:
        for layer in layers.values():
            for part in layer._flatten_layers():
                if isinstance(part, kinds):
                    undo.enter_context(_attribute(part, "inner_loop", _no_loop))
        yield


def _no_loop(sequences, initial_state, mask, training=False):
    last = initial_state[0]
    steps = keras.ops.cast(keras.ops.zeros_like(sequences[..., :1]), last.dtype)
    return last, keras.ops.expand_dims(last, 1) + steps, initial_state


class _Forward(keras.Operation):
    """A model's forward pass, for `compute_output_spec` to trace without running it."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, **inputs):
        return self.model(*inputs.values())


def _trace_calls(model, layers):
    """Traces the model: path -> [(masked, mask dropped)], and why one may be empty."""
    calls = {name: [] for name in layers}

    def record(name, layer, arguments):
        masked = _first(arguments.get("mask")) is not None
        sequences = _first(next(iter(arguments.values())))
        carried = getattr(sequences, "_keras_mask", None) is not None
        calls[name].append((masked, carried and not masked))

    if layers:
        try:
            with warnings.catch_warnings(), _spying(layers, record), _no_loops(layers):
                warnings.simplefilter("ignore")  # Keras gave them at the first call
                _Forward(model).compute_output_spec(**_symbolic_inputs(model))
        except Exception as error:  # a model may raise anything while it is traced
            return calls, f"tracing the model raised {type(error).__name__}"
    return calls, "the model never called it while traced"


def _symbolic_inputs(model):
    """The arguments of `model(...)` as KerasTensors, by name."""
    if isinstance(model, keras.Sequential):
        return {"inputs": model.inputs[0]}
    with contextlib.suppress(AttributeError, ValueError):
        return {"inputs": model.input}
    # A subclassed model remembers only the shapes that it was built with.
    config = model.get_build_config()
    shapes = config.get("shapes_dict", {"inputs": config.get("input_shape")})
    return keras.tree.map_shape_structure(keras.KerasTensor, shapes)


def _summarise(calls, failure):
    """Whether a mask reaches the layer (None: unknown), and notes on that."""
    notes = ()
    if any(dropped for _, dropped in calls):
        notes += (
            "its input carries a mask that Keras does not hand over, because the call "
            "has a second tensor argument (initial_state): pass mask= yourself",
        )
    if not calls:
        notes += (f"whether a mask reaches it is unknown: {failure}",)
        return None, notes
    return any(masked for masked, _ in calls), notes


def _is_compiled(model):
    # JAX resolves "auto" to True, which says nothing about torch.compile.
    return getattr(model, "_jit_compile", None) is True and (
        keras.config.backend() != "jax"
    )


def _first(nested):
    flat = keras.tree.flatten(nested)
    return flat[0] if flat else None


def _to_numpy(leaf):
    if leaf is None:  # an optional input
        return None
    if not hasattr(leaf, "shape"):
        raise TypeError(
            "inputs: expected one batch as an array or tensor, or a list, tuple or "
            f"dict of them; received {type(leaf)}"
        )
    if keras.ops.is_tensor(leaf):
        return keras.ops.convert_to_numpy(leaf)
    return np.asarray(leaf)


def _check_values(name, array):
    for axis, what in enumerate(("row", "timestep")[: max(array.ndim, 1)]):
        if array.ndim == 0 or array.shape[axis] == 0:
            raise ValueError(
                f"{name}: expected at least one {what}, received shape {array.shape}"
            )
    if array.dtype.kind != "f" and array.dtype.name != "bfloat16":
        return
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        index = tuple(bad[0].tolist())
        raise ValueError(
            f"{name}: expected finite numbers, received {array[index]} "
            f"at row {index[0]} (index {index})"
        )


def _check_ids(name, layer, ids):
    ids = keras.ops.convert_to_numpy(ids).astype("int64")
    bad = np.argwhere((ids < 0) | (ids >= layer.input_dim))
    if len(bad):
        row, *rest = index = tuple(bad[0].tolist())
        step = f", step {', '.join(map(str, rest))}" if rest else ""
        raise ValueError(
            f"layer {name!r}: expected ids from 0 to input_dim - 1 = "
            f"{layer.input_dim - 1}, received {ids[index]} at row {row}{step} "
            f"(input_dim={layer.input_dim}); a GPU would silently read zeros, "
            "or wrap a negative id round"
        )


def _check_mask(name, mask):
    mask = _first(mask)
    if mask is None:
        return
    mask = keras.ops.convert_to_numpy(mask).astype(bool)
    if mask.ndim != 2:
        return  # no mask of timesteps: Keras itself refuses it, on any machine
    empty = ~mask.any(axis=1)
    broken = (mask[:, 1:] & ~mask[:, :-1]).any(axis=1)
    for row in np.flatnonzero(empty | broken)[:1]:
        problem = "is empty: every step is masked"
        remedy = 'drop the row, or pad with empty="token"'
        if broken[row]:
            masked = int(np.argmin(mask[row]))
            kept = masked + int(np.argmax(mask[row, masked:]))
            problem = (
                f"is not right-padded: step {masked} is masked, step {kept} is not"
            )
            remedy = 'pad with padding="post", or keep left padding and use no mask'
        raise ValueError(
            f"layer {name!r}: the mask of row {row} {problem}. cuDNN refuses that on a "
            "GPU: expected kept steps first, at least one, then masked ones. "
            f"Remedy: {remedy}; use_cudnn=False accepts any mask"
        )
