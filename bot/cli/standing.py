"""Where a delivery stands for its operator: why, what he can do, and what the shell is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cli.exits import Exit
from bot.cli.show import moment
from bot.model import State

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.app import App
    from bot.ledger import Lane
    from bot.model import Delivery


@dataclass(frozen=True)
class Standing:
    """One delivery, seen together with what holds for its account; `lane` is None where that is configured no more."""

    delivery: Delivery
    lane: Lane | None
    zone: tzinfo

    @property
    def code(self) -> Exit:
        """What the shell is told of it when a command ends."""
        match self.delivery.state:
            case State.DELIVERED:
                return Exit.DONE
            case State.UNKNOWN | State.SENDING:
                return Exit.UNKNOWN
            case State.SCHEDULED:
                return Exit.REFUSED if self._needs_mending else Exit.NOT_YET
            case _:
                return Exit.REFUSED

    @property
    def reason(self) -> str | None:
        """Why it is not delivered, as far as somebody said."""
        if self.delivery.state.final or self.lane is None or not (self.lane.paused or self.lane.backoff_until):
            return self.delivery.error
        return self.lane.reason or self.delivery.error

    @property
    def remedy(self) -> str:
        """What to do next, as a command where there is one; of a thread that broke, what stands of it."""
        parts = len(self.delivery.post.parts) if self.delivery.post else 0
        if not 0 < len(self.delivery.receipts) < parts:
            return self._next_step
        last = self.delivery.receipts[-1].url
        return f"{len(self.delivery.receipts)} of its {parts} parts stand, the last at {last}. {self._next_step}"

    @property
    def told(self) -> str:
        """Reason and remedy in one line."""
        return ". ".join(words.rstrip(".") for words in (self.reason, self.remedy) if words)

    @property
    def _needs_mending(self) -> bool:
        """Whether no next run goes on with it by itself."""
        unmakeable = bool(self.delivery.error) and not self.delivery.claim
        return self.lane is None or bool(self.lane.paused and self.lane.paused_with) or unmakeable

    @property
    def _next_step(self) -> str:
        number, name = self.delivery.id, self.delivery.account
        if self.lane is None and not self.delivery.state.final:
            return f"{name} is configured no more: put it back, or `bot cancel {number}`"
        match self.delivery.state:
            case State.SCHEDULED:
                return self._when
            case State.SENDING:
                return "Under way, or cut off; the next run settles it"
            case State.UNKNOWN:
                return self._settled_how
            case State.DELIVERED:
                log = f"`bot log {self.delivery.article}`"
                return f"An answer that came too late names a post too: {log} shows it; if both stand, delete one"
            case _:
                return f"Not posted: `bot retry {number}` tries again, `bot cancel {number}` puts it away"

    @property
    def _settled_how(self) -> str:
        number = self.delivery.id
        if self.delivery.due_at:
            return f"Perhaps posted; settled by the next run after {moment(self.delivery.due_at, self.zone)}"
        return f"Perhaps posted: look for it, then `bot resolve {number}` with --posted URL, --resend or --drop"

    @property
    def _when(self) -> str:
        lane = self.lane
        if lane and lane.paused and lane.paused_with:
            return "New credentials let it go on by themselves"
        if lane and lane.paused and not lane.paused_until:
            return f"Paused; `bot resume {lane.account}` lets it go on"
        times = (self.delivery.due_at, lane and lane.paused_until, lane and lane.backoff_until)
        held_until = [at for at in times if at]
        return f"Sent by the next run after {moment(max(held_until), self.zone)}" if held_until else ""


def standing(app: App, delivery: Delivery) -> Standing:
    """Where this delivery stands now."""
    lane = app.ledger.lane_of(delivery.account) if delivery.account in app.accounts else None
    return Standing(delivery, lane, app.settings.timezone)
