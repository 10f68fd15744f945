"""Sending, as the ledger sees it: claimed before a request leaves, settled by what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, select, update

from bot.ledger import media
from bot.ledger.answers import SEARCH
from bot.ledger.base import Base
from bot.ledger.rows import attach, change, changed_at, held, note_on, unconfirmed, unsent, whole
from bot.ledger.schema import accounts, deliveries
from bot.model import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.model import Delivery, Post, Receipt

_NAMED = accounts.c.name == bindparam("of")
_LAST_ATTEMPT = select(accounts.c.last_attempt_at).where(_NAMED)
_CHANGE_ACCOUNT = update(accounts).where(_NAMED)
IN_GOOD_ORDER = _CHANGE_ACCOUNT.values(
    failures=0, backoff_until=None, reason=case((accounts.c.paused, accounts.c.reason))
)


class Attempts(Base):
    """
    The moves of a sender, who holds the account's lane.

    Each depends on the state and the claim number that he knows: None says that the delivery went on without him, and
    that nothing was changed.
    """

    def claim(self, delivery: Delivery, post: Post, *, now: datetime, cost: Decimal = Decimal(0)) -> Delivery | None:
        """
        Take a delivery that is scheduled or unknown into `sending`, under a claim number never used before.

        Freezes `post`, its `cost` and the time of this attempt, or keeps those that an earlier attempt froze. On disk when this returns.
        Ends the search that followed a restore, if it has lasted long enough.
        """
        with self._database.writing() as db:
            waiting = held(db, delivery, State.SCHEDULED, State.UNKNOWN)
            if waiting is None:
                return None
            number = waiting.claim + 1
            if not waiting.frozen_by:
                _keep_apart(db, waiting, post, now)
            return change(
                db,
                _searched(db, waiting, now),
                "claimed",
                f"attempt {waiting.attempts + 1}",
                now=now,
                state=State.SENDING,
                claim=number,
                attempts=waiting.attempts + 1,
                doubted=waiting.state is State.UNKNOWN,
                plan={} if waiting.frozen_by else {"cost": cost},
                **({} if waiting.frozen_by else _frozen(db, waiting, post, now) | {"frozen_by": number}),
            )

    def confirm(self, claimed: Delivery, receipt: Receipt, *, now: datetime) -> Delivery | None:
        """
        Keep the receipt of one part; with the last one the delivery is delivered, and the account in good order.

        A receipt that comes too late is written down, with the post's address. Raises Refused, and changes nothing,
        where another delivery holds what the receipt names.
        """
        with self._database.writing() as db:
            sending = held(db, claimed, State.SENDING)
            if sending is None:
                note_on(db, claimed, "late receipt", f"{receipt.url} {receipt.remote_id}", now=now)
                return None
            confirmed = attach(db, sending, receipt)
            if unconfirmed(confirmed):
                return change(db, confirmed, "part posted", receipt.url, now=now)
            db.execute(IN_GOOD_ORDER, {"of": confirmed.account})  # what failed before is over; a pause keeps its reason
            return change(
                db, confirmed, "delivered", receipt.url, now=now, state=State.DELIVERED, due_at=None, error=None
            )

    def complete(self, claimed: Delivery) -> Delivery:
        """The delivery with the bytes of all that its post shows: they are not read whenever it is."""
        with self._database.reading() as db:
            return media.complete(db, claimed)

    def held(self, claimed: Delivery) -> Delivery | None:
        """A delivery that is still held by this claim, as it is now: to be asked before sending after a look, which takes its time."""
        with self._database.reading() as db:
            return held(db, claimed, State.SENDING)

    def postpone(
        self, claimed: Delivery, error: str, *, now: datetime, due_at: datetime, counted: bool = False
    ) -> Delivery | None:
        """
        The attempt certainly did not post: try again at `due_at`.

        Thaws the post if this attempt froze it and no part stands. If an earlier attempt may have posted, the delivery is
        unknown again. The attempt is given back, since the trouble is the account's, unless it is `counted`; its claim number is not.
        """
        with self._database.writing() as db:
            sending = held(db, claimed, State.SENDING)
            if sending is None:
                return None
            values = {"due_at": due_at, "error": error, "attempts": sending.attempts - (not counted), **unsent(sending)}
            return change(db, sending, "postponed", error, now=now, **values)

    def doubt(self, claimed: Delivery, error: str, *, now: datetime, due_at: datetime | None) -> Delivery | None:
        """The attempt may have posted: find out at `due_at`, or leave it to the operator where that is None."""
        return self._settle(claimed, "unknown", error, now=now, state=State.UNKNOWN, due_at=due_at)

    def discard(self, claimed: Delivery, error: str, *, now: datetime) -> Delivery | None:
        """The post is refused for good, with the network's own words."""
        return self._settle(claimed, "discarded", error, now=now, state=State.DISCARDED, due_at=None)

    def call_off(self, claimed: Delivery, why: str, *, now: datetime) -> Delivery | None:
        """What is not out is not to go out any more."""
        return self._settle(claimed, "cancelled", why, now=now, state=State.CANCELLED, due_at=None)

    def _settle(self, claimed: Delivery, event: str, error: str, *, now: datetime, **values: Any) -> Delivery | None:
        with self._database.writing() as db:
            sending = held(db, claimed, State.SENDING)
            return sending and change(db, sending, event, error, now=now, error=error, **values)

    def abandoned(
        self,
        account: str,
        *,
        now: datetime,
        settles_in: timedelta = timedelta(0),
        last_attempt: int | None = None,
    ) -> tuple[Delivery, ...]:
        """
        The deliveries that were left in `sending`, made unknown; due when `settles_in` has passed, after their last attempt never.

        That passes from `now` on, or from a claim that is later: whoever stalls after he read the clock may find one.
        Only for the holder of the account's lane: he knows by it that their sender is dead, or cut off.
        """
        with self._database.writing() as db:
            left = whole(db, accounts.c.name == account, deliveries.c.state == State.SENDING)
            return tuple(_abandoned(db, delivery, now, settles_in, last_attempt) for delivery in left)

    def note_error(self, delivery: Delivery, error: str, *, now: datetime, due_at: datetime | None) -> Delivery | None:
        """Keep what hinders a delivery from being made into a post, and look at it again at `due_at`."""
        with self._database.writing() as db:
            waiting = held(db, delivery, State.SCHEDULED, State.UNKNOWN)
            if waiting is None or (waiting.state is State.UNKNOWN and waiting.frozen_by):
                return None
            return change(db, waiting, "error", error, now=now, error=error, due_at=due_at, plan={"not_before": due_at})

    def expire(self, delivery: Delivery, *, now: datetime, why: str = "") -> Delivery | None:
        """End a scheduled delivery whose time is over, unless part of it stands or may stand on the network."""
        with self._database.writing() as db:
            waiting = held(db, delivery, State.SCHEDULED)
            if waiting is None or waiting.frozen_by:
                return None
            return change(db, waiting, "expired", why, now=now, state=State.EXPIRED, due_at=None)


