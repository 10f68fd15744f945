"""What the operator is told of: which troubles there are at a moment, and which of them began or ended; pure functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import one_line
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.ledger.measuring import Measured
    from bot.operations.sight import Scene

AT_ONCE, A_MINUTE, AN_OUTAGE = 0.0, 60.0, 600.0
"""Seconds that a trouble lasts before it is told: what wants a person, anything else, a network that is not there."""
QUIET = 300.0
"""Seconds after which what is not seen any more is over: until then it may only have held its breath."""
EXPIRED_WITHIN = timedelta(hours=24)
_LONGEST = 300  # characters of one trouble
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: a key that stays the same while it lasts, what it is, and how long it must last to be told."""

    key: str
    words: str
    patience: float = A_MINUTE


@dataclass(frozen=True, slots=True)
class Course:
    """A trouble that was seen from one moment to another, by the steady clock."""

    trouble: Trouble
    since: float
    seen: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be told: troubles that began, and by their keys what those were that are over."""

    begun: tuple[Trouble, ...] = ()
    over: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.begun or self.over)


def troubles(scene: Scene) -> list[Trouble]:
    """Every trouble that there is."""
    return [replace(each, words=one_line(each.words)[:_LONGEST]) for each in _found(scene)]


def followed(
    courses: Mapping[str, Course], present: Collection[Trouble], at: float, *, blind: bool = False
) -> dict[str, Course]:
    """The courses of troubles, with those present at this moment, and without those that ended; for the `blind` none does."""
    going_on = {key: course for key, course in courses.items() if blind or at - course.seen < QUIET}
    since = {key: course.since for key, course in going_on.items()}
    return going_on | {each.key: Course(each, since.get(each.key, at), at) for each in present}


def change(courses: Mapping[str, Course], told: Mapping[str, str], at: float) -> Change:
    """What somebody has to be told who knows what was `told`, words by key."""
    begun = (
        course.trouble
        for key, course in courses.items()
        if key not in told and course.seen == at and at - course.since >= course.trouble.patience
    )
    return Change(tuple(begun), {key: words for key, words in told.items() if key not in courses})


def message(told: Change) -> tuple[str, str]:
    """The title and the text of one message for all of it."""
    began, over = len(told.begun), len(told.over)
    counted = [f"{began} trouble{'s' * (began > 1)}"] * bool(began) + [f"{over} over"] * bool(over)
    lines = [*_listed("✗", [each.words for each in told.begun]), *_listed("✓ over:", list(told.over.values()))]
    return ", ".join(counted), "\n".join(lines)


def _listed(mark: str, words: Sequence[str]) -> Iterator[str]:
    yield from (f"{mark} {each}" for each in words[:_LISTED])
    if len(words) > _LISTED:
        yield f"{mark} and {len(words) - _LISTED} more: bot status"


def _found(scene: Scene) -> Iterator[Trouble]:
    for account in scene.accounts:
        yield from _of_account(scene, account)
    for each in scene.wanting:
        newest = f"“{each.headline}”: {each.error or 'see bot status'} (delivery {each.id})"
        words = f"{each.account}: {each.many} {_WANTS[each.state]}, the newest {newest}"
        yield Trouble(f"{each.state} {each.account}", words, AN_OUTAGE if each.state is State.SCHEDULED else AT_ONCE)
    for name, many in Counter(event.account for event in scene.expired).items():
        hours = EXPIRED_WITHIN // timedelta(hours=1)
        last = [event for event in scene.expired if event.account == name][-1]
        latest = f"“{last.headline}”{f' ({last.detail})' if last.detail else ''}"
        yield Trouble(f"expired {name}", f"{name}: {many} expired unsent within {hours} hours, the last {latest}")
    for file in scene.rejected:
        yield Trouble(f"rejected {file}", f"queue/rejected/{file} cannot be read; beside it stands why", AT_ONCE)
    for key, words in scene.faults.items():
        yield Trouble(key, words)


def _of_account(scene: Scene, account: Measured) -> Iterator[Trouble]:
    lane = account.lane
    if lane.paused_at(scene.now) and lane.paused_with:
        words = f"{lane.account} is paused: {lane.reason}. New keys, or `bot resume {lane.account}`, let it go on"
        yield Trouble(f"paused {lane.account}", words, AT_ONCE)
    overdue = account.first_due is not None and account.first_due <= scene.now
    if lane.failures and (lane.backs_off_at(scene.now) or overdue) and not lane.paused_at(scene.now):
        yield Trouble(f"outage {lane.account}", f"{lane.account} cannot be reached: {lane.reason}", AN_OUTAGE)


_WANTS = {
    State.DISCARDED: "refused for good",
    State.UNKNOWN: "perhaps posted, as only a person can tell",
    State.SCHEDULED: "not to be made into a post",
    State.DELIVERED: "could not be corrected, or taken down",
}
