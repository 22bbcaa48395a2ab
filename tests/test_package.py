"""The wheel: it carries model, samples and demo, and works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from followup_filter import resources
from followup_filter.errors import UsageError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_everything(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = "followup_filter"
    wanted = {
        f"{package}/data/models/classifier.joblib",
        f"{package}/data/models/model-card.md",
        f"{package}/data/samples/demo/mails.jsonl",
        f"{package}/data/samples/demo/sent.jsonl",
        f"{package}/data/schema/classify.schema.json",
        f"{package}/locale/ja/LC_MESSAGES/followup_filter.mo",
        f"{package}/store/migrations/env.py",
    }
    assert wanted <= names
    assert sum(name.endswith("mails.jsonl") for name in names) >= 5
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_the_installed_wheel_runs_the_demo_outside_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(target)
    environment = {**os.environ, "PYTHONPATH": str(target), "LANGUAGE": "en"}
    code = (
        "import followup_filter, sys; print(followup_filter.__file__, file=sys.stderr); "
        "from followup_filter.cli.main import main; main(['demo'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    assert str(target) in done.stderr
    assert done.stdout.startswith("Mail after networking events")


def test_the_checkout_is_found_where_nothing_is_packed() -> None:
    assert resources.resource("models", "classifier.joblib") == ROOT / "models" / "classifier.joblib"


def test_an_incomplete_installation_says_so() -> None:
    with pytest.raises(UsageError, match="models/nothing"):
        resources.resource("models", "nothing")
