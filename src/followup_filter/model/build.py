"""`make model`: rebuilds the shipped model, the digest that guards it, and its model card, from data/samples."""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from followup_filter.labels import KINDS, OUTCOMES, Outcome
from followup_filter.model import baselines, bundle
from followup_filter.model.bundle import Model
from followup_filter.model.evaluation import Evaluation, Rate, evaluate, evaluate_model
from followup_filter.model.features import feature_names
from followup_filter.model.samples import Sample, read_mailbox
from followup_filter.model.training import Progress, make_model, out_of_fold
from followup_filter.resources import Role, mailboxes

ROOT = Path(__file__).parents[3]
STRONGEST = 30
SHIPPED_HEAD = '"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""'


CURVE = (5, 10, 20, 32)
"""Mailboxes that the plain baseline is trained on, for the learning curve."""


def build(root: Path, samples: Sequence[Sample], confirmation: Sequence[Sample] = ()) -> None:
    """Write models/classifier.joblib, models/model-card.md and src/followup_filter/model/shipped.py below `root`.

    `confirmation`: samples that are only measured on, once all is decided.
    """
    held_out = out_of_fold(samples, _progress("model"))
    model = make_model(samples, held_out)
    digest = bundle.save(model, root / "models" / "classifier.joblib")
    card = model_card(model, samples, evaluate(held_out)) + "\n".join(baseline_lines(samples)) + "\n"
    if confirmation:
        card += "\n".join(confirmation_lines(model, samples, confirmation)) + "\n"
    (root / "models" / "model-card.md").write_text(card, "utf-8")
    lines = [SHIPPED_HEAD, "", f'SHIPPED_DIGEST = "{digest}"', f'SHIPPED_VERSION = "{model.version}"', ""]
    (root / "src" / "followup_filter" / "model" / "shipped.py").write_text("\n".join(lines), "utf-8")


def _progress(what: str) -> Progress:
    return lambda done, of: print(f"{what}: fold {done} of {of}", file=sys.stderr)


