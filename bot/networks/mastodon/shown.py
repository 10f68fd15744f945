"""What a server tells of a post, and how far that is like one that we sent."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from bot.networks.mastodon.profiles import id_of, web_address
from bot.networks.timeline import links_to, plain

if TYPE_CHECKING:
    from collections.abc import Iterable


def named(told: Any) -> tuple[str, str]:
    """The id and the web address that a server gave a post; ValueError where it tells no such thing."""
    if not isinstance(told, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what it is not is the server's fault
    remote_id, url = id_of(told.get("id")), web_address(told.get("url") or told.get("uri"))
    if remote_id is None or url is None:
        raise ValueError("no id, or no address")
    return remote_id, url


@dataclass(frozen=True, slots=True)
class Shown:
    """A post on the account's timeline, its text as the server's own HTML has it; a boost is of another post."""

    remote_id: str
    url: str
    at: datetime
    text: str
    warning: str
    reply_to: str | None
    boost: bool = False

    @classmethod
    def of(cls, told: Any) -> Shown:
        """What one entry of a timeline tells; ValueError, KeyError or TypeError where it is none."""
        remote_id, url = named(told)
        at = datetime.fromisoformat(told["created_at"])
        if at.tzinfo is None:
            raise ValueError("a time of no zone")
        parent = told.get("in_reply_to_id")
        return cls(
            remote_id,
            url,
            at,
            text=text_of(told["content"]),
            warning=str(told.get("spoiler_text") or ""),
            reply_to=None if parent is None else str(parent),
            boost=told.get("reblog") is not None,
        )

    def is_like(self, texts: Iterable[str], link: str | None) -> bool:
        """Whether it could be one of these texts: by this link, or by half of the words. No proof of anything."""
        if link and links_to(unquote(link), unquote(self.text)):
            return True
        theirs = _words(as_shown(self.text))
        return any(_half_the_same(_words(as_shown(text)), theirs) for text in texts)

    def has_words(self, title: str) -> bool:
        """Whether the words of a title are all there; a title without any is nowhere."""
        words = _words(title)
        return words.total() > 0 and words <= _words(self.text)


def as_shown(text: str) -> str:
    """A text without what no server's HTML keeps of it: the servers of mentions, full-width marks of hashtags, and blanks."""
    return " ".join(re.sub(r"(@[\w.-]+)@[\w.-]+", r"\1", plain(text).replace("＃", "#")).split())


def text_of(html: str) -> str:
    """The text of which a server made this HTML, as near as that can be told."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces).strip()


class _Reader(HTMLParser):
    """Takes a link for its address, of which servers show a part; hashtags and mentions are links as well, by name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "p":
            self.pieces.append("\n\n")
        elif tag == "a" and (address := given.get("href")) and not _named_link(given):
            self.pieces.append(address)
            self._in_link = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        if not self._in_link:
            self.pieces.append(data)


def _named_link(attrs: dict[str, str | None]) -> bool:
    kinds = f"{attrs.get('class') or ''} {attrs.get('rel') or ''}".split()
    return not {"mention", "hashtag", "tag"}.isdisjoint(kinds)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _half_the_same(one: Counter[str], other: Counter[str]) -> bool:
    return 2 * (one & other).total() >= max(one.total(), other.total())
