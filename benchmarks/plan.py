"""What a plan costs: 100,000 waiting deliveries over 50 accounts, and again after one new article."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.model import Priority
from bot.schedule.calendar import Calendar
from bot.schedule.plan import plan
from bot.schedule.quiet import parse
from bot.schedule.rhythm import Rhythm
from bot.schedule.values import Sent, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ACCOUNTS, EACH, WINDOW = 50, 2_000, 24
NOW = datetime(2026, 10, 20, 9, 3, 20, tzinfo=UTC)  # daylight saving ends within the horizon
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
NIGHT = parse("22:30-06:30")
SECTIONS = ("politics", "sport", "culture", "business", "science", "weather")
NEW = Waiting(id=EACH, created_at=NOW, section="sport")


@dataclass
class Account:
    """Four of five have slots, the fifth publishes as soon as it may; `near` holds no more moments than WINDOW."""

    rhythm: Rhythm
    near: timedelta
    calendar: Calendar


def account(number: int) -> Account:
    zone, age = ZoneInfo(ZONES[number // 5 % len(ZONES)]), 30 * DAY
    if number % 5 == 4:
        rhythm = Rhythm(zone=zone, max_age=age, gap=5 * MINUTE, per_day=200, quiet=NIGHT)
        return Account(rhythm, (WINDOW - 1) * rhythm.gap, Calendar(rhythm))
    slots = ("0 7-22 * * *", "30 12 * * 6,7")
    rhythm = Rhythm(zone=zone, max_age=age, slots=slots, gap=20 * MINUTE, quiet=NIGHT, per_month=600)
    return Account(rhythm, DAY, Calendar(rhythm))


def article(number: int) -> Waiting:
    """One of a newsroom's: some evergreen, some appointed, some that expire."""
    return Waiting(
        id=number,
        created_at=NOW - (EACH - number) * MINUTE,
        priority=Priority.EVERGREEN if number % 10 == 0 else Priority.NORMAL,
        publish_at=NOW + number * 7 * MINUTE if number % 50 == 1 else None,
        expires_at=NOW + (number % 9 + 1) * DAY if number % 4 == 2 else None,
        section=SECTIONS[number * number % 11 % len(SECTIONS)],
    )


def window(waiting: Iterable[Waiting]) -> list[Waiting]:
    """What a query gives for the near days: all that have a moment of their own, the first of each section."""
    seen: Counter[tuple[Priority, str]] = Counter()
    found = []
    for each in waiting:
        line = each.priority, each.section
        seen[line] += not each.appointed
        if each.appointed or seen[line] <= WINDOW:
            found.append(each)
    return found


def main() -> None:
    """Print each figure beside its aim, in seconds of the processor; of the later ones the best of several."""
    accounts = [account(number) for number in range(ACCOUNTS)]
    waiting = [article(number) for number in range(EACH)]
    sent = [Sent(NOW - hours * HOUR, section=SECTIONS[hours % 6]) for hours in range(1, 20 * 24, 2)]
    more, near = [*waiting, NEW], window([*waiting, NEW])

    def whole(each: Account, deliveries: list[Waiting]) -> int:
        planned = plan(deliveries, each.rhythm, sent, NOW, calendar=each.calendar)
        return sum(one.moment is not None for one in planned)

    def coming(each: Account) -> int:
        return len(plan(near, each.rhythm, sent, NOW, until=NOW + each.near, calendar=each.calendar))

    begun = time.process_time()
    placed = sum(whole(each, waiting) for each in accounts)
    first = time.process_time() - begun
    one = max(best(lambda each=each: whole(each, more)) for each in (accounts[0], accounts[4]))  # type: ignore[misc]
    every = best(lambda: sum(whole(each, more) for each in accounts))
    soon = best(lambda: sum(coming(each) for each in accounts))
    print(
        f"{ACCOUNTS * EACH:,} waiting over {ACCOUNTS} accounts; {placed:,} get a moment within 14 days, no calendar kept"
    )
    print(f"all of it                                     {first * 1000:6.0f} ms  (aim: under 5,000 ms)")
    print(f"again, a new article for one account          {one * 1000:6.0f} ms  (aim: under 100 ms)")
    print(f"again, for all {ACCOUNTS}, what comes next of each   {soon * 1000:6.0f} ms  (aim: under 100 ms)")
    print(f"again, for all {ACCOUNTS}, the whole 14 days         {every * 1000:6.0f} ms")


def best(work: Callable[[], int], rounds: int = 5) -> float:
    """The seconds that the processor needs for it, in its best round."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


if __name__ == "__main__":
    main()
