"""`bot plan`: what goes out in the coming days, and what has no moment and why."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from bot.cli import money, opening, show
from bot.errors import one_line
from bot.schedule.values import Why
from bot.schedule.words import EXPIRES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from bot.app import App

_NEVER = datetime.max.replace(tzinfo=UTC)
_HEADLINE = 60  # characters of one
_HALF_HOURS = 48
_SINGLY = 3  # of those that are never sent


class Coming(NamedTuple):
    """A delivery that waits: when it goes, if it does, and why then or why not; `fate` of one that never does."""

    at: datetime | None
    id: int
    article: int
    account: str
    headline: str
    why: str
    fate: str
    cost: Decimal | None = None

    @property
    def json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "id": self.id,
            "article": self.article,
            "account": self.account,
            "due_at": show.stamp(self.at),
            "headline": self.headline,
            "why": self.why,
            "cost": money.number(self.cost),
        }

    def row(self, now: datetime, zone: tzinfo, *, priced: bool) -> tuple[str, ...]:
        """The same in a table."""
        when = "now" if self.at and self.at <= now else _when(self.at, zone)
        cost = ["" if self.cost is None else money.amount(self.cost)] if priced else []
        return when, self.account, _shortened(self.headline), self.why, *cost, str(self.id)


def register(cli: typer.Typer) -> None:
    """Add this command to the command line."""
    cli.command()(plan)


def plan(
    days: Annotated[int, typer.Option("--days", min=1, max=14, help="How far to look ahead, 14 at the most.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Show what goes out in the coming days, what has no moment, and why."""
    app = opening.app()
    waiting, more = _waiting(app)
    now, zone = app.clock(), app.settings.timezone
    near = [each for each in waiting if each.at is None or each.at <= now + timedelta(days=days)]
    if as_json:
        show.document([each.json for each in near])
        return
    placed = [each for each in near if each.at is not None]
    if placed and show.on_terminal():
        for line in _calendar([each.at for each in placed if each.at], now, days, zone):
            show.line(line)
    priced = any(each.cost is not None for each in near)
    columns = ("when", "account", "post", "why", *(["cost"] if priced else []), "id")
    show.table(columns, [each.row(now, zone, priced=priced) for each in placed])
    if placed:
        show.line(f"Times are in {zone}.")
    for line in _others([each for each in near if each.at is None], len(waiting) - len(near), more):
        show.line(line)
    _tell_costs(app, placed)
    if not waiting:
        show.line("Nothing is waiting.")


def _waiting(app: App) -> tuple[list[Coming], int]:
    """All that waits on any account, soonest first, and how many more there are than a look takes in."""
    found: list[Coming] = []
    more = 0
    for account, configured in app.accounts.items():
        outlook = app.planner.outlook(account, whole=True)
        told = app.ledger.headlines([each.id for each in outlook.planned])
        more += outlook.more
        for each in outlook.planned:
            article, headline, reckoned = told[each.id]
            cost = reckoned if configured.prices.dearest else None
            found.append(
                Coming(each.moment, each.id, article, account, headline, outlook.why(each), _fate(each.why), cost)
            )
    return sorted(found, key=lambda each: (each.at or _NEVER, each.id)), more


def _fate(why: Why) -> str:
    """What becomes of one that is never sent; of any other, nothing."""
    if why is Why.WILL_EXPIRE:
        return "Will expire"
    return "Never sent" if why.ended or why is Why.TOO_DEAR else ""


def _tell_costs(app: App, placed: Sequence[Coming]) -> None:
    """What these cost, by account and day, beside what there is for them."""
    costs: dict[str, list[tuple[datetime, Decimal]]] = {}
    for each in placed:
        if each.at is not None and each.cost is not None:
            costs.setdefault(each.account, []).append((each.at, each.cost))
    if not costs:
        return
    show.line()
    rows = [row for account, some in sorted(costs.items()) for row in money.days(app, account, some)]
    show.table(("account", "in", "posts", "cost", "spent", "budget"), rows)
    total = sum((each.cost for each in placed if each.cost is not None), Decimal(0))
    show.line(f"All of these cost {money.amount(total)} {app.settings.currency}.")


def _others(unplaced: Sequence[Coming], later: int, more: int) -> Iterator[str]:
    """What has no moment: what is never sent one by one, as far as that can be read, and the rest by its reason."""
    lost = [each for each in unplaced if each.fate]
    for each in lost[:_SINGLY]:
        why = each.why.removeprefix(f"{EXPIRES}: ")
        yield f"{each.fate}: {each.account}, {_shortened(each.headline)}: {why} (delivery {each.id})"
    for fate, number in sorted(Counter(each.fate for each in lost[_SINGLY:]).items()):
        yield f"{fate}: and {number:,} more; `bot plan --json` has all of them."
    rest = Counter((each.account, each.why) for each in unplaced if not each.fate)
    for (account, why), number in sorted(rest.items()):
        yield f"No moment yet: {account}, {number:,} {'post' if number == 1 else 'posts'}: {why}"
    if later:
        yield f"After these days: {later:,}; --days 14 shows as far as is planned."
    if more:
        yield f"Behind them wait {more:,} more."


def _calendar(moments: Sequence[datetime], now: datetime, days: int, zone: tzinfo) -> Iterator[str]:
    """A line a day, a mark for every half hour: how many posts go out in it."""
    today = now.astimezone(zone).date()
    local = [max(at, now).astimezone(zone) for at in moments]
    held = Counter((at.date(), (at.hour * 60 + at.minute) // 30) for at in local)
    yield show.styled(f"{'':11}{''.join(f'{hour:<6}' for hour in range(0, 24, 3))}", dim=True)
    for day in (today + timedelta(days=number) for number in range(days + 1)):
        counts = [held[day, half] for half in range(_HALF_HOURS)]
        cells = "".join(_cells(number, len(list(alike))) for number, alike in groupby(counts))
        yield f"{day:%a %d %b} {cells} {sum(counts) or ''}".rstrip()
    yield ""


def _cells(number: int, times: int) -> str:
    """So many half hours that have this number of posts each."""
    if not number:
        return show.styled("·" * times, dim=True)
    return show.styled((str(number) if number < 10 else "+") * times, fg="green", bold=True)


def _when(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%a %d %b %H:%M") if at else "–"


def _shortened(headline: str) -> str:
    text = one_line(headline)
    return text if len(text) <= _HEADLINE else f"{text[: _HEADLINE - 1].rstrip()}…"
