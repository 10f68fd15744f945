"""Bluesky: what it allows, and what an account on it needs; the rest is imported when somebody publishes there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from bot.model import Account, Embed, Limit, MediaRules, Network
from bot.networks.base import AccountSettings, Adapter, Told
from bot.networks.bluesky.tokens import ends
from bot.networks.fields import Password, ServerAddress
from bot.text import bluesky

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

# Servers from April 2026 on take pictures of 2,000,000 bytes. Which they are nobody tells, and half as much is what all of
# them have always taken; only then does the record that shows them stand wherever it is read. So with films, of which
# today's servers take 300,000,000 bytes, those before 100,000,000 and the first 50,000,000.
_PICTURES = {"image/jpeg": 1_000_000, "image/png": 1_000_000, "image/webp": 1_000_000}
_FILMS = {"video/mp4": 50_000_000}
_ALT = 2_000  # the records have no limit; this is what Bluesky's own app lets people write

BLUESKY = Network(
    name="bluesky",
    limits=(
        Limit.of_text("graphemes", bluesky.MAXIMUM, bluesky.graphemes),
        Limit.of_text("bytes", bluesky.MAXIMUM_BYTES, bluesky.size),
    ),
    spans=bluesky.facets,
    repeatable=True,  # every part has a record key that we mint before the call
    threads=True,
    media=MediaRules(4, _PICTURES | _FILMS, _ALT, moving=frozenset(_FILMS)),
    thumbnail=MediaRules(1, _PICTURES, _ALT),
)

_POST = re.compile(r"https?://[^/]+/profile/([\w.:-]+)/post/([\w.~:-]+)/?(?:[?#].*)?", re.ASCII)  # on any of its sites


class BlueskyAccount(AccountSettings):
    """An account on Bluesky, or on any server that speaks its protocol."""

    facts: ClassVar[Network] = BLUESKY

    handle: str = Field(description="the account's full handle, such as news.example.org")
    app_password: Password = Field(description="from Settings, Privacy and security, App passwords")
    base_url: ServerAddress = Field(default="https://bsky.social", description="the account's server")
    embed: Embed = Field(
        default=Embed.PICTURES,
        description="a part with pictures and a link shows pictures, or a card with the first of them",
    )

    @field_validator("handle")
    @classmethod
    def _a_full_handle(cls, handle: str) -> str:
        handle = handle.strip().removeprefix("@").lower()
        if "." not in handle.strip("."):
            raise ValueError(f"a handle has a dot in it, such as {handle or 'news'}.bsky.social")
        return handle

    def account(self, name: str, home: Path) -> Account:
        """The account of this name, with what its posts show."""
        return replace(super().account(name, home), embed=self.embed)

    def post_at(self, url: str, login: str | None = None) -> str:
        """The record at this address, which names the account by its handle or for good."""
        found = _POST.fullmatch(url.strip())
        if found is None or found[1].lower() not in {self.handle, login}:
            raise ValueError(f"a post's address is like https://bsky.app/profile/{self.handle}/post/3lbk2cxyz5s2a")
        return f"at://{login or found[1]}/app.bsky.feed.post/{found[2]}"

    def told(self, name: str, home: Path, now: datetime) -> Told:  # noqa: ARG002 - a token that has ended says so too
        """When the session's tokens end; the bot renews the one that posts, and signs in anew when the other has ended."""
        return Told(tokens=ends(home / "var" / "sessions" / name))

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this account; imports the SDK, does no I/O."""
        from bot.networks.bluesky.adapter import BlueskyAdapter

        return BlueskyAdapter(self, name, home)

    def whereabouts(self, home: Path) -> dict[str, str]:  # noqa: ARG002 - everything stands on the network
        """Where a person looks at what this account published."""
        return {"profile": f"https://bsky.app/profile/{self.handle}"}
