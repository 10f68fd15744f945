"""What people call a picture: never the way to it on this machine, nor what an address is asked with."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from bot.errors import one_line


def name_of(source: str) -> str:
    """The name of a picture's file, else the host that it is on."""
    if "://" not in source:
        return one_line(PurePath(source).name)
    try:
        there = urlsplit(source)
    except ValueError:
        return "an address that is none"
    return one_line(PurePath(unquote(there.path)).name or there.hostname or "a picture")
