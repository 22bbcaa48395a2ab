"""Which days a Japanese text names, seen from the day it was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_WEEKDAYS = "月火水木金土日"
_RELATIVE = {"一昨日": 2, "おととい": 2, "昨日": 1, "昨夜": 1, "昨晩": 1, "ゆうべ": 1, "本日": 0, "今日": 0, "今朝": 0, "今夜": 0, "yesterday": 1, "last night": 1}
_ABSOLUTE = re.compile(
    r"(?:(?P<year>20\d\d)\s*[年/.-]\s*|令和\s*(?P<reiwa>\d{1,2}|元)\s*年\s*)?"
    r"(?<![\d/.:-])(?P<month>1[0-2]|0?[1-9])\s*(?:月\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*日|[/／](?P<slash>3[01]|[12]\d|0?[1-9])(?![\d/%]))"
)
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    r"\b(?:(?P<m1>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?P<d1>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b",
    re.IGNORECASE,
)
_KANJI_DATE = re.compile(r"([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_PAST_WEEKDAY = re.compile(r"(?:先週の?|この前の|こないだの|先日の)([月火水木金土日])曜")


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
    days = []
    for year in (written.year - 1, written.year, written.year + 1):
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    return min(days, key=lambda candidate: abs((candidate - written).days)) if days else None


def named_days(text: str, written: date) -> list[NamedDay]:
    """The days named in `text`, in order of appearance; days without a year are taken nearest to `written`.

    Reads 5/12, 5月12日, 2026年5月12日, 令和8年5月12日, 五月十二日, May 12, 昨日, 先週の火曜 and their like.
    """
    text = unicodedata.normalize("NFKC", text[:50_000])
    found: list[NamedDay] = []

    def add(match: re.Match[str], day: date | None) -> None:
        if day is not None:
            found.append(NamedDay(match[0], match.start(), match.end(), day))

    for match in _ABSOLUTE.finditer(text):
        month, number = int(match["month"]), int(match["day"] or match["slash"])
        year = match["year"] or (match["reiwa"] and str(2018 + (1 if match["reiwa"] == "元" else int(match["reiwa"]))))
        if year:
            try:
                add(match, date(int(year), month, number))
            except ValueError:
                continue
        else:
            add(match, _nearest(month, number, written))
    for match in _KANJI_DATE.finditer(text):
        add(match, _nearest(_kanji_number(match[1]), _kanji_number(match[2]), written))
    for match in _ENGLISH.finditer(text):
        name, number = (match["m1"] or match["m2"]).lower(), int(match["d1"] or match["d2"])
        add(match, _nearest(_ENGLISH_MONTHS.index(name[:3]) + 1, number, written))
    for words, days in _RELATIVE.items():
        for match in re.finditer(re.escape(words), text, re.IGNORECASE):
            add(match, written - timedelta(days=days))
    for match in _PAST_WEEKDAY.finditer(text):
        back = (written.weekday() - _WEEKDAYS.index(match[1])) % 7 or 7
        if match[0].startswith("先週"):
            back = written.weekday() + 7 - _WEEKDAYS.index(match[1])
        add(match, written - timedelta(days=back))
    return sorted(found, key=lambda day: (day.start, day.end))
