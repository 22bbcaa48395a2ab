"""What must hold of a labelled corpus (writing-samples.md, "Checks"), its statistics, and its mail as files.

A *corpus* is a set of mailboxes, each a folder with scenario.toml and mails.jsonl. Nothing here looks at a model.
"""

from __future__ import annotations

import json
import mailbox as mail_folders
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from followup_filter.errors import SampleError, UsageError
from followup_filter.events.event import Event, EventList
from followup_filter.events.eventfile import read_events
from followup_filter.labels import KINDS, OUTCOMES, Kind, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.mail.render import render, render_own
from followup_filter.model.samples import read_lines

SENTENCE_LENGTH = 15
"""Characters from which on a sentence may occur only once."""
GRAM = 5
"""Characters of the sequences by which two mails are compared."""
NEAR_DUPLICATE = 0.3
"""Jaccard similarity of 5-grams from which on two mails count as copies of each other."""
SET_PHRASE_MAILS = 100
"""A 5-gram in more mails than that belongs to a set phrase and does not count."""
WHOLE_CORPUS = 20
"""Mailboxes from which on a corpus must cover every kind and topic."""
AUTHORS_OF_KIND = 10
OUTCOMES_OF_TOPIC = 3

_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid)$|(?:^|\.)example\.(?:com|net|org|jp|co\.jp|ne\.jp|or\.jp)$")
_DOMAIN = re.compile(r"(?:@|https?://)([A-Za-z0-9.-]+[A-Za-z])")
_TELEPHONE = re.compile(r"(?<![\d-])0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}(?![\d-])")
_INVENTED_NUMBER = re.compile(r"\b0000\b|^0120-000-")
"""Numbers that nobody has: a group of four zeros, as in 03-0000-1234."""
_SENTENCE_END = re.compile(r"[。！？!?\n]+|<[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_SET_PHRASE = re.compile(
    r"お世話になっ|よろしくお願い|ありがとうござい|恐れ入ります|失礼いたします|配信停止|お問い合わせ|Original Message|"
    r"送信元IP|Sent from my|kind regards|^[\W\d_]+$",
    re.IGNORECASE,
)
_STUB = 100
"""A plain part no longer than that beside an HTML part only points to it."""
TOPICS: Mapping[str, str] = {
    "SNS": r"SNS|インスタ|フォロワー|ソーシャル",
    "web": r"ホームページ|ウェブ|Webサイト|サイト制作|LP制作",
    "search": r"SEO|検索順位|検索で上位|MEO",
    "subsidy": r"補助金|助成金",
    "insurance": r"保険",
    "water": r"浄水|ウォーターサーバー|天然水|お水|水素",
    "investment": r"投資|資産運用|NISA|株式の運用|利回り",
    "cryptocurrency": r"暗号資産|仮想通貨|NFT|ブロックチェーン",
    "real estate": r"不動産|物件|賃貸|家主|大家",
    "café": r"カフェ|喫茶",
    "restaurant": r"飲食|居酒屋|食堂|レストラン|料理店",
    "photography": r"撮影|写真|カメラマン",
    "video": r"動画|映像|YouTube|ユーチューブ",
    "printing": r"印刷|チラシ|パンフレット|冊子",
    "farming": r"農園|農家|畑|収穫|野菜",
    "care": r"介護|デイサービス|ケアマネ|福祉",
    "health": r"健康|サプリ|免疫|睡眠",
    "aroma": r"アロマ|精油|ハーブ",
    "cosmetics": r"化粧品|コスメ|スキンケア|美容液|エステ",
    "coaching": r"コーチング|自己啓発|マインド",
    "fortune": r"占い|運勢|風水|鑑定",
    "tax": r"税理士|確定申告|決算|インボイス|節税",
    "labour": r"社労士|労務|就業規則|残業|給与計算",
    "law": r"弁護士|行政書士|契約書|商標",
    "recruiting": r"採用|求人|人材紹介|面接",
    "training": r"研修|講座|勉強会|ワークショップ",
    "talk": r"登壇|講演|講師",
    "publishing": r"出版|書籍|原稿|連載|執筆",
    "translation": r"翻訳|通訳",
    "software": r"システム|アプリ|ソフト|DX|クラウド",
    "AI": r"(?<![A-Za-z])AI(?![A-Za-z])|ChatGPT|人工知能",
    "telephone and power": r"通信費|電気代|電力|回線|スマホ代",
    "car": r"車検|自動車|営業車|レンタカー",
    "building": r"工事|リフォーム|施工|内装|塗装",
    "cleaning": r"清掃|クリーニング|ハウスクリーン",
    "event space": r"貸会議室|会議室|レンタルスペース|イベントスペース",
    "coworking": r"コワーキング|シェアオフィス|バーチャルオフィス",
    "travel": r"旅行|ツアー|観光|ホテル|旅館",
    "children": r"子ども|保育|学校|こども|PTA",
    "music and art": r"音楽|演奏|コンサート|イラスト|展示|ギャラリー",
}
"""Forty topics and the words by which a mail speaks of them; none may give an outcome away."""
_TOPIC_PATTERNS = {topic: re.compile(words, re.IGNORECASE) for topic, words in TOPICS.items()}


