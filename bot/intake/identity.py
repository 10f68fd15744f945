"""
The names by which an article is recognised again, strongest first.

    url:<canonical address>       where it has an address
    id:<its own id>               where its front matter gives one
    queue:<path in the queue>     while its file stands there, so that an edit never makes a second article
    content:<hash>                of headline, summary and body, without its pictures
    file:<path>#<hash>            of the headline, and of the body, of a file from elsewhere: either may be edited

An address or an id speaks for itself: by `content:` and `file:` an article is recognised only where it, or the one that is known,
has neither. So two days' "Weather" with the same words stay two articles, and one that gets its address later stays one.

Two addresses are the same where no site could tell two articles apart by their difference: scheme, letter case of the host, default
port, login, a last slash, fragment, tracking parameters, the order of parameters, how a character is escaped. Another host is
another site, `www.` included; a fragment that is a path of its own (`#/story`, `#!story`) is kept.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from bot.intake.characters import folded
from bot.intake.paths import legible, place_in
from bot.text.markers import bare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Article

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid"
    r"|ref_src|ref_url|_ga|_gl|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|at_(?:medium|campaign)",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}


def identified(article: Article, *, file: Path | None = None, queue: Path | None = None) -> Article:
    """The article with all its identities; those that it has so far are the ones that it states itself."""
    return replace(article, identities=tuple(dict.fromkeys(_identities(article, file, queue))))


def own(name: str) -> str:
    """The identity of an article that gives itself this id."""
    return f"id:{_alike(name)}"


def queued(place: Path) -> str:
    """The identity that a file lends its article for as long as it stands at this place of the queue."""
    return f"queue:{legible(place)}"


def canonical(url: str) -> str:
    """The address as it is compared, never as it is shown."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORT.get(parts.scheme, ":")).rstrip(":.")
    parameters = [item for item in parts.query.split("&") if item and not _TRACKING.fullmatch(item.partition("=")[0])]
    query = "&".join(sorted(map(_escaped, parameters), key=lambda item: item.partition("=")[0]))
    route = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    path = _escaped(parts.path).rstrip("/")
    return f"https://{host}{path}{'?' if query else ''}{query}{'#' if route else ''}{_escaped(route)}"


def _identities(article: Article, file: Path | None, queue: Path | None) -> Iterator[str]:
    if article.url:
        yield f"url:{canonical(article.url)}"
    yield from article.identities
    place = place_in(file, queue) if file and queue else None
    if place:
        yield queued(place)
    body = tuple(words for each in article.body if (words := bare(each, article.media)).strip())
    yield f"content:{_digest(article.headline, article.summary, *body)}"
    if file and not place:
        path = legible(os.path.realpath(file))
        yield f"file:{path}#{_digest(article.headline)}"
        if body:
            yield f"file:{path}#{_digest(*body)}"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(map(_alike, texts)).encode()).hexdigest()


def _alike(text: str) -> str:
    return folded(unicodedata.normalize("NFC", text))


def _escaped(text: str) -> str:
    """The text with every character escaped that must be, and none that need not be."""
    return _ESCAPE.sub(_plain, quote(text, safe="%/:?#[]@!$&'()*+,;=~"))


def _plain(escape: re.Match[str]) -> str:
    character = unquote(escape.group(), errors="replace")
    return character if _UNRESERVED.fullmatch(character) else escape.group().upper()
