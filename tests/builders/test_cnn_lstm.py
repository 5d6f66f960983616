"""The CNN-LSTMs: the classic network, padding that changes nothing, errors."""

import itertools

import keras
import numpy as np
import pytest

from rnn_tutorials import cudnn
from rnn_tutorials.builders import build_cnn_lstm, build_ngram_cnn_lstm

SMALL = {"embedding_dim": 5, "filters": 6, "units": 4}
EVERY = [
    *(
        {"bidirectional": both, "summary": summary}
        for both, summary in itertools.product(
            [False, True], ["last", "max", "max_mean"]
        )
    ),
    {"pair_buckets": 9},
]


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_the_classic_network():
    model = build_cnn_lstm(100, 20_000, mask=False)
    assert kinds(model) == [
        "InputLayer",
        "Embedding",
        "Dropout",
        "Conv1D",
        "MaxPooling1D",
        "LSTM",
        "Dense",
    ]
    _, embedding, dropout, conv, pool, lstm, dense = model.layers
    assert (embedding.input_dim, embedding.output_dim) == (20_000, 128)
    assert not embedding.mask_zero
    assert dropout.rate == 0.25
    assert (conv.filters, conv.kernel_size, conv.strides) == (64, (5,), (1,))
    assert (conv.padding, conv.activation) == ("valid", keras.activations.relu)
    assert (pool.pool_size, pool.strides, pool.padding) == ((4,), (4,), "valid")
    assert (lstm.units, lstm.return_sequences, lstm.go_backwards) == (70, False, False)
    assert (dense.units, dense.activation) == (1, keras.activations.sigmoid)
    assert model.count_params() == (
        20_000 * 128 + 5 * 128 * 64 + 64 + 4 * (70 * (64 + 70) + 70) + 70 + 1
    )


def test_the_mask_adds_no_parameters():
    for arguments in EVERY:
        masked, plain = (
            build_cnn_lstm(20, 30, mask=mask, **arguments, **SMALL)
            for mask in (True, False)
        )
        assert masked.count_params() == plain.count_params()
    # words, pairs, convolution, LSTM of 4, output
    expected = 30 * 5 + 10 * 5 + 5 * 5 * 6 + 6 + 4 * (4 * (6 + 4) + 4) + 4 + 1
    assert masked.count_params() == expected


@pytest.mark.parametrize("arguments", EVERY, ids=str)
def test_padding_changes_nothing(arguments):
    keras.utils.set_random_seed(1)
    model = build_cnn_lstm(None, 30, **arguments, **SMALL)
    # Biases of zero would hide padding that is read as zeros.
    rng = np.random.default_rng(0)
    model.set_weights(
        [rng.normal(size=w.shape, scale=0.5) for w in model.get_weights()]
    )
    lengths = (1, 2, 7, 8, 9, 14)
    texts = [rng.integers(1, 30, size=(1, length)) for length in lengths]
    expected = [keras.ops.convert_to_numpy(model(text))[0] for text in texts]
    for padding in (0, 1, 3, 30):
        batch = np.zeros((len(texts), max(lengths) + padding), int)
        for row, text in zip(batch, texts, strict=True):
            row[: text.size] = text[0]
        found = keras.ops.convert_to_numpy(model(batch))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(expected) > 0.01, "the texts do differ"


def test_unmasked_padding_does_change_the_result():
    keras.utils.set_random_seed(1)
    model = build_cnn_lstm(20, 30, mask=False, **SMALL)
    text, padded = np.full((1, 20), 7), np.full((1, 20), 7)
    padded[0, 12:] = 0
    assert abs(float(model(text)[0, 0]) - float(model(padded)[0, 0])) > 1e-6


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("arguments", EVERY, ids=str)
def test_shapes_saving_and_probabilities(arguments, mask, tmp_path):
    ids = np.random.default_rng(0).integers(1, 30, size=(3, 12))
    for classes, width in ((2, 1), (5, 5)):
        model = build_cnn_lstm(12, 30, mask=mask, classes=classes, **arguments, **SMALL)
        assert not model.compiled
        assert (model.name, model.inputs[0].name) == ("cnn_lstm", "word_ids")
        assert model.output_shape == (None, width)
        found = keras.ops.convert_to_numpy(model(ids))
        assert ((found > 0) & (found < 1)).all()
        if classes > 2:
            np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
            continue
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(again(ids)), found)


def test_a_training_step_with_every_mask():
    ids = np.array([[1, 2, 3, 4, 5, 6, 7, 8], [9, 0, 0, 0, 0, 0, 0, 0], [0] * 8])
    model = build_cnn_lstm(8, 30, summary="max_mean", bidirectional=True, **SMALL)
    model.compile("adam", "binary_crossentropy", run_eagerly=True)
    for _ in range(2):
        assert np.isfinite(model.train_on_batch(ids, np.array([[0], [1], [1]])))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("arguments", [{}, *EVERY], ids=str)
def test_eligible_for_cudnn(arguments, mask):
    model = build_cnn_lstm(100, 200, mask=mask, **arguments)
    report = cudnn.report(model, backend="tensorflow", gpu=True)
    assert len(report) == 1 and report.fused.all(), report.to_string()
    right = np.array([[1, 2, 3] + [0] * 97, [5] * 100])
    cudnn.check_batch(model, right)
    if mask:
        with pytest.raises(ValueError, match="not right-padded"):
            cudnn.check_batch(model, right[:, ::-1])


