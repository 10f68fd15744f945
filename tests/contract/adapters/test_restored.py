"""What every adapter finds when the ledger was put back from a backup, and knows neither keys nor the very words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.adapters.stages import NETWORKS, WIRED, Stage
from contract.adapters.test_faults import POSTS, SINGLE, THREAD, attempt, claimed

from bot.errors import OutcomeUnknown
from bot.model import Part, Post

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Delivery


@pytest.fixture(params=NETWORKS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return NETWORKS[request.param](request, tmp_path)


@pytest.fixture(params=WIRED)
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return NETWORKS[request.param](request, tmp_path)


def forgotten(texts: tuple[str, ...]) -> Delivery:
    """What was published after the backup, under a key and at a time that are lost."""
    return replace(claimed(texts, number=7), first_attempt_at=datetime.now(UTC) - timedelta(hours=1))


def sought(texts: tuple[str, ...]) -> Delivery:
    """The delivery of the same article, when it was taken in again."""
    now = datetime.now(UTC)
    delivery = replace(claimed(texts), first_attempt_at=now, sought_since=now - timedelta(days=1), sought_until=now)
    return replace(delivery, claim=2, frozen_by=2)


@POSTS
def test_what_was_published_under_a_key_that_is_lost_is_found(stage: Stage, texts: tuple[str, ...]) -> None:
    lost, _ = attempt(stage.connect(30), forgotten(texts))
    found = list(stage.connect(30).find(sought(texts), ()))
    assert [(each.index, each.remote_id, each.url) for each in lost.receipts] == [
        (each.index, each.remote_id, each.url) for each in found
    ]
    taken = [receipt.remote_id for receipt in lost.receipts]
    assert [] == list(stage.connect(30).find(sought(texts), taken)), "what others hold is theirs"


@POSTS
def test_what_was_not_published_is_absent(stage: Stage, texts: tuple[str, ...]) -> None:
    attempt(stage.connect(30), forgotten(("Another post.",)))
    other = sought(texts)
    assert other.post is not None
    assert [] == list(stage.connect(30).find(replace(other, post=replace(other.post, title="")), ()))


@pytest.mark.parametrize("stands", [1, 3])
def test_a_thread_goes_on_where_it_was_when_the_ledger_was_lost(wired: Stage, stands: int) -> None:
    attempt(wired.connect(30), forgotten(THREAD[:stands]))
    delivery = sought(THREAD)
    for receipt in wired.connect(30).find(delivery, ()):
        delivery = delivery.with_receipt(receipt)
    assert stands == len(delivery.receipts)
    delivery, error = attempt(wired.connect(30), replace(delivery, attempts=1))
    assert error is None
    assert list(THREAD) == wired.texts()
    assert delivery.receipts == tuple(wired.connect(30).find(replace(delivery, receipts=()), ()))


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (SINGLE, "A post on its own: with #tags and ünïcode!"),
        (("Before the edit. https://example.org/a",), "After it: https://example.org/a"),
        (("A headline, and what was said of it first",), "A headline, and other words"),
    ],
    ids=["the same words", "the same link", "the same title"],
)
def test_what_may_be_the_same_in_other_words_is_for_a_person_to_judge(
    stage: Stage, then: tuple[str, ...], now: str
) -> None:
    attempt(stage.connect(30), forgotten(then))
    edited = Post((Part(now),), title="A headline", url="https://example.org/a", lang="en")
    with pytest.raises(OutcomeUnknown, match="like what was sent"):
        list(stage.connect(30).find(replace(sought(SINGLE), post=edited), ()))
