"""An account that takes no posts now: since when, why, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cli import money, show
from bot.cli.standing import Step
from bot.cli.way import Way, way

if TYPE_CHECKING:
    from datetime import datetime

    from bot.app import App


@dataclass(frozen=True)
class Halt:
    """What holds for one account at this moment, whether it is held up or not; `waiting` is how much waits for it."""

    way: Way
    next_due: datetime | None
    waiting: int
    since: datetime | None = None
    spending: money.Spending | None = None

    @property
    def note(self) -> str:
        """How it goes on by itself, if it does."""
        if self.way.keys:
            return self.way.keys
        if not self.way.until:
            return ""
        until = show.moment(self.way.until, self.way.zone)
        if self.way.state != "backing off":
            return f"It goes on by itself after {until}"
        failures = self.way.lane.failures
        return f"Failed {'once' if failures == 1 else f'{failures} times in a row'}; tried again after {until}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the operator lets it go on."""
        command = f"bot resume {self.way.lane.account}"
        if self.way.wants_resume:
            mended = "if they stay the same, once it is mended there"
            return (Step(mended if self.way.lane.paused_with else "to let it go on", command),)
        return (Step("to try at once", command),) if self.way.state == "backing off" else ()

    @property
    def hint(self) -> str | None:
        """Both in one line."""
        return "; ".join(filter(None, (self.note, *map(str, self.steps)))) or None

    @property
    def search(self) -> str | None:
        """What is looked for before anything is sent there, for as long as it is."""
        lane, zone = self.way.lane, self.way.zone
        if lane.sought_since is None or lane.searched_until is None or lane.searched_until < self.way.now:
            return None
        lost = f"{show.moment(lane.sought_since, zone)} to {show.moment(lane.sought_until, zone)}"
        return f"looked through for posts from {lost} before anything is sent, until {show.moment(lane.searched_until, zone)}"

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """The account's row in a table."""
        lane, due = self.way.lane, show.soon(self.next_due, self.way.now, self.way.zone)
        return lane.account, lane.network, self.way.state, str(self.waiting or "–"), due

    def draw(self) -> None:
        """Put it before the operator."""
        since = f" since {show.moment(self.since, self.way.zone)}" if self.since else ""
        waits = {0: "nothing waits", 1: "one post waits"}.get(self.waiting, f"{self.waiting} posts wait")
        why = show.in_zone(self.way.reason or "", self.way.zone)
        show.line()
        show.heading(
            show.styled("! held up  ", fg="yellow"), f"{self.way.lane.account}: {self.way.state}{since}; {waits}"
        )
        show.fields([(label, text) for label, text in (("why", why), ("now", self.note)) if text])
        show.fields([(step.when, step.command) for step in self.steps], commands=True)

    @property
    def json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "name": self.way.lane.account,
            "network": self.way.lane.network,
            "state": self.way.state,
            "paused_until": show.stamp(self.way.until),
            "since": show.stamp(self.since),
            "reason": self.way.reason,
            "hint": self.hint,
            "commands": [step.command for step in self.steps],
            "search": self.search,
            "waiting": self.waiting,
            "next_due": show.stamp(self.next_due),
            "money": self.spending.json if self.spending else None,
        }


def halts(app: App, waiting: dict[str, int]) -> list[Halt]:
    """What holds for each configured account; `waiting` is how much waits for each."""
    ways = [way(app, lane) for lane in app.ledger.lanes() if lane.account in app.accounts]
    since = app.ledger.paused_since() if any(each.state == "paused" for each in ways) else {}
    return [
        Halt(
            each,
            app.planner.next_due_of(each.lane.account),
            waiting.get(each.lane.account, 0),
            since.get(each.lane.account) if each.state == "paused" else None,
            money.spending(app, each.lane.account),
        )
        for each in ways
    ]
