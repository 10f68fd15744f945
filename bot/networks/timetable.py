"""What an operator may say of when an account speaks, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, Field

from bot.schedule import caps, durations, quiet, slots, zones
from bot.schedule.rhythm import Backlog, Quiet, Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def _written(parse: Callable[[str], T]) -> BeforeValidator:
    """Reads what is written; a default is a value already."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


Zone = Annotated[ZoneInfo, _written(zones.parse)]
"""A time zone by its IANA name."""

_Cap = Annotated[int | None, _written(caps.parse)]
_Budget = Annotated[Decimal | None, _written(caps.parse_budget)]
_Stretch = _written(durations.parse)
_Slots = Annotated[tuple[str, ...], _written(slots.parse)]
_Quiet = Annotated[tuple[Quiet, ...], _written(quiet.parse)]


class Timetable(BaseModel):
    """An account's rhythm as its settings say it, each read, and refused in one line, by `bot.schedule`."""

    zone: Zone | None = Field(default=None, description="the account's clock; empty: BOT_TIMEZONE")
    slots: _Slots = Field(
        default=(),
        description="when one post goes out, as cron expressions with ; between them; empty: as soon as it may",
    )
    gap: Annotated[timedelta, _Stretch] = Field(
        default=timedelta(0), description="the least time between two posts, such as 45m"
    )
    per_day: _Cap = Field(default=None, description="at most so many posts in a day of the calendar")
    per_month: _Cap = Field(default=None, description="at most so many posts in a month of the calendar")
    budget_per_day: _Budget = Field(default=None, description="at most so much money in a day, where posts cost some")
    budget_per_month: _Budget = Field(
        default=None, description="at most so much money in a month, where posts cost some"
    )
    quiet: _Quiet = Field(default=(), description="when nothing goes out, such as 22:00-07:00, with ; between several")
    breaking_in_quiet: bool = Field(default=False, description="whether breaking news may go out in quiet hours")
    max_age: Annotated[timedelta | None, _Stretch] = Field(
        default=None, description="articles older than this expire, such as 12h, unless they are evergreen"
    )
    backlog: Annotated[Backlog, _written(Backlog.parse)] = Field(
        default=Backlog.SPREAD,
        description="what becomes of what an outage held up: spread, all, newest or skip",
    )

    def rhythm(self, zone: ZoneInfo) -> Rhythm:
        """The account's rhythm; `zone` is its clock where it names none of its own."""
        said = {name: getattr(self, name) for name in Timetable.model_fields if name != "zone"}
        return replace(Rhythm(**said), zone=self.zone or zone)
