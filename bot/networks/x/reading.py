"""An account's timeline as X shows it, made comparable with what was sent: it shortens links and escapes & < >."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from bot.networks.timeline import Standing, plain, same_words
from bot.text import x

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FIELDS = ("entities", "note_tweet", "referenced_tweets")
"""What has to be asked for beside a post's number and its text."""

_ADDRESS = re.compile(r"\A(?:https?://)?([^/?#]*)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_UNEXPLAINED = re.compile(r"<t\.co/[^<>]*>|https?://t\.co/[A-Za-z0-9]+", re.IGNORECASE)
_LINK = re.compile(rf"<[^<>]*>|{_UNEXPLAINED.pattern}", re.IGNORECASE)


class Timeline(NamedTuple):
    """An account's own posts, oldest first, their links in one form, and what the short ones among these stand for."""

    posts: list[Standing]
    links: Mapping[str, str]

    def read_back(self, text: str) -> str:
        """What was sent, in the form of the posts."""
        text = plain(text)
        pieces, position = [], 0
        for start, end in x.urls(text):
            pieces += [text[position:start], _meant(text[start:end], self.links)]
            position = end
        return plain("".join([*pieces, text[position:]]))


def read(shown: Iterable[Mapping[str, Any]]) -> Timeline:
    """The timeline that these posts make; ValueError where one cannot be read."""
    posts = list(_own(shown))
    # Of two posts with the same short link the earlier counts: it is what the later one was given.
    links = {_form(url): _form(meant) for post in reversed(posts) for url, meant in post.links.items()}
    return Timeline([post.standing(links) for post in posts], links)


def alike(ours: str, theirs: str, *, reworded: bool) -> bool:
    """Whether a post may be what was sent: the same words, as far as X says where the links in them lead."""
    if reworded and _UNEXPLAINED.search(theirs):
        return True
    if _UNEXPLAINED.search(ours) or _UNEXPLAINED.search(theirs):
        ours, theirs = _LINK.sub(" link ", ours), _LINK.sub(" link ", theirs)
    return same_words(ours, theirs)


def address(number: str) -> str:
    """Where a person sees the post of this number."""
    return f"https://x.com/i/status/{number}"


class _Shown(NamedTuple):
    """A post as X shows it: `links` are its short ones with what they stand for."""

    number: str
    text: str
    parent: str | None
    links: Mapping[str, str]

    def standing(self, links: Mapping[str, str]) -> Standing:
        # To the letter: after a link the text may go on in such a way that it seems to be more of it.
        shorts = "|".join(map(re.escape, sorted(self.links, key=len, reverse=True)))
        text = re.sub(shorts, lambda url: _meant(url[0], links), self.text) if shorts else self.text
        return Standing(self.number, address(self.number), plain(text), reply_to=self.parent)


def _own(shown: Iterable[Mapping[str, Any]]) -> Iterator[_Shown]:
    """What is not somebody else's, oldest first."""
    for post in sorted(shown, key=lambda post: int(post["id"])):
        try:
            if _related(post, "retweeted"):  # somebody else's words, and cut short
                continue
            yield _Shown(post["id"], _text(post), _related(post, "replied_to"), dict(_links(post)))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"X does not show {address(post['id'])} as it shows posts") from error


def _text(post: Mapping[str, Any]) -> str:
    """The whole text, which of a long post stands apart, as its author wrote it."""
    text: str = (post.get("note_tweet") or post)["text"]
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")  # & last: `&amp;lt;` was written `&lt;`


def _links(post: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each short link with what it stands for: nothing, if that is the post's own picture."""
    picture = re.compile(rf"/status/{post['id']}/(?:photo|video)/\d+$")
    for text in (post, post.get("note_tweet") or {}):
        for url in text.get("entities", {}).get("urls", ()):
            if url["url"].strip():
                yield url["url"], "" if picture.search(url["expanded_url"]) else url["expanded_url"]


def _related(post: Mapping[str, Any], kind: str) -> str | None:
    """The post that this one answers or repeats."""
    return next((str(other["id"]) for other in post.get("referenced_tweets", ()) if other["type"] == kind), None)


def _meant(url: str, links: Mapping[str, str]) -> str:
    """What an address stands for at last, in the one form: an author may give a short link that X made before."""
    form, seen = _form(url), set[str]()
    while form in links and form not in seen:
        seen.add(form)
        form = links[form]
    return form


def _form(url: str) -> str:
    """An address in brackets, so that none is the beginning of another: as X may write it that was given it otherwise."""
    if not url:
        return ""
    return _ADDRESS.sub(
        lambda url: f"<{_ascii(unquote(url[1]).lower())}{unquote(url[2].rstrip('/') + url[3])}>", url, count=1
    )


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
