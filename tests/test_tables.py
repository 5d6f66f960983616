"""Reading series from tables: what is inferred, refused, dropped and filled."""

import gzip
import string
import warnings
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rnn_tutorials import tables
from rnn_tutorials.datasets.series import bundled_dir
from rnn_tutorials.tables import TableError, check_frame, read_table

FUZZ = settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a file and reads it as a table of target "y"."""
    path = tmp_path / "table.csv"

    def from_text(content, target="y", encoding="utf-8", **options):
        if isinstance(content, str):
            content = content.encode(encoding)
        path.write_bytes(content)
        try:
            return read_table(path, target=target, **options)
        finally:
            assert path.read_bytes() == content
            assert [p.name for p in tmp_path.iterdir()] == [path.name]

    return from_text


def refused(read, content, *parts, **options):
    """Assert a one-line error that names all the parts."""
    with pytest.raises(TableError) as error:
        read(content, **options)
    check_message(error.value)
    for part in parts:
        assert part in str(error.value), str(error.value)
    return str(error.value)


def check_message(error):
    text = str(error)
    assert text and len(text.splitlines()) == 1
    assert "Traceback" not in text and "Error" not in text


def check_table(table):
    """Assert what `SeriesTable` promises."""
    assert table.series
    for group, frame in table.series.items():
        assert isinstance(group, str) and (table.group is not None or group == "")
        assert frame.columns[0] == table.target
        assert len(frame) and frame.columns.is_unique
        assert (frame.dtypes == np.float64).all()
        assert np.isfinite(frame.to_numpy()).all()
        if table.frequency is None:
            assert isinstance(frame.index, pd.RangeIndex)
        else:
            assert isinstance(frame.index, pd.DatetimeIndex)
            assert frame.index.freqstr == table.frequency
            assert frame.index.tz is None
        assert frame.index.is_monotonic_increasing and frame.index.is_unique
    assert all(len(note.splitlines()) == 1 for note in table.notes)


def said(table, *parts):
    notes = "\n".join(table.notes)
    for part in parts:
        assert part in notes, notes
    return True


# The bundled series


def test_bundled_series():
    table = read_table(bundled_dir() / "airline-passengers.csv", target="Passengers")
    check_table(table)
    (frame,) = table.series.values()
    assert frame.shape == (144, 1)
    assert (table.frequency, frame.index[0].year) == ("MS", 1949)
    sunspots = read_table(bundled_dir() / "monthly-sunspots.csv", target="Sunspots")
    assert sunspots.series[""].index[0].year == 1749


def test_the_days_that_miss_in_the_temperatures_are_named():
    path = bundled_dir() / "daily-min-temperatures.csv"
    with pytest.raises(TableError) as error:
        read_table(path, target="Temp")
    for part in ("1984-12-30 at line 1461", "1985-01-01 at line 1462", "2 rows"):
        assert part in str(error.value)
    table = read_table(path, target="Temp", fill="linear")
    check_table(table)
    assert len(table.series[""]) == 3652
    assert said(table, "Filled 2 missing rows and 0 missing values (linear).")


# Separators, decimal marks, encodings


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("date_format", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d"])
def test_what_is_written_is_read(read, separator, decimal, encoding, date_format):
    rng = np.random.default_rng(3)
    index = pd.date_range("2019-12-30", periods=40, name="Datum")
    frame = pd.DataFrame(rng.normal(size=(40, 2)), index, columns=["y", "Größe"])
    text = frame.to_csv(sep=separator, decimal=decimal, date_format=date_format)
    table = read(text, encoding=encoding)
    check_table(table)
    pd.testing.assert_frame_equal(
        table.series[""], frame, check_exact=True, check_index_type=False
    )
    assert said(table, "Separator: ", "Decimal mark: ", "Encoding: UTF", "Datum")


def test_nothing_is_said_of_what_was_given(read):
    table = read(
        "t;y\n1.2.2020;1,5\n2.2.2020;2\n",
        time="t",
        separator=";",
        decimal=",",
        time_format="%d.%m.%Y",
    )
    assert table.notes == ["Encoding: UTF-8.", "Frequency: daily (D)."]


def test_latin_1_is_the_last_resort(read):
    table = read("größe,y\n1,1\n2,3\n", encoding="latin-1")
    assert list(table.series[""]) == ["y", "größe"]
    assert said(table, "Latin-1, since it is not UTF-8")


def test_bytes_that_are_not_utf_8_far_down(read):
    rows = "".join(f"{i},{i % 7}\n" for i in range(40_000))
    table = read(f"x,y\n{rows}5,é\n", encoding="latin-1", target="x")
    assert said(table, "Latin-1", "no number at line 40002 ('é')")


def test_line_ends_and_blank_lines(read):
    expected = [[1.0], [2.0], [3.0]]
    for content in (
        "t,y\r\n2000,1\r\n2001,2\r\n2002,3",
        "t,y\r2000,1\r2001,2\r2002,3\r",
        "\nt,y\n\n2000,1\n  \n2001,2\n2002,3\n\n\n,\n",
    ):
        assert read(content).series[""].to_numpy().tolist() == expected
    assert said(read(content), "Dropped 1 blank row at the end, from line 10 on.")


def test_lines_are_counted_in_the_file(read):
    text = 't,y,note\n2000,1,"two\r\nlines"\n\n2001,abc,x\n'
    refused(read, text, "'abc' at line 5", "column 'y'")
    refused(
        read, 'a,y\n1,2\n\n"x\ny",2\n1\n', "line 6: expected 2 fields", "received 1"
    )


def test_an_empty_line_in_a_single_column_is_a_missing_value(read):
    refused(read, "y\n1\n\n3\n", "line 3", "column 'y'", "1 value")
    table = read("y\n1\n\n3\n\n", fill="linear")
    assert table.series[""].y.tolist() == [1, 2, 3]
    assert table.frequency is None and said(table, "rows are taken in order")


def test_the_target_decides_between_separators(read):
    table = read("t;y, net;x\n2000;1,5;2\n2001;2,5;3\n", target="y, net")
    assert table.series[""].to_numpy().tolist() == [[1.5, 2.0], [2.5, 3.0]]


def test_thousands_separators_are_refused(read):
    refused(read, "t;y\n2000;1,234\n2001;2,345\n", "'1,234'", "1.234 or 1234")
    table = read("t;y\n2000;1,234\n2001;2,345\n", decimal=",")
    assert table.series[""].y.tolist() == [1.234, 2.345]
    for text in ("1.234,5", "1,234,567", "1 234", "1'234", "1\u202f234.5"):
        message = refused(read, f"t;y\n2000;{text}\n2001;5\n", "line 2", "'y'")
        assert "thousands" in message
    table = read("t;y;x\n2000;1;1,234\n2001;2;3,456\n")
    assert said(table, "Dropped column 'x'", "thousands")


def test_decimal_commas_may_come_late(read):
    rows = "".join(f"{i};1\n" for i in range(70_000))
    table = read(f"x;y\n{rows}5;1,5\n")
    assert table.series[""].y.iloc[-1] == 1.5
    assert said(table, "Decimal mark: comma")


def test_numbers_are_those_of_python(read):
    table = read("x,y\n0,1e-400\n0,-5E3\n0, +7 \n1,0.1\n")
    assert table.series[""].y.tolist() == [0, -5000, 7, 0.1]
    refused(read, "x,y\n0,1_000\n1,2\n", "'1_000' at line 2")


# Files that are no tables


@pytest.mark.parametrize(
    "content, part",
    [
        (b"", "is empty"),
        (b"\n \n\n", "is empty"),
        (b"t,y\n", "no rows"),
        (b"t,y\n,\n", "no rows"),
        (b"t,y\n2000,1\n", "at least 2, received one at line 2"),
        (b"a,b\x00c\n", "binary"),
        (b"\x89PNG\r\n\x1a\n\x00", "binary"),
        (b"PK\x03\x04rest", "workbook"),
        (gzip.compress(b"t,y\n", mtime=0), "gzip"),
        (b"\xff\xfea", "no valid UTF-16"),
        (b't,y\n2000,1\n2001,"2\n2002,3\n', "line 3: can't be split into fields"),
        (b't,y\n2000,1\n2001,"2"x\n2002,3\n', "line 3: can't be split into fields"),
        (b"t,y\n2000,1\n2001,1,5\n", "line 3: expected 2 fields"),
        (b"t,y\n2000,1\n2001\n", "line 3: expected 2 fields"),
        (b"y,y\n1,2\n3,4\n", "'y' twice"),
        (b"y\n" + b"1" * 200_000 + b"\n2\n", "line 2"),
    ],
)
def test_no_table(read, content, part):
    refused(read, content, part)


def test_no_file(tmp_path):
    for path, part in [
        (tmp_path, "received a folder"),
        (tmp_path / "none.csv", "No such file"),
        ("", "folder"),
        ("a\0b", "path: expected"),
        (5, "path: expected"),
        ("/dev/null", "regular file"),
        ("two\nlines.csv", "No such file"),
    ]:
        with pytest.raises(TableError, match=part) as error:
            read_table(path, target="y")
        check_message(error.value)


# Arguments


def test_wrong_names_list_the_columns_and_suggest_one(read):
    text = "Month,Sales,Region\n2000,1,a\n2001,2,a\n"
    refused(read, text, "target", "'Month', 'Sales'", "mean 'Sales'?", target="sale")
    refused(read, text, "time", "mean 'Month'?", target="Sales", time="month")
    refused(read, text, "group", target="Sales", group="Zzz")
    refused(read, text, "features", target="Sales", features=["Sale"])
    refused(read, text, "different", target="Sales", features=["Sales"])
    refused(read, text, "different", target="Sales", time="Sales")
    refused(read, "2000,1\n2001,2\n", "first line hold the names")


@pytest.mark.parametrize(
    "options",
    [
        {"separator": ";;"},
        {"separator": '"'},
        {"separator": 3},
        {"decimal": ";"},
        {"fill": "zero"},
        {"target": None},
        {"target": ["y"]},
        {"time": 3},
        {"group": ["t"]},
        {"features": 5},
        {"time_format": "%Q"},
        {"time_format": "mixed"},
        {"time_format": 5},
    ],
)
def test_wrong_options(read, options):
    (argument,) = options
    text = "t;y\n2000;1\n2001;2\n"
    assert refused(read, text, **options).startswith(f"{argument}: expected")


def test_a_time_format_without_times(read):
    refused(read, "x,y\n0.5,1\n1.5,2\n", "time: expected", time_format="%Y")


# Columns


def test_columns_that_are_no_use_are_dropped_with_a_note(read):
    table = read(
        ",month,y,city,empty,always,x\n"
        "0,2020-01,1,Rome,,5,1\n1,2020-02,2,Oslo,NA,5,2\n2,2020-03,3,,,,2\n"
    )
    assert list(table.series[""]) == ["y", "x"]
    assert said(
        table,
        "Dropped column 'city': no number at line 2 ('Rome').",
        "Dropped column 'empty': it has no values.",
        "Dropped column 'always': it is always 5.",
        "Dropped column 1: it has no name and counts the rows.",
    )


def test_features_are_those_asked_for(read):
    text = "t,a,y,b,c\n2000,1,1,2,x\n2001,2,3,4,y\n"
    assert list(read(text, features=["b", "a"]).series[""]) == ["y", "b", "a"]
    assert list(read(text, features="a").series[""]) == ["y", "a"]
    assert list(read(text, features=[]).series[""]) == ["y"]
    refused(read, text, "features", "'c'", "'x' at line 2", features=["c"])


def test_the_target_must_be_numbers(read):
    refused(read, "t,y\n2000,1\n2001,abc\n", "target", "'y'", "'abc' at line 3")
    refused(read, "t,y\n2000,NA\n2001,\n", "target", "only missing values")
    assert said(read("t,y\n2000,5\n2001,5\n"), "Target 'y' is always 5.")


# Times


@pytest.mark.parametrize(
    "times, frequency, first",
    [
        (["2020-01", "2020-02", "2020-03"], "MS", "2020-01-01"),
        (["01/2020", "02/2020", "03/2020"], "MS", "2020-01-01"),
        (["2020-01-31", "2020-02-29", "2020-03-31"], "ME", "2020-01-31"),
        (["2020-01-15", "2020-02-15", "2020-03-15"], "MS", "2020-01-01"),
        (["Jan 2020", "Feb 2020", "Mar 2020"], "MS", "2020-01-01"),
        (["May 2020", "June 2020", "July 2020"], "MS", "2020-05-01"),
        (["1 Jan 2020", "2 Jan 2020"], "D", "2020-01-01"),
        (["Jan-20", "Mar-20", "May-20"], "2MS", "2020-01-01"),
        (["2020Q1", "2020Q2", "2020Q3"], "QS-JAN", "2020-01-01"),
        (["Q1 2020", "Q2 2020", "Q3 2020"], "QS-JAN", "2020-01-01"),
        (["2020-W01", "2020-W02"], "W-MON", "2019-12-30"),
        (["2020-03-31", "2020-06-30"], "QE-DEC", "2020-03-31"),
        (["1999", "2000", "2001"], "YS-JAN", "1999-01-01"),
        (["20200105", "20200112", "20200119"], "W-SUN", "2020-01-05"),
        (["2020-01-01T00:00Z", "2020-01-01T01:00Z"], "h", "2020-01-01"),
        (["2020-01-01 00:00", "2020-01-01 00:15"], "15min", "2020-01-01"),
        (["2020-01-01 00:00:00.5", "2020-01-01 00:00:01.0"], "500ms", None),
        (["1/31/20 1:00 PM", "1/31/20 2:00 PM"], "h", "2020-01-31 13:00"),
        (["31.1.2020 1:00", "31.1.2020 7:00"], "6h", "2020-01-31 01:00"),
        (["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"], "B", None),
        (["2020-01-31", "2020-02-01 00:00:00"], "D", "2020-01-31"),
    ],
)
def test_time_formats_and_frequencies(read, times, frequency, first):
    rows = "".join(f"{time};{i}\n" for i, time in enumerate(times))
    table = read(f"t;y\n{rows}")
    check_table(table)
    (frame,) = table.series.values()
    assert table.frequency == frequency
    assert len(frame) == len(times)
    assert first is None or frame.index[0] == pd.Timestamp(first)
    assert said(table, "Time: column 't'.", "Time format: ", "Frequency: ")


def test_day_or_month_first_is_decided_by_the_data(read):
    table = read("t,y\n11/02/2020,1\n12/02/2020,2\n13/02/2020,3\n")
    assert table.series[""].index[0] == pd.Timestamp("2020-02-11")
    assert said(table, "day first, as '13/02/2020' at line 4 shows")
    months = "".join(f"01/{m:02d}/{y},1\n" for y in (20, 21) for m in range(1, 13))
    table = read(f"t,y\n{months}")
    assert table.frequency == "MS"
    assert said(table, "day first, since only so the times are evenly spaced")
    text = "t,y\n01/02/2020,1\n01/03/2020,2\n"
    refused(read, text, "'%d/%m/%Y' or '%m/%d/%Y'")
    assert read(text, time_format="%d/%m/%Y").frequency == "MS"
    assert read(text, time_format="%m/%d/%Y").frequency == "D"
    table = read("t;y\n01.02.2020;1\n01.03.2020;2\n")
    assert table.frequency == "MS" and said(table, "day first, as usual with points")


def test_zones(read):
    table = read("t,y\n2020-01-01 00:00+02:00,1\n2020-01-01 01:00+02:00,2\n")
    assert table.series[""].index[0] == pd.Timestamp("2020-01-01")
    assert said(table, "+02:00 in every row, left off")
    table = read(
        "t,y\n2020-03-29 01:00+01:00,1\n2020-03-29 03:00+02:00,2\n"
        "2020-03-29 04:00+0200,3\n"
    )
    assert table.frequency == "h"
    assert table.series[""].index[0] == pd.Timestamp("2020-03-29")
    assert said(table, "converted to UTC")


def test_a_wrong_time_is_named(read):
    text = "t,y\n" + "".join(f"2020-01-{d:02d},1\n" for d in range(1, 29))
    refused(
        read, text + "2020-01-32,1\n", "time: column 't'", "'2020-01-32' at line 30"
    )
    refused(read, text + ",1\n", "received none at line 30")
    refused(read, "t,y\nfoo,1\nbar,2\n", "'foo' at line 2", time="t")
    refused(read, "t,y\n2020-13,1\n", "'2020-13' at line 2", time="t")
    refused(
        read, "t,y\n2020-01,1\n", "'%d.%m.%Y'", "'2020-01' at", time_format="%d.%m.%Y"
    )


def test_numbers_are_not_taken_for_times(read):
    table = read("x,year2,y\n1.5,2000,1\n2.5,1987,2\n")
    assert table.frequency is None and list(table.series[""]) == ["y", "x", "year2"]
    table = read("price,y\n1800,1\n1750,2\n1760,3\n")
    assert table.frequency is None
    assert read("a,Year,y\n1,2000,1\n2,2001,2\n").frequency == "YS-JAN"


# Order, duplicates, gaps, missing values


def test_order_and_duplicates(read):
    text = "t,y\n2020-01-03,3\n2020-01-02,2\n2020-01-01,1\n"
    refused(read, text, "2020-01-02 at line 3 after 2020-01-03", "--sort")
    table = read(text, sort=True)
    assert table.series[""].y.tolist() == [1, 2, 3]
    assert said(table, "Sorted the rows by time", "line 3")
    for sort in (False, True):
        text = "t,y\n2020-01-01,3\n2020-01-02,2\n2020-01-02,1\n"
        refused(read, text, "2020-01-02 at line 3 and again at line 4", sort=sort)
    text = "t,y\n2020-01-02,3\n2020-01-01,2\n2020-01-02,1\n"
    refused(read, text, "2020-01-02 at line 2 and again at line 4", sort=True)


def test_gaps(read):
    text = "t,y\n2020-01-06,1\n2020-01-07,2\n2020-01-08,3\n2020-01-11,6\n"
    refused(read, text, "2020-01-08 at line 4", "2020-01-11 at line 5", "2 rows")
    assert read(text, fill="linear").series[""].y.tolist() == [1, 2, 3, 4, 5, 6]
    assert read(text, fill="forward").series[""].y.tolist() == [1, 2, 3, 3, 3, 6]
    text = "t,y\n2020-01,1\n2020-02,2\n2020-04,3\n"
    refused(read, text, "monthly", "2020-02-01 at line 3", "1 row in all")
    assert len(read(text, fill="linear").series[""]) == 4
    times = ["00:00", "01:00", "02:00", "02:30"]
    text = "t,y\n" + "".join(f"2020-01-01 {time},1\n" for time in times)
    refused(read, text, "regular steps (hourly", "02:30:00 at line 5", fill="linear")
    refused(
        read, "t,y\n1000-01-01,1\n1000-01-02,2\n2000-01-05,3\n", "gaps", fill="linear"
    )


def test_missing_values(read):
    text = "t,y,x\n2000,1,1\n2001,,2\n2002,3,inf\n2003,4,4\n"
    refused(read, text, "none at line 3 (2001-01-01)", "'y'", "2 values in all")
    table = read(text, fill="linear")
    assert table.series[""].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert said(table, "Filled 0 missing rows and 2 missing values (linear).")
    assert read(text, fill="forward").series[""].y.tolist() == [1, 1, 3, 4]
    for token in (
        "NA",
        "n/a",
        "NaN",
        "null",
        "-",
        "?",
        "inf",
        "-Infinity",
        "1e999",
        " ",
    ):
        refused(read, f"t,y\n2000,1\n2001,{token}\n2002,3\n", "line 3")


def test_what_misses_at_the_ends_is_dropped(read):
    text = "t,y,x\n2000,,1\n2001,1,1\n2002,2,2\n2003,3,3\n2004,4,\n2005,5,\n"
    table = read(text, fill="forward")
    assert table.series[""].y.tolist() == [1, 2, 3]
    assert table.series[""].index[0].year == 2001
    assert said(table, "Dropped 1 row at the beginning and 2 at the end")
    text = "t,y,x\n2000,1,\n2001,1,\n2002,2,\n2003,3,3\n2004,4,5\n"
    refused(read, text, "'x'", "3 rows", "leave it out", fill="linear")


def test_huge_numbers_are_filled_without_overflow(read):
    text = "t,y\n2000,1.7e308\n2001,\n2002,-1.7e308\n2003,0\n"
    assert read(text, fill="linear").series[""].y.tolist()[1] == 0


# Newer rows of a known table


def test_newer_rows_follow_a_known_frequency(read):
    known = dict(newer=True, target="y")
    table = read("t,y,x\n2020-03-02,5,1\n", frequency="B", **known)
    check_table(table)
    assert list(table.series[""]) == ["y", "x"] and table.frequency == "B"
    text = "t,y\n2020-03-06,5\n2020-03-09,6\n"
    assert len(read(text, frequency="B", **known).series[""]) == 2
    assert len(read(text, frequency="D", fill="linear", **known).series[""]) == 4
    refused(read, text, "weekly", "2020-03-06 at line 2", frequency="W-MON", **known)
    refused(read, text, "monthly", "line 3", frequency="MS", **known)
    refused(read, text, "2020-03-06 at line 2", frequency="ME", **known)
    refused(read, text, "QS-JAN", "line 2", frequency="QS-JAN", **known)
    refused(read, text, "frequency: expected", "'fortnight'", frequency="fortnight")
    refused(read, "y\n1\n2\n", "time column", frequency="D", **known)
    refused(read, "t,y\n2020-01-01,1\n", "at least 2", newer=True)
    mixed = "t,y\n2020-03-31,1\n2020-06-15,2\n"
    for alias in ("QE-DEC", "3MS"):
        refused(read, mixed, alias, "line", frequency=alias, **known)
    refused(read, "t,y\n2020-01-04,1\n", "every business day", frequency="B", **known)
    table = read("x,y\n0.5,1\n0.5,\n", fill="forward", **known)
    assert table.series[""].to_numpy().tolist() == [[1, 0.5]]


@pytest.mark.parametrize(
    "alias",
    "B D 2D W-FRI MS 2MS ME QS-JAN QS-FEB QE-DEC YS-JAN YE-JUN h 15min s".split(),
)
def test_an_inferred_frequency_can_be_asked_for(alias):
    index = pd.date_range("2020-01-01", periods=9, freq=alias, name="t")
    frame = pd.DataFrame({"y": np.arange(9.0)}, index)
    inferred = check_frame(frame, target="y")
    assert inferred.frequency == alias
    again = check_frame(frame, target="y", frequency=alias)
    pd.testing.assert_frame_equal(again.series[""], inferred.series[""])
    one = check_frame(frame.iloc[:1], target="y", frequency=alias, newer=True)
    pd.testing.assert_frame_equal(one.series[""], frame.iloc[:1])


# Groups


GROUPS = "day,shop,y,x\n" + "".join(
    f"2020-01-{day:02d},{shop},{day + offset},{day * 2}\n"
    for day in range(1, 11)
    for shop, offset in [("north", 0), ("south", 100)]
)


def test_groups_are_series_of_their_own(read):
    table = read(GROUPS, group="shop")
    check_table(table)
    assert list(table.series) == ["north", "south"]
    assert table.series["south"].y.tolist() == [*range(101, 111)]
    assert (table.group, table.frequency) == ("shop", "D")


def test_groups_are_named_in_messages(read):
    last = GROUPS.count("\n")
    refused(
        read,
        GROUPS + "2020-01-12,south,1,1\n",
        "group 'south'",
        f"line {last} and 2020-01-12 at line {last + 1}",
        group="shop",
    )
    again = GROUPS + "2020-01-10,north,1,1\n"
    refused(read, again, f"and again at line {last + 1}, group 'north'", group="shop")
    refused(read, GROUPS + "2020-01-01,west,1,1\n", "group 'west'", group="shop")
    refused(read, GROUPS + "2020-01-01,,1,1\n", f"line {last + 1}", group="shop")
    refused(read, GROUPS, "2020-01-01 at line 2 and again at line 3")


# Frames


def test_frames():
    index = pd.date_range("2020", periods=5, freq="W-WED", name="week")
    frame = pd.DataFrame({"y": range(5), "name": list("abcde")}, index)
    before = frame.copy(deep=True)
    table = check_frame(frame, target="y")
    check_table(table)
    pd.testing.assert_frame_equal(frame, before)
    assert table.frequency == "W-WED" and table.series[""].index.name == "week"
    assert said(table, "Dropped column 'name': no number at row 0 ('a').")
    moved = frame.reset_index()
    same = check_frame(moved, target="y", time="week")
    pd.testing.assert_frame_equal(same.series[""], table.series[""])
    pd.testing.assert_frame_equal(
        check_frame(moved.astype(str), target="y").series[""],
        table.series[""],
        check_index_type=False,
    )
    period = pd.Series([1, 2, 4], pd.period_range("2020-01", periods=3, freq="M"))
    assert check_frame(period.rename("y"), target="y").frequency == "MS"
    assert check_frame(frame["y"], target="y").frequency == "W-WED"
    aware = frame.tz_localize("Europe/Rome")
    assert said(check_frame(aware, target="y"), "converted to UTC")


@pytest.mark.parametrize(
    "frame, part",
    [
        ([1, 2], "expected a DataFrame"),
        (pd.DataFrame({"y": []}), "received none"),
        (pd.DataFrame({"y": [1.0]}), "at least 2"),
        (pd.DataFrame({"x": [1.0, 2]}), "'x', received 'y'"),
        (pd.DataFrame({"y": [1.0, None, 2]}), "row 1"),
        (pd.DataFrame({"y": [1, "a"]}), "'a' at row 1"),
        (pd.DataFrame({"y": [True, False]}), "target"),
        (pd.DataFrame({"y": [1j, 2]}), "target"),
        (pd.DataFrame({"y": pd.to_datetime(["2020", "2021"])}), "target"),
        (pd.DataFrame({"y": [1, 2], "t": pd.to_datetime(["2020", None])}), "row 1"),
        (pd.DataFrame({"y": [1, 2]}, pd.to_datetime(["2021", "2020"])), "row 1 after"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["y", "y"]), "'y' twice"),
    ],
)
def test_frames_that_are_refused(frame, part):
    with pytest.raises(TableError, match=part) as error:
        check_frame(frame, target="y")
    check_message(error.value)


def test_nullable_and_mixed_columns():
    frame = pd.DataFrame(
        {
            "y": pd.array([1, None, 3], dtype="Int64"),
            "x": [1, "2.5", None],
            3: [1.0, 2.0, 5.0],
        }
    )
    table = check_frame(frame, target="y", fill="forward", features=["x", 3])
    assert list(table.series[""]) == ["y", "x", "3"]
    assert table.series[""].y.tolist() == [1, 1]


# Properties


def outcome(path, **options):
    """Read a table; nothing else than a table or a one-line error may come of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = read_table(path, **options)
        except TableError as error:
            check_message(error)
            return None
    check_table(table)
    return table


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "time": st.sampled_from(["t", "x"]),
        "group": st.sampled_from(["g", "x"]),
        "features": st.lists(st.sampled_from(["x", "z", "y"]), max_size=2),
        "separator": st.sampled_from([",", ";", "\t", "|"]),
        "decimal": st.sampled_from([".", ","]),
        "time_format": st.sampled_from(["%Y-%m-%d", "%d/%m/%y", "%H", "%", "%z"]),
        "sort": st.booleans(),
        "fill": st.sampled_from(["linear", "forward"]),
        "frequency": st.sampled_from(["B", "D", "MS", "QE-DEC", "W-MON", "3h", "ms"]),
        "newer": st.booleans(),
    },
)
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers(-3, 3).map(str),
    st.integers().map(str),
    st.sampled_from(["", "NA", "1e999", "1e-999", "1,5", "1.234,5", "1_0", "x", "-"]),
    st.floats(-10, 10).map(lambda number: f"{number:.2f}".replace(".", ",")),
)
TIMES = st.one_of(
    st.datetimes().map(str),
    st.dates().map(str),
    st.integers(1990, 2030).map(str),
    st.integers(1, 28).map(lambda day: f"2020-02-{day:02d}"),
    st.integers(1, 12).map(lambda month: f"{month:02d}/01/2020"),
    st.sampled_from(["2020-01-01T00:00Z", "0000-00-00", "99/99/9999", "Q1 2020", "5"]),
)
CELLS = st.one_of(NUMBERS, TIMES, st.text(max_size=5), st.just("a"))
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])


