"""What a server tells of itself, and of the account that asks: no more of it than can be believed, and shown to people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.networks.mastodon.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*(?::[0-9]+)?")
_ID = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Instance:
    """A server: what it calls itself, and what it takes."""

    domain: str
    limits: Limits

    @classmethod
    def of(cls, told: Any) -> Instance | None:
        """What /api/v2/instance tells, or its forerunner; None where that is something else, which tells no name."""
        if not isinstance(told, dict):
            return None
        domain = domain_of(told.get("domain")) or domain_of(told.get("uri"))
        return cls(domain, Limits.stated(told)) if domain else None


@dataclass(frozen=True, slots=True)
class Profile:
    """The account that asks; `posts` is how many it has made, as far as its server counts them."""

    id: str
    username: str
    url: str | None
    posts: int | None
    suspended: bool
    facts: tuple[str, ...]

    @classmethod
    def of(cls, told: Any) -> Profile | None:
        """What /api/v1/accounts/verify_credentials tells; None where that is something else."""
        if not isinstance(told, dict):
            return None
        number, username, posts = id_of(told.get("id")), _shown(told.get("username")), told.get("statuses_count")
        if number is None or username is None:
            return None
        return cls(
            id=number,
            username=username,
            url=web_address(told.get("url")),
            posts=posts if type(posts) is int else None,
            suspended=told.get("suspended") is True,
            facts=tuple(_standing(told)),
        )


def domain_of(named: Any) -> str | None:
    """The name of a server, bare as since 4.0, or with https:// before it as some have it; None where it is none."""
    if not isinstance(named, str):
        return None
    domain = re.sub(r"\Ahttps?://", "", named.strip().lower()).rstrip("/")
    return domain if _DOMAIN.fullmatch(domain) else None


def id_of(told: Any) -> str | None:
    """The name of an account or a post, if any server of this API would give one like it."""
    return told if isinstance(told, str) and _ID.fullmatch(told) else None


def web_address(told: Any) -> str | None:
    """The address, if it is one that a person can follow."""
    return told if isinstance(told, str) and re.match("https?://", told) and told.isprintable() else None


def _standing(told: Mapping[str, Any]) -> Iterator[str]:
    """What the server says of the account that its owner should know."""
    if told.get("limited") is True:
        yield "is limited: only followers see its posts"
    moved = told.get("moved")
    if isinstance(moved, dict) and (other := _shown(moved.get("acct"))):
        yield f"has moved to @{other}"


def _shown(told: Any) -> str | None:
    """The name, if people can be shown it: with neither half a character nor what a terminal would obey."""
    return told if isinstance(told, str) and told.isprintable() and told else None
