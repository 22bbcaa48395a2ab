"""Which days a Japanese text names, seen from the day it was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_WEEKDAYS = "月火水木金土日"
_DAYS_AGO = {
    **{"一昨日": 2, "おととい": 2, "昨日": 1, "昨夜": 1, "昨晩": 1, "ゆうべ": 1, "yesterday": 1, "last night": 1},
    **{"本日": 0, "今日": 0, "今朝": 0, "今夜": 0, "明日": -1, "明後日": -2, "あさって": -2, "tomorrow": -1},
}
_DATE = re.compile(
    r"(?:(?P<year>20\d\d)\s*[年/.]\s*|令和\s*(?P<reiwa>\d{1,2}|元)\s*年\s*)?"
    r"(?<![\d/.])(?P<month>1[0-2]|0?[1-9])\s*"
    r"(?:月\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*日|/(?P<slash>3[01]|[12]\d|0?[1-9])(?![\d/%]))"
)
_ISO_DATE = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(_ENGLISH_MONTHS)
_ENGLISH = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})[a-z]*\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})[a-z]*)\b",
    re.IGNORECASE,
)
_KANJI_DATE = re.compile(r"([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_WEEKDAY = re.compile(r"(先週|今週|来週|この前|こないだ|先日)の?([月火水木金土日])曜")
_DAY_AND_WEEKDAY = re.compile(r"(?<![\d月/])(3[01]|[12]\d|0?[1-9])日\s*\(([月火水木金土日])\)")
_MONTH_END = re.compile(r"(?:(?P<month>1[0-2]|[1-9])月|(?P<next>来月)|今月|(?<![毎\d])月)末")

TEXT_LENGTH = 50_000
"""Characters of a text that are searched at most."""


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day named in a text: the words as written, where they begin and end, and the day meant."""

    words: str
    start: int
    end: int
    day: date


def _kanji_number(text: str) -> int:
    tens, _, units = text.rpartition("十") if "十" in text else ("", "", text)
    if "十" not in text:
        return _KANJI_DIGITS[text] if len(text) == 1 else 0
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[units] if units else 0)


def _nearest(month: int, day: int, written: date) -> date | None:
    """The day `month`/`day` nearest to the day of writing, whichever year that is in."""
    years = (written.year - 1, written.year, written.year + 1)
    days = [found for year in years if (found := _day(year, month, day))]
    return min(days, key=lambda candidate: abs((candidate - written).days), default=None)


def named_days(text: str, written: date) -> list[NamedDay]:
    """The days named in `text`, in order of appearance; days without a year are taken nearest to `written`.

    Reads 5/12, 5月12日, 2026年5月12日, 令和8年5月12日, 五月十二日, May 12, 昨日, 先週の火曜 and their like.
    """
    text = unicodedata.normalize("NFKC", text[:TEXT_LENGTH])
    found: list[NamedDay] = []

    def add(match: re.Match[str], day: date | None) -> None:
        if day is not None:
            found.append(NamedDay(match[0], match.start(), match.end(), day))

    for match in _DATE.finditer(text):
        month, number = int(match["month"]), int(match["day"] or match["slash"])
        if match["year"]:
            add(match, _day(int(match["year"]), month, number))
        elif match["reiwa"]:
            add(match, _day(2018 + (1 if match["reiwa"] == "元" else int(match["reiwa"])), month, number))
        else:
            add(match, _nearest(month, number, written))
    for match in _ISO_DATE.finditer(text):
        add(match, _day(int(match[1]), int(match[2]), int(match[3])))
    for match in _KANJI_DATE.finditer(text):
        add(match, _nearest(_kanji_number(match[1]), _kanji_number(match[2]), written))
    for match in _ENGLISH.finditer(text):
        name, number = (match["m1"] or match["m2"]).lower(), int(match["d1"] or match["d2"])
        add(match, _nearest(_ENGLISH_MONTHS.index(name[:3]) + 1, number, written))
    for words, days in _DAYS_AGO.items():
        for match in re.finditer(re.escape(words), text, re.IGNORECASE):
            add(match, written - timedelta(days=days))
    for match in _WEEKDAY.finditer(text):
        add(match, _weekday(match[1], _WEEKDAYS.index(match[2]), written))
    for match in _DAY_AND_WEEKDAY.finditer(text):
        add(match, _day_with_weekday(int(match[1]), _WEEKDAYS.index(match[2]), written))
    for match in _MONTH_END.finditer(text):
        month = int(match["month"]) if match["month"] else written.month + bool(match["next"])
        first_day = _nearest((month - 1) % 12 + 1, 1, written)
        if first_day:
            add(match, (first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return sorted(found, key=lambda day: (day.start, day.end))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_with_weekday(day: int, weekday: int, written: date) -> date | None:
    """The day of that number and weekday within a month of the day of writing, the nearest one."""
    around = (written + timedelta(days=offset) for offset in range(-31, 62))
    fitting = [candidate for candidate in around if candidate.day == day and candidate.weekday() == weekday]
    return min(fitting, key=lambda candidate: abs((candidate - written).days), default=None)


def _weekday(week: str, weekday: int, written: date) -> date:
    """The weekday of last week, this week or next week (weeks begin on Monday), or the last one before."""
    monday = written - timedelta(days=written.weekday())
    weeks = {"先週": -7, "今週": 0, "来週": 7}
    if week in weeks:
        return monday + timedelta(days=weeks[week] + weekday)
    return written - timedelta(days=(written.weekday() - weekday) % 7 or 7)
