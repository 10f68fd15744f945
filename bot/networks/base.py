"""What a network's module gives the rest of the bot: its facts, its account's settings, and an adapter."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from pydantic import ConfigDict, Field, SecretStr

from bot.model import (
    Account,
    Corrections,
    Delivery,
    Identity,
    Links,
    Network,
    Pictures,
    Post,
    Prices,
    Receipt,
    WithoutAlt,
)
from bot.networks.fields import Campaign, Price
from bot.networks.timetable import Timetable
from bot.text.addresses import filled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path


class Quota(NamedTuple):
    """So many of `limit` of a kind are left until a moment by our clock, which may not be known."""

    kind: str
    left: int
    limit: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a network said last: how much of each quota is left, and when the tokens end that are kept."""

    quotas: tuple[Quota, ...] = ()
    tokens: Mapping[str, datetime] = field(default_factory=dict)


class Adapter(Protocol):
    """One account on one network."""

    @property
    def network(self) -> Network:
        """The network's facts, as this account's server last told them: plain data, no I/O."""

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """
        Publish the parts that have no receipt yet, yielding each as the network confirms it.

        Makes one attempt within a total deadline and waits for nothing but its own uploads. `delivery.key` and
        `delivery.first_attempt_at` are the same on every attempt that follows an uncertain one.

        Raises a DeliveryError; any other exception is settled as OutcomeUnknown.
        """

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """
        Yield the parts without a receipt that an earlier attempt published, ending at the first that is certainly absent.

        `taken` are the remote ids that other deliveries hold. Raises OutcomeUnknown when the network cannot tell, and
        Unavailable, RateLimited or Unauthorized when it cannot be asked now: then it is asked again, however long that lasts.
        """

    def retract(self, receipt: Receipt) -> None:
        """
        Take a part down; one that does not stand any more is no trouble, so that this may be repeated.

        Raises a DeliveryError: Rejected where it cannot be taken down for good, any other where it may be tried again.
        """

    def revise(self, post: Post, receipt: Receipt) -> None:
        """
        Have the part that this receipt names say what `post.parts[receipt.index]` says, where `network.edits`.

        An attachment without bytes is one that it shows already, and goes on showing.

        May be repeated. Raises a DeliveryError: Rejected where it stays as it is for good, any other where it may be tried again.
        """

    def check(self) -> Identity:
        """
        Who we are there, whether we may post, and what is left of the quota; reads only. Raises a DeliveryError.

        What the server allows is kept, and is from then on what `network` says.
        """


class AccountSettings(Timetable):
    """
    What the environment says of one account; each network's module adds its own fields, credentials as SecretStr.

    The entry point of a network names its subclass.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    facts: ClassVar[Network]

    network: str = ""
    hashtags: int | None = Field(default=None, ge=0, description="how many hashtags a post may carry; empty: all")
    template: str | None = Field(default=None, description="the template to use instead of the network's own")
    lang: str | None = Field(default=None, description="the language of articles that name none, such as en")
    warning: str | None = Field(default=None, description="what readers are warned of where an article does not say it")
    links: Links = Field(
        default=Links.ALWAYS, description="where links may stand: always, never, or first-part (of a thread)"
    )
    campaign: Campaign = Field(
        default="",
        description="what the article's own link gets, such as utm_source={network}&utm_campaign={account}",
    )
    pictures: Pictures = Field(
        default=Pictures.ARTICLE,
        description="article: its own pictures; page: where it has none, its page's; or none",
    )
    without_alt: WithoutAlt = Field(
        default=WithoutAlt.POST,
        description="pictures that nothing describes: post, leave-out (the post goes without), or refuse (the post waits)",
    )
    corrections: Corrections = Field(
        default=Corrections.LEAVE,
        description="when an article changes after it was posted: leave, edit (in place), reply, or repost (and take down)",
    )
    price: Price = Field(default=Decimal(0), description="what the network bills for a post, or a part of a thread")
    price_with_link: Price | None = Field(
        default=None, description="what it bills for one with a link; empty: the same as PRICE"
    )
    timeout: float = Field(
        default=60.0, gt=0, allow_inf_nan=False, description="seconds that one attempt may take in all"
    )

    def account(self, name: str, home: Path) -> Account:
        """The account of this name as the rest of the bot knows it."""
        return Account(
            name=name,
            network=self.network_at(name, home),
            hashtags=self.hashtags,
            template=self.template,
            lang=self.lang,
            warning=self.warning,
            links=self.links,
            campaign=filled(self.campaign, network=self.network, account=name),
            prices=Prices(self.price, self.price if self.price_with_link is None else self.price_with_link),
            pictures=self.pictures,
            without_alt=self.without_alt,
            corrections=self.corrections,
        )

    def network_at(self, name: str, home: Path) -> Network:  # noqa: ARG002 - what the server told is kept there
        """The network's facts for the account of this name, as its server last told them; asks no server."""
        return replace(self.facts, deadline=self.timeout)

    def post_at(self, url: str, login: str | None = None) -> str:  # noqa: ARG002 - what it says of an address differs
        """
        The network's own name for the post of this account that a person sees at this address.

        `login` is who the account is there, as far as that is known. Raises ValueError where the address can be none.
        """
        return url

    def fingerprint(self, key: bytes) -> str:
        """A word that changes when the network's own settings do, and tells nothing of them to who lacks the key."""
        own = {
            name: getattr(self, name) for name in type(self).model_fields if name not in AccountSettings.model_fields
        }
        plain = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in own.items()
        }
        return hashlib.blake2b(json.dumps(plain, sort_keys=True).encode(), key=key, digest_size=16).hexdigest()

    def told(self, name: str, home: Path, now: datetime) -> Told:  # noqa: ARG002 - not every network's answers are kept
        """What the network last said of this account's quotas and tokens, as far as that is kept; asks nobody."""
        return Told()

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this account; imports the network's SDK, does no I/O. `home` is the bot's home folder."""
        raise NotImplementedError

    def whereabouts(self, home: Path) -> dict[str, str]:
        """Where a person looks at what this account published: a word for each place, and its address."""
        raise NotImplementedError
