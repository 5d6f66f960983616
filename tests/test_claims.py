"""A claim prints the same line for every value that holds, and fails for the rest."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tutorials.claims import claim, error_message

examples = settings(deadline=None, max_examples=60)
numbers = st.floats(-1e6, 1e6)


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Return the path that claims are recorded to."""
    path = tmp_path / "claims.jsonl"
    monkeypatch.setenv("RNN_TUTORIALS_CLAIMS", str(path))
    return path


@pytest.fixture(autouse=True)
def _no_record(monkeypatch):
    monkeypatch.delenv("RNN_TUTORIALS_CLAIMS", raising=False)


def holds(value, **bounds):
    """Whether a claim passes, without its line."""
    try:
        claim("x", value, **bounds)
    except AssertionError:
        return False
    return True


# --- the line ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, bounds, words",
    [
        ([0.2, 7, 1e9], {"at_least": 0.1}, "at least 0.1"),
        ([0.1, -3, -1e9], {"at_most": 0.1}, "at most 0.1"),
        ([1, 1.5, 2], {"at_least": 1, "at_most": 2}, "at least 1 and at most 2"),
        ([99, 100, 101], {"near": 100, "rel": 0.01}, "within 1 % of 100"),
        ([-99, -101], {"near": -100, "rel": 0.01}, "within 1 % of -100"),
        ([0.5, -0.5, 0], {"near": 0, "abs": 0.5}, "within 0.5 of 0"),
        ([3, np.int64(3), np.float32(3)], {"near": 3, "abs": 0}, "within 0 of 3"),
        ([True, np.True_], {}, "true"),
    ],
)
def test_the_line_is_constant_and_has_no_measured_value(values, bounds, words, capsys):
    for value in values:
        claim("accuracy of seed 0", value, **bounds)
    line = f"claim holds: accuracy of seed 0 ({words})\n"
    assert capsys.readouterr().out == line * len(values)


def test_several_values_are_counted_in_the_line(capsys):
    claim("skill", [0.3, 0.4, 0.9], at_least=0.1)
    claim("table", np.ones((2, 2)), near=1, abs=0)
    claim("facts", [True, True])
    assert capsys.readouterr().out.splitlines() == [
        "claim holds: skill (at least 0.1, each of 3)",
        "claim holds: table (within 0 of 1, each of 4)",
        "claim holds: facts (true, each of 2)",
    ]


# --- what holds --------------------------------------------------------------------


@examples
@given(st.lists(numbers, min_size=1, max_size=5), numbers, numbers)
def test_every_value_must_keep_both_bounds(values, low, high):
    expected = all(low <= value <= high for value in values)
    assert holds(values, at_least=low, at_most=high) == expected
    assert holds(values, at_least=low) == all(low <= value for value in values)
    assert holds(values, at_most=high) == all(value <= high for value in values)


@examples
@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(0, 100))
def test_near_is_a_distance(value, near, tolerance):
    distance = math.fabs(value - near)
    assert holds(value, near=near, abs=tolerance) == (distance <= tolerance)
    # Quarters are exact in binary, so that the edge itself is tested too.
    relative = tolerance / 4
    expected = distance <= relative * math.fabs(near)
    assert holds(value, near=near, rel=relative) == expected


@pytest.mark.parametrize("value", [math.nan, [0.5, math.nan], np.array([[math.nan]])])
@pytest.mark.parametrize(
    "bounds",
    [
        {"at_least": -math.inf},
        {"at_most": math.inf},
        {"near": 0.5, "abs": math.inf},
        {"near": 0.5, "rel": 1e9},
    ],
)
def test_nan_fails_every_claim(value, bounds):
    assert not holds(value, **bounds)


def test_booleans_must_all_be_true():
    assert holds(np.array([True, True]))
    assert not holds(False)
    assert not holds([True, False])


def test_a_failing_claim_says_what_was_expected_and_measured(capsys):
    with pytest.raises(AssertionError) as failure:
        claim("skill", [0.25, 0.0123456789], at_least=0.1)
    assert str(failure.value) == (
        "claim fails: skill: expected at least 0.1, measured 0.25, 0.0123457"
    )
    assert capsys.readouterr().out == ""


# --- the record --------------------------------------------------------------------


def read(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_claims_are_recorded_one_per_line_failing_ones_included(record):
    claim("größer", [1, 2], at_least=1)
    with pytest.raises(AssertionError):
        claim("two\nlines", 0.5, near=1, rel=0.1)
    claim("fact", np.True_)
    assert read(record) == [
        {"name": "größer", "values": [1, 2], "bounds": "at least 1", "holds": True},
        {
            "name": "two\nlines",
            "values": [0.5],
            "bounds": "within 10 % of 1",
            "holds": False,
        },
        {"name": "fact", "values": [True], "bounds": "true", "holds": True},
    ]


def test_a_nan_is_recorded_too(record):
    assert not holds(math.nan, at_least=0)
    (line,) = read(record)
    assert math.isnan(line["values"][0])
    assert line["holds"] is False


def test_the_record_is_appended_to(record):
    record.write_text("already here\n", "utf-8")
    claim("x", 1, at_least=0)
    assert record.read_text("utf-8").startswith("already here\n{")


def test_no_record_without_the_variable(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    claim("x", 1, at_least=0)
    monkeypatch.setenv("RNN_TUTORIALS_CLAIMS", "")
    claim("x", 1, at_least=0)
    assert list(tmp_path.iterdir()) == []


# --- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    "value, bounds, message",
    [
        (1.0, {}, "expected a bound"),
        ([], {"at_least": 0}, "value: expected numbers"),
        ("0.5", {"at_least": 0}, "value: expected numbers"),
        (None, {"at_least": 0}, "value: expected numbers"),
        (1j, {"at_least": 0}, "value: expected numbers"),
        (True, {"at_least": 0}, "a boolean value takes no bounds"),
        ([True], {"near": 1, "abs": 0}, "a boolean value takes no bounds"),
        (1.0, {"near": 1}, "near: expected exactly one of rel and abs"),
        (1.0, {"near": 1, "rel": 0, "abs": 0}, "near: expected exactly one"),
        (1.0, {"near": 1, "abs": 0, "at_least": 0}, "near: expected exactly one"),
        (1.0, {"near": 1, "abs": 0, "at_most": 2}, "near: expected exactly one"),
        (1.0, {"rel": 0.1}, "rel and abs: expected near="),
        (1.0, {"abs": 0.1, "at_least": 0}, "rel and abs: expected near="),
    ],
)
def test_what_is_no_claim_is_refused_and_not_recorded(value, bounds, message, record):
    with pytest.raises(ValueError, match=message):
        claim("x", value, **bounds)
    assert not record.exists()


@pytest.mark.parametrize(
    "bounds",
    [
        {"at_least": math.nan},
        {"at_most": math.nan},
        {"near": math.nan, "abs": 1},
        {"near": 1, "abs": math.nan},
    ],
)
def test_a_bound_of_nan_never_holds(bounds):
    assert not holds(1.0, **bounds)


def test_error_message():
    assert error_message(int, "a") == "invalid literal for int() with base 10: 'a'"
    with pytest.raises(AssertionError, match="expected a ValueError, received 1"):
        error_message(int, "1")
    with pytest.raises(TypeError):
        error_message(int, [])
