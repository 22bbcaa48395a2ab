"""The commands of learning, as an owner types them: train --quick, --preview, doubts, evaluate --stream, model, pin."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_OK, EXIT_USAGE
from followup_filter.labels import Outcome
from followup_filter.learning import choice
from followup_filter.model.bundle import Model
from followup_filter.model.shipped import SHIPPED_DIGEST, SHIPPED_VERSION
from followup_filter.resources import resource
from followup_filter.store.database import Database
from tests.conftest import Invoke


@pytest.fixture
def data(own_demo_data: Path, rows: Path) -> Path:
    """The demo, read, with the rows of the shipped samples at hand."""
    database = Database.open(own_demo_data)
    target = choice.rows_file(database, SHIPPED_DIGEST)
    database.close()
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(rows.read_bytes())
    return own_demo_data


def number_of(invoke: Invoke, data: Path, outcome: str) -> str:
    listed = json.loads(invoke("report", "--format", "json", "--data-dir", data).out)
    return str(next(item["number"] for item in listed["review"] if item["outcome"] == outcome))


def test_quick_training_takes_corrections_in_and_rollback_goes_back(invoke: Invoke, data: Path) -> None:
    here = ("--data-dir", data)
    assert "nothing new" in invoke("train", "--quick", *here).out
    number = number_of(invoke, data, "other")
    invoke("label", number, "newsletter", *here)
    assert "1 to be learned at the next run" in invoke("report", *here).out
    assert "Learned from 1 correction." in invoke("train", "--quick", *here).out
    assert "learned on" in invoke("report", *here).out
    listed = json.loads(invoke("model", "list", "--format", "json", *here).out)
    assert [(model["made_by"], model["own"], model["in_use"]) for model in listed] == [
        ("shipped", 0, False),
        ("updated", 1, True),
    ]
    shown = invoke("model", "show", *here).out
    assert "took in 1 mail of yours" in shown and "leads kept" in shown
    assert "shipped judges from now on" in invoke("model", "rollback", *here).out
    assert SHIPPED_VERSION in invoke("model", "show", *here).out
    assert f"{listed[1]['version']} judges" in invoke("model", "rollback", *here).out


def test_there_is_nothing_to_roll_back_to_at_first(invoke: Invoke, data: Path) -> None:
    result = invoke("model", "rollback", "--data-dir", data)
    assert result.status == EXIT_USAGE and "No other model" in result.err


def test_the_nightly_run_learns_and_says_so(invoke: Invoke, data: Path, demo: Path) -> None:
    invoke("label", number_of(invoke, data, "other"), "newsletter", "--data-dir", data)
    result = invoke("run", "--source", demo / "mail", "--data-dir", data)
    assert result.status == EXIT_OK and "Learned from 1 correction." in result.err
    assert "Learned" not in invoke("run", "--source", demo / "mail", "--data-dir", data).err


def test_a_dry_run_learns_nothing(invoke: Invoke, data: Path, demo: Path) -> None:
    invoke("label", number_of(invoke, data, "other"), "newsletter", "--data-dir", data)
    assert "Learned" not in invoke("run", "--dry-run", "--source", demo / "mail", "--data-dir", data).err
    assert "1 to be learned" in invoke("report", "--data-dir", data).out


def test_quick_goes_alone(invoke: Invoke, data: Path) -> None:
    result = invoke("train", "--quick", "--preview", "--data-dir", data)
    assert result.status == EXIT_USAGE and "--quick" in result.err


def test_a_preview_lists_changes_and_keeps_nothing(
    invoke: Invoke, data: Path, shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a model that calls everything a lead, every other mail is listed."""
    from followup_filter.learning import training

    turned = copy.deepcopy(shipped)
    classifier = turned.classifier
    lead = list(classifier.pipeline[-1].classes_).index(Outcome.LEAD)
    classifier.pipeline[-1].calibrated_classifiers_[0].estimator.intercept_[lead] += 100
    monkeypatch.setattr(training, "make_model", lambda *_arguments: turned)
    monkeypatch.setattr(training, "out_of_fold", lambda *_arguments: None)
    before = json.loads(invoke("report", "--format", "json", "--data-dir", data).out)
    result = invoke("train", "--preview", "--data-dir", data)
    assert "→ Work" in result.out and "mails would be judged otherwise. Nothing was changed." in result.out
    after = json.loads(invoke("report", "--format", "json", "--data-dir", data).out)
    assert before["leads"] == after["leads"]
    assert len(json.loads(invoke("model", "list", "--format", "json", "--data-dir", data).out)) == 1


