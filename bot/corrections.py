"""Works off what is to become of posts that stand: takes them down, edits them, has them answered or posted anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.errors import (
    ComposeError,
    LedgerError,
    RateLimited,
    Rejected,
    Unanswered,
    Unauthorized,
    Unavailable,
    in_words,
)
from bot.ledger import Kind
from bot.model import State
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, timedelta

    from bot.ledger import Correction, Ledger
    from bot.model import Article, Attachment, Delivery, Part, Post, Receipt
    from bot.networks.base import Adapter

TEMPLATE = "correction"
"""What makes the words of a post that answers another of the same article."""


@dataclass(frozen=True)
class Corrections:
    """
    The corrections of accounts whose lanes are held: everything here may be repeated, so whatever was cut off is begun again.

    `compose` makes the post of a delivery as it would be now. `troubled` is told of what the account's next post would
    meet too. `back_off` says how long to wait after so many failures, `mending` until what cannot be composed is tried again.
    """

    ledger: Ledger
    compose: Callable[[Delivery, Adapter], Post]
    troubled: Callable[[str, Exception], None]
    clock: Callable[[], datetime]
    back_off: Callable[[int], timedelta]
    max_attempts: int
    mending: timedelta

    def of_article(self, article: int, account: str, adapter: Adapter) -> int:
        """Work off what is wished of an article's posts and settled, the newest first: what answers a post goes before it."""
        mine = [each for each in self.ledger.deliveries(article) if each.account == account and each.state.final]
        wished = filter(None, (self.ledger.correction(each.id) for each in reversed(mine)))
        return self.work_off(wished, adapter, go_on=lambda: True)

    def work_off(self, wished: Iterable[Correction], adapter: Adapter, *, go_on: Callable[[], bool]) -> int:
        """Make one attempt at each, up to the first that meets a trouble of the account's; so many went well or ill of themselves."""
        done = 0
        for each in wished:
            if not (go_on() and self._attempt(each, adapter)):
                break
            done += 1
        return done

    def _attempt(self, wished: Correction, adapter: Adapter) -> bool:
        """Whether the next one may be tried."""
        try:
            post = None if wished.kind is Kind.RETRACT else self.compose(wished.delivery, adapter)
        except ComposeError as error:
            now = self.clock()
            self.ledger.put_off_correction(wished, str(error), now=now, due_at=now + self.mending)
            return True
        if wished.kind is Kind.EDIT and post is not None and wished.delivery.post is not None:
            post = with_standing_media(post, wished.delivery.post)
        if _is_needless(wished, post):
            self.ledger.needless(wished)
            return True
        if wished.kind is Kind.REPLY:
            self.ledger.answered(wished, now=self.clock())
            return True
        if wished.kind is Kind.REPOST and self._is_over(wished.delivery):
            why = "its time is over: posted anew, it would only expire"
            self.ledger.put_off_correction(wished, why, now=self.clock(), due_at=None)
            return True
        begun = self.ledger.begin_correction(wished, now=self.clock())
        return begun is None or self._carried_out(begun, post, adapter)

    def _carried_out(self, begun: Correction, post: Post | None, adapter: Adapter) -> bool:
        try:
            if post is None or begun.kind.takes_down:
                self._take_down(begun.delivery, adapter)
            else:
                self._revise(begun, post, adapter)
        except LedgerError:  # it cannot be written down: it is done once more
            raise
        except Exception as error:  # noqa: BLE001 - every surprise may be tried again
            return self._settle(begun, error)
        return True

    def _is_over(self, delivery: Delivery) -> bool:
        expires_at = self.ledger.article(delivery.article).expires_at
        return expires_at is not None and expires_at <= self.clock()

    def _take_down(self, delivery: Delivery, adapter: Adapter) -> None:
        """The last part first: a thread must not lose its head before its tail."""
        for receipt in reversed(delivery.standing):
            adapter.retract(receipt)
            self.ledger.taken_down(delivery, receipt, now=self.clock())

    def _revise(self, begun: Correction, post: Post, adapter: Adapter) -> None:
        standing, parts = begun.delivery.standing, len(post.parts)
        if not adapter.network.edits:
            raise Rejected(f"{adapter.network.name} edits no posts", hint="Set CORRECTIONS to reply or repost")
        if len(standing) != parts:
            raise Rejected(
                f"{len(standing)} parts stand and there are {parts} now: an edit adds none, and takes none away"
            )
        for receipt in standing:
            adapter.revise(post, receipt)
        self.ledger.revised(begun, post, now=self.clock())

    def _settle(self, begun: Correction, error: Exception) -> bool:
        """Write down why it came to nothing; whether the next one need not meet the same."""
        now, due_at, counted, well = self.clock(), None, True, True
        match error:
            case Rejected():
                pass
            case Unavailable() | RateLimited() | Unauthorized() | Unanswered():
                due_at, counted, well = now, False, False
            case _ if begun.attempts < self.max_attempts:
                due_at = now + self.back_off(begun.attempts - 1)
        self.ledger.put_off_correction(begun, in_words(error), now=now, due_at=due_at, counted=counted)
        if not well:
            self.troubled(begun.delivery.account, error)
        return well


def answering(article: Article) -> Article:
    """The article as it answers its own post: by the template for that, and without its pictures once more."""
    return replace(article, template=TEMPLATE, text={}, media=())


def answered(ledger: Ledger, delivery: Delivery) -> tuple[Receipt, ...]:
    """What stands of the post that a delivery corrects, after what that one answered itself."""
    if delivery.corrects is None:
        return ()
    before = ledger.delivery(delivery.corrects)
    return (*answered(ledger, before), *before.standing)


def with_standing_media(post: Post, before: Post) -> Post:
    """The post with what stands of the pictures that it had to leave out: their files may be gone since."""
    parts = [
        replace(part, media=tuple(_kept(part, old, post.left_out)))
        for part, old in zip(post.parts, before.parts, strict=False)
    ]
    return replace(post, parts=(*parts, *post.parts[len(parts) :]))


def _kept(part: Part, old: Part, left_out: Iterable[str]) -> Iterator[Attachment]:
    yield from part.media
    names = {name_of(each.source) for each in part.media}
    for each in old.media:
        name = name_of(each.source)
        if name not in names and any(line.startswith(f"picture {name}: ") for line in left_out):
            yield replace(each, content=b"")


def _is_needless(wished: Correction, post: Post | None) -> bool:
    """Whether nothing stands, or it says already what it would say."""
    delivery = wished.delivery
    if not delivery.standing:
        return True
    if post is None or delivery.post is None or (wished.kind is Kind.REPOST and delivery.retracted):
        return False
    whole = delivery.state is State.DELIVERED and not delivery.retracted
    return not whole or (not wished.begun and _content(delivery.post) == _content(post))


def _content(post: Post) -> tuple[Any, ...]:
    """What its readers see, whatever its files were called."""
    return (post.warning, *map(_shown, post.parts))


def _shown(part: Part) -> tuple[Any, ...]:
    card = part.card and (part.card.url, part.card.title, part.card.description)
    return part.text, card, tuple((each.digest, each.alt) for each in part.attachments)
