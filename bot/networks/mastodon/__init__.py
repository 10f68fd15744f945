"""Mastodon and its kin: what a server allows, and what an account on one needs; the rest is imported when somebody publishes there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field

from bot.model import VISIBILITIES, Account, Network
from bot.networks.base import AccountSettings, Adapter
from bot.networks.fields import ServerAddress, Token
from bot.networks.mastodon.limits import Limits
from bot.networks.mastodon.profiles import domain_of
from bot.networks.shelf import Shelf
from bot.text import mastodon

if TYPE_CHECKING:
    from pathlib import Path

    from bot.networks.mastodon.profiles import Instance

MASTODON = Network(
    name="mastodon",
    limits=(Limits().limit,),
    spans=mastodon.spans,
    threads=True,
    visibilities=VISIBILITIES,
    media=Limits().media.rules,
    edits=True,
)

# Mastodon and GoToSocial, Pleroma and Akkoma, snac. Of a name with a server behind it, /@name@server/1, another server shows
# its copy, under a number of its own.
_POST = re.compile(
    r"(?:(?:/web|/deck)?/(?:@|users/)[\w.-]+(?:/statuses)?|/notice|/objects|/[\w-]+/p)/(?=[^/]*[0-9])([0-9A-Za-z.-]+)/?"
)


class MastodonAccount(AccountSettings):
    """An account on Mastodon, or on any server that speaks its API."""

    facts: ClassVar[Network] = MASTODON

    base_url: ServerAddress = Field(description="the account's server, such as https://mastodon.example")
    access_token: Token = Field(
        description="from Preferences, Development; scopes read, write:statuses and write:media"
    )
    visibility: Literal["public", "unlisted", "private"] = Field(
        default="public", description="who sees the posts of articles that do not say it: public, unlisted or private"
    )

    def account(self, name: str, home: Path) -> Account:
        """The account of this name, with who sees its posts."""
        return replace(super().account(name, home), visibility=self.visibility)

    def network_at(self, name: str, home: Path) -> Network:
        """Mastodon's facts with the limits that this account's server last stated."""
        limits = self.limits_at(name, home)
        return replace(super().network_at(name, home), limits=(limits.limit,), media=limits.media.rules)

    def limits_at(self, name: str, home: Path) -> Limits:
        """What this account's server last stated."""
        return Limits.kept(self._shelf(name, home).read().get("limits"))

    def domain_at(self, name: str, home: Path) -> str | None:
        """What this account's server last called itself."""
        return domain_of(self._shelf(name, home).read().get("domain"))

    def keep(self, name: str, home: Path, instance: Instance) -> None:
        """Keep what the server told of itself: from now on `network_at` says it."""
        self._shelf(name, home).keep({"limits": instance.limits.to_keep(), "domain": instance.domain})

    def post_at(self, url: str, login: str | None = None) -> str:
        """The id in the address of a post, as the account's own server shows it under either of its names."""
        like = f"a post's address on its own server is like {self.base_url}/@name/123456789012345678"
        try:
            address = urlsplit(url.strip())
        except ValueError:
            raise ValueError(like) from None
        server, (_, _, domain) = urlsplit(self.base_url).netloc, (login or "").rpartition("@")
        if address.netloc.lower() not in {server.lower(), domain.lower()} - {""}:
            raise ValueError(f"{address.netloc or 'that'} is not the account's server; {like}")
        found = _POST.fullmatch(address.path)
        if found is None:
            raise ValueError(like)
        return found[1]

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this account; imports the SDK, does no I/O."""
        from bot.networks.mastodon.adapter import MastodonAdapter

        return MastodonAdapter(self, name, home)

    def whereabouts(self, home: Path) -> dict[str, str]:  # noqa: ARG002 - everything stands on the network
        """Where a person looks at what this account published."""
        return {"server": self.base_url}

    def _shelf(self, name: str, home: Path) -> Shelf:
        return Shelf(home, name, self.base_url)
