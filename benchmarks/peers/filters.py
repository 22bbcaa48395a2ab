"""Filters that learn and judge mail files: each behind the same two methods."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from threadpoolctl import threadpool_limits

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.mail.parse import parse_message
from followup_filter.model.features import analyse, word_ngrams

TIMEOUT = 600


class Filter(Protocol):
    """Learns from mail files and judges others."""

    def learn(self, files: Sequence[Path], outcomes: Sequence[Outcome]) -> None:
        """Add labelled mails to what it knows."""

    def judge(self, files: Sequence[Path]) -> list[Outcome]:
        """The most probable outcome of each mail."""

    def memory(self, files: Sequence[Path]) -> int:
        """KB that judging takes: of the program, or of this process."""


def _run(command: Sequence[str], files: Sequence[Path] = (), *, arguments: bool = False) -> str:
    """What a command prints, given files by name on standard input or as arguments; raises when it fails."""
    names = [str(file) for file in files]
    done = subprocess.run(
        [*command, *(names if arguments else [])],
        input=None if arguments else "\n".join(names) + "\n",
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    # Both programs tell spam from ham by exit statuses 0 to 2.
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[:400]}")
    return done.stdout


_MEASURE = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); \
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def memory_of(command: Sequence[str], files: Sequence[Path], *, arguments: bool = False) -> int:
    """The largest resident size of a command in KB; a small process in between, since a fork counts its parent's."""
    return int(_run([sys.executable, "-c", _MEASURE, *command], files, arguments=arguments).split()[-1])


class OneAgainstRest(ABC):
    """Five two-way filters, one an outcome; the highest spam score wins. Subclasses run the program."""

    def __init__(self, folder: Path) -> None:
        self._folders = {outcome: folder / outcome.value for outcome in OUTCOMES}
        for place in self._folders.values():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)

    def learn(self, files: Sequence[Path], outcomes: Sequence[Outcome]) -> None:
        """Each filter learns its outcome's mails as spam and all others as ham."""
        for outcome, place in self._folders.items():
            spam = [file for file, label in zip(files, outcomes, strict=True) if label is outcome]
            ham = [file for file, label in zip(files, outcomes, strict=True) if label is not outcome]
            self.register(place, spam, ham)

    def judge(self, files: Sequence[Path]) -> list[Outcome]:
        """The outcome whose filter gives the highest score."""
        scores = np.column_stack([self.scores(place, files) for place in self._folders.values()])
        return [OUTCOMES[index] for index in scores.argmax(axis=1)]

    @abstractmethod
    def memory(self, files: Sequence[Path]) -> int:
        """KB that judging takes."""

    @abstractmethod
    def register(self, place: Path, spam: Sequence[Path], ham: Sequence[Path]) -> None:
        """Teach the filter in `place`."""

    @abstractmethod
    def scores(self, place: Path, files: Sequence[Path]) -> NDArray[np.float64]:
        """The spam score of each file, from 0 to 1."""


class Bogofilter(OneAgainstRest):
    """bogofilter, bulk mode; a filter without words yet scores one half."""

    def memory(self, files: Sequence[Path]) -> int:
        """KB that judging takes."""
        place = self._folders[OUTCOMES[0]]
        return memory_of(["bogofilter", "-C", "-d", str(place), "-b", "-T"], files)

    def register(self, place: Path, spam: Sequence[Path], ham: Sequence[Path]) -> None:
        """Register as spam (-s) and ham (-n)."""
        for flag, files in (("-s", spam), ("-n", ham)):
            if files:
                _run(["bogofilter", "-C", "-d", str(place), "-b", flag], files)

    def scores(self, place: Path, files: Sequence[Path]) -> NDArray[np.float64]:
        """The last column of terse output."""
        if not any(place.iterdir()):
            return np.full(len(files), 0.5)
        lines = _run(["bogofilter", "-C", "-d", str(place), "-b", "-T"], files).splitlines()
        return np.array([float(line.rsplit(None, 1)[1]) for line in lines])


class Bsfilter(OneAgainstRest):
    """bsfilter with its default: character pairs of Japanese, Robinson-Fisher."""

    def memory(self, files: Sequence[Path]) -> int:
        """KB that judging takes."""
        place = self._folders[OUTCOMES[0]]
        return memory_of(["bsfilter", "--homedir", str(place), "-v"], files, arguments=True)

    def register(self, place: Path, spam: Sequence[Path], ham: Sequence[Path]) -> None:
        """Add to both databases and make the table of probabilities."""
        for flag, files in (("--add-spam", spam), ("--add-clean", ham)):
            if files:
                _run(["bsfilter", "--homedir", str(place), flag], files, arguments=True)
        _run(["bsfilter", "--homedir", str(place), "--update"], arguments=True)

    def scores(self, place: Path, files: Sequence[Path]) -> NDArray[np.float64]:
        """The combined probability that it prints in verbose mode."""
        if not any(place.iterdir()):
            return np.full(len(files), 0.5)
        lines = _run(["bsfilter", "--homedir", str(place), "-v"], files, arguments=True).splitlines()
        found = [line.split() for line in lines if line.startswith("combined probability")]
        by_file = {fields[2]: float(fields[4]) for fields in found}
        return np.array([by_file[str(file)] for file in files])


class ComplementBayes:
    """scikit-learn: TF-IDF of one- and two-word sequences, complement naive Bayes; fitted anew at each learning."""

    def __init__(self) -> None:
        self._files: list[Path] = []
        self._outcomes: list[Outcome] = []
        self._vectorizer = TfidfVectorizer(analyzer=_words, sublinear_tf=True)
        self._machine = ComplementNB()

    def learn(self, files: Sequence[Path], outcomes: Sequence[Outcome]) -> None:
        """Fit on everything learned so far."""
        self._files += files
        self._outcomes += outcomes
        with threadpool_limits(1):
            rows = self._vectorizer.fit_transform(self._files)
            self._machine.fit(rows, [outcome.value for outcome in self._outcomes])

    def judge(self, files: Sequence[Path]) -> list[Outcome]:
        """The most probable class; before anything was learned, `other`."""
        if not self._files:
            return [Outcome.OTHER] * len(files)
        with threadpool_limits(1):
            return [Outcome(label) for label in self._machine.predict(self._vectorizer.transform(files))]

    def memory(self, files: Sequence[Path]) -> int:
        """KB of this process so far."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


_WORDS: dict[Path, list[str]] = {}


def _words(file: Path) -> list[str]:
    """The word sequences of a mail file; each file is read and cut into words once a run."""
    if file not in _WORDS:
        _WORDS[file] = word_ngrams(analyse(parse_message(file.read_bytes())))
    return _WORDS[file]
