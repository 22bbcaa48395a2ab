"""Which lines mail programs write around quotes, forwards and footers: the table of markers."""

from __future__ import annotations

import re

_RULE = r"[-‐－ー―─━=＝_＿]"
_DATE = (
    r"(?:\d{4}[年년]\s?\d{1,2}[月월]\s?\d{1,2}[日일]|\d{1,2}月\s?\d{1,2}日|\d{2,4}[/.-]\d{1,2}[/.-]\d{1,4}"
    r"|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4})"
)
_ADDRESS = r"[^\s<>@]{1,64}@[^\s<>@:]{1,100}"


def _lines(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


FORWARDED = _lines(
    # Gmail, Thunderbird and Outlook on the web, English and Japanese
    rf"^\s*{_RULE}{{3,}}\s*(?:forwarded message|転送(?:された)?メッセージ|転送メール|転送|forwarded by .{{1,120}})"
    rf"\s*{_RULE}{{0,60}}\s*$",
    r"^\s*(?:begin forwarded message|転送されたメッセージ|forwarded message)\s*[:：]\s*$",  # Apple Mail
    r"^\s*forwarded by .{1,120}$",  # Becky!
)
"""The line above a forwarded mail: what follows is news."""

SEPARATOR = _lines(
    rf"^\s*{_RULE}{{2,}}\s*(?:original (?:message|appointment)|reply message|元のメッセージ|元のメール|元メッセージ"
    rf"|返信元のメッセージ|元の予定|受信メール|オリジナルメッセージ)\s*(?:[(（][^)）]{{1,30}}[)）])?\s*{_RULE}{{0,60}}\s*$",
)
"""The line between the newest text and everything older."""

DATE = re.compile(_DATE, re.IGNORECASE)
DIGIT = re.compile(r"\d")
TIME = re.compile(r"\d{1,2}(?::\d\d|時)")
SAYS = _lines(
    # Gmail, Apple Mail, Thunderbird, Becky!
    r"\b(?:wrote|writes|schrieb|a écrit|said)\s*[:：]\s*$",
    # Apple Mail and iPhone, Thunderbird, Hidemaru
    r"(?:のメール|のメッセージ|書きました|書かれました|送信しました|送信されました|申しました|からの返信)\s*[:：]\s*$",
    r"(?:写道|寫道|님이 작성)\s*[:：]\s*$",
)
"""How the line above a quote ends that says who wrote it."""

ADDRESS_LAST = re.compile(rf"{_ADDRESS}>?\s*[)）]?\s*(?:さん|様)?\s*[:：]\s*$")
"""The same without a verb, as Gmail has it in Japanese: 2026年5月14日(木) 21:07 名 <address>:"""

NAME_LAST = re.compile(r"(?:より|さん|様)\s*[:：]\s*$")

QUOTED = re.compile(r"^\s{0,2}(?:>|＞|[A-Za-z][\w.]{0,9}>(?=[ >]))")
"""A line that begins with a quote mark, the writer's initials before it allowed."""

NO_QUOTE = re.compile(
    r"^\s*(?:>>|＞＞|>|＞)\s*(?:https?://|.{0,40}(?:こちら|詳しく|詳細|お申し?込み?|クリック|click|more\b))",
    re.IGNORECASE,
)
"""A line of a newsletter that only looks like a quote."""

HEADER_LINE = re.compile(
    r"^[\s>*]{0,4}(?P<name>from|sent|date|to|cc|bcc|subject|reply-to|importance|attachments"
    r"|差出人|送信者|送信元|送信日時|送信日|日時|日付|宛先|宛て先|件名|題名|返信先|重要度|添付ファイル|ｃｃ)\s?\*?\s*[:：]\s?(?P<value>.*)$",
    re.IGNORECASE,
)
"""One line of the headers that Outlook and phones put above what they quote."""

HEADER_FROM = frozenset({"from", "差出人", "送信者", "送信元"})

FOOTER = _lines(
    r"^\s*(?:私の)?\s?(?:iphone|ipad|ipod|android|xperia|galaxy|aquos|arrows|pixel|スマートフォン|スマホ|携帯(?:電話)?|windows|outlook"
    r"|yahoo!?\s?メール(?:アプリ)?|gmail|mail|icloud|surface|huawei|oppo)[^。]{0,24}から送信(?:されました|しています|しました)?[。.]?\s*$",
    r"^\s*sent from (?:my |mail for |yahoo|outlook|gmail|proton|samsung|a ).{0,40}$",
    r"^\s*(?:get|download) outlook for (?:ios|android|mac).{0,60}$",
    r"^\s*outlook for (?:ios|android|mac) を(?:入手|ダウンロード).{0,40}$",
    r"^\s*(?:iphone版|android版)?\s*(?:outlook|yahoo!メール)\s*(?:for \w+)?\s*を入手.{0,60}$",
)
"""What phones write below a mail."""

RULE = re.compile(
    r"^\s*(?:[-‐－ー―─━=＝_＿*＊~〜～+＋・･…‥.:：■□◆◇★☆●○◎※#＃/|｜<>＜＞∽∞♪♦♢▼▲△▽┏┗┓┛┌└┐┘│┃\"'^]\s?){5,400}\s*$"
)
"""A line drawn with characters."""

SIGNATURE_RULE = re.compile(r"^\s?(?:--|－－|‐‐|――) ?$")
"""The "-- " of RFC 3676 and its look-alikes."""

CONTACT = _lines(
    r"〒\s?\d{3}",
    r"(?:tel|fax|phone|mobile|電話|携帯|ＴＥＬ|℡|直通)\s*(?:[/／.:：]|\s|\d|\()",
    r"[^\s@]@[\w-]+\.",
    r"(?<!\d)0\d{1,4}[-(‐－]\d{1,4}[-)‐－]\d{3,4}(?!\d)",
    r"[都道府県市区町村].{1,16}\d+[-丁番－]",
)
"""What a signature has and prose seldom: post code, telephone, address. (A link alone ends many a newsletter.)"""

SENTENCE = re.compile(r"[。！!？?]\s*$|(?:です|ます|ました|ません|ください|下さい)\s*$")
"""A line that ends like prose."""
