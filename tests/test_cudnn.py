import importlib
import itertools

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

import rnn_tutorials
from rnn_tutorials import cudnn
from rnn_tutorials._cudnn_rules import Setting, decide

BACKENDS = ("tensorflow", "jax", "torch")
COLUMNS = ["layer", "fused", "kernel", "reasons", "runtime_conditions"]
LSTM, GRU, Bidirectional = layers.LSTM, layers.GRU, layers.Bidirectional


def series(*stack, batch_size=None, steps=5):
    inputs = keras.Input((steps, 2), batch_size=batch_size)
    return keras.Sequential([inputs, *stack])


def tokens(*stack, mask_zero=True):
    embedding = layers.Embedding(10, 4, mask_zero=mask_zero, name="embedding")
    return keras.Sequential([keras.Input((5,), dtype="int32"), embedding, *stack])


def report_of(layer, backend, **options):
    [row] = cudnn.report(series(layer), backend=backend, **options).to_dict("records")
    return row


@keras.saving.register_keras_serializable("test_cudnn")
class PassesMask(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs * 2.0


@keras.saving.register_keras_serializable("test_cudnn")
class HalvesMask(layers.Layer):
    """Every second step, and every second step of the mask."""

    def call(self, inputs, mask=None):
        return inputs[:, ::2]

    def compute_mask(self, inputs, previous_mask):
        return None if previous_mask is None else previous_mask[:, ::2]


class Tagger(keras.Model):
    def __init__(self, mask_zero=True):
        super().__init__()
        self.embed = layers.Embedding(10, 4, mask_zero=mask_zero, name="embed")
        self.block = [LSTM(3, name="memory")]

    def call(self, inputs, training=None):
        return self.block[0](self.embed(inputs))


# --- report: every row of the table of rules, per backend -------------------------

LOOP = {"tensorflow": "tf.while_loop", "jax": "jax.lax.scan", "torch": "torch loop"}
HOIST = ", input product hoisted"
# layer, then the kernel expected for TensorFlow, JAX and torch on a GPU; cuDNN = fused
CASES = {
    "lstm": (lambda: LSTM(3), ["cuDNN LSTM"] * 3),
    "gru": (lambda: GRU(3), ["cuDNN GRU", LOOP["jax"] + HOIST, "cuDNN GRU"]),
    "lstm dropout": (lambda: LSTM(3, dropout=0.2), ["cuDNN LSTM"] * 3),
    "lstm regulariser": (lambda: LSTM(3, kernel_regularizer="l2"), ["cuDNN LSTM"] * 3),
    "lstm keras ops": (
        lambda: LSTM(3, activation=keras.ops.tanh),
        ["cuDNN LSTM"] * 3,
    ),
    "lstm recurrent_dropout": (
        lambda: LSTM(3, recurrent_dropout=0.1),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"]],
    ),
    "lstm relu": (
        lambda: LSTM(3, activation="relu"),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"] + HOIST],
    ),
    "lstm linear": (
        lambda: LSTM(3, activation=None),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"] + HOIST],
    ),
    "lstm hard_sigmoid": (
        lambda: LSTM(3, recurrent_activation="hard_sigmoid"),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"] + HOIST],
    ),
    "lstm no bias": (
        lambda: LSTM(3, use_bias=False),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"] + HOIST],
    ),
    "lstm unroll": (
        lambda: LSTM(3, unroll=True),
        ["unrolled TensorFlow ops", "unrolled JAX ops", LOOP["torch"] + HOIST],
    ),
    "lstm use_cudnn=False": (
        lambda: LSTM(3, use_cudnn=False),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"]],
    ),
    "lstm use_cudnn=True": (lambda: LSTM(3, use_cudnn=True), ["cuDNN LSTM"] * 3),
    "lstm use_cudnn=True relu": (
        lambda: LSTM(3, use_cudnn=True, activation="relu"),
        ["none: ValueError", "none: ValueError", LOOP["torch"] + HOIST],
    ),
    "gru reset before": (
        lambda: GRU(3, reset_after=False),
        [LOOP["tensorflow"], LOOP["jax"], LOOP["torch"]],
    ),
    "gru relu": (
        lambda: GRU(3, activation="relu"),
        [LOOP["tensorflow"], LOOP["jax"] + HOIST, LOOP["torch"] + HOIST],
    ),
    "simple": (lambda: layers.SimpleRNN(3), list(LOOP.values())),
    "rnn lstm cell": (lambda: layers.RNN(layers.LSTMCell(3)), list(LOOP.values())),
    "stacked cells": (
        lambda: layers.RNN([layers.LSTMCell(3), layers.LSTMCell(3)]),
        list(LOOP.values()),
    ),
    "bidirectional lstm": (
        lambda: Bidirectional(LSTM(3)),
        ["2 × cuDNN LSTM", "cuDNN bidirectional LSTM", "cuDNN bidirectional LSTM"],
    ),
    "bidirectional gru": (
        lambda: Bidirectional(GRU(3)),
        [
            "2 × cuDNN GRU",
            "2 × " + LOOP["jax"] + HOIST,
            "cuDNN bidirectional GRU",
        ],
    ),
    "bidirectional dropout": (
        lambda: Bidirectional(LSTM(3, dropout=0.1)),
        ["2 × cuDNN LSTM"] * 3,
    ),
    "bidirectional unequal": (
        lambda: Bidirectional(LSTM(3), backward_layer=LSTM(4, go_backwards=True)),
        ["2 × cuDNN LSTM"] * 3,
    ),
    "bidirectional mixed": (
        lambda: Bidirectional(LSTM(3), backward_layer=GRU(3, go_backwards=True)),
        [
            "cuDNN LSTM + cuDNN GRU",
            "cuDNN LSTM + jax.lax.scan" + HOIST,
            "cuDNN LSTM + cuDNN GRU",
        ],
    ),
    "bidirectional unroll": (
        lambda: Bidirectional(LSTM(3, unroll=True)),
        [
            "2 × unrolled TensorFlow ops",
            "2 × unrolled JAX ops",
            "2 × " + LOOP["torch"] + HOIST,
        ],
    ),
}


@pytest.fixture(scope="module")
def table():
    """All cases side by side in one model: the rows of its report per backend."""
    inputs = keras.Input((5, 2))
    model = keras.Model(inputs, [make()(inputs) for make, _ in CASES.values()])
    return {
        backend: cudnn.report(model, backend=backend).to_dict("records")
        for backend in BACKENDS
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_kernel_of_each_layer(backend, table):
    rows = table[backend]
    for (case, (_, kernels)), row in zip(CASES.items(), rows, strict=True):
        kernel = kernels[BACKENDS.index(backend)]
        assert row["kernel"] == kernel, case
        fused = all("cuDNN" in part for part in kernel.split(" + "))
        assert row["fused"] == fused == (row["reasons"] == ""), case


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_a_gpu_nothing_is_fused(backend):
    for case, (make, _) in CASES.items():
        verdict = decide(make(), Setting(backend, gpu=False, dtype="float32"))
        assert not verdict.fused and "cuDNN" not in verdict.kernel, case
    row = report_of(Bidirectional(GRU(2)), backend, gpu=False)
    assert not row["fused"] and "no GPU" in row["reasons"]


def test_conv_lstm_and_custom_subclass_are_never_fused():
    class OwnLoop(LSTM):
        def inner_loop(self, sequences, initial_state, mask, training=False):
            return super().inner_loop(sequences, initial_state, mask, training)

    frames = keras.Sequential(
        [keras.Input((3, 6, 2)), layers.ConvLSTM1D(2, 3, name="frames")]
    )
    assert "ConvLSTM1D has no cuDNN path" in cudnn.report(frames).reasons[0]
    assert "overrides inner_loop" in report_of(OwnLoop(2), "tensorflow")["reasons"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_our_own_layers_run_step_by_step_with_any_mask(backend):
    ours = rnn_tutorials.layers
    stack = [
        *(cls(3, return_sequences=True) for cls in (ours.Elman, ours.LSTM1997)),
        *(cls(3, return_sequences=True) for cls in (ours.GRU1, ours.PeepholeLSTM)),
        ours.Jordan(3, 2, return_sequences=True),
        ours.FullyRecurrent(3, 2),
    ]
    model = tokens(*stack)
    frame = cudnn.report(model, backend=backend)
    assert list(frame.kernel) == [LOOP[backend]] * len(stack) and not frame.fused.any()
    for layer, row in zip(stack, frame.itertuples(), strict=True):
        name = type(layer).__name__
        assert row.layer == layer.name
        assert row.reasons == (f"{name} has no cuDNN path; only LSTM and GRU have one")
        assert row.runtime_conditions == ""
    for batch in (RIGHT, LEFT, EMPTY):
        cudnn.check_batch(model, batch)
    both = cudnn.report(series(Bidirectional(ours.Elman(3))), backend=backend)
    assert not both.fused[0] and both.kernel[0] == f"2 × {LOOP[backend]}"


def test_every_reason_is_named():
    layer = GRU(
        3,
        activation="relu",
        recurrent_activation="relu",
        use_bias=False,
        unroll=True,
        reset_after=False,
        recurrent_dropout=0.1,
        use_cudnn=False,
    )
    reasons = report_of(layer, "tensorflow", gpu=False)["reasons"].split("; ")
    assert len(reasons) == 8
    for word in (
        "activation is relu",
        "recurrent_activation is relu",
        "use_bias=False",
        "unroll=True",
        "reset_after=False",
        "recurrent_dropout=0.1",
        "use_cudnn=False",
        "no GPU",
    ):
        assert any(word in reason for reason in reasons), word


def test_bidirectional_reasons_name_the_direction():
    layer = Bidirectional(
        LSTM(3), backward_layer=LSTM(3, go_backwards=True, use_bias=False)
    )
    row = report_of(layer, "tensorflow")
    assert row["reasons"] == "backward: use_bias=False"
    assert row["kernel"] == "cuDNN LSTM + tf.while_loop"


@pytest.mark.parametrize("make", [LSTM, GRU, lambda n: Bidirectional(LSTM(n))])
def test_a_mask_keeps_cudnn_on_tensorflow_only(make):
    fused = {
        backend: cudnn.report(tokens(make(3)), backend=backend).fused[0]
        for backend in BACKENDS
    }
    assert fused == {"tensorflow": True, "jax": False, "torch": False}
    row = cudnn.report(tokens(make(3)), backend="tensorflow").iloc[0]
    assert "right-padded, no empty row" in row.runtime_conditions
    for backend in ("jax", "torch"):
        masked = cudnn.report(tokens(make(3)), backend=backend).iloc[0]
        assert "a mask reaches it" in masked.reasons


def test_left_padding_without_a_mask_keeps_cudnn_everywhere():
    for backend in BACKENDS:
        row = cudnn.report(tokens(LSTM(3), mask_zero=False), backend=backend).iloc[0]
        assert row.fused and "right-padded" not in row.runtime_conditions


def _masked_cases():
    conv = layers.Conv1D(4, 2)
    inner = keras.Sequential(
        [keras.Input((5, 4)), LSTM(3, name="inner", return_sequences=True)],
        name="nested",
    )
    yield "direct", tokens(LSTM(3)), {"lstm": True}
    yield "lost in convolution", tokens(conv, LSTM(3)), {"lstm": False}
    yield "custom, kept", tokens(PassesMask(), LSTM(3)), {"lstm": True}
    yield "custom, changed", tokens(HalvesMask(), LSTM(3)), {"lstm": True}
    yield "nested", tokens(inner), {"nested/inner": True}
    yield (
        "state hides it",
        tokens(LSTM(3, return_sequences=True), LSTM(3)),
        {"lstm": True, "lstm_1": True},
    )
    yield (
        "dropped by return_sequences=False",
        tokens(LSTM(3), layers.RepeatVector(4), LSTM(3)),
        {"lstm": True, "lstm_1": False},
    )


@pytest.mark.filterwarnings("ignore:Layer '(conv1d|nested)")
def test_masks_are_followed_through_the_model():
    for case, model, expected in _masked_cases():
        frame = cudnn.report(model, backend="jax")
        names = [name.split("_")[0] for name in frame.layer]
        assert names == [name.split("_")[0] for name in expected], case
        assert [not fused for fused in frame.fused] == list(expected.values()), case


def test_time_distributed_hands_each_sentence_its_mask():
    inputs = keras.Input((2, 5), dtype="int32")
    words = layers.Embedding(10, 4, mask_zero=True)(inputs)
    sentences = layers.TimeDistributed(LSTM(3, name="words"), name="each")(words)
    model = keras.Model(inputs, layers.GRU(2, name="document")(sentences))
    frame = cudnn.report(model, backend="torch")
    assert list(frame.layer) == ["each/words", "document"]
    assert "a mask reaches it" in frame.reasons[0]
    with pytest.raises(ValueError, match=r"'each/words': the mask of row 1 is empty"):
        cudnn.check_batch(model, np.array([[[1] * 5] * 2, [[1] * 5, [0] * 5]]))


def test_initial_state_makes_keras_drop_the_mask_and_report_says_so():
    ids, state = keras.Input((5,), dtype="int32"), keras.Input((3,))
    embedded = layers.Embedding(10, 4, mask_zero=True)(ids)
    outputs = GRU(3)(embedded, initial_state=state)
    model = keras.Model([ids, state], outputs)
    row = cudnn.report(model, backend="torch").iloc[0]
    assert row.fused and "does not hand over" in row.runtime_conditions
    left_padded = np.array([[0, 0, 1, 2, 3]])
    cudnn.check_batch(model, [left_padded, np.zeros((1, 3), "float32")])
    explicit = GRU(3)(embedded, initial_state=state, mask=embedded._keras_mask)
    model = keras.Model([ids, state], explicit)
    assert not cudnn.report(model, backend="torch").fused[0]


def test_subclassed_model_is_traced_from_the_shape_it_was_built_with():
    model = Tagger()
    model(np.ones((2, 5), "int32"))
    frame = cudnn.report(model, backend="jax")
    assert list(frame.layer) == ["memory"]
    assert "a mask reaches it" in frame.reasons[0]
    plain = Tagger(mask_zero=False)
    plain(np.ones((2, 5), "int32"))
    assert cudnn.report(plain, backend="jax").fused[0]


def test_undecided_masks_are_said_to_be_undecided():
    class Opaque(keras.Model):
        def __init__(self):
            super().__init__()
            self.memory = LSTM(3, name="memory")

        def call(self, inputs):
            return self.memory(inputs * float(np.asarray(inputs).size))

    model = Opaque()
    model(np.ones((2, 5, 2), "float32"))
    for backend in BACKENDS:
        row = cudnn.report(model, backend=backend).iloc[0]
        assert row.fused
        assert "whether a mask reaches it is unknown" in row.runtime_conditions
    assert "inner_loop" not in vars(model.memory) and "call" not in vars(model.memory)


@pytest.mark.parametrize(
    ("layer", "backend", "condition"),
    [
        (lambda: LSTM(3, use_cudnn=False), "jax", "not serialised"),
        (lambda: LSTM(3, recurrent_dropout=0.1), "tensorflow", "switches XLA off"),
        (lambda: LSTM(3), "tensorflow", "switches XLA"),
        (
            lambda: LSTM(3, go_backwards=True, return_sequences=True),
            "jax",
            "in input order",
        ),
        (
            lambda: Bidirectional(LSTM(3, return_sequences=True, dropout=0.1)),
            "jax",
            "in input order",
        ),
        (
            lambda: Bidirectional(LSTM(3, dropout=0.1)),
            "torch",
            "two one-way cuDNN calls rather than one: dropout",
        ),
        (
            lambda: Bidirectional(LSTM(3, stateful=True)),
            "jax",
            "two one-way cuDNN calls rather than one: stateful",
        ),
        (lambda: LSTM(3), "torch", "outside torch.compile"),
    ],
)
def test_silent_traps_are_reported(layer, backend, condition):
    model = series(layer(), batch_size=2)
    row = cudnn.report(model, backend=backend).iloc[0]
    assert condition in row.runtime_conditions


def test_masked_output_traps():
    def condition(*args, **kwargs):
        frame = cudnn.report(tokens(LSTM(3, *args, **kwargs)), backend="tensorflow")
        return frame.runtime_conditions[0]

    assert "give 0 with cuDNN" in condition(return_sequences=True)
    same = condition(return_sequences=True, zero_output_for_mask=True)
    assert "give 0 with cuDNN" not in same and "0 on a CPU" not in same
    assert "0 on a CPU" in condition(zero_output_for_mask=True)
    # Bidirectional forces zero_output_for_mask, so nothing differs there.
    both = tokens(Bidirectional(LSTM(3, return_sequences=True)))
    text = cudnn.report(both, backend="tensorflow").runtime_conditions[0]
    assert "give 0 with cuDNN" not in text


def test_zero_output_for_mask_alone_returns_zeros_on_a_cpu():
    model = tokens(LSTM(3, zero_output_for_mask=True, use_cudnn=False))
    padded, full = model(np.array([[1, 2, 0, 0, 0], [1, 2, 3, 4, 5]])).numpy()
    assert not padded.any() and full.any()


def test_torch_compile_bypasses_cudnn():
    model = series(LSTM(3, use_cudnn=False))
    model.compile(loss="mse", jit_compile=True)
    assert "torch.compile" in cudnn.report(model, backend="torch").reasons[0]
    assert "torch.compile" not in cudnn.report(model, backend="jax").reasons[0]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_dtype_policies(policy):
    own = series(LSTM(3, dtype=policy))
    for backend in BACKENDS:
        assumed = report_of(LSTM(3), backend, dtype_policy=policy)
        [row] = cudnn.report(own, backend=backend).to_dict("records")
        assert row["fused"] and assumed["fused"]
        assert row["runtime_conditions"] == assumed["runtime_conditions"]
        settled = backend != "jax" and policy != "mixed_bfloat16"
        assert ("not settled" in row["runtime_conditions"]) != settled
    assert report_of(LSTM(3), "tensorflow", dtype_policy=keras.DTypePolicy(policy))[
        "fused"
    ]


def test_tensorflow_registers_the_kernel_for_every_dtype_that_report_accepts():
    kernels = pytest.importorskip("tensorflow.python.framework.kernels")
    import tensorflow as tf

    if not tf.sysconfig.get_build_info().get("is_cuda_build"):
        pytest.skip("this TensorFlow was built without CUDA")
    registered = {
        tf.dtypes.as_dtype(dtype).name
        for kernel in kernels.get_registered_kernels_for_op("CudnnRNNV3").kernel
        for constraint in kernel.constraint
        for dtype in constraint.allowed_values.list.type
    }
    assert registered == {"float16", "bfloat16", "float32", "float64"}


def test_model_without_recurrent_layers_gives_an_empty_frame():
    frame = cudnn.report(series(layers.Flatten(), layers.Dense(1)))
    assert list(frame.columns) == COLUMNS and frame.empty


def test_shared_and_unused_layers_have_one_row():
    shared = LSTM(3, name="shared")
    first, second = keras.Input((5, 2)), keras.Input((5, 2))
    model = keras.Model([first, second], [shared(first), shared(second)])
    assert list(cudnn.report(model).layer) == ["shared"]


def test_layers_of_the_same_name_keep_a_row_each():
    class Twins(keras.Model):
        def __init__(self):
            super().__init__()
            self.pair = [LSTM(2, name="a", return_sequences=True), LSTM(2, name="a")]

        def call(self, inputs):
            return self.pair[1](self.pair[0](inputs))

    model = Twins()
    model(np.ones((1, 4, 2), "float32"))
    assert len(cudnn.report(model)) == 2


def test_text_in_ids_inside():
    inputs = keras.Input((1,), dtype="string")
    words = layers.TextVectorization(vocabulary=["good", "bad"])
    embedded = layers.Embedding(4, 3, mask_zero=True)(words(inputs))
    model = keras.Model(inputs, LSTM(2, name="memory")(embedded))
    assert cudnn.report(model, backend="tensorflow").fused[0]
    cudnn.check_batch(model, tf_strings([["good bad"], ["bad"]]))
    with pytest.raises(ValueError, match="'memory': the mask of row 1 is empty"):
        cudnn.check_batch(model, tf_strings([["good bad"], [""]]))


def tf_strings(rows):
    return pytest.importorskip("tensorflow").constant(rows)


@pytest.mark.parametrize(
    ("error", "words", "call"),
    [
        (TypeError, "model: expected a keras.Model", lambda m: cudnn.report("m")),
        (TypeError, "model: expected", lambda m: cudnn.check_batch(None, 1)),
        (
            ValueError,
            "model: expected a built",
            lambda m: cudnn.report(keras.Sequential([LSTM(2)])),
        ),
        (
            ValueError,
            "model: expected a built",
            lambda m: cudnn.check_batch(Tagger(), np.ones((1, 2))),
        ),
        (ValueError, "backend: expected", lambda m: cudnn.report(m, backend="mxnet")),
        (TypeError, "gpu: expected", lambda m: cudnn.report(m, gpu="yes")),
        (
            ValueError,
            "dtype_policy: expected .* received 'float17'",
            lambda m: cudnn.report(m, dtype_policy="float17"),
        ),
        (
            TypeError,
            "inputs: expected one batch",
            lambda m: cudnn.check_batch(m, [[[1.0]]]),
        ),
    ],
)
def test_bad_arguments_are_named(error, words, call):
    with pytest.raises(error, match=words):
        call(series(LSTM(2)))


layer_kwargs = {
    "activation": st.sampled_from(["tanh", "relu", None]),
    "recurrent_activation": st.sampled_from(["sigmoid", "hard_sigmoid"]),
    "use_bias": st.booleans(),
    "dropout": st.sampled_from([0.0, 0.5]),
    "recurrent_dropout": st.sampled_from([0.0, 0.5]),
    "return_sequences": st.booleans(),
    "return_state": st.booleans(),
    "go_backwards": st.booleans(),
    "stateful": st.booleans(),
    "unroll": st.booleans(),
    "use_cudnn": st.sampled_from(["auto", True, False]),
    "zero_output_for_mask": st.booleans(),
    "dtype": st.sampled_from([None, "mixed_bfloat16", "float64"]),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kwargs=st.fixed_dictionaries({}, optional=layer_kwargs),
    cls=st.sampled_from([LSTM, GRU]),
    masked=st.booleans(),
    backend=st.sampled_from(BACKENDS),
    gpu=st.booleans(),
)
def test_report_answers_for_any_configuration(kwargs, cls, masked, backend, gpu):
    inputs = keras.Input((3, 2), batch_size=2)
    sequences = layers.Masking()(inputs) if masked else inputs
    model = keras.Model(inputs, cls(2, name="recurrent", **kwargs)(sequences))
    [row] = cudnn.report(model, backend=backend, gpu=gpu).to_dict("records")
    assert row["layer"] == "recurrent"
    assert (row["reasons"] == "") == row["fused"] == ("cuDNN" in row["kernel"])
    assert not (row["fused"] and not gpu)
    assert not (row["fused"] and masked and backend != "tensorflow")


# --- the rules against Keras's own functions --------------------------------------


@pytest.fixture
def pretend_gpu(monkeypatch):
    """Makes TensorFlow's backend believe in a GPU; returns the list of cuDNN calls."""
    if keras.config.backend() != "tensorflow":
        pytest.skip("compares with Keras's TensorFlow backend")
    import tensorflow as tf

    backend = importlib.import_module("keras.src.backend.tensorflow.rnn")
    calls = []

    def kernel(name, states):
        def fake(inputs, state, *rest):
            calls.append(name)
            steps = inputs.shape[1] if rest[-1] else 1
            outputs = tf.repeat(state[:, None], steps, axis=1)
            return state, outputs, [state] * states

        return fake

    monkeypatch.setattr(backend, "_is_gpu_available", lambda: True)
    monkeypatch.setattr(backend, "_cudnn_lstm", kernel("LSTM", 2))
    monkeypatch.setattr(backend, "_cudnn_gru", kernel("GRU", 1))
    return calls


CHANGES = {
    "activation": "relu",
    "recurrent_activation": "hard_sigmoid",
    "use_bias": False,
    "unroll": True,
    "recurrent_dropout": 0.3,
    "dropout": 0.3,
    "use_cudnn": False,
    "reset_after": False,
    "go_backwards": True,
    "return_sequences": True,
}


@pytest.mark.parametrize("cls", [LSTM, GRU])
def test_report_agrees_with_the_dispatch_of_keras(cls, pretend_gpu):
    names = [name for name in CHANGES if cls is GRU or name != "reset_after"]
    combinations = [(), *((name,) for name in names)]
    combinations += [*itertools.combinations(names, 2)][::5]
    stack = [cls(2, **{name: CHANGES[name] for name in c}) for c in combinations]
    stack += [cls(2, use_cudnn=True), cls(2, use_cudnn=True, unroll=True)]
    inputs = keras.Input((2, 2))
    model = keras.Model(inputs, [layer(inputs) for layer in stack])
    frame = cudnn.report(model, backend="tensorflow")
    assert not pretend_gpu, "report itself must not reach the kernel"
    for layer, (_, row) in zip(stack, frame.iterrows(), strict=True):
        assert row.layer == layer.name
        before = len(pretend_gpu)
        if row.kernel == "none: ValueError":
            with pytest.raises(ValueError, match="use_cudnn=True was specified"):
                layer(np.ones((1, 2, 2), "float32"))
        else:
            layer(np.ones((1, 2, 2), "float32"), training=True)
        assert (len(pretend_gpu) - before == 1) == row.fused, row.reasons
        assert row.kernel != f"cuDNN {cls.__name__}" or (
            pretend_gpu[-1] == cls.__name__
        )


def test_table_agrees_with_the_dispatch_of_keras(table, pretend_gpu):
    rows = table["tensorflow"]
    for (case, (make, _)), row in zip(CASES.items(), rows, strict=True):
        pretend_gpu.clear()
        layer, batch = make(), np.ones((1, 5, 2), "float32")
        if row["kernel"] == "none: ValueError":
            with pytest.raises(ValueError, match="use_cudnn=True was specified"):
                layer(batch)
            continue
        layer(batch)
        twice = "2 ×" in row["kernel"] or "+" in row["kernel"]
        assert len(pretend_gpu) == (1 + twice if row["fused"] else 0), case


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1))
def test_check_batch_accepts_exactly_the_masks_that_keras_accepts(mask):
    rnn = pytest.importorskip("keras.src.backend.tensorflow.rnn")
    import tensorflow as tf

    try:
        rnn._assert_valid_mask(tf.constant(mask))
        accepted = True
    except tf.errors.InvalidArgumentError:
        accepted = False
    ids = np.array(mask, dtype="int32")
    if accepted:
        cudnn.check_batch(MASKED_MODEL, ids)
    else:
        with pytest.raises(ValueError, match="mask of row"):
            cudnn.check_batch(MASKED_MODEL, ids)


MASKED_MODEL = tokens(LSTM(2))


# --- check_batch -------------------------------------------------------------------

RIGHT = np.array([[1, 2, 3, 0, 0], [1, 2, 3, 4, 5]])
LEFT = np.array([[1, 2, 3, 0, 0], [0, 0, 1, 2, 3]])
EMPTY = np.array([[1, 2, 3, 0, 0], [0, 0, 0, 0, 0]])
HOLE = np.array([[1, 0, 3, 0, 0]])


@pytest.mark.parametrize(
    "stack",
    [
        lambda: [LSTM(3, name="target")],
        lambda: [GRU(3, name="target")],
        lambda: [Bidirectional(LSTM(3), name="target")],
        lambda: [PassesMask(), LSTM(3, name="target")],
        lambda: [LSTM(3, use_cudnn=True, name="target")],
        lambda: [LSTM(3, dropout=0.5, name="target")],
        lambda: [layers.SimpleRNN(3, return_sequences=True), GRU(3, name="target")],
    ],
)
def test_masks_that_fail_on_a_gpu_only(stack):
    model = tokens(*stack())
    cudnn.check_batch(model, RIGHT)
    for batch, words in [
        (LEFT, r"'target': the mask of row 1 is not right-padded.*padding=\"post\""),
        (EMPTY, r"'target': the mask of row 1 is empty.*empty=\"token\""),
        (HOLE, r"row 0 is not right-padded: step 1 is masked, step 2 is not"),
    ]:
        with pytest.raises(ValueError, match=words):
            cudnn.check_batch(model, batch)


@pytest.mark.filterwarnings("ignore:Layer 'conv1d")
@pytest.mark.parametrize(
    "stack",
    [
        lambda: [layers.Conv1D(3, 2), LSTM(3)],
        lambda: [GRU(3, reset_after=False)],
        lambda: [LSTM(3, use_cudnn=False)],
        lambda: [LSTM(3, recurrent_dropout=0.1)],
        lambda: [layers.SimpleRNN(3)],
        lambda: [layers.RNN(layers.LSTMCell(3))],
        lambda: [Bidirectional(LSTM(3, unroll=True))],
        lambda: [layers.GlobalAveragePooling1D(), layers.Dense(1)],
    ],
)
def test_layers_that_are_not_fused_accept_any_mask(stack):
    model = tokens(*stack())
    for batch in (RIGHT, LEFT, EMPTY):
        cudnn.check_batch(model, batch)


def test_left_padding_without_a_mask_passes():
    cudnn.check_batch(tokens(LSTM(3), mask_zero=False), LEFT)


def test_half_fused_bidirectional_is_checked():
    layer = Bidirectional(
        LSTM(3), backward_layer=LSTM(3, go_backwards=True, unroll=True), name="both"
    )
    with pytest.raises(ValueError, match="'both': the mask of row 1"):
        cudnn.check_batch(tokens(layer), LEFT)


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ([[1, 2, 3, 10, 0]], r"'embedding': .*input_dim - 1 = 9, received 10 at row 0"),
        ([[1] * 5, [1, -1, 0, 0, 0]], r"received -1 at row 1, step 1 \(input_dim=10\)"),
    ],
)
def test_ids_outside_the_vocabulary(batch, words):
    for model in (tokens(LSTM(3)), tokens(layers.Flatten(), mask_zero=False)):
        with pytest.raises(ValueError, match=words):
            cudnn.check_batch(model, np.array(batch))


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (np.zeros((0, 5, 2)), r"inputs\[0\]: expected at least one row"),
        (np.zeros((2, 0, 2)), r"inputs\[0\]: expected at least one timestep"),
        (np.array(1.0), "expected at least one row"),
        (np.full((1, 5, 2), np.nan), "finite numbers, received nan at row 0"),
        (np.full((1, 5, 2), -np.inf), "finite numbers, received -inf"),
    ],
)
def test_arrays_that_no_gpu_should_see(batch, words):
    with pytest.raises(ValueError, match=words):
        cudnn.check_batch(series(LSTM(3), steps=None), batch)


