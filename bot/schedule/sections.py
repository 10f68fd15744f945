"""What an article is about, as far as a fair order between sections needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


_LONGEST = 100  # characters: it is part of an index


def section(named: str | None, folder: str, hashtags: Sequence[str]) -> str:
    """The section that the article names, else the folder within the queue where it lay, else its first hashtag."""
    return (named or folder or next(iter(hashtags), "")).strip().casefold()[:_LONGEST]
