"""Posts with their pictures and cards: looked at, made to fit, and left out with a word where something is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from bot.compose.cards import Cards, Pages
from bot.compose.troubles import Troubles
from bot.errors import ComposeError
from bot.model import Attachment, Embed, Pictures, WithoutAlt
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from bot.compose.cards import Fetches
    from bot.model import Account, Article, MediaRules, Part, Post
    from bot.pictures import Original


class Loads(Protocol):
    """Gets pictures by their path or address: Originals, or what stands in for them."""

    def load(self, source: str) -> Original:
        """The picture; raises PictureError or FetchError."""


class Illustrator:
    """
    Composes, looks at the pictures that a post names, and makes the cards that its network leaves to us.

    Whatever is wrong with a picture or a card, the post goes out without it, and says so in `left_out`; but a ComposeError says
    that an account posts no picture that nothing describes.
    """

    def __init__(self, compose: Callable[[Article, Account], Post], originals: Loads, fetcher: Fetches) -> None:
        self._compose = compose
        self._originals = originals
        self._fetcher = fetcher
        self._desk = Lock()  # one picture at a time is made to fit: a large one takes hundreds of megabytes

    def __call__(self, article: Article, account: Account) -> Post:
        """The exact content for one account, pictures and all; ComposeError where there can be none."""
        post, troubles = self._compose(article, account), Troubles()
        gallery = _Gallery(self._originals, account, troubles, self._desk)
        pages = Pages(self._fetcher, troubles)
        cards = Cards(article, account, pages, gallery.thumbnail, troubles)
        parts = list(post.parts)
        if account.pictures is Pictures.PAGE and account.network.media and article.url and not article.media:
            parts[0] = replace(parts[0], media=_of_page(pages, article.url))
        first = account.embed is Embed.CARD
        if first:
            parts = _with_card(parts, post, cards, troubles)
        parts = [replace(part, media=gallery.hung(part.media)) if part.media else part for part in parts]
        if not first:
            parts = _with_card(parts, post, cards, troubles)
        return replace(post, parts=tuple(parts), left_out=post.left_out + troubles.lines())


@dataclass(frozen=True, slots=True)
class _Gallery:
    """The pictures of one post, as its account's network takes them."""

    originals: Loads
    account: Account
    troubles: Troubles
    desk: AbstractContextManager[object]

    def hung(self, named: Iterable[Attachment]) -> tuple[Attachment, ...]:
        """Those of a part's pictures that can be shown together."""
        rules, shown = self.account.network.media, list[Attachment]()
        if rules is None:
            return ()
        for each in named:
            alone = [one for one in shown if one.mime in rules.moving]
            if alone or len(shown) >= rules.most:
                beside = (
                    f"{name_of(alone[0].source)}, which moves and stands alone" if alone else f"{rules.most} others"
                )
                self.troubles.picture(each.source, f"there is no room for it beside {beside}")
            elif picture := self._looked(each, rules, beside=shown):
                shown.append(picture)
        return tuple(shown)

    def thumbnail(self, named: Iterable[Attachment]) -> Attachment | None:
        """The first that is a still picture, as that of a card; what it shows the card says."""
        rules = self.account.network.thumbnail
        if rules is None:
            return None
        tried = dict.fromkeys(each.source for each in named)
        return next(filter(None, (self._looked(Attachment(each), rules, still=True) for each in tried)), None)

    def _looked(
        self, named: Attachment, rules: MediaRules, *, beside: Sequence[Attachment] = (), still: bool = False
    ) -> Attachment | None:
        """A picture with its bytes; None where something is wrong with it, or it may not be shown."""
        from bot.pictures import fitted

        try:
            original = self.originals.load(named.source)
            if still and original.moving:
                return None
            with self.desk:
                picture, lost = fitted(original, named, rules)
        except Exception as error:  # noqa: BLE001 - a decoder's surprise too: no post fails for a picture
            self.troubles.picture(named.source, error)
            return None
        if beside and picture.mime in rules.moving:
            self.troubles.picture(named.source, "it moves, and stands beside no other")
            return None
        if not still and not picture.alt and not self._goes_without_alt(picture):
            return None
        if lost:
            self.troubles.picture(named.source, lost)
        return picture

    def _goes_without_alt(self, picture: Attachment) -> bool:
        name, account = name_of(picture.source), self.account
        if account.without_alt is WithoutAlt.REFUSE:
            hint = f"Give it an alt text, or set another BOT_ACCOUNTS__{account.name.upper()}__WITHOUT_ALT."
            raise ComposeError(
                f"nothing says what picture {name} shows, and account {account.name} posts none such", hint=hint
            )
        if account.without_alt is WithoutAlt.LEAVE_OUT:
            self.troubles.picture(picture.source, "nothing says what it shows")
            return False
        return True


def _of_page(pages: Pages, url: str) -> tuple[Attachment, ...]:
    """The picture that the article's page shows of itself."""
    page = pages.of(url, lacking="picture")
    return (Attachment(page.image, page.alt or ""),) if page.image else ()


def _with_card(parts: Sequence[Part], post: Post, cards: Cards, troubles: Troubles) -> list[Part]:
    """The parts, with a card on the first that has a link and room for one; its pictures stand back for it."""
    shown = list(parts)
    if cards.account.network.thumbnail is None:
        return shown
    for index, part in enumerate(parts):
        if part.has_link and (cards.account.embed is Embed.CARD or not part.media):
            if card := cards.of(part, post):
                for picture in part.media:
                    if card.thumbnail is None or picture.source != card.thumbnail.source:
                        troubles.picture(picture.source, "a card stands in its place")
                shown[index] = replace(part, media=(), card=card)
            break
    return shown
