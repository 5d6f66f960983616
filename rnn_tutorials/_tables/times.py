"""Texts -> times, with the format decided by the data and said to the user.

Days before months or months before days: the whole column decides. Where it allows
both, the order that gives evenly spaced times is taken; where both do, none is.
"""

import re
import warnings

import numpy as np
import pandas as pd

from rnn_tutorials._tables import frequency
from rnn_tutorials._tables.common import MISSING, TableError, show

_CLOCK = re.compile(
    r"(?P<gap>[ T]+)\d{1,2}:\d{2}(?P<s>:\d{2})?(?P<f>\.\d{1,9})?(?P<half> ?[AaPp][Mm])?"
    r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$"
)
# Shape of a date -> its formats; {s} stands for the separator found.
_DATES = [
    (r"\d{4}(?P<s>[-/.])\d{1,2}(?P=s)\d{1,2}", ["%Y{s}%m{s}%d"]),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{4}", ["%d{s}%m{s}%Y", "%m{s}%d{s}%Y"]),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{2}", ["%d{s}%m{s}%y", "%m{s}%d{s}%y"]),
    (r"\d{4}(?P<s>[-/])\d{1,2}", ["%Y{s}%m"]),
    (r"\d{1,2}(?P<s>[-/])\d{4}", ["%m{s}%Y"]),
    (r"\d{1,2}(?P<s>[- ])[A-Za-z]{3,9}(?P=s)\d{4}", ["%d{s}%b{s}%Y", "%d{s}%B{s}%Y"]),
    (r"\d{1,2}(?P<s>[- ])[A-Za-z]{3,9}(?P=s)\d{2}", ["%d{s}%b{s}%y", "%d{s}%B{s}%y"]),
    (r"[A-Za-z]{3,9} \d{1,2}, \d{4}", ["%b %d, %Y", "%B %d, %Y"]),
    (r"[A-Za-z]{3,9}(?P<s>[- ])\d{4}", ["%b{s}%Y", "%B{s}%Y"]),
    (r"[A-Za-z]{3,9}(?P<s>[- ])\d{2}", ["%b{s}%y", "%B{s}%y"]),
    # numbers as well as times
    (r"\d{4}", ["%Y"]),
    (r"\d{8}", ["%Y%m%d"]),
    (r"\d{6}", ["%Y%m"]),
    (r"\d{2}\.\d{4}", ["%m.%Y"]),
]
_NUMERIC = {"%Y", "%Y%m%d", "%Y%m", "%m.%Y"}
_QUARTER = re.compile(r"(?:(\d{4})[- /]?[Qq]([1-4])|[Qq]([1-4])[- /]?(\d{4}))")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?")
# A column of numbers is taken for times unasked only with a name like these, or as the
# first one if it is in order, and only with years between these.
_NAMES = "year date time day month period ds jahr datum annee année año ano anno data"
_YEARS = (1500, 2200)
_SAMPLE = 400
_HEAD = 50_000


