"""A file of separated values -> `Columns`.

The file is read once from beginning to end, in blocks of rows: numbers are kept as
float64 and groups as codes, so that memory stays near that of the finished table.
Python's csv module splits the rows, because it knows the line that each one began on.
"""

import codecs
import csv
import re
from itertools import chain, islice
from pathlib import Path

import numpy as np

from rnn_tutorials._tables import numbers, times
from rnn_tutorials._tables.common import (
    Columns,
    TableError,
    check_choice,
    count,
    feature_names,
    resolve,
    show,
)

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_ALIASES = {"tab": "\t", "\\t": "\t"}
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16: it begins like it
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_ARCHIVES = {
    b"PK\x03\x04": "a workbook or a zip archive; export it as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Office workbook; export it as CSV",
    b"\x1f\x8b": "a gzip archive; unpack it",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file; read it with pandas and use check_frame",
}
# Control characters that no text has; line feeds, tabs and form feeds are allowed.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAMPLE = 1 << 16  # bytes, to look at what a file is
_BLOCK = 1 << 16  # rows


def read_columns(path, *, target, time, group, features, separator, decimal):
    """Read a file into `Columns`; see `tables.read_table` for the arguments."""
    check_choice("decimal", decimal, numbers.DECIMALS)
    separator = _ALIASES.get(separator, separator)
    if separator is not None and (
        not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n\0'
    ):
        raise TableError(
            f"separator: expected one character, received {show(separator)}"
        )
    for argument, name in {"target": target, "time": time, "group": group}.items():
        if not isinstance(name, str) and (name is not None or argument == "target"):
            raise TableError(
                f"{argument}: expected the name of a column, received {show(name)}"
            )
    path, sample = _open(path)
    encoding, note = _encoding(path, sample)
    given = dict(target=target, time=time, group=group, features=features)
    options = (separator, decimal, given)
    try:
        return _read(path, encoding, note, sample, *options)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise TableError(f"{show_path(path)}: is no valid {note} text") from error
    note = "Latin-1, since it is not UTF-8; look whether accented letters are right"
    return _read(path, "latin-1", note, sample, *options)


def show_path(path):
    """Return a path as it may stand in a message."""
    return str(path).encode("unicode_escape").decode() if path else "''"


def _open(path):
    try:
        path = Path(path)
        if path.is_dir():
            raise TableError(f"{show_path(path)}: expected a file, received a folder")
        if path.exists() and not path.is_file():
            raise TableError(f"{show_path(path)}: expected a regular file")
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise TableError(f"{show_path(path)}: can't be read ({why})") from error
    except TableError:
        raise
    except (TypeError, ValueError) as error:
        raise TableError(f"path: expected a file's path, received {path!r}") from error
    if not sample:
        raise TableError(f"{show_path(path)}: is empty")
    return path, sample


def _encoding(path, sample):
    """Return the codec, its name for the user; refuse what is no text."""
    for mark, codec, name in _BOMS:
        if sample.startswith(mark):
            return codec, name
    for mark, what in _ARCHIVES.items():
        if sample.startswith(mark):
            raise TableError(f"{show_path(path)}: expected a text file, this is {what}")
    if found := _CONTROL.search(sample):
        raise TableError(
            f"{show_path(path)}: expected a text file, this is a binary one "
            f"(byte {found[0].hex()} at position {found.start()})"
        )
    return "utf-8", "UTF-8"


def _read(path, encoding, note, sample, separator, decimal, given):
    try:
        with path.open(encoding=encoding, newline="") as file:
            notes = [f"Encoding: {note}."]
            if separator is None:
                separator = _separator(sample, encoding, given)
                name = SEPARATORS.get(separator, "none, there is one column")
                notes.append(f"Separator: {name}.")
            rows = _rows(file, separator or ",")
            return _columns(path, rows, decimal, given, notes)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise TableError(f"{show_path(path)}: can't be read ({why})") from error


def _separator(sample, encoding, given):
    """Return the separator under which the first lines look most like a table."""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    whole = len(sample) < _SAMPLE
    wanted = {given["target"], given["time"], given["group"]}
    wanted.update(feature_names(given["features"] or ()))
    best, choice = (0, 0, 0), None
    for separator in SEPARATORS:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
        rows = []
        try:
            rows = list(islice((row for row in reader if row), 200))
        except csv.Error:
            pass
        if not whole and len(rows) > 2:
            rows.pop()  # it may be cut off
        if not rows or len(rows[0]) < 2:
            continue
        found = len(wanted & {name.strip() for name in rows[0]})
        regular = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        score = (found, regular, len(rows[0]))
        if score > best:
            best, choice = score, separator
    return choice


def _rows(file, separator):
    """Yield blocks of rows, and the numbers of the lines that they began on."""
    reader = csv.reader(file, delimiter=separator, strict=True)
    line = 1
    while True:
        rows, why = [], None
        try:
            rows.extend(islice(reader, _BLOCK))  # keeps what came before an error
        except csv.Error as error:
            why = str(error).replace("unexpected end of data", "a quote is not closed")
        lines = np.arange(line, line + len(rows) + 1)
        if why is not None or reader.line_num != lines[-1] - 1:
            lines[1:] += np.cumsum([_line_ends(row) for row in rows], dtype="int64")
        if why is not None:
            raise TableError(f"line {lines[-1]}: can't be split into fields: {why}")
        if not rows:
            return
        yield lines[:-1], rows
        line = int(lines[-1])


