"""When the loop does what: pure functions of the steady clock, and of how long things took."""

from __future__ import annotations

from dataclasses import dataclass

from bot.intake.queue import SETTLING

LOOK = 60.0
"""Seconds after which all is looked at anew: wall clocks step, and machines sleep."""
SLICE = 0.1
"""Seconds for which files are read before somebody else may have a turn."""
_MARGIN = 0.05
_SHARE = 10  # at most one part in so many of the time goes into looking at the queue
_PLANS = 2.0  # seconds between plans while files are still coming in, and more where a plan takes long
_SHARE_OF_PLANS = 4


@dataclass(frozen=True, slots=True)
class Looked:
    """When something was done last, by the steady clock, and how long it took."""

    at: float = float("-inf")
    took: float = 0.0


def survey_at(last: Looked, *, changed: bool, unsettled: bool) -> float:
    """
    When the queue is surveyed next: at once after a change, when a file has settled that somebody may be writing, or in a while.

    A file that changes every second does not make us look at ten thousand others all the time.
    """
    wait = SETTLING + _MARGIN if unsettled else LOOK
    return last.at + last.took + max(0.0 if changed else wait, _SHARE * last.took)


def plan_at(last: Looked, *, pending: int) -> float:
    """When the plan is made next: now, or every now and then while files are coming in."""
    return last.at + max(_PLANS, _SHARE_OF_PLANS * last.took) if pending else last.at


def rest(now: float, *times: float | None, pending: int) -> float:
    """How long the loop sleeps: until the first of these times, not at all while files are to be read."""
    if pending:
        return 0.0
    return max(0.0, min(LOOK, *(at - now for at in times if at is not None)))
