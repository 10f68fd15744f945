"""What a link leads to, shown below a text: for networks that leave the making of it to us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bot import pages
from bot.model import Attachment, Card, Pictures
from bot.text.cuts import shortened
from bot.text.markers import without
from bot.text.visible import in_a_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.compose.troubles import Troubles
    from bot.fetch import Fetched
    from bot.model import Account, Article, Part, Post

_LONGEST = 300  # characters of a title, and of a description


class Fetches(Protocol):
    """Gets what stands at an address, in at most so many bytes: a Fetcher, or what stands in for one."""

    def fetch(self, url: str, *, most: int) -> Fetched:
        """What stands there; raises FetchError."""


class Pages:
    """What the pages say that one post leads to; each is asked once, and one that cannot be had says nothing."""

    def __init__(self, fetcher: Fetches, troubles: Troubles) -> None:
        self._fetcher = fetcher
        self._troubles = troubles
        self._read: dict[str, pages.Page] = {}

    def of(self, url: str, *, lacking: str) -> pages.Page:
        """What the page at an address says of itself; `lacking` is what the post has none of, or not all, where it says nothing."""
        if url not in self._read:
            self._read[url] = self._fetched(url, lacking)
        return self._read[url]

    def _fetched(self, url: str, lacking: str) -> pages.Page:
        try:
            return pages.read(self._fetcher.fetch(url, most=pages.LARGEST))
        except Exception as error:  # noqa: BLE001 - whatever it is, the post goes out
            self._troubles.page(url, lacking, error)
            return pages.Page()


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes the cards of one post; `thumbnail` makes the picture of one, of the first of some that can be that."""

    article: Article
    account: Account
    pages: Pages
    thumbnail: Callable[[Iterable[Attachment]], Attachment | None]
    troubles: Troubles

    def of(self, part: Part, post: Post) -> Card | None:
        """
        What the part's link leads to, with the first of the part's own pictures if it has any; None where nobody can tell.

        Of the article's own link the article says what it can, and its page what is missing; of another its page says all.
        """
        link = _link(part, post)
        if link is None:
            return None
        own = link == post.url
        title, description = _said(self.article) if own else ("", "")
        picture = self.thumbnail([*part.media, *(_named(self.article) if own else ())]) if self._shows else None
        page = pages.Page()
        if not (title and description and (picture or not self._shows)):
            page = self.pages.of((own and self.article.url) or link, lacking="card")
        if page.image and self._shows and not picture:
            picture = self.thumbnail([Attachment(page.image)])
        if not (title := title or page.title or ""):
            self.troubles.page(link, "card", f"{urlsplit(link).hostname} says no title")
            return None
        description = description or page.description or ""
        return Card(link, shortened(title, _LONGEST), shortened(description, _LONGEST), picture)

    @property
    def _shows(self) -> bool:
        return self.account.pictures is not Pictures.NONE


def _link(part: Part, post: Post) -> str | None:
    """The link that a part's card is about: the article's own where it stands there, else the first."""
    links = [span.link for span in part.spans if span.link and span.link.startswith(("http://", "https://"))]
    return post.url if post.url in links else next(iter(links), None)


def _said(article: Article) -> tuple[str, str]:
    """Its headline, and what it is about: its summary, else how it begins."""
    beginnings = (in_a_line(without(each)) for each in (article.summary, *article.body))
    return in_a_line(article.headline), next(filter(None, beginnings), "")


def _named(article: Article) -> list[Attachment]:
    return [Attachment(each.source) for each in article.media]
