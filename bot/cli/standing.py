"""Where a delivery stands for its operator: why, what he can do, and what the shell is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.cli import show
from bot.cli.exits import Exit
from bot.cli.way import Way, settled_at, way
from bot.model import State

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bot.app import App
    from bot.ledger import Correction
    from bot.model import Delivery

_NEAR = re.compile(r"((?:https?|file)://\S+) is like what was sent")
_SAID = {
    State.SENDING: "Being sent at this moment, or its sender was cut off",
    State.EXPIRED: "Not posted: its time was over. If its expires_at has passed, give the article another, and `bot add` it",
    State.DELIVERED: "",
}
_DONE = {
    "retract": "taken down",
    "edit": "edited in place",
    "reply": "answered",
    "repost": "taken down and posted anew",
}
_TAKEN_DOWN = "It was taken down; --again posts it anew"


class Step(NamedTuple):
    """A command, and when it is the right one; `not_before` where it would be refused until then."""

    when: str
    command: str
    not_before: datetime | None = None

    def __str__(self) -> str:
        return f"{self.when}: `{self.command}`"


@dataclass(frozen=True)
class Standing:
    """
    One delivery, seen together with what holds for its account; `way` is None where that is configured no more.

    `late` are the addresses that answers named which came too late to be its own. Before `settled_at` nobody can say that an
    unknown one stands nowhere. `why` is what the plan says of its moment, `correction` what is to become of its post.
    """

    delivery: Delivery
    way: Way | None
    now: datetime
    zone: tzinfo
    late: tuple[str, ...] = ()
    settled_at: datetime | None = None
    why: str | None = None
    correction: Correction | None = None

    @property
    def code(self) -> Exit:
        """What the shell is told of it when a command ends."""
        if self.correction:
            return Exit.REFUSED if self.waits_for_its_operator else Exit.NOT_YET
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
        """Why it is not delivered, or not as it was wished, as far as somebody said."""
        if self.correction:
            return self.correction.error or (self.way.reason if self.way else None)
        if self.delivery.state is State.SCHEDULED and self.way and self.way.reason:
            return self.way.reason
        return self.delivery.error

    @property
    def waits_for_its_operator(self) -> bool:
        """Whether no next run goes on with it by itself."""
        if self.correction:
            return self.correction.due_at is None or self.way is None or self.way.wants_resume
        match self.delivery.state:
            case State.SCHEDULED | State.UNKNOWN if self.way is None or self.way.wants_resume:
                return True
            case State.SCHEDULED:
                return self._needs_mending
            case State.UNKNOWN:
                return self.delivery.due_at is None
            case _:
                return self.delivery.state is State.DISCARDED

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
        if self.correction:
            return self._to_be_corrected(self.correction)
        doubt = "Perhaps posted" if self.delivery.state is State.UNKNOWN else ""
        if self.way is None and not self.delivery.state.final:
            return "; ".join(filter(None, (doubt, f"{self.delivery.account} is configured no more: put it back")))
        match self.delivery.state:
            case State.SCHEDULED:
                return self._when
            case State.UNKNOWN:
                return f"{doubt}; {self._found_out}"
        said = _SAID.get(self.delivery.state, "The rest is not posted" if self.broken else "Not posted")
        return _TAKEN_DOWN if self.delivery.taken_down else said

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the operator can do to settle it."""
        if self.correction:
            return self._corrected_by(self.correction)
        match self.delivery.state:
            case State.UNKNOWN:  # without a post it is looked for after a restore, and nobody can say anything before
                return self._settled_by if self.delivery.post else ()
            case State.SENDING:
                return (Step("to settle it, whichever it is", "bot run --once"),) if self.way else ()
            case State.SCHEDULED:
                return self._held_by
            case _:
                return self._begun_again_by

    @property
    def possible(self) -> tuple[Step, ...]:
        """Those of the steps that are not refused now."""
        return tuple(step for step in self.steps if step.not_before is None)

    @property
    def remedy(self) -> str:
        """What to do, as commands where there are any; of a thread that broke, what stands of it."""
        return self._advice(self.steps)

    @property
    def next(self) -> str:
        """The same with what can be done now."""
        return self._advice(self.possible)

    @property
    def told(self) -> str:
        """Why, and what to do next, in one line."""
        return _sentences(show.in_zone(self.reason or "", self.zone), self.next)

    def _to_be_corrected(self, correction: Correction) -> str:
        done = _DONE[correction.kind.value]
        if not correction.due_at:
            return f"It stands, and was not {done}"
        if self.way is None:
            return f"To be {done}, and {self.delivery.account} is configured no more: put it back"
        if self.way.wants_resume:
            return f"To be {done} when {self.delivery.account} goes on: `bot resume {self.delivery.account}`"
        at = max(filter(None, (correction.due_at, self.way.until)))
        after = f" after {show.moment(at, self.zone)}" if at > self.now else ""
        return f"To be {done} by the next run{after}"

    def _corrected_by(self, correction: Correction) -> tuple[Step, ...]:
        leave = Step("to leave it as it is", f"bot cancel {self.delivery.id}")
        return (leave,) if correction.due_at else (Step("to try again", f"bot retry {self.delivery.id}"), leave)

    def _advice(self, steps: tuple[Step, ...]) -> str:
        listed = "; ".join(map(str, steps))
        return _sentences(self.broken, self.note, listed[:1].upper() + listed[1:])

    @property
    def _needs_mending(self) -> bool:
        """Whether something other than its turn is what it waits for: an account, keys, a template."""
        unmakeable = bool(self.delivery.error) and not self.delivery.claim
        return self.way is None or (self.way.wants_resume and bool(self.way.keys)) or unmakeable

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
    def _held_by(self) -> tuple[Step, ...]:
        """How one that waits for its turn is kept from it, where that is called for."""
        if self.late:
            return (Step("to hold it back", f"bot pause {self.delivery.account}"),)
        if self.way is None and self.delivery.post is None:
            return (Step("to call it off", f"bot cancel {self.delivery.id}"),)
        return ()

    @property
    def _begun_again_by(self) -> tuple[Step, ...]:
        """How one that ended is sent after all."""
        retry, cancel = f"bot retry {self.delivery.id}", f"bot cancel {self.delivery.id}"
        match self.delivery.state:
            case State.DISCARDED if self.broken:
                return Step("to send the rest", retry), Step("to leave it at that", cancel)
            case State.DISCARDED:
                return Step("to try again", retry), Step("to put it away", cancel)
            case State.CANCELLED if not (self.late or self.delivery.retracted):
                return (Step("to send it after all", retry),)
            case State.EXPIRED if not self.late:
                return (Step("then, to send it after all", retry),)
        return ()

    @property
    def _settled_by(self) -> tuple[Step, ...]:
        """The operator's word on what is unknown; each with its time, where he cannot know before."""
        number, (done, parts) = self.delivery.id, self.parts
        giving_up = self._in_time("to leave it at that" if done else "to give it up", f"bot resolve {number} --drop")
        if self.way is None:
            return (giving_up,)
        what = f"part {done + 1}" if parts > 1 else "it"
        seen = next(iter((*self.late, self.near or "")))
        there, absent = (
            (f"if that is {what}", "if it is not") if seen else (f"if {what} stands there", "if it does not")
        )
        resend = f"bot resolve {number} --resend"
        look = Step("to have the bot look once more", f"bot retry {number}")
        return (
            Step(there, f"bot resolve {number} --posted {seen or 'ADDRESS'}"),
            Step(absent, resend) if self.way.repeatable else self._in_time(absent, resend),
            giving_up,
            *([] if self.delivery.due_at else [look]),
        )

    def _in_time(self, when: str, command: str) -> Step:
        """A step that is refused while a request may still be on its way."""
        if self.settled_at is None or self.settled_at <= self.now:
            return Step(when, command)
        return Step(f"{when}, not before {self._time(self.settled_at)}", command, self.settled_at)

    @property
    def _found_out(self) -> str:
        if not self.delivery.due_at:
            return (
                f"only a person can tell whether {self.near} is it"
                if self.near
                else "the bot cannot find out: look for it"
            )
        if self.way and self.way.wants_resume:
            account = self.delivery.account
            return f"the bot finds out when {account} goes on: `bot resume {account}`"
        if self.near:
            return f"the next run{self._after} looks once more; only a person can tell whether {self.near} is it"
        return f"the next run{self._after} finds out"

    @property
    def _when(self) -> str:
        if self.way and self.way.keys:
            return self.way.keys
        if self.way and self.way.wants_resume:
            return f"Paused; `bot resume {self.delivery.account}` lets it go on"
        what = "The rest is sent" if self.broken else "Tried again" if self.delivery.error else "Sent"
        if not self.delivery.due_at:
            return f"Waits: {self.why}" if self.why else ""
        why = f" ({self.why})" if self.why and self._after else ""
        return f"{what} by the next run{self._after}{why}"

    @property
    def _after(self) -> str:
        """Until when it is held back, if it is."""
        times = (self.delivery.due_at, self.way and self.way.until)
        held_until = max((at for at in times if at), default=self.now)
        return f" after {show.moment(held_until, self.zone)}" if held_until > self.now else ""

    def _time(self, at: datetime) -> str:
        """A time for people, without its date where that is today's."""
        written, today = show.moment(at, self.zone), show.moment(self.now, self.zone)
        return written.partition(" ")[2] if written[:10] == today[:10] else written


def standing(app: App, delivery: Delivery, late: tuple[str, ...] = ()) -> Standing:
    """Where this delivery stands now."""
    found = way(app, app.ledger.lane_of(delivery.account)) if delivery.account in app.accounts else None
    waits = found and delivery.state is State.SCHEDULED and delivery.post is None
    why = app.planner.why(delivery) if waits else None
    settled, correction = (
        settled_at(app, delivery),
        app.ledger.correction(delivery.id) if delivery.state.final else None,
    )
    return Standing(delivery, found, app.clock(), app.settings.timezone, late, settled, why, correction)


def _sentences(*words: str | None) -> str:
    return ". ".join(each.rstrip(".") for each in words if each)
