"""Accounts: who they are on their networks, and what holds for all their deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.errors import ConfigurationError, LedgerError
from bot.ledger.answers import Lane
from bot.ledger.base import Base
from bot.ledger.rows import change, note, one, whole
from bot.ledger.schema import accounts, deliveries, receipts
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from bot.model import Account

_NAMED = select(accounts).where(accounts.c.name == bindparam("name"))
_RUNNING: dict[str, Any] = {"paused": False, "paused_until": None, "paused_with": None, "reason": None}


class Accounts(Base):
    """The accounts that the ledger knows, by the names that the operator gave them."""

    def ensure(self, configured: Iterable[Account]) -> None:
        """
        Know these accounts from now on.

        Raises ConfigurationError where a name is that of a login on another network.
        """
        with self._database.writing() as db:
            for account in configured:
                row_of(db, account)

    def identify(
        self, account: Account, login: str, fingerprint: str, *, configured: Collection[str], now: datetime
    ) -> None:
        """
        Keep who an account is there, as its network says, and which credentials showed it.

        A login that was known under a name that is no longer `configured` is the same account under a new name, with all
        its deliveries. So ask before taking the lane: this may be the lane of another row afterwards.
        Raises ConfigurationError for two names with one login, and for a name that shows another login than before.
        """
        with self._database.writing() as db:
            row = row_of(db, account)
            if row.login not in {None, login}:
                raise ConfigurationError(
                    f"this account was {row.login} and now shows {login}",
                    where=f"account {account.name}",
                    hint="Put back the credentials it had, or give the new login a name of its own",
                )
            known = _known(db, account, login)
            if known is not None and known.id != row.id:
                _take_over(db, row, known, configured, now)
                row = known
            if (row.login, row.fingerprint) == (login, fingerprint):
                return
            _update(db, row.id, login=login, fingerprint=fingerprint)
            note(db, "identified", login, now=now, account=account.name)

    def lanes(self) -> tuple[Lane, ...]:
        """All accounts, by name."""
        with self._database.reading() as db:
            return tuple(lane_of(row) for row in db.execute(select(accounts).order_by(accounts.c.name)))

    def lane_of(self, account: str) -> Lane:
        """What holds for this account's deliveries. Raises LedgerError where there is no such account."""
        with self._database.reading() as db:
            return lane_of(row_named(db, account))

    def pause(
        self, account: str, reason: str, *, now: datetime, until: datetime | None = None, credentials: str | None = None
    ) -> None:
        """
        Hold up an account's deliveries, until a time or until `resume`; never shortens a pause that holds already.
        What has neither a time nor credentials is the operator's word, and goes before any other.

        `credentials` is the fingerprint of those that are the reason; new ones end such a pause, but not one without.
        """
        with self._database.writing() as db:
            row = row_named(db, account)
            holds_longer = row.paused and (row.paused_until is None or (until and until <= row.paused_until))
            if holds_longer and (until or credentials):
                return
            _update(db, row.id, paused=True, paused_until=until, paused_with=credentials, reason=reason)
            note(db, "paused", reason, now=now, account=account)

    def resume(self, account: str, *, now: datetime) -> None:
        """Let an account's deliveries go on at once, whatever held them up."""
        with self._database.writing() as db:
            _update(db, row_named(db, account).id, failures=0, backoff_until=None, **_RUNNING)
            note(db, "resumed", now=now, account=account)

    def back_off(self, account: str, until: datetime, *, reason: str, now: datetime) -> None:
        """The account's network cannot be reached, once more: leave it alone until then."""
        with self._database.writing() as db:
            row = row_named(db, account)
            why = row.reason if lane_of(row).paused_at(now) else reason
            _update(db, row.id, failures=row.failures + 1, backoff_until=until, reason=why)
            note(db, "backing off", f"until {until:%Y-%m-%d %H:%M:%S} UTC: {reason}", now=now, account=account)

    def taken(self, account: str, besides: int) -> frozenset[str]:
        """The network's names for what other deliveries of this account published."""
        with self._database.reading() as db:
            held = select(receipts.c.remote_id).join(accounts, receipts.c.account == accounts.c.id)
            return frozenset(
                db.execute(held.where(accounts.c.name == account, receipts.c.delivery != besides)).scalars()
            )


