"""What the ledger answers beside deliveries and articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model import Delivery


_LONGEST = timedelta(hours=2)  # that a network is left alone; more comes from a clock that was wrong
SEARCH = timedelta(days=30)
"""How long after a restore each delivery is looked for before it is sent: as long as its article may come in again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an article that was taken in; `deliveries` are all that it has, oldest first."""

    article: int
    new: bool
    changed: bool
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """
    What holds for all deliveries of one account.

    A pause with `paused_until` ends by itself at that time, one without it by `resume`; one for which credentials were the
    reason names their fingerprint in `paused_with`, and ends with new ones too. What the account published from
    `sought_since` to `sought_until`, when the ledger was put back from a backup, is looked through before anything is sent.
    """

    account: str
    network: str
    login: str | None
    fingerprint: str | None
    paused: bool
    paused_until: datetime | None
    paused_with: str | None
    reason: str | None
    failures: int
    backoff_until: datetime | None
    sought_since: datetime | None = None
    sought_until: datetime | None = None

    def paused_at(self, now: datetime) -> bool:
        """Whether a pause holds at this moment."""
        return self.paused and (self.paused_until is None or self.paused_until > now)

    @property
    def paused_by_hand(self) -> bool:
        """Whether nothing but somebody's word pauses it: neither its credentials nor its network."""
        return self.paused and self.paused_until is None and self.paused_with is None

    def backs_off_at(self, now: datetime) -> bool:
        """Whether the network is left alone at this moment."""
        return self.backoff_until is not None and now < self.backoff_until < now + _LONGEST

    def settles_at(self, now: datetime, seconds: float) -> bool:
        """Whether a request that was under way when the ledger was lost may still arrive at this moment."""
        return self.sought_until is not None and timedelta(0) <= now - self.sought_until < timedelta(seconds=seconds)

    @property
    def searched_until(self) -> datetime | None:
        """Until when each delivery is looked for before it is sent, if it is."""
        return self.sought_until and self.sought_until + SEARCH


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as `bot log` tells it."""

    at: datetime
    delivery: int | None
    article: int | None
    headline: str | None
    account: str | None
    event: str
    detail: str


class Kind(StrEnum):
    """What is to become of a post that stands; all but the first are an account's policy for articles that change."""

    RETRACT = "retract"
    EDIT = "edit"
    REPLY = "reply"
    REPOST = "repost"

    @property
    def takes_down(self) -> bool:
        """Whether its parts are taken down."""
        return self in {Kind.RETRACT, Kind.REPOST}


@dataclass(frozen=True, slots=True)
class Correction:
    """
    What is to become of the post of a delivery, until it has; each may be repeated.

    `asked` counts how often somebody wished it: whoever worked it off knows by that whether there is a newer wish. `begun`
    says that a request may have left, and the post not be as it is kept. `due_at` is None when it failed for good.
    """

    delivery: Delivery
    kind: Kind
    due_at: datetime | None
    asked: int = 1
    begun: bool = False
    attempts: int = 0
    error: str | None = None
