"""The nouns that every room shares: frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

VISIBILITIES = ("public", "unlisted", "private")
"""Who sees a post: everybody; everybody who has its address or follows the account; its followers alone."""


class Priority(StrEnum):
    """How pressing an article is: at once, in its turn, or where nothing else waits."""

    BREAKING = "breaking"
    NORMAL = "normal"
    EVERGREEN = "evergreen"


@dataclass(frozen=True, slots=True)
class Related:
    """Another article that the page pointed to; `cut` says that the site cut its teaser short."""

    headline: str
    teaser: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a film that an article has: its path or address, and what it shows, for those who do not see it."""

    source: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """
    What the newsroom wrote.

    `identities` are all the names by which this article is recognised again, strongest first; see bot.intake.identity.
    `accounts` are the ones that it asks for, none meaning all. `text` holds its own words for an account or a network.
    `section` is what it is about, as it says itself or as the folder says where it lay.
    """

    identities: tuple[str, ...]
    headline: str
    url: str | None = None
    summary: str = ""
    body: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    byline: str | None = None
    lang: str | None = None
    warning: str | None = None
    visibility: str | None = None
    related: tuple[Related, ...] = ()
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    priority: Priority = Priority.NORMAL
    section: str | None = None
    media: tuple[Media, ...] = ()
    accounts: tuple[str, ...] = ()
    template: str | None = None
    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """A link or a hashtag in a text, as a slice of its UTF-8 bytes, end exclusive."""

    start: int
    end: int
    link: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `maximum` of `unit` in one part, as `measure(text, warning)` counts them."""

    unit: str
    maximum: int
    measure: Callable[[str, str], int]

    @classmethod
    def of_text(cls, unit: str, maximum: int, measure: Callable[[str], int]) -> Limit:
        """A limit against which the text counts, and a warning only where the text itself says it."""
        return cls(unit, maximum, lambda text, _: measure(text))


@dataclass(frozen=True, slots=True)
class MediaRules:
    """
    What a network takes beside a text.

    At most `most` pictures a part, of which `moving` ones (films, pictures that move) stand alone. `formats` are the MIME types
    that it takes, each with the most bytes of one. `pixels` is the largest width × height, `side` the longest side, None where
    there is no such limit. `alt` is how many characters may say what one shows.
    """

    most: int
    formats: Mapping[str, int]
    alt: int
    pixels: int | None = None
    side: int | None = None
    moving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Network:
    """
    The facts of one network; reading them does no I/O.

    `media` is what it takes beside a text, None where that is nothing; `thumbnail` what the picture of a card may be, None
    where the network makes its cards itself, or has none. `edits` says that a post can be changed where it stands. `spans` finds the links and tags that this network would show as such. `repeatable` says that sending the same bytes
    under the same key again is harmless, so that a repeat answers whether the first attempt arrived. `deadline` is the
    longest that one attempt may take, in seconds. `visibilities` are the VISIBILITIES that it knows; with none, everybody
    sees every post.
    """

    name: str
    limits: tuple[Limit, ...]
    spans: Callable[[str], Sequence[Span]]
    repeatable: bool = False
    threads: bool = False
    visibilities: tuple[str, ...] = ()
    media: MediaRules | None = None
    thumbnail: MediaRules | None = None
    edits: bool = False
    deadline: float = 60.0


class Links(StrEnum):
    """Which parts of an account's posts may hold links."""

    ALWAYS = "always"
    NEVER = "never"
    FIRST_PART = "first-part"


class Pictures(StrEnum):
    """Which pictures an account's posts have: the article's own, else its page's, or none."""

    ARTICLE = "article"
    PAGE = "page"
    NONE = "none"


class WithoutAlt(StrEnum):
    """What becomes of a picture of which nothing says what it shows."""

    POST = "post"
    LEAVE_OUT = "leave-out"
    REFUSE = "refuse"


class Embed(StrEnum):
    """What a part shows that could have pictures or a card, where a network has room for one of them."""

    PICTURES = "pictures"
    CARD = "card"


class Corrections(StrEnum):
    """What becomes of a post when its article is changed: it is left, edited in place, answered, or taken down and made anew."""

    LEAVE = "leave"
    EDIT = "edit"
    REPLY = "reply"
    REPOST = "repost"


