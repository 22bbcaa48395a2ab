"""`make bench-learning`: how long learning takes, as a ratio to one plain linear-SVM fit on the same samples."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from threadpoolctl import threadpool_limits

from followup_filter.learning import shipped_model, shipped_samples
from followup_filter.model.classifier import Classifier, linear_machine
from followup_filter.model.features import MailText, analyse, characters, word_ngrams
from followup_filter.model.rows import training_rows
from followup_filter.model.samples import SENDER
from followup_filter.model.update import compared, updated

REPEATS = 5
CORRECTIONS = 20
FAST_LIMIT, FULL_LIMIT = 2.0, 10.0


def main() -> None:
    """Print the medians and fail when a limit is broken."""
    samples = shipped_samples()
    model = shipped_model(print)
    texts = [analyse(sample.message) for sample in samples]
    labels = [sample.outcome.value for sample in samples]
    base = training_rows(model.classifier, samples)
    own = [replace(sample, group=f"{SENDER}{sample.id}") for sample in samples[:CORRECTIONS]]

    def plain() -> None:
        with threadpool_limits(1):
            plain_pipeline().fit(texts, labels)

    def fast() -> None:
        updated(model, base, training_rows(model.classifier, own), "benchmark")

    def checked() -> None:
        own_rows = training_rows(model.classifier, own)
        updated(model, base, own_rows, "benchmark")
        compared(model.classifier, base, own_rows)

    unit = median_seconds(plain)
    print(f"one plain linear-SVM fit on {len(samples)} mails: {unit:.2f} s (median of {REPEATS})")
    fast_ratio, checked_ratio, full_ratio = (
        median_seconds(step) / unit for step in (fast, checked, lambda: Classifier.fit(samples, texts))
    )
    print(f"fast path, {CORRECTIONS} corrections: {fast_ratio:.2f} of it (limit {FAST_LIMIT})")
    print(f"fast path with the comparison of promise 5: {checked_ratio:.2f} of it")
    print(f"full fit of outcomes and kinds, calibrated: {full_ratio:.2f} of it (limit {FULL_LIMIT})")
    if fast_ratio > FAST_LIMIT or full_ratio > FULL_LIMIT:
        raise SystemExit("A limit is broken.")


def plain_pipeline() -> Pipeline:
    """TF-IDF of word 1-2-grams and character 2-4-grams, one linear machine."""
    words = TfidfVectorizer(analyzer=word_ngrams, min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(
        preprocessor=_characters, analyzer="char", ngram_range=(2, 4), min_df=3, sublinear_tf=True
    )
    return Pipeline([("features", FeatureUnion([("words", words), ("letters", letters)])), ("svm", linear_machine())])


def _characters(text: MailText) -> str:
    return characters(text)


def median_seconds(step: Callable[[], object]) -> float:
    """The median time of some repeats."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