@FUZZ
@given(content=st.binary(max_size=300), options=OPTIONS)
@example(content=b"\xff\xfe", options={})
@example(content=b"y\n1\n2\n\x00", options={})
def test_any_bytes(tmp_path, content, options):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    outcome(path, target="y", **options)


@FUZZ
@given(
    header=st.permutations(["t", "y", "x", "g"]).map(lambda names: names[:3]),
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8),
    separator=st.sampled_from(",;\t|"),
    encoding=ENCODINGS,
    options=OPTIONS,
)
def test_any_text(tmp_path, header, rows, separator, encoding, options):
    path = tmp_path / "fuzz.csv"
    lines = [separator.join(row) for row in [header, *rows]]
    path.write_bytes("\n".join(lines).encode(encoding, errors="replace"))
    outcome(path, target="y", **options)


@FUZZ
@given(data=st.data(), options=OPTIONS)
def test_any_table(tmp_path, data, options):
    number = data.draw(st.integers(0, 12))
    rows = lambda cells: st.lists(cells, min_size=number, max_size=number)  # noqa: E731
    start = data.draw(
        st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)).map(
            lambda time: time.replace(microsecond=0)
        )
    )
    step = data.draw(st.sampled_from(["D", "h", "MS", "B", "7D", "YE", "s", "QE"]))
    form = data.draw(st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%c", None]))
    times = pd.Series(pd.date_range(start, periods=number, freq=step, unit="s"))
    times = times.dt.strftime(form) if form else times
    frame = pd.DataFrame(
        {
            "t": times if data.draw(st.booleans()) else data.draw(rows(TIMES)),
            "y": data.draw(rows(data.draw(st.sampled_from([NUMBERS, st.just("1")])))),
            "x": data.draw(rows(data.draw(st.sampled_from([NUMBERS, st.just("")])))),
            "g": data.draw(rows(st.sampled_from("ab"))),
        }
    )
    kept = data.draw(rows(st.sampled_from([True] * 9 + [False])))
    frame = frame[np.array(kept, dtype=bool)]
    path = tmp_path / "fuzz.csv"
    frame.to_csv(path, sep=data.draw(st.sampled_from(",;\t|")), index=False)
    before = path.read_bytes()
    outcome(path, target="y", **options)
    assert path.read_bytes() == before
    try:
        check_table(check_frame(frame, target="y", sort=True, fill=options.get("fill")))
    except TableError as error:
        check_message(error)


NAMES = st.text(string.ascii_letters + "äß éλ ", min_size=1, max_size=8).map(str.strip)


@settings(FUZZ, max_examples=100)
@given(
    values=st.lists(
        st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=30
    ),
    names=st.lists(NAMES.filter(bool), min_size=2, max_size=2, unique=True),
    start=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    step=st.sampled_from(["D", "MS", "ME", "W-FRI", "YS-JAN", "2D"]),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    form=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%Y%m%d"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_with_any_conventions_is_read_back(
    tmp_path, values, names, start, step, separator, decimal, form, encoding
):
    time, target = names
    index = pd.date_range(start, periods=len(values), freq=step, name=time)
    frame = pd.DataFrame({target: values}, index)
    path = tmp_path / "table.csv"
    frame.to_csv(
        path, sep=separator, decimal=decimal, date_format=form, encoding=encoding
    )
    given_ = dict(separator=separator, decimal=decimal, time_format=form)
    table = read_table(path, target=target, time=time, **given_)
    check_table(table)
    read = table.series[""]
    np.testing.assert_array_equal(read[target].to_numpy(), frame[target].to_numpy())
    if len(values) > 3 and step != "2D":
        assert table.frequency == step or step == "YS-JAN"
    if table.frequency == step:
        np.testing.assert_array_equal(read.index, frame.index)
    # What is left open is inferred to the same, or asked for.
    inferred = outcome(path, target=target, time=time)
    if inferred is not None and form not in ("%d.%m.%Y", "%m/%d/%Y"):
        np.testing.assert_array_equal(inferred.series[""], read)
        np.testing.assert_array_equal(inferred.series[""].index, read.index)


def test_a_million_rows(tmp_path):
    rows = 1_000_000
    values = np.arange(rows, dtype="float64") % 977
    frame = pd.DataFrame(
        {"y": values}, pd.date_range("2000", periods=rows, freq="min", name="t")
    )
    path = tmp_path / "long.csv"
    frame.to_csv(path)
    table = tables.read_table(path, target="y")
    assert table.frequency == "min"
    np.testing.assert_array_equal(table.series[""].y, values)
