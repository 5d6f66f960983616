"""Which kernel Keras picks for a recurrent layer: the dispatch rules, as data.

Read from the source of Keras 3.15.1 (`layers/rnn/*.py`, `backend/*/rnn.py`). Nothing
here looks at the hardware: the backend, the GPU and the mask come in as a `Setting`.
"""

import dataclasses
import sys

import keras

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
_NATIVE_FUNCTIONS = {"tensorflow": "tensorflow", "jax": "jax.numpy", "torch": "torch"}
_LOOPS = {
    "tensorflow": ("tf.while_loop", "unrolled TensorFlow ops"),
    "jax": ("jax.lax.scan", "unrolled JAX ops"),
    "torch": ("torch loop", "torch loop"),
}


@dataclasses.dataclass(frozen=True)
class Setting:
    """Where a layer would run; `masked` is None when that could not be decided."""

    backend: str
    gpu: bool = True
    masked: bool | None = False
    compiled: bool = False
    dtype: str | None = None


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What would run, all that keeps it off cuDNN, and what must hold of a batch."""

    fused: bool
    kernel: str
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


def sublayers(layer, prefix="", seen=None):
    """Yields (path, layer) for everything inside; a shared layer once."""
    seen = {} if seen is None else seen
    for child in layer._flatten_layers(include_self=False, recursive=False):
        if id(child) not in seen:
            path = prefix + child.name
            if path in seen.values():  # two layers may share a name
                path += f"#{len(seen)}"
            seen[id(child)] = path
            yield path, child
            yield from sublayers(child, f"{path}/", seen)


def recurrent_layers(model):
    """Path -> layer; the two halves of a `Bidirectional` are part of it."""
    layers = dict(sublayers(model))
    halves = {
        id(half)
        for layer in layers.values()
        if isinstance(layer, keras.layers.Bidirectional)
        for half in (layer.forward_layer, layer.backward_layer)
    }
    kinds = (keras.layers.RNN, keras.layers.Bidirectional)
    return {
        name: layer
        for name, layer in layers.items()
        if isinstance(layer, kinds) and id(layer) not in halves
    }


def decide(layer, setting):
    """Returns the `Verdict` for a `keras.layers.RNN` or a `Bidirectional` layer."""
    if isinstance(layer, keras.layers.Bidirectional):
        return _bidirectional(layer, setting)
    return _one_way(layer, setting)


def asserts_masks(layer):
    """Whether TensorFlow on a GPU insists on right-padded masks at this layer."""
    setting = Setting("tensorflow", masked=True)
    halves = [layer]
    if isinstance(layer, keras.layers.Bidirectional):
        halves = [layer.forward_layer, layer.backward_layer]
    return any(decide(half, setting).fused for half in halves)


def _one_way(layer, setting):
    if setting.dtype is None:
        setting = dataclasses.replace(setting, dtype=layer.compute_dtype)
    kind = _kind(layer)
    loop = _LOOPS[setting.backend][bool(getattr(layer, "unroll", False))]
    if kind is None:
        return Verdict(False, loop, (_why_never(layer),))
    reasons = _blockers(layer, kind, setting)
    conditions = tuple(_conditions(layer, kind, setting, fused=not reasons))
    if not reasons:
        return Verdict(True, f"cuDNN {kind}", (), conditions)
    if _is_hoisted(layer, kind, setting):
        loop += ", input product hoisted"
    elif layer.use_cudnn is True:
        # With use_cudnn=True Keras accepts any fast path, but not the generic loop.
        loop = "none: ValueError"
        reasons += ("use_cudnn=True makes Keras raise instead of falling back",)
    return Verdict(False, loop, reasons, conditions)


def _bidirectional(layer, setting):
    halves = [layer.forward_layer, layer.backward_layer]
    first, second = (_one_way(half, setting) for half in halves)
    conditions = _unique(first.conditions + second.conditions)
    if first.fused and second.fused and setting.backend != "tensorflow":
        blockers = _single_call_blockers(layer, *halves)
        if not blockers and first.kernel == second.kernel:
            kernel = first.kernel.replace("cuDNN", "cuDNN bidirectional")
            return Verdict(True, kernel, (), first.conditions)
        conditions += (
            f"two one-way cuDNN calls rather than one: {', '.join(blockers)}",
        )
    if first.kernel == second.kernel:
        kernel = f"2 × {first.kernel}"
    else:
        kernel = f"{first.kernel} + {second.kernel}"
    if first.reasons == second.reasons:
        reasons = first.reasons
    else:
        reasons = tuple(f"forward: {r}" for r in first.reasons)
        reasons += tuple(f"backward: {r}" for r in second.reasons)
    return Verdict(first.fused and second.fused, kernel, reasons, conditions)


def _kind(layer):
    """Name of the layer if it has a cuDNN path (LSTM or GRU), else None."""
    for cls in (keras.layers.LSTM, keras.layers.GRU):
        # A subclass with its own loop runs whatever it says, which we can't read.
        if isinstance(layer, cls) and type(layer).inner_loop is cls.inner_loop:
            return cls.__name__
    return None


def _why_never(layer):
    cls = type(layer)
    if isinstance(layer, keras.layers.LSTM | keras.layers.GRU):
        return f"{cls.__name__} overrides inner_loop, where Keras calls cuDNN"
    cell = getattr(layer, "cell", None)
    if isinstance(cell, keras.layers.StackedRNNCells):
        return "stacked cells run step by step; stack LSTM or GRU layers instead"
    if cls is keras.layers.RNN:
        advice = {
            keras.layers.LSTMCell: "; use keras.layers.LSTM",
            keras.layers.GRUCell: "; use keras.layers.GRU",
        }.get(type(cell), "")
        return f"RNN({type(cell).__name__}) runs its cell step by step{advice}"
    return f"{cls.__name__} has no cuDNN path; only LSTM and GRU have one"


def _blockers(layer, kind, setting):
    backend, name = setting.backend, BACKENDS[setting.backend]
    gru = kind == "GRU"
    checks = {
        "use_cudnn=False": layer.use_cudnn not in ("auto", True),
        f"recurrent_dropout={layer.recurrent_dropout}": layer.recurrent_dropout,
        f"activation is {_label(layer.activation)}, not tanh": (
            not _is_function(layer.activation, "tanh", backend)
        ),
        f"recurrent_activation is {_label(layer.recurrent_activation)}, not sigmoid": (
            not _is_function(layer.recurrent_activation, "sigmoid", backend)
        ),
        "use_bias=False": not layer.use_bias,
        "unroll=True": layer.unroll,
        "reset_after=False": gru and not layer.reset_after,
        "JAX has no cuDNN GRU": gru and backend == "jax",
        f"a mask reaches it, and {name}'s cuDNN path takes none "
        "(left padding without a mask keeps it)": (
            setting.masked and backend != "tensorflow"
        ),
        "jit_compile=True: torch.compile bypasses cuDNN": (
            setting.compiled and backend == "torch"
        ),
        f"cuDNN has no RNN for dtype {setting.dtype}": (
            setting.dtype not in ("float16", "bfloat16", "float32", "float64")
        ),
        "no GPU": not setting.gpu,
    }
    return tuple(reason for reason, blocks in checks.items() if blocks)


def _is_hoisted(layer, kind, setting):
    """Whether a backend's own loop runs, with one input product for all steps."""
    tried = layer.use_cudnn in ("auto", True) and not layer.recurrent_dropout
    reset_after = kind == "LSTM" or layer.reset_after
    if not tried or setting.masked or not reset_after:
        return False
    if setting.backend == "jax":
        return kind == "GRU" and not layer.unroll
    return setting.backend == "torch"


