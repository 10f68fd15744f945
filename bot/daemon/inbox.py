"""The queue as the daemon sees it: read once and again when it changes, called off when it is taken away, and cleared."""

from __future__ import annotations

import os
from math import inf
from typing import TYPE_CHECKING

from bot.daemon.desk import Round
from bot.daemon.withdrawn import is_gone, telling
from bot.errors import ArticleError, ConfigurationError
from bot.intake.identity import queued
from bot.intake.paths import legible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.daemon.desk import Desk
    from bot.daemon.withdrawn import Grounds, Identity
    from bot.errors import BotError
    from bot.intake.queue import Mark, Queue, Survey
    from bot.ledger import Ledger

GRACE = 3.0
"""Seconds that a file may be away: editors that save by renaming need less."""
RESTLESS = 60.0
"""Seconds for which a file may be written to before somebody is told that it is not read."""


class Inbox:
    """
    What stands in the queue, and which of it is still to be read.

    Nothing here takes long, whatever comes at once: a survey costs a look at each file, and files are read a few at a time.
    """

    def __init__(
        self,
        desk: Desk,
        ledger: Ledger,
        queue: Queue,
        *,
        known: Iterable[str],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        """`known` are the identities of files that stood in this queue before, and may have been taken away since."""
        self._desk = desk
        self._ledger = ledger
        self._queue = queue
        self._clock = clock
        self._monotonic = monotonic
        self._held: dict[Path, Identity | None] = dict.fromkeys(
            queue.folder / name.removeprefix("queue:") for name in known
        )
        self._marks: dict[Path, Mark] = {}
        self._pending: dict[Path, Mark] = {}
        self._gone: dict[Path, float] = {}
        self._grounds: Grounds = {}
        self._seen: Grounds = {}
        self._unsettled: dict[Path, float] = {}

    @property
    def pending(self) -> int:
        """How many files are to be read."""
        return len(self._pending)

    @property
    def unsettled(self) -> bool:
        """Whether somebody may be writing a file at this moment."""
        return bool(self._unsettled)

    @property
    def withdrawing_at(self) -> float | None:
        """When the next file has been away for long enough, by the steady clock."""
        return min(self._gone.values(), default=None)

    def survey(self) -> list[BotError]:
        """See what is new, what has changed, and what is not there any more; what could not be seen."""
        survey, now = self._queue.survey(), self._clock().timestamp()
        self._marks = {path: mark for path, mark in self._marks.items() if path in survey.files or path in self._held}
        anew = {path: mark for path, mark in survey.files.items() if mark != self._marks.get(path)}
        restless = self._restless(path for path, mark in anew.items() if not mark.has_settled(now))
        settled = [(mark.written, path) for path, mark in anew.items() if mark.has_settled(now)]
        self._pending = {path: anew[path] for _, path in sorted(settled)}
        self._seen = {folder: ground.identity for folder, ground in survey.folders.items()}
        self._miss(survey)
        return [*self._missing(survey), *survey.closed.values(), *restless]

    def _missing(self, survey: Survey) -> Iterator[BotError]:
        folder = self._queue.folder
        if folder not in survey.folders and folder not in survey.closed:
            hint = "Mount its disk, or make the folder; until then nothing is taken in, and nothing is called off"
            yield ConfigurationError("the queue is not there", where=str(folder), hint=hint)

    def take_some(self, seconds: float) -> Round:
        """Read what waits to be read, oldest first, for so long; what is known already and done leaves the queue."""
        round_, end = Round(), self._monotonic() + seconds
        while self._pending and self._monotonic() < end:
            path = next(iter(self._pending))
            mark = self._pending.pop(path)
            if os.path.lexists(path):
                self._take(path, mark, round_)
        if round_.articles:
            round_.troubles += self.clear(set(round_.articles))
        return round_

    def withdraw(self) -> None:
        """Call off the articles whose files have been away for long enough, as a survey just now has shown once more."""
        for path in [path for path, until in self._gone.items() if until <= self._monotonic()]:
            if not os.path.lexists(path):  # else the next survey sees it
                self._ledger.withdraw(self._name(path), now=self._clock())
                self._forget(path)
            del self._gone[path]

    def clear(self, articles: Collection[int]) -> list[BotError]:
        """Move the files of these articles away, if they are done; what could not be moved."""
        troubles = self._desk.clear(articles)
        for path in [path for path in self._marks if path in self._held and not self._desk.holds(path)]:
            del self._marks[path], self._held[path]  # seen there once more, it is read once more
        return troubles

    def _restless(self, unsettled: Iterable[Path]) -> list[BotError]:
        """Remember since when these change, and tell once of those that do so for too long."""
        now = self._monotonic()
        self._unsettled = {path: self._unsettled.get(path, now) for path in unsettled}
        restless = [path for path, since in self._unsettled.items() if now - since >= RESTLESS]
        self._unsettled |= dict.fromkeys(restless, inf)
        hint = "Write it under a name that ends in .part, and rename it when it is whole."
        return [
            ArticleError("changes all the time, so it is not read", where=legible(path), hint=hint) for path in restless
        ]

    def _miss(self, survey: Survey) -> None:
        told = telling(survey, self._grounds, self._held)
        self._grounds |= told
        self._held |= {path: told[path.parent] for path in self._held if path in survey.files and path.parent in told}
        missing = [path for path in self._held if is_gone(path, survey, told)]
        # What the ledger holds by an escaped name may be there under its own.
        shown = {self._name(path) for path in survey.files} if missing else set()
        away_until = self._monotonic() + GRACE
        self._gone = {path: self._gone.get(path, away_until) for path in missing if self._name(path) not in shown}

    def _name(self, path: Path) -> str:
        return queued(path.relative_to(self._queue.folder))

    def _take(self, path: Path, mark: Mark, round_: Round) -> None:
        if self._desk.take_from_queue(path, round_) is not None:
            self._held[path] = self._seen.get(path.parent)
        self._marks[path] = mark  # only now: where the ledger cannot be written, it is still to be read

    def _forget(self, path: Path) -> None:
        self._marks.pop(path, None)
        self._held.pop(path, None)
        self._desk.forget(path)
