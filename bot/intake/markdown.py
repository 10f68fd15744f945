"""Markdown with YAML front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ArticleError
from bot.intake import fields, front, plain
from bot.intake.characters import folded
from bot.intake.front import Word
from bot.intake.identity import own
from bot.intake.page import only_hashtags
from bot.intake.pictures import Picture, checked, collected
from bot.model import Article
from bot.text import hashtags, markers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from bot.intake.names import Names
    from bot.intake.pictures import Shelf
    from bot.model import Media


def article(text: str, *, where: str, names: Names, timezone: tzinfo, shelf: Shelf) -> Article:
    """
    The text as an article, whose headline is empty where it has none, and whose identity is its id where it gives one.

    Lines of hashtags in the body join those of the front matter.
    """
    matter, markdown = front.split(text, where)
    given = fields.read(matter, names=names, timezone=timezone)
    media = _Pictures(shelf, where, text.count("\n", 0, len(text) - len(markdown)))
    media.name(*given.pop("image", ()), *given.pop("images", ()))
    alts = media.described(given.pop("alt", ()))
    heading, blocks = plain.paragraphs(markdown, media.marker)
    own_id = given.pop("id", None)
    headline = given.pop("headline", heading)
    if heading and heading != headline:
        blocks = (heading, *blocks)
    tags = [words for block in blocks if only_hashtags(words := media.without(block))]
    return Article(
        identities=(own(own_id),) if own_id else (),
        headline=headline,
        body=tuple(block for block in blocks if not only_hashtags(media.without(block))),
        hashtags=hashtags.parse(", ".join((given.pop("hashtags", ""), *tags))),
        media=collected(media.found or shelf.beside(), alts),
        **given,
    )


class _Pictures:
    """The pictures that an article names, as they come up while it is read."""

    def __init__(self, shelf: Shelf, where: str, above: int) -> None:
        """Its Markdown stands in the file below so many other lines."""
        self._shelf = shelf
        self._where = where
        self._above = above
        self._named: list[Picture] = []
        self.found: list[Media] = []

    def name(self, *pictures: Picture) -> None:
        """These come next."""
        self._named += pictures
        checked(self._named)
        self.found += map(self._shelf.admit, pictures)

    def described(self, alts: Sequence[Word]) -> Sequence[str]:
        """What the pictures show that were named until now, or, where none were, those to come."""
        if self._named and len(alts) > len(self._named):
            what = f"alt has {len(alts)} texts, for {len(self._named)} picture{'s' * (len(self._named) > 1)}"
            hint = "Write one for each, in their order."
            raise ArticleError(what, where=alts[len(self._named)].where, hint=hint)
        return [str(alt) for alt in alts]

    def marker(self, source: str, alt: str, line: int) -> str:
        """What stands in the text for a picture on this line of the Markdown."""
        if not source:
            return ""
        self.name(Picture(Word(source, f"{self._where}:{self._above + line + 1}"), folded(alt)))
        return markers.written(self.found[-1])

    def without(self, text: str) -> str:
        """The text without what stands in it for pictures."""
        return markers.take(text, self.found)[0]