def row_named(db: Connection, name: str) -> Row[Any]:
    """The row of the account of this name."""
    row = db.execute(_NAMED, {"name": name}).one_or_none()
    if row is None:
        raise LedgerError(f"there is no account {name!r}", hint="`bot status` shows the accounts")
    return row


def row_of(db: Connection, account: Account) -> Row[Any]:
    """The row of a configured account, made here if need be."""
    row = db.execute(select(accounts).where(accounts.c.name == account.name)).one_or_none()
    if row is not None and row.network == account.network.name:
        return row
    if row is None:
        # It may be one that was known when the backup had been made that this ledger was put back from.
        window = select(func.min(accounts.c.sought_since), func.max(accounts.c.sought_until))
        since, until = db.execute(window).one()
        db.execute(
            insert(accounts).values(
                name=account.name, network=account.network.name, sought_since=since, sought_until=until
            )
        )
    elif row.login is None:  # nothing was ever sent under this name
        _update(db, row.id, network=account.network.name)
    else:
        raise ConfigurationError(
            f"this account was {row.login} on {row.network} and is now on {account.network.name}",
            where=f"account {account.name}",
            hint="Give the account on the other network a name of its own",
        )
    return row_named(db, account.name)


def _known(db: Connection, account: Account, login: str) -> Row[Any] | None:
    this = (accounts.c.network == account.network.name, accounts.c.login == login)
    return db.execute(select(accounts).where(*this)).one_or_none()


def _update(db: Connection, number: int, **values: Any) -> None:
    db.execute(update(accounts).where(accounts.c.id == number).values(**values))


def _take_over(db: Connection, new: Row[Any], known: Row[Any], configured: Collection[str], now: datetime) -> None:
    """Give a known login its new name, and the deliveries that were made under it before we knew who it was."""
    if known.name in configured:
        raise ConfigurationError(
            f"this account and {known.name} are the same login, {known.login}",
            where=f"account {new.name}",
            hint="Remove one of the two: every article would be posted twice",
        )
    for delivery in whole(db, deliveries.c.account == new.id):
        _move(db, delivery.id, known.id, now)
    db.execute(delete(accounts).where(accounts.c.id == new.id))
    _update(db, known.id, name=new.name)
    note(db, "renamed", f"was {known.name}", now=now, account=new.name)


def _move(db: Connection, number: int, account: int, now: datetime) -> None:
    """Move a delivery that was never sent to another account; where that has the same one already, it is cancelled."""
    row = db.execute(select(deliveries).where(deliveries.c.id == number)).one()
    there = (deliveries.c.article == row.article, deliveries.c.account == account)
    last = db.execute(select(func.max(deliveries.c.generation)).where(*there)).scalar() or 0
    double = db.execute(select(deliveries.c.id).where(*there, deliveries.c.generation == row.generation)).scalar()
    if double is None:
        db.execute(update(deliveries).where(deliveries.c.id == number).values(account=account))
        return
    db.execute(update(deliveries).where(deliveries.c.id == number).values(account=account, generation=last + 1))
    why = f"delivery {double} is the same"
    change(db, one(db, number), "cancelled", why, now=now, state=State.CANCELLED, due_at=None)


def lane_of(row: Row[Any]) -> Lane:
    """What a row of `accounts` says of its lane."""
    return Lane(
        account=row.name,
        network=row.network,
        login=row.login,
        fingerprint=row.fingerprint,
        paused=row.paused,
        paused_until=row.paused_until,
        paused_with=row.paused_with,
        reason=row.reason,
        failures=row.failures,
        backoff_until=row.backoff_until,
        sought_since=row.sought_since,
        sought_until=row.sought_until,
    )
