"""What the operator may do to a delivery; whatever could post twice is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from bot.errors import Refused
from bot.ledger import correcting
from bot.ledger.base import Base
from bot.ledger.rows import attach, change, changed_at, one, unconfirmed, unsent, whole
from bot.ledger.schema import accounts, deliveries
from bot.model import Receipt, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.model import Delivery

_RESOLVE = "Look at the account, then `bot resolve {id} --posted URL` or `bot resolve {id} --resend`"
_WHY_NOT = {
    State.SCHEDULED: "it waits for its turn: nothing is in doubt",
    State.SENDING: "it is being sent at this moment, or its sender was cut off",
    State.UNKNOWN: "it may be on the network already",
    State.DELIVERED: "it has been delivered",
    State.DISCARDED: "it was refused for good",
    State.CANCELLED: "it was cancelled",
    State.EXPIRED: "its time was over",
}
_INSTEAD = {
    State.SCHEDULED: "The next run goes on with it; `bot retry {id}` hurries it, and `bot cancel {id}` calls off what never went out",
    State.SENDING: "Whichever it is, the next run settles it: bot run --once",
    State.UNKNOWN: _RESOLVE,
    State.DELIVERED: "To publish the article once more, post it with --again",
    State.DISCARDED: "To try it again: `bot retry {id}`",
    State.CANCELLED: "To send it after all: `bot retry {id}`",
    State.EXPIRED: "To send it after all: `bot retry {id}`; where the article has an expires_at, give it a later one first",
}


class ByHand(Base):
    """The operator's moves. Each raises Refused, saying why and what to do instead, where it could post twice."""

    def retry(
        self,
        number: int,
        now: datetime,
        *,
        settles_in: timedelta = timedelta(0),
        not_before: datetime | None = None,
    ) -> Delivery:
        """
        Make a delivery due now, or at its hour `not_before`, with all its attempts before it.

        One that was discarded, expired or cancelled is scheduled again, as new as if it had come in now; one that is unknown, or was when it was dropped, is so
        until it is found out, which is not tried before its last change lies `settles_in` back. One that stands and was not
        corrected is tried to be once more.
        """
        with self._database.writing() as db:
            if correcting.renew(db, one(db, number), now):
                _let_go(db, one(db, number))
                return one(db, number)
            delivery = _in(db, number, *(state for state in State if state not in {State.SENDING, State.DELIVERED}))
            values: dict[str, Any] = {"state": delivery.state, "attempts": 0}
            afresh: dict[str, Any] = {"not_before": None, "missed": False}
            if delivery.state.final:
                _refuse_a_second(db, delivery)
                _refuse_what_was_taken_down(delivery)
                values |= unsent(delivery)
                ahead = not_before if not_before is not None and not_before > now else None
                afresh |= {"created_at": now, "publish_at": ahead}  # a person wants it, however old the article is
            if values["state"] is State.UNKNOWN:
                due_at = max(now, changed_at(db, number) + settles_in)
            else:
                due_at, values["error"] = max(now, not_before or now), None
            _let_go(db, delivery)
            return change(db, delivery, "retried", now=now, due_at=due_at, plan=afresh, **values)

    def cancel(self, number: int, now: datetime) -> Delivery:
        """
        End a scheduled delivery of which nothing can be on the network, or put away one that was discarded.

        One that was to be corrected stays as it is.
        """
        with self._database.writing() as db:
            if correcting.call_off(db, one(db, number), now):
                return one(db, number)
            delivery = _in(db, number, State.SCHEDULED, State.DISCARDED)
            if delivery.state is State.DISCARDED:
                return change(db, delivery, "cancelled", "put away", now=now, state=State.CANCELLED)
            if delivery.receipts:
                raise _refused(delivery, "parts of it stand on the network", "It goes on from there by itself")
            if delivery.post:
                raise _refused(delivery, "an earlier attempt may be on the network", "It goes out under the same key")
            return change(db, delivery, "cancelled", now=now, state=State.CANCELLED, due_at=None)

    def move(self, delivery: Delivery, due_at: datetime, *, now: datetime) -> Delivery:
        """Let a scheduled delivery wait until another time."""
        with self._database.writing() as db:
            waiting = _in(db, delivery.id, State.SCHEDULED)
            to = f"to {due_at:%Y-%m-%d %H:%M:%S} UTC"
            return change(db, waiting, "moved", to, now=now, due_at=due_at, plan={"not_before": due_at})

    def resolve_posted(self, number: int, url: str, remote_id: str, now: datetime) -> Delivery:
        """The operator saw that the first part in doubt stands at `url`; what comes after it is sent, or looked for, now."""
        with self._database.writing() as db:
            delivery = _in(db, number, State.UNKNOWN)
            if delivery.post is None:
                why = "the ledger was restored, and this has not been looked for since"
                raise _refused(delivery, why, f"`bot resume {delivery.account}`, and the next run looks for it")
            receipt = Receipt(index=unconfirmed(delivery)[0], remote_id=remote_id, url=url)
            delivery = attach(db, delivery, receipt)
            rest = unconfirmed(delivery)
            if not rest:
                state, due_at = State.DELIVERED, None
            else:  # after a restore these may stand as well
                _let_go(db, delivery)
                state, due_at = State.UNKNOWN if delivery.sought_since else State.SCHEDULED, now
            return change(
                db, delivery, "resolved: posted", url, now=now, state=state, due_at=due_at, attempts=0, error=None
            )

    def resolve_dropped(self, number: int, now: datetime) -> Delivery:
        """
        The operator saw that it is not there, and does not want it to be.

        He may have looked too early: a `retry` makes it unknown again, and what it sends is the same under the same key.
        """
        with self._database.writing() as db:
            delivery = _in(db, number, State.UNKNOWN)
            doubt: dict[str, Any] = {"doubted": True, "claim": delivery.claim + 1}
            return change(db, delivery, "resolved: dropped", now=now, state=State.CANCELLED, due_at=None, **doubt)

    def resolve_resend(self, number: int, now: datetime) -> Delivery:
        """The operator saw that it is not there: send it now, the same bytes under the same key."""
        with self._database.writing() as db:
            delivery = _in(db, number, State.UNKNOWN)
            _let_go(db, delivery)
            return change(
                db, delivery, "resolved: resend", now=now, state=State.SCHEDULED, due_at=now, attempts=0, error=None
            )


