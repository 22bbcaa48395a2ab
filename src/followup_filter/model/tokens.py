"""Japanese words: what MeCab makes of a text, in calls that are small enough to be safe."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from followup_filter.mail.text import normalize

if TYPE_CHECKING:
    from fugashi import GenericTagger

CHUNK_LENGTH = 4_000
"""Characters a call at most: MeCab dies on runs of 193,000 letters (reliability.md section 2)."""
TEXT_LENGTH = 50_000
"""Characters of a mail that are tokenised at most."""

_NUMBER = re.compile(r"\d[\d,.]*")
_CUT = re.compile(r"[\n。！？!?]")


@lru_cache(maxsize=1)
def _tagger() -> GenericTagger:
    import unidic_lite
    from fugashi import GenericTagger

    # "-O ''" is needed, else the dictionary's own output format wins.
    return GenericTagger(f"-r {os.devnull} -d '{unidic_lite.DICDIR}' -O '' " r"-F '%m\n' -U '%m\n'")


def chunks(text: str) -> Iterator[str]:
    """`text` in pieces of at most 4,000 characters, cut behind the end of a sentence where there is one."""
    start = 0
    while start < len(text):
        end = min(start + CHUNK_LENGTH, len(text))
        if end < len(text):
            cuts = [match.end() for match in _CUT.finditer(text, start + CHUNK_LENGTH // 2, end)]
            end = cuts[-1] if cuts else end
        yield text[start:end]
        start = end


def words(text: str) -> list[str]:
    """Every word of `text` as written, normalised; numbers become "0".

    At most the first 50,000 characters are read, 4,000 a call.
    """
    text = _NUMBER.sub("0", normalize(text[:TEXT_LENGTH])[:TEXT_LENGTH].replace("\0", "")).lower()
    found: list[str] = []
    for chunk in chunks(text):
        # MeCab takes a line break for the end of its input; a full stop keeps words of two lines apart.
        lines = [line.strip() for line in chunk.split("\n")]
        parsed = _tagger().parse("。".join(line for line in lines if line)).split("\n")
        found += [word for word in parsed if word and word != "EOS" and not word.isspace()]
    return found
