"""Deliveries that wait, and what hypothesis draws for a plan."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.model import Priority
from bot.schedule.plan import plan
from bot.schedule.rhythm import Backlog, Quiet, Rhythm
from bot.schedule.values import Pause, Planned, Sent, Waiting, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")
CHANGES = (  # of daylight saving in these zones, and the turn of a month
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 9, 6, 4, tzinfo=UTC),
)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A time in March 2026, whose second day is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def wait(number: int, **values: Any) -> Waiting:
    """A delivery that came in an hour before MONDAY, and later by its number."""
    came: dict[str, Any] = {"created_at": MONDAY - HOUR + number * timedelta(seconds=1)}
    return Waiting(id=number, **came | values)


def moments(planned: Sequence[Planned]) -> dict[int, datetime | None]:
    return {each.id: each.moment for each in planned}


def reasons(planned: Sequence[Planned]) -> dict[int, Why]:
    return {each.id: each.why for each in planned}


def planned(
    waiting: Sequence[Waiting], rhythm: Rhythm, *, now: datetime = MONDAY, sent: Sequence[Sent] = (), **more: Any
) -> tuple[Planned, ...]:
    return plan(waiting, rhythm, sent, now, **more)


def between(least: timedelta, most: timedelta) -> st.SearchStrategy[timedelta]:
    """A stretch of time in whole minutes, or often in tens of them: what meets exactly is where mistakes are."""
    whole = st.integers(least // MINUTE, most // MINUTE)
    return st.one_of(whole.map(lambda n: n * MINUTE), whole.map(lambda n: n // 10 * 10 * MINUTE))


nows = st.builds(
    lambda change, distance: change + distance, st.sampled_from(CHANGES), between(-3 * DAY, DAY) | st.just(timedelta(0))
)
rhythms = st.builds(
    Rhythm,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    slots=st.sampled_from(
        (
            (),
            ("0 8-22/2 * * *",),
            ("*/30 * * * *",),
            ("30 2 * * *", "15 12 * * 6,7"),
            ("0 0,1,2 * * *",),
            ("* * * * *",),
        )
    ),
    gap=st.sampled_from((timedelta(0), 10 * MINUTE, 45 * MINUTE, 3 * HOUR)),
    per_day=st.sampled_from((None, 1, 3)),
    per_month=st.sampled_from((None, None, 2, 5)),
    budget_per_day=st.sampled_from((None, Decimal("0.25"))),
    budget_per_month=st.sampled_from((None, None, Decimal(1))),
    quiet=st.sampled_from(
        (
            (),
            (Quiet(time(22), time(7)),),
            (Quiet(time(1, 30), time(2, 30)), Quiet(time(12), time(13))),
            (Quiet(time(2, 15), time(6)),),
        )
    ),
    breaking_in_quiet=st.booleans(),
    max_age=st.sampled_from((None, None, 6 * HOUR, 3 * DAY)),
    backlog=st.sampled_from(Backlog),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Waiting], Rhythm, list[Sent], datetime]:
    """Deliveries that wait, an account's rhythm, what it sent, and now."""
    now = draw(nows)
    earlier = between(timedelta(0), 3 * DAY)
    costs = st.sampled_from((Decimal(0), Decimal("0.01"), Decimal("0.20")))
    waiting = [
        Waiting(
            id=number,
            created_at=(created := now - draw(earlier)),
            priority=draw(st.sampled_from(Priority)),
            publish_at=draw(st.none() | between(-DAY, 5 * DAY).map(created.__add__)),
            expires_at=draw(st.none() | st.none() | between(-HOUR, 4 * DAY).map(now.__add__)),
            not_before=draw(st.none() | st.none() | between(-HOUR, DAY).map(now.__add__)),
            section=draw(st.sampled_from("abc")),
            cost=draw(costs),
            missed=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    sent = [
        Sent(now - draw(earlier), draw(costs), draw(st.sampled_from("abc")), draw(st.booleans()))
        for _ in range(draw(st.integers(0, 5)))
    ]
    return waiting, draw(rhythms), sent, now


pauses = st.none() | st.builds(Pause, st.none() | nows)
