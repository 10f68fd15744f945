"""What a plan is made of, and what comes of it: frozen values, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.model import Priority

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A delivery that waits for its moment.

    `created_at` is when its article was taken in, `order` what decides between those of one moment. A `publish_at` later
    than `created_at` is an appointment; an earlier one only says how old the article is. `not_before` is when it may be
    tried again. `missed` says that its moment went by while nothing could be sent.
    """

    id: int
    created_at: datetime
    priority: Priority = Priority.NORMAL
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    not_before: datetime | None = None
    section: str = ""
    cost: Decimal = Decimal(0)
    order: int = 0
    missed: bool = False

    @property
    def breaking(self) -> bool:
        """Whether it needs no slot, and may go in quiet hours where the account lets it."""
        return self.priority is Priority.BREAKING

    @property
    def appointed(self) -> bool:
        """Whether the newsroom gave it a moment of its own."""
        return self.publish_at is not None and self.publish_at > self.created_at


@dataclass(frozen=True, slots=True)
class Sent:
    """What the account published, or may have published: when its first attempt left, and what it cost."""

    at: datetime
    cost: Decimal = Decimal(0)
    section: str = ""
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The account publishes nothing before `until`, or, where that is None, until someone resumes it."""

    until: datetime | None = None


class Why(StrEnum):
    """What decided on a moment, or on there being none; what wins stands before what yields to it."""

    PAUSE = "pause"
    TOO_DEAR = "too dear"
    MONTH_CAP = "month cap"
    DAY_CAP = "day cap"
    MONTH_BUDGET = "month budget"
    DAY_BUDGET = "day budget"
    QUIET = "quiet hours"
    GAP = "gap"
    SPREAD = "backlog"
    NOT_BEFORE = "not before"
    PUBLISH_AT = "publish_at"
    SLOT = "slot"
    AT_ONCE = "at once"
    LATER = "later"
    WILL_EXPIRE = "will expire"
    EXPIRED = "expired"
    PASSED_OVER = "passed over"

    @property
    def of_money(self) -> bool:
        """It is for want of money that nothing goes out earlier."""
        return self in {Why.TOO_DEAR, Why.MONTH_BUDGET, Why.DAY_BUDGET}

    @property
    def ended(self) -> bool:
        """The delivery is over: nothing that may still change brings it a moment."""
        return self in {Why.EXPIRED, Why.PASSED_OVER}


@dataclass(frozen=True, slots=True)
class Planned:
    """
    The moment of a delivery, or None, and why.

    With a moment, `why` is what moved it there; without, what stands against one. `hindrance` is what was in the way of
    a delivery that will expire.
    """

    id: int
    moment: datetime | None
    why: Why
    hindrance: Why | None = None
