"""Outcomes and kinds: the one place that knows their names and their order (labels.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from followup_filter.language import gettext as _


class Outcome(StrEnum):
    """What a mail is for the person who received it; the lead comes first, as on every screen."""

    LEAD = "lead"
    NETWORK_MARKETING = "network_marketing"
    MEMBERSHIP_VENUE = "membership_venue"
    NEWSLETTER = "newsletter"
    OTHER = "other"


class Kind(StrEnum):
    """The finer label; every kind belongs to exactly one outcome."""

    INQUIRY = "inquiry"
    COMMISSION = "commission"
    REFERRAL = "referral"
    NETWORK_MARKETING = "network_marketing"
    MEMBERSHIP = "membership"
    VENUE = "venue"
    NEWSLETTER = "newsletter"
    SALES_PITCH = "sales_pitch"
    FREE_ADVICE = "free_advice"
    BLIND_REFERRAL = "blind_referral"
    COURTESY = "courtesy"
    LOGISTICS = "logistics"
    UNRELATED = "unrelated"


OUTCOMES: Final[tuple[Outcome, ...]] = tuple(Outcome)
KINDS: Final[tuple[Kind, ...]] = tuple(Kind)

KINDS_OF_OUTCOME: Final[dict[Outcome, tuple[Kind, ...]]] = {
    Outcome.LEAD: (Kind.INQUIRY, Kind.COMMISSION, Kind.REFERRAL),
    Outcome.NETWORK_MARKETING: (Kind.NETWORK_MARKETING,),
    Outcome.MEMBERSHIP_VENUE: (Kind.MEMBERSHIP, Kind.VENUE),
    Outcome.NEWSLETTER: (Kind.NEWSLETTER,),
    Outcome.OTHER: (
        Kind.SALES_PITCH,
        Kind.FREE_ADVICE,
        Kind.BLIND_REFERRAL,
        Kind.COURTESY,
        Kind.LOGISTICS,
        Kind.UNRELATED,
    ),
}

OUTCOME_OF_KIND: Final[dict[Kind, Outcome]] = {
    kind: outcome for outcome, kinds in KINDS_OF_OUTCOME.items() for kind in kinds
}


LABELS: Final[tuple[str, ...]] = tuple(dict.fromkeys([*(o.value for o in OUTCOMES), *(k.value for k in KINDS)]))
"""Every identifier that names an outcome or a kind, each once."""


def parse_label(text: str) -> tuple[Outcome, Kind | None]:
    """The outcome, and the kind where the identifier names one, of a label as people type it.

    An outcome with a single kind names that kind too. Raises ValueError for any other text.
    """
    if text in OUTCOMES:
        outcome = Outcome(text)
        kinds = KINDS_OF_OUTCOME[outcome]
        return outcome, kinds[0] if len(kinds) == 1 else None
    if text in KINDS:
        kind = Kind(text)
        return OUTCOME_OF_KIND[kind], kind
    raise ValueError(_("{label} is no label; labels are {labels}").format(label=text, labels=", ".join(LABELS)))
