"""What the ledger tells: what is due and in which order, what needs the operator, and what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from contract.ledger.story import (
    ARTICLE,
    LATER,
    NEWS,
    NOW,
    SOON,
    SPORT,
    THREAD,
    UNRELATED,
    claimed,
    doubted,
    receipt,
)
from sqlalchemy import event

from bot.errors import LedgerError
from bot.ledger import open_ledger
from bot.ledger.schema import metadata
from bot.model import State
from bot.planning import Planner
from bot.schedule.rhythm import Rhythm

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.ledger import Ledger
    from bot.model import Delivery


def take(ledger: Ledger, name: str, due_at: datetime | None) -> Delivery:
    """One more article for the account news."""
    article = replace(ARTICLE, identities=(name,), headline=name)
    return ledger.take_in(article, [NEWS], now=NOW, due_at=due_at).deliveries[0]


def due(ledger: Ledger, now: datetime) -> int | None:
    found = ledger.turn("news", now)[1]
    return found.id if found else None


def test_the_earliest_is_due_first_and_of_equals_the_older(ledger: Ledger) -> None:
    second, third, first = take(ledger, "b", SOON), take(ledger, "c", SOON), take(ledger, "a", NOW)

    order = []
    while (number := due(ledger, SOON)) is not None:
        order.append(number)
        ledger.cancel(number, NOW)
    assert [first.id, second.id, third.id] == order


def test_nothing_is_due_before_its_time(ledger: Ledger) -> None:
    delivery = take(ledger, "a", SOON)

    assert due(ledger, SOON - timedelta(microseconds=1)) is None
    assert delivery.id == due(ledger, SOON)


def test_times_are_the_same_in_every_zone(ledger: Ledger) -> None:
    seoul = timezone(timedelta(hours=9))
    delivery = take(ledger, "a", SOON.astimezone(seoul))

    assert (SOON, timedelta(0)) == (delivery.due_at, delivery.due_at and delivery.due_at.utcoffset())
    assert delivery == ledger.turn("news", SOON.astimezone(seoul))[1]
    assert ledger.turn("news", NOW.astimezone(seoul))[1] is None


def test_a_time_without_its_zone_is_a_mistake(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="a time without its zone"):
        take(ledger, "a", NOW.replace(tzinfo=None))


def test_what_is_unknown_takes_its_turn_by_its_time(ledger: Ledger) -> None:
    late, unknown = take(ledger, "a", LATER), doubted(ledger, take(ledger, "b", NOW), due_at=SOON)

    assert (None, unknown.id) == (due(ledger, NOW), due(ledger, LATER))
    assert SOON == ledger.next_due("news")
    claimed(ledger, unknown)
    assert (late.id, LATER) == (due(ledger, LATER), ledger.next_due("news"))


def test_nothing_is_due_that_waits_for_the_operator_or_is_under_way(ledger: Ledger) -> None:
    doubted(ledger, take(ledger, "a", NOW), due_at=None)
    ledger.note_error(take(ledger, "b", NOW), "too long", now=NOW, due_at=None)
    claimed(ledger, take(ledger, "c", NOW))

    assert (None, None) == (due(ledger, LATER), ledger.next_due("news"))


def test_each_account_has_its_own_turn(ledger: Ledger) -> None:
    news, sport = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries

    assert (news, sport) == (ledger.turn("news", NOW)[1], ledger.turn("sport", NOW)[1])


def test_a_tick_reads_an_index_however_many_wait(tmp_path: Path) -> None:
    """On SQLite, whose plan is the same every time; PostgreSQL's depends on what it has counted."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/bot.db", lanes=tmp_path)
    ledger.ensure([NEWS])
    statements: list[tuple[str, Any]] = []
    event.listen(ledger._database.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    ledger.turn("news", NOW)
    ledger.next_due("news")
    ledger.abandoned("news", now=NOW)

    asked = [(sql, values) for sql, values in statements if "FROM deliveries" in sql]
    with ledger._database.reading() as db:
        plans = [row.detail for sql, values in asked for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    ledger.close()
    assert 3 == len(asked)
    scans = {f"SCAN {table}" for table in metadata.tables}
    assert set() == scans & {" ".join(step.split()[:2]) for step in plans}
    by_state = "INDEX deliveries_by_account_state_priority_section_created_at_id"  # as good for what is `sending`
    assert {"INDEX deliveries_by_account_state_due_at_id", by_state, "INTEGER PRIMARY"} == {
        " ".join(step.replace("COVERING ", "").split()[3:5]) for step in plans if step.startswith("SEARCH deliveries")
    }


def test_nothing_that_the_daemon_asks_goes_through_all_that_waits(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/bot.db", lanes=tmp_path)
    statements: list[tuple[str, Any]] = []
    event.listen(ledger._database.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    planner = Planner(ledger, {"news": Rhythm(slots=("* * * * *",)), "sport": Rhythm()}, clock=lambda: LATER)
    ledger.ensure([NEWS, SPORT])
    planner.replan(at_work=True)
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW, planned=planner.planned)
    ledger.take_in(replace(ARTICLE, headline="Edited"), [], now=NOW, due_at=NOW, planned=planner.planned)
    planner.replan(at_work=True)
    assert planner.may_go(taken.deliveries[0], cost=Decimal(0), by_hand=False)
    planner.next_dues()
    ledger.happened(1)
    ledger.unfinished(taken.article)
    ledger.withdraw("queue:1.md", now=NOW)
    ledger.release("queue:1.md", now=NOW)

    large = {f"SCAN {table}" for table in metadata.tables if table != "accounts"}
    with ledger._database.reading() as db:
        read = [
            (row.detail, sql)
            for sql, values in statements
            if sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and not isinstance(values, list)
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    ledger.close()
    assert [] == [(step, sql) for step, sql in read if " ".join(step.split()[:2]) in large]
    assert len(read) > len(large)


def test_what_waits_is_told_in_order_of_its_time(ledger: Ledger) -> None:
    never, late, early = take(ledger, "a", None), take(ledger, "b", LATER), take(ledger, "c", SOON)
    claimed(ledger, take(ledger, "d", NOW))

    assert (early, late, never) == ledger.waiting()


def test_what_is_left_of_accounts_that_are_no_more_is_told_without_all_that_waits_for_the_others(
    ledger: Ledger,
) -> None:
    news, sport = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries

    assert (news, sport) == ledger.unsettled()
    assert (sport,) == ledger.unsettled(besides=["news"])
    ledger.cancel(sport.id, NOW)
    assert () == ledger.unsettled(besides=["news"])


def test_it_tells_since_when_each_account_is_paused(ledger: Ledger) -> None:
    ledger.ensure([NEWS, SPORT])
    ledger.pause("news", "first", now=NOW)
    ledger.resume("news", now=SOON)
    ledger.pause("news", "again", now=LATER)

    assert {"news": LATER} == ledger.paused_since()


def test_an_article_is_unfinished_until_all_its_deliveries_ended(ledger: Ledger) -> None:
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)
    news, sport = taken.deliveries

    assert ledger.unfinished(taken.article)
    ledger.cancel(sport.id, NOW)
    unknown = doubted(ledger, news)
    assert ledger.unfinished(taken.article)
    ledger.resolve_posted(unknown.id, "https://example.org/seen", "seen", NOW)
    assert not ledger.unfinished(taken.article)


def test_every_state_is_counted(ledger: Ledger) -> None:
    take(ledger, "a", NOW)
    doubted(ledger, take(ledger, "b", NOW))
    ledger.cancel(take(ledger, "c", NOW).id, NOW)
    ledger.cancel(take(ledger, "d", NOW).id, NOW)

    counted = {State.SCHEDULED: 1, State.UNKNOWN: 1, State.CANCELLED: 2}
    assert dict.fromkeys(State, 0) | counted == ledger.counts()


def test_what_needs_the_operator_is_pointed_out(ledger: Ledger) -> None:
    take(ledger, "fine", NOW)
    ledger.confirm(claimed(ledger, take(ledger, "done", NOW)), receipt(0, "done"), now=NOW)
    unknown = doubted(ledger, take(ledger, "unknown", NOW))
    discarded = ledger.discard(claimed(ledger, take(ledger, "discarded", NOW)), "no", now=NOW)
    error = ledger.note_error(take(ledger, "error", NOW), "too long", now=NOW, due_at=None)
    half = ledger.confirm(claimed(ledger, take(ledger, "half", NOW), THREAD), receipt(0), now=NOW)
    assert half
    half = ledger.postpone(half, "slow down", now=NOW, due_at=NOW)

    assert (unknown, discarded, error, half) == ledger.attention()


def test_a_half_thread_that_goes_on_without_an_error_is_pointed_out(ledger: Ledger) -> None:
    half = ledger.confirm(claimed(ledger, take(ledger, "half", NOW), THREAD), receipt(0), now=NOW)
    assert half
    ledger.doubt(half, "no answer", now=NOW, due_at=None)
    rest = ledger.resolve_posted(half.id, "https://example.org/seen", "seen", NOW)

    assert (State.SCHEDULED, None) == (rest.state, rest.error)
    assert (rest,) == ledger.attention()


def test_the_log_tells_what_happened_to_whom(ledger: Ledger) -> None:
    delivery = take(ledger, "one", NOW)
    ledger.take_in(UNRELATED, [SPORT], now=SOON, due_at=SOON)
    ledger.pause("sport", "by hand", now=LATER)

    assert [
        (NOW, None, delivery.article, "one", None, "taken in", "one"),
        (NOW, delivery.id, delivery.article, "one", "news", "scheduled", ""),
    ] == [
        (event.at, event.delivery, event.article, event.headline, event.account, event.event, event.detail)
        for event in ledger.events(delivery.article)
    ]
    assert 5 == len(ledger.events())
    last = ledger.events()[-1]
    assert (LATER, None, None, None, "sport", "paused", "by hand") == (
        last.at,
        last.delivery,
        last.article,
        last.headline,
        last.account,
        last.event,
        last.detail,
    )


def test_a_delivery_that_is_not_there_is_told_in_one_line(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"^there is no delivery 7\. "):
        ledger.delivery(7)
