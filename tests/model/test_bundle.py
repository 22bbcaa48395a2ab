"""Model files: only what this program made is opened, from the very bytes that were checked (design.md, promise 6)."""

from __future__ import annotations

import os
import pickle
import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from followup_filter.errors import ModelError
from followup_filter.model import bundle
from followup_filter.model.bundle import Model
from followup_filter.model.shipped import SHIPPED_DIGEST, SHIPPED_VERSION
from followup_filter.resources import resource

FLIPS, CUTS = 1_000, 300


class _Trap:
    """A pickle that would write a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_the_shipped_digest_is_that_of_the_shipped_file(shipped: Model) -> None:
    data = resource("models", "classifier.joblib").read_bytes()
    assert bundle.digest(data) == SHIPPED_DIGEST
    assert shipped.version == SHIPPED_VERSION
    assert len(data) < 15_000_000


def test_flipped_bits_cut_files_and_pickles_from_elsewhere_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr("followup_filter.model.bundle.joblib.load", opened.append)
    whole = resource("models", "classifier.joblib").read_bytes()
    chance = random.Random(3)
    file = tmp_path / "model.joblib"
    trap = tmp_path / "trapped"
    damaged = [b"", pickle.dumps(_Trap(trap)), whole + b"\0"]
    for _ in range(CUTS):
        damaged.append(whole[: chance.randrange(len(whole))])
    for data in damaged:
        file.write_bytes(data)
        with pytest.raises(ModelError, match="not opened"):
            bundle.load(file, {SHIPPED_DIGEST})
    for _ in range(FLIPS):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        flipped = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
        assert bundle.digest(flipped) != SHIPPED_DIGEST
    assert opened == []
    assert not trap.exists()


def test_a_trusted_trap_shows_that_the_trap_works(tmp_path: Path) -> None:
    file, trap = tmp_path / "model.joblib", tmp_path / "trapped"
    file.write_bytes(pickle.dumps(_Trap(trap)))
    with pytest.raises(ModelError):
        bundle.load(file, {bundle.digest(file.read_bytes())})
    assert trap.exists()


def test_a_model_of_other_library_versions_is_refused(shipped: Model, tmp_path: Path) -> None:
    old = replace(shipped, made_with={**shipped.made_with, "scikit-learn": "1.0"})
    digest = bundle.save(old, tmp_path / "old.joblib")
    with pytest.raises(ModelError, match="other versions of the program"):
        bundle.load(tmp_path / "old.joblib", {digest})


def test_saving_and_loading_keeps_everything(shipped: Model, tmp_path: Path) -> None:
    digest = bundle.save(shipped, tmp_path / "copy.joblib")
    copy = bundle.load(tmp_path / "copy.joblib", {digest})
    assert (copy.version, copy.made_with, copy.trained_on) == (shipped.version, shipped.made_with, shipped.trained_on)
    assert (tmp_path / "copy.joblib").stat().st_mode & 0o077 == 0


def test_a_save_that_is_killed_leaves_the_old_file(
    shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "model.joblib"
    digest = bundle.save(shipped, file)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        bundle.save(shipped, file)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert bundle.digest(file.read_bytes()) == digest


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        bundle.load(tmp_path / "nowhere", {SHIPPED_DIGEST})
