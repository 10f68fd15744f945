"""The daemon's loop on a clock that is set by hand: files come, change and go, posts leave at their moments."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from errno import EACCES
from typing import TYPE_CHECKING, Any

import pytest
from fakes import NOON, Crash, FakeNetwork, World

from bot import intake
from bot.daemon.bell import Bell
from bot.daemon.desk import Desk
from bot.daemon.inbox import GRACE, Inbox
from bot.daemon.loop import Loop
from bot.daemon.turns import Turn
from bot.intake import Names
from bot.intake.queue import Queue
from bot.model import State
from bot.planning import Planner
from bot.schedule.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from bot.ledger import Event
    from bot.model import Article, Delivery

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SLOTS = Rhythm(slots=("0 * * * *",))


class ByHand:
    """A clock whose turns are taken when the test lets time pass."""

    def __init__(self) -> None:
        self.moments: dict[str, datetime] = {}
        self.turns: dict[str, Turn] = {}
        self.busy: set[str] = set()

    def set(self, moments: Mapping[str, datetime]) -> None:
        self.moments |= {account: at for account, at in moments.items() if account not in self.busy}


class Office(World):
    """A daemon in its folder."""

    def __init__(self, folder: Path, *, rhythm: Rhythm = SLOTS, accounts: str = "one") -> None:
        super().__init__(folder)
        self.networks = {name: FakeNetwork(checks=[f"login:{name}"]) for name in accounts.split()}
        self.queue = Queue(folder / "queue")
        self.queue.folder.mkdir()
        self.skew = timedelta(0)
        self.ledger.ensure([self.account(name) for name in self.networks])
        self.rhythm = rhythm
        self.reads = 0
        self.surprises: list[BaseException] = []
        self.reading_takes = 0.0
        self.begin()

    def begin(self) -> None:
        """The daemon of a new process."""
        self.planner = Planner(self.ledger, dict.fromkeys(self.networks, self.rhythm), clock=self.clock)
        self.roster, self.bell = ByHand(), Bell()
        self.events: list[Event] = []
        self.troubles: list[str] = []
        accounts = [self.account(name) for name in self.networks]
        desk = Desk(
            self.ledger,
            self.queue,
            accounts_of=lambda article, to: accounts,
            read=self.read,
            clock=self.clock,
            planned=self.planner.planned,
        )
        self.inbox = Inbox(
            desk, self.ledger, self.queue, known=self.ledger.queued(), clock=self.clock, monotonic=self.monotonic
        )
        self.loop = Loop(
            ledger=self.ledger,
            planner=self.planner,
            inbox=self.inbox,
            roster=self.roster,
            bell=self.bell,
            news=self.events.extend,
            trouble=lambda error: self.troubles.append(str(error)),
            clock=self.clock,
            monotonic=self.monotonic,
        )

    def monotonic(self) -> float:
        return (self.clock.now - self.skew - NOON).total_seconds()

    def set_clock(self, by: timedelta) -> None:
        self.clock.now += by
        self.skew += by

    def read(self, path: Path) -> Article:
        self.reads += 1
        if self.surprises:
            raise self.surprises.pop()
        self.clock.sleep(self.reading_takes)
        names = Names(frozenset(self.networks), frozenset(), frozenset())
        return intake.read(path, names=names, queue=self.queue.folder)

    def may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        return self.planner.may_go(delivery, cost, by_hand=by_hand)

    def put(self, name: str, text: str, *, age: float = 60) -> Path:
        path = self.queue.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {text}\n")
        os.utime(path, (self.clock.now.timestamp() - age,) * 2)
        self.bell.files_changed()
        return path

    def take(self, path: Path) -> None:
        path.unlink()
        self.bell.files_changed()

    def pass_by(self, stretch: timedelta = SECOND) -> int:
        """Let time pass, in which the loop looks and turns are taken; how often it looked."""
        end, looks = self.clock.now + stretch, 0
        while True:
            wait = timedelta(seconds=self.loop.look())
            looks += 1
            taken = self._take_turns()
            if self.clock.now >= end:
                return looks
            if not taken:
                turns = [max(at, self.clock.now) for at in self.roster.moments.values()]
                self.clock.now = min([end, self.clock.now + wait, *turns])

    def _take_turns(self) -> bool:
        due = [account for account, at in self.roster.moments.items() if at <= self.clock.now]
        for account in due:
            del self.roster.moments[account]
            began = self.monotonic()
            sent = self.courier().deliver_due_of(account, go_on=lambda: True)
            self.clock.sleep(0.01)
            self.roster.turns[account] = Turn(began, self.monotonic(), sent)
        return bool(due)

    def delivery(self, number: int = 1) -> Delivery:
        return self.ledger.delivery(number)

    def texts(self, account: str = "one") -> list[str]:
        return [text for key, text in self.networks[account].posts.items() if key.endswith("/0")]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.clock.now = NOON + 10 * MINUTE
    yield office
    office.ledger.close()


def test_a_file_is_taken_in_and_posted_at_its_slot_and_leaves_the_queue(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(49 * MINUTE)
    assert ([], True) == (office.texts(), path.exists())
    office.pass_by(MINUTE + SECOND)
    assert (["One"], False) == (office.texts(), path.exists())
    assert (office.queue.folder / "done" / "one.md").exists()
    assert NOON + HOUR == office.delivery().first_attempt_at


def test_all_that_happens_from_the_first_look_on_is_news(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(SECOND)
    assert ["taken in", "scheduled"] == [each.event for each in office.events][:2]


def test_a_file_is_read_once_until_it_changes(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(30 * MINUTE)
    assert 1 == office.reads
    office.put("one.md", "Another", age=30)
    office.pass_by(20 * MINUTE + SECOND)
    assert (2, ["Another"]) == (office.reads, office.texts())


def test_a_file_that_somebody_may_be_writing_is_read_a_second_later(office: Office) -> None:
    office.pass_by(SECOND)
    office.put("one.md", "One", age=0)
    office.pass_by(0.9 * SECOND)
    assert 0 == office.reads
    office.pass_by(0.2 * SECOND)
    assert 1 == office.reads


def test_what_is_taken_from_the_queue_is_called_off_after_a_grace(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(SECOND)
    office.take(path)
    office.pass_by((GRACE - 0.5) * SECOND)
    assert State.SCHEDULED is office.delivery().state
    office.pass_by(SECOND)
    assert State.CANCELLED is office.delivery().state
    office.pass_by(HOUR)
    assert [] == office.texts()


def test_a_file_that_is_saved_by_renaming_is_only_edited(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(SECOND)
    path.rename(path.with_name("one.md~"))
    office.bell.files_changed()
    office.pass_by(SECOND)
    office.put("one.md", "Better")
    office.pass_by(HOUR)
    assert ["Better"] == office.texts()
    assert "withdrawn" not in {each.event for each in office.events}


def test_a_withdrawn_article_goes_on_when_its_file_is_back(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(SECOND)
    office.take(path)
    office.pass_by(10 * SECOND)
    office.put("later.md", "One")
    office.pass_by(HOUR)
    assert ["One"] == office.texts()
    assert ["withdrawn", "back in the queue"] == [
        each.event for each in office.events if each.event in {"withdrawn", "back in the queue"}
    ]


def test_what_was_cancelled_by_hand_stays_so_when_its_file_comes_again(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(SECOND)
    office.ledger.cancel(1, now=office.clock())
    office.take(path)
    office.pass_by(10 * SECOND)
    office.put("one.md", "One")
    office.pass_by(HOUR)
    assert [] == office.texts()


def test_another_article_under_a_withdrawn_ones_name_is_another(office: Office) -> None:
    path = office.put("weather.md", "Monday")
    office.pass_by(SECOND)
    office.take(path)
    office.pass_by(10 * SECOND)
    office.put("weather.md", "Tuesday")
    office.pass_by(HOUR)
    assert ["Tuesday"] == office.texts()
    assert [State.CANCELLED, State.DELIVERED] == [office.delivery(number).state for number in (1, 2)]


def test_a_file_that_is_renamed_stays_one_article(office: Office) -> None:
    path = office.put("one.md", "One")
    office.pass_by(SECOND)
    path.rename(path.with_name("two.md"))
    office.bell.files_changed()
    office.pass_by(HOUR)
    assert ["One"] == office.texts()


def test_a_queue_that_is_not_mounted_calls_nothing_off(office: Office) -> None:
    for number in range(3):
        office.put(f"{number}.md", f"Story {number}")
    office.pass_by(SECOND)
    away = office.queue.folder.rename(office.queue.folder.with_name("away"))
    office.bell.files_changed()
    office.pass_by(10 * SECOND)
    office.queue.folder.mkdir()  # the folder beneath
    office.bell.files_changed()
    office.pass_by(HOUR)
    assert ["Story 0"] == office.texts(), "what is known goes on"
    office.queue.folder.rmdir()
    away.rename(office.queue.folder)
    office.bell.files_changed()
    office.pass_by(2 * HOUR)
    assert [f"Story {number}" for number in range(3)] == office.texts()
    assert "withdrawn" not in {each.event for each in office.events}
    assert ["0.md", "1.md", "2.md"] == sorted(path.name for path in (office.queue.folder / "done").iterdir())


def test_what_was_taken_away_while_nobody_looked_is_called_off(office: Office) -> None:
    path = office.put("one.md", "One")
    office.put("two.md", "Two")
    office.pass_by(SECOND)
    office.take(path)
    office.begin()
    office.pass_by(HOUR)
    assert ["Two"] == office.texts()


def test_a_name_in_bytes_that_are_no_text_is_not_missed_after_a_start(office: Office) -> None:
    folder = os.fsencode(office.queue.folder)
    with open(folder + b"/caf\xe9.md", "w") as file:  # noqa: PTH123 - a path of bytes
        file.write("# Coffee\n")
    os.utime(folder + b"/caf\xe9.md", (NOON.timestamp(),) * 2)
    office.pass_by(SECOND)
    office.begin()
    office.pass_by(10 * SECOND)
    assert State.SCHEDULED is office.delivery().state


def test_what_cannot_be_read_is_told_and_leaves_the_queue(office: Office) -> None:
    path = office.queue.folder / "bad.md"
    path.write_bytes(b"\xff\xfe\xfa")
    os.utime(path, (NOON.timestamp(),) * 2)
    office.put("good.md", "Good")
    office.pass_by(HOUR)
    assert (["Good"], 1) == (office.texts(), len(office.troubles))
    assert (office.queue.folder / "rejected" / "bad.md").exists()


def test_while_nothing_happens_the_loop_looks_once_a_minute(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(MINUTE)
    assert office.pass_by(10 * MINUTE) <= 16  # and after the turn of each five minutes


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_after_the_clock_is_set_each_post_goes_at_its_hour_by_the_new_time(office: Office, step: timedelta) -> None:
    office.clock.now = NOON + 10 * MINUTE
    office.put("one.md", "One")
    office.pass_by(MINUTE)
    office.set_clock(step)
    office.pass_by(HOUR - 2 * MINUTE if step > timedelta(0) else HOUR + 30 * MINUTE)
    sent = office.delivery().first_attempt_at
    assert sent is not None
    assert sent.minute in {0, 11, 12}, "on a slot, or at once where it was missed"
    assert ["One"] == office.texts()


def test_a_machine_that_slept_for_a_day_looks_within_a_minute(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(MINUTE)
    office.clock.now += timedelta(days=1)
    office.skew += timedelta(days=1)
    office.pass_by(timedelta(minutes=71))
    assert ["One"] == office.texts()


def test_a_lane_that_somebody_else_works_is_asked_again_but_not_all_the_time(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(45 * MINUTE)
    with office.ledger.lane("one", wait=False):
        looks = office.pass_by(5 * MINUTE + 10 * SECOND)
    assert looks < 60
    office.pass_by(2 * SECOND)
    assert ["One"] == office.texts()


def test_an_account_at_work_holds_up_no_other(tmp_path: Path) -> None:
    office = Office(tmp_path, accounts="one two")
    office.clock.now = NOON + 10 * MINUTE
    office.put("one.md", "One")
    office.pass_by(MINUTE)
    office.roster.busy.add("one")  # its network takes its time
    del office.roster.moments["one"]
    office.pass_by(HOUR)
    assert ([], ["One"]) == (office.texts("one"), office.texts("two"))
    office.ledger.close()


def test_a_queue_that_cannot_be_read_is_told_and_holds_up_no_post(office: Office) -> None:
    office.put("one.md", "One")
    office.pass_by(SECOND)
    away = office.queue.folder.rename(office.queue.folder.with_name("away"))
    office.queue.folder.write_text("no folder")
    office.bell.files_changed()
    office.pass_by(HOUR)
    assert (["One"], 1) == (office.texts(), len(set(office.troubles)))
    office.queue.folder.unlink()
    away.rename(office.queue.folder)
    office.put("two.md", "Two")
    office.pass_by(HOUR)
    assert ["One", "Two"] == office.texts()


def test_a_section_that_cannot_be_read_is_told_and_calls_nothing_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sport, scandir, locked = office.queue.folder / "sport", os.scandir, True

    def scan(path: Path) -> Any:
        if locked and path == sport:
            raise PermissionError(EACCES, "Permission denied")
        return scandir(path)

    office.put("sport/cup.md", "Cup")
    office.pass_by(SECOND)
    monkeypatch.setattr(os, "scandir", scan)
    office.put("one.md", "One")
    office.pass_by(MINUTE)
    assert [f"{sport}: cannot be read: Permission denied"] == [
        each.split(". ")[0] for each in dict.fromkeys(office.troubles)
    ]
    assert [State.SCHEDULED, State.SCHEDULED] == [office.delivery(number).state for number in (1, 2)]
    locked = False
    office.pass_by(2 * HOUR)
    assert {"Cup", "One"} == set(office.texts())


def test_what_nobody_expected_is_told_and_ends_nothing(office: Office) -> None:
    office.surprises = [ValueError("not what anybody expected")]
    office.put("one.md", "One")
    office.pass_by(HOUR)
    assert (["not what anybody expected"], ["One"]) == (office.troubles, office.texts())


def test_the_end_of_the_process_ends_the_loop(office: Office) -> None:
    office.surprises = [Crash()]
    office.put("one.md", "One")
    with pytest.raises(Crash):
        office.pass_by()


def test_ten_thousand_files_hold_up_no_plan(office: Office) -> None:
    """Each look takes in a few, and the plan is made in between: here each file takes a tenth of a second to read."""
    office.reading_takes = 0.1
    for number in range(100):
        office.put(f"{number:03}.md", f"Story {number}")
    office.loop.look()
    assert (1, 99) == (office.reads, office.inbox.pending)
    office.pass_by(3 * SECOND)
    assert 2 <= len({each.at for each in office.events if each.event == "taken in"})
    assert office.inbox.pending
    office.pass_by(HOUR)
    assert (0, 1) == (office.inbox.pending, len(office.texts()))
