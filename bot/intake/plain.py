"""Markdown as plain paragraphs, for networks that know no markup; its pictures leave markers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from bot.text.markers import MARKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from markdown_it.token import Token

_BLANKS = re.compile(r"[ \t]+")
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_HARMFUL = re.compile("(?:file|data|javascript|vbscript):", re.IGNORECASE)
_WORDS = frozenset({"text", "code_inline"})


def paragraphs(markdown: str, picture: Callable[[str, str, int], str]) -> tuple[str, tuple[str, ...]]:
    """
    The heading `# …` that the text begins with, if it does, and all other paragraphs.

    Links become their text, code stays, list items keep their mark; HTML goes. A picture becomes what `picture` makes of its
    source, what it shows, and its line: in a heading at the top it only gets to know of it.
    """
    parser = MarkdownIt("commonmark")
    parser.normalizeLink = str  # type: ignore[method-assign, assignment] # as it was written: it may name a file
    blocks = [block for block in _blocks(parser.parse(markdown), picture) if block.text]
    first = next((at for at, block in enumerate(blocks) if block.words), None)
    if first is None or blocks[first].kind != "h1":
        return "", tuple(block.text for block in blocks)
    heading = blocks.pop(first)
    return heading.words, tuple(block.text for block in blocks)


class _Block(NamedTuple):
    """A paragraph, heading or piece of code by its HTML name, without and with the markers of its pictures."""

    kind: str
    words: str
    text: str


def _blocks(tokens: Iterable[Token], picture: Callable[[str, str, int], str]) -> Iterator[_Block]:
    kind = mark = ""
    for token in tokens:
        match token.type:
            case "paragraph_open" | "heading_open":
                kind = token.tag
            case "list_item_open":
                mark = f"{token.info}{token.markup} " if token.info else "• "
            case "inline":
                line, pieces = (token.map or [0])[0], token.children or ()
                _refuse(pieces, line, picture)
                shown = list(_shown(pieces, line, picture))
                words, text = (_joined(each) for each in zip(*shown, strict=True)) if shown else ("", "")
                yield _Block(kind, f"{mark}{words}" if words else "", f"{mark}{text}" if words else text)
                mark = ""
            case "fence" | "code_block":
                code = token.content.rstrip()
                yield _Block("pre", code if code.strip() else "", code if code.strip() else "")


def _shown(tokens: Iterable[Token], line: int, picture: Callable[[str, str, int], str]) -> Iterator[tuple[str, str]]:
    """Each piece of a paragraph that begins on this line: its words, and the same with the markers of pictures."""
    for token in tokens:
        words = token.content if token.type in _WORDS else _BREAKS.get(token.type, "")
        line += token.type in _BREAKS
        yield words, picture(str(token.attrs["src"]), token.content, line) if token.type == "image" else words


def _refuse(tokens: Iterable[Token], line: int, picture: Callable[[str, str, int], str]) -> None:
    """Tell of the pictures too whose sources the parser holds for harmful, and leaves as they are written."""
    text = "".join(token.content if token.type == "text" else "\n" * (token.type in _BREAKS) for token in tokens)
    for found in MARKER.finditer(text):
        if _HARMFUL.match(source := found["bare"] or found["quoted"]):
            picture(source, found["alt"], line + text.count("\n", 0, found.start()))


def _joined(pieces: Iterable[str]) -> str:
    return _BLANKS.sub(" ", "".join(pieces)).strip()
