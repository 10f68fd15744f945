"""From places in a text to places in its UTF-8 bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model import Span


def in_bytes(text: str, spans: Iterable[Span]) -> list[Span]:
    """These spans of characters as spans of bytes, in order; of those that overlap, only the first given is kept."""
    kept: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    kept.sort(key=lambda span: span.start)
    return [replace(span, start=_size(text[: span.start]), end=_size(text[: span.end])) for span in kept]


def _size(text: str) -> int:
    return len(text.encode())
