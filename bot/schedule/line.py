"""The order in which deliveries wait for a place: by priority, and fair between sections."""

from __future__ import annotations

from collections import defaultdict, deque
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING, NamedTuple

from bot.model import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from bot.schedule.values import Waiting

_RANK = {priority: rank for rank, priority in enumerate(Priority)}


class Turn(NamedTuple):
    """One delivery's place in the line; turns compare by it, and the id leaves no tie."""

    priority: int
    since: datetime
    created_at: datetime
    order: int
    id: int
    waiting: Waiting


def arrival(waiting: Waiting) -> tuple[int, datetime, int, int]:
    """What sorts deliveries by priority, and then as they came."""
    return _RANK[waiting.priority], waiting.created_at, waiting.order, waiting.id


class Line:
    """
    Those that wait, each section in the order of arrival.

    Next is the section that has waited longest: since its last post, or since its delivery came in if that is later. So
    no section waits behind a hundred of another, and none waits for ever.
    """

    def __init__(self, waiting: Iterable[Waiting], served: Mapping[str, datetime]) -> None:
        """`waiting` is in the order of arrival; `served` is when each section was last posted, and may go on changing."""
        self._served = served
        self._sections: defaultdict[tuple[Priority, str], deque[Waiting]] = defaultdict(deque)
        for each in waiting:
            self._sections[each.priority, each.section].append(each)
        self._heads = [self._turn(section.popleft()) for section in self._sections.values()]
        heapify(self._heads)

    def first(self) -> Turn | None:
        """Whose turn it is."""
        while self._heads:
            head = self._heads[0]
            now = self._turn(head.waiting)
            if now.since == head.since:
                return head
            heapreplace(self._heads, now)  # its section was served since it was put here
        return None

    def take(self) -> Waiting:
        """Take the first out of the line; the next of its section comes to the front."""
        waiting = heappop(self._heads).waiting
        if section := self._sections[waiting.priority, waiting.section]:
            self.put_back(section.popleft())
        return waiting

    def put_back(self, waiting: Waiting) -> None:
        """Let one that was taken wait again."""
        heappush(self._heads, self._turn(waiting))

    def __iter__(self) -> Iterator[Waiting]:
        """All that still wait."""
        for head in self._heads:
            yield head.waiting
        for section in self._sections.values():
            yield from section

    def _turn(self, waiting: Waiting) -> Turn:
        created_at = waiting.created_at
        since = max(created_at, self._served.get(waiting.section, created_at))
        return Turn(_RANK[waiting.priority], since, created_at, waiting.order, waiting.id, waiting)