def _line_ends(row):
    """Count the line ends inside the fields of a row."""
    return sum(len(_LINE_END.findall(text)) for text in row)


def _columns(path, blocks, decimal, given, notes):
    names, blocks = _header(path, blocks)
    width = len(names)
    builder = _Builder(names, resolve(names, **given), decimal, notes)
    blank_lines, blank = np.empty(0, "int64"), []
    for lines, rows in blocks:
        if set(map(len, rows)) != {width}:
            lines, rows = _of_width(width, lines, rows)
        lines, rows = np.concatenate([blank_lines, lines]), blank + rows
        # Blank rows at the end of a file are no rows; kept until another one follows.
        end = len(rows)
        while end and not any(rows[end - 1]):
            end -= 1
        blank_lines, blank = lines[end:], rows[end:]
        if end:
            builder.add(lines[:end], rows[:end])
    if blank:
        place = f"from line {blank_lines[0]} on"
        notes.append(f"Dropped {count(len(blank), 'blank row')} at the end, {place}.")
    if not builder.lines:
        raise TableError(f"{show_path(path)}: has a first line, but no rows")
    return builder.finish()


def _of_width(width, lines, rows):
    """Leave blank lines out; refuse rows of another number of fields."""
    kept = []
    for i, row in enumerate(rows):
        if len(row) != width:
            if "".join(row).strip():
                raise TableError(
                    f"line {lines[i]}: expected {count(width, 'field')} as in the "
                    f"first line, received {len(row):,}"
                )
            if width > 1:
                continue
            # In a table of one column an empty line is a missing value.
            rows[i] = [""]
        kept.append(i)
    return lines[kept], [rows[i] for i in kept]


def _header(path, blocks):
    """Return the names of the columns, and the blocks that follow them."""
    for lines, rows in blocks:
        for i, row in enumerate(rows):
            if any(name.strip() for name in row):
                names = [name.strip() for name in row]
                names = [name or f"column {k}" for k, name in enumerate(names, 1)]
                rest = [(lines[i + 1 :], rows[i + 1 :])] if rows[i + 1 :] else []
                return names, chain(rest, blocks)
    raise TableError(f"{show_path(path)}: is empty")


class _Builder:
    """Turns rows of texts into columns, block by block."""

    def __init__(self, names, roles, decimal, notes):
        self.names = names
        self.roles = roles
        self.lines = []
        self.notes = notes
        self.decimal = decimal
        self.say_decimal = decimal is None
        self.time = roles.time
        self.times = []
        self.codes = []
        self.group_numbers = {}
        self.parts = {}
        self.not_numbers = {}

    def add(self, lines, rows):
        """Take the next block of rows."""
        cells = dict(zip(self.names, zip(*rows, strict=True), strict=True))
        if not self.lines:
            self._begin(cells)
        self.lines.append(lines)
        if self.time is not None:
            self.times.extend(cells[self.time])
        if self.roles.group is not None:
            self._add_groups(cells[self.roles.group], lines)
        wanted = [name for name in self.parts if name not in self.not_numbers]
        if self.decimal is None:
            self.decimal = numbers.find_decimal(
                {name: cells[name] for name in wanted}, self.roles.target
            )
        for name in wanted:
            values, bad = numbers.parse(cells[name], self.decimal or ".")
            if bad is None:
                self.parts[name].append(values)
            else:
                self.not_numbers[name] = int(lines[bad]), cells[name][bad]
                self.parts[name].clear()

    def _begin(self, cells):
        roles = self.roles
        if self.time is None:
            taken = {roles.target, roles.group, *(roles.features or [])}
            self.time = times.find_time(
                {name: texts for name, texts in cells.items() if name not in taken}
            )
        kept = roles.features
        if kept is None:
            taken = {roles.target, roles.group, self.time}
            kept = [name for name in self.names if name not in taken]
        self.parts = {name: [] for name in [roles.target, *kept]}

    def _add_groups(self, texts, lines):
        get = self.group_numbers
        for i, text in enumerate(texts):
            text = text.strip()
            if text not in get:
                if not text:
                    raise TableError(
                        f"group: expected a name in every row of column "
                        f"{show(self.roles.group)}, received none at line "
                        f"{lines[i]}"
                    )
                get[text] = len(get)
        codes = (get[text.strip()] for text in texts)
        self.codes.append(np.fromiter(codes, "int64", len(texts)))

    def finish(self):
        """Return the `Columns`."""
        if self.say_decimal and self.decimal is not None:
            mark = numbers.DECIMALS[self.decimal]
            self.notes.append(f"Decimal mark: {mark}.")
        groups = None
        if self.roles.group is not None:
            groups = np.concatenate(self.codes), list(self.group_numbers)
        columns = {}
        for name in [*self.parts]:
            # One column at a time, so that no second copy of the table exists.
            parts = self.parts.pop(name)
            if name not in self.not_numbers:
                columns[name] = np.concatenate(parts)
        return Columns(
            place="line",
            lines=np.concatenate(self.lines),
            numbers=columns,
            not_numbers=self.not_numbers,
            time=self.time,
            times=self.times if self.time is not None else None,
            groups=groups,
            notes=self.notes,
        )
