"""Why a mail is one thing rather than another: phrases that stand in it and facts of form, summing to the log-odds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise

from scipy import sparse

from followup_filter.labels import Outcome
from followup_filter.model.bundle import Model
from followup_filter.model.features import SPACE, MailText

REASONS = 6
CANDIDATES = 60
"""Words and word sequences, the strongest, that phrases are put together from."""
MAILBOX = "mailbox"
"""The feature that stands for how common the two outcomes are in this mailbox."""
REST = "rest"
"""The feature that stands for everything that is not named: other words, other characters, and the constant part."""
FORM = "form:"
"""What the name of a fact of form begins with."""

_SUBSTANCE = re.compile(r"[一-龠々ァ-ヶa-z]")
_EDGE = re.compile(r"^\W+|\W+$")
_GAP = r"[^\w]{0,3}"
# Bounded, and tried only where a number begins: linear on any text.
_NUMBER = r"(?<!\d)\d[\d,.]{0,20}"


@dataclass(frozen=True, slots=True)
class Reason:
    """A phrase or fact that a person can read, and its weight in log-odds of the outcome against the other one."""

    feature: str
    weight: float


def reasons(
    model: Model, row: sparse.csr_matrix, text: MailText, outcome: Outcome, against: Outcome, shift: float = 0.0
) -> tuple[Reason, ...]:
    """What speaks for `outcome` rather than `against` in one mail: at most six reasons, strongest first, then the rest.

    A phrase stands as in the mail (in the form of `normalize`); the weights of words within it and of character
    sequences within it are added to its own. Facts of form are named `form:<fact>`. `shift`: the log-odds of how common
    the two outcomes are in the mailbox. The weights sum to the log-odds.
    """
    words: dict[str, float] = {}
    characters: list[tuple[str, float]] = []
    found: dict[str, float] = {}
    total = model.classifier.bias(outcome, against) + shift
    if round(shift, 2):
        found[MAILBOX] = shift
    for feature, weight in model.classifier.contributions(row, outcome, against):
        total += weight
        part, _, name = feature.partition("__")
        if part == "form":
            found[FORM + name] = weight
        elif part == "characters":
            characters.append((name.strip(), weight))
        else:
            words[name] = weight
    phrases: dict[str, float] = {}
    for name, weight in nsmallest(CANDIDATES, words.items(), key=lambda item: (-abs(item[1]), item[0])):
        phrase = _phrase(name)
        if not _readable(phrase):
            continue
        wider = next((known for known in phrases if phrase in known), None)
        narrower = [known for known in phrases if wider is None and known in phrase]
        phrases[wider or phrase] = phrases.get(wider or phrase, 0.0) + weight + sum(phrases.pop(n) for n in narrower)
    together = "\n".join(phrases)
    for sequence, weight in characters:
        if len(sequence) > 1 and sequence in together:
            phrases[next(phrase for phrase in phrases if sequence in phrase)] += weight
    for phrase, weight in phrases.items():
        found[phrase] = found.get(phrase, 0.0) + weight
    named = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))[:REASONS]
    rest = total - sum(weight for _name, weight in named)
    shown = [Reason(_verbatim(name, text), round(weight, 4)) for name, weight in named]
    return (*shown, Reason(REST, round(rest, 4)))


def _phrase(name: str) -> str:
    """The words of a sequence, joined as Japanese or Latin text is."""
    words = name.split(SPACE)
    joined = words[0]
    for before, word in pairwise(words):
        joined += (" " if before[-1:].isascii() and word[:1].isascii() else "") + word
    return _EDGE.sub("", joined)


def _verbatim(phrase: str, text: MailText) -> str:
    """The phrase as the mail has it: with its numbers, capitals and marks between words."""
    if phrase.startswith(FORM) or phrase == MAILBOX:
        return phrase
    pattern = _GAP.join(_NUMBER if c == "0" else re.escape(c) for c in phrase if not c.isspace())
    match = re.search(pattern, text.readable, re.IGNORECASE)
    return " ".join(match[0].split()) if match else phrase


def _readable(phrase: str) -> bool:
    """Words with substance: two characters or more, with a kanji, katakana or letter, or a phrase of four kana."""
    return len(phrase) >= 2 and (bool(_SUBSTANCE.search(phrase)) or len(phrase.replace(" ", "")) >= 4)
