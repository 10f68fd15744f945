"""What posts cost and what is left for them, for people and for programs; of accounts whose posts cost nothing, nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.cli import show
from bot.schedule.values import Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from bot.app import App
    from bot.planning import Outlook
    from bot.schedule.purse import Purse

COLUMNS = ("spent today", "this month", "to come")
_CENT = Decimal("0.01")


def amount(cost: Decimal) -> str:
    """For people, with cents, and with more where there is more."""
    exact = cost.normalize()
    return f"{exact if exact != exact.quantize(_CENT) else exact.quantize(_CENT):f}"


def number(cost: Decimal | None) -> float | None:
    """For programs."""
    return None if cost is None else float(cost)


@dataclass(frozen=True)
class Spending:
    """
    The money of one account: what it has spent and may, and what all that waits will cost.

    `waits` says, where it is for want of money that nothing goes out, which budget it is and until when; and what never goes.
    """

    purse: Purse
    coming: Decimal
    currency: str
    waits: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[str, str, str]:
        """The same in a table."""
        return (
            _of(self.purse.day, self.purse.per_day),
            _of(self.purse.month, self.purse.per_month),
            f"{amount(self.coming)} {self.currency}",
        )

    @property
    def json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "currency": self.currency,
            "spent": {"day": number(self.purse.day), "month": number(self.purse.month)},
            "budget": {"day": number(self.purse.per_day), "month": number(self.purse.per_month)},
            "to_come": number(self.coming),
            "waits": list(self.waits),
        }


def spending(app: App, account: str) -> Spending | None:
    """What an account spends; None where its posts cost nothing."""
    if not app.accounts[account].prices.dearest:
        return None
    purse, coming = app.planner.purse(account), app.ledger.cost_of_waiting(account)
    budget = purse.per_day is not None or purse.per_month is not None
    waits = _waits(app, app.planner.outlook(account, whole=True), purse) if budget and coming else ()
    return Spending(purse, coming, app.settings.currency, tuple(waits))


def _waits(app: App, outlook: Outlook, purse: Purse) -> Iterator[str]:
    """Why there is no money for what comes next, or never for some; nothing where there is."""
    first = next(iter(outlook.planned), None)
    if first is not None and (until := first.moment or purse.filled_at(first.why)) and first.why.of_money:
        yield f"{outlook.why(first)}; the next post goes {show.moment(until, app.settings.timezone)}"
    dear = [each for each in outlook.planned if each.why is Why.TOO_DEAR]
    if dear:
        posts = "one post never goes" if len(dear) == 1 else f"{len(dear):,} posts never go"
        yield f"{posts}: {outlook.why(dear[0])}; raise the budget, or post without links"


def days(app: App, account: str, costs: Iterable[tuple[datetime, Decimal]]) -> Iterator[tuple[str, ...]]:
    """What an account's coming posts cost: a row for each day, and for each month that has a budget."""
    purse, zone = app.planner.purse(account), app.rhythms[account].zone
    coming: defaultdict[date, Decimal] = defaultdict(Decimal)
    posts: Counter[date] = Counter()
    for at, cost in costs:
        day = max(at, app.clock()).astimezone(zone).date()
        coming[day] += cost
        posts[day] += 1
    spent = {purse.today: purse.day}
    yield from _rows(account, "%a %d %b", posts, coming, spent, purse.per_day)
    if purse.per_month is not None:
        months: defaultdict[date, Decimal] = defaultdict(Decimal)
        counts: Counter[date] = Counter()
        for day, cost in coming.items():
            months[day.replace(day=1)] += cost
            counts[day.replace(day=1)] += posts[day]
        spent = {purse.today.replace(day=1): purse.month}
        yield from _rows(account, "%B %Y", counts, months, spent, purse.per_month)


def _rows(
    account: str,
    written: str,
    posts: Counter[date],
    coming: dict[date, Decimal],
    spent: dict[date, Decimal],
    budget: Decimal | None,
) -> Iterator[tuple[str, ...]]:
    for period in sorted(coming):
        before = amount(spent.get(period, Decimal(0)))
        most = "" if budget is None else amount(budget)
        yield account, f"{period:{written}}", str(posts[period]), amount(coming[period]), before, most


def _of(spent: Decimal, budget: Decimal | None) -> str:
    return amount(spent) if budget is None else f"{amount(spent)} of {amount(budget)}"
