"""Text as it may leave: without what nobody sees, without ragged white space, in parts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.model import Article, Related
from bot.text.cuts import whole_words
from bot.text.visible import visible

_RULE = re.compile(r"^---[^\S\n]*$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def split(text: str, *, but: str = "") -> tuple[str, ...]:
    """The parts of a thread, which lines of `---` separate; tidied, none of them empty, without control characters but these."""
    parts = [tidied(part) for part in _RULE.split(visible(text, but=but))]
    return tuple(part for part in parts if part)


def tidied(text: str) -> str:
    """The text with at most one blank line at a time, and no white space at its lines' ends."""
    lines = "\n".join([line.rstrip() for line in text.split("\n")])
    return _BLANK_LINES.sub("\n\n", lines).strip()


def as_data(article: Article) -> Article:
    """The article as templates see it: its own text cannot start a part, says nothing unseen, and shows no half word."""
    return replace(
        article,
        headline=_plain(article.headline),
        summary=_plain(article.summary),
        body=tuple([_plain(paragraph) for paragraph in article.body]),
        byline=article.byline and _plain(article.byline),
        warning=article.warning and _plain(article.warning),
        related=tuple([_shown(related) for related in article.related]),
        media=tuple([replace(each, alt=visible(each.alt).strip()) for each in article.media]),
    )


def _plain(text: str) -> str:
    return _RULE.sub("", visible(text)).strip()


def _shown(related: Related) -> Related:
    teaser = _plain(related.teaser)
    return Related(_plain(related.headline), whole_words(teaser) if related.cut else teaser)
