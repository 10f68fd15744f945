"""How many posts, and for how much, a day and a month of the calendar have room for."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bot.schedule.values import Why
from bot.schedule.walls import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.schedule.calendar import Calendar
    from bot.schedule.rhythm import Rhythm
    from bot.schedule.values import Sent

_LONGEST_MONTH = timedelta(days=31)
_MOST = 1_000_000


def parse(text: str) -> int:
    """How many posts a day or month may have. Raises ValueError where it is no number, or lets none through."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()):
        raise ValueError(f"{stripped[:40]!r} is no number of posts: write one such as 10, or leave it empty for no cap")
    if not stripped.strip("0"):
        raise ValueError("a cap of 0 would publish nothing: pause the account instead, or leave it empty for no cap")
    if len(stripped) > len(str(_MOST)) or int(stripped) > _MOST:
        raise ValueError(f"{stripped[:20]} posts are no cap: leave it empty for none")
    return int(stripped)


def parse_budget(text: str) -> Decimal:
    """What a day's or month's posts may cost. Raises ValueError where it is no amount, or lets nothing through."""
    stripped = text.strip()
    try:
        amount = Decimal(stripped)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"{stripped[:40]!r} is no amount: write one such as 4.50, without a currency")
    if amount <= 0:
        raise ValueError(f"a budget of {stripped[:20]} would publish nothing that costs: leave it empty for no budget")
    return amount


class Tally:
    """What each day and month holds, against the rhythm's caps and budgets."""

    def __init__(self, calendar: Calendar, sent: Iterable[Sent], now: datetime) -> None:
        rhythm = calendar.rhythm
        self._calendar = calendar
        self._rhythm = rhythm
        self._caps = rhythm.per_month is not None or rhythm.per_day is not None
        self._budget = least_budget(rhythm)
        self._count: Counter[date | tuple[int, int]] = Counter()
        self._spent: defaultdict[date | tuple[int, int], Decimal] = defaultdict(Decimal)
        if self._caps or self._budget is not None:
            self._count_sent(sent, calendar.day(now))

    def add(self, at: datetime, cost: Decimal) -> None:
        """One more post at this moment."""
        if self._caps or self._budget is not None:
            day = self._calendar.day(at)
            for period in (day, _month(day)):
                self._count[period] += 1
                self._spent[period] += cost

    def _count_sent(self, sent: Iterable[Sent], today: date) -> None:
        begin, morning = (self._calendar.start(day) for day in (today.replace(day=1), today))
        for each in sent:
            if each.at >= morning:  # later ones too: clocks are set back
                self.add(each.at, each.cost)
            elif each.at >= begin:
                self._count[_month(today)] += 1
                self._spent[_month(today)] += each.cost

    def full_until(self, at: datetime, cost: Decimal) -> tuple[datetime, Why] | None:
        """When the day or month begins that may have room again for a post at this cost, and what is full till then."""
        if not (self._caps or self._budget is not None):
            return None
        if self._budget is not None and cost > self._budget:
            return NEVER, Why.TOO_DEAR
        day = self._calendar.day(at)
        why = self._month_is_full(day, cost) or self._day_is_full(day, cost)
        if why is None:
            return None
        return self._calendar.start(following(day, month=why in {Why.MONTH_CAP, Why.MONTH_BUDGET})), why

    def _month_is_full(self, day: date, cost: Decimal) -> Why | None:
        cap, budget = self._rhythm.per_month, self._rhythm.budget_per_month
        if cap is not None and self._count[_month(day)] >= cap:
            return Why.MONTH_CAP
        if budget is not None and cost and self._spent[_month(day)] + cost > budget:
            return Why.MONTH_BUDGET
        return None

    def _day_is_full(self, day: date, cost: Decimal) -> Why | None:
        cap, budget = self._rhythm.per_day, self._rhythm.budget_per_day
        if cap is not None and self._count[day] >= cap:
            return Why.DAY_CAP
        if budget is not None and cost and self._spent[day] + cost > budget:
            return Why.DAY_BUDGET
        return None


def least_budget(rhythm: Rhythm) -> Decimal | None:
    """What no post can cost more than; None where there is no budget."""
    budgets = (rhythm.budget_per_day, rhythm.budget_per_month)
    return min((each for each in budgets if each is not None), default=None)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def following(day: date, *, month: bool) -> date:
    """The day after, or the first of the month after."""
    return (day.replace(day=1) + _LONGEST_MONTH).replace(day=1) if month else day + timedelta(days=1)
