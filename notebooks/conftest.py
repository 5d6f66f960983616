"""How pytest checks the lessons (`pytest --nbval notebooks`)."""

import functools

from rnn_tutorials import datasets, lessons

import pytest


def pytest_collectstart(collector):
    """Leave stderr out of the comparison: its presence depends on the machine."""
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)


def pytest_collection_modifyitems(items):
    """Skip a lesson whose public data is neither here nor to be had, and say why."""
    for item in items:
        if item.path.suffix == ".ipynb" and (reason := _missing_data(item.path)):
            item.add_marker(pytest.mark.skip(reason=reason))


@functools.cache
def _missing_data(path):
    reasons = (
        datasets.missing_reason(name) for name in lessons.describe(path).requires
    )
    return "; ".join(filter(None, reasons))
