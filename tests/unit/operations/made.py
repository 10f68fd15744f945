"""What the tests of the bot's operations are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.ledger import Event, Lane
from bot.ledger.measuring import Measured

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Steady:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000)


def lane(account: str = "sport", **said: object) -> Lane:
    given = {"paused": False, "paused_until": None, "paused_with": None, "reason": None, "failures": 0}
    whole = {"network": "mastodon", "login": None, "fingerprint": None, "backoff_until": None, **given, **said}
    return Lane(account, **whole)  # type: ignore[arg-type]


def measured(account: str = "sport", *, due: datetime | None = None, wanting: int = 0, **said: object) -> Measured:
    return Measured(lane(account, **said), due, wanting)


def event(kind: str, detail: str = "", *, delivery: int | None = 7, at: datetime = NOW, headline: str = "One") -> Event:
    return Event(at=at, delivery=delivery, article=3, headline=headline, account="sport", event=kind, detail=detail)
