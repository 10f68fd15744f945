"""What an account has spent, and what it may."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.schedule.caps import following
from bot.schedule.values import Why

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from bot.schedule.calendar import Calendar
    from bot.schedule.values import Sent


@dataclass(frozen=True, slots=True)
class Purse:
    """What went today and in this month of the calendar, and what may; None is no budget."""

    today: date
    day: Decimal
    month: Decimal
    per_day: Decimal | None
    per_month: Decimal | None
    tomorrow: datetime
    next_month: datetime

    def filled_at(self, why: Why) -> datetime | None:
        """When there is money again, where this is why there is none."""
        return {Why.DAY_BUDGET: self.tomorrow, Why.MONTH_BUDGET: self.next_month}.get(why)


def purse(calendar: Calendar, sent: Iterable[Sent], now: datetime) -> Purse:
    """The purse of the account with this calendar; `sent` reaches back to the beginning of the month."""
    today, rhythm = calendar.day(now), calendar.rhythm
    spent = [(calendar.day(each.at), each.cost) for each in sent]
    return Purse(
        today=today,
        day=sum((cost for day, cost in spent if day == today), Decimal(0)),
        month=sum((cost for day, cost in spent if (day.year, day.month) == (today.year, today.month)), Decimal(0)),
        per_day=rhythm.budget_per_day,
        per_month=rhythm.budget_per_month,
        tomorrow=calendar.start(following(today, month=False)),
        next_month=calendar.start(following(today, month=True)),
    )
