"""`make bench-cards`: the cost of telling events must grow with mails, not with mails times cards (issue 6)."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import cycle, islice

from followup_filter.events.attribution import History, attribute
from followup_filter.events.event import Card, Event, EventList
from followup_filter.learning import shipped_samples
from followup_filter.mail.message import Message

MAILS, EVENTS = 5_000, 200
FEW, MANY = 1_000, 10_000
LIMIT = 1.3
FAMILY = [
    *[
        "佐藤",
        "鈴木",
        "高橋",
        "田中",
        "伊藤",
        "渡辺",
        "山本",
        "中村",
        "小林",
        "加藤",
        "吉田",
        "山田",
        "佐々木",
        "山口",
        "松本",
    ]
]
GIVEN = [
    *[
        "一郎",
        "花子",
        "健吾",
        "真紀",
        "理人",
        "恵美",
        "大輔",
        "由美",
        "翔太",
        "陽菜",
        "誠一",
        "詩織",
        "亮",
        "麻衣",
        "勝",
    ]
]


def events_with(cards: int) -> EventList:
    """200 events of the months that the samples are of, with so many cards in all, each of another company."""
    per_event = cards // EVENTS
    made = []
    for number in range(EVENTS):
        people = tuple(
            Card(
                f"{FAMILY[(number + place) % 15]}川 {GIVEN[(number * 7 + place) % 15]}",
                f"株式会社{number}番街{place}商店",
                f"p{place}@c{number}-{place}.example",
            )
            for place in range(per_event)
        )
        made.append(
            Event(f"e{number}", f"第{number}交流の集い", date(2026, 4, 1) + timedelta(days=number), cards=people)
        )
    return EventList(events=tuple(made))


def seconds(events: EventList, mails: list[Message]) -> float:
    """How long it takes to tell the events of all mails, the index of the cards included."""
    began = time.process_time()
    history = History()
    for message in mails:
        history.add(message, attribute(message, events, history).event)
    return time.process_time() - began


def main() -> None:
    """Print both times and fail when ten times the cards cost more than the limit."""
    mails = list(islice(cycle([sample.message for sample in shipped_samples()]), MAILS))
    few, many = events_with(FEW), events_with(MANY)
    times: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(3):
        times["few"].append(seconds(few, mails))
        times["many"].append(seconds(many, mails))
    ratio = min(times["many"]) / min(times["few"])
    shown = ", ".join(f"{name} cards {min(found):.1f} s" for name, found in times.items())
    print(f"{MAILS} mails, {EVENTS} events: {shown}")
    print(f"ten times the cards: {ratio:.2f} of the time (limit {LIMIT})")
    if ratio > LIMIT:
        raise SystemExit("The limit is broken.")


if __name__ == "__main__":
    main()
