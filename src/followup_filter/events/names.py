"""When two names of people, companies, events or places are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAMES_KEPT = 20_000
"""Names of events, companies and places whose form for matching is remembered."""

FREEMAIL_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.co.jp",
        "yahoo.com",
        "ymail.ne.jp",
        "outlook.com",
        "outlook.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "live.jp",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "ymobile.ne.jp",
        "rakuten.jp",
        "nifty.com",
        "biglobe.ne.jp",
        "ocn.ne.jp",
        "so-net.ne.jp",
        "plala.or.jp",
        "excite.co.jp",
        "goo.jp",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "163.com",
        "naver.com",
    ]
)
"""Domains shared by strangers, so that a shared domain says nothing; public providers, from their own sites."""

_FREEMAIL_NAMES = frozenset(
    ["gmail", "ymail", "yahoo", "outlook", "hotmail", "icloud", "docomo", "ezweb", "softbank", "freemail", "webmail"]
)
_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|一般財団法人|特定非営利活動法人|NPO法人|医療法人|社会福祉法人|"
    r"\(株\)|\(有\)|\(同\)|(?<![a-z])(?:co\.?,? ?ltd\.?|inc\.?|llc|k\.k\.)(?![a-z])",
    re.IGNORECASE,
)
_GENERAL_NAMES = frozenset(
    [
        *("交流会", "名刺交換会", "異業種交流会", "ビジネス交流会", "ランチ会", "朝食会", "懇親会", "例会", "勉強会"),
        *("セミナー", "経営者"),
    ]
)
"""Names that any event may have, so that they name none."""
_VARIANTS = str.maketrans("髙﨑邊邉齋齊斎濵濱德澤廣國櫻惠眞", "高崎辺辺斉斉斉浜浜徳沢広国桜恵真")


def is_freemail(domain: str) -> bool:
    """True when many unrelated people share `domain`, so that it identifies no company."""
    return domain in FREEMAIL_DOMAINS or domain.split(".")[0] in _FREEMAIL_NAMES


def folded(text: str) -> str:
    """`text` in one form for matching: NFKC, lower case, variant kanji folded, no spaces or middle dots."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)
    # Taking a mark out can bring characters together that NFKC joins.
    return unicodedata.normalize("NFKC", re.sub(r"[\s・･、,。|/「」『』【】()\[\]〜~-]+", "", text))


def person(name: str) -> str:
    """A person's name for matching: folded, without 様, さん, 氏 at its end."""
    return re.sub(r"(様|さま|さん|氏|先生)$", "", folded(name))


@lru_cache(maxsize=NAMES_KEPT)
def folded_name(name: str) -> str:
    """`folded` for names, which are asked for again with every mail."""
    return folded(name)


@lru_cache(maxsize=NAMES_KEPT)
def company(name: str) -> str:
    """A company's name for matching: folded, without its legal form (株式会社, (株), ㈱ …)."""
    return folded(_LEGAL_FORM.sub("", unicodedata.normalize("NFKC", name)))


@lru_cache(maxsize=NAMES_KEPT)
def event_short_forms(name: str) -> tuple[str, ...]:
    """The forms in which people name an event, longest first, folded; forms under 4 characters are left out.

    "夜の名刺交換会 第8回" is also "夜の名刺交換会", "経営者朝食会 6月" also "経営者朝食会".
    """
    whole = unicodedata.normalize("NFKC", name)
    bare = re.sub(
        r"\(.*?\)|第\s*\d+\s*(?:回|期)|vol\.?\s*\d+|#\d+|\d{4}年?|\d{1,2}月度?(?:例会)?|\d{1,2}/\d{1,2}",
        " ",
        whole,
        flags=re.I,
    )
    # A single English word (business, Tokyo) is part of too many names.
    pieces = [piece for piece in re.split(r"[\s「」『』【】|/:~〜\-・]+", bare) if not piece.isascii()]
    forms = {folded(whole), folded(bare), *(folded(piece) for piece in pieces)}
    fitting = (form for form in forms if len(form) >= 4 and form not in _GENERAL_NAMES)
    return tuple(sorted(fitting, key=lambda form: (-len(form), form)))
