"""What a reader sees as one character, which Bluesky and Mastodon count."""

from __future__ import annotations

import regex

# Table 1c of Unicode's UAX 29, because the \X of regex joins a consonant to any virama, also to one that follows no
# consonant. The first line is there for speed alone.
_CLUSTER = regex.compile(
    r"""
    [\x20-\x7e](?=[\x20-\x7e])
    | \r\n | [\p{GCB=Control}\r\n]
    | \p{GCB=Prepend}*
      (?:
        \p{InCB=Consonant} (?: [\p{InCB=Extend}\p{InCB=Linker}]* \p{InCB=Linker} [\p{InCB=Extend}\p{InCB=Linker}]* \p{InCB=Consonant} )+
        | \p{ExtPict} (?: \p{GCB=Extend}* \p{GCB=ZWJ} \p{ExtPict} )*
        | \p{GCB=RI}{2}
        | \p{GCB=L}* (?: \p{GCB=V}+ | \p{GCB=LV} \p{GCB=V}* | \p{GCB=LVT} ) \p{GCB=T}* | \p{GCB=L}+ | \p{GCB=T}+
        | [^\p{GCB=Control}\r\n]
      )
      [\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*
    """,
    regex.VERBOSE,
)


def count(text: str) -> int:
    """How many extended grapheme clusters there are: of ASCII, only a line end of two characters is one."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(_CLUSTER.findall(text))
