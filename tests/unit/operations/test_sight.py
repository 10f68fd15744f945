"""How the bot stands, as those see it who watch it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.ledger.story import ARTICLE, NEWS, NOW, SPORT, UNRELATED, claimed, doubted
from unit.operations.made import Steady

from bot.errors import ArticleError, BotError, LedgerError
from bot.ledger import Ledger, open_ledger
from bot.ledger.measuring import Wanting
from bot.model import State
from bot.operations.sight import Lookout, Pulse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALIVE = frozenset({"watching", "APScheduler"})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(f"sqlite:///{tmp_path}/bot.db", lanes=tmp_path / "lanes")
    yield opened
    opened.close()


class Post:
    """A lookout, its pulse and its clock."""

    def __init__(self, ledger: Ledger, queue: Path, names: frozenset[str] = ALIVE) -> None:
        self.clock = Steady()
        self.pulse = Pulse(self.clock)
        given: dict[str, Any] = {"told": dict, "clock": lambda: NOW, "monotonic": self.clock}
        self.lookout = Lookout(ledger, queue, self.pulse, names=lambda: names, **given)


@pytest.fixture
def post(ledger: Ledger, tmp_path: Path) -> Post:
    (tmp_path / "queue").mkdir()
    return Post(ledger, tmp_path / "queue")


def test_a_daemon_at_work_is_well(post: Post) -> None:
    assert () == post.lookout.health()


def test_a_loop_that_has_not_looked_is_ill_until_it_does(post: Post) -> None:
    post.clock.seconds += 200
    assert ("the loop looked last 200 s ago",) == post.lookout.health()
    post.pulse.beat()
    assert () == post.lookout.health()


def test_a_queue_that_is_not_there_is_missed(post: Post, tmp_path: Path) -> None:
    (tmp_path / "queue").rmdir()
    assert (f"{tmp_path}/queue: the queue is not there",) == post.lookout.health()


@pytest.mark.parametrize(("missing", "reason"), [("watching", "the queue"), ("APScheduler", "the clock")])
def test_a_thread_that_is_gone_is_missed(ledger: Ledger, tmp_path: Path, missing: str, reason: str) -> None:
    assert (f"nobody watches {reason}",) == Post(ledger, tmp_path, ALIVE - {missing}).lookout.health()


def test_a_ledger_that_does_not_answer_is_told(post: Post, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("DROP TABLE accounts")
    assert ["no such table: accounts" in reason for reason in post.lookout.health()] == [True]
    sight, scene = post.lookout.sight(), post.lookout.scene(NOW)
    assert (True, ()) == (sight.ledger_error is not None, sight.accounts)
    assert (True, ["ledger"]) == (scene.blind, list(scene.faults))


def test_an_account_shows_what_is_overdue_and_what_wants_a_person(ledger: Ledger, post: Post) -> None:
    first, second = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    (third,) = ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW).deliveries
    ledger.discard(claimed(ledger, third), "too long", now=NOW)
    doubted(ledger, second, due_at=None)
    news, sport = post.lookout.sight().accounts
    assert [("news", NOW, 1), ("sport", None, 1)] == [
        (each.lane.account, each.first_due, each.wanting) for each in (news, sport)
    ]
    wanting = [(each.id, each.account, each.state) for each in post.lookout.scene(NOW).wanting]
    assert [(third.id, "news", State.DISCARDED), (second.id, "sport", State.UNKNOWN)] == wanting
    assert 1 == first.id


def test_what_cannot_be_made_into_a_post_wants_a_person(ledger: Ledger, post: Post) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW).deliveries
    ledger.note_error(delivery, "it does not fit", now=NOW, due_at=NOW)
    (wanting,) = post.lookout.scene(NOW).wanting
    assert (delivery.id, "it does not fit") == (wanting.id, wanting.error)


def test_however_many_want_a_person_all_are_counted_and_the_newest_is_named(ledger: Ledger, post: Post) -> None:
    for number in range(1, 13):
        article = replace(ARTICLE, identities=(f"url:https://example.org/{number}",), headline=f"Story {number}")
        (delivery,) = ledger.take_in(article, [NEWS], now=NOW, due_at=NOW).deliveries
        ledger.discard(claimed(ledger, delivery), f"403 for {number}", now=NOW)
    expected = Wanting("news", State.DISCARDED, 12, delivery.id, "Story 12", "403 for 12")
    assert (expected,) == post.lookout.scene(NOW).wanting


def test_a_ledger_in_which_nothing_happens_is_asked_once_a_minute(ledger: Ledger, post: Post) -> None:
    ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW)
    first = post.lookout.scene(NOW).accounts
    post.clock.seconds += 59
    assert first is post.lookout.scene(NOW).accounts
    post.clock.seconds += 1
    later = post.lookout.scene(NOW).accounts
    assert later is not first
    ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW)
    assert later is not post.lookout.scene(NOW).accounts, "it is asked at once where something happened"


def test_what_expired_lately_is_seen(ledger: Ledger, post: Post) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW).deliveries
    ledger.expire(delivery, now=NOW)
    assert [("news", "Hello")] == [(each.account, each.headline) for each in post.lookout.scene(NOW).expired]
    assert () == ledger.expired_since(NOW.replace(year=2027))


def test_all_is_counted_but_not_more_often_than_is_worth_it(ledger: Ledger, post: Post) -> None:
    ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)
    sight = post.lookout.sight()
    counted = {("news", State.SCHEDULED): 1, ("sport", State.SCHEDULED): 1}
    assert (counted, 1) == (sight.tally, sight.files)
    ledger.take_in(replace(UNRELATED, identities=("queue:2.md",)), [NEWS], now=NOW, due_at=NOW)
    assert ({**counted, ("news", State.SCHEDULED): 2}, 2) == (
        post.lookout.sight().tally,
        post.lookout.sight().files,
    ), "where counting took no time"


def test_files_that_were_rejected_are_seen_with_their_sections(post: Post, tmp_path: Path) -> None:
    rejected = tmp_path / "queue" / "rejected" / "sport"
    rejected.mkdir(parents=True)
    for name in ("one.md", "one.md.reason.txt"):
        (rejected / name).touch()
    assert ("sport/one.md",) == post.lookout.scene(NOW).rejected


def test_of_very_many_rejected_files_none_is_left_out_and_the_newest_comes_first(post: Post, tmp_path: Path) -> None:
    rejected = tmp_path / "queue" / "rejected"
    rejected.mkdir(parents=True)
    for number in range(600):
        (rejected / f"{number}.md").touch()
    time.sleep(0.05)
    (rejected / "zulu.md").touch()
    found = post.lookout.scene(NOW).rejected
    assert ("zulu.md", 601) == (found[0], len(found))


def test_what_went_wrong_is_remembered_for_a_while_by_its_kind(post: Post) -> None:
    for error in (
        LedgerError("the disk is full"),
        LedgerError("it is busy"),
        BotError("cannot be read", where="queue"),
        KeyError("x"),
        ArticleError("no headline"),
    ):
        post.pulse.fault(error)
    expected = {"ledger": "it is busy", "fault: queue": "queue: cannot be read", "surprise: KeyError": "KeyError: 'x'"}
    assert expected == post.pulse.faults()
    post.clock.seconds += 300
    assert {} == post.pulse.faults()
