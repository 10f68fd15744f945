"""Which characters a text may have, whatever it was written in."""

from __future__ import annotations

import re

_NEWLINE = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNSEEN = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0), 0xFEFF, 0xFFFE, 0xFFFF} - {ord("\t"), ord("\n")})


def clean(text: str) -> str:
    """The text with plain line ends, without control characters and with whole characters only."""
    # YAML and JSON escape an emoji as two halves; one half alone is no character.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _NEWLINE.sub("\n", whole).translate(_UNSEEN)


def folded(text: str) -> str:
    """The text on one line, with single blanks."""
    return " ".join(text.split())
