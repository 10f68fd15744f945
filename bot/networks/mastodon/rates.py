"""How much of its quota a token has left, by the headers of any answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.networks.outcomes import quota

Headers = Mapping[str, str]


def reset(headers: Headers) -> datetime | None:
    """When the quota is full again, by the server's clock: ISO 8601 on Mastodon, seconds since 1970 on some."""
    told = headers.get("x-ratelimit-reset", "")
    try:
        if told.isdecimal():
            return datetime.fromtimestamp(int(told), UTC)
        moment = datetime.fromisoformat(told)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def left(headers: Headers) -> str | None:
    """What is left, in words for people; None where the server does not say."""
    most, remaining = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    if not most.isdecimal() or not remaining.isdecimal():
        return None
    return quota(int(remaining), int(most), "requests", reset(headers))
