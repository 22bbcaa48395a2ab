"""Which days a text names, seen from the day it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from followup_filter.mail.text import normalize

TEXT_LENGTH = 50_000
"""Characters of a text that are searched at most."""

_WEEKDAYS = "月火水木金土日"
_DAYS_AGO = {
    **{"一昨日": 2, "おととい": 2, "昨日": 1, "昨夜": 1, "昨晩": 1, "ゆうべ": 1, "yesterday": 1, "last night": 1},
    **{"本日": 0, "今日": 0, "今朝": 0, "今夜": 0, "tomorrow": -1, "明日": -1, "明後日": -2, "あさって": -2},
    **{"しあさって": -3},
}
# Longest first, so that 一昨日 is not read as 昨日.
_RELATIVE = re.compile("|".join(sorted(map(re.escape, _DAYS_AGO), key=len, reverse=True)), re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\d/.])(?:(?P<year>(?:19|20)\d\d)\s{0,2}[年/.]\s{0,2}"
    r"|(?P<era>令和|平成)\s{0,2}(?P<era_year>\d{1,2}|元)\s{0,2}年\s{0,2})?"
    r"(?P<month>1[0-2]|0?[1-9])\s{0,2}"
    r"(?:月\s{0,2}(?P<day>3[01]|[12]\d|0?[1-9])\s{0,2}日|/(?P<slash>3[01]|[12]\d|0?[1-9])(?![\d/%]))"
)
_FIRST_YEAR_OF_ERA = {"令和": 2019, "平成": 1989}
_ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_MONTHS = (
    *("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?"),
    *("sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
_MONTH = "|".join(_MONTHS)
_ENGLISH = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})\.?\s{{1,2}}(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,2}}(?P<m2>{_MONTH})\b\.?)"
    r"(?:,?\s{1,2}(?P<year>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_DIGITS = "〇一二三四五六七八九"
_KANJI_DATE = re.compile(
    r"(?<![一二三四五六七八九十])(十[一二]?|[一二三四五六七八九])月の?(三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])日"
)
_WEEKDAY = re.compile(r"(先週|今週|来週|この前|こないだ|先日)の?([月火水木金土日])曜日?")
_DAY_AND_WEEKDAY = re.compile(r"(?<![\d月/])(3[01]|[12]\d|0?[1-9])日\s{0,2}\(([月火水木金土日])\)")
_MONTH_END = re.compile(
    r"(?:(?<!\d)(?P<month>1[0-2]|[1-9])月|(?<![一二三四五六七八九十])(?P<kanji>十[一二]?|[一二三四五六七八九])月"
    r"|(?P<offset>先月|再来月|来月|今月)|(?<![毎翌\d先来今一二三四五六七八九十])月)の?末"
)
_DAY_ALONE = re.compile(
    r"(?<![\d月/.,〜~-])(?<![一二三四五六七八九十])(?P<month>今月|来月)?の?"
    r"(?:(?P<day>3[01]|[12]\d|0?[1-9])|(?P<kanji>三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]))日(?!間|以内|前|後|目)"
    r"(?:の?[月火水木金土日]曜日?)?"
)
_WEEKDAY_ALONE = re.compile(r"(?<![週前日])(?<!週の)(?<!日の)([月火水木金土日])曜日?")
_WEEK_END = re.compile(r"(今週|来週)(末|(?=中|いっぱい|のうち))")
_MONTH_THROUGH = re.compile(
    r"(?:(?<!\d)(?P<month>1[0-2]|[1-9])月|(?<![一二三四五六七八九十])(?P<kanji>十[一二]?|[一二三四五六七八九])月"
    r"|(?P<name>今月|来月)|(?<![\d一二三四五六七八九十今来先毎])月)(?=中に|いっぱい|一杯|内に|のうちに)"
)
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENGLISH_WEEKDAY = re.compile(
    rf"\b({'|'.join(_ENGLISH_DAYS)})\b(?!,?\s{{1,2}}(?:the\s)?(?:\d|{_MONTH}))", re.IGNORECASE
)
_END_OF_MONTH = re.compile(rf"\bthe end of (the month|{_MONTH})\b", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(rf"\bthe (\d{{1,2}})(?:st|nd|rd|th)? of ({_MONTH})\b", re.IGNORECASE)
_MONTHS_AHEAD = {"先月": -1, "今月": 0, "来月": 1, "再来月": 2}


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day named in a text: the words as written, where they begin and end, and the day meant."""

    words: str
    start: int
    end: int
    day: date


