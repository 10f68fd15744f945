"""A strict Mastodon of our own, and one that differs from Mastodon as its kin do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from servers.mastodon.server import Login, Mastodon, strict
from servers.mastodon.text import as_gotosocial_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEYLESS", "Login", "Mastodon", "strict"]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    """A number as GoToSocial's ids are: in the same order, but not a number to anybody else."""
    return "".join(CROCKFORD[number << 64 >> shift & 31] for shift in range(125, -1, -5))


KEYLESS: dict[str, Any] = {
    "domain": "keyless.example",
    "version": "0.20.2 git-5a2a8e0",
    "source_url": "https://codeberg.org/superseriousbusiness/gotosocial",
    "max_characters": 5000,
    "max_media_attachments": 6,
    "characters_reserved_per_url": 25,
    "length": as_gotosocial_counts,
    "id_of": ulid,
    "address": "https://{domain}/@{name}/statuses/{id}",
    "visibility": "unlisted",
    "refusal": (400, "Bad Request"),
    "honours_keys": False,
    "warned_is_sensitive": False,
}
"""GoToSocial, as far as a publishing bot can tell."""


@pytest.fixture(scope="session")
def mastodon_strict() -> Iterator[Mastodon]:
    """The server that the whole run shares: each test makes an account of its own on it."""
    with strict() as server:
        yield server


@pytest.fixture(scope="session")
def mastodon_keyless() -> Iterator[Mastodon]:
    """The same for one that ignores idempotency keys, answers 400 for 422 and counts links in full."""
    with strict(**KEYLESS) as server:
        yield server
