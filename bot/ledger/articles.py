"""Taking articles in: each once, whatever names it comes under, with one delivery for each of its accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, insert, null, select, update

from bot.errors import LedgerError, Refused
from bot.ledger.accounts import row_of
from bot.ledger.answers import Taken
from bot.ledger.base import Base
from bot.ledger.codec import dump, load
from bot.ledger.correcting import correct, posts_again
from bot.ledger.pricing import price
from bot.ledger.rows import change, note, whole
from bot.ledger.scheduling import Times, schedule, wishes
from bot.ledger.schema import accounts, articles, deliveries, events, identities
from bot.model import Article, Corrections, State

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from bot.model import Account, Delivery

_UNTIL_SETTLED = {
    State.SCHEDULED: "Wait until it is delivered, or call it off with `bot cancel`",
    State.SENDING: "Wait until it is settled: `bot run --once`",
    State.UNKNOWN: "Wait until it is settled, or settle it with `bot resolve`",
}
_CONTENT = select(articles.c.content).where(articles.c.id == bindparam("number"))


class Articles(Base):
    """What was taken in."""

    def take_in(
        self,
        article: Article,
        accounts: Sequence[Account],
        *,
        now: datetime,
        due_at: datetime | None,
        to: Collection[str] = (),
        not_before: datetime | None = None,
        planned: Collection[str] = (),
        costs: Mapping[str, Decimal] | None = None,
        back: bool = False,
        corrections: Mapping[str, Corrections] | None = None,
    ) -> Taken:
        """
        Take in an article, or what has changed in one that is known by any of its identities.

        A new one gets a delivery for each of `accounts`, and so they stay; a known one only for those named in `to` that
        have none. What is edited goes out in its new words wherever nothing of it can be out already: such deliveries are
        due at `due_at` if they had an error, or if `publish_at` has changed. For the accounts that are `planned` it is
        the plan that gives them their moments, but none that comes `not_before`. `costs` is what it would cost on accounts
        where it costs something. What was called off because its file was taken from the queue is scheduled again where the
        article is `back`. What became of its posts that stand when it is changed is what `corrections` says of their accounts.
        """
        times = Times(now, due_at, not_before, frozenset(planned))
        with self._database.writing() as db:
            found = _find(db, article.identities)
            if found is not None and back:
                _go_on(db, found, times)
            number = found or _insert(db, article, now)
            _recognise(db, number, article.identities, now, quiet=found is None)
            changed = found is not None and _edit(db, found, article, times)
            if changed:
                correct(db, number, corrections or {}, now)
            for account in accounts:
                if found is None or (account.name in to and not _deliveries(db, number, account)):
                    _schedule(db, number, article, account, times)
            price(db, number, costs or {})
            return Taken(number, found is None, changed, whole(db, deliveries.c.article == number))

    def again(
        self,
        article: int,
        accounts: Sequence[Account],
        *,
        now: datetime,
        due_at: datetime | None,
        not_before: datetime | None = None,
        planned: Collection[str] = (),
        costs: Mapping[str, Decimal] | None = None,
    ) -> tuple[Delivery, ...]:
        """
        One more delivery of the article to each of `accounts`, under a key of its own; due as one that is taken in.

        Raises Refused, for all of them, while one that went before is not settled.
        """
        times = Times(now, due_at, not_before, frozenset(planned))
        with self._database.writing() as db:
            content = _article(db, article)
            for account in accounts:
                for delivery in _deliveries(db, article, account):
                    if not delivery.state.final:
                        raise Refused(
                            f"this article is still {delivery.state} for {account.name}",
                            where=f"delivery {delivery.id}",
                            hint=_UNTIL_SETTLED[delivery.state],
                        )
                    if posts_again(db, delivery):
                        raise Refused(
                            f"a correction is to be posted for {account.name} already",
                            where=f"delivery {delivery.id}",
                            hint=f"`bot run --once` posts it; `bot cancel {delivery.id}` leaves it as it is",
                        )
            made = tuple(_schedule(db, article, content, account, times) for account in accounts)
            price(db, article, costs or {})
            return made

    def release(self, identity: str, *, now: datetime) -> None:
        """Forget that an article stood at a path of the queue: whatever is put there next is another one."""
        if not identity.startswith("queue:"):
            raise ValueError(f"an article keeps its identity for good: {identity}")
        with self._database.writing() as db:
            number = _find(db, [identity])
            if number is not None:
                db.execute(delete(identities).where(identities.c.identity == identity))
                note(db, "left the queue", identity.removeprefix("queue:"), now=now, article=number)

    def article(self, number: int) -> Article:
        """The article of this number as it was last taken in. Raises LedgerError where there is none."""
        with self._database.reading() as db:
            return _article(db, number)

    def find(self, identities: Collection[str]) -> int | None:
        """The number of the article that is known by one of these, the strongest first."""
        with self._database.reading() as db:
            return _find(db, identities)


def _find(db: Connection, names: Collection[str]) -> int | None:
    """The article known by the strongest of these names; its words count only where it, or the known one, has no other."""
    named = any(map(_speaks_for_itself, names))
    for name in names:
        found: int | None = db.execute(select(identities.c.article).where(identities.c.identity == name)).scalar()
        by_words = name.startswith(("content:", "file:"))
        if found is not None and not (by_words and named and any(map(_speaks_for_itself, _names(db, found)))):
            return found
    return None


def _speaks_for_itself(name: str) -> bool:
    """An address or an id: two articles that have different ones are two, whatever their words."""
    return name.startswith(("url:", "id:"))


def _names(db: Connection, article: int) -> list[str]:
    return list(db.execute(select(identities.c.identity).where(identities.c.article == article)).scalars())


def _article(db: Connection, number: int) -> Article:
    row = db.execute(_CONTENT, {"number": number}).one_or_none()
    if row is None:
        raise LedgerError(f"there is no article {number}", hint="`bot log` shows their numbers")
    if row.content is None:
        hint = "BOT_HISTORY says how long they are kept; `bot add` its file again first"
        raise LedgerError(f"the words of article {number} are pruned", hint=hint)
    return load(Article, row.content)


def _insert(db: Connection, article: Article, now: datetime) -> int:
    values = {"headline": article.headline, "content": dump(article), "created_at": now, "changed_at": now}
    number: int = db.execute(insert(articles).values(values).returning(articles.c.id)).scalar_one()
    note(db, "taken in", article.headline, now=now, article=number)
    return number


def _recognise(db: Connection, number: int, names: Collection[str], now: datetime, *, quiet: bool) -> None:
    """Know the article by all these names from now on; one that is another article's stays so."""
    for name in dict.fromkeys(names):
        if db.execute(select(identities.c.article).where(identities.c.identity == name)).scalar() is None:
            db.execute(insert(identities).values(identity=name, article=number))
            if not quiet and _speaks_for_itself(name):
                note(db, "known as", name, now=now, article=number)


