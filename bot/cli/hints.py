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
    return ". ".join(
        sentence.rstrip(".") for sentence in (_why(delivery, lane), remedy(delivery, lane, zone)) if sentence
    )


def _why(delivery: Delivery, lane: Lane) -> str:
    if delivery.state is not State.SCHEDULED or not (lane.paused or lane.backoff_until):
        return delivery.error or ""
    return f"{delivery.account} {'is paused' if lane.paused else 'backs off'}: {lane.reason}"


def remedy(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    """What to do next, as a command where there is one."""
    match delivery.state:
        case State.UNKNOWN if delivery.due_at is None:
            return (
                f"Perhaps posted: look for it, then `bot resolve {delivery.id} --posted URL` "
                f"or `bot resolve {delivery.id} --resend`"
            )
        case State.UNKNOWN:
            return f"Perhaps posted; settled by the next run after {moment(delivery.due_at, zone)}"
        case State.SENDING:
            return "Under way, or cut off; the next run settles it"
        case State.DISCARDED | State.CANCELLED | State.EXPIRED:
            return f"Not posted; `bot retry {delivery.id}` tries again"
        case State.SCHEDULED:
            return _scheduled(delivery, lane, zone)
        case _:
            return ""


def _scheduled(delivery: Delivery, lane: Lane, zone: tzinfo) -> str:
    if lane.paused and not lane.paused_until:
        return f"Mend it, then `bot resume {delivery.account}`"
    held_until = [at for at in (delivery.due_at, lane.paused_until, lane.backoff_until) if at]
    return f"Sent by the next run after {moment(max(held_until), zone)}" if held_until else ""
