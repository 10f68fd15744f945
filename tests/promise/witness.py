"""Who watches all senders, and says afterwards what none of them may have done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model import Delivery

_MISTAKES = (NameError, TypeError, AttributeError, ImportError, AssertionError)
_OURS = tuple(f"{kind.__name__}: " for mistake in _MISTAKES for kind in (mistake, *mistake.__subclasses__()))


@dataclass
class Witness:
    """
    Holds every sender to what may be out there already, the claims of each account to their order, and ends to a reason.

    `hours` are the ends of what is news for a while only. What the network, the clock or the operator gave as a reason:
    `refusals` by delivery and claim, `expired`, `cancelled`, `locked_out` by account. `mistakes` are nobody's but ours.
    """

    max_attempts: int
    hours: dict[int, datetime] = field(default_factory=dict)
    may_be_out: dict[int, tuple[object, ...]] = field(default_factory=dict)
    refusals: set[tuple[int, int]] = field(default_factory=set)
    unanswered: set[int] = field(default_factory=set)
    expired: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    locked_out: set[str] = field(default_factory=set)
    firsts: dict[int, datetime] = field(default_factory=dict)
    latest: dict[str, datetime] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def claims(self, delivery: Delivery) -> None:
        """Attempts end, but where a repeat that gets no answer is harmless; and the first of each has its place in time."""
        if delivery.attempts > self.max_attempts and delivery.id not in self.unanswered:
            self.violations.append(f"{delivery.id} is attempted {delivery.attempts} times")
        first = delivery.first_attempt_at
        assert first is not None
        assert delivery.post is not None
        if self.firsts.get(delivery.id) == first:
            return
        if delivery.account in self.latest and first <= self.latest[delivery.account]:
            self.violations.append(f"{delivery.id} is first attempted at {first}, not after the one before it")
        self.firsts[delivery.id] = first
        self.latest[delivery.account] = first + timedelta(microseconds=len(delivery.post.parts) - 1)

    def sends(self, delivery: Delivery) -> None:
        """After an uncertain attempt all is as it was."""
        frozen = self.may_be_out.get(delivery.id, _frozen(delivery))
        if frozen != _frozen(delivery):
            self.violations.append(f"{_frozen(delivery)} is sent after {frozen}")

    def left(self, delivery: Delivery) -> None:
        """From now on it may be out there."""
        self.may_be_out.setdefault(delivery.id, _frozen(delivery))

    def refused(self, delivery: Delivery) -> None:
        """The network refused this attempt for good."""
        self.refusals.add((delivery.id, delivery.claim))

    def expires(self, delivery: Delivery, now: datetime) -> None:
        """Only what has an hour expires, and only when the clock says that it is over."""
        if delivery.id not in self.hours or now < self.hours[delivery.id]:
            self.violations.append(f"{delivery.id} expires at {now}")
        self.expired.add(delivery.id)

    def doubts(self, words: str) -> None:
        """A sender takes any error for a possible post; one that only broken code raises is none."""
        if words.startswith(_OURS):
            self.mistakes.append(words)

    def crowded(self, account: str) -> None:
        """Two hold the lane of an account."""
        self.violations.append(f"two work the lane of {account}")


def _frozen(delivery: Delivery) -> tuple[object, ...]:
    return delivery.key, delivery.first_attempt_at, delivery.post
