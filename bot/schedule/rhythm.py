"""How often an account may speak, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from decimal import Decimal


class Backlog(StrEnum):
    """What becomes of deliveries whose moment went by while nothing could be sent."""

    SPREAD = "spread"
    ALL = "all"
    NEWEST = "newest"
    SKIP = "skip"

    @classmethod
    def parse(cls, text: str) -> Backlog:
        """The policy of this name. Raises ValueError with all of them where there is none."""
        try:
            return cls(text.strip().lower())
        except ValueError:
            known = ", ".join(cls)
            raise ValueError(f"no policy for a backlog is named {text.strip()[:40]!r}: write one of {known}") from None


@dataclass(frozen=True, slots=True)
class Quiet:
    """A stretch of the day in which nothing is published; it goes over midnight where it ends before it begins."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Rhythm:
    """
    The rules of one account; days, months, slots and quiet hours are those of its zone.

    `slots` are cron expressions; without any, a delivery goes as soon as it may. None is no limit. `breaking_in_quiet`
    lets breaking news out in quiet hours.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    slots: tuple[str, ...] = ()
    gap: timedelta = timedelta(0)
    per_day: int | None = None
    per_month: int | None = None
    budget_per_day: Decimal | None = None
    budget_per_month: Decimal | None = None
    quiet: tuple[Quiet, ...] = ()
    breaking_in_quiet: bool = False
    max_age: timedelta | None = None
    backlog: Backlog = Backlog.SPREAD

    @property
    def is_free(self) -> bool:
        """Whether it has no rule: what is due goes at once."""
        return replace(self, zone=ZoneInfo("UTC")) == Rhythm()
