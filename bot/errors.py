"""
Everything that can go wrong and that somebody is told about.

    BotError
    ├── ConfigurationError     a setting, an account or a template name: nothing was done (exit 2)
    ├── ArticleError           one article cannot be read (exit 1)
    ├── ComposeError           one article cannot be made into a post for one account (exit 1)
    ├── LedgerError            the ledger cannot be opened or written (exit 1)
    ├── Refused                the ledger will not do what could post twice (exit 1)
    └── DeliveryError          one attempt to publish
        ├── Unavailable        certainly not posted; try later
        │   └── TooSlow        its pictures took longer than an attempt may
        ├── RateLimited        certainly not posted; the network says when
        ├── Unauthorized       would hit every post of this account
        ├── Rejected           this post, for good
        │   └── MediaRefused   one of its pictures: without them it may be taken
        └── OutcomeUnknown     perhaps posted
            └── Unanswered     and the network itself is in trouble: no whole answer, or one that says so
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


# what moves a terminal's cursor or turns its lines around: C0 but for line ends, C1, marks and overrides of direction
_OBEYED = [
    *range(0x0A),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
_UNPRINTABLE = dict.fromkeys(_OBEYED)


def printable(text: str) -> str:
    """The text with nothing in it that a terminal would obey."""
    return text.translate(_UNPRINTABLE)


def one_line(text: str) -> str:
    """The same on one line."""
    return printable(" ".join(text.split()))


class BotError(Exception):
    """Told to the user in one line: where, what is wrong, and what to do about it."""

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return one_line(f"{text}. {self.hint}" if self.hint else text)


class ConfigurationError(BotError):
    """A setting, an account or the name of a template is wrong."""


class ArticleError(BotError):
    """One article cannot be read."""


class ComposeError(BotError):
    """One article cannot be made into a post for one account."""


class LedgerError(BotError):
    """The ledger cannot be opened, read or written."""


class Refused(BotError):
    """The ledger is sound and will not do this: it could post twice, or undo what stands on a network."""


class DeliveryError(BotError):
    """What came of one attempt to publish; an adapter raises nothing else on purpose."""


class Unavailable(DeliveryError):
    """Certainly not posted: the network could not be reached or said to come back."""


class TooSlow(Unavailable):
    """Certainly not posted: what the post shows took longer than an attempt may; without it there would have been time."""


class RateLimited(DeliveryError):
    """Certainly not posted: the network says when it takes posts again."""

    def __init__(self, what: str, *, retry_at: datetime, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.retry_at = retry_at


class Unauthorized(DeliveryError):
    """Certainly not posted, and no post of this account would be: a token, a scope, a suspension."""


class Rejected(DeliveryError):
    """Certainly not posted, and this post never will be."""


class MediaRefused(Rejected):
    """Certainly not posted: the network does not take one of its pictures or films; without them it may be taken."""


class OutcomeUnknown(DeliveryError):
    """Perhaps posted."""


class Unanswered(OutcomeUnknown):
    """Perhaps posted, and the network itself is in trouble, which the next post would meet too."""


def in_words(error: Exception) -> str:
    """Any error in one line; a surprise by its kind as well, since its text was not written for people."""
    text = str(error) if isinstance(error, BotError) else f"{type(error).__name__}: {error}"
    return one_line(text)[:300]