class Check(StrEnum):
    """What is checked."""

    SCHEMA = "schema"
    EVENT = "event"
    WINDOW = "window"
    DOMAIN = "domain"
    TELEPHONE = "telephone"
    SENTENCE = "sentence"
    NEAR_DUPLICATE = "near_duplicate"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `place`: "mailbox/id", "mailbox, line n", the mailbox, or "" for the whole corpus."""

    check: Check
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """One valid record as its author wrote it."""

    mailbox: str
    record: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Mailbox and id."""
        return f"{self.mailbox}/{self.record['id']}"

    @property
    def text(self) -> str:
        """The text that counts: the HTML part without tags where the plain one only points to it."""
        body, html = str(self.record["body"]), str(self.record["html"])
        return body if len(body) > _STUB or not html else _TAG.sub("\n", html)

    @property
    def unquoted(self) -> str:
        """The text without lines that quote another mail."""
        return "\n".join(line for line in self.text.splitlines() if not line.lstrip(" 　").startswith((">", "＞")))

    @property
    def topics(self) -> list[str]:
        """The topics that subject and text speak of."""
        text = unicodedata.normalize("NFKC", f"{self.record['subject']}\n{self.text}")
        return [topic for topic, pattern in _TOPIC_PATTERNS.items() if pattern.search(text)]


