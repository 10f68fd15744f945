"""Which deliveries end without being sent: too old, or left behind after downtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import Priority
from bot.schedule.rhythm import Backlog
from bot.schedule.values import Planned, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from bot.schedule.rhythm import Rhythm
    from bot.schedule.values import Waiting


def deadline(waiting: Waiting, rhythm: Rhythm) -> datetime | None:
    """
    From when on it is not sent any more: its own end, or the age that the account allows.

    What is evergreen has no age.
    """
    if rhythm.max_age is None or waiting.priority is Priority.EVERGREEN:
        return waiting.expires_at
    aged = (waiting.publish_at or waiting.created_at) + rhythm.max_age
    return aged if waiting.expires_at is None else min(aged, waiting.expires_at)


def in_backlog(waiting: Waiting) -> bool:
    """Whether the account's policy for a backlog is for it: what is evergreen just goes on waiting."""
    return waiting.missed and waiting.priority is not Priority.EVERGREEN


def is_spread(waiting: Waiting, rhythm: Rhythm) -> bool:
    """Whether it keeps its distance from the others of its backlog."""
    return waiting.missed and rhythm.backlog is Backlog.SPREAD and in_backlog(waiting)


def ended(waiting: Iterable[Waiting], rhythm: Rhythm, now: datetime) -> Iterator[Planned]:
    """Those that are over by now, with the reason."""
    left = []
    for each in waiting:
        end = deadline(each, rhythm)
        if end is not None and end <= now:
            yield Planned(each.id, None, Why.EXPIRED)
        elif in_backlog(each):
            left.append(each)
    match rhythm.backlog:
        case Backlog.SKIP:
            behind = left
        case Backlog.NEWEST:
            behind = sorted(left, key=lambda each: (each.created_at, each.order, each.id))[:-1]
        case _:
            behind = []
    yield from (Planned(each.id, None, Why.PASSED_OVER) for each in behind)
