"""`make model`: the files it writes belong together, and the shipped ones were made of the shipped samples."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from followup_filter.learning import shipped_samples
from followup_filter.model import bundle
from followup_filter.model.build import build
from followup_filter.model.bundle import Model
from followup_filter.model.training import model_version
from followup_filter.resources import resource
from tests.model.builders import samples


def test_model_card_and_digest_belong_to_the_model(tmp_path: Path) -> None:
    (tmp_path / "src" / "followup_filter" / "model").mkdir(parents=True)
    build(tmp_path, samples(3, 4), samples(2, 2, seed=9))
    written = runpy.run_path(str(tmp_path / "src" / "followup_filter" / "model" / "shipped.py"))
    model = bundle.load(tmp_path / "models" / "classifier.joblib", {written["SHIPPED_DIGEST"]})
    card = (tmp_path / "models" / "model-card.md").read_text("utf-8")
    assert model.version == written["SHIPPED_VERSION"]
    assert f"`{model.version}`" in card
    assert "60 labelled mails of 3 invented mailboxes" in card
    assert re.search(r"\| keywords \| - \| \d", card)
    assert re.search(r"\| labels shuffled \| 2 \| \d", card)
    assert re.search(r"\| plain TF-IDF \| 2 \| \d", card)
    assert "20 mails of 2 mailboxes that were never used to choose anything" in card


def test_the_shipped_model_was_made_of_the_shipped_samples(shipped: Model) -> None:
    """Whoever changes a sample, a feature's recipe or the parser runs `make model` again."""
    made_of = shipped_samples()
    assert shipped.version == model_version(made_of)
    assert set(shipped.trained_on) == {sample.message.content_hash for sample in made_of}
    card = resource("models", "model-card.md").read_text("utf-8")
    assert f"`{shipped.version}`" in card
    assert f"{len(made_of)} labelled mails" in card
