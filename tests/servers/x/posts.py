"""The posts on the server, and how X shows them: links as t.co, text escaped, long ones cut short."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from servers.x.counter import Counted
    from servers.x.media import Media

FIELDS = frozenset(
    "attachments author_id created_at edit_history_tweet_ids entities id in_reply_to_user_id note_tweet referenced_tweets text".split()
)
ALWAYS = frozenset({"id", "text", "edit_history_tweet_ids"})
EPOCH = datetime.fromtimestamp(1288834974.657, UTC)
SHORT = 280
SHORTENED = 270
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True)
class Post:
    """A post that stands: `sent` is its text as its author sent it, `counted` what X made of that."""

    id: str
    author: str
    sent: str
    counted: Counted
    at: datetime
    parent: Post | None = None
    media: Sequence[Media] = ()

    def told(self, fields: Collection[str] = FIELDS) -> dict[str, Any]:
        """What the API says of it, as far as these fields go."""
        everything = dict(self._fields())
        return {name: value for name, value in everything.items() if name in fields or name in ALWAYS}

    def _fields(self) -> Iterator[tuple[str, Any]]:
        text, urls = self._shown(len(self.counted.text))
        long = self.counted.weight > SHORT
        if long:
            yield "note_tweet", {"text": text, **_entities(urls)}
            text, urls = self._shown(_place_to_cut(self.counted))
        yield "id", self.id
        yield "text", text
        yield "edit_history_tweet_ids", [self.id]
        yield "author_id", self.author
        yield "created_at", self.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        yield from _entities(urls).items()
        if self.media:
            yield "attachments", {"media_keys": [media.key for media in self.media]}
        if self.parent:
            yield "referenced_tweets", [{"type": "replied_to", "id": self.parent.id}]
            yield "in_reply_to_user_id", self.parent.author

    def _shown(self, end: int) -> tuple[str, list[dict[str, Any]]]:
        """The text up to there as X shows it, and its links, in characters of what is shown."""
        text, shown, position = self.counted.text, "", 0
        urls: list[dict[str, Any]] = []
        for start, stop in self.counted.urls:
            if stop > end:
                break
            shown += text[position:start].translate(_ESCAPED)
            url = _link(self.id, len(urls), text[start:stop])
            urls.append({"start": len(shown), "end": len(shown) + len(url["url"]), **url})
            shown += url["url"]
            position = stop
        shown += text[position:end].translate(_ESCAPED)
        if not self.media:
            return shown, urls
        own = _own_link(self.id)
        return f"{shown} {own}".lstrip(), [*urls, *self._of_media(len(shown.rstrip()) + 1 if shown else 0, own)]

    def _of_media(self, start: int, url: str) -> Iterator[dict[str, Any]]:
        """The one short link to all that it shows, with an entry for each."""
        for number, media in enumerate(self.media, start=1):
            kind = "video" if media.moves else "photo"
            page = f"x.com/kil/status/{self.id}/{kind}/{number}"
            display = f"pic.x.com/{url[-10:]}"
            place = {"start": start, "end": start + len(url), "media_key": media.key}
            yield {**place, "url": url, "expanded_url": f"https://{page}", "display_url": display}


class Posts:
    """Every post that stands, in the order in which they came."""

    def __init__(self) -> None:
        self._posts: dict[str, Post] = {}
        self._latest = 0

    def add(
        self,
        author: str,
        sent: str,
        counted: Counted,
        at: datetime,
        parent: Post | None,
        media: Sequence[Media] = (),
    ) -> Post:
        """A new post under an id of its own: a snowflake, later than every other."""
        milliseconds = int((at - EPOCH) / timedelta(milliseconds=1))
        self._latest = max(self._latest + 1, milliseconds << 22)
        post = Post(str(self._latest), author, sent, counted, at, parent, media)
        self._posts[post.id] = post
        return post

    def get(self, post_id: str) -> Post | None:
        return self._posts.get(post_id)

    def remove(self, post: Post) -> None:
        del self._posts[post.id]

    def of(self, author: str) -> list[Post]:
        """Those of one account, oldest first."""
        return [post for post in list(self._posts.values()) if post.author == author]


def _link(post_id: str, index: int, written: str) -> dict[str, str]:
    expanded = written if re.match("https?://", written, re.IGNORECASE) else f"http://{written}"
    display = re.sub(r"^https?://(www\.)?", "", expanded, flags=re.IGNORECASE)
    return {
        "url": _short(post_id, str(index)),
        "expanded_url": expanded,
        "display_url": display if len(display) <= 27 else f"{display[:26]}…",
    }


def _own_link(post_id: str) -> str:
    return _short(post_id, "media")


def _short(post_id: str, of: str) -> str:
    return f"https://t.co/{hashlib.sha256(f'{post_id}/{of}'.encode()).hexdigest()[:10]}"


def _entities(urls: list[dict[str, Any]]) -> dict[str, Any]:
    return {"entities": {"urls": urls}} if urls else {}


def _place_to_cut(counted: Counted) -> int:
    """The last blank before a long text gets too long to be shown in short; never within a link."""
    blank = counted.text.rfind(" ", 0, SHORTENED)
    cut = blank if blank > 0 else SHORTENED
    return next((start for start, end in counted.urls if start < cut < end), cut)
