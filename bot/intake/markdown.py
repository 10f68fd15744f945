"""Markdown with YAML front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.intake import fields, front, plain
from bot.intake.identity import own
from bot.intake.page import only_hashtags
from bot.model import Article
from bot.text import hashtags

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.intake.names import Names


def article(text: str, *, where: str, names: Names, timezone: tzinfo) -> Article:
    """
    The text as an article, whose headline is empty where it has none, and whose identity is its id where it gives one.

    Lines of hashtags in the body join those of the front matter.
    """
    matter, markdown = front.split(text, where)
    given = fields.read(matter, names=names, timezone=timezone)
    heading, blocks = plain.paragraphs(markdown)
    own_id = given.pop("id", None)
    headline = given.pop("headline", heading)
    if heading and heading != headline:
        blocks = (heading, *blocks)
    tags = (given.pop("hashtags", ""), *filter(only_hashtags, blocks))
    return Article(
        identities=(own(own_id),) if own_id else (),
        headline=headline,
        body=tuple(block for block in blocks if not only_hashtags(block)),
        hashtags=hashtags.parse(", ".join(tags)),
        **given,
    )
