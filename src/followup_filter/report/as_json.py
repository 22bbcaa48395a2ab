"""The report as JSON for programs; keys are only ever added to (docs/json.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.report.leads import Lead
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.summary import ReviewItem, Summary
from followup_filter.store.results import Decision


def _moment(when: datetime | date | None) -> str | None:
    return when.isoformat() if when else None


def lead_values(lead: Lead) -> dict[str, Any]:
    """One lead as JSON values."""
    return {
        "id": lead.id,
        "number": lead.number,
        "numbers": list(lead.numbers),
        "name": lead.name,
        "company": lead.company,
        "address": lead.address,
        "kind": lead.kind,
        "event": lead.event,
        "received": _moment(lead.received),
        "days": lead.days,
        "waiting": lead.waiting,
        "deadline": _moment(lead.deadline),
        "days_named": [day.isoformat() for day in lead.days_named],
        "amount": lead.amount,
        "sentence": lead.sentence,
        "sure": lead.sure,
        "confirmed": lead.confirmed,
        "in_junk": lead.in_junk,
        "by_hand": lead.by_hand,
        "snoozed_until": _moment(lead.snoozed_until),
        "result": lead.result,
        "order_yen": lead.order_yen,
    }


def review_values(item: ReviewItem) -> dict[str, Any]:
    """One mail to check as JSON values; names and subjects beside network marketing are left out (promise 11)."""
    named = Outcome.NETWORK_MARKETING not in (item.outcome, *item.others)
    return {
        "number": item.number,
        "name": item.name if named else "",
        "company": item.company if named else "",
        "subject": item.subject if named else "",
        "outcome": item.outcome,
        "others": list(item.others),
        "sentence": item.sentence,
        "in_junk": item.in_junk,
    }


def scorecard_values(card: Scorecard) -> dict[str, Any]:
    """One scorecard as JSON values; `event` null stands for mail of no event."""
    event = card.event
    return {
        "event": event.id if event else None,
        "name": event.name if event else None,
        "date": _moment(event.date) if event else None,
        "mails": card.mails,
        "by_outcome": {outcome.value: card.by_outcome[outcome] for outcome in OUTCOMES},
        "by_kind": {kind.value: count for kind, count in sorted(card.by_kind.items())},
        "review": card.review,
        "leads": card.leads,
        "leads_sure": card.leads_sure,
        "leads_by_hand": card.leads_by_hand,
        "orders": card.orders,
        "order_yen": card.order_yen,
        "cards": card.cards,
        "cards_written": card.cards_written,
        "fee": event.fee if event else None,
        "yen_per_lead": card.yen_per_lead,
        "days_left": card.days_left,
        "verdict": card.verdict,
    }


def summary_values(summary: Summary) -> dict[str, Any]:
    """The whole report as JSON values."""
    scan = summary.scan
    return {
        "now": summary.now.isoformat(),
        "leads": [lead_values(lead) for lead in summary.leads],
        "review": [review_values(item) for item in summary.review],
        "scorecards": [scorecard_values(card) for card in summary.scorecards],
        "scan": {
            "mails": scan.mails,
            "first": _moment(scan.first),
            "last": _moment(scan.last),
            "ended": _moment(scan.ended),
            "cut_off": scan.cut_off,
            "new": scan.new,
            "new_leads": scan.new_leads,
            "unreadable": [{"number": number, "reason": reason} for number, reason in scan.unreadable],
            "in_trash": scan.in_trash,
        },
        "model_version": summary.model_version,
        "corrections": summary.corrections,
        "learning": {
            "own": summary.learning.own,
            "learned": summary.learning.when.isoformat() if summary.learning.when else None,
            "waiting": summary.learning.waiting,
            "kept_aside": summary.learning.kept_aside,
        },
        "audit": {
            "unopened": summary.audit.unopened,
            "looked_at": summary.audit.looked_at,
            "found": summary.audit.found,
            "most_missed": summary.audit.most_missed,
            "next": [item.number for item in summary.audited],
        },
        "questions": {
            "strangers": summary.strangers,
            "events": [
                {"name": each.event.name, "date": each.event.date.isoformat(), "source": each.source}
                for each in summary.suggestions
            ],
        },
        "faults": [
            {
                "account": fault.account,
                "folder": fault.folder,
                "sentence": fault.sentence,
                "exit_status": fault.exit_status,
                "first_night": fault.first_night.isoformat(),
                "nights": fault.nights,
            }
            for fault in summary.faults
        ],
    }


def mail_values(decision: Decision) -> dict[str, Any]:
    """One judged mail as JSON values; names and subjects beside network marketing are left out (promise 11)."""
    message = decision.stored.message
    sender = message.from_address if decision.outcome is not Outcome.NETWORK_MARKETING else None
    return {
        "number": decision.stored.number,
        "date": _moment(message.date),
        "from_name": sender.name if sender else "",
        "from": sender.address if sender else "",
        "subject": message.subject if decision.outcome is not Outcome.NETWORK_MARKETING else "",
        "outcome": decision.outcome,
        "kind": decision.kind,
        "probability": decision.probability,
        "review": decision.review,
        "confirmed": decision.confirmed,
        "event": decision.event,
        "event_probability": decision.event_probability,
    }