def test_doubts_name_a_label_turned_round(invoke: Invoke, data: Path) -> None:
    here = ("--data-dir", data)
    assert "not labelled any mail" in invoke("doubts", *here).out
    listed = json.loads(invoke("leads", "--format", "json", *here).out)
    sure = [str(lead["number"]) for lead in listed if lead["sure"]][:1]
    assert sure
    invoke("label", *sure, "newsletter", *here)
    result = invoke("doubts", *here)
    assert f"[{sure[0]}] you: News, rather Work" in result.out
    assert "too few to tell" in result.out
    values = json.loads(invoke("doubts", "--format", "json", *here).out)
    assert values["doubts"][0]["labelled"] == "newsletter" and values["labels"] == 1


def test_a_stream_of_labelled_mail_prints_its_curve(invoke: Invoke, tmp_path: Path) -> None:
    source = resource("samples", "demo")
    result = invoke("evaluate", "--stream", "--samples", source, "--data-dir", tmp_path / "none")
    assert result.status == EXIT_OK
    assert "   1-50" in result.out and "  51-74" in result.out and "leads called something else" in result.out
    values = json.loads(
        invoke("evaluate", "--stream", "--samples", source, "--format", "json", "--data-dir", tmp_path / "none").out
    )
    assert [stretch["mails"] for stretch in values["stretches"]] == [50, 24]


def test_a_model_from_elsewhere_is_opened_only_when_trusted(
    invoke: Invoke, data: Path, demo: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "trapped"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (trap,)

    planted = tmp_path / "planted.joblib"
    planted.write_bytes(pickle.dumps(Trap()))
    here = ("--data-dir", data)
    assert "was not opened" in invoke("classify", "--model", planted, demo / "mail", *here).err
    assert "It was not opened." in invoke("model", "trust", planted, *here, stdin=b"n\n").out
    assert not trap.exists()
    copy = tmp_path / "copy.joblib"
    copy.write_bytes(resource("models", "classifier.joblib").read_bytes())
    result = invoke("model", "trust", copy, "--yes", *here)
    assert result.status == EXIT_OK and SHIPPED_VERSION in result.out
    assert invoke("model", "use", SHIPPED_VERSION, *here).status == EXIT_OK
    assert invoke("model", "trust", tmp_path / "nowhere", *here).status == EXIT_USAGE


def test_a_pinned_sender_is_judged_once_for_all(invoke: Invoke, data: Path) -> None:
    here = ("--data-dir", data)
    number = number_of(invoke, data, "other")
    pinned = invoke("pin", "add", number, "newsletter", "--reason", "every week", *here)
    assert "is pinned as “Newsletter or mass mail” (" in pinned.out
    explained = invoke("explain", number, *here).out
    assert "you pinned" in explained and "every week" in explained and "The model alone would say" in explained
    (listed,) = json.loads(invoke("pin", "list", "--format", "json", *here).out)
    assert listed["outcome"] == "newsletter"
    invoke("label", number, "other", *here)
    assert "you said so" in invoke("explain", number, *here).out
    assert "Lifted" in invoke("pin", "remove", listed["address"], *here).out
    assert "is not pinned" in invoke("pin", "remove", listed["address"], *here).err
    assert "No sender is pinned" in invoke("pin", "list", *here).err


@pytest.mark.parametrize("sender", ["nobody", "a@", "@b.example", "a b@c.example", "999999"])
def test_what_is_no_sender_is_refused(sender: str, invoke: Invoke, data: Path) -> None:
    assert invoke("pin", "add", sender, "newsletter", "--data-dir", data).status == EXIT_USAGE


def test_explain_says_why_it_is_no_work(invoke: Invoke, data: Path) -> None:
    found = invoke("find", "請求", "--data-dir", data).out
    number = found.split("]")[0].split("[")[1].strip()
    result = invoke("explain", number, "--data-dir", data).out
    assert "Why it does not look like work for you:" in result
    assert "other words and sequences of characters" in result and "= together" in result
