"""What a mail asks the owner to keep in mind: by which day it wants an answer, which days and what money it names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from followup_filter.events.dates import NamedDay, named_days

_BEHIND = re.compile(
    r"^\s*(?:\([^)\n]{1,6}\)|[月火水木金土日]曜日?|中|いっぱい|頃|ごろ|(?:午前|午後)?\d{1,2}(?:時半?|:\d\d)|正午|[のをがは、,]|\s){0,4}"
    r"(?:まで|締切|締め切り|〆切|しめきり|必着|期限|が締)"
)
_BEFORE = re.compile(
    r"(?:締切日?|締め切り|〆切|しめきり|期限|期日)[^。\n]{0,12}$"
    r"|(?:\bby|\buntil|\bbefore|no later than|deadline[^.\n]{0,12})\s*(?:the\s*)?$",
    re.IGNORECASE,
)
_RANGE_START = re.compile(r"^\s*(?:\([^)\n]{1,6}\))?\s*(?:から|より|~|-)")
_RANGE_END = re.compile(r"\d日?\s*(?:\([^)\n]{1,6}\))?\s*(?:から|より|~|-)\s*$")
_AMOUNT = re.compile(
    r"(?:(?:謝礼|謝金|講師料|報酬|原稿料|ギャラ|予算|budget|fee)(?:は|として|[: ]|お?一人|約|およそ|of)*\s*)?"
    r"(?:[¥\\]\s?\d[\d,]{0,15}|(?<![\d,.])\d[\d,.]{0,15}\s{0,3}(?:(?:億|万|千)?\s?(?:円|yen|JPY)|万(?!人|部|枚|個|円)))",
    re.IGNORECASE,
)
TEXT_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Ask:
    """`deadline`: the day beside まで, までに, 締切 or "by"; else None, never guessed.

    `days`: other days named from the day of writing on, in order. `amount`: the first amount of money as the mail
    writes it, "" without one.
    """

    deadline: date | None
    days: tuple[date, ...]
    amount: str


def read_ask(text: str, written: date) -> Ask:
    """What `text`, written on that day, asks: see Ask."""
    text = unicodedata.normalize("NFKC", text[:TEXT_LENGTH])
    deadlines: list[date] = []
    days: list[date] = []
    for named in named_days(text, written):
        if named.day < written:
            continue
        if _is_deadline(text, named):
            deadlines.append(named.day)
        elif named.day not in days:
            days.append(named.day)
    amount = _AMOUNT.search(text)
    return Ask(min(deadlines, default=None), tuple(sorted(days)), amount[0].strip() if amount else "")


def _is_deadline(text: str, named: NamedDay) -> bool:
    before = text[max(0, named.start - 20) : named.start]
    if _RANGE_END.search(before):
        return False
    behind = text[named.end : named.end + 30]
    if _BEHIND.match(behind):
        return True
    return bool(_BEFORE.search(before)) and not _RANGE_START.match(behind)
