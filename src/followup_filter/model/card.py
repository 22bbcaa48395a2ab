"""The model card in Markdown: how the model was made, how good it is, and what it has to beat."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from followup_filter.labels import KINDS, OUTCOMES, Outcome
from followup_filter.model import baselines
from followup_filter.model.bundle import Model
from followup_filter.model.evaluation import CALIBRATION_BINS, Evaluation, Rate, evaluate, judged_by, reviews
from followup_filter.model.features import feature_names
from followup_filter.model.samples import Sample
from followup_filter.model.training import OutOfFold

STRONGEST = 30
CURVE = (5, 10, 20, 32)
"""Mailboxes that the plain baseline is trained on, for the learning curve."""
ORDINARY = 0.05
"""A mailbox with a smaller share of leads is an ordinary inbox."""

Progress = Callable[[str], Callable[[int, int], None]]
"""Given what is being done, a function that is called with (folds done, folds in all)."""


def baseline_lines(samples: Sequence[Sample], progress: Progress) -> list[str]:
    """Keywords, labels at chance and the learning curve of the plain baseline, on the same folds."""
    mailboxes = len({sample.group for sample in samples})
    most = mailboxes - -(-mailboxes // baselines.FOLDS)
    scores = [baselines.keyword_score(samples)]
    scores.append(baselines.plain_score(samples, shuffled=True, progress=progress("shuffled labels")))
    for size in (*(size for size in CURVE if size < most), None):
        scores.append(baselines.plain_score(samples, size, progress=progress(f"plain, {size or most} mailboxes")))
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
    judged, review = judged_by(model, confirmation)
    figures = evaluate(judged, review)
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
        *mix_lines(judged, review),
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


def model_card(model: Model, samples: Sequence[Sample], held_out: OutOfFold) -> str:
    """The page of facts about how the model was made and how good it is, in Markdown."""
    review = reviews(held_out)
    figures = evaluate(held_out, review)
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
        "- Outcomes: a linear support vector machine over word 1-3-grams, character 1-4-grams and facts of form; "
        "probabilities by temperature scaling on folds grouped by mailbox. Kinds: a second machine on the same "
        "features.",
        "- `plausible`: label-conditional conformal sets (Vovk 2012) from out-of-fold scores; an outcome with fewer "
        "than 19 samples (leads at 0.02: 49) could never be ruled out.",
        "- Known limit: authors are language models that were given personas; figures on real mail will differ. "
        f"{100 * leads / len(samples):.0f} % of the samples are leads, about 3 % of an ordinary inbox: the mix of a "
        "mailbox is told from its mail and counted in (docs/model.md), figures are given for both.",
        "",
        "## How good it is on mailboxes that it was not trained on",
        "",
        f"Each mailbox was predicted by a model trained on the others ({figures.groups} folds); 95 % Wilson intervals "
        "over mails, which are too narrow where mails of one mailbox resemble each other.",
        "",
        *figure_rows(figures),
        "",
        *outcome_rows(figures),
        "",
        *mix_lines(held_out, review),
        *reliability_lines(held_out),
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


def mix_lines(held_out: OutOfFold, review: Sequence[bool]) -> list[str]:
    """Figures of event mailboxes and of ordinary inboxes apart: they differ in what they hold."""
    groups = np.array([sample.group for sample in held_out.samples])
    truth = np.array([sample.outcome is Outcome.LEAD for sample in held_out.samples])
    said = np.array([outcome is Outcome.LEAD for outcome in held_out.predicted])
    right = np.array([a is s.outcome for a, s in zip(held_out.predicted, held_out.samples, strict=True)])
    looked = np.array(review)
    ordinary = np.isin(groups, [name for name in np.unique(groups) if truth[groups == name].mean() < ORDINARY])
    rows = [
        "| mailboxes | mails | leads | outcome right | false leads per 100 | of these not in review | review per 100 | "
        "leads lost |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, inside in (("after events", ~ordinary), ("ordinary inbox", ordinary)):
        if not inside.any():
            continue
        count = int(inside.sum())
        false = inside & said & ~truth
        lost = int((inside & truth & ~said & ~looked).sum())
        rows.append(
            f"| {name} | {count} | {int(truth[inside].sum())} | {percent(Rate(int(right[inside].sum()), count))} | "
            f"{100 * false.sum() / count:.1f} | {100 * (false & ~looked).sum() / count:.1f} | "
            f"{100 * looked[inside].mean():.1f} | {lost} |"
        )
    return rows


def reliability_lines(held_out: OutOfFold) -> list[str]:
    """The reliability diagram as a table: stated probability against share of right answers, bins of equal mass."""
    stated = held_out.outcomes.max(axis=1)
    right = np.array([a is s.outcome for a, s in zip(held_out.predicted, held_out.samples, strict=True)])
    rows = ["", "| stated | right | |", "|---|---|---|"]
    for part in np.array_split(np.argsort(stated, kind="stable"), CALIBRATION_BINS):
        if len(part):
            share = float(right[part].mean())
            rows.append(f"| {stated[part].mean():.2f} | {share:.2f} | {'█' * round(20 * share)} |")
    return rows


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
