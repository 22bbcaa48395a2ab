"""Tables as CSV that Excel opens with Japanese intact and that carry no formulas."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.report.leads import local, sender_name
from followup_filter.report.scorecard import Scorecard
from followup_filter.store.results import Decision

BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"\s*[\t\r\0=+\-@]")


def defused(cell: str) -> str:
    """`cell` as text that no spreadsheet takes for a formula (OWASP ASVS 1.2.10): "'" in front where it might be.

    Leading blanks and full-width ＝＋－＠ count as well.
    """
    return f"'{cell}" if _FORMULA.match(unicodedata.normalize("NFKC", cell)) else cell


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return buffer.getvalue()


def scorecards_table(cards: Iterable[Scorecard]) -> str:
    """One row an event; the last row, without id, is mail of no event."""
    header = [
        "event",
        "name",
        "date",
        "mails",
        *OUTCOMES,
        "review",
        "leads",
        "leads_sure",
        "fee",
        "days_left",
        "verdict",
        "leads_by_hand",
        "orders",
        "order_yen",
    ]
    rows = [
        [
            card.event.id if card.event else None,
            card.event.name if card.event else None,
            card.event.date.isoformat() if card.event else None,
            card.mails,
            *(card.by_outcome[outcome] for outcome in OUTCOMES),
            card.review,
            card.leads,
            card.leads_sure,
            card.event.fee if card.event else None,
            card.days_left,
            card.verdict.value if card.verdict else None,
            card.leads_by_hand,
            card.orders,
            card.order_yen,
        ]
        for card in cards
    ]
    return _table(header, rows)


def mails_table(decisions: Iterable[Decision]) -> str:
    """One row a mail; names and subjects beside network marketing are left out (design.md, promise 11)."""
    header = [
        "number",
        "date",
        "from_name",
        "from_address",
        "subject",
        "outcome",
        "kind",
        "probability",
        "review",
        "event",
    ]
    rows = []
    for decision in decisions:
        message = decision.stored.message
        named = decision.outcome is not Outcome.NETWORK_MARKETING
        rows.append(
            [
                decision.stored.number,
                local(message.date).isoformat() if message.date else None,
                sender_name(message) if named else "",
                message.from_address.address if message.from_address and named else "",
                message.subject if named else "",
                decision.outcome.value,
                decision.kind.value,
                round(decision.probability, 4),
                int(decision.review),
                decision.event,
            ]
        )
    return _table(header, rows)
