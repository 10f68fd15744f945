"""Text without what nobody sees."""

from __future__ import annotations

import re

# Control characters, halves of surrogate pairs, byte order marks; the joiners inside emoji are none of these.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def visible(text: str, *, but: str = "") -> str:
    """The text without control characters but these, its lines ended by a plain line feed and nothing before it."""
    shown = _INVISIBLE.sub(lambda found: found[0] if found[0] in but else "", text)
    return "\n".join([line.rstrip() for line in shown.splitlines()])


def in_a_line(text: str) -> str:
    """The same in one line, with single blanks between its words."""
    return " ".join(visible(text).split())