def baseline_lines(samples: Sequence[Sample]) -> list[str]:
    """Keywords, labels at chance and the learning curve of the plain baseline, on the same folds."""
    mailboxes = len({sample.group for sample in samples})
    most = mailboxes - -(-mailboxes // baselines.FOLDS)
    scores = [baselines.keyword_score(samples)]
    scores.append(baselines.plain_score(samples, shuffled=True, progress=_progress("shuffled labels")))
    for size in (*(size for size in CURVE if size < most), None):
        scores.append(baselines.plain_score(samples, size, progress=_progress(f"plain, {size or most} mailboxes")))
    return [
        "",
        "## Beside it, on the same folds",
        "",
        "Keywords: a filter of four rules as an owner would write it. Plain TF-IDF: words 1-2 and characters 2-4, a "
        "calibrated linear support vector machine, trained on as many mailboxes as said, drawn by lot. 95 % intervals "
        "by drawing mailboxes anew (cluster bootstrap).",
        "",
        f"| method | mailboxes | outcome right | macro F1 | {' | '.join(f'F1 {outcome}' for outcome in OUTCOMES)} |",
        "|---" * (4 + len(OUTCOMES)) + "|",
        *(_score_row(score) for score in scores),
    ]


def confirmation_lines(model: Model, samples: Sequence[Sample], confirmation: Sequence[Sample]) -> list[str]:
    """How good the model is on mailboxes that were never used to choose anything, with the plain baseline beside it."""
    figures = evaluate_model(model, confirmation)
    plain = baselines.plain_score_on(samples, confirmation)
    return [
        "",
        "## On the confirmation mailboxes",
        "",
        f"{figures.count} mails of {figures.groups} mailboxes that were never used to choose anything.",
        "",
        *figure_rows(figures),
        "",
        *outcome_rows(figures),
        "",
        f"Plain TF-IDF trained on the same mailboxes: {_figure(plain.accuracy)} right, macro F1 "
        f"{plain.macro_f1.value:.3f} ({plain.macro_f1.low:.3f}-{plain.macro_f1.high:.3f}).",
    ]


def _score_row(score: baselines.BaselineScore) -> str:
    f1 = score.macro_f1
    cells = [score.name, str(score.mailboxes or "-"), _figure(score.accuracy)]
    cells += [f"{f1.value:.3f} ({f1.low:.3f}-{f1.high:.3f})", *(f"{score.f1[outcome]:.2f}" for outcome in OUTCOMES)]
    return f"| {' | '.join(cells)} |"


def _figure(figure: baselines.Figure) -> str:
    return f"{100 * figure.value:.1f} % ({100 * figure.low:.1f}-{100 * figure.high:.1f})"


def percent(rate: Rate) -> str:
    """A rate with its 95 % interval, as in "81.2 % (77.0-84.8)"."""
    low, high = rate.interval
    return f"{100 * rate.value:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def model_card(model: Model, samples: Sequence[Sample], figures: Evaluation) -> str:
    """The page of facts about how the model was made and how good it is, in Markdown."""
    made_with = ", ".join(f"{name} {version}" for name, version in sorted(model.made_with.items()))
    kinds = Counter(sample.kind for sample in samples)
    leads = sum(sample.outcome is Outcome.LEAD for sample in samples)
    lines = [
        "# Model card",
        "",
        "Written by `make model`; do not edit.",
        "",
        f"- Version `{model.version}`, made with {made_with}, Python {platform.python_version()}.",
        f"- Trained on {len(samples)} labelled mails of {figures.groups} invented mailboxes, one author each "
        "(data/samples; neither demo nor confirmation mailboxes are among them). No real mail.",
        "- Outcomes: a linear support vector machine over word 1-2-grams, dictionary-form 1-3-grams, words of subject, "
        "opening and closing, character 1-4-grams and facts of form; probabilities by temperature scaling on folds "
        "grouped by mailbox. Kinds: a second machine on the same features.",
        "- `plausible`: label-conditional conformal sets (Vovk 2012) from out-of-fold scores; an outcome with fewer "
        "than 19 samples (leads at 0.02: 49) could never be ruled out.",
        "- Known limit: authors are language models that were given personas; figures on real mail will differ. "
        f"{100 * leads / len(samples):.0f} % of the samples are leads; an ordinary inbox holds far fewer, so that "
        "more of the model's alarms are false there.",
        "",
        "## How good it is on mailboxes that it was not trained on",
        "",
        f"Each mailbox was predicted by a model trained on the others ({figures.groups} folds); 95 % Wilson intervals "
        "over mails, which are too narrow where mails of one mailbox resemble each other.",
        "",
        *figure_rows(figures),
        "",
        *outcome_rows(figures),
    ]
    lines += ["", "| mailbox | outcome right |", "|---|---|"]
    lines += [f"| {group} | {percent(rate)} |" for group, rate in figures.by_group.items()]
    lines += [
        "",
        "Rows: the label; columns: what the model said.",
        "",
        f"| | {' | '.join(OUTCOMES)} |",
        "|---" * 6 + "|",
    ]
    for outcome, row in zip(OUTCOMES, figures.confusion, strict=True):
        lines.append(f"| {outcome} | {' | '.join(str(count) for count in row)} |")
    lines += ["", f"Kinds in the samples: {', '.join(f'{kind} {kinds[kind]}' for kind in KINDS)}.", ""]
    lines += ["## The strongest words and facts of each outcome", ""]
    lines += [f"- {outcome}: {', '.join(names)}" for outcome, names in strongest(model).items()]
    return "\n".join(lines) + "\n"


def figure_rows(figures: Evaluation) -> list[str]:
    """The table of rates."""
    return [
        "| figure | model | always the commonest outcome |",
        "|---|---|---|",
        f"| outcome right | {percent(figures.outcome_accuracy)} | {percent(figures.majority_accuracy)} |",
        f"| macro F1 | {figures.macro_f1:.3f} | |",
        f"| kind right | {percent(figures.kind_accuracy)} | |",
        f"| leads labelled lead or sent to review | {percent(figures.leads_kept)} | 0 |",
        f"| sent to review | {percent(figures.review)} | |",
        f"| right among what is not reviewed | {percent(figures.sure_accuracy)} | |",
        f"| expected calibration error (15 bins of equal mass) | {figures.calibration_error:.3f} | |",
    ]


def outcome_rows(figures: Evaluation) -> list[str]:
    """The table of precision, recall and F1."""
    rows = ["| outcome | precision | recall | F1 | mails |", "|---|---|---|---|---|"]
    for outcome in OUTCOMES:
        score = figures.by_outcome[outcome]
        rows.append(f"| {outcome} | {score.precision:.2f} | {score.recall:.2f} | {score.f1:.2f} | {score.count} |")
    return rows


def strongest(model: Model) -> dict[str, list[str]]:
    """The readable features (no character sequences) with the largest weights of each outcome."""
    names = feature_names(model.classifier.pipeline.named_steps["features"])
    found: dict[str, list[str]] = {}
    for outcome in OUTCOMES:
        weights = model.classifier.weights_of(outcome)
        words: list[str] = []
        for column in weights.argsort()[::-1]:
            part, _, name = names[column].partition("__")
            if part != "characters" and name not in words:
                words.append(name)
            if len(words) == STRONGEST:
                break
        found[outcome] = words
    return found


if __name__ == "__main__":
    training, confirmation = (
        [sample for folder in mailboxes(role) for sample in read_mailbox(folder).samples]
        for role in (Role.TRAINING, Role.CONFIRMATION)
    )
    build(ROOT, training, confirmation)
