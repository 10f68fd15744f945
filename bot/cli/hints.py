"""What a delivery that is not delivered means to its operator, and what he can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.show import moment
from bot.model import Delivery, State

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.ledger import Lane


def of(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    """Why it stands where it stands, and the command that moves it on."""
    sentences = (_why(delivery, lane), remedy(delivery, lane, zone))
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence)


def _why(delivery: Delivery, lane: Lane) -> str:
    if delivery.state is not State.SCHEDULED or not (lane.paused or lane.backoff_until):
        return delivery.error or ""
    return f"{delivery.account} {'is paused' if lane.paused else 'backs off'}: {lane.reason}"


def remedy(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    """What to do next, as a command where there is one; of a thread that broke, what stands of it."""
    parts = len(delivery.post.parts) if delivery.post else 0
    if not 0 < len(delivery.receipts) < parts:
        return _next_step(delivery, lane, zone)
    standing = f"{len(delivery.receipts)} of its {parts} parts stand, the last at {delivery.receipts[-1].url}"
    return f"{standing}. {_next_step(delivery, lane, zone)}"


def _next_step(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    number = delivery.id
    steps = {
        State.SCHEDULED: _when(delivery, lane, zone),
        State.SENDING: "Under way, or cut off; the next run settles it",
        State.UNKNOWN: _how_it_is_settled(delivery, zone),
        State.DELIVERED: (
            f"An answer that came too late names a post too: `bot log {delivery.article}` shows it; if both stand, delete one"
        ),
        State.DISCARDED: f"Not posted: `bot retry {number}` tries again, `bot cancel {number}` puts it away",
        State.CANCELLED: f"Not posted; `bot retry {number}` tries again",
        State.EXPIRED: f"Not posted; `bot retry {number}` tries again",
    }
    return steps[delivery.state]


def _how_it_is_settled(delivery: Delivery, zone: tzinfo) -> str:
    if delivery.due_at:
        return f"Perhaps posted; settled by the next run after {moment(delivery.due_at, zone)}"
    number = delivery.id
    return f"Perhaps posted: look for it, then `bot resolve {number} --posted URL` or `bot resolve {number} --resend`"


def _when(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    if lane.paused and not lane.paused_until:
        return f"Mend it, then `bot resume {delivery.account}`"
    held_until = [at for at in (delivery.due_at, lane.paused_until, lane.backoff_until) if at]
    return f"Sent by the next run after {moment(max(held_until), zone)}" if held_until else ""
