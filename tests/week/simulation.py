"""One week, from its first midnight until nothing is left to do."""

from __future__ import annotations

import random
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from week import stories
from week.beats import BEATS
from week.office import Office
from week.record import Off, Record

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATIENCE = timedelta(days=4)


def simulated(seed: int, start: datetime, days: int) -> Record:
    """The record of these days, from `start` on: the same for the same seed."""
    random.seed(seed)  # the courier's jitter
    written, deeds = stories.week(seed, start, days)
    record = Record({beat.name: beat for beat in BEATS}, written, start, days)
    with tempfile.TemporaryDirectory(prefix="week-") as folder:
        office = Office(Path(folder), record, seed)
        ahead: list[tuple[datetime, Callable[[], None]]] = [
            (deed.at, partial(office.do, deed, written[deed.story])) for deed in deeds
        ]
        ahead += [*_looks(office, start, days), *_troubles(office, start, days)]
        for at, what in sorted(ahead, key=itemgetter(0)):
            office.work_until(at)
            what()
        _finish(office, start + days * DAY)
        office.close()
        if office.troubles:
            raise SystemExit("\n".join(office.troubles))
    return record


def _looks(office: Office, start: datetime, days: int) -> list[tuple[datetime, Callable[[], None]]]:
    """Somebody asks for the plan every three hours, at ten past."""

    def look() -> None:
        if not office.is_asleep:
            office.record.shown.append((office.time.now, office.plan()))

    return [(start + timedelta(hours=3 * number, minutes=10), look) for number in range(8 * days)]


def _troubles(office: Office, start: datetime, days: int) -> list[tuple[datetime, Callable[[], None]]]:
    """One network out of reach for hours, the machine asleep for most of a day, the bot killed in the middle of a post."""

    def down() -> None:
        network = office.networks["newyork"]
        network.down_until = office.time.now + 5 * HOUR
        office.record.off.append(Off(office.time.now, network.down_until, "newyork out of reach", is_ours=False))

    def crash() -> None:
        office.networks["kolkata"].crash_next = True

    planned = [(1.55, down), (3.22, office.sleep), (3.8, office.wake), (5.31, crash)]
    if days < len(planned):
        planned = [(0.35, crash), (0.6, down), (1.3, office.sleep), (1.8, office.wake)]
    return [(start + day * DAY, what) for day, what in planned if day < days]


def _finish(office: Office, at: datetime) -> None:
    """The newsroom goes home; the bot goes on until each story has its end."""
    office.work_until(at)
    while office.ledger.unsettled() and office.time.now < at + PATIENCE:
        office.work_until(office.time.now + HOUR)


def midnight(text: str) -> datetime:
    """The beginning of this day in the newsroom."""
    return datetime.fromisoformat(text).replace(tzinfo=stories.NEWSROOM).astimezone(UTC)