def named_days(text: str, written: date) -> list[NamedDay]:
    """The days named in `text`, in order of appearance; days without a year are taken nearest to `written`.

    Reads 5/12, 5月12日, 2026年5月12日, 令和8年5月12日, 五月十二日, 13日(水), May 12, 昨日, 先週の火曜, 月末 and such.
    Places are those in the text in normal form (mail.text.normalize).
    """
    text = normalize(text[:TEXT_LENGTH])[:TEXT_LENGTH]
    found: list[NamedDay] = []

    def add(match: re.Match[str], day: date | None) -> None:
        if day is not None:
            found.append(NamedDay(match[0], match.start(), match.end(), day))

    for match in _DATE.finditer(text):
        add(match, _in_year(_year(match), int(match["month"]), int(match["day"] or match["slash"]), written))
    for match in _ISO_DATE.finditer(text):
        add(match, _day(int(match[1]), int(match[2]), int(match[3])))
    for match in _KANJI_DATE.finditer(text):
        add(match, _nearest(_kanji_number(match[1]), _kanji_number(match[2]), written))
    for match in _ENGLISH.finditer(text):
        year = int(match["year"]) if match["year"] else None
        add(match, _in_year(year, _english_month(match["m1"] or match["m2"]), int(match["d1"] or match["d2"]), written))
    for match in _RELATIVE.finditer(text):
        add(match, written - timedelta(days=_DAYS_AGO[match[0].lower()]))
    for match in _WEEKDAY.finditer(text):
        add(match, _weekday(match[1], _WEEKDAYS.index(match[2]), written))
    for match in _DAY_AND_WEEKDAY.finditer(text):
        add(match, _day_with_weekday(int(match[1]), _WEEKDAYS.index(match[2]), written))
    for match in _MONTH_END.finditer(text):
        month = written.month + _MONTHS_AHEAD[match["offset"] or "今月"]
        if match["month"] or match["kanji"]:
            month = int(match["month"]) if match["month"] else _kanji_number(match["kanji"])
        first_day = _nearest((month - 1) % 12 + 1, 1, written)
        if first_day:
            add(match, (first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return sorted(found, key=lambda day: (day.start, day.end))


def days_ahead(text: str, written: date) -> list[NamedDay]:
    """Further ways of naming a day to come, as people do beside a limit: 3日, 来月5日, 19日の土曜, 金曜, 今週末, 6月中.

    They say little by themselves (a "3日" may be any), so `named_days` does not read them. The day meant is the first
    one from the day of writing on; 今週中 is Friday, 今週末 Sunday, a month its last day.
    """
    text = normalize(text[:TEXT_LENGTH])[:TEXT_LENGTH]
    found: list[NamedDay] = []

    def add(match: re.Match[str], day: date | None) -> None:
        if day is not None and day >= written:
            found.append(NamedDay(match[0], match.start(), match.end(), day))

    for match in _DAY_ALONE.finditer(text):
        number = int(match["day"]) if match["day"] else _kanji_number(match["kanji"])
        add(match, _day_ahead(number, match["month"], written))
    for match in _WEEKDAY_ALONE.finditer(text):
        weekday = _WEEKDAYS.index(match[1])
        add(match, written + timedelta(days=(weekday - written.weekday()) % 7))
    for match in _WEEK_END.finditer(text):
        monday = written - timedelta(days=written.weekday()) + timedelta(days=7 * (match[1] == "来週"))
        add(match, monday + timedelta(days=6 if match[2] == "末" else 4))
    for match in _MONTH_THROUGH.finditer(text):
        offset = {"今月": 0, "来月": 1}.get(match["name"] or "")
        month = (written.month + (offset or 0) - 1) % 12 + 1
        if match["month"] or match["kanji"]:
            month = int(match["month"]) if match["month"] else _kanji_number(match["kanji"])
        add(match, _last_day(month, written))
    for match in _ENGLISH_WEEKDAY.finditer(text):
        weekday = [name[:3] for name in _ENGLISH_DAYS].index(match[1][:3].lower())
        add(match, written + timedelta(days=(weekday - written.weekday()) % 7))
    for match in _END_OF_MONTH.finditer(text):
        add(match, _last_day(written.month if match[1].lower() == "the month" else _english_month(match[1]), written))
    for match in _DAY_OF_MONTH.finditer(text):
        add(match, _nearest(_english_month(match[2]), int(match[1]), written))
    return sorted(found, key=lambda day: (day.start, day.end))


def _day_ahead(number: int, month: str | None, written: date) -> date | None:
    """The day of that number in the month named (今月, 来月), else the first one from the day of writing on."""
    first = written.replace(day=1)
    for ahead in (0, 1, 2) if month is None else (_MONTHS_AHEAD[month],):
        start = first
        for _month in range(ahead):
            start = (start + timedelta(days=31)).replace(day=1)
        day = _day(start.year, start.month, number)
        if day and (day >= written or month is not None):
            return day
    return None


def _last_day(month: int, written: date) -> date | None:
    first = _nearest(month, 1, written)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if first else None


def _year(match: re.Match[str]) -> int | None:
    if match["year"]:
        return int(match["year"])
    if match["era"]:
        return _FIRST_YEAR_OF_ERA[match["era"]] + (1 if match["era_year"] == "元" else int(match["era_year"])) - 1
    return None


def _kanji_number(text: str) -> int:
    """The number from 1 to 99 that the kanji write."""
    tens, ten, units = text.rpartition("十")
    return (_DIGITS.index(tens) if tens else 1) * 10 * bool(ten) + (_DIGITS.index(units) if units else 0)


def _english_month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, start=1) if re.fullmatch(month, name, re.IGNORECASE))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_year(year: int | None, month: int, day: int, written: date) -> date | None:
    return _day(year, month, day) if year else _nearest(month, day, written)


def _nearest(month: int, day: int, written: date) -> date | None:
    """The day `month`/`day` nearest to the day of writing, whichever year that is in."""
    years = (written.year - 1, written.year, written.year + 1)
    days = [found for year in years if (found := _day(year, month, day))]
    return min(days, key=lambda candidate: abs((candidate - written).days), default=None)


@lru_cache(maxsize=1_024)
def _day_with_weekday(day: int, weekday: int, written: date) -> date | None:
    """The nearest day of that number and weekday, from a month before to two months after the day of writing."""
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
