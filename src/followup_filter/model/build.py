"""`make model`: rebuilds the shipped model, the digest that guards it, and its model card, from data/samples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from followup_filter.model import bundle
from followup_filter.model.card import baseline_lines, confirmation_lines, model_card
from followup_filter.model.samples import Sample, read_mailbox
from followup_filter.model.training import Progress, make_model, out_of_fold
from followup_filter.resources import Role, mailboxes

ROOT = Path(__file__).parents[3]
SHIPPED_HEAD = '"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""'


def build(root: Path, samples: Sequence[Sample], confirmation: Sequence[Sample] = ()) -> None:
    """Write models/classifier.joblib, models/model-card.md and src/followup_filter/model/shipped.py below `root`.

    `confirmation`: samples that are only measured on, once all is decided.
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


def _progress(what: str) -> Progress:
    return lambda done, of: print(f"{what}: fold {done} of {of}", file=sys.stderr)


if __name__ == "__main__":
    training, confirmation = (
        [sample for folder in mailboxes(role) for sample in read_mailbox(folder).samples]
        for role in (Role.TRAINING, Role.CONFIRMATION)
    )
    build(ROOT, training, confirmation)
