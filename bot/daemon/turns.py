"""When an account has its next turn: a pure function of what is due, of how its last turn ended, and of how long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

BREATH = timedelta(seconds=1)
"""After a turn in vain: somebody else works the lane, or a cap was met."""
REST = timedelta(seconds=5)
"""After a turn that failed for the ledger's sake, or ours."""
VISIT = timedelta(minutes=5)
"""At least so often each lane is looked into: a command that was killed may have left something there."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to, and when it began and ended by the steady clock."""

    began: float
    ended: float
    sent: int
    failed: bool = False


def next_turn(due: datetime | None, last: Turn | None, *, now: datetime, monotonic: float) -> datetime:
    """
    When an account is worked next on which something is `due` then, by today's clock, whatever that showed before.

    The first turn is at once: new credentials lift a pause, and what a killed process left is taken up.
    """
    if last is None:
        return now
    began = now - timedelta(seconds=monotonic - last.began)
    ended = now - timedelta(seconds=monotonic - last.ended)
    if due is not None and due <= began and not last.sent:  # it was due already, and did not go
        due = ended + (REST if last.failed else BREATH)
    return min(due or ended + VISIT, ended + VISIT)