def mailbox_folders(paths: Sequence[Path]) -> list[Path]:
    """The mailboxes at `paths`: a mailbox each, or folders of mailboxes. Raises SampleError where there is none."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            raise SampleError(_("There is no {path}. Check the path.").format(path=path))
        below = [path] if _is_mailbox(path) else [child for child in sorted(path.iterdir()) if _is_mailbox(child)]
        if not below:
            raise SampleError(
                _("{path} has no mailbox: a folder with scenario.toml and mails.jsonl.").format(path=path)
            )
        found += below
    return found


def _is_mailbox(path: Path) -> bool:
    return (path / "mails.jsonl").is_file()


def read_written(folders: Sequence[Path]) -> tuple[list[WrittenMail], dict[str, EventList], list[Finding]]:
    """The valid records of all mailboxes, the events of each mailbox, and what is wrong with the files."""
    mails: list[WrittenMail] = []
    events: dict[str, EventList] = {}
    findings: list[Finding] = []
    for folder in folders:
        try:
            events[folder.name] = read_events(folder / "scenario.toml")
        except UsageError as error:
            events[folder.name] = EventList()
            findings.append(Finding(Check.SCHEMA, folder.name, str(error)))
        try:
            for line, record, problem in read_lines(folder / "mails.jsonl"):
                if problem:
                    place = _("{mailbox}, line {line}").format(mailbox=folder.name, line=line)
                    findings.append(Finding(Check.SCHEMA, place, problem))
                else:
                    mails.append(WrittenMail(folder.name, record))
        except SampleError as error:
            findings.append(Finding(Check.SCHEMA, folder.name, str(error)))
    return mails, events, findings


def check_corpus(folders: Sequence[Path], *, invented: bool = True) -> list[Finding]:
    """Everything that is wrong in these mailboxes, in order of check.

    `invented`: the mail is made up, so that only reserved domains and invented telephone numbers may stand in it.
    """
    mails, events, findings = read_written(folders)
    for mail in mails:
        findings += _event_findings(mail, events[mail.mailbox])
    if invented:
        for folder in folders:
            findings += _reserved_findings(folder.name, _file_text(folder / "scenario.toml"))
        for mail in mails:
            findings += _reserved_findings(mail.place, "\n".join(_strings(mail.record)))
    findings += _repeated_sentences(mails)
    findings += _near_duplicates(mails)
    findings += _coverage(mails)
    order = list(Check)
    return sorted(findings, key=lambda finding: order.index(finding.check))


def _file_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)


def _event_findings(mail: WrittenMail, events: EventList) -> Iterator[Finding]:
    """The event exists, and the mail came in its window (labels.md, "Which event")."""
    name = mail.record["event"]
    if name is None:
        return
    event = next((event for event in events.events if event.id == name), None)
    if event is None:
        yield Finding(Check.EVENT, mail.place, _("there is no event {event} in scenario.toml").format(event=name))
        return
    date = datetime.fromisoformat(mail.record["date"])
    if not _window_start(event, mail.record["from_address"]) <= date < event.window_end:
        sentence = _("{date} lies outside of the window of {event} ({first} to {last})")
        first, last = event.window_start, event.window_end - timedelta(minutes=1)
        yield Finding(
            Check.WINDOW,
            mail.place,
            sentence.format(date=date.date(), event=name, first=first.date(), last=last.date()),
        )


def _window_start(event: Event, sender: str) -> datetime:
    """On the day itself, mail before the start belongs to the event only when it comes from the organiser."""
    return event.day_start if sender.lower() in event.organizer_addresses else event.window_start


def _reserved_findings(place: str, text: str) -> Iterator[Finding]:
    for domain in sorted({found.lower() for found in _DOMAIN.findall(text)}):
        if not _RESERVED.search(domain):
            yield Finding(Check.DOMAIN, place, _("{domain} is no reserved domain").format(domain=domain))
    for number in sorted(set(_TELEPHONE.findall(unicodedata.normalize("NFKC", text)))):
        if not _INVENTED_NUMBER.search(number):
            yield Finding(Check.TELEPHONE, place, _("{number} may be somebody's number").format(number=number))


def _sentences(mail: WrittenMail) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(mail.unquoted):
        sentence = sentence.strip(" \u3000|・-*")
        if len(sentence) >= SENTENCE_LENGTH and not _SET_PHRASE.search(sentence):
            yield sentence


def _repeated_sentences(mails: Sequence[WrittenMail]) -> Iterator[Finding]:
    first_place: dict[str, str] = {}
    for mail in mails:
        for sentence in dict.fromkeys(_sentences(mail)):
            place = first_place.setdefault(sentence, mail.place)
            if place != mail.place:
                repeated = _("also in {place}: {sentence}").format(place=place, sentence=sentence[:60])
                yield Finding(Check.SENTENCE, mail.place, repeated)


def _near_duplicates(mails: Sequence[WrittenMail]) -> Iterator[Finding]:
    """Pairs of mails whose sets of 5-grams are alike, set phrases left out."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [re.sub(r"\s+", "", mail.unquoted) for mail in mails]
    if sum(len(text) >= GRAM for text in texts) < 2:
        return
    grams = CountVectorizer(analyzer="char", ngram_range=(GRAM, GRAM), binary=True, lowercase=False, dtype="int32")
    try:
        held = csr_matrix(grams.fit_transform(texts))
    except ValueError:
        return
    held = held[:, held.getnnz(axis=0) <= SET_PHRASE_MAILS]
    sizes = held.getnnz(axis=1)
    shared = csr_matrix(held @ held.T).tocoo()
    for row, column, count in sorted(zip(shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True)):
        if row < column and count >= NEAR_DUPLICATE * (sizes[row] + sizes[column] - count):
            similarity = count / (sizes[row] + sizes[column] - count)
            alike = _("resembles {place} ({similarity} of 1)")
            sentence = alike.format(place=mails[row].place, similarity=f"{similarity:.2f}")
            yield Finding(Check.NEAR_DUPLICATE, mails[column].place, sentence)


