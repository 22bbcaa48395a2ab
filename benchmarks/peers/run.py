"""`make peers`: the model and its peers on the same mails and folds; writes the tables of docs/model.md.

Cross-validation: each mail is judged by a filter that learned from other mailboxes only. Stream: one mailbox in time
order; the peers start from nothing and learn the true label of every mail after judging it; the shipped model, fitted
without that mailbox, learns from its mistakes only.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, recall_score

from benchmarks.peers.filters import Bogofilter, Bsfilter, ComplementBayes, Filter
from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.learning import play_stream, shipped_samples
from followup_filter.mail.render import render
from followup_filter.model.classifier import Classifier, grouped_folds
from followup_filter.model.features import analyse
from followup_filter.model.samples import Sample, read_records
from followup_filter.model.training import OUT_OF_FOLD_FOLDS, out_of_fold
from followup_filter.resources import Role, mailboxes

DOCUMENT = Path(__file__).parents[2] / "docs" / "model.md"
BEGIN, END = "<!-- peers: made by `make peers` -->", "<!-- peers end -->"
STREAM_SMALLEST = 400
FIRST, LAST = 50, 100
"""Mails of a stream in which the shipped model must be as good as the peers become in the last mails."""


@dataclass(frozen=True)
class Score:
    """What one filter came to; `speed`: mails judged a second, one thread; `memory`: KB."""

    name: str
    accuracy: float
    macro_f1: float
    lead_recall: float
    speed: float
    memory: int


def main() -> None:
    """Measure everything and write the tables."""
    missing = [program for program in ("bogofilter", "bsfilter") if not shutil.which(program)]
    if missing:
        sys.exit(f"Install {' and '.join(missing)} first (Debian packages of the same names).")
    samples = shipped_samples()
    with tempfile.TemporaryDirectory(prefix="followup-filter-peers-") as folder:
        files = write_mails(Path(folder) / "mail")
        paths = [files[sample.group, sample.id] for sample in samples]
        scores = [ours(samples)]
        for name, make in peers(Path(folder)):
            scores.append(cross_validated(name, make, samples, paths))
        streams = [
            stream(name, [sample for sample in samples if sample.group == name], files, Path(folder))
            for name in sorted({sample.group for sample in samples})
            if sum(sample.group == name for sample in samples) >= STREAM_SMALLEST
        ]
    lines = [BEGIN, "", *score_table(scores), "", *(line for table in streams for line in table), END]
    text = DOCUMENT.read_text("utf-8")
    before, rest = text.split(BEGIN)
    DOCUMENT.write_text(before + "\n".join(lines) + rest.split(END)[1], "utf-8")
    print("\n".join(lines))


def peers(folder: Path) -> list[tuple[str, Callable[[], Filter]]]:
    """The peers by name, each made empty."""
    return [
        ("bogofilter, one against rest", lambda: Bogofilter(folder / "bogofilter")),
        ("bsfilter, one against rest", lambda: Bsfilter(folder / "bsfilter")),
        ("TF-IDF + complement naive Bayes", ComplementBayes),
    ]


def write_mails(folder: Path) -> dict[tuple[str, str], Path]:
    """Every training mail as an .eml file; returns the file by mailbox and id."""
    files = {}
    for mailbox in mailboxes(Role.TRAINING):
        place = folder / mailbox.name
        place.mkdir(parents=True)
        for record in read_records(mailbox / "mails.jsonl"):
            file = place / f"{record['id']}.eml"
            file.write_bytes(render(record, mailbox.name, "owner@example.jp"))
            files[mailbox.name, record["id"]] = file
    return files


def ours(samples: Sequence[Sample]) -> Score:
    """The model of this program."""
    held_out = out_of_fold(samples)
    classifier = Classifier.fit(samples, [analyse(sample.message) for sample in samples])
    began = time.perf_counter()
    classifier.probabilities(classifier.transform([analyse(sample.message) for sample in samples]))
    return scored("followup-filter", samples, held_out.predicted, time.perf_counter() - began, _own_memory())


def _own_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cross_validated(name: str, make: Callable[[], Filter], samples: Sequence[Sample], files: Sequence[Path]) -> Score:
    """A peer on the folds that the model is measured on."""
    outcomes = [sample.outcome for sample in samples]
    folds = grouped_folds([o.value for o in outcomes], [sample.group for sample in samples], OUT_OF_FOLD_FOLDS)
    predicted = [Outcome.OTHER] * len(samples)
    seconds = 0.0
    for train, test in folds:
        peer = make()
        peer.learn([files[row] for row in train], [outcomes[row] for row in train])
        began = time.perf_counter()
        said = peer.judge([files[row] for row in test])
        seconds += time.perf_counter() - began
        for row, outcome in zip(test, said, strict=True):
            predicted[row] = outcome
    print(name, "done", file=sys.stderr)
    return scored(name, samples, predicted, seconds, peer.memory(list(files)))


def scored(name: str, samples: Sequence[Sample], predicted: Sequence[Outcome], seconds: float, memory: int) -> Score:
    """Figures of one set of predictions."""
    truth, said = [s.outcome.value for s in samples], [outcome.value for outcome in predicted]
    labels = [outcome.value for outcome in OUTCOMES]
    return Score(
        name,
        float(np.mean([a == b for a, b in zip(truth, said, strict=True)])),
        float(f1_score(truth, said, labels=labels, average="macro", zero_division=0.0)),
        float(recall_score(truth, said, labels=[Outcome.LEAD.value], average="macro", zero_division=0.0)),
        len(samples) / seconds,
        memory,
    )


def score_table(scores: Sequence[Score]) -> list[str]:
    """The table of cross-validated figures; speed as a ratio to this program's in the same run."""
    rows = [
        "| filter | outcome right | macro F1 | leads found | mails a second | memory |",
        "|---|---|---|---|---|---|",
    ]
    for score in scores:
        speed = f"{score.speed / scores[0].speed:.2f} of ours" if score is not scores[0] else "1"
        figures = f"{score.accuracy:.1%} | {score.macro_f1:.3f} | {score.lead_recall:.1%}"
        rows.append(f"| {score.name} | {figures} | {speed} | {score.memory / 1024:.0f} MB |")
    return rows


