"""Time zones by their IANA names, and the nearest one where a name is wrong."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"[A-Z]{2,5}|.*[+-]?\d.*", re.DOTALL)


def parse(text: str) -> ZoneInfo:
    """The zone of this name. Raises ValueError with the nearest name where there is none."""
    name = text.strip()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is named {name[:60]!r}; {_nearest(name[:60])}") from None


def _nearest(name: str) -> str:
    """The zone that was meant: by its whole name, or by its city alone."""
    from difflib import get_close_matches

    plain = name.replace(" ", "_").casefold()
    whole = {zone.casefold(): zone for zone in sorted(available_timezones())}
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones()) if "/" in zone}
    for known in (whole, cities):
        if plain in known:
            return f"write {known[plain]}"
    if _OFFSET.fullmatch(name):
        return "zones are named like Europe/Berlin; offsets and their short names are none"
    for known, sought in ((cities, plain.rpartition("/")[2]), (whole, plain)):
        if near := get_close_matches(sought, known, n=1, cutoff=0.75):
            return f"did you mean {known[near[0]]}?"
    return "one is Europe/Berlin"
