"""Texts -> float64, exactly as Python reads numbers; decimal points and commas."""

import re

import numpy as np

from rnn_tutorials._tables.common import MISSING, TableError, show

DECIMALS = {".": "point", ",": "comma"}

_COMMA = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*")
_POINT = re.compile(r"\s*[+-]?(?:\d*\.\d+|\d+\.)(?:[eE][+-]?\d+)?\s*")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([., '’\u00a0\u202f])\d{3})+(?:[.,]\d+)?")


def parse(texts, decimal):
    """Return the numbers of texts, NaN for none, or where the first other text is.

    Returns:
        `(values, None)`, or `(None, i)` if `texts[i]` is no number.
    """
    joined = "\n".join(texts)
    quick = texts
    if decimal == ",":
        quick = joined.replace(",", ".").split("\n") if "." not in joined else ()
    # float() would take 1_000 for a number.
    if "_" not in joined and len(quick) == len(texts):
        try:
            return np.fromiter(map(float, quick), "float64", len(texts)), None
        except ValueError:
            pass  # go slowly: some are missing, or no numbers
    values = np.empty(len(texts))
    for i, text in enumerate(texts):
        try:
            values[i] = parse_one(text, decimal)
        except ValueError:
            return None, i
    return values, None


def parse_one(text, decimal="."):
    """Return the number that a text shows, NaN for none; ValueError otherwise."""
    if decimal == ",":
        if "." in text and text.strip().lower() not in MISSING:
            raise ValueError(text)
        text = text.replace(",", ".")
    try:
        if "_" in text:
            raise ValueError(text)
        return float(text)
    except ValueError:
        if text.strip().lower() in MISSING:
            return float("nan")
        raise


def find_decimal(cells, target):
    """Tell the decimal mark that the columns use: "." or "," or None if none does.

    The target decides where it can.
    """
    for name in [target, *(name for name in cells if name != target)]:
        joined = "".join(cells.get(name, ()))
        if "," not in joined and "." not in joined:
            continue
        if any(map(_POINT.fullmatch, cells[name])):
            return "."
        commas = [text.strip() for text in cells[name] if _COMMA.fullmatch(text)]
        if not commas:
            continue
        if not all(map(_THOUSANDS.fullmatch, commas)):
            return ","
        if name == target:
            raise TableError(
                f"decimal: {show(commas[0])} in column {show(name)} may be "
                f"{commas[0].replace(',', '.')} or {commas[0].replace(',', '')}; say "
                "decimal=',' (--decimal ,) or write it without a thousands separator"
            )
    return None


def thousands_hint(value):
    """Return what to do about a number with thousands separators, or nothing."""
    if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
        return "; write numbers without thousands separators"
    if isinstance(value, str) and _COMMA.fullmatch(value):
        return "; is the decimal mark a comma (--decimal ,)?"
    if isinstance(value, str) and _POINT.fullmatch(value):
        return "; is the decimal mark a point (--decimal .)?"
    return ""