def stream(name: str, samples: Sequence[Sample], files: dict[tuple[str, str], Path], folder: Path) -> list[str]:
    """The table of one mailbox played in time order."""
    ordered = sorted(samples, key=lambda sample: (sample.message.date is None, sample.message.date, sample.id))
    truth = [sample.outcome for sample in ordered]
    steps = play_stream(samples, lambda sentence: None, lambda _done: None)
    runs = {
        "followup-filter, no corrections": [step.alone for step in steps],
        "followup-filter, mistakes corrected": [step.taught for step in steps],
    }
    for peer_name, make in peers(folder):
        peer = make()
        said = []
        for sample in ordered:
            file = files[sample.group, sample.id]
            said += peer.judge([file])
            peer.learn([file], [sample.outcome])
        runs[f"{peer_name}, from nothing"] = said
        print(name, peer_name, "done", file=sys.stderr)
    rows = [
        f"`{name}`, {len(ordered)} mails in time order:",
        "",
        f"| filter | first {FIRST} | all | last {LAST} | leads found |",
        "|---|---|---|---|---|",
    ]
    for run, said in runs.items():
        right = np.array([a is b for a, b in zip(said, truth, strict=True)])
        leads = [a is b for a, b in zip(said, truth, strict=True) if b is Outcome.LEAD]
        shares = f"{right[:FIRST].mean():.0%} | {right.mean():.1%} | {right[-LAST:].mean():.0%}"
        rows.append(f"| {run} | {shares} | {sum(leads)} of {len(leads)} |")
    return [*rows, ""]


if __name__ == "__main__":
    main()