def _edit(db: Connection, number: int, article: Article, times: Times) -> bool:
    """Store the article anew if what it says has changed."""
    values = {"headline": article.headline, "content": dump(article), "changed_at": times.now}
    store = update(articles).where(articles.c.id == number).values(values)
    if db.execute(_CONTENT, {"number": number}).scalar() is None:  # pruned: nobody knows whether it has changed
        db.execute(store)
        return False
    before = _article(db, number)
    if replace(before, identities=article.identities) == article:
        return False
    db.execute(store)
    note(db, "edited", article.headline, now=times.now, article=number)
    not_out = (deliveries.c.article == number, deliveries.c.state == State.SCHEDULED, deliveries.c.frozen_by.is_(None))
    of_its_own = deliveries.c.corrects.is_(None)  # what corrects a post does not wait for a turn of the article's
    db.execute(update(deliveries).where(*not_out, of_its_own).values(wishes(article)))
    hindered = () if before.publish_at != article.publish_at else (deliveries.c.error.is_not(None),)
    by_plan = deliveries.c.account.in_(select(accounts.c.id).where(accounts.c.name.in_(times.planned)))
    due_at = case((by_plan, null()), else_=times.due_at)
    anew = {"due_at": due_at, "not_before": times.not_before, "error": None, "changed_at": times.now}
    db.execute(update(deliveries).where(*not_out, *hindered).values(anew))
    return True


def _go_on(db: Connection, number: int, times: Times) -> None:
    """Undo a withdrawal, where no other delivery of the article has taken the place of the one that was called off."""
    every = whole(db, deliveries.c.article == number)
    taken = {each.account for each in every if each.state is State.DELIVERED or not each.state.final}
    for each in every:
        if each.state is State.CANCELLED and each.account not in taken and _last_event(db, each) == "withdrawn":
            due_at = None if each.account in times.planned else times.due_at
            change(db, each, "back in the queue", now=times.now, state=State.SCHEDULED, due_at=due_at)


def _last_event(db: Connection, delivery: Delivery) -> str | None:
    of = events.c.delivery == delivery.id
    last: str | None = db.execute(select(events.c.event).where(of).order_by(events.c.id.desc()).limit(1)).scalar()
    return last


def _deliveries(db: Connection, article: int, account: Account) -> tuple[Delivery, ...]:
    number = row_of(db, account).id
    return whole(db, deliveries.c.article == article, deliveries.c.account == number)


def _schedule(db: Connection, number: int, article: Article, account: Account, times: Times) -> Delivery:
    return schedule(db, number, article, row_of(db, account).id, account.name, times)
