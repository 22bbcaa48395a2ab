"""Small labelled messages for model tests: a few words that give the label away, so that training is quick."""

from __future__ import annotations

import hashlib
import random

from followup_filter.labels import KINDS_OF_OUTCOME, OUTCOMES
from followup_filter.mail.message import Address, FormFacts, Message
from followup_filter.model.samples import Sample

WORDS = {
    "lead": ("見積もり", "お願いしたい", "いくら", "部数", "納期"),
    "network_marketing": ("権利収入", "仲間", "会ってほしい", "ビジネス説明会", "紹介料"),
    "membership_venue": ("入会金", "月会費", "会議室", "正会員", "見学"),
    "newsletter": ("配信停止", "今月号", "各位", "セミナー", "通信"),
    "other": ("ありがとうございました", "弊社サービス", "領収書", "写真", "お元気"),
}


def message(text: str, subject: str = "", address: str = "a@b.example") -> Message:
    """A message with this text and nothing else of note."""
    return Message(
        content_hash=hashlib.sha256(f"{subject}{text}{address}".encode()).hexdigest(),
        message_id=None,
        in_reply_to=(),
        references=(),
        date=None,
        from_address=Address("", address),
        reply_to=(),
        to=(),
        cc=(),
        subject=subject,
        text=text,
        quoted="",
        signature="",
        forwarded=False,
        list_headers=(),
        links=(),
        form=FormFacts(),
    )


def samples(groups: int = 4, of_each: int = 6, *, shuffled: bool = False, seed: int = 5) -> list[Sample]:
    """`of_each` samples of every outcome in each group; shuffled: with labels drawn by lot within the group."""
    chance = random.Random(seed)
    made: list[Sample] = []
    for group in range(groups):
        texts = [
            (outcome, " ".join(chance.choice(WORDS[outcome]) for _ in range(4)) + f"。{chance.random()}")
            for outcome in OUTCOMES
            for _ in range(of_each)
        ]
        labels = [outcome for outcome, _text in texts]
        if shuffled:
            chance.shuffle(labels)
        for number, (label, (_outcome, text)) in enumerate(zip(labels, texts, strict=True)):
            kinds = KINDS_OF_OUTCOME[label]
            made.append(Sample(f"group-{group}", f"{group}-{number}", message(text), label, kinds[number % len(kinds)]))
    return made
