"""`make model`: rebuilds the shipped model, the digest that guards it, and its model card, from data/samples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from followup_filter.model import bundle
from followup_filter.model.card import baseline_lines, confirmation_lines, model_card
from followup_filter.model.causes import causes, everyday, learn
from followup_filter.model.samples import Mailbox, Sample, read_mailbox
from followup_filter.model.training import OutOfFold, Progress, make_model, out_of_fold
from followup_filter.resources import Role, mailboxes

ROOT = Path(__file__).parents[3]
SHIPPED_HEAD = '"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""'
LEARNED_HEAD = (
    '"""What `make model` learned from the samples: log-odds of an event having caused a mail (`likelihood`)."""'
)


def build(root: Path, samples: Sequence[Sample], confirmation: Sequence[Sample] = ()) -> OutOfFold:
    """Write models/classifier.joblib, models/model-card.md and src/followup_filter/model/shipped.py below `root`.

    `confirmation`: samples that are only measured on, once all is decided. Returns the out-of-fold predictions.
    """
    held_out = out_of_fold(samples, _progress("model"))
    model = make_model(samples, held_out)
    digest = bundle.save(model, root / "models" / "classifier.joblib")
    card = model_card(model, samples, held_out) + "\n".join(baseline_lines(samples, _progress)) + "\n"
    if confirmation:
        card += "\n".join(confirmation_lines(model, samples, confirmation)) + "\n"
    (root / "models" / "model-card.md").write_text(card, "utf-8")
    lines = [SHIPPED_HEAD, "", f'SHIPPED_DIGEST = "{digest}"', f'SHIPPED_VERSION = "{model.version}"', ""]
    (root / "src" / "followup_filter" / "model" / "shipped.py").write_text("\n".join(lines), "utf-8")
    return held_out


def build_causes(root: Path, boxes: Sequence[Mailbox], held_out: OutOfFold) -> None:
    """Write src/followup_filter/events/learned.py below `root`, from mailboxes and predictions of their mails."""
    everyday_of = everyday(held_out)
    learned = learn([cause for box in boxes for cause in causes(box, everyday_of)])
    lines = [LEARNED_HEAD, "", f"SHARE = {learned.share}", "COEFFICIENTS = {"]
    lines += [f'    "{name}": {value},' for name, value in sorted(learned.coefficients.items())] + ["}", ""]
    (root / "src" / "followup_filter" / "events" / "learned.py").write_text("\n".join(lines), "utf-8")


def _progress(what: str) -> Progress:
    return lambda done, of: print(f"{what}: fold {done} of {of}", file=sys.stderr)


if __name__ == "__main__":
    training, confirmation = (
        [read_mailbox(folder) for folder in mailboxes(role)] for role in (Role.TRAINING, Role.CONFIRMATION)
    )
    predicted = build(
        ROOT,
        [sample for box in training for sample in box.samples],
        [sample for box in confirmation for sample in box.samples],
    )
    build_causes(ROOT, training, predicted)
