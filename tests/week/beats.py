"""Six accounts, as their operator writes them down; the checker reads the same words for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.networks.timetable import Timetable

if TYPE_CHECKING:
    from bot.schedule.rhythm import Rhythm


class Kind(StrEnum):
    """How a network lets a sender find out what became of a request."""

    KEYED = "our own key names the post"
    HONOURED = "it honours a key, and can be read back"
    READ = "it can be read back, no more"


@dataclass(frozen=True)
class Beat:
    """The rhythm of one account: what is written in settings, and the same as plain numbers; no cap is 0."""

    name: str
    kind: Kind
    zone: str
    slots: str = ""
    gap: int = 0  # minutes
    per_day: int = 0
    per_month: int = 0
    price: Decimal = Decimal(0)  # of a post
    budget: Decimal = Decimal(0)  # of a day
    quiet: str = ""
    breaking_in_quiet: bool = False
    max_age: int = 0  # hours
    backlog: str = "spread"

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def least(self) -> timedelta:
        return timedelta(minutes=self.gap)

    @property
    def most(self) -> int:
        """So many posts a day has room for; 0 where it has no end."""
        affordable = int(self.budget / self.price) if self.price else 0
        return min([each for each in (self.per_day, affordable) if each], default=0)

    @property
    def rhythm(self) -> Rhythm:
        """As the bot reads it from its settings."""
        said = {
            "slots": self.slots,
            "gap": f"{self.gap}m",
            "per_day": str(self.per_day or ""),
            "per_month": str(self.per_month or ""),
            "budget_per_day": str(self.budget or ""),
            "quiet": self.quiet,
            "breaking_in_quiet": str(self.breaking_in_quiet),
            "max_age": f"{self.max_age}h",
            "backlog": self.backlog,
        }
        written = {name: text for name, text in said.items() if text not in {"", "0m", "0h"}}
        return Timetable.model_validate(written).rhythm(self.clock)


BEATS = (
    Beat("wire", Kind.HONOURED, "Europe/Berlin", gap=3, backlog="all", breaking_in_quiet=True),
    Beat(
        "berlin",
        Kind.KEYED,
        "Europe/Berlin",
        slots="*/30 6-22 * * *; 30 1,2,3 * * *",
        gap=10,
        quiet="23:00-01:15; 03:45-05:00",
        breaking_in_quiet=True,
        max_age=8,
    ),
    Beat(
        "newyork",
        Kind.READ,
        "America/New_York",
        slots="10,40 5-23 * * *; 30 1,2 * * *",
        gap=12,
        price=Decimal("0.200"),
        budget=Decimal("4.50"),
        quiet="00:00-01:00; 03:00-05:00",
        max_age=6,
        backlog="newest",
    ),
    Beat(
        "lordhowe",
        Kind.KEYED,
        "Australia/Lord_Howe",
        slots="15,45 1-2 * * *; 5 6-22 * * *",
        gap=20,
        per_day=24,
        quiet="22:30-01:00; 03:00-06:00",
        breaking_in_quiet=True,
        max_age=12,
        backlog="skip",
    ),
    Beat(
        "kolkata",
        Kind.READ,
        "Asia/Kolkata",
        gap=4,
        per_day=45,
        per_month=280,
        quiet="13:00-14:00; 23:30-06:30",
        max_age=10,
    ),
    Beat(
        "magazine",
        Kind.HONOURED,
        "Europe/Berlin",
        slots="15 9,12,15,18,21 * * 1-5; 30 10-20/2 * * 6,7",
        gap=45,
        quiet="22:00-08:00",
        max_age=14,
        backlog="spread",
    ),
)
