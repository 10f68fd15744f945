"""The real bot on a simulated clock: its queue, desk, planner, ledger, courier and loop, through days in seconds."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from fakes import Crash, compose
from week.network import Network
from week.record import End, Off, Record

from bot import intake
from bot.daemon.bell import Bell
from bot.daemon.desk import Desk
from bot.daemon.inbox import Inbox
from bot.daemon.loop import Loop
from bot.daemon.pace import LOOK
from bot.daemon.turns import Turn
from bot.deliver import Courier, Member, Policy
from bot.intake import Names
from bot.intake.queue import Queue
from bot.ledger import open_ledger
from bot.model import Account, Prices
from bot.planning import Planner
from bot.pricing import Pricing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from week.record import Way
    from week.stories import Deed, Story

    from bot.model import Article

SECOND, MINUTE, MOMENT = timedelta(seconds=1), timedelta(minutes=1), timedelta(milliseconds=1)
RESTART = 2 * MINUTE
IDLE = 4 * MINUTE
"""How long the loop may sleep here where the daemon looks once a minute: an hour of nothing is to cost little."""


class Time:
    """A clock on the wall and a steady one, which stands still while the machine sleeps; nobody waits for either."""

    def __init__(self, now: datetime) -> None:
        self.now = self._began = now
        self._slept = timedelta(0)

    def wall(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return (self.now - self._began - self._slept).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def suspend(self, until: datetime) -> None:
        """The machine sleeps."""
        self._slept += until - self.now
        self.now = until


class Turns:
    """A roster whose turns are taken as time passes."""

    def __init__(self) -> None:
        self.moments: dict[str, datetime] = {}
        self.turns: dict[str, Turn] = {}

    def set(self, moments: Mapping[str, datetime]) -> None:
        self.moments |= moments

    def visit(self, now: float) -> None:
        """A look into each lane now and again, where nothing is due, is taken as done: nobody else works in them."""
        for account, turn in self.turns.items():
            if now - turn.ended > MINUTE.total_seconds():
                self.turns[account] = replace(turn, ended=now)


class Office:
    """A machine with a queue folder, a ledger, and a bot that may end and begin anew."""

    def __init__(self, folder: Path, record: Record, seed: int) -> None:
        self.record = record
        self.time = Time(record.start)
        self.queue = Queue(folder / "queue")
        self.queue.folder.mkdir()
        self._folder = folder
        self.networks = {
            name: Network(name, beat.kind, self.time.wall, Random(f"{seed} {name}"))
            for name, beat in record.beats.items()
        }
        self.accounts = {
            name: Account(name, network.network, prices=Prices(beat.price, beat.price))
            for (name, beat), network in zip(record.beats.items(), self.networks.values(), strict=True)
        }
        self.troubles: list[str] = []
        self._asleep_since: datetime | None = None
        self._shown: dict[Way, datetime] = {}
        self.begin()

    def begin(self) -> None:
        """A process begins."""
        self.ledger = open_ledger(f"sqlite:///{self._folder}/bot.db", lanes=self._folder / "lanes")
        self.ledger.ensure(self.accounts.values())
        rhythms = {name: beat.rhythm for name, beat in self.record.beats.items()}
        wall, steady = self.time.wall, self.time.steady
        self.planner = Planner(self.ledger, rhythms, clock=wall)
        self.turns, self.bell = Turns(), Bell()
        self.loop = Loop(
            ledger=self.ledger,
            planner=self.planner,
            inbox=Inbox(
                self._desk(), self.ledger, self.queue, known=self.ledger.queued(), clock=wall, monotonic=steady
            ),
            roster=self.turns,
            bell=self.bell,
            news=lambda _: None,
            trouble=lambda error: self.troubles.append(f"{self.time.now:%a %H:%M:%S} {error}"),
            clock=wall,
            monotonic=steady,
        )
        self._courier = Courier(
            self.ledger,
            {name: Member(self.accounts[name], "keys", self._line(name)) for name in self.accounts},
            compose,
            clock=wall,
            sleep=self.time.sleep,
            policy=Policy(patience=0),
            may_go=self.planner.may_go,
        )

    def work_until(self, end: datetime) -> None:
        """Let time pass; a process that dies on the way is begun anew after two minutes."""
        if self.is_asleep:
            self.time.suspend(max(end, self.time.now))
        while self.time.now < end:
            try:
                self._work_until(end)
            except Crash:
                began = self.time.now
                self.ledger.close()
                self.time.now += RESTART
                self.record.off.append(Off(began, self.time.now, "restart"))
                self.begin()

    def sleep(self) -> None:
        """The machine sleeps until it wakes; what others put into its queue meanwhile is there then."""
        self._asleep_since, self._shown = self.time.now, self.plan()

    def wake(self) -> None:
        """In the worst moment: a clock that was set before wakes first, and the loop after it."""
        assert self._asleep_since is not None
        woke = self.time.now
        self.record.off.append(Off(self._asleep_since, woke, "asleep"))
        self.record.missed |= {way for way, at in self._shown.items() if at <= woke - 5 * MINUTE}
        self._asleep_since = None
        self.turns.moments = dict.fromkeys(self.accounts, woke)
        self._take_turns()

    @property
    def is_asleep(self) -> bool:
        return self._asleep_since is not None

    def do(self, deed: Deed, story: Story) -> None:
        """Somebody in the newsroom does this, where it can be done still."""
        path = self.queue.folder / story.place
        if deed.what == "put" or (deed.what == "return" and self._is_withdrawn(story)):
            self._write(path, story, deed.edition)
        elif not path.exists():
            return
        elif deed.what == "withdraw":
            path.unlink()
        else:
            if deed.what == "save":
                path.unlink()
                self.bell.files_changed()
                self.work_until(self.time.now + SECOND)
            self._write(path, story, deed.edition)
        self.record.deeds.append(deed)
        self.bell.files_changed()

    def _is_withdrawn(self, story: Story) -> bool:
        """Whether its file was still there to be taken away: what was all posted had left the queue."""
        return any(deed.story == story.number and deed.what == "withdraw" for deed in self.record.deeds)

    def plan(self) -> dict[Way, datetime]:
        """What the bot means to send, and when."""
        found = {}
        for name in self.accounts:
            outlook = self.planner.outlook(name, whole=True)
            told = self.ledger.headlines([each.id for each in outlook.planned])
            for each in outlook.planned:
                if each.moment is not None:
                    found[int(told[each.id][1][:4]), name] = each.moment
        return found

    def close(self) -> None:
        """End of the week: all that the networks and the ledger know of it goes into the record."""
        for event in self.ledger.happened(0)[1]:
            if event.article is not None and event.headline is not None:
                number = int(event.headline[:4])
                if event.event == "taken in":
                    self.record.came[number] = event.at
                if event.account is not None:
                    self.record.ends[number, event.account] = End(event.event, event.detail, event.at)
        for network in self.networks.values():
            self.record.requests += network.requests
        self.record.requests.sort(key=lambda request: request.at)
        self.record.until = self.time.now
        self.ledger.close()

    def _desk(self) -> Desk:
        return Desk(
            self.ledger,
            self.queue,
            accounts_of=lambda article, _: [self.accounts[name] for name in article.accounts],
            read=self._read,
            clock=self.time.wall,
            planned=self.planner.planned,
            costs=Pricing(self.ledger, self.accounts.values(), compose).of,
        )

    def _work_until(self, end: datetime) -> None:
        while self.time.now < end:
            self.turns.visit(self.time.steady())
            wait = self._rest(self.loop.look())
            if not self._take_turns():
                self.time.now = min([end, self.time.now + wait, *self.turns.moments.values()])

    def _rest(self, seconds: float) -> timedelta:
        """What the loop asks for; where that is its longest, nothing is to be done, and we let it sleep on."""
        return IDLE if seconds >= LOOK - 1 else max(MOMENT, timedelta(seconds=seconds))

    def _take_turns(self) -> bool:
        due = sorted(account for account, at in self.turns.moments.items() if at <= self.time.now)
        for account in due:
            del self.turns.moments[account]
            began = self.time.steady()
            sent = self._courier.deliver_due_of(account, go_on=lambda: self.loop.is_awake)
            self.turns.turns[account] = Turn(began, self.time.steady() + 0.001, sent)
        if due:
            self.time.sleep(0.002)
        return bool(due)

    def _write(self, path: Path, story: Story, edition: int) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(story.text(edition))
        os.utime(path, (self.time.now.timestamp(),) * 2)

    def _read(self, path: Path) -> Article:
        names = Names(frozenset(self.accounts), frozenset({"fake"}), frozenset())
        return intake.read(path, names=names, queue=self.queue.folder)

    def _line(self, name: str) -> Callable[[], Network]:
        return lambda: self.networks[name]
