"""An account that takes no posts now: since when, why, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cli import show
from bot.cli.standing import Step

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bot.app import App
    from bot.ledger import Lane


@dataclass(frozen=True)
class Halt:
    """What holds for one account at this moment, whether it is held up or not; `waiting` is how much waits for it."""

    lane: Lane
    now: datetime
    zone: tzinfo
    next_due: datetime | None
    waiting: int
    since: datetime | None = None

    @property
    def state(self) -> str:
        """In one word, whether the account takes posts now."""
        if self.lane.paused_at(self.now):
            return "paused"
        return "backing off" if self.lane.backs_off_at(self.now) else "ready"

    @property
    def held_up(self) -> bool:
        """Whether it takes none."""
        return self.state != "ready"

    @property
    def reason(self) -> str | None:
        """Why it takes none, as far as somebody said."""
        return self.lane.reason if self.held_up else None

    @property
    def note(self) -> str:
        """How it goes on by itself, if it does."""
        lane = self.lane
        match self.state:
            case "paused" if lane.paused_with:
                return "New credentials let it go on by themselves"
            case "paused" if lane.paused_until:
                return f"It goes on by itself after {show.moment(lane.paused_until, self.zone)}"
            case "backing off":
                often = "once" if lane.failures == 1 else f"{lane.failures} times in a row"
                return f"Failed {often}; tried again after {show.moment(lane.backoff_until, self.zone)}"
        return ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the operator lets it go on."""
        command = f"bot resume {self.lane.account}"
        match self.state:
            case "paused" if self.lane.paused_with:
                return (Step("once it is mended there", command),)
            case "paused" if not self.lane.paused_until:
                return (Step("to let it go on", command),)
            case "backing off":
                return (Step("to try at once", command),)
        return ()

    @property
    def hint(self) -> str | None:
        """Both in one line."""
        return "; ".join(filter(None, (self.note, *map(str, self.steps)))) or None

    @property
    def search(self) -> str | None:
        """What is looked for before anything is sent there, for as long as it is."""
        lane, zone = self.lane, self.zone
        if lane.sought_since is None or lane.searched_until is None or lane.searched_until < self.now:
            return None
        lost = f"{show.moment(lane.sought_since, zone)} to {show.moment(lane.sought_until, zone)}"
        return f"looked through for posts from {lost} before anything is sent, until {show.moment(lane.searched_until, zone)}"

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """The account's row in a table."""
        due = show.moment(self.next_due, self.zone)
        return self.lane.account, self.lane.network, self.state, str(self.waiting or "–"), due

    def draw(self) -> None:
        """Put it before the operator."""
        since = f" since {show.moment(self.since, self.zone)}" if self.since else ""
        waits = {0: "nothing waits", 1: "one post waits"}.get(self.waiting, f"{self.waiting} posts wait")
        show.line()
        show.heading(show.styled("! held up  ", fg="yellow"), f"{self.lane.account}: {self.state}{since}; {waits}")
        show.fields([(label, text) for label, text in (("why", self.reason), ("now", self.note)) if text])
        show.fields([(step.when, step.command) for step in self.steps], commands=True)

    @property
    def json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "name": self.lane.account,
            "network": self.lane.network,
            "state": self.state,
            "paused_until": show.stamp(self.lane.paused_until or self.lane.backoff_until),
            "since": show.stamp(self.since),
            "reason": self.reason,
            "hint": self.hint,
            "commands": [step.command for step in self.steps],
            "search": self.search,
            "waiting": self.waiting,
            "next_due": show.stamp(self.next_due),
        }


def halts(app: App, waiting: dict[str, int]) -> list[Halt]:
    """What holds for each configured account; `waiting` is how much waits for each."""
    now, zone = app.clock(), app.settings.timezone
    lanes = [lane for lane in app.ledger.lanes() if lane.account in app.accounts]
    since = _since(app) if any(lane.paused_at(now) for lane in lanes) else {}
    return [
        Halt(
            lane,
            now,
            zone,
            app.planner.next_due_of(lane.account),
            waiting.get(lane.account, 0),
            since.get(lane.account) if lane.paused_at(now) else None,
        )
        for lane in lanes
    ]


def _since(app: App) -> dict[str, datetime]:
    """When each account was last paused."""
    return {event.account: event.at for event in app.ledger.events() if event.event == "paused" and event.account}