def _let_go(db: Connection, delivery: Delivery) -> None:
    """At a person's word its lane backs off no longer; a pause holds."""
    db.execute(update(accounts).where(accounts.c.name == delivery.account).values(backoff_until=None))


def _in(db: Connection, number: int, *states: State) -> Delivery:
    delivery = one(db, number)
    if delivery.state not in states:
        raise _refused(delivery, _WHY_NOT[delivery.state], _INSTEAD[delivery.state])
    return delivery


def _refuse_a_second(db: Connection, delivery: Delivery) -> None:
    """What ended is not begun again while another delivery of the article stands on that account, or may come to."""
    for other in whole(db, deliveries.c.article == delivery.article, accounts.c.name == delivery.account):
        if other.id not in {delivery.id, delivery.corrects} and (
            other.state is State.DELIVERED or not other.state.final
        ):
            instead = "To publish the article once more, post it with --again"
            raise _refused(delivery, f"delivery {other.id} of the same article is {other.state}", instead)


def _refuse_what_was_taken_down(delivery: Delivery) -> None:
    """The rest of a thread has nothing to stand below."""
    if delivery.retracted:
        raise _refused(delivery, "parts of it were taken down", "To publish the article anew, post it with --again")


def _refused(delivery: Delivery, why: str, instead: str) -> Refused:
    return Refused(why, where=f"delivery {delivery.id}", hint=instead.format(id=delivery.id))
