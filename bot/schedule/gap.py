"""The least time between two posts."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta


def free_from(taken: Sequence[datetime], at: datetime, gap: timedelta) -> datetime | None:
    """When the nearest of the moments in order, before or after `at`, is a gap behind; None where `at` is far enough."""
    index = bisect_left(taken, at)
    if index < len(taken) and taken[index] - at < gap:
        return taken[index] + gap
    if index and at - taken[index - 1] < gap:
        return taken[index - 1] + gap
    return None
