"""The run: the only place that knows the order of the stages, for stored mail and for `classify` alike.

read → parse → attribute → classify → store. Content, result and position of a batch are one transaction, so that a
run killed at any point leaves whole batches behind, and the next run takes up what is missing.
"""

from followup_filter.pipeline.account import run_account
from followup_filter.pipeline.intake import RunSummary, run
from followup_filter.pipeline.judging import (
    attribute_stored,
    attribution_values,
    import_events,
    judge_stored,
    prediction_values,
)
from followup_filter.pipeline.stateless import Judged, classify

__all__ = [
    "Judged",
    "RunSummary",
    "attribute_stored",
    "attribution_values",
    "classify",
    "import_events",
    "judge_stored",
    "prediction_values",
    "run",
    "run_account",
]