@dataclass(frozen=True, slots=True)
class Prices:
    """What a network bills for each part of a post, by whether it shows a link in it; the currency is the operator's."""

    part: Decimal = Decimal(0)
    with_link: Decimal = Decimal(0)

    @property
    def dearest(self) -> Decimal:
        """What a part may cost at most; 0 where nothing costs anything."""
        return max(self.part, self.with_link)

    def of(self, post: Post) -> Decimal:
        """What a post costs, all its parts together."""
        return sum((self.with_link if part.has_link else self.part for part in post.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Account:
    """
    One login on one network, named by the operator.

    `hashtags` is how many a post may carry, None meaning all. `lang`, `warning` and `visibility` are for articles that have
    none of their own. `campaign` is the part of a query that the article's own address gets: `name=value` with & between.
    """

    name: str
    network: Network
    hashtags: int | None = None
    template: str | None = None
    lang: str | None = None
    warning: str | None = None
    visibility: str | None = None
    links: Links = Links.ALWAYS
    campaign: str = ""
    prices: Prices = Prices()
    pictures: Pictures = Pictures.ARTICLE
    without_alt: WithoutAlt = WithoutAlt.POST
    embed: Embed = Embed.PICTURES
    corrections: Corrections = Corrections.LEAVE


@dataclass(frozen=True, slots=True)
class Attachment:
    """
    A picture or a film, as one network takes it.

    `source` is what the article calls it, `digest` the SHA-256 of its bytes in hex, empty until they were looked at; `size` counts
    the bytes, `width` and `height` are pixels, 0 where nobody knows. The bytes themselves, `content`, are kept apart from the post:
    they are there when it is published, and not whenever it is read.
    """

    source: str
    alt: str = ""
    digest: str = ""
    mime: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    content: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """What a link leads to, shown below a text."""

    url: str
    title: str
    description: str = ""
    thumbnail: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a post: its exact text, where its links and hashtags stand, and what is shown with it."""

    text: str
    spans: tuple[Span, ...] = ()
    media: tuple[Attachment, ...] = ()
    card: Card | None = None

    @property
    def has_link(self) -> bool:
        """Whether the network shows a link in it."""
        return any(span.link for span in self.spans)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All whose bytes it needs: its media, and the picture of its card."""
        thumbnail = self.card.thumbnail if self.card else None
        return (*self.media, thumbnail) if thumbnail else self.media


@dataclass(frozen=True, slots=True)
class Receipt:
    """The network's own name for a part that it published; `proof` is what a reply to it needs."""

    index: int
    remote_id: str
    url: str
    proof: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """
    The exact content for one account; more than one part is a thread.

    `answers` are the receipts of an earlier post that its first part answers, first to last. `left_out` says in words for people which
    pictures and cards are not as the article has them, and why. `title` is the article's own, `url` its address as the account links to it, if it does. `visibility` is None where the network knows none. `dropped` says in words for
    people what was given up to make it fit.
    """

    parts: tuple[Part, ...]
    title: str = ""
    url: str | None = None
    lang: str | None = None
    warning: str | None = None
    visibility: str | None = None
    dropped: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    answers: tuple[Receipt, ...] = ()


class State(StrEnum):
    """Where a delivery stands; docs/states.md draws the ways between."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    DISCARDED = "discarded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Nothing further happens by itself."""
        return self not in {State.SCHEDULED, State.SENDING, State.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One article on its way to one account: the unit of scheduling, retrying and accounting.

    `key` is minted with the delivery and never changes: part i goes out under `key/i`. `claim` is the number of the
    attempt that holds it, `frozen_by` that of the one that froze the post. `post` and `first_attempt_at` are set while an attempt may have reached the network: then every
    attempt sends the same. `due_at` is None while only the operator can move it on. What the account published from
    `sought_since` to `sought_until` may be this, and the ledger would not know: it was put back from a backup.
    `doubted` says that its last claim took it out of `unknown`. The parts of `retracted` were taken down. One that
    `corrects` another answers it as far as that stands, or takes its place.
    """

    id: int
    article: int
    headline: str
    account: str
    network: str
    key: str
    state: State
    due_at: datetime | None
    attempts: int = 0
    claim: int = 0
    frozen_by: int | None = None
    doubted: bool = False
    first_attempt_at: datetime | None = None
    post: Post | None = None
    receipts: tuple[Receipt, ...] = ()
    error: str | None = None
    sought_since: datetime | None = None
    sought_until: datetime | None = None
    retracted: frozenset[int] = frozenset()
    corrects: int | None = None

    @property
    def standing(self) -> tuple[Receipt, ...]:
        """The receipts of those parts that were not taken down."""
        return tuple(receipt for receipt in self.receipts if receipt.index not in self.retracted)

    @property
    def taken_down(self) -> bool:
        """Whether it was published, and nothing of it stands any more."""
        return bool(self.receipts) and not self.standing

    @property
    def first_time(self) -> bool:
        """Whether the attempt that holds it is the first that may reach the network."""
        return self.frozen_by == self.claim and not self.receipts

    def with_receipt(self, receipt: Receipt) -> Delivery:
        """This delivery with one more part confirmed."""
        return replace(self, receipts=(*self.receipts, receipt))


@dataclass(frozen=True, slots=True)
class Identity:
    """
    Who an account is on its network: `login` never changes, `name` is for people.

    `facts` is what the server told of it, a few words each: whether it may post, what is left of a quota and until when.
    """

    login: str
    name: str
    url: str
    facts: tuple[str, ...] = ()