def _single_call_blockers(layer, forward, backward):
    """What keeps `Bidirectional` from running both directions in one cuDNN call."""
    checks = {
        "stateful": layer.stateful,
        "dropout": forward.dropout or backward.dropout,
        "forward and backward differ in type": _kind(forward) != _kind(backward),
        "forward and backward differ in units": forward.units != backward.units,
        "forward and backward differ in activation": (
            forward.activation is not backward.activation
            or forward.recurrent_activation is not backward.recurrent_activation
        ),
    }
    return [reason for reason, blocks in checks.items() if blocks]


def _conditions(layer, kind, setting, fused):
    """What must hold of a batch, and what changes silently."""
    backend = setting.backend
    if layer.use_cudnn != "auto":
        yield (
            f"use_cudnn={layer.use_cudnn} is not serialised: 'auto' again after "
            "loading or cloning"
        )
    if backend == "tensorflow" and setting.gpu and layer.recurrent_dropout:
        others = _blockers(layer, kind, setting)
        if others == (f"recurrent_dropout={layer.recurrent_dropout}",):
            yield (
                "recurrent_dropout costs cuDNN, and the layer still switches XLA off "
                "for the whole model"
            )
    if not fused:
        return
    if backend == "tensorflow":
        yield from _tensorflow_conditions(layer, setting)
    else:
        if setting.masked is None:
            yield "no mask reaches it"
        yield "any error from the cuDNN call falls back to the loop without a word"
    if backend == "torch":
        yield "input on CUDA, outside torch.compile and torch.jit tracing"
    if backend == "jax" and layer.go_backwards and layer.return_sequences:
        yield (
            "go_backwards with return_sequences: JAX's cuDNN call returns the sequence "
            "in input order, the scan (and the other backends) in reverse"
        )
    if backend == "jax" and setting.dtype != "float32":
        yield (
            f"dtype {setting.dtype}: handed unchanged to jax.experimental.rnn; not "
            "settled by the source of Keras, so compare with a CPU first"
        )
    elif setting.dtype == "bfloat16":
        yield (
            "dtype bfloat16: handed unchanged to cuDNN; not settled by the source of "
            "Keras whether this GPU and cuDNN support it"
        )


def _tensorflow_conditions(layer, setting):
    yield "switches XLA (jit_compile) off for the whole model"
    if setting.masked is False:
        return
    prefix = "mask" if setting.masked else "if a mask reaches it:"
    yield (
        f"{prefix} right-padded, no empty row: else fit and predict fail on the GPU "
        "only (eager calls run the loop instead)"
    )
    if layer.return_sequences and not layer.zero_output_for_mask:
        yield (
            "masked steps of return_sequences give 0 with cuDNN but repeat the last "
            "output on a CPU (zero_output_for_mask=True for parity)"
        )
    if layer.zero_output_for_mask and not layer.return_sequences:
        yield (
            "zero_output_for_mask without return_sequences: padded rows give the last "
            "state with cuDNN but 0 on a CPU"
        )


def _is_function(function, name, backend):
    """Keras compares by identity: its own function, or the backend's of that name."""
    native = getattr(sys.modules.get(_NATIVE_FUNCTIONS[backend]), name, None)
    known = (getattr(keras.activations, name), getattr(keras.ops, name), native)
    return any(function is candidate for candidate in known)


def _label(function):
    return getattr(function, "__name__", type(function).__name__)


def _unique(items):
    return tuple(dict.fromkeys(items))
