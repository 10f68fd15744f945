"""What a clock on the wall shows, as a moment: each wall time once, whatever daylight saving does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
NEVER = datetime.max.replace(tzinfo=UTC)


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show this: the first time where they do so twice, the gap's end where they never do."""
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while found.astimezone(zone).replace(tzinfo=None) != wall:
        wall += MINUTE
        found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return found
