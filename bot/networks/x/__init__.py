"""X: what it allows, and what an account on it needs; the rest is imported when somebody publishes there."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bot.model import Limit, MediaRules, Network
from bot.networks.base import AccountSettings, Adapter, Quota, Told
from bot.networks.fields import Price, ServerAddress, Token
from bot.networks.shelf import Shelf
from bot.text import x

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

HOSTS = ("https://api.twitter.com", "https://api.x.com")

_WEIGHT = Limit.of_text("weighted characters", x.MAXIMUM, x.weighted_length)
_BYTES = Limit.of_text("bytes", 5_708, lambda text: len(text.encode()))
_COUNTS = (
    Limit.of_text("links", 10, lambda text: len(x.urls(text))),
    Limit.of_text("hashtags", 50, lambda text: len(x.hashtags(text))),
    Limit.of_text("cashtags", 1, lambda text: len(x.cashtags(text))),
)

_MEDIA = MediaRules(
    most=4,
    formats={
        **dict.fromkeys(("image/jpeg", "image/png", "image/webp"), 5_000_000),
        "image/gif": 15_000_000,
        "video/mp4": 40_000_000,  # X takes far larger ones; these are held in memory and kept with the post
    },
    alt=1_000,
    moving=frozenset({"image/gif", "video/mp4"}),
)

X = Network(name="x", limits=(_WEIGHT, *_COUNTS, _BYTES), spans=x.spans, threads=True, media=_MEDIA)

_POST = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:\w+|i/web)/status/([0-9]{1,19})(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)


class XAccount(AccountSettings):
    """An account on X, and the app in whose name it posts."""

    facts: ClassVar[Network] = X

    hashtags: int | None = Field(default=2, ge=0, description="how many hashtags a post may carry; readers like few")
    price: Price = Field(
        default=Decimal("0.015"), description="what X bills for a post, or a part of a thread, in US dollars"
    )
    price_with_link: Price | None = Field(default=Decimal("0.200"), description="what X bills for one with a link")
    consumer_key: Token = Field(description="the app's API key, from X's developer console")
    consumer_secret: Token = Field(description="the app's API key secret, from X's developer console")
    access_token: Token = Field(description="the app's access token for this account, with the right to read and write")
    access_token_secret: Token = Field(description="the secret that X's developer console shows with the access token")
    base_url: ServerAddress = Field(
        default=HOSTS[0], description=f"where X's API is: {HOSTS[0]} or {HOSTS[1]}, or a proxy before the former"
    )
    max_length: int = Field(
        default=x.MAXIMUM, ge=1, le=25_000, description="what a post may weigh; longer for Premium accounts"
    )

    def network_at(self, name: str, home: Path) -> Network:
        """X's facts, with the length that this account may use."""
        longest = () if self.max_length > x.MAXIMUM else (_BYTES,)
        weight = replace(_WEIGHT, maximum=self.max_length)
        return replace(super().network_at(name, home), limits=(weight, *_COUNTS, *longest))

    def post_at(self, url: str, login: str | None = None) -> str:  # noqa: ARG002 - the address names it otherwise
        """The number of the post that a person sees at this address."""
        post = _POST.fullmatch(url.strip())
        if post is None:
            raise ValueError("is not the address of a post on X, such as https://x.com/news/status/1861043210987654321")
        return post[1]

    def told(self, name: str, home: Path, now: datetime) -> Told:
        """How many posts X said last are left, under these keys."""
        from bot.networks.x import quota

        kept = quota.kept(self.shelf(name, home).read(), now)
        return Told(tuple(Quota(each.what, each.left, each.limit, each.until) for each in kept))

    def shelf(self, name: str, home: Path) -> Shelf:
        """Where that is kept: what is left under these keys says nothing of others."""
        return Shelf(home, name, f"{self.base_url} {self.fingerprint(b'quota')}")

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this account; imports the SDK, does no I/O."""
        from bot.networks.x.adapter import XAdapter

        return XAdapter(self, name, home)

    def whereabouts(self, home: Path) -> dict[str, str]:  # noqa: ARG002 - everything stands on the network
        """The account's page, which its access token names."""
        user, dash, _ = self.access_token.get_secret_value().partition("-")
        return {"profile": f"https://x.com/i/user/{user}"} if dash and user.isdecimal() else {}
