"""An account's timeline as X shows it, made comparable with what was sent: it shortens links and escapes & < >."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from bot.networks.timeline import Standing, plain
from bot.text import x

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

FIELDS = ("entities", "note_tweet", "referenced_tweets")
"""What has to be asked for beside a post's number and its text."""

_SHORT = re.compile(r"https?://t\.co/", re.IGNORECASE)
_ADDRESS = re.compile(r"\A(?:https?://)?([^/?#]*)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)


class Timeline(NamedTuple):
    """An account's own posts, oldest first, and what the short links in them stand for."""

    posts: list[Standing]
    links: Mapping[str, str]

    def read_back(self, text: str) -> str:
        """A text with its links in one form, the same for what was sent and for what is shown of it."""
        text = plain(text)
        pieces, position = [], 0
        for start, end in x.urls(text):
            url = text[start:end]
            pieces += [text[position:start], _form(self.links.get(url, url))]
            position = end
        return plain("".join([*pieces, text[position:]]))


def read(shown: Iterable[Mapping[str, Any]]) -> Timeline:
    """The timeline that these posts make; ValueError where one cannot be read."""
    posts: list[Standing] = []
    links: dict[str, str] = {}
    for post in sorted(shown, key=lambda post: int(post["id"])):
        try:
            if _related(post, "retweeted"):  # somebody else's words, and cut short
                continue
            text, own, parent = _text(post), dict(_links(post)), _related(post, "replied_to")
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"X does not show {address(post['id'])} as it shows posts") from error
        if not _all_explained(text, own):
            raise ValueError(f"X does not say where a link in {address(post['id'])} leads")
        posts.append(Standing(post["id"], address(post["id"]), text, reply_to=parent))
        links |= own
    return Timeline(posts, links)


def address(number: str) -> str:
    """Where a person sees the post of this number."""
    return f"https://x.com/i/status/{number}"


def _text(post: Mapping[str, Any]) -> str:
    """The whole text, which of a long post stands apart, as its author wrote it."""
    text: str = (post.get("note_tweet") or post)["text"]
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")  # & last: `&amp;lt;` was written `&lt;`


def _links(post: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each short link with what it stands for: nothing, if that is the post's own picture."""
    picture = re.compile(rf"/status/{post['id']}/(?:photo|video)/\d+$")
    for text in (post, post.get("note_tweet") or {}):
        for url in text.get("entities", {}).get("urls", ()):
            yield url["url"], "" if picture.search(url["expanded_url"]) else url["expanded_url"]


def _related(post: Mapping[str, Any], kind: str) -> str | None:
    """The post that this one answers or repeats."""
    return next((str(other["id"]) for other in post.get("referenced_tweets", ()) if other["type"] == kind), None)


def _all_explained(text: str, links: Collection[str]) -> bool:
    shown = (text[start:end] for start, end in x.urls(text))
    return all(url in links for url in shown if _SHORT.match(url))


def _form(url: str) -> str:
    """An address in brackets, so that none is the beginning of another: as X may write it that was given it otherwise."""
    if not url:
        return ""
    return _ADDRESS.sub(lambda url: f"<{_ascii(url[1].lower())}{unquote(url[2].rstrip('/') + url[3])}>", url, count=1)


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
