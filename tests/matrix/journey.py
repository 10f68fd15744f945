"""One cell from the operator's first command until all is settled, and what the network then says."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from matrix.advice import NAME, Operator
from matrix.cells import COMMANDS
from matrix.faults import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrix.bots import Answer, Bot, Standing
    from matrix.cells import Cell

ROUND = COMMANDS["run"]
WAITS = {"post": "story.md", "run": "queue/story.md"}
MOST_COMMANDS = 20


@dataclass(frozen=True)
class Outcome:
    """
    What became of a cell.

    `asked` is what the operator had to do before it was settled, `troubles` what went wrong beside what the network counts,
    `processes` are the moments of every process until it was settled, `log` says in a line what came of each, and `ended`
    whether one was ended by SIGKILL.
    """

    cell: Cell
    seconds: float = 0.0
    duplicates: int = 0
    losses: int = 0
    asked: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    processes: tuple[tuple[str, ...], ...] = ()
    log: tuple[str, ...] = ()
    ended: bool = False

    @property
    def wrong(self) -> bool:
        return bool(self.duplicates or self.losses or self.troubles)

    @property
    def missed(self) -> bool:
        """Whether it was over before its moment came, which was taken from a row that a busy machine had made longer."""
        return self.cell.end_at > 0 and not self.ended

    def __str__(self) -> str:
        counts = f"{self.duplicates} duplicates, {self.losses} losses" if self.duplicates or self.losses else ""
        return f"{self.cell}: {'; '.join(filter(None, [counts, *self.troubles])) or 'once each'}"


@dataclass
class Journey:
    """
    A cell on its way: one command after another, as the operator and his cron would give them.

    `let_go` lets a request go on that is held up, and `quiet` waits until none is on its way. `seen` is each text that stands
    on the network, with its address.
    """

    cell: Cell
    bot: Bot
    let_go: Callable[[], None]
    quiet: Callable[[], None]
    seen: Callable[[], Sequence[tuple[str, str]]]
    troubles: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._operator = Operator(self.cell, self.bot, self.seen, troubles=self.troubles)

    def go(self) -> None:
        """From the first command until all is settled."""
        post, place = self.cell.post, PurePath(WAITS[self.cell.command])
        for name, content in post.files.items():
            self.bot.write(str(place.with_name(name)), content)
        if post.template:
            self.bot.write(f"templates/{NAME}.j2", post.template)
        self.bot.write(str(place), post.article)
        command: Sequence[str] | None = COMMANDS[self.cell.command]
        while command and len(self.answers) < MOST_COMMANDS:
            self._give(command)
            command = self._next()
        if command:
            self.troubles.append("it is never settled")
        self.let_go()
        self._operator.judge(ended=self._ended and not self.cell.what.orphans)
        if not self.cell.end_at:
            self._once_more()
        self._expect_nothing_left()

    def outcome(self, texts: Sequence[str], pictures: Sequence[int], seconds: float) -> Outcome:
        """What stands on the network, and how many pictures each part shows, held against what should."""
        parts, counts = {*self.cell.parts}, Counter(texts)
        duplicates = sum(count - 1 for count in counts.values()) + len(counts.keys() - parts)
        losses = len(parts - counts.keys())
        if not duplicates and not losses and [*texts] != [*self.cell.parts]:
            self.troubles.append("its parts stand in another order")
        whole, bare = [*self.cell.post.pictures], self.cell.bare and not any(pictures)
        if not duplicates and not losses and not bare and [*pictures] != whole:
            self.troubles.append(f"its parts show {[*pictures]} pictures")
        return Outcome(
            self.cell,
            seconds,
            duplicates,
            losses,
            tuple(self._operator.asked),
            tuple(self.troubles),
            tuple(answer.moments for answer in self.answers),
            tuple(map(str, self.answers)),
            self._ended,
        )

    @property
    def _ended(self) -> bool:
        return any(answer.killed for answer in self.answers)

    def _give(self, command: Sequence[str]) -> None:
        """Run a command, to the moment at which the cell ends it if that comes in its time."""
        done = sum(len(answer.moments) for answer in self.answers)
        ours = not self.cell.what.orphans and self.cell.end_at > done
        restarts = self._ended
        answer = self.bot(*command, end_at=self.cell.end_at - done if ours else None)
        self.answers.append(answer)
        if not answer.killed and (answer.code not in range(5) or "bot --debug" in answer.out):
            self.troubles.append(f"bot {' '.join(command)} ended with {answer.code}: {answer.out}")
        release = self.cell.what.release
        if release is Release.BEFORE_THE_RESTART or (release is Release.AFTER_THE_RESTART and restarts):
            self.let_go()
        self.quiet()

    def _next(self) -> Sequence[str] | None:
        """The next command, when its time has come; None where all is settled."""
        if self.answers[-1].killed:
            return ROUND
        standing = self.bot.look()
        if not standing:  # it was never taken in: whoever saw his command die gives it again
            return COMMANDS[self.cell.command]
        return next(filter(None, map(self._for, standing)), None) or self._clearing

    @property
    def _clearing(self) -> Sequence[str] | None:
        """The round that finds nothing more to send, and clears the queue of what a person settled."""
        return ROUND if self._queued and self.answers[-1].arguments != ROUND else None

    @property
    def _queued(self) -> bool:
        return self.cell.command == "run" and (self.bot.home / WAITS["run"]).exists()

    def _for(self, delivery: Standing) -> Sequence[str] | None:
        match delivery.state:
            case "delivered":
                return None
            case _ if delivery.needs_resume:
                return self._operator.resumes()
            case "discarded":
                return self._operator.retries(delivery)
            case "unknown" if delivery.at is None:
                return self._operator.resolves(delivery)
            case _ if delivery.at is None:
                self.troubles.append(f"{delivery} goes on at no time, and nobody is asked")
                return None
        time.sleep(max(0.0, (delivery.at - datetime.now(UTC)).total_seconds()))
        return ROUND

    def _once_more(self) -> None:
        """The same command finds nothing left to do."""
        answer = self.bot(*COMMANDS[self.cell.command])
        if answer.code:
            self.troubles.append(f"once more, it ended with {answer.code}: {answer.out}")

    def _expect_nothing_left(self) -> None:
        """The ledger knows of one delivery, done, and nothing waits in the queue."""
        found = [(delivery.state, delivery.receipts) for delivery in self.bot.look()]
        if found != [("delivered", len(self.cell.parts))]:
            self.troubles.append(f"the ledger says {found}")
        if self._queued:
            self.troubles.append("its file is still in the queue")
