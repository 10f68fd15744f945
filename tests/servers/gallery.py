"""What each network shows beside its posts, asked past the bot: every picture with its alt text and its bytes, and every card."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

from servers import mastodon_mock, pds
from servers.mastodon import server as mastodon
from servers.x import accounts as x


class Picture(NamedTuple):
    """A picture that stands, as its network hands it out."""

    alt: str
    content: bytes


class Shown(NamedTuple):
    """What one post shows; a card is its address, title and description, and its thumbnail a picture."""

    pictures: tuple[Picture, ...] = ()
    card: tuple[str, str, str] | None = None
    thumbnail: bytes | None = None


@singledispatch
def gallery(login: Any) -> list[Shown]:
    """What each post of an account shows, oldest first."""
    raise TypeError(f"nobody knows what {login} shows")


@gallery.register
def _(login: pds.Login) -> list[Shown]:
    return [_record(login, post["value"].get("embed") or {}) for post in login.posts()]


@gallery.register
def _(login: x.Login) -> list[Shown]:
    return [
        Shown(tuple(Picture(each.alt, each.content) for each in login.media_of(post["id"]))) for post in login.posts()
    ]


@gallery.register
def _(login: mastodon.Login) -> list[Shown]:
    return [_status(login.shown(post["id"]), login.media_of(post["id"])) for post in login.posts()]


@gallery.register
def _(login: mastodon_mock.Login) -> list[Shown]:
    return [_status(post, login.media_of(post)) for post in login.posts()]


def _record(login: pds.Login, embed: Any) -> Shown:
    images, card = embed.get("images", []), embed.get("external")
    pictures = tuple(Picture(image["alt"], login.blob(image["image"]["ref"]["$link"])) for image in images)
    if card is None:
        return Shown(pictures)
    thumbnail = login.blob(card["thumb"]["ref"]["$link"]) if "thumb" in card else None
    return Shown(pictures, (card["uri"], card["title"], card["description"]), thumbnail)


def _status(status: Any, contents: list[bytes]) -> Shown:
    alts = [each["description"] or "" for each in status["media_attachments"]]
    return Shown(tuple(map(Picture, alts, contents)))
