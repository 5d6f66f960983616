import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from rnn_tutorials import datasets
from rnn_tutorials.datasets import series

LOADERS = {
    "airline_passengers": (datasets.load_airline_passengers, 144, 12),
    "monthly_sunspots": (datasets.load_monthly_sunspots, 2820, 132),
    "daily_min_temperatures": (datasets.load_daily_min_temperatures, 3650, 365),
}
TABLES = [series._AIRLINE, series._SUNSPOTS, series._TEMPERATURES]


@pytest.mark.parametrize("name", LOADERS)
def test_every_series_is_complete_and_described(name):
    load, rows, season = LOADERS[name]
    values = load()
    assert values.shape == (rows,)
    assert values.dtype == np.float64
    assert values.name == name
    assert np.isfinite(values).all()
    assert values.index.is_monotonic_increasing and values.index.is_unique
    assert values.attrs["season"] == season
    assert values.attrs["unit"] and values.attrs["source"]


def test_monthly_series_have_every_month():
    for load, first, last in [
        (datasets.load_airline_passengers, "1949-01", "1960-12"),
        (datasets.load_monthly_sunspots, "1749-01", "1983-12"),
    ]:
        index = load().index
        assert index.equals(pd.period_range(first, last, freq="M"))


def test_temperatures_lack_two_days_and_none_is_invented():
    index = datasets.load_daily_min_temperatures().index
    assert isinstance(index, pd.DatetimeIndex)
    whole = pd.date_range("1981-01-01", "1990-12-31")
    missing = [f"{day:%Y-%m-%d}" for day in whole.difference(index)]
    assert missing == ["1984-12-31", "1988-12-31"]


def test_known_values():
    assert datasets.load_airline_passengers()["1960-12"] == 432
    assert datasets.load_monthly_sunspots()["1749-01"] == 58.0
    assert datasets.load_daily_min_temperatures()["1990-12-31"] == 13.0


def test_two_loads_share_nothing():
    first = datasets.load_airline_passengers()
    first.iloc[0] = -1
    first.attrs["unit"] = "spoilt"
    second = datasets.load_airline_passengers()
    assert second.iloc[0] == 112
    assert second.attrs["unit"] == "thousand passengers"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_readme_lists_the_checksum(table):
    readme = (series.bundled_dir() / "README.md").read_text(encoding="utf-8")
    assert f"| `{table.file}` | `{table.sha256}` |" in readme


def test_damaged_file_names_both_checksums(tmp_path, monkeypatch):
    monkeypatch.setattr(series, "bundled_dir", lambda: tmp_path)
    path = tmp_path / series._AIRLINE.file
    path.write_text('"Month","Passengers"\n"1949-01",113\n')
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(datasets.DatasetDamaged) as error:
        datasets.load_airline_passengers()
    for part in (str(path), series._AIRLINE.sha256, found):
        assert part in str(error.value)


def test_missing_file_names_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(series, "bundled_dir", lambda: tmp_path)
    path = tmp_path / series._SUNSPOTS.file
    with pytest.raises(datasets.DatasetUnavailable, match=re.escape(str(path))):
        datasets.load_monthly_sunspots()


def test_folder_inside_the_package_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "rnn_tutorials"
    package.mkdir()
    monkeypatch.setattr(series, "_PACKAGE", package)
    assert series.bundled_dir() == tmp_path / "data"
    (package / "_data").mkdir()
    assert series.bundled_dir() == package / "_data"
