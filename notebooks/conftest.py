"""How pytest checks the lessons (`pytest --nbval notebooks`)."""

import functools
import os

from rnn_tutorials import datasets, lessons

import pytest

# With them `make test` would take more than half an hour on a slow day of two cores;
# `make test-long` runs all lessons.
LONG = ("03", "04", "05c", "05d", "06", "12b", "22b", "24", "28")


def pytest_collectstart(collector):
    """Leave stderr out of the comparison: its presence depends on the machine."""
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)


def pytest_collection_modifyitems(items):
    """Skip a long lesson, or one whose public data is not to be had, and say why."""
    for item in items:
        if item.path.suffix == ".ipynb" and (reason := _why_not(item.path)):
            item.add_marker(pytest.mark.skip(reason=reason))


@functools.cache
def _why_not(path):
    lesson = lessons.describe(path)
    if lesson.number in LONG and not os.environ.get("RNN_TUTORIALS_LONG"):
        return f"left out for time: make test-long runs lesson {lesson.number}"
    reasons = (datasets.missing_reason(name) for name in lesson.requires)
    return "; ".join(filter(None, reasons))
