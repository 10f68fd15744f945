"""Where articles come in and leave: from the queue into the ledger, and out of the queue when all is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ArticleError, BotError
from bot.intake.identity import queued
from bot.intake.paths import place_in, stands_in
from bot.intake.pictures import may_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from bot.intake.queue import Queue
    from bot.ledger import Ledger, Taken
    from bot.model import Account, Article, Corrections


@dataclass
class Round:
    """What one round came to: the articles that it touched, and the troubles that it met."""

    articles: list[int] = field(default_factory=list)
    troubles: list[BotError] = field(default_factory=list)


class Desk:
    """Where articles come in: from the queue into the ledger, and out of the queue when the ledger is done with them."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        *,
        accounts_of: Callable[[Article, Collection[str]], Sequence[Account]],
        read: Callable[[Path], Article],
        clock: Callable[[], datetime],
        planned: Collection[str] = (),
        costs: Callable[[Article], Mapping[str, Decimal]] = lambda article: {},  # noqa: ARG005 - nothing costs anything
        corrections: Mapping[str, Corrections] | None = None,
    ) -> None:
        """
        For the accounts that are `planned` it is the plan that says when their deliveries are due.

        `costs` tells what an article would cost, on the accounts where it would; `corrections` what becomes of the posts of
        one that is changed, on the accounts where they are not left.
        """
        self._ledger = ledger
        self._queue = queue
        self._accounts_of = accounts_of
        self._read = read
        self._clock = clock
        self._planned = planned
        self._costs = costs
        self._corrections = corrections
        self._files: dict[Path, int] = {}

    def take_in(
        self, article: Article, *, to: Collection[str] = (), at: datetime | None = None, back: bool = False
    ) -> Taken:
        """
        Write the article down, with a delivery for each of its accounts; again and again makes no more of them.

        One whose file is `back` in the queue goes on where it was called off.
        """
        now = self._clock()
        due_at = max(at or now, article.publish_at or now)
        return self._ledger.take_in(
            article,
            self._accounts_of(article, to),
            now=now,
            due_at=due_at,
            to=to,
            not_before=at,
            planned=self._planned,
            costs=self._costs(article),
            back=back,
            corrections=self._corrections,
        )

    def empty_queue(self) -> Round:
        """Take in every file that waits; one that cannot be read goes to `rejected` and holds up no other."""
        survey = self._queue.survey()
        round_ = Round(troubles=[*survey.closed.values()])
        for path in survey.settled(self._clock()):
            self.take_from_queue(path, round_)
        return round_

    def take_from_queue(self, path: Path, round_: Round) -> int | None:
        """Take in one file, and tell the round what came of it; its article, if it is one."""
        try:
            article = self.take_in(self._read(path), back=True).article
        except ArticleError as error:
            round_.troubles += [error, *_trouble(self._queue.reject, path, str(error))]
            return None
        self.remember(path, article)
        round_.articles.append(article)
        return article

    def remember(self, path: Path, article: int) -> None:
        """A file of the queue holds this article, and leaves the queue with it."""
        if stands_in(path, self._queue.folder):
            self._files[path] = article

    def holds(self, path: Path) -> bool:
        """Whether a file of the queue is remembered."""
        return path in self._files

    def forget(self, path: Path) -> None:
        """This file is no longer there."""
        self._files.pop(path, None)

    def clear(self, only: Collection[int] | None = None) -> list[BotError]:
        """Move the files away whose articles, or `only` these of them, are done on every account; what could not be moved."""
        troubles: list[BotError] = []
        for path, article in list(self._files.items()):
            if (only is None or article in only) and not self._ledger.unfinished(article):
                pictures = self._pictures(path, article)
                self._ledger.release(self._identity(path), now=self._clock())
                for each in (path, *pictures):
                    troubles += _trouble(self._queue.done, each)
                del self._files[path]
        return troubles

    def _pictures(self, path: Path, article: int) -> list[Path]:
        """The pictures that leave the queue with this file: in doubt they stay, for another article that waits may name them."""
        try:
            sources = [each.source for each in self._ledger.article(article).media if "://" not in each.source]
            own = [each for each in map(Path, sources) if stands_in(each, self._queue.folder) and each.is_file()]
            if not own or any(held == article and other != path for other, held in self._files.items()):
                return []
            named = self._ledger.named_in_queue(sources, besides=article)
            unread = self._unread() if len(named) < len(own) else []
        except BotError:
            return []
        return [each for each in own if str(each) not in named and not any(may_name(other, each) for other in unread)]

    def _unread(self) -> list[Path]:
        """The files that wait and that the ledger does not know yet."""
        known = self._ledger.queued()
        return [path for path in self._queue.survey().files if self._identity(path) not in known]

    def _identity(self, path: Path) -> str:
        return queued(place_in(path, self._queue.folder) or path)


def _trouble(move: Callable[..., None], *arguments: object) -> list[BotError]:
    """What went wrong with moving a file away, which holds up no other."""
    try:
        move(*arguments)
    except BotError as error:
        return [error]
    return []
