"""Telling an account's own posts apart, where looking through them is the only way to find out what was posted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import OutcomeUnknown
from bot.model import Delivery, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

LOOK_BACK = timedelta(days=1)
"""How far a timeline is looked at beyond the times that we know: our clock and the network's differ."""

_LONG_AGO = timedelta(days=30)  # nobody leaves a post in doubt for longer than that
_SLIGHTLY = timedelta(minutes=5)
_FURTHER = r"""[^\s<>()\[\]{}"'?#&「」…]*\w"""  # what goes on with a link, unless that stands in brackets


def since(delivery: Delivery, now: datetime | None = None) -> datetime:
    """
    From when on a post may be this delivery's: its first attempt, or the backup that the ledger was put back from.

    `now` is the present by the network's clock. A moment after that was stamped by a clock that was fast, or in the order of
    one that was: it says nothing of when that was, and what stands must not be sought where nothing can stand yet.
    """
    if delivery.first_attempt_at is None:
        raise ValueError("a delivery is looked for after it was claimed, not before")
    moment = min(delivery.first_attempt_at, delivery.sought_since or delivery.first_attempt_at)
    return now - _LONG_AGO if now and moment > now + _SLIGHTLY else moment - LOOK_BACK


def until(delivery: Delivery) -> datetime | None:
    """Up to when a post may be this delivery's; None for one that has been sent since we know of it."""
    if delivery.first_time and delivery.sought_until is not None:
        return delivery.sought_until + LOOK_BACK
    return None


def names_of(delivery: Delivery) -> dict[int, str]:
    """The remote ids of what stands, by index: the parts that have receipts, and before the first part what it answers."""
    names = {receipt.index: receipt.remote_id for receipt in delivery.receipts}
    if delivery.post is not None and delivery.post.answers:
        names[-1] = delivery.post.answers[-1].remote_id
    return names


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A post on the account's timeline: `text` as its author wrote it, `warning` where the network keeps one apart.

    The text is comparable: `plain`, or whatever else is made of what was sent (`read_back`) where it is recognised.
    """

    remote_id: str
    url: str
    text: str
    warning: str = ""
    reply_to: str | None = None
    proof: Mapping[str, str] = field(default_factory=dict)


def plain(text: str) -> str:
    """A text without what networks do not keep: its normal form, with one kind of line end and no blanks around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def links_to(link: str, text: str) -> bool:
    """Whether a text has this link, and not merely one that begins like it; what follows a ? or a # leads to the same page."""
    return bool(link) and re.search(rf"{re.escape(link)}(?:(?<=>)|(?!{_FURTHER}))", text) is not None


def same_words(ours: str, theirs: str) -> bool:
    """Whether two texts say the same, whatever stands between their words; those without words are not alike."""
    words = _words(ours)
    return bool(words) and words == _words(theirs)


def recognised(
    delivery: Delivery,
    timeline: Sequence[Standing],
    taken: Collection[str],
    *,
    read_back: Callable[[str], str] = plain,
    alike: Callable[[str, str], bool] = same_words,
    warned: bool = False,
) -> Iterator[Receipt]:
    """
    The parts without a receipt that stand on the timeline, ending at the first that is certainly absent.

    `timeline` begins at `since`, oldest first; `taken` are the posts that other deliveries hold.
    `read_back` makes of what was sent the text of a Standing; `warned` says that the network keeps the warning apart from it.
    A post is ours if it says exactly that, in answer to the part before it; one that is merely like it, being `alike` or
    with the article's link, raises OutcomeUnknown. After a restore the words that were sent may have been others: then any
    post with the article's link is like it, or one with its title without a link or with another campaign's, and any answer to
    the part before.
    """
    if delivery.post is None:
        raise ValueError("a delivery is looked for after it was claimed, not before")
    names = names_of(delivery)
    held = {*taken, *names.values()}
    warning = plain(delivery.post.warning or "") if warned else ""
    texts = [read_back(part.text) for part in delivery.post.parts]
    link, reworded = read_back(delivery.post.url or ""), delivery.sought_since is not None
    linked = any(links_to(link, text) for text in texts)
    title, page = _words(delivery.post.title) if reworded else [], re.split("[?#]", link)[0] if linked else ""
    for index, text in enumerate(texts):
        if index in names:
            continue
        sign = link if links_to(link, text) or (reworded and linked) else ""
        sent = _Sent(text, warning, names.get(index - 1), sign, title, page, alike, reworded=reworded)
        free = [post for post in timeline if post.remote_id not in held]
        found = next((post for post in free if sent.is_this(post)), None)
        if found is None:
            _certainly_absent(sent, free)
            return
        names[index] = found.remote_id
        held.add(found.remote_id)
        yield Receipt(index, found.remote_id, found.url, found.proof)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A part as it would be read back."""

    text: str
    warning: str
    parent: str | None
    link: str
    title: list[str]
    page: str
    alike: Callable[[str, str], bool]
    reworded: bool

    def is_this(self, post: Standing) -> bool:
        return (post.text, plain(post.warning), post.reply_to) == (self.text, self.warning, self.parent)

    def is_like(self, post: Standing) -> bool:
        """Whether nobody but a person can say that this is another post: the article's link, or the same words."""
        return (
            links_to(self.link, post.text)
            or self.alike(self.text, post.text)
            or self._has_title_of(post)
            or (self.reworded and self.parent is not None and post.reply_to == self.parent)
        )

    def _has_title_of(self, post: Standing) -> bool:
        """Whether both say the article's title, and no other page's link."""
        said = all(_within(self.title, _words(text)) for text in (self.text, post.text))
        return said and (not self.page or links_to(self.page, post.text))


def _certainly_absent(sent: _Sent, free: Sequence[Standing]) -> None:
    for post in free:
        if sent.is_like(post):
            raise OutcomeUnknown(f"{post.url} is like what was sent, but not the same")


def _within(few: list[str], many: list[str]) -> bool:
    """Whether these words stand there, one after the other."""
    return bool(few) and any(many[at : at + len(few)] == few for at in range(len(many)))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
