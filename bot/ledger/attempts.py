"""Sending, as the ledger sees it: claimed before a request leaves, settled by what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select, update

from bot.ledger.answers import SEARCH
from bot.ledger.base import Base
from bot.ledger.codec import dump
from bot.ledger.rows import attach, change, held, note_on, one, unconfirmed, unsent, whole
from bot.ledger.schema import accounts, deliveries
from bot.model import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from bot.model import Delivery, Post, Receipt


class Attempts(Base):
    """
    The moves of a sender, who holds the account's lane.

    Each depends on the state and the claim number that he knows: None says that the delivery went on without him, and
    that nothing was changed.
    """

    def claim(self, delivery: Delivery, post: Post, *, now: datetime) -> Delivery | None:
        """
        Take a delivery that is scheduled or unknown into `sending`, under a claim number never used before.

        Freezes `post` and the time of this attempt, or keeps those that an earlier attempt froze. On disk when this returns.
        Ends the search that followed a restore, if it has lasted long enough.
        """
        with self._database.writing() as db:
            row = held(db, delivery, State.SCHEDULED, State.UNKNOWN)
            if row is None:
                return None
            _end_search(db, row.account, now)
            number = row.claim + 1
            return change(
                db,
                row.id,
                "claimed",
                f"attempt {row.attempts + 1}",
                now=now,
                state=State.SENDING,
                claim=number,
                attempts=row.attempts + 1,
                doubted=row.state is State.UNKNOWN,
                **({} if row.frozen_by else _frozen(db, row, post, now) | {"frozen_by": number}),
            )

    def confirm(self, claimed: Delivery, receipt: Receipt, *, now: datetime) -> Delivery | None:
        """
        Keep the receipt of one part; with the last one the delivery is delivered, and the account in good order.

        A receipt that comes too late is written down, with the post's address. Raises Refused, and changes nothing,
        where another delivery holds what the receipt names.
        """
        with self._database.writing() as db:
            if held(db, claimed, State.SENDING) is None:
                note_on(db, claimed, "late receipt", f"{receipt.url} {receipt.remote_id}", now=now)
                return None
            confirmed = attach(db, one(db, claimed.id), receipt)
            if unconfirmed(confirmed):
                return change(db, claimed.id, "part posted", receipt.url, now=now)
            _in_good_order(db, claimed.id)
            return change(
                db, claimed.id, "delivered", receipt.url, now=now, state=State.DELIVERED, due_at=None, error=None
            )

    def postpone(self, claimed: Delivery, error: str, *, now: datetime, due_at: datetime) -> Delivery | None:
        """
        The attempt certainly did not post: try again at `due_at`.

        Thaws the post if this attempt froze it and no part stands. If an earlier attempt may have posted, the delivery is
        unknown again. The attempt is given back, since the trouble is the account's; its claim number is not.
        """
        with self._database.writing() as db:
            row = held(db, claimed, State.SENDING)
            if row is None:
                return None
            values = unsent(row, one(db, row.id))
            return change(
                db, row.id, "postponed", error, now=now, due_at=due_at, error=error, attempts=row.attempts - 1, **values
            )

    def doubt(self, claimed: Delivery, error: str, *, now: datetime, due_at: datetime | None) -> Delivery | None:
        """The attempt may have posted: find out at `due_at`, or leave it to the operator where that is None."""
        return self._settle(claimed, "unknown", error, now=now, state=State.UNKNOWN, due_at=due_at)

    def discard(self, claimed: Delivery, error: str, *, now: datetime) -> Delivery | None:
        """The post is refused for good, with the network's own words."""
        return self._settle(claimed, "discarded", error, now=now, state=State.DISCARDED, due_at=None)

    def _settle(self, claimed: Delivery, event: str, error: str, *, now: datetime, **values: Any) -> Delivery | None:
        with self._database.writing() as db:
            if held(db, claimed, State.SENDING) is None:
                return None
            return change(db, claimed.id, event, error, now=now, error=error, **values)

    def abandoned(
        self, account: str, *, now: datetime, due_at: datetime, last_attempt: int | None = None
    ) -> tuple[Delivery, ...]:
        """
        The deliveries that were left in `sending`, made unknown and due at `due_at`, or after their last attempt never.

        Only for the holder of the account's lane: he knows by it that their sender is dead, or cut off.
        """
        with self._database.writing() as db:
            left = whole(db, accounts.c.name == account, deliveries.c.state == State.SENDING)
            return tuple(
                change(
                    db,
                    delivery.id,
                    "abandoned",
                    now=now,
                    state=State.UNKNOWN,
                    due_at=None if last_attempt and delivery.attempts >= last_attempt else due_at,
                    error="its sender ended before the network's answer was known",
                )
                for delivery in left
            )

    def note_error(self, delivery: Delivery, error: str, *, now: datetime, due_at: datetime | None) -> Delivery | None:
        """Keep what hinders a delivery from being made into a post, and look at it again at `due_at`."""
        with self._database.writing() as db:
            row = held(db, delivery, State.SCHEDULED, State.UNKNOWN)
            if row is None or (row.state is State.UNKNOWN and row.frozen_by):
                return None
            return change(db, delivery.id, "error", error, now=now, error=error, due_at=due_at)

    def expire(self, delivery: Delivery, *, now: datetime) -> Delivery | None:
        """End a scheduled delivery whose time is over, unless part of it stands or may stand on the network."""
        with self._database.writing() as db:
            row = held(db, delivery, State.SCHEDULED)
            if row is None or row.frozen_by:
                return None
            return change(db, row.id, "expired", now=now, state=State.EXPIRED, due_at=None)


def _frozen(db: Connection, row: Row[Any], post: Post, now: datetime) -> dict[str, Any]:
    """The post and the time of its first attempt, later than any other of this account whatever the clock does."""
    account = accounts.c.id == row.account
    last = db.execute(select(accounts.c.last_attempt_at).where(account)).scalar_one()
    moment = max(now, last + timedelta(microseconds=1)) if last else now
    last_part = moment + timedelta(microseconds=len(post.parts) - 1)  # each part may take a microsecond of its own
    db.execute(update(accounts).where(account).values(last_attempt_at=last_part))
    return {"post": dump(post), "first_attempt_at": moment}


def _end_search(db: Connection, account: int, now: datetime) -> None:
    """Whatever was published before a restore has been looked for as long as it may turn up again."""
    over = (accounts.c.id == account, accounts.c.sought_until < now - SEARCH)
    db.execute(update(accounts).where(*over).values(sought_since=None, sought_until=None))


def _in_good_order(db: Connection, delivery: int) -> None:
    """The account has published: what failed before is over, and only a pause still has its reason."""
    account = select(deliveries.c.account).where(deliveries.c.id == delivery).scalar_subquery()
    reason = case((accounts.c.paused, accounts.c.reason))
    db.execute(update(accounts).where(accounts.c.id == account).values(failures=0, backoff_until=None, reason=reason))
