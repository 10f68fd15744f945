"""What is left of a week for whoever checks it: what was done, what the networks saw, and how each story ended."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from week.network import UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from week.beats import Beat
    from week.network import Request
    from week.stories import Deed, Story

_HEADLINE = re.compile(r"(\d{4})\.(\d+) ")
Way = tuple[int, str]
"""A story on its way to an account."""


class Post(NamedTuple):
    """A post as its network has it: when the first request left that may have brought it, and when it came."""

    left: datetime
    story: int
    account: str
    edition: int
    came: datetime


class End(NamedTuple):
    """How the bot says that it ended, and when."""

    state: str
    why: str
    at: datetime


class Off(NamedTuple):
    """From when to when nothing could be sent, and why; `is_ours` where it was the bot that did not run."""

    begin: datetime
    end: datetime
    how: str
    is_ours: bool = True


@dataclass
class Record:
    """A week; `came` is when each story was taken in, in that order, `shown` the plans as they stood at some moments."""

    beats: dict[str, Beat]
    stories: dict[int, Story]
    start: datetime
    days: int
    deeds: list[Deed] = field(default_factory=list)
    came: dict[int, datetime] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    ends: dict[Way, End] = field(default_factory=dict)
    shown: list[tuple[datetime, dict[Way, datetime]]] = field(default_factory=list)
    off: list[Off] = field(default_factory=list)
    missed: set[Way] = field(default_factory=set)
    until: datetime | None = None

    @property
    def ways(self) -> Iterator[Way]:
        """Each story on the way to each of its accounts."""
        for number in self.came:
            yield from ((number, account) for account in self.stories[number].accounts)

    def posts(self) -> list[Post]:
        """What stands on the networks, in the order in which it left."""
        of_key: dict[str, list[Request]] = {}
        for request in self.requests:
            of_key.setdefault(request.key, []).append(request)
        return sorted(post for requests in of_key.values() for post in _posts(requests))


def known(text: str) -> tuple[int, int]:
    """The story and the edition that a post shows."""
    found = _HEADLINE.match(text)
    if found is None:
        raise ValueError(f"nobody wrote {text!r}")
    return int(found[1]), int(found[2])


def _posts(requests: Iterable[Request]) -> Iterator[Post]:
    left = None
    for request in requests:
        if request.fate in UNCERTAIN:
            left = left or request.at
        if request.arrived:
            story, edition = known(request.text)
            yield Post(left or request.at, story, request.account, edition, request.at)
