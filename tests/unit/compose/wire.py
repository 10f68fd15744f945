"""A network whose limits are easy to count."""

from __future__ import annotations

import re

from bot.model import Limit, Network, Span


def spans(text: str) -> list[Span]:
    """Every #word is a tag, every https://… a link."""
    found = []
    for match in re.finditer(r"(?<!\S)(?:#(\w+)|(https://\S+))", text):
        start = len(text[: match.start()].encode())
        found.append(Span(start, start + len(match[0].encode()), link=match[2], tag=match[1]))
    return found


def network(maximum: int = 10_000, *, name: str = "wire", threads: bool = True) -> Network:
    """At most so many characters."""
    return Network(name=name, limits=(Limit.of_text("characters", maximum, len),), spans=spans, threads=threads)
