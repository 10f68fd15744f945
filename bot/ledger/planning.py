"""What the plan stands on, and the moments that it gives: for one account at a time, and never all that waits for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, exists, func, literal_column, or_, select, union, update

from bot.ledger.accounts import row_named
from bot.ledger.base import Base
from bot.ledger.rows import change, one
from bot.ledger.schema import accounts, articles, deliveries, events, receipts
from bot.model import Priority, State
from bot.schedule.values import Sent, Waiting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_MANY = 250
"""Of those with a moment of their own so many are planned at a time, or `most`; the next come when the first are gone."""
_LINES = 1_000
_ANYTHING = Decimal(10**12)
_OUT = (State.SCHEDULED, State.SENDING, State.UNKNOWN, State.DELIVERED)
_MINUTE = timedelta(minutes=1)

# The fields of Waiting, in their order; `order` is that of their numbers.
_COLUMNS = (
    *deliveries.c["id", "created_at", "priority", "publish_at", "expires_at", "not_before", "section", "cost"],
    literal_column("0"),
    deliveries.c.missed,
)
_OF = deliveries.c.account == bindparam("of")
_WAITS = (_OF, deliveries.c.state == State.SCHEDULED)
# What was frozen goes on by itself: it may be out there, and its moment is not the plan's.
_FREE = (*_WAITS, deliveries.c.frozen_by.is_(None))
_ORDER = (deliveries.c.created_at, deliveries.c.id)
_ROWS = select(*_COLUMNS).where(*_FREE)
_APPOINTED = deliveries.c.publish_at > deliveries.c.created_at  # the very words of the index
_BREAKING = _ROWS.where(deliveries.c.priority == Priority.BREAKING).order_by(*_ORDER).limit(bindparam("many"))
_APPOINTMENTS = (
    _ROWS.where(_APPOINTED, deliveries.c.publish_at <= bindparam("horizon"))
    .order_by(deliveries.c.publish_at, deliveries.c.id)
    .limit(bindparam("many"))
)
_HELD = (
    _ROWS.where(deliveries.c.not_before > bindparam("now"), deliveries.c.not_before <= bindparam("until"))
    .order_by(deliveries.c.not_before, deliveries.c.id)
    .limit(bindparam("many"))
)
_FIRST_OF_A_LINE = (
    _ROWS.where(
        deliveries.c.priority == bindparam("priority"),
        deliveries.c.section == bindparam("section"),
        or_(deliveries.c.publish_at.is_(None), ~_APPOINTED),
        or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= bindparam("now")),
        deliveries.c.cost <= bindparam("dearest"),
    )
    .order_by(*_ORDER)
    .limit(bindparam("most"))
)
_OLDEST = _ROWS.order_by(*_ORDER).limit(bindparam("most"))
# After a restore what waited is unknown, and not frozen: it is looked for before it is sent.
_UNFROZEN = (
    deliveries.c.id == bindparam("number"),
    deliveries.c.state.in_([State.SCHEDULED, State.UNKNOWN]),
    deliveries.c.frozen_by.is_(None),
)
_THIS = select(*_COLUMNS).where(*_UNFROZEN)
_OF_A_PRIORITY = (*_WAITS, deliveries.c.priority == bindparam("priority"))
_DUE = (*_FREE, deliveries.c.due_at.is_not(None))
FIRST_DUE = select(func.min(deliveries.c.due_at)).where(_OF, deliveries.c.due_at.is_not(None))
_DOUBTFUL = FIRST_DUE.where(deliveries.c.state == State.UNKNOWN)
_GOES_ON = FIRST_DUE.where(deliveries.c.state == State.SCHEDULED, deliveries.c.frozen_by.is_not(None))
_NO_MOMENT = update(deliveries).where(*_DUE, deliveries.c.id.not_in(bindparam("but", expanding=True)))
_MOMENTS = select(deliveries.c.id, deliveries.c.due_at).where(*_DUE)
_MOMENT = update(deliveries).where(
    deliveries.c.id == bindparam("number"), deliveries.c.state == State.SCHEDULED, deliveries.c.frozen_by.is_(None)
)
_ALL_MISSED = (
    select(deliveries.c.id)
    .where(*_FREE, deliveries.c.missed, deliveries.c.due_at.is_not(None))
    .order_by(deliveries.c.due_at, deliveries.c.id)
)
_MISSED = update(deliveries).where(*_FREE, deliveries.c.due_at <= bindparam("before"))


def _sections() -> Any:
    """The sections of one priority: each next one is a step in the index, however many wait in between."""
    first = select(func.min(deliveries.c.section).label("section")).where(*_OF_A_PRIORITY).cte("lines", recursive=True)
    after = select(func.min(deliveries.c.section)).where(*_OF_A_PRIORITY, deliveries.c.section > first.c.section)
    found = first.union_all(select(after.scalar_subquery()).where(first.c.section.is_not(None)))
    return select(found.c.section).where(found.c.section.is_not(None)).limit(_LINES)


_SECTIONS = _sections()


class Planning(Base):
    """Questions and answers of the plan; what it does not know of goes on without it."""

    def line(
        self,
        account: str,
        *,
        now: datetime,
        until: datetime,
        horizon: datetime,
        most: int,
        in_all: int,
        dearest: Decimal | None = None,
    ) -> tuple[Waiting, ...]:
        """
        What waits for a moment that the plan up to `until` may give it.

        That is breaking news, appointments before the `horizon`, what may be tried again by then, and of every priority and
        section the first `most`, or fewer where there are so many sections that it would be more than `in_all`. What costs
        more than the `dearest` that may go takes no place of others.
        """
        with self._database.reading() as db:
            given = {"of": row_named(db, account).id, "now": now, "until": until, "horizon": horizon}
            given["many"] = max(_MANY, most)
            found: dict[int, Waiting] = {}
            for statement in (_BREAKING, _APPOINTMENTS, _HELD):
                found |= _read(db, statement, given)
            lines = list(_lines(db, given))
            if len(lines) >= _LINES:  # there may be more of them: the oldest are of those that have waited longest
                found |= _read(db, _OLDEST, {**given, "most": most})
            each = min(most, max(in_all // len(lines), 4)) if lines else 0
            for line in lines:
                first = {**given, **line, "most": each}
                some = _read(db, _FIRST_OF_A_LINE, {**first, "dearest": _ANYTHING})
                if dearest is not None and any(one.cost > dearest for one in some.values()):
                    some |= _read(db, _FIRST_OF_A_LINE, {**first, "dearest": dearest})
                found |= some
            return tuple(found.values())

    def waits(self, number: int) -> Waiting | None:
        """The delivery of this number as the plan sees it; None for one that may be out there already, or has ended."""
        with self._database.reading() as db:
            return _read(db, _THIS, {"number": number}).get(number)

    def put_off(self, number: int, due_at: datetime, cost: Decimal) -> None:
        """What was to go now may not, and would cost so much: it is due later, until the plan says otherwise."""
        with self._database.writing() as db:
            db.execute(update(deliveries).where(*_UNFROZEN).values(due_at=due_at, cost=cost), {"number": number})

    def unplan(self, names: Collection[str], *, now: datetime) -> None:
        """Nobody plans these accounts, perhaps no more: what has no moment is due at its own hour."""
        own = func.coalesce(deliveries.c.publish_at, now)
        latest = case((deliveries.c.not_before > own, deliveries.c.not_before), else_=own)
        with self._database.writing() as db:
            of = deliveries.c.account.in_(select(accounts.c.id).where(accounts.c.name.in_(names)))
            free = (
                deliveries.c.state == State.SCHEDULED,
                deliveries.c.due_at.is_(None),
                deliveries.c.frozen_by.is_(None),
            )
            db.execute(update(deliveries).where(of, *free).values(due_at=latest))

    def next_by_itself(self, account: str) -> datetime | None:
        """When something is due next that the plan does not know of: what is unknown, and what goes on."""
        with self._database.reading() as db:
            of = {"of": row_named(db, account).id}
            return min(filter(None, (db.execute(each, of).scalar() for each in (_DOUBTFUL, _GOES_ON))), default=None)

    def next_article(self, account: str, now: datetime, *, early: bool) -> tuple[datetime, int, int] | None:
        """
        The moment, the delivery and the article that an account is to post next, if it is due.

        Where it may go `early`, its own hour counts alone: what was appointed, or put off, waits.
        """
        own = (deliveries.c.publish_at, deliveries.c.not_before)
        may = [or_(each.is_(None), each <= now) for each in own] if early else [deliveries.c.due_at <= now]
        columns = deliveries.c["due_at", "id", "article"]
        with self._database.reading() as db:
            first = select(*columns).where(*_WAITS, deliveries.c.due_at.is_not(None), *may)
            row = db.execute(first.order_by(*columns).limit(1), {"of": row_named(db, account).id}).one_or_none()
            return row and (row.due_at, row.id, row.article)

    def sent(self, account: str, since: datetime) -> tuple[Sent, ...]:
        """What the account published since then, or may have: when its first attempt left, and what it cost."""
        stands = exists().where(receipts.c.delivery == deliveries.c.id)
        out = or_(deliveries.c.state.in_(_OUT), stands)
        columns = deliveries.c["first_attempt_at", "cost", "section", "missed"]
        with self._database.reading() as db:
            of = deliveries.c.account == row_named(db, account).id
            rows = db.execute(select(*columns).where(of, deliveries.c.first_attempt_at >= since, out))
            return tuple(Sent(*row) for row in rows)

    def plan_to(
        self, account: str, moments: Mapping[int, datetime], ended: Mapping[int, str], *, now: datetime
    ) -> None:
        """
        Give what waits for an account its moments, and none to all others; end those that are over, with the reason.

        Writes only what changes. Leaves alone what somebody took up since it was planned.
        """
        with self._database.writing() as db:
            of = row_named(db, account).id
            db.execute(_NO_MOMENT.values(due_at=None), {"of": of, "but": list(moments)})
            before = dict(db.execute(_MOMENTS, {"of": of}).all())
            anew = [{"number": each, "due_at": at} for each, at in moments.items() if before.get(each) != at]
            if anew:
                db.execute(_MOMENT, anew)
            for number, why in ended.items():
                delivery = one(db, number)
                if delivery.state is State.SCHEDULED and not delivery.frozen_by:
                    change(db, delivery, "expired", why, now=now, state=State.EXPIRED, due_at=None)

    def asleep(self, names: Collection[str], *, now: datetime, longest: timedelta) -> dict[str, datetime]:
        """Those of these accounts for which the bot has not been at work for longer than that, and since when."""
        since = select(accounts.c.name, accounts.c.awake_at).where(accounts.c.name.in_(names))
        with self._database.reading() as db:
            found = {row.name: row.awake_at for row in db.execute(since)}
        return {name: at for name, at in found.items() if at is not None and now - at > longest}

    def awake(
        self, names: Collection[str], slept: Collection[str], *, now: datetime, late: timedelta, at_work: bool = True
    ) -> None:
        """
        On those of these accounts that `slept`, what was due longer than `late` ago is missed.

        `at_work` is kept: for all of them it is now.
        """
        if not names:
            return
        with self._database.writing() as db:
            for row in db.execute(select(accounts).where(accounts.c.name.in_(names))).all():
                if row.name in slept:
                    db.execute(_MISSED.values(missed=True), {"of": row.id, "before": now - late})
                away = now - row.awake_at if row.awake_at else _MINUTE
                if at_work and abs(away) >= _MINUTE:  # a look more often is not worth a write
                    db.execute(update(accounts).where(accounts.c.id == row.id).values(awake_at=now))

    def spread(self, account: str, *, now: datetime, apart: timedelta) -> None:
        """What is missed on an account that nobody plans goes out from now on, the oldest first, so far apart."""
        with self._database.writing() as db:
            of = {"of": row_named(db, account).id}
            numbers = db.execute(_ALL_MISSED, of).scalars().all()
            if numbers:
                moments = [{"number": each, "due_at": now + step * apart} for step, each in enumerate(numbers)]
                db.execute(_MOMENT, moments)

    def touched(self, since: int | None) -> tuple[int, frozenset[str]]:
        """The number of the last event, and the accounts to which anything happened after event `since`, if that is given."""
        later = events.c.id > (since or 0)
        edited = select(events.c.article).where(later, events.c.account.is_(None))  # a join would begin at what waits
        theirs = select(deliveries.c.account).where(deliveries.c.article.in_(edited))
        of_an_article = select(accounts.c.name).where(accounts.c.id.in_(theirs))
        with self._database.reading() as db:
            last = db.execute(select(func.max(events.c.id))).scalar() or 0
            if since is None or last == since:
                return last, frozenset()
            names = db.execute(union(select(events.c.account).where(later), of_an_article)).scalars()
            return last, frozenset(name for name in names if name is not None)

    def headlines(self, numbers: Collection[int]) -> dict[int, tuple[int, str, Decimal]]:
        """The article of each of these deliveries, by number and headline, and what it costs there."""
        columns = select(*deliveries.c["id", "cost"], articles.c.id.label("article"), articles.c.headline).join(
            articles
        )
        with self._database.reading() as db:
            rows = db.execute(columns.where(deliveries.c.id.in_(numbers)))
            return {row.id: (row.article, row.headline, row.cost) for row in rows}

    def in_line(self, account: str) -> int:
        """How many deliveries wait for their turn with an account."""
        with self._database.reading() as db:
            of = deliveries.c.account == row_named(db, account).id
            waits = select(func.count()).where(of, deliveries.c.state == State.SCHEDULED)
            return int(db.execute(waits).scalar_one())


def _read(db: Connection, statement: Any, given: Mapping[str, Any]) -> dict[int, Waiting]:
    # by their places: the names of hundreds of rows would take longer than to read them
    return {row[0]: Waiting(*row) for row in db.execute(statement, given)}


def _lines(db: Connection, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for priority in (Priority.NORMAL, Priority.EVERGREEN):
        for section in db.execute(_SECTIONS, {**given, "priority": priority}).scalars():
            yield {"priority": priority, "section": section}
