"""Three public numeric series that are shipped with the package.

They are read from `rnn_tutorials/_data` in an installed wheel and from `data/` in a
checkout, and compared with a checksum at every load. `data/README.md` has their
sources and peculiarities.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rnn_tutorials.datasets._registry import DatasetDamaged, DatasetUnavailable

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class _Table:
    """What is known of one bundled file: its name, checksum and meaning."""

    file: str
    sha256: str
    name: str
    unit: str
    season: int
    source: str


_AIRLINE = _Table(
    file="airline-passengers.csv",
    sha256="8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
    name="airline_passengers",
    unit="thousand passengers",
    season=12,
    source="Box & Jenkins, Time Series Analysis, 1970, Series G",
)
_SUNSPOTS = _Table(
    file="monthly-sunspots.csv",
    sha256="c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3",
    name="monthly_sunspots",
    unit="monthly mean relative sunspot number",
    season=132,
    source="Andrews & Herzberg, Data, 1985; Sunspot Index Data Center, Brussels",
)
_TEMPERATURES = _Table(
    file="daily-min-temperatures.csv",
    sha256="8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da",
    name="daily_min_temperatures",
    unit="°C",
    season=365,
    source="Australian Bureau of Meteorology, Melbourne",
)


def bundled_dir() -> Path:
    """Return the folder of the bundled tables: `_data` in a wheel, else `data/`."""
    inside = _PACKAGE / "_data"
    return inside if inside.is_dir() else _PACKAGE.parent / "data"


def load_airline_passengers() -> pd.Series:
    """Load the international airline passengers, monthly, 1949-01 to 1960-12.

    A steep trend with a yearly season whose swing grows with the level: the smallest
    series on which a forecaster can be judged against a seasonal naive one.

    Returns:
        Series `(144,)` of float64, thousand passengers per month, with a monthly
        PeriodIndex; `attrs` holds `unit`, `season` (12) and `source`.

    Raises:
        DatasetUnavailable: the bundled file is missing.
        DatasetDamaged: its checksum is not the recorded one.

    Example:
        >>> load_airline_passengers().iloc[0]
        np.float64(112.0)
    """
    return _load_monthly(_AIRLINE)


def load_monthly_sunspots() -> pd.Series:
    """Load the monthly mean relative sunspot numbers, 1749-01 to 1983-12.

    A cycle of about 11 years whose length and height vary, without a trend. These are
    the numbers before the recalibration of 2015.

    Returns:
        Series `(2820,)` of float64, dimensionless, with a monthly PeriodIndex;
        `attrs` holds `unit`, `season` (132 months, roughly one cycle) and `source`.

    Raises:
        DatasetUnavailable: the bundled file is missing.
        DatasetDamaged: its checksum is not the recorded one.

    Example:
        >>> load_monthly_sunspots().shape
        (2820,)
    """
    return _load_monthly(_SUNSPOTS)


def load_daily_min_temperatures() -> pd.Series:
    """Load the daily minimum temperatures of Melbourne, 1981-01-01 to 1990-12-31.

    A clear yearly season under strong day-to-day noise. The file has 365 rows for each
    year: 1984-12-31 and 1988-12-31 are missing, and no row is invented for them, so the
    index has no fixed frequency.

    Returns:
        Series `(3650,)` of float64, °C, with a DatetimeIndex; `attrs` holds `unit`,
        `season` (365 rows) and `source`.

    Raises:
        DatasetUnavailable: the bundled file is missing.
        DatasetDamaged: its checksum is not the recorded one.

    Example:
        >>> load_daily_min_temperatures().attrs["unit"]
        '°C'
    """
    dates, values = _read(_TEMPERATURES)
    index = pd.DatetimeIndex(pd.to_datetime(dates, format="%Y-%m-%d"), name="date")
    return _as_series(_TEMPERATURES, index, values)


def _load_monthly(table: _Table) -> pd.Series:
    months, values = _read(table)
    index = pd.PeriodIndex(months, freq="M", name="month")
    return _as_series(table, index, values)


def _as_series(table: _Table, index: pd.Index, values: pd.Series) -> pd.Series:
    series = pd.Series(values.to_numpy(), index=index, name=table.name, dtype="float64")
    series.attrs.update(unit=table.unit, season=table.season, source=table.source)
    return series


def _read(table: _Table) -> tuple[pd.Series, pd.Series]:
    """Return the two columns of a bundled file (time stamps as text, values)."""
    frame = pd.read_csv(io.BytesIO(_verified_bytes(table)), dtype={0: str})
    return frame.iloc[:, 0], frame.iloc[:, 1]


def _verified_bytes(table: _Table) -> bytes:
    path = bundled_dir() / table.file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetUnavailable(
            f"The bundled table {path} could not be read: expected a file with sha256 "
            f"{table.sha256}, got {type(error).__name__} ({error.strerror}). Reinstall "
            f"the package, or restore the file from the repository's data/ folder."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != table.sha256:
        raise DatasetDamaged(
            f"The bundled table {path} is damaged or was edited: expected sha256 "
            f"{table.sha256}, got {found}. Reinstall the package, or restore the file "
            f"from the repository's data/ folder."
        )
    return content
