"""Where a text may be cut: at words and sentences, never inside a grapheme, a hashtag or a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

# Scripts that put no space between words are cut at any grapheme; all others at white space.
_PIECE = regex.compile(
    r"""
    \s* [^\w\s\#＃@]*
    (?: (?P<whole> (?: [\#＃@] | \w{1,20}:// ) \S+ )
      | (?=(?&unspaced)) \X
      | (?: (?!(?&unspaced)) \S )+
    )
    (?(DEFINE) (?P<unspaced> [\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}] ) )
    """,
    regex.VERBOSE,
)
_GRAPHEME = regex.compile(r"\X")
_BEFORE_ELLIPSIS = regex.compile(r"[\s\p{Ps}\p{Pi}\p{Pd}.,;:!?…¿¡/&|、。，．；：！？・।]+\Z")
_SENTENCE_END = regex.compile(
    r"""
    (?: (?<! \b (?: \p{Lu} | Mr | Mrs | Ms | Dr | Prof | St | Gen | Sen | Gov | Rep | Lt | Col | No | vs ) (?=\.) )
        [.!?…।؟۔]+ [\p{Pe}\p{Pf}"']* (?= \s+ (?!\p{Ll}) )
      | [。！？]+ [\p{Pe}\p{Pf}]*
      | (?<=\S) (?= \s*\Z )
    )
    """,
    regex.VERBOSE,
)


def word_ends(text: str) -> Sequence[int]:
    """After how many characters the text may be cut; one that is a single long word may be cut at each grapheme."""
    pieces = list(_PIECE.finditer(text))
    if len(pieces) == 1 and not pieces[0]["whole"]:
        pieces = list(_GRAPHEME.finditer(text))
    return [piece.end() for piece in pieces]


def sentence_ends(text: str) -> Sequence[int]:
    """After how many characters each of its sentences ends."""
    return sorted({match.end() for match in _SENTENCE_END.finditer(text)})


def cut(text: str, end: int) -> str:
    """The text up to there, with an ellipsis in place of the rest; nothing where nothing would be left."""
    kept: str = _BEFORE_ELLIPSIS.sub("", text[:end])
    if not kept:
        return ""
    return f"{kept} …" if "://" in kept.rsplit(maxsplit=1)[-1] else f"{kept}…"  # or the link would swallow it


def whole_words(text: str) -> str:
    """A text that somebody cut anywhere, taken back to its last whole word."""
    tail = text.rfind(" ") + 1
    ends = (tail, tail, *(piece.end() for piece in _PIECE.finditer(text, tail)))
    return cut(text, ends[-1] if _BEFORE_ELLIPSIS.search(text, max(0, len(text) - 1)) else ends[-2])


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as so many characters hold: its whole sentences where they make half of that, else whole words."""
    if len(text) <= most:
        return text
    head = text[: 2 * most]  # what lies beyond decides nothing
    ends = [end for end in sentence_ends(head) if end <= most]
    if ends and ends[-1] * 2 >= most:
        return head[: ends[-1]]
    room = most - len(" …")
    return cut(head, max((end for end in word_ends(head) if end <= room), default=0))