def _abandoned(
    db: Connection, delivery: Delivery, now: datetime, settles_in: timedelta, last_attempt: int | None
) -> Delivery:
    over = last_attempt is not None and delivery.attempts >= last_attempt
    due_at = None if over else max(now, changed_at(db, delivery.id)) + settles_in
    error = "its sender ended before the network's answer was known"
    return change(db, delivery, "abandoned", now=now, state=State.UNKNOWN, due_at=due_at, error=error)


def _frozen(db: Connection, delivery: Delivery, post: Post, now: datetime) -> dict[str, Any]:
    """The post and the time of its first attempt, later than any other of this account whatever the clock does."""
    last = db.execute(_LAST_ATTEMPT, {"of": delivery.account}).scalar_one()
    moment = max(now, last + timedelta(microseconds=1)) if last else now
    last_part = moment + timedelta(microseconds=len(post.parts) - 1)  # each part may take a microsecond of its own
    db.execute(_CHANGE_ACCOUNT, {"of": delivery.account, "last_attempt_at": last_part})
    return {"post": post, "first_attempt_at": moment}


def _keep_apart(db: Connection, delivery: Delivery, post: Post, now: datetime) -> None:
    """What a post shows, and what it does not show though its article has it."""
    media.keep(db, delivery.id, post)
    for words in post.left_out:
        note_on(db, delivery, "left out", words, now=now)


def _searched(db: Connection, delivery: Delivery, now: datetime) -> Delivery:
    """Whatever was published before a restore has been looked for as long as it may turn up again."""
    if delivery.sought_until is None or delivery.sought_until >= now - SEARCH:
        return delivery
    ended: dict[str, Any] = {"sought_since": None, "sought_until": None}
    db.execute(_CHANGE_ACCOUNT, {"of": delivery.account, **ended})
    return replace(delivery, **ended)
