"""The processes of a soak, killed again and again: senders on one ledger, and whoever takes articles in."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes import NOON
from soak import memory
from soak.network import Line, serve

from bot.deliver import Courier, Member, Policy
from bot.ledger import Ledger, open_ledger
from bot.model import Account, Article, Part, Post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AGAIN = 2


@dataclass(frozen=True)
class Plan:
    """So many articles over so many seconds, each to every account, on a clock `speed` times as fast as the real one."""

    folder: Path
    accounts: int = 20
    articles: int = 250
    seconds: float = 3600
    speed: float = 30
    started: float = field(default_factory=time.time)

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=(time.time() - self.started) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)

    @property
    def address(self) -> Path:
        return self.folder / "network"

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = open_ledger(f"sqlite:///{self.folder}/bot.db", lanes=self.folder / "lanes")
        yield ledger
        ledger.close()

    def due(self, article: int) -> datetime:
        """When this article comes in."""
        return NOON + timedelta(seconds=self.seconds / self.articles * article)

    def line(self, number: int) -> Line:
        """Every other account is on a network that has to be looked through."""
        return Line(self.address, f"account-{number}", number % 2 == 0, self.clock, self.speed)

    @property
    def all_accounts(self) -> list[Account]:
        lines = [self.line(number) for number in range(self.accounts)]
        return [Account(line.account, line.network) for line in lines]

    def courier(self, ledger: Ledger) -> Courier:
        members = {
            account.name: Member(account, "keys", partial(self.line, number))
            for number, account in enumerate(self.all_accounts)
        }
        return Courier(ledger, members, compose, clock=self.clock, sleep=self.sleep, policy=Policy())

    def article(self, number: int) -> Article:
        """One in five is a thread of three."""
        body = tuple(f"Part {part} of story {number}" for part in (2, 3)) if number % 5 == 0 else ()
        return Article(identities=(f"id:{number}",), headline=f"Story {number}", body=body)


def compose(article: Article, account: Account) -> Post:
    return Post(tuple(Part(f"{text} for {account.name}") for text in (article.headline, *article.body)))


def take_in(plan: Plan) -> None:
    """Take each article in at its time; the last that are known once more, since whoever did it may have been killed over it."""
    with plan.ledger() as ledger:
        known = next(
            (n for n in range(plan.articles) if ledger.find(plan.article(n).identities) is None), plan.articles
        )
        for number in range(max(0, known - AGAIN), plan.articles):
            plan.sleep(max(0.0, (plan.due(number) - plan.clock()).total_seconds()))
            now = plan.clock()
            ledger.take_in(plan.article(number), plan.all_accounts, now=now, due_at=now)
    while True:
        plan.sleep(60)


def send(plan: Plan) -> None:
    """Deliver what is due, for ever, and tell what memory that takes."""
    with plan.ledger() as ledger:
        courier = plan.courier(ledger)
        while True:
            courier.deliver_due()
            memory.tell(plan.folder)
            plan.sleep(10)


def network(plan: Plan) -> None:
    serve(plan.address)


def process(work: Callable[[Plan], None], plan: Plan) -> int:
    """
    The number of a new process that does this; forked, since a fresh Python would spend its short life on importing.

    Not while the ledger is open here: what SQLite knows of its locks is no longer true in a fork.
    """
    number = os.fork()
    if number:
        return number
    try:
        random.seed()
        work(plan)
    except BaseException:  # noqa: BLE001 - the fork must not go on as its parent, whatever happens
        traceback.print_exc()
    finally:
        os._exit(1)


def kill(number: int) -> None:
    """As the kernel does when memory runs out."""
    with suppress(ProcessLookupError, ChildProcessError):  # it ended by itself, and was told so
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def lives(number: int) -> bool:
    return os.waitpid(number, os.WNOHANG) == (0, 0)
