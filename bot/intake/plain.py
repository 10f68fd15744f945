"""Markdown as plain paragraphs, for networks that know no markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_BLANKS = re.compile(r"[ \t]+")
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_WORDS = frozenset({"text", "code_inline"})


def paragraphs(markdown: str) -> tuple[str, tuple[str, ...]]:
    """
    The heading `# …` that the text begins with, if it does, and all other paragraphs.

    Links become their text, code stays, list items keep their mark; pictures and HTML go.
    """
    blocks = [(kind, text) for kind, text in _blocks(MarkdownIt("commonmark").parse(markdown)) if text.strip()]
    kind, heading = next(iter(blocks), ("", ""))
    if kind != "h1":
        return "", tuple(text for _, text in blocks)
    return heading, tuple(text for _, text in blocks[1:])


def _blocks(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Each paragraph, heading or piece of code with its HTML name."""
    kind = mark = ""
    for token in tokens:
        match token.type:
            case "paragraph_open" | "heading_open":
                kind = token.tag
            case "list_item_open":
                mark = f"{token.info}{token.markup} " if token.info else "• "
            case "inline":
                text = _inline(token.children or ())
                yield kind, f"{mark}{text}" if text else ""
                mark = ""
            case "fence" | "code_block":
                yield "pre", token.content.rstrip()


def _inline(tokens: Iterable[Token]) -> str:
    parts = (token.content if token.type in _WORDS else _BREAKS.get(token.type, "") for token in tokens)
    return _BLANKS.sub(" ", "".join(parts)).strip()
