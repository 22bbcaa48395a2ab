"""What the whole suite shares: private folders, the demo as files, the shipped model, the command line."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from followup_filter.language import set_language


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did: exit status, standard output and standard error."""

    status: int
    out: str
    err: str


Invoke = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing of the person who runs the tests is read or written, and sentences are English."""
    monkeypatch.setenv("FOLLOWUP_FILTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FOLLOWUP_FILTER_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "80")
    set_language("en")
    yield
    set_language("en")


@pytest.fixture
def invoke() -> Invoke:
    """Runs the command line in this process: `invoke("run", "--source", folder, stdin=b"")`."""

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        from followup_filter.cli.main import main

        out, err = io.StringIO(), io.StringIO()
        old_stdin = sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        status: object = 0
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = stop.code
        finally:
            sys.stdin = old_stdin
        assert isinstance(status, int)
        assert "Traceback" not in err.getvalue()
        return Result(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as files: mail/inbox, mail/sent, events.toml."""
    from followup_filter.demo import write_demo

    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def shipped() -> object:
    """The shipped model, loaded once."""
    from followup_filter import learning

    return learning.shipped_model(pytest.fail)


@pytest.fixture(scope="session")
def demo_data(demo: Path, shipped: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo has been read; copy it before changing anything."""
    from followup_filter import pipeline
    from followup_filter.events.eventfile import read_events
    from followup_filter.mail.sources import open_source
    from followup_filter.model.bundle import Model
    from followup_filter.store.database import Database

    assert isinstance(shipped, Model)
    folder = tmp_path_factory.mktemp("demo-data")
    database = Database.open(folder)
    with database.transaction() as connection:
        pipeline.import_events(connection, read_events(demo / "events.toml"))
    pipeline.run(open_source(str(demo / "mail")), database, shipped, 0.02, lambda *_counts: None)
    database.close()
    return folder


@pytest.fixture
def own_demo_data(demo_data: Path, tmp_path: Path) -> Path:
    """A copy of `demo_data` that a test may change."""
    import shutil

    return Path(shutil.copytree(demo_data, tmp_path / "demo-data"))


@pytest.fixture(scope="session")
def rows(shipped: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows file of the shipped samples, made once."""
    from followup_filter import learning
    from followup_filter.model.bundle import Model
    from followup_filter.model.rows import save_rows, training_rows

    assert isinstance(shipped, Model)
    file = tmp_path_factory.mktemp("rows") / "rows.npz"
    save_rows(training_rows(shipped.classifier, learning.shipped_samples()), file)
    return file