def test_dropout_and_name():
    model = build_cnn_lstm(20, 30, dropout=0.0, name="mine", **SMALL)
    assert model.name == "mine"
    assert model.layers[2].rate == 0


@pytest.mark.parametrize("shape", [(20,), (2, 20, 3), (2, 19)])
def test_wrong_shapes_name_the_input(shape):
    with pytest.raises(ValueError) as error:
        build_cnn_lstm(20, 30, **SMALL).predict(np.ones(shape, int), verbose=0)
    message = str(error.value)
    assert "'word_ids'" in message
    assert "expected ndim=2" in message or "expected shape=(None, 20)" in message
    assert str(shape) in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        *(
            ({name: value}, rf"{name}: expected a whole number .* received {value}")
            for name in (
                "timesteps",
                "vocabulary_size",
                "embedding_dim",
                "filters",
                "kernel_size",
                "pool_size",
                "units",
                "classes",
            )
            for value in (0, 2.5, True)
        ),
        ({"classes": 1}, r"classes: .* at least 2, received 1"),
        ({"pair_buckets": -1}, r"pair_buckets: expected a whole number .* received -1"),
        ({"summary": "mean"}, r"summary: expected .*'max_mean'.*, received 'mean'"),
        ({"summary": None}, r"summary: .* received None"),
        ({"dropout": 1.0}, r"dropout: .* received 1.0"),
        ({"dropout": "0"}, r"dropout: .* received '0'"),
        ({"units": (4,)}, r"units: .* received \(4,\)"),
        ({"mask": False, "timesteps": 7}, r"timesteps: .* = 8 with mask=False, .* 7"),
        ({"mask": False, "timesteps": None}, r"timesteps: .* received None"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_cnn_lstm(**{"timesteps": 20, "vocabulary_size": 30, **arguments})


def test_the_shortest_unmasked_text():
    model = build_cnn_lstm(8, 30, mask=False, **SMALL)
    assert model(np.ones((1, 8), int)).shape == (1, 1)
    assert build_cnn_lstm(1, 30, **SMALL)(np.ones((1, 1), int)).shape == (1, 1)


# --- with n-gram evidence ------------------------------------------------------------


def ngram_case(lengths, padding=0):
    rng = np.random.default_rng(4)
    shape = len(lengths), max(lengths) + padding
    ids, evidence = np.zeros(shape, int), np.zeros((*shape, 6), "float32")
    for row, length in enumerate(lengths):
        ids[row, :length] = rng.integers(1, 30, length)
        evidence[row, :length] = rng.normal(size=(length, 6))
    return {"word_ids": ids, "evidence": evidence}


def random_ngram_model():
    model = build_ngram_cnn_lstm(None, 30, **SMALL)
    rng = np.random.default_rng(0)
    model.set_weights([0.5 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def test_ngram_padding_changes_nothing():
    model = random_ngram_model()
    expected = keras.ops.convert_to_numpy(model(ngram_case((3, 9, 14))))
    found = keras.ops.convert_to_numpy(model(ngram_case((3, 9, 14), padding=11)))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(expected) > 0.01, "the texts do differ"


def test_ngram_evidence_reaches_the_output_past_the_network():
    model, case = random_ngram_model(), ngram_case((3, 9, 14))
    *_, kernel, bias = weights = model.get_weights()
    kernel[:-6] = 0  # of the last layer: only the evidence in all is left
    model.set_weights(weights)
    total = case["evidence"].sum(axis=1) / np.sqrt([[3], [9], [14]])
    expected = 1 / (1 + np.exp(-total @ kernel[-6:] - bias))
    found = keras.ops.convert_to_numpy(model(case))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_ngram_saving_and_cudnn(tmp_path):
    model, case = random_ngram_model(), ngram_case((3, 9, 14))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    both = (keras.ops.convert_to_numpy(each(case)) for each in (model, again))
    np.testing.assert_array_equal(*both)
    report = cudnn.report(
        build_ngram_cnn_lstm(None, 30), backend="tensorflow", gpu=True
    )
    assert len(report) == 1 and report.fused.all(), report.to_string()


def test_ngram_parameters_classes_and_training():
    model = build_ngram_cnn_lstm(14, 30, channels=6, classes=3, **SMALL)
    # embedding, convolution over 5 + 6 channels, two LSTMs, output of 16 and 6
    expected = 30 * 5 + 3 * 11 * 6 + 6 + 2 * 4 * (4 * (6 + 4) + 4) + 22 * 3 + 3
    assert model.count_params() == expected
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    case = ngram_case((3, 9, 14))
    assert np.isfinite(model.train_on_batch(case, np.array([[0], [1], [2]])))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"channels": 0}, "channels: expected a whole number .* received 0"),
        ({"channel_dropout": 1}, "channel_dropout: expected 0 <= .* received 1"),
        ({"dropout": -1}, "dropout: .* received -1"),
        ({"classes": 1}, "classes: .* at least 2, received 1"),
        ({"summary": "sum"}, "summary: expected one of .* received 'sum'"),
    ],
)
def test_ngram_errors(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        build_ngram_cnn_lstm(20, 30, **arguments)
