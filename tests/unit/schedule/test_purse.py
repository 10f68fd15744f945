"""What an account has spent, by the days and months of its own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from unit.schedule.made import BERLIN

from bot.schedule.calendar import Calendar
from bot.schedule.purse import Purse, purse
from bot.schedule.rhythm import Rhythm
from bot.schedule.values import Sent, Why

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_a_purse_holds_the_day_and_the_month_of_the_accounts_zone() -> None:
    rhythm = Rhythm(zone=BERLIN, budget_per_day=Decimal("0.5"))
    midnight = datetime(2026, 3, 30, 22, tzinfo=UTC)
    sent = [
        Sent(midnight - timedelta(days=40), Decimal(8)),
        Sent(midnight - timedelta(seconds=1), Decimal("0.2")),
        Sent(midnight, Decimal("0.015")),
        Sent(NOON),
    ]
    found = purse(Calendar(rhythm), sent, NOON)
    begins = datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert Purse(date(2026, 3, 31), Decimal("0.015"), Decimal("0.215"), Decimal("0.5"), None, begins, begins) == found
    assert [begins, begins, None] == [found.filled_at(why) for why in (Why.DAY_BUDGET, Why.MONTH_BUDGET, Why.TOO_DEAR)]