def _coverage(mails: Sequence[WrittenMail]) -> Iterator[Finding]:
    """In each mailbox every outcome; in a whole corpus every kind by ten authors, every topic under three outcomes."""
    by_mailbox: dict[str, set[str]] = defaultdict(set)
    authors: dict[str, set[str]] = defaultdict(set)
    outcomes_of: dict[str, set[str]] = defaultdict(set)
    for mail in mails:
        by_mailbox[mail.mailbox].add(mail.record["outcome"])
        authors[mail.record["kind"]].add(mail.mailbox)
        for topic in mail.topics:
            outcomes_of[topic].add(mail.record["outcome"])
    for name, outcomes in by_mailbox.items():
        if missing := [outcome for outcome in OUTCOMES if outcome not in outcomes]:
            sentence = _("no mail is labelled {labels}").format(labels=", ".join(missing))
            yield Finding(Check.COVERAGE, name, sentence)
    if len(by_mailbox) < WHOLE_CORPUS:
        return
    for kind in KINDS:
        if len(authors[kind]) < AUTHORS_OF_KIND:
            sentence = ngettext(
                "only {count} mailbox has {kind}", "only {count} mailboxes have {kind}", len(authors[kind])
            )
            yield Finding(Check.COVERAGE, "", sentence.format(count=len(authors[kind]), kind=kind))
    for topic in TOPICS:
        if len(outcomes_of[topic]) < OUTCOMES_OF_TOPIC:
            labels = ", ".join(sorted(outcomes_of[topic])) or "-"
            sentence = _("the topic “{topic}” occurs only under: {labels}").format(topic=topic, labels=labels)
            yield Finding(Check.COVERAGE, "", sentence)


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """What is in a corpus; counts are mails unless their names say otherwise.

    `lengths`: the characters of text at the shortest, the first quartile, the median, the third quartile and the
    longest. `latin`: mails in which most letters are Latin. `several_mails`: leads whose sender wrote another lead in
    the same mailbox. `by_topic`: topic → outcome → mails.
    """

    mailboxes: Mapping[str, int]
    mails: int
    by_outcome: Mapping[Outcome, int]
    by_kind: Mapping[Kind, int]
    by_difficulty: Mapping[str, int]
    without_event: int
    html: int
    replies: int
    list_headers: int
    latin: Mapping[Outcome, int]
    several_mails: int
    lengths: tuple[int, int, int, int, int]
    by_topic: Mapping[str, Mapping[Outcome, int]]


