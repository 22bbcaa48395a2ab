"""Where the signature at the end of a text begins."""

from __future__ import annotations

from collections.abc import Sequence

from followup_filter.mail import markers
from followup_filter.mail.opt_out import offers_opt_out

SIGNATURE_LINES = 12
REACH = 40
"""Lines from the end, rules and empty ones included, among which a signature is looked for."""
LINE_LENGTH = 400


def split_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines before the signature, and the signature; one of them may be empty.

    A signature stands at the end, has at most 12 lines, begins with "-- " or a drawn rule, and names a way to reach
    the writer. What offers to stop a newsletter is none.
    """
    heads = [line[:LINE_LENGTH] for line in lines]
    start = len(heads)
    count = 0
    begin = None
    while start and count <= SIGNATURE_LINES and len(heads) - start < REACH:
        start -= 1
        head = heads[start]
        if markers.SIGNATURE_RULE.match(head):
            begin = start if _is_signature(heads[start + 1 :], by_rule_alone=True) else begin
            break
        if markers.RULE.match(head):
            begin = start if _is_signature(heads[start + 1 :], by_rule_alone=False) else begin
        elif head.strip():
            count += 1
    if begin is None or not any(head.strip() for head in heads[:begin]):
        return list(lines), []
    end = len(lines)
    while end > begin and (not heads[end - 1].strip() or markers.RULE.match(heads[end - 1])):
        end -= 1
    return list(lines[:begin]), list(lines[begin + 1 : end])


def _is_signature(lines: Sequence[str], by_rule_alone: bool) -> bool:
    """Whether lines name a writer rather than go on with the text; below "-- " anything short does that is no prose."""
    said = [line for line in lines if line.strip() and not markers.RULE.match(line)]
    if not said or offers_opt_out("\n".join(said)):
        return False
    sentences = sum(markers.SENTENCE.search(line) is not None for line in said)
    contacts = sum(markers.CONTACT.search(line) is not None for line in said)
    if by_rule_alone:
        return sentences == 0 or contacts > 0
    return contacts > 0 and (sentences == 0 or (sentences == 1 and contacts >= 2))
