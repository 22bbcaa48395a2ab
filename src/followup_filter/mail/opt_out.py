"""Whether words or a link offer to leave a broadcast."""

from __future__ import annotations

import re

from followup_filter.mail.text import normalize

WORDS_LENGTH = 50_000
"""Characters at the start and at the end of a text that are searched; the offer stands in the footer."""

# Two steps: the second pattern is slow to try at every character, and the first is not.
_TRIGGER = re.compile("配信|受信|購読|登録|メル|メー|案内|お知|送信|今後|停止|unsub|opt|manage |stop rec|no longer")
_OFFER = re.compile(
    r"(?:配信|受信|購読|登録|メルマガ|メールマガジン|メール|案内|お知らせ)(?:リスト)?\s?[をのは]?\s?ご?"
    r"(?:停止|解除|中止|拒否|取り?消し|止め|とめ|やめ|不要|キャンセル|からの?削除|から外)"
    r"|(?:配信|受信|購読|送信|メール|案内|お知らせ)\s?[がをは]?\s?ご?(?:不要|希望(?:し|され|さ|で)?な|望まれな|必要の?な)"
    r"|今後[^。\n]{0,30}(?:不要|希望(?:し|され|で)な|停止|送らないで|お断り)"
    r"|停止[」』]?\s?と[^。\n]{0,12}(?:返信|送信)"
    r"|unsubscrib|opt[- ]?out|manage (?:your )?(?:e-?mail )?preferences|stop receiving"
    r"|no longer (?:wish|want) to receive"
)
_TARGET = re.compile(r"unsub|opt-?out|haishin-?teishi|/(?:stop|taikai|kaijo|remove|cancel|leave)\b", re.IGNORECASE)


def offers_opt_out(text: str) -> bool:
    """True when `text` says how its mails can be stopped (配信停止, 購読解除, unsubscribe …)."""
    for words in (text,) if len(text) <= 2 * WORDS_LENGTH else (text[:WORDS_LENGTH], text[-WORDS_LENGTH:]):
        words = normalize(words).lower()
        if any(_OFFER.match(words, trigger.start()) for trigger in _TRIGGER.finditer(words)):
            return True
    return False


def leads_out(target: str, words: str) -> bool:
    """True when a link (its address, and the words it is under) offers to stop a broadcast."""
    return _TARGET.search(target) is not None or offers_opt_out(words[:400])