def corpus_statistics(folders: Sequence[Path]) -> CorpusStatistics:
    """The statistics of these mailboxes. Raises SampleError with place and sentence when a record is wrong."""
    mails, _events, findings = read_written(folders)
    if findings:
        raise SampleError(f"{findings[0].place}: {findings[0].sentence}")
    if not mails:
        raise SampleError(_("There is no mail in these mailboxes."))
    lengths = sorted(len(mail.text) for mail in mails)
    quartiles = statistics.quantiles(lengths, n=4, method="inclusive") if len(lengths) > 1 else [lengths[0]] * 3
    lead_senders = Counter(
        (mail.mailbox, mail.record["from_address"]) for mail in mails if mail.record["outcome"] == Outcome.LEAD
    )
    topics: dict[str, Counter[Outcome]] = {topic: Counter() for topic in TOPICS}
    for mail in mails:
        for topic in mail.topics:
            topics[topic][Outcome(mail.record["outcome"])] += 1

    def count(test: Callable[[Mapping[str, Any]], object]) -> int:
        return sum(bool(test(mail.record)) for mail in mails)

    outcomes = Counter(Outcome(mail.record["outcome"]) for mail in mails)
    kinds = Counter(Kind(mail.record["kind"]) for mail in mails)
    latin = Counter(Outcome(mail.record["outcome"]) for mail in mails if _is_latin(mail.text))
    difficulty = Counter(mail.record["difficulty"] for mail in mails)
    return CorpusStatistics(
        mailboxes=Counter(mail.mailbox for mail in mails),
        mails=len(mails),
        by_outcome={outcome: outcomes[outcome] for outcome in OUTCOMES},
        by_kind={kind: kinds[kind] for kind in KINDS},
        by_difficulty={name: difficulty[name] for name in ("easy", "medium", "hard")},
        without_event=count(lambda record: record["event"] is None),
        html=count(lambda record: record["html"]),
        replies=count(lambda record: record["in_reply_to"] or "\n>" in record["body"]),
        list_headers=count(lambda record: any(_is_list_header(name) for name in record["headers"])),
        latin={outcome: latin[outcome] for outcome in OUTCOMES},
        several_mails=sum(number for number in lead_senders.values() if number > 1),
        lengths=(lengths[0], *(round(value) for value in quartiles), lengths[-1]),  # type: ignore[arg-type]
        by_topic=topics,
    )


def _is_list_header(name: str) -> bool:
    return name.lower().startswith("list-") or name.lower() == "precedence"


def _is_latin(text: str) -> bool:
    """True when most of the letters are Latin, addresses and links set aside."""
    letters = [letter for letter in re.sub(r"\S+@\S+|https?://\S+", "", text) if letter.isalpha()]
    return len(letters) > 20 and sum(letter.isascii() for letter in letters) > len(letters) / 2


def write_mailbox(source: Path, folder: Path, *, maildir: bool = False) -> datetime:
    """Write the mailbox in `source` below `folder` as real mail, and its events file; returns the newest date.

    The folders `mail/inbox` and `mail/sent` (from sent.jsonl, where the mailbox has it) hold files `<id>.eml`, or are
    Maildirs. Raises SampleError when a record is wrong or there is none.
    """
    events = read_events(source / "scenario.toml")
    owner = events.owner.addresses[0] if events.owner.addresses else "owner@example.jp"
    received, newest = [], None
    for line, record, problem in read_lines(source / "mails.jsonl"):
        if problem:
            raise SampleError(
                _("{file}, line {line}: {problem}.").format(file=source / "mails.jsonl", line=line, problem=problem)
            )
        received.append((record["id"], render(record, source.name, owner)))
        date = datetime.fromisoformat(record["date"])
        newest = date if newest is None else max(newest, date)
    if newest is None:
        raise SampleError(_("{path} has no samples.").format(path=source))
    own_mail = source / "sent.jsonl"
    replies = [json.loads(line) for line in own_mail.read_text("utf-8").splitlines()] if own_mail.exists() else []
    sent = [(reply["id"], render_own(reply, source.name, owner, events.owner.name)) for reply in replies]
    for name, mails in (("inbox", received), ("sent", sent)):
        place = folder / "mail" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if maildir:
            maildir_folder = mail_folders.Maildir(place, create=True)
            for _id, raw in mails:
                maildir_folder.add(raw)
        else:
            place.mkdir(exist_ok=True)
            for mail_id, raw in mails:
                (place / f"{mail_id}.eml").write_bytes(raw)
    (folder / "events.toml").write_bytes((source / "scenario.toml").read_bytes())
    return newest
