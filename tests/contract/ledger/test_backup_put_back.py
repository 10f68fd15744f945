"""A ledger that was put back says what it cannot know, lets nothing out by itself, and changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import (
    ARTICLE,
    LATER,
    NEWS,
    NOW,
    OUTBOX,
    POST,
    SOON,
    SPORT,
    THREAD,
    UNRELATED,
    claimed,
    doubted,
    receipt,
)

from bot.errors import Refused
from bot.ledger.answers import SEARCH
from bot.model import Account, State

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ledger import Ledger
    from bot.model import Delivery

MONTH = SEARCH + timedelta(seconds=1)
WEATHER = Account("weather", OUTBOX)


def windows(ledger: Ledger) -> dict[str, tuple[datetime | None, datetime | None]]:
    return {lane.account: (lane.sought_since, lane.sought_until) for lane in ledger.lanes()}


def after_a_restore(ledger: Ledger, delivery: Delivery, *, now: datetime = LATER) -> Delivery:
    ledger.put_back([NEWS], now=now)
    ledger.resume("news", now=now)
    return ledger.delivery(delivery.id)


def test_every_account_waits_and_says_from_when_the_backup_is(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.pause("news", "token revoked", now=NOW, credentials="old")
    back = ledger.put_back([NEWS, SPORT], now=LATER)
    assert (NOW, ("news", "sport"), 1) == (back.since, back.accounts, back.unknown)
    for lane in ledger.lanes():
        assert (True, None, None) == (lane.paused, lane.paused_until, lane.paused_with)
        assert f"from a backup of 2026-11-23 12:00:00 UTC; `bot resume {lane.account}` goes on" in (lane.reason or "")
    assert {"news": (NOW, LATER), "sport": (NOW, LATER)} == windows(ledger)


def test_what_was_not_final_is_unknown_and_all_else_as_it_was(ledger: Ledger) -> None:
    articles = [replace(ARTICLE, identities=(f"id:{number}",)) for number in range(6)]
    taken = [ledger.take_in(article, [NEWS], now=NOW, due_at=SOON).deliveries[0] for article in articles]
    waiting, sending, midway, in_doubt, done, refused = taken
    claimed(ledger, sending)
    ledger.confirm(claimed(ledger, midway, THREAD), receipt(0, "midway"), now=NOW)
    given_up = doubted(ledger, in_doubt, due_at=None)
    ledger.confirm(claimed(ledger, done), receipt(), now=NOW)
    ledger.discard(claimed(ledger, refused), "too long", now=NOW)
    before = [ledger.delivery(each.id) for each in taken]
    assert 4 == ledger.put_back([NEWS], now=LATER).unknown

    after = [ledger.delivery(each.id) for each in taken]
    words = "the ledger was put back from a backup; this may have been posted since"
    unknown = {"state": State.UNKNOWN, "error": words}
    expected = [replace(was, **unknown) for was in before[:3]] + before[3:]  # type: ignore[arg-type]
    sought = {"sought_since": NOW, "sought_until": LATER}
    assert [replace(was, **sought) for was in expected] == after  # type: ignore[arg-type]
    assert (None, SOON) == (given_up.due_at, after[0].due_at), "an hour that was set holds, and so does the operator's"
    told = [(event.delivery, event.detail) for event in ledger.events() if event.event == "put back" and event.delivery]
    was = ["scheduled", "sending", "sending", "unknown"]
    assert [(each.id, f"was {state}") for each, state in zip(taken, was, strict=False)] == told
    assert waiting.id == taken[0].id


def test_what_has_its_hour_yet_to_come_keeps_it_and_troubles_nobody(ledger: Ledger) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=LATER).deliveries
    ledger.put_back([NEWS], now=SOON)
    after = ledger.delivery(delivery.id)
    assert (State.UNKNOWN, LATER, None) == (after.state, after.due_at, after.error)


def test_what_had_no_hour_yet_is_looked_for_now(ledger: Ledger) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=None).deliveries
    ledger.put_back([NEWS], now=LATER)
    assert LATER == ledger.delivery(delivery.id).due_at


def test_the_backup_is_no_younger_than_the_last_thing_in_it_nor_than_now(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.pause("news", "by a clock that ran ahead", now=LATER + timedelta(days=9))
    assert LATER == ledger.put_back([NEWS], now=LATER).since


def test_a_ledger_in_which_nothing_happened_is_searched_from_the_beginning(ledger: Ledger) -> None:
    assert 2026 == ledger.put_back([NEWS], now=LATER).since.year
    (since, until), *_ = windows(ledger).values()
    assert since is not None
    assert (1, 1, LATER) == (since.month, since.day, until)


def test_an_account_that_the_backup_did_not_know_is_looked_through_too(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.put_back([NEWS, SPORT], now=LATER)
    ledger.ensure([NEWS, SPORT, WEATHER])
    assert dict.fromkeys(("news", "sport", "weather"), (NOW, LATER)) == windows(ledger)
    assert [True, True, False] == [lane.paused for lane in ledger.lanes()]


def test_a_second_restore_looks_back_as_far_as_the_first(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.put_back([NEWS], now=SOON)
    ledger.put_back([NEWS], now=LATER)
    assert {"news": (NOW, LATER)} == windows(ledger)
    ledger.resume("news", now=LATER)
    ledger.put_back([NEWS], now=LATER + MONTH)
    assert {"news": (LATER, LATER + MONTH)} == windows(ledger)


def test_a_second_restore_in_a_row_is_from_the_same_backup_and_says_so(ledger: Ledger, scheduled: Delivery) -> None:
    moments = [ledger.put_back([NEWS, SPORT], now=now).since for now in (SOON, LATER, LATER + MONTH)]
    assert [NOW] * 3 == moments
    assert {"news": (NOW, LATER + MONTH), "sport": (NOW, LATER + MONTH)} == windows(ledger)
    assert "put back from a backup of 2026-11-23 12:00:00 UTC" in (ledger.lanes()[0].reason or "")
    assert "from a backup of 2026-11-23 12:00:00 UTC" == ledger.events()[-1].detail


def test_the_search_ends_by_itself_with_the_first_claim_after_a_month(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = after_a_restore(ledger, scheduled)
    (later,) = ledger.take_in(UNRELATED, [NEWS], now=LATER, due_at=LATER).deliveries
    assert (NOW, LATER) == (later.sought_since, later.sought_until)
    assert claimed(ledger, unknown, now=LATER + SEARCH).sought_since is not None
    assert claimed(ledger, later, now=LATER + MONTH).sought_since is None
    assert {"news": (None, None)} == windows(ledger)


def test_an_outage_thaws_what_was_only_looked_for_and_it_stays_unknown(ledger: Ledger, scheduled: Delivery) -> None:
    attempt = claimed(ledger, after_a_restore(ledger, scheduled), now=LATER)
    postponed = ledger.postpone(attempt, "down", now=LATER, due_at=LATER)
    assert postponed is not None
    assert (State.UNKNOWN, None, None) == (postponed.state, postponed.post, postponed.first_attempt_at)


def test_a_new_article_after_a_restore_waits_out_an_outage_as_ever(ledger: Ledger, scheduled: Delivery) -> None:
    after_a_restore(ledger, scheduled)
    (new,) = ledger.take_in(UNRELATED, [NEWS], now=LATER, due_at=LATER).deliveries
    postponed = ledger.postpone(claimed(ledger, new, now=LATER), "down", now=LATER, due_at=LATER)
    assert postponed is not None
    assert (State.SCHEDULED, None) == (postponed.state, postponed.post)


def test_a_thread_that_breaks_after_a_restore_is_looked_for_again(ledger: Ledger, scheduled: Delivery) -> None:
    after_a_restore(ledger, scheduled)
    (new,) = ledger.take_in(UNRELATED, [NEWS], now=LATER, due_at=LATER).deliveries
    midway = ledger.confirm(claimed(ledger, new, THREAD, now=LATER), receipt(), now=LATER)
    assert midway is not None
    postponed = ledger.postpone(midway, "down", now=LATER, due_at=LATER)
    assert postponed is not None
    assert (State.UNKNOWN, THREAD) == (postponed.state, postponed.post)


def test_what_ended_midway_before_the_backup_is_looked_for_when_it_is_tried_again(
    ledger: Ledger, scheduled: Delivery
) -> None:
    midway = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(), now=NOW)
    assert midway is not None
    ledger.discard(midway, "refused", now=NOW)
    after_a_restore(ledger, scheduled)
    again = ledger.retry(scheduled.id, LATER)
    assert (State.UNKNOWN, THREAD) == (again.state, again.post)


def test_what_was_cancelled_before_the_backup_is_scheduled_when_it_is_tried_again(
    ledger: Ledger, scheduled: Delivery
) -> None:
    ledger.cancel(scheduled.id, NOW)
    after_a_restore(ledger, scheduled)
    assert State.SCHEDULED is ledger.retry(scheduled.id, LATER).state


def test_nobody_can_say_posted_of_what_has_not_been_composed(ledger: Ledger, scheduled: Delivery) -> None:
    after_a_restore(ledger, scheduled)
    with pytest.raises(
        Refused, match=r"has not been looked for since\. `bot resume news`, and the next run looks for it"
    ):
        ledger.resolve_posted(scheduled.id, "https://example.org/1", "1", LATER)
    assert State.CANCELLED is ledger.resolve_dropped(scheduled.id, LATER).state


def test_the_rest_of_a_thread_that_the_operator_saw_is_looked_for_first(ledger: Ledger, scheduled: Delivery) -> None:
    attempt = claimed(ledger, after_a_restore(ledger, scheduled), THREAD, now=LATER)
    ledger.doubt(attempt, "a near match", now=LATER, due_at=None)
    after = ledger.resolve_posted(scheduled.id, "https://example.org/1", "1", LATER)
    assert (State.UNKNOWN, LATER) == (after.state, after.due_at)


def test_what_cannot_be_composed_yet_stays_unknown(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = after_a_restore(ledger, scheduled)
    noted = ledger.note_error(unknown, "does not fit", now=LATER, due_at=LATER + timedelta(minutes=5))
    assert noted is not None
    assert (State.UNKNOWN, "does not fit") == (noted.state, noted.error)
    frozen = doubted(ledger, noted, POST)
    assert ledger.note_error(frozen, "does not fit", now=LATER, due_at=LATER) is None
