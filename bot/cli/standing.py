"""Where a delivery stands for its operator: why, what he can do, and what the shell is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.cli.exits import Exit
from bot.cli.show import moment
from bot.model import State

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bot.app import App
    from bot.ledger import Lane
    from bot.model import Delivery

_NEAR = re.compile(r"((?:https?|file)://\S+) is like what was sent")
_SAID = {State.SENDING: "Under way, or cut off; the next run settles it", State.DELIVERED: ""}


class Step(NamedTuple):
    """A command, and when it is the right one."""

    when: str
    command: str

    def __str__(self) -> str:
        return f"{self.when}: `{self.command}`"


@dataclass(frozen=True)
class Standing:
    """
    One delivery, seen together with what holds for its account; `lane` is None where that is configured no more.

    `late` are the addresses that answers named which came too late to be its own. `why` is what the plan says of its moment.
    """

    delivery: Delivery
    lane: Lane | None
    now: datetime
    zone: tzinfo
    late: tuple[str, ...] = ()
    why: str | None = None

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
    def near(self) -> str | None:
        """The address of a post that may be this one, and that nobody but a person can tell from it."""
        found = _NEAR.search(self.delivery.error or "") if self.delivery.state is State.UNKNOWN else None
        return found[1] if found else None

    @property
    def parts(self) -> tuple[int, int]:
        """How many parts stand, and how many there are; none of none before there was a post."""
        return len(self.delivery.receipts), len(self.delivery.post.parts) if self.delivery.post else 0

    @property
    def broken(self) -> str:
        """Of a thread that broke, what stands of it."""
        done, parts = self.parts
        if not 0 < done < parts:
            return ""
        return f"{done} of its {parts} parts stand{'s' * (done == 1)}, the last at {self.delivery.receipts[-1].url}"

    @property
    def note(self) -> str:
        """How it stands, in a sentence."""
        if self.late:
            return self._belated
        doubt = "Perhaps posted" if self.delivery.state is State.UNKNOWN else ""
        if self.lane is None and not self.delivery.state.final:
            return "; ".join(filter(None, (doubt, f"{self.delivery.account} is configured no more: put it back")))
        match self.delivery.state:
            case State.SCHEDULED:
                return self._when
            case State.UNKNOWN:
                return f"{doubt}; {self._found_out}"
        return _SAID.get(self.delivery.state, "The rest is not posted" if self.broken else "Not posted")

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the operator can do to settle it."""
        number, state = self.delivery.id, self.delivery.state
        if (
            state is State.UNKNOWN
        ):  # without a post it is looked for after a restore, and nobody can say anything before
            return self._settled_by if self.delivery.post else ()
        if state is State.SCHEDULED and (self.late or (self.lane is None and self.delivery.post is None)):
            stop = Step("to hold it back", f"bot pause {self.delivery.account}")
            return (stop,) if self.late else (Step("to call it off", f"bot cancel {number}"),)
        if state is State.DISCARDED and self.broken:
            return Step("to send the rest", f"bot retry {number}"), Step("to leave it at that", f"bot cancel {number}")
        if state is State.DISCARDED:
            return Step("to try again", f"bot retry {number}"), Step("to put it away", f"bot cancel {number}")
        if state in {State.CANCELLED, State.EXPIRED} and not self.late:
            return (Step("to send it after all", f"bot retry {number}"),)
        return ()

    @property
    def remedy(self) -> str:
        """What to do next, as a command where there is one; of a thread that broke, what stands of it."""
        steps = "; ".join(map(str, self.steps))
        return _sentences(self.broken, self.note, steps[:1].upper() + steps[1:])

    @property
    def told(self) -> str:
        """Reason and remedy in one line."""
        return _sentences(self.reason, self.remedy)

    @property
    def _needs_mending(self) -> bool:
        """Whether no next run goes on with it by itself."""
        unmakeable = bool(self.delivery.error) and not self.delivery.claim
        return self.lane is None or bool(self.lane.paused and self.lane.paused_with) or unmakeable

    @property
    def _belated(self) -> str:
        """An answer that came too late names a post, beside those of its receipts."""
        what = f"An answer that came too late names {' and '.join(self.late)}"
        match self.delivery.state:
            case State.DELIVERED:
                own = " and ".join(receipt.url for receipt in self.delivery.receipts)
                return f"{what}; its own is {own}. If both stand, delete one of them there"
            case State.SCHEDULED:
                return f"{what}. If that stands, it would be posted twice: {self._when[:1].lower()}{self._when[1:]}"
            case State.UNKNOWN | State.SENDING:
                return what
            case _:
                return f"{what}. If that stands and should not, delete it there"

    @property
    def _settled_by(self) -> tuple[Step, ...]:
        """The operator's word on what is unknown; what he cannot know yet is not offered."""
        resolve, (done, parts) = f"bot resolve {self.delivery.id}", self.parts
        what = f"part {done + 1}" if parts > 1 else "it"
        seen = next(iter((*self.late, self.near or "")))
        giving_up = "to leave it at that" if done else "to give it up"
        if self.lane is None:
            return (Step(giving_up, f"{resolve} --drop"),)
        there = Step(
            f"if that is {what}" if seen else f"if {what} stands there", f"{resolve} --posted {seen or 'ADDRESS'}"
        )
        if self.delivery.due_at and not seen:
            return (there,)
        return (
            there,
            Step("if it does not" if not seen else "if it is not", f"{resolve} --resend"),
            Step(giving_up, f"{resolve} --drop"),
        )

    @property
    def _found_out(self) -> str:
        lane = self.lane
        if self.near:
            return f"only a person can tell whether {self.near} is it"
        if not self.delivery.due_at:
            return "the bot cannot find out: look for it"
        if lane and lane.paused and not lane.paused_until:
            return f"the bot finds out when {lane.account} goes on: `bot resume {lane.account}`"
        return f"the next run{self._after} finds out"

    @property
    def _when(self) -> str:
        lane = self.lane
        if lane and lane.paused and lane.paused_with:
            return "New credentials let it go on by themselves"
        if lane and lane.paused and not lane.paused_until:
            return f"Paused; `bot resume {lane.account}` lets it go on"
        what = "The rest is sent" if self.broken else "Tried again" if self.delivery.error else "Sent"
        if not self.delivery.due_at:
            return f"Waits: {self.why}" if self.why else ""
        why = f" ({self.why})" if self.why and self._after else ""
        return f"{what} by the next run{self._after}{why}"

    @property
    def _after(self) -> str:
        """Until when it is held back, if it is."""
        lane = self.lane
        times = (self.delivery.due_at, lane and lane.paused_until, lane and lane.backoff_until)
        held_until = max((at for at in times if at), default=self.now)
        return f" after {moment(held_until, self.zone)}" if held_until > self.now else ""


def standing(app: App, delivery: Delivery, late: tuple[str, ...] = ()) -> Standing:
    """Where this delivery stands now."""
    lane = app.ledger.lane_of(delivery.account) if delivery.account in app.accounts else None
    waits = lane and delivery.state is State.SCHEDULED and delivery.post is None
    why = app.planner.why(delivery) if waits else None
    return Standing(delivery, lane, app.clock(), app.settings.timezone, late, why)


def _sentences(*words: str | None) -> str:
    return ". ".join(each.rstrip(".") for each in words if each)