def test_nested_subclassed_and_multi_input_models():
    inner = tokens(LSTM(3, name="deep"), layers.Dense(2))
    inner.name = "inner"
    ids, extra = keras.Input((5,), name="ids"), keras.Input((2,), name="extra")
    joined = layers.Concatenate()([inner(ids), extra])
    outer = keras.Model({"ids": ids, "extra": extra}, joined)
    outer.compile(loss="mse")
    ones = np.ones((2, 2), "float32")
    cudnn.check_batch(outer, {"ids": RIGHT, "extra": ones})
    assert list(cudnn.report(outer, backend="tensorflow").layer) == ["inner/deep"]
    with pytest.raises(ValueError, match="'inner/deep': the mask of row 1"):
        cudnn.check_batch(outer, {"ids": LEFT, "extra": ones})
    with pytest.raises(ValueError, match=r"'inner/embedding': .* received 10"):
        cudnn.check_batch(outer, {"ids": RIGHT + 6, "extra": ones})

    subclassed = Tagger()
    subclassed(RIGHT)
    cudnn.check_batch(subclassed, RIGHT)
    with pytest.raises(ValueError, match="'memory': the mask of row 1"):
        cudnn.check_batch(subclassed, LEFT)


def test_the_model_is_left_as_it_was():
    inputs = keras.Input((5,), batch_size=2, dtype="int32")
    x = layers.Embedding(10, 4, mask_zero=True)(inputs)
    x = LSTM(3, stateful=True, dropout=0.5, return_sequences=True, use_cudnn=True)(x)
    x = Bidirectional(GRU(3, stateful=True))(layers.Dropout(0.5)(x))
    model = keras.Model(inputs, layers.BatchNormalization()(x))
    for layer in model.layers:  # use_cudnn=True cannot run here, but can be checked
        if isinstance(layer, LSTM):
            memory = layer
    memory.use_cudnn = "auto"
    before = model.predict(RIGHT, verbose=0, batch_size=2)
    memory.use_cudnn = True
    variables = [variable.numpy() for variable in model.variables]
    attributes = {layer.name: set(vars(layer)) for layer in model.layers}

    cudnn.check_batch(model, RIGHT)
    for batch in (LEFT, RIGHT * 7):
        with pytest.raises(ValueError):
            cudnn.check_batch(model, batch)
    cudnn.report(model)

    assert memory.use_cudnn is True
    assert attributes == {layer.name: set(vars(layer)) for layer in model.layers}
    for variable, value in zip(model.variables, variables, strict=True):
        np.testing.assert_array_equal(variable, value)
    memory.use_cudnn = "auto"
    memory.reset_state()
    model.layers[-2].reset_state()
    np.testing.assert_array_equal(model.predict(RIGHT, verbose=0, batch_size=2), before)


def test_a_failure_in_the_model_itself_is_not_hidden():
    class Broken(layers.Layer):
        armed = False

        def call(self, inputs):
            if self.armed:
                raise RuntimeError("broken by itself")
            return inputs

    inputs = keras.Input((5, 2))
    broken = Broken()
    model = keras.Model(inputs, LSTM(2)(broken(LSTM(2, return_sequences=True)(inputs))))
    broken.armed = True
    with pytest.raises(RuntimeError, match="broken by itself"):
        cudnn.check_batch(model, np.ones((1, 5, 2)))


def test_use_cudnn_is_not_serialised():
    model = series(LSTM(3, use_cudnn=False))
    assert keras.models.clone_model(model).layers[0].use_cudnn == "auto"
