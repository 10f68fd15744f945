"""What a picture shows, in as many characters as a network takes."""

from __future__ import annotations

from bot.text.cuts import cut, word_ends

_LONGEST_WORD = 100


def shortened(text: str, most: int) -> str:
    """The text, cut at a word with an ellipsis where it has more than `most` characters."""
    text = text.strip()
    if len(text) <= most:
        return text
    beginning = text[: most + _LONGEST_WORD]
    cuts = (cut(beginning, end) for end in reversed(word_ends(beginning)))
    return next((kept for kept in cuts if 0 < len(kept) <= most), text[: max(0, most - 1)].rstrip() + "…"[:most])