def find_time(cells):
    """Return the name of the first column whose texts are times, or None.

    A few that are none don't matter here: whoever parses the column reports them.
    """
    for place, (name, texts) in enumerate(cells.items()):
        sample = [text.strip() for text in texts[:: max(1, len(texts) // _SAMPLE)]]
        sample = [text for text in sample if text.lower() not in MISSING]
        if not sample:
            continue
        numeric = _shape(sample[0]) in [[form] for form in _NUMERIC]
        named = name.casefold() in _NAMES.split()
        if numeric and place and not named:
            continue
        shaped = [text for text in sample if _looks_like_a_time(text)]
        if len(shaped) < 0.9 * len(sample):
            continue
        try:
            found, _ = parse(sample if numeric else shaped[:1], ambiguous="day first")
        except TableError:
            continue
        if not numeric or (_like_years(found) and (named or _in_order(found))):
            return name
    return None


def _like_years(index):
    return _YEARS[0] <= index.year.min() and index.year.max() <= _YEARS[1]


def _in_order(index):
    ordered = index.is_monotonic_increasing or index.is_monotonic_decreasing
    return ordered and index.is_unique


def _looks_like_a_time(text):
    return bool(_shape(text) or _QUARTER.fullmatch(text) or _WEEK.fullmatch(text))


def parse(texts, time_format=None, *, where=str, ambiguous=None):
    """Return the times that texts show, and a note on their format.

    Args:
        texts: one per row.
        time_format: as for `strptime`; None finds it.
        where: number of a row -> what it is called in messages.
        ambiguous: "day first" settles what the data leaves open, for a first look.

    Returns:
        A DatetimeIndex without a zone, and a list of sentences.

    Raises:
        TableError: a text that is no time, or an order of day and month left open.
    """
    texts = [text.strip() for text in texts]
    for i, text in enumerate(texts):
        if text.lower() in MISSING:
            raise TableError(
                f"expected a time in every row, received none at {where(i)}"
            )
    if time_format is not None:
        return _with_format(texts, time_format, where), []
    texts, zone, notes = _cut_zone(texts, where)
    for special in (_quarters, _weeks):
        if (found := special(texts, where)) is not None:
            return found[0], [*notes, found[1]]
    formats = _shape(texts[0])
    if not formats:
        raise TableError(
            f"expected times such as 2024-12-31, received {show(texts[0])} at "
            f"{where(0)}; a format can be given: time_format='%d.%m.%Y' (--time-format)"
        )
    # Most formats fail at once; parsing all rows in each would take its time.
    found = {form: _to_times(texts[:_HEAD], form, zone) for form in formats}
    for form, index in found.items():
        if len(texts) > _HEAD and not index.hasnans:
            found[form] = _to_times(texts, form, zone)
    whole = [form for form in formats if not found[form].hasnans]
    if not whole and formats[0].startswith("%Y-%m-%d"):
        if all(map(_ISO.fullmatch, texts)):
            formats = whole = ["ISO8601"]
            found = {"ISO8601": _to_times(texts, "ISO8601", zone)}
            whole = [form for form in formats if not found[form].hasnans]
    if not whole:
        form = min(formats, key=lambda form: int(found[form].isna().sum()))
        i = int(np.argmax(found[form].isna()))
        raise TableError(
            f"expected times like {show(texts[0])} ({form}) in every row, received "
            f"{show(texts[i])} at {where(i)}"
        )
    if len(whole) == 2 and "%d" in whole[0] and not re.search("%[bB]", whole[0]):
        form, why = _day_or_month(texts, found, whole, ambiguous)
    else:
        form = whole[0]
        why = _decided_by(texts, found, form, where)
    years = ", years from 1969 to 2068" if "%y" in form else ""
    index = found[form]
    if index.tz is not None:
        index = index.tz_localize(None)
    shown = "ISO 8601" if form == "ISO8601" else form
    return index, [f"Time format: {shown}{why}{years}.", *notes]


def _with_format(texts, form, where):
    if not isinstance(form, str) or "%" not in form:
        raise TableError(
            f"time_format: expected a format such as '%d.%m.%Y', received {show(form)}"
        )
    try:
        index = _to_times(texts, form, "%z" in form or "%Z" in form)
    except (ValueError, TypeError, re.error) as error:
        raise TableError(
            f"time_format: expected a format of strptime, received {show(form)}"
        ) from error
    if index.hasnans:
        i = int(np.argmax(index.isna()))
        raise TableError(
            f"expected times in the format {form!r}, received {show(texts[i])} "
            f"at {where(i)}"
        )
    return index if index.tz is None else index.tz_localize(None)


def _to_times(texts, form, zone):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            index = pd.to_datetime(texts, format=form, errors="coerce", utc=bool(zone))
    except OverflowError as error:
        raise TableError(f"expected times within reach ({error})") from error
    return pd.DatetimeIndex(index)


def _shape(text):
    """Return the formats that the look of a text allows, day first before others."""
    clock = _CLOCK.search(text)
    date, tail = text, ""
    if clock:
        date = text[: clock.start()]
        hour = "%I" if clock["half"] else "%H"
        tail = f"{clock['gap']}{hour}:%M"
        tail += ":%S" * bool(clock["s"]) + ".%f" * bool(clock["f"])
        if clock["half"]:
            tail += clock["half"].replace(clock["half"].strip(), "%p")
        tail += "%z" * bool(clock["zone"])
    for shape, formats in _DATES:
        if match := re.fullmatch(shape, date, re.ASCII):
            separator = match.groupdict().get("s") or ""
            if clock and "%d" not in formats[0]:
                return []
            return [form.format(s=separator) + tail for form in formats]
    return []


def _cut_zone(texts, where):
    """Take the zones off the texts, if they have any and it is always the same."""
    first = _CLOCK.search(texts[0])
    if not first or not first["zone"]:
        return texts, False, []
    cut, zones = [], {}
    for i, text in enumerate(texts):
        clock = _CLOCK.search(text)
        if not clock or not clock["zone"]:
            raise TableError(
                f"expected a time zone in every row as in {show(texts[0])}, received "
                f"{show(text)} at {where(i)}"
            )
        zones.setdefault(clock["zone"].strip(), i)
        cut.append(text[: clock.start("zone")])
    if len(zones) == 1:
        (zone,) = zones
        note = f"Time zone: {zone} in every row, left off; times stay as written."
        return cut, False, [note]
    shifts = ", ".join(list(zones)[:4])
    offsets = {zone: _offset(zone) for zone in zones}
    # Written as UTC, by moving each text's time; done on the parsed times below.
    moved = []
    for text, original in zip(cut, texts, strict=True):
        zone = _CLOCK.search(original)["zone"].strip()
        moved.append(text + offsets[zone])
    return moved, True, [f"Time zones: {shifts}; all times were converted to UTC."]


def _offset(zone):
    return "+0000" if zone in ("Z", "UTC", "GMT") else zone.replace(":", "")


def _quarters(texts, where):
    return _periods(
        texts,
        where,
        _QUARTER,
        lambda m: f"{m[1] or m[4]}-{3 * int(m[2] or m[3]) - 2:02d}-01",
        "%Y-%m-%d",
        "Time format: quarters, taken at their first day.",
    )


def _weeks(texts, where):
    return _periods(
        texts,
        where,
        _WEEK,
        lambda m: f"{m[1]}-W{m[2]}-1",
        "%G-W%V-%u",
        "Time format: ISO weeks, taken at their Monday.",
    )


def _periods(texts, where, shape, rewrite, form, note):
    if not shape.fullmatch(texts[0]):
        return None
    matches = [shape.fullmatch(text) for text in texts]
    wrong = next((i for i, match in enumerate(matches) if match is None), None)
    if wrong is None:
        index = _to_times([rewrite(match) for match in matches], form, False)
        if not index.hasnans:
            return index, note
        wrong = int(np.argmax(index.isna()))
    raise TableError(
        f"expected times like {show(texts[0])} in every row, received "
        f"{show(texts[wrong])} at {where(wrong)}"
    )


def _decided_by(texts, found, form, where):
    """Tell which text rules out the other order of day and month, if there is one."""
    for other, index in found.items():
        if other != form and not re.search("%[bB]", form) and index.hasnans:
            i = int(np.argmax(index.isna()))
            order = "day" if form.startswith("%d") else "month"
            return f" ({order} first, as {show(texts[i])} at {where(i)} shows)"
    return ""


def _day_or_month(texts, found, forms, ambiguous):
    regular = [form for form in forms if frequency.is_regular(found[form])]
    if len(regular) == 1:
        form = regular[0]
        order = "day" if form.startswith("%d") else "month"
        return form, f" ({order} first, since only so the times are evenly spaced)"
    if "." in texts[0].split(" ")[0] or ambiguous:
        return forms[0], " (day first, as usual with points)"
    raise TableError(
        f"{show(texts[0])} may begin with the day or with the month, and no row "
        f"decides; say time_format={forms[0]!r} or {forms[1]!r} (--time-format)"
    )
