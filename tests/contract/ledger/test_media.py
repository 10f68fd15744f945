"""The bytes that a frozen post shows are there for as long as it may have to be sent again, and no longer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import LATER, NOW, POST, claimed, doubted, happened, receipt

from bot.errors import LedgerError
from bot.model import Attachment, Card, Part, Post

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery

PICTURE = Attachment("a.jpg", "a bridge", "aa", "image/jpeg", 5, 1200, 800, b"one\0\xff")
THUMBNAIL = Attachment("b.png", "", "bb", "image/png", 3, 40, 40, b"two")
SHOWN = Post(
    (Part("Hello", media=(PICTURE, PICTURE)), Part("more", card=Card("https://x.example", "X", "x", THUMBNAIL))),
    left_out=("picture c.jpg: is no picture",),
)


def held(ledger: Ledger) -> int:
    with ledger._database.reading() as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM media").scalar_one())


def contents(delivery: Delivery) -> list[bytes]:
    assert delivery.post is not None
    return [each.content for part in delivery.post.parts for each in part.attachments]


def test_another_process_sends_the_very_same_bytes_again(ledger: Ledger, another: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, SHOWN)
    seen = another.delivery(unknown.id)
    assert SHOWN == seen.post
    assert [b"", b"", b""] == contents(seen)
    assert [b"one\0\xff", b"one\0\xff", b"two"] == contents(another.complete(seen))


def test_what_an_attempt_holds_already_is_not_read_again(ledger: Ledger, scheduled: Delivery) -> None:
    sending = claimed(ledger, scheduled, SHOWN)
    assert ledger.complete(sending) is sending


def test_a_later_attempt_keeps_the_bytes_that_were_frozen(ledger: Ledger, scheduled: Delivery) -> None:
    other = replace(SHOWN, parts=(Part("Hello", media=(replace(PICTURE, digest="cc", content=b"three"),)),))
    again = claimed(ledger, doubted(ledger, scheduled, SHOWN), other)
    assert [b"one\0\xff", b"one\0\xff", b"two"] == contents(ledger.complete(again))


def test_they_go_when_every_part_stands(ledger: Ledger, scheduled: Delivery) -> None:
    sending = ledger.confirm(claimed(ledger, scheduled, SHOWN), receipt(0), now=NOW)
    assert sending is not None
    assert 2 == held(ledger)
    ledger.confirm(sending, receipt(1), now=NOW)
    assert 0 == held(ledger)


def test_they_go_when_the_post_thaws_and_come_anew_with_the_next_attempt(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.postpone(claimed(ledger, scheduled, SHOWN), "down", now=NOW, due_at=NOW)
    assert 0 == held(ledger)
    claimed(ledger, ledger.delivery(scheduled.id), SHOWN)
    assert 2 == held(ledger)


def test_what_was_left_out_is_written_down_once(ledger: Ledger, scheduled: Delivery) -> None:
    claimed(ledger, doubted(ledger, scheduled, SHOWN), SHOWN)
    assert 1 == happened(ledger).count("left out")
    (event,) = [each for each in ledger.events() if each.event == "left out"]
    assert "picture c.jpg: is no picture" == event.detail


def test_bytes_that_are_gone_are_told_and_nothing_else_is_sent(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, SHOWN)
    with ledger._database.writing() as db:
        db.exec_driver_sql("DELETE FROM media")
    with pytest.raises(LedgerError, match="bytes of 'aa' are gone"):
        ledger.complete(unknown if unknown.post is None else ledger.delivery(unknown.id))


def test_pruning_forgets_those_of_what_was_refused_for_good(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.discard(claimed(ledger, scheduled, SHOWN), "no", now=NOW)
    assert 2 == held(ledger)
    ledger.prune(LATER, now=LATER)
    assert 0 == held(ledger)


def test_a_post_without_any_keeps_none(ledger: Ledger, scheduled: Delivery) -> None:
    sending = claimed(ledger, scheduled, POST)
    assert 0 == held(ledger)
    assert ledger.complete(sending) is sending
