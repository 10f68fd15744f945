"""Telling an account's own posts apart, where looking through them is the only way to find out what was posted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import OutcomeUnknown
from bot.model import Delivery, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

LOOK_BACK = timedelta(days=1)
"""How long before `first_attempt_at` a timeline is looked at: our clock and the network's differ."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A post on the account's timeline: `text` as its author wrote it, `warning` where the network keeps one apart."""

    remote_id: str
    url: str
    text: str
    warning: str = ""
    reply_to: str | None = None
    proof: Mapping[str, str] = field(default_factory=dict)


def plain(text: str) -> str:
    """A text without what networks do not keep: its normal form, with one kind of line end and no blanks around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def recognised(
    delivery: Delivery,
    timeline: Sequence[Standing],
    taken: Collection[str],
    *,
    read_back: Callable[[str], str] = plain,
    warned: bool = False,
) -> Iterator[Receipt]:
    """
    The parts without a receipt that stand on the timeline, ending at the first that is certainly absent.

    `timeline` begins LOOK_BACK before the first attempt, oldest first; `taken` are the posts that other deliveries hold.
    `read_back` makes of a text what is the same for what was sent and for what the network shows of it; `warned` says that
    the network keeps the warning apart from the text. A post is ours if it says exactly that, in answer to the part before
    it; one that is merely like it raises OutcomeUnknown.
    """
    if delivery.post is None:
        raise ValueError("a delivery is looked for after it was claimed, not before")
    names = {receipt.index: receipt.remote_id for receipt in delivery.receipts}
    held = {*taken, *names.values()}
    warning = plain(delivery.post.warning or "") if warned else ""
    link = read_back(delivery.post.url or "")
    for index, part in enumerate(delivery.post.parts):
        if index in names:
            continue
        sent = _Sent(read_back(part.text), warning, names.get(index - 1), link)
        free = [replace(post, text=read_back(post.text)) for post in timeline if post.remote_id not in held]
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

    def is_this(self, post: Standing) -> bool:
        return (post.text, plain(post.warning), post.reply_to) == (self.text, self.warning, self.parent)

    def is_like(self, post: Standing) -> bool:
        """Whether nobody but a person can say that this is another post: the article's link, or the same words."""
        if self.link and self.link in self.text and self.link in post.text:
            return True
        return bool(_words(self.text)) and _words(self.text) == _words(post.text)


def _certainly_absent(sent: _Sent, free: Sequence[Standing]) -> None:
    for post in free:
        if sent.is_like(post):
            raise OutcomeUnknown(f"{post.url} is like what was sent, but not the same")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
