"""Bluesky: what it allows, and what an account on it needs; the rest is imported when somebody publishes there."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bot.model import Limit, Network
from bot.networks.base import AccountSettings, Adapter
from bot.text import bluesky

if TYPE_CHECKING:
    from pathlib import Path

BLUESKY = Network(
    name="bluesky",
    limits=(
        Limit("graphemes", bluesky.MAXIMUM, bluesky.graphemes),
        Limit("bytes", bluesky.MAXIMUM_BYTES, bluesky.size),
    ),
    spans=bluesky.facets,
    repeatable=True,  # every part has a record key that we mint before the call
    threads=True,
)


class BlueskyAccount(AccountSettings):
    """An account on Bluesky, or on any server that speaks its protocol."""

    facts: ClassVar[Network] = BLUESKY

    handle: str = Field(description="the account's full handle, such as news.example.org")
    app_password: SecretStr = Field(description="from Settings, Privacy and security, App passwords")
    base_url: str = Field(default="https://bsky.social", description="the account's server")

    @field_validator("handle")
    @classmethod
    def _a_full_handle(cls, handle: str) -> str:
        handle = handle.strip().removeprefix("@").lower()
        if "." not in handle.strip("."):
            raise ValueError(f"a handle has a dot in it, such as {handle or 'news'}.bsky.social")
        return handle

    @field_validator("app_password")
    @classmethod
    def _not_empty(cls, password: SecretStr) -> SecretStr:
        if not password.get_secret_value().strip():
            raise ValueError("is empty; make an app password in Bluesky's settings, under Privacy and security")
        return password

    @field_validator("base_url")
    @classmethod
    def _a_server(cls, address: str) -> str:
        url = urlsplit(address.strip())
        if url.scheme not in {"http", "https"} or not url.hostname or url.port == 0:
            raise ValueError("a server's address starts with https://, such as https://bsky.social")
        if url.path.strip("/") or url.query or url.fragment or url.username:
            raise ValueError(f"a server's address ends with its name: {url.scheme}://{url.hostname}")
        if url.scheme == "http" and not _loopback(url.hostname):
            raise ValueError("http:// would send the password in the open; only https:// may leave this machine")
        return f"{url.scheme}://{url.netloc}"

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this account; imports the SDK, does no I/O."""
        from bot.networks.bluesky.adapter import BlueskyAdapter

        return BlueskyAdapter(self, name, home)

    def whereabouts(self, home: Path) -> dict[str, str]:  # noqa: ARG002 - everything stands on the network
        """Where a person looks at what this account published."""
        return {"profile": f"https://bsky.app/profile/{self.handle}"}


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
