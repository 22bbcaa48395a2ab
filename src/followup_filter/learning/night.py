"""What the nightly run learns: corrections that the model in use has not seen are taken in, if that does no harm."""

from __future__ import annotations

from dataclasses import dataclass

from followup_filter.errors import ModelError
from followup_filter.learning.choice import (
    UPDATED,
    Say,
    base_in_use,
    forget_old_models,
    model_folder,
    record,
    row_in_use,
    use,
)
from followup_filter.learning.own import corrected_samples, newest_only, signature
from followup_filter.learning.training import comparison
from followup_filter.model import bundle
from followup_filter.model.evaluation import no_worse
from followup_filter.model.rows import training_rows
from followup_filter.model.update import compared, updated
from followup_filter.store import records
from followup_filter.store.database import Database
from followup_filter.store.records import UseSource


@dataclass(frozen=True, slots=True)
class Learned:
    """A model that now knows `own` mails of the owner's; `in_use`: it was no worse and judges now."""

    version: str
    own: int
    in_use: bool


def learn_at_night(database: Database, say: Say, source: UseSource = UseSource.NIGHT) -> Learned | None:
    """Take in all corrections; None where there is nothing new, or where the owner chose the model by hand.

    The owner's choice stands at night until `train` or `model use`; a training asked for (`source` TRAIN) ends it. A
    model that was kept aside is not tried again before something changes.
    """
    own = newest_only(corrected_samples(database))
    with database.transaction() as connection:
        uses, rows, chosen = records.model_uses(connection), records.models(connection), row_in_use(connection)
    if uses and uses[0]["source"] == UseSource.OWNER:
        if source is UseSource.NIGHT:
            return None
        use(database, uses[0]["digest"], source)
    if not own and not (chosen and chosen["note"] == UPDATED):
        return None
    base = base_in_use(database, say)
    if not own:
        # Everything was taken back: what is left is the model that the corrections were added to.
        use(database, next((row["digest"] for row in rows if row["digest"] == base.digest), None), source)
        return Learned(base.model.version, 0, in_use=True)
    mark = signature(own, base.digest, *bundle.versions().values())
    file = f"{base.model.version}+{len(own)}-{mark}.joblib"
    known = next((row for row in rows if row["file"] == file), None)
    if known and known["facts"]["kept_aside"]:
        return None
    if known and _is_whole(database, known["file"], known["digest"]):
        if chosen and chosen["digest"] == known["digest"]:
            return None
        use(database, known["digest"], source)
        return Learned(known["version"], len(own), in_use=True)
    own_rows = training_rows(base.model.classifier, own)
    try:
        model = updated(base.model, base.rows, own_rows, file.removesuffix(".joblib"))
    except ModelError as error:
        say(str(error))
        return None
    before, after = compared(base.model.classifier, base.rows, own_rows)
    better = no_worse(before, after, own=len(own))
    facts = {"base": base.digest, "own": len(own), "kept_aside": not better, **comparison(before, after)}
    digest = record(database, model, file, note=UPDATED, facts=facts)
    if better:
        use(database, digest, source)
    else:
        forget_old_models(database)
    return Learned(model.version, len(own), in_use=better)


def _is_whole(database: Database, file: str, digest: str) -> bool:
    try:
        return bundle.digest(bundle.read(model_folder(database) / file)) == digest
    except ModelError:
        return False
