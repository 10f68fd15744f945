"""Composition root: from the settings to the ledger, the composer, the adapters, the courier and the queue."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot import files, intake, networks
from bot.compose import Composer, packaged_templates
from bot.compose.illustrating import Illustrator
from bot.errors import ArticleError, ConfigurationError
from bot.intake import Names
from bot.intake.queue import Queue
from bot.intake.source import LIMIT
from bot.model import Corrections

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from decimal import Decimal
    from threading import Event as Stop

    from bot.daemon.bell import Bell
    from bot.daemon.desk import Desk
    from bot.daemon.loop import Dues
    from bot.deliver import Courier
    from bot.fetch import Fetcher
    from bot.ledger import Event, Ledger
    from bot.model import Account, Article, Delivery, State
    from bot.networks.base import Adapter, Told
    from bot.pictures import Originals
    from bot.planning import Planner
    from bot.pricing import Pricing
    from bot.schedule.rhythm import Rhythm
    from bot.settings import Settings


_DAY = 86_400.0  # seconds: templates may be edited while the daemon is at work
NOT_ASKED = "is not asked now"
_BREATH = 0.05  # seconds between two steps, for others that write


def _nobody(host: str, port: int) -> NoReturn:  # noqa: ARG001 - what a Fetcher asks
    """The addresses of no host: it is not even looked for."""
    from bot.fetch import FetchError

    raise FetchError(NOT_ASKED, where=host)


def _untold(_: object) -> None:
    """Nobody keeps figures."""


@dataclass(frozen=True)
class App:
    """
    Everything that a command needs, each part made when it is first asked for; `tell` takes a line for the operator.

    Whoever keeps figures is told which delivery is `leaving` by itself, and how many seconds a plan `took`.
    """

    settings: Settings
    tell: Callable[[str], None]
    leaving: Callable[[Delivery], None] = _untold
    took: Callable[[float], None] = _untold

    @cached_property
    def var(self) -> Path:
        """Where the bot keeps what it writes: its owner's alone."""
        with files.explained():
            return files.private_folder(self.settings.home / "var")

    @property
    def key(self) -> bytes:
        """What credentials and addresses are told apart with, without keeping them."""
        with files.explained():
            return files.private_key(self.var / "key")

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """The configured accounts by name."""
        home = self.settings.home
        accounts = {name: given.account(name, home) for name, given in self.settings.accounts.items()}
        for name, account in accounts.items():
            _check_corrections(name, account)
        return accounts

    @cached_property
    def rhythms(self) -> Mapping[str, Rhythm]:
        """How often each of them may speak, and when."""
        zone = self.settings.timezone
        return {name: given.rhythm(zone) for name, given in self.settings.accounts.items()}

    @cached_property
    def names(self) -> Names:
        """What an article may refer to."""
        return Names(frozenset(self.accounts), frozenset(networks.names()), self.composer.templates())

    @cached_property
    def composer(self) -> Composer:
        """Makes posts with the operator's own templates before the packaged ones."""
        own = self.settings.path(self.settings.templates)
        return Composer([own, packaged_templates()], noise=self.settings.noise)

    @cached_property
    def fetcher(self) -> Fetcher:
        """Gets pages and pictures from the web."""
        from bot.fetch import Fetcher

        return Fetcher(self.settings.fetch_hosts)

    @cached_property
    def originals(self) -> Originals:
        """Loads the articles' pictures, each once for all accounts."""
        from bot.pictures import Originals

        return Originals(self.fetcher)

    @cached_property
    def illustrator(self) -> Illustrator:
        """Makes whole posts: what the composer makes, with its pictures and cards."""
        return Illustrator(self.composer.compose, self.originals, self.fetcher)

    def trying(self, *, offline: bool) -> Illustrator:
        """Makes posts of very many articles, to see whether it can: asks for no page, and offline for no picture either."""
        from bot.fetch import Fetcher
        from bot.pictures import Originals

        fetcher = Fetcher(self.settings.fetch_hosts, resolve=_nobody)
        return Illustrator(self.composer.compose, Originals(fetcher) if offline else self.originals, fetcher)

    @cached_property
    def queue(self) -> Queue:
        """The folder where articles wait."""
        return Queue(self.settings.path(self.settings.queue))

    @cached_property
    def database(self) -> tuple[str, Path]:
        """The ledger's address and its lanes: beside the file, so that whoever opens it meets the same ones."""
        url = self.settings.database_url.get_secret_value()
        scheme, _, path = url.partition(":///")
        if scheme != "sqlite":
            return url, self.settings.home / "var"
        file = self.settings.path(Path(path)).resolve()
        return f"sqlite:///{file}", file.with_name(f"{file.name}.lanes")

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, brought up to date; says so where it was begun anew or had to be migrated."""
        from bot.ledger import open_ledger

        url, lanes = self.database
        ledger = open_ledger(url, lanes=lanes)
        if ledger.begun_anew:
            self.tell(f"Began a new ledger: {ledger.where}")
        if ledger.backup:
            self.tell(f"Brought the ledger up to date; the old one is kept as {ledger.backup}")
        ledger.ensure(self.accounts.values())
        return ledger

    def glance(self, *states: State) -> tuple[Delivery, ...]:
        """The newest deliveries in these states, where there is a ledger already; begins none."""
        from bot.ledger.glance import glance

        url, _ = self.database
        return glance(url, *states)

    @cached_property
    def courier(self) -> Courier:
        """Sends what the ledger holds."""
        from bot.deliver import Courier, Member, Policy

        key = self.key
        members = {
            name: Member(
                account=account,
                credentials=self.settings.accounts[name].fingerprint(key),
                connect=cache(partial(self.connect, name)),
            )
            for name, account in self.accounts.items()
        }
        policy = Policy(
            max_attempts=self.settings.max_attempts,
            settle=self.settings.settle_seconds,
            patience=self.settings.patience_seconds,
        )
        return Courier(
            self.ledger,
            members,
            self.illustrator,
            clock=self.clock,
            sleep=time.sleep,
            policy=policy,
            may_go=self._may_go,
        )

    @cached_property
    def planner(self) -> Planner:
        """Gives the accounts that have a rhythm their due moments."""
        from bot.planning import Planner

        return Planner(self.ledger, self.rhythms, clock=self.clock, took=self.took)

    def _may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        goes = self.planner.may_go(delivery, cost, by_hand=by_hand)
        if goes and not by_hand:
            self.leaving(delivery)
        return goes

    @cached_property
    def pricing(self) -> Pricing:
        """Reckons what posts will cost."""
        from bot.pricing import Pricing

        return Pricing(self.ledger, self.accounts.values(), self.composer.compose)

    @cached_property
    def desk(self) -> Desk:
        """Takes articles in and clears the queue of what is done."""
        from bot.daemon.desk import Desk

        return Desk(
            self.ledger,
            self.queue,
            accounts_of=self.accounts_of,
            read=self.read,
            clock=self.clock,
            planned=self.planner.planned,
            costs=self.pricing.of,
            corrections={name: account.corrections for name, account in self.accounts.items()},
        )

    def changed(self) -> None:
        """A command has changed the ledger: plan anew, and let the daemon look, if there is one."""
        self.planner.replan(at_work=False)
        self.wake()

    def wake(self) -> None:
        """Let the daemon look, if there is one."""
        with files.explained():
            self._wake.touch()

    @property
    def _wake(self) -> Path:
        return self.var / "wake"

    def work(
        self,
        bell: Bell,
        *,
        news: Callable[[Sequence[Event]], None],
        trouble: Callable[[Exception], None],
        looked: Callable[[Dues], None],
        patience: float,
    ) -> None:
        """Be the daemon until the bell says stop; what it is given is told in the daemon's own rooms."""
        from bot.daemon.work import work
        from bot.operations.beside import every

        pricing, planner = self.pricing, self.planner  # made here: two threads would open two ledgers

        def reckon(stop: Stop) -> None:
            pricing.reckon(lambda: not stop.wait(_BREATH))
            planner.forget()
            bell.ring()

        with every(_DAY, "prices", reckon, failed=trouble, first=0):  # very many may wait: no post waits for them
            work(
                ledger=self.ledger,
                planner=self.planner,
                courier=self.courier,
                desk=self.desk,
                queue=self.queue,
                accounts=self.accounts,
                wake=self._wake,
                bell=bell,
                news=news,
                trouble=trouble,
                clock=self.clock,
                monotonic=time.monotonic,
                looked=looked,
                patience=patience,
            )

    def clock(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def read(self, source: Path) -> Article:
        """The article in a file, or on standard input for `-`; ArticleError where there is none."""
        zone = self.settings.timezone
        if source == Path():
            raise ArticleError("no article is named", where="''", hint="Name a file, or '-' for standard input.")
        if source == Path("-"):
            return intake.read_text(sys.stdin.buffer.read(LIMIT + 1), where="-", names=self.names, timezone=zone)
        return intake.read(source, names=self.names, queue=self.queue.folder, timezone=zone)

    def connect(self, account: str) -> Adapter:
        """A fresh adapter for an account; does no I/O."""
        return self.settings.accounts[account].connect(account, self.settings.home)

    def told(self) -> dict[str, Told]:
        """What each account's network said last, as far as that is kept."""
        now, home = self.clock(), self.settings.home
        return {name: given.told(name, home, now) for name, given in self.settings.accounts.items()}

    def whereabouts(self, account: str) -> Mapping[str, str]:
        """Where a person looks at what this account published."""
        return self.settings.accounts[account].whereabouts(self.settings.home)

    def chosen(self, names: Iterable[str]) -> tuple[str, ...]:
        """These names of accounts, if they all are; ConfigurationError for the first that is not."""
        chosen = tuple(dict.fromkeys(names))
        for name in chosen:
            if name not in self.accounts:
                raise ConfigurationError("no account has this name", where=name, hint=_nearest(name, self.accounts))
        return chosen

    def accounts_of(self, article: Article, to: Collection[str] = ()) -> list[Account]:
        """The accounts that a new article goes to: those named by hand, else those it asks for, else all."""
        return [self.accounts[name] for name in to or article.accounts or self.accounts]


def _check_corrections(name: str, account: Account) -> None:
    """Raise ConfigurationError where an account's network cannot do what is to become of posts whose articles change."""
    network, policy = account.network, account.corrections
    lacks = {Corrections.EDIT: not network.edits, Corrections.REPLY: not network.threads}
    if lacks.get(policy):
        can = [each for each in Corrections if not lacks.get(each)]
        what = "edits no posts" if policy is Corrections.EDIT else "has no replies"
        where = f"BOT_ACCOUNTS__{name.upper()}__CORRECTIONS"
        raise ConfigurationError(f"{network.name} {what}", where=where, hint=f"There are: {', '.join(can)}.")


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
