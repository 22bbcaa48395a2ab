"""What a mail asks the owner to keep in mind: by which day it wants an answer, which days and what money it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from followup_filter.events.dates import NamedDay, days_ahead, named_days
from followup_filter.mail.text import normalize

_BEHIND = re.compile(
    r"^\s{0,3}(?:(?:\([^)\n]{1,6}\)|[月火水木金土日]曜日?|中|頃|ごろ|正午|午前中?|午後|お?昼|夕方?|夜|朝|より|[のをがは、,]|[くぐ]らい|\s"
    r"|(?:午前|午後)?\d{1,2}(?:時(?:半|\d{1,2}分)?|:\d\d)){0,5}"
    r"(?:まで|迄|を?(?:めど|目処|目途)に|中に|いっぱい[にでは]|内に|のうちに|前に|締切|締め切り|〆切|しめきり|必着|期限|が締)|\((?:必着|締切|〆切|厳守)\))"
)
_BEFORE = re.compile(
    r"(?:締切日?|締め切り|〆切|しめきり|期限|期日)[^。\n]{0,12}\n?\s{0,4}$"
    r"|(?:\bby|\bbefore|no later than|deadline[^.\n]{0,12})\s{0,2}"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s{0,2})?(?:the\s{0,2})?$",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"[^。\n]{0,12}(?:まで|迄|中|うち|内)に?は?、?[^。\n]{0,24}?(?:お送り|ご連絡|お知らせ|ご案内|お届け|お返事|ご返事|ご報告|送り|納品|提出|伺い|お支払い|支払い|お振込み?|振り込み)"
    r"(?:し|いたし|致し|差し上げ)?(?:ます|ました)(?!ので|が、|よ?うか)"
)
_WISH = re.compile(
    r"返|連絡|回答|提出|申|送|知らせ|願|くださ|下さい|いただ|頂|待|締|ほしい|欲しい|もらえ|お聞かせ|ませんか"
)
_BACK = re.compile(
    r"(?:それまで|その前|それより前|当日の?(?:朝|昼|夕方)?まで)に|\bbefore (?:that|then)\b", re.IGNORECASE
)
SHORT_LABEL = 4
"""Letters beside a day with まで up to which it stands as a label."""
BACK_LENGTH = 60
"""Characters between a day and the それまでに that points back to it at most."""
_RANGE_START = re.compile(r"^\s{0,2}(?:\([^)\n]{1,6}\))?\s{0,2}(?:から|より|~|-)")
_RANGE_END = re.compile(r"(?:から|より|~|-)\s{0,2}$")
_AMOUNT = re.compile(
    r"(?:(?:謝礼|謝金|講師料|報酬|原稿料|ギャラ|予算|\bbudget|\bfee)"
    r"(?:は|として|[: ]|お?一人|約|およそ|of){0,3}[ \t]{0,2})?"
    r"(?:[¥\\][ \t]?\d[\d,]{0,15}"
    r"|(?<![\d,.])\d[\d,.]{0,15}[ \t]{0,2}(?:億|万|千)?(?:\d[\d,]{0,7}(?:万|千)?){0,2}[ \t]{0,2}(?:円|yen\b|JPY\b)"
    r"|(?<![\d,.])\d[\d,.]{0,15}[ \t]{0,2}万"
    r"(?=くらい|ぐらい|ほど|程度|前後|以内|以下|から|まで|[でにをはがと、。,.\s]|$))",
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
    text = normalize(text[:TEXT_LENGTH])[:TEXT_LENGTH]
    plain = [named for named in named_days(text, written) if named.day >= written]
    beside_limits = days_ahead(text, written)
    deadlines = {named.day for named in (*plain, *beside_limits) if _is_deadline(text, named)}
    deadlines |= _pointed_back_to(text, [*plain, *beside_limits])
    days = {named.day for named in plain} - deadlines
    amount = _AMOUNT.search(text)
    return Ask(min(deadlines, default=None), tuple(sorted(days)), amount[0].strip() if amount else "")


def _pointed_back_to(text: str, named: Sequence[NamedDay]) -> set[date]:
    """The days before which something is asked for by a それまでに that follows them."""
    found = set()
    for back in _BACK.finditer(text):
        before = [each for each in named if 0 <= back.start() - each.end <= BACK_LENGTH]
        if before:
            found.add(max(before, key=lambda each: (each.end, each.end - each.start)).day)
    return found


def _is_deadline(text: str, named: NamedDay) -> bool:
    before = text[max(0, named.start - 20) : named.start]
    if _RANGE_END.search(before):
        return False
    behind = text[named.end : named.end + 80]
    limit = _BEHIND.match(behind[:30])
    if limit and _PROMISE.match(behind):
        return False
    if limit and limit[0].endswith(("まで", "迄")) and not behind[limit.end() :].startswith("に"):
        # まで alone also ends a stay, a sale or a permit: the sentence must wish for something, or say nothing else.
        sentence = re.split(r"[。\n]", text[: named.start])[-1][-80:] + re.split(r"[。\n]", behind[limit.end() :])[0]
        return bool(_WISH.search(sentence)) or len(re.findall(r"\w", sentence)) <= SHORT_LABEL
    if limit:
        return True
    return bool(_BEFORE.search(before)) and not _RANGE_START.match(behind)
