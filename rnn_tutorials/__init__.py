"""Applied recurrent neural networks in Keras 3: windows, padding, models, checks.

The public names resolve lazily, so that `import rnn_tutorials` costs a few
milliseconds and does not import TensorFlow; the first name that needs Keras does.

Example:
    >>> import rnn_tutorials as rt
    >>> passengers = rt.load_airline_passengers()
    >>> X, y = rt.make_windows(passengers, width=12, horizon=1)
    >>> X.shape, y.shape
    ((132, 12, 1), (132, 1, 1))
"""

import importlib

from rnn_tutorials import _quiet

_quiet.hide_tensorflow_startup_notes()

# Public name -> the submodule that defines it.
_HOME = {
    "make_windows": "windowing",
    "chronological_split": "windowing",
    "WindowDataset": "windowing",
    "pad_sequences": "padding",
    "sequence_lengths": "padding",
    "sequence_mask": "padding",
    "is_right_padded": "padding",
    "head_and_tail": "padding",
    "bucket_by_length": "padding",
    "BucketDataset": "padding",
    "word_dropout": "_word_dropout",
    "persistence": "baselines",
    "seasonal_naive": "baselines",
    "drift": "baselines",
    "linear_autoregression": "baselines",
    "skill_score": "baselines",
    "compare": "baselines",
    "verdict": "baselines",
    "load_airline_passengers": "datasets",
    "load_monthly_sunspots": "datasets",
    "load_daily_min_temperatures": "datasets",
    "load_imdb": "datasets",
    "load_digits": "datasets",
    "load_mnist": "datasets",
    "load_mnist_or_digits": "datasets",
    "generate_reviews": "datasets",
    "generate_future_label": "datasets",
    "generate_temporal_xor": "datasets",
    "generate_delayed_recall": "datasets",
    "generate_adding_problem": "datasets",
    "generate_temporal_order": "datasets",
    "generate_lagged_stream": "datasets",
    "generate_embedded_reber": "datasets",
    "generate_reber_stream": "datasets",
    "generate_counting": "datasets",
    "generate_brackets": "datasets",
    "generate_tomita": "datasets",
    "tomita_automaton": "datasets",
    "generate_copy": "datasets",
    "generate_reversal": "datasets",
    "generate_repeat_copy": "datasets",
    "generate_associative_recall": "datasets",
    "generate_ngrams": "datasets",
    "ngram_optimum": "datasets",
    "generate_priority_sort": "datasets",
    "generate_mackey_glass": "datasets",
    "generate_plant": "datasets",
    "simulate_plant": "datasets",
    "generate_boolean_expressions": "datasets",
    "build_window_mlp": "builders",
    "build_lstm": "builders",
    "build_stacked_lstm": "builders",
    "build_bidirectional_lstm": "builders",
    "build_deep_rnn": "builders",
    "build_sequence_tagger": "builders",
    "build_sequence_generator": "builders",
    "build_mtrnn": "builders",
    "build_rmlp": "builders",
    "build_hierarchical_rnn": "builders",
    "build_encoder_decoder": "builders",
    "build_cnn_lstm": "builders",
    "build_ngram_cnn_lstm": "builders",
    "NgramEvidence": "ngram_evidence",
    "restart": "seeds",
    "fit_truncated": "truncated_bptt",
    "claim": "claims",
    "Forecaster": "forecasting",
    "TextClassifier": "classification",
}
_SUBMODULES = (
    "automata",
    "automaton_extraction",
    "baselines",
    "builders",
    "claims",
    "classification",
    "cudnn",
    "datasets",
    "forecasting",
    "history_compressor",
    "layers",
    "ngram_evidence",
    "ntm_tasks",
    "padding",
    "plotting",
    "readout",
    "rtrl",
    "seeds",
    "tables",
    "trees",
    "truncated_bptt",
    "windowing",
)

__all__ = [*_HOME, *_SUBMODULES]


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _HOME:
        module = importlib.import_module(f"{__name__}.{_HOME[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
