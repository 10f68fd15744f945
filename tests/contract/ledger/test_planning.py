"""What the plan stands on is asked in a few steps however much waits, and its moments change nothing but themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contract.ledger.story import (
    ARTICLE,
    EDITED,
    LATER,
    NEWS,
    NOW,
    POST,
    SOON,
    SPORT,
    claimed,
    doubted,
    happened,
    receipt,
)

from bot.model import Priority, State
from bot.schedule.values import Sent, Waiting

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ledger import Ledger
    from bot.model import Article, Delivery

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATE = 5 * MINUTE


def story(name: str, **said: Any) -> Article:
    return replace(ARTICLE, identities=(f"id:{name}",), headline=name, **said)


def take(ledger: Ledger, name: str, **said: Any) -> Delivery:
    """One more article that waits for the plan of the account news."""
    return ledger.take_in(story(name, **said), [NEWS], now=NOW, due_at=NOW, planned={"news"}).deliveries[0]


def line(ledger: Ledger, most: int = 9, in_all: int = 99) -> dict[int, Waiting]:
    found = ledger.line("news", now=NOW, until=LATER, horizon=NOW + DAY, most=most, in_all=in_all)
    return {each.id: each for each in found}


def due(ledger: Ledger, *deliveries: Delivery) -> list[object]:
    return [ledger.delivery(each.id).due_at for each in deliveries]


def test_what_an_article_says_stands_with_its_delivery(ledger: Ledger) -> None:
    said = {"priority": Priority.EVERGREEN, "section": "Sport", "publish_at": LATER, "expires_at": NOW + DAY}
    delivery = take(ledger, "a", **said)

    expected = Waiting(delivery.id, NOW, Priority.EVERGREEN, LATER, NOW + DAY, section="sport")
    assert {delivery.id: expected} == line(ledger)


def test_what_an_edit_says_does_too_and_the_rest_stays(ledger: Ledger) -> None:
    delivery = take(ledger, "a", section="sport")
    ledger.plan_to("news", {delivery.id: SOON}, {}, now=NOW)
    take(ledger, "a", section="culture", priority=Priority.BREAKING)

    waiting = line(ledger)[delivery.id]
    assert (Priority.BREAKING, "culture") == (waiting.priority, waiting.section)
    assert [SOON] == due(ledger, delivery)


def test_a_planned_account_gets_its_moments_from_the_plan_alone(ledger: Ledger) -> None:
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=SOON, not_before=SOON, planned={"news"})
    edited = ledger.take_in(replace(EDITED, publish_at=LATER), [NEWS, SPORT], now=NOW, due_at=LATER, planned={"news"})

    assert [None, SOON] == [each.due_at for each in taken.deliveries]
    assert [None, LATER] == [each.due_at for each in edited.deliveries]


def test_of_each_section_the_first_are_in_line(ledger: Ledger) -> None:
    numbers = [take(ledger, f"{section}{n}", section=section).id for section in ("a", "b") for n in range(3)]
    evergreen = take(ledger, "evergreen", section="a", priority=Priority.EVERGREEN).id

    assert {*numbers[:2], *numbers[3:5], evergreen} == set(line(ledger, most=2))


def test_who_has_a_moment_of_its_own_takes_no_place_in_line(ledger: Ledger) -> None:
    breaking = [take(ledger, f"breaking {n}", priority=Priority.BREAKING).id for n in range(2)]
    appointed = [take(ledger, f"appointed {n}", publish_at=LATER).id for n in range(2)]
    held = take(ledger, "held").id
    ledger.move(ledger.delivery(held), SOON, now=NOW)
    first, _ = (take(ledger, f"in line {n}", publish_at=NOW - DAY).id for n in range(2))

    assert {*breaking, *appointed, held, first} == set(line(ledger, most=1))


def test_what_comes_only_later_is_not_in_line_yet(ledger: Ledger) -> None:
    take(ledger, "appointed", publish_at=NOW + 2 * DAY)
    ledger.move(take(ledger, "held"), NOW + DAY, now=NOW)

    assert {} == line(ledger)


def test_many_sections_get_fewer_places_each(ledger: Ledger) -> None:
    for section in "ab":
        for n in range(6):
            take(ledger, f"{section}.{n}", section=section)

    assert [12, 10, 8] == [len(line(ledger, in_all=most)) for most in (12, 10, 3)]


def test_what_is_under_way_or_may_be_out_is_not_the_plans(ledger: Ledger) -> None:
    sending, unknown, resent = (take(ledger, name) for name in "abc")
    claimed(ledger, sending)
    doubted(ledger, unknown, due_at=LATER)
    doubted(ledger, resent)
    ledger.resolve_resend(resent.id, SOON)
    before = due(ledger, sending, unknown, resent)
    ledger.plan_to("news", {sending.id: LATER, resent.id: LATER}, {resent.id: "over"}, now=NOW)

    assert {} == line(ledger)
    assert before == due(ledger, sending, unknown, resent)


def test_the_plan_gives_moments_takes_them_back_and_ends_what_is_over(ledger: Ledger) -> None:
    first, second, third = (take(ledger, name) for name in "abc")
    ledger.plan_to("news", {first.id: SOON, second.id: LATER}, {}, now=NOW)
    assert [SOON, LATER, None] == due(ledger, first, second, third)

    ledger.plan_to("news", {second.id: SOON}, {third.id: "its time was over"}, now=NOW)
    assert [None, SOON, None] == due(ledger, first, second, third)
    assert State.EXPIRED is ledger.delivery(third.id).state
    assert ("expired", "its time was over") == (ledger.events()[-1].event, ledger.events()[-1].detail)


def test_a_plan_leaves_other_accounts_alone(ledger: Ledger) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [SPORT], now=NOW, due_at=SOON).deliveries
    ledger.ensure([NEWS])
    ledger.plan_to("news", {}, {}, now=NOW)

    assert [SOON] == due(ledger, delivery)


def test_a_plan_is_no_event(ledger: Ledger) -> None:
    delivery = take(ledger, "a")
    before = happened(ledger)
    ledger.plan_to("news", {delivery.id: SOON}, {}, now=NOW)

    assert before == happened(ledger)


def test_what_was_sent_or_may_be_counts_from_its_first_attempt(ledger: Ledger) -> None:
    delivered, unknown, refused, sending = (take(ledger, name, section=name) for name in "abcd")
    ledger.confirm(claimed(ledger, delivered), receipt(), now=NOW)
    doubted(ledger, unknown)
    ledger.discard(claimed(ledger, refused), "no", now=NOW)
    claimed(ledger, sending, POST, now=SOON)
    take(ledger, "waiting")

    assert {"a", "b", "d"} == {each.section for each in ledger.sent("news", NOW)}
    assert (Sent(SOON, section="d"),) == ledger.sent("news", SOON)


def test_what_was_put_off_is_held_until_then_and_a_retry_lets_it_go(ledger: Ledger) -> None:
    moved, hindered = take(ledger, "a"), take(ledger, "b")
    ledger.move(moved, SOON, now=NOW)
    ledger.note_error(hindered, "too long", now=NOW, due_at=SOON)
    assert [SOON, SOON] == [each.not_before for each in line(ledger).values()]

    ledger.retry(hindered.id, NOW)
    assert {moved.id: SOON, hindered.id: None} == {each.id: each.not_before for each in line(ledger).values()}


def awake(ledger: Ledger, now: datetime) -> dict[str, datetime]:
    """The bot is at work now; the accounts for which it was not, and since when."""
    slept = ledger.asleep(["news"], now=now, longest=LATE)
    ledger.awake(["news"], slept, now=now, late=LATE)
    return slept


def test_what_was_due_while_nobody_was_awake_is_missed(ledger: Ledger) -> None:
    missed, just, later = (take(ledger, name) for name in "abc")
    ledger.plan_to("news", {missed.id: SOON, just.id: LATER - MINUTE, later.id: LATER + DAY}, {}, now=NOW)
    assert {} == awake(ledger, NOW)

    assert {"news": NOW} == awake(ledger, LATER)
    assert [missed.id] == [each.id for each in line(ledger).values() if each.missed]
    assert {} == awake(ledger, LATER + LATE)


def test_what_was_due_while_the_bot_was_at_work_is_not_missed(ledger: Ledger) -> None:
    delivery = take(ledger, "a")
    ledger.plan_to("news", {delivery.id: NOW}, {}, now=NOW)
    for minutes in range(8):
        awake(ledger, NOW + minutes * MINUTE)

    assert [False] == [each.missed for each in line(ledger).values()]


def test_a_clock_that_is_set_back_makes_nothing_missed(ledger: Ledger) -> None:
    delivery = take(ledger, "a")
    ledger.plan_to("news", {delivery.id: NOW - 2 * DAY}, {}, now=NOW)
    awake(ledger, NOW)
    awake(ledger, NOW - DAY)
    awake(ledger, NOW - DAY + MINUTE)

    assert [False] == [each.missed for each in line(ledger).values()]


def test_the_accounts_that_something_happened_to_are_told(ledger: Ledger) -> None:
    last, names = ledger.touched(0)
    assert (0, frozenset()) == (last, names)
    take(ledger, "a")
    ledger.ensure([SPORT])
    last, names = ledger.touched(last)
    assert {"news"} == names
    ledger.pause("sport", "by hand", now=NOW)
    last, names = ledger.touched(last)
    assert {"sport"} == names
    take(ledger, "a", section="new")  # an edit is the article's, and with it that of each of its accounts
    last, names = ledger.touched(last)
    assert {"news"} == names
    assert (last, frozenset()) == ledger.touched(last)


def test_where_nobody_plans_any_more_each_is_due_at_its_own_hour(ledger: Ledger) -> None:
    plain, appointed, held, moment = (
        take(ledger, name, publish_at=at) for name, at in zip("abcd", (None, LATER, NOW, None), strict=True)
    )
    ledger.plan_to("news", {moment.id: LATER}, {}, now=NOW)
    ledger.move(held, SOON, now=NOW)
    ledger.plan_to("news", {moment.id: LATER}, {}, now=NOW)
    (other,) = ledger.take_in(story("other"), [SPORT], now=NOW, due_at=None).deliveries
    ledger.unplan(["news"], now=NOW)

    assert [NOW, LATER, SOON, LATER, None] == due(ledger, plain, appointed, held, moment, other)


def test_what_may_not_go_now_is_put_off_unless_somebody_took_it_up(ledger: Ledger) -> None:
    waiting, sending = take(ledger, "a"), take(ledger, "b")
    claimed(ledger, sending)
    for delivery in (waiting, sending):
        ledger.put_off(delivery.id, LATER, Decimal(0))

    assert [LATER, None] == due(ledger, waiting, sending)


def test_what_may_be_out_there_is_not_the_plans_to_ask_for(ledger: Ledger) -> None:
    waiting, unknown, over = (take(ledger, name) for name in "abc")
    doubted(ledger, unknown)
    ledger.cancel(over.id, NOW)

    assert (Waiting(waiting.id, NOW), None, None) == tuple(ledger.waits(each.id) for each in (waiting, unknown, over))
    ledger.put_back([NEWS], now=NOW)
    assert Waiting(waiting.id, NOW) == ledger.waits(waiting.id)


def test_the_next_article_is_the_first_that_is_due_or_may_go_early(ledger: Ledger) -> None:
    appointed, put_off, planned, unplanned = (
        take(ledger, name, publish_at=at) for name, at in zip("abcd", (SOON, None, None, None), strict=True)
    )
    ledger.move(put_off, SOON, now=NOW)
    ledger.plan_to("news", {appointed.id: SOON, put_off.id: SOON, planned.id: LATER}, {}, now=NOW)

    assert ledger.next_article("news", NOW, early=False) is None
    assert (LATER, planned.id, planned.article) == ledger.next_article("news", NOW, early=True)
    assert (SOON, appointed.id, appointed.article) == ledger.next_article("news", SOON, early=False)
    assert unplanned.id == 4


def test_what_goes_on_by_itself_is_due_whatever_the_plan_says(ledger: Ledger) -> None:
    planned, unknown, resent = (take(ledger, name) for name in "abc")
    assert ledger.next_by_itself("news") is None
    doubted(ledger, unknown, due_at=LATER)
    ledger.plan_to("news", {planned.id: NOW}, {}, now=NOW)
    assert LATER == ledger.next_by_itself("news")
    doubted(ledger, resent)
    ledger.resolve_resend(resent.id, SOON)
    assert SOON == ledger.next_by_itself("news")
