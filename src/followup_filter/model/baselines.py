"""What the model has to beat: the commonest outcome, keywords, plain TF-IDF; and how much more mailboxes bring.

Every figure is on mailboxes that were not trained on. Intervals come from drawing mailboxes anew, since mails of one
mailbox resemble each other (cluster bootstrap: Field and Welsh 2007, "Bootstrapping clustered data").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import FeatureUnion, Pipeline
from threadpoolctl import threadpool_limits

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.classifier import SEED, calibrated_machine, grouped_folds
from followup_filter.model.features import MailText, analyse, characters
from followup_filter.model.samples import Sample

FOLDS = 10
DRAWS = 1_000
"""How often mailboxes are drawn anew for an interval."""

KEYWORDS: Mapping[Outcome, re.Pattern[str]] = {
    Outcome.NETWORK_MARKETING: re.compile(
        r"権利収入|副収入|不労所得|すごい人|成功者|ネットワークビジネス|会わせたい|自由な働き方|収入の柱|製品の愛用"
    ),
    Outcome.MEMBERSHIP_VENUE: re.compile(
        r"入会|年会費|月会費|正会員|会員募集|オンラインサロン|コワーキング|貸会議室|レンタルスペース|バーチャルオフィス"
    ),
    Outcome.NEWSLETTER: re.compile(
        r"配信停止|配信解除|メルマガ|メールマガジン|第\d+号|vol\.\d|ニュースレター|unsubscribe", re.I
    ),
    Outcome.LEAD: re.compile(
        r"見積|お願いできますか|お願いできないでしょうか|お願いしたい|おいくら|いくらくらい|ご登壇|ご執筆|ご相談したい|"
        r"ご紹介したい|予算|納期|発注|quote|budget",
        re.I,
    ),
}
"""A filter as an owner would write it by hand: the first rule with a word in the mail wins, else `other`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over held-out mails, with its 95 % interval by drawing mailboxes anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BaselineScore:
    """How a simple method does. `mailboxes`: how many it was trained on (0: none is needed)."""

    name: str
    mailboxes: int
    accuracy: Figure
    macro_f1: Figure
    f1: Mapping[Outcome, float]


def keyword_outcome(sample: Sample) -> Outcome:
    """What the keyword rules say of a mail."""
    text = f"{sample.message.subject}\n{sample.message.text}"
    return next((outcome for outcome, words in KEYWORDS.items() if words.search(text)), Outcome.OTHER)


def keyword_score(samples: Sequence[Sample]) -> BaselineScore:
    """The keyword rules on these samples; they learn nothing."""
    return _score("keywords", 0, samples, [keyword_outcome(sample) for sample in samples])


def plain_pipeline(labels: Sequence[str], groups: Sequence[str]) -> Pipeline:
    """The unfitted plain baseline: TF-IDF of word 1-2-grams and character 2-4-grams, a calibrated linear machine."""
    words = TfidfVectorizer(
        preprocessor=_surface, token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, sublinear_tf=True
    )
    letters = TfidfVectorizer(
        preprocessor=characters, analyzer="char", ngram_range=(2, 4), min_df=3, max_features=150_000, sublinear_tf=True
    )
    features = FeatureUnion([("words", words), ("characters", letters)])
    return Pipeline([("features", features), ("machine", calibrated_machine(labels, groups))])


def _surface(text: MailText) -> str:
    return text.words


def plain_score(
    samples: Sequence[Sample],
    mailboxes: int | None = None,
    *,
    shuffled: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> BaselineScore:
    """The plain baseline on mailboxes it was not trained on, in ten folds.

    With `mailboxes` it is trained on that many, drawn by lot among those of the other folds. With `shuffled` the labels
    it is trained on are dealt out anew, which must bring it to chance.
    """
    texts = [analyse(sample.message) for sample in samples]
    folds = grouped_folds([sample.outcome.value for sample in samples], [s.group for s in samples], FOLDS)
    lot = np.random.default_rng(SEED)
    predicted: list[Outcome] = [Outcome.OTHER] * len(samples)
    trained_on = 0
    for done, (train, test) in enumerate(folds, start=1):
        rows = _drawn(samples, train.tolist(), mailboxes, lot)
        trained_on = max(trained_on, len({samples[row].group for row in rows}))
        labels = [samples[row].outcome.value for row in rows]
        if shuffled:
            labels = [labels[place] for place in lot.permutation(len(labels))]
        with threadpool_limits(1):
            pipeline = plain_pipeline(labels, [samples[row].group for row in rows])
            pipeline.fit([texts[row] for row in rows], labels)
            said = pipeline.predict([texts[row] for row in test])
        for row, outcome in zip(test.tolist(), said, strict=True):
            predicted[row] = Outcome(outcome)
        if progress:
            progress(done, len(folds))
    return _score("labels shuffled" if shuffled else "plain TF-IDF", trained_on, samples, predicted)


def plain_score_on(training: Sequence[Sample], held_out: Sequence[Sample]) -> BaselineScore:
    """The plain baseline trained on one set of mailboxes and measured on another."""
    labels = [sample.outcome.value for sample in training]
    groups = [sample.group for sample in training]
    with threadpool_limits(1):
        pipeline = plain_pipeline(labels, groups).fit([analyse(sample.message) for sample in training], labels)
        said = pipeline.predict([analyse(sample.message) for sample in held_out])
    return _score("plain TF-IDF", len(set(groups)), held_out, [Outcome(outcome) for outcome in said])


def _drawn(samples: Sequence[Sample], rows: list[int], mailboxes: int | None, lot: np.random.Generator) -> list[int]:
    """The rows of `mailboxes` groups drawn by lot; all of them without a number, or where there are no more."""
    groups = sorted({samples[row].group for row in rows})
    if mailboxes is None or mailboxes >= len(groups):
        return rows
    chosen: Collection[str] = {groups[place] for place in lot.choice(len(groups), mailboxes, replace=False)}
    return [row for row in rows if samples[row].group in chosen]


def _score(name: str, mailboxes: int, samples: Sequence[Sample], predicted: Sequence[Outcome]) -> BaselineScore:
    labels = [outcome.value for outcome in OUTCOMES]
    truth = np.array([sample.outcome.value for sample in samples])
    said = np.array([outcome.value for outcome in predicted])
    groups = np.array([sample.group for sample in samples])

    def accuracy(rows: np.ndarray) -> float:
        return float((truth[rows] == said[rows]).mean())

    def macro_f1(rows: np.ndarray) -> float:
        present = sorted(set(truth[rows]))
        return float(f1_score(truth[rows], said[rows], labels=present, average="macro", zero_division=0.0))

    f1 = f1_score(truth, said, labels=labels, average=None, zero_division=0.0)
    by_outcome = {outcome: float(value) for outcome, value in zip(OUTCOMES, f1, strict=True)}
    figures = [with_interval(groups, figure) for figure in (accuracy, macro_f1)]
    return BaselineScore(name, mailboxes, figures[0], figures[1], by_outcome)


def with_interval(groups: np.ndarray, figure: Callable[[np.ndarray], float]) -> Figure:
    """`figure` of all rows, with the 2.5 and 97.5 percentiles over draws of as many groups with replacement."""
    rows_of = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    lot = np.random.default_rng(SEED)
    draws = [
        figure(np.concatenate([rows_of[place] for place in lot.integers(len(rows_of), size=len(rows_of))]))
        for _ in range(DRAWS)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Figure(figure(np.arange(len(groups))), float(low), float(high))
