"""What every command begins with: the settings, and the app made from them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from bot.cli import show
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from bot.app import App


def app() -> App:
    """The app for the settings in force; what it has to say on the way goes to standard error."""
    from bot.app import App
    from bot.settings import load

    return App(load(), tell=show.notice)


def moment(text: str | None, zone: tzinfo, now: datetime) -> datetime | None:
    """
    A time as people write it: 18:30 (the next one), 2026-11-24 18:30, or with a zone as in 2026-11-24T18:30+01:00.

    None for one that is over: what was to go out then goes out now.
    """
    if text is None:
        return None
    try:
        at = (
            _next(time.fromisoformat(text), zone, now)
            if ":" in text[:3]
            else _aware(datetime.fromisoformat(text), zone)
        )
        return at.astimezone(UTC) if at > now else None
    except (ValueError, OverflowError):
        hint = "Write 18:30, or 2026-11-24 18:30, or 2026-11-24T18:30+01:00."
        raise ConfigurationError("not a time", where=f"--at {text}", hint=hint) from None


def _next(clock: time, zone: tzinfo, now: datetime) -> datetime:
    here = now.astimezone(zone)
    at = datetime.combine(here.date(), clock, tzinfo=clock.tzinfo or zone)
    return at if at > here else at + timedelta(days=1)


def _aware(at: datetime, zone: tzinfo) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=zone)
