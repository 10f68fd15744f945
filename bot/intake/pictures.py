"""
The pictures and films of an article, by its own word.

First those that its front matter names, in its order, then those that stand in its text; each once, described by the first that
does so. Where it names none, they are those that lie beside it and are called as it is: `story.jpg`, then `story-2.jpg`,
`story-3.jpg` and so on. `alt` in the front matter describes them in their order, where nothing else does.

None of them is opened here. One that does not exist is no mistake: it may come later, and else the post goes without.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from bot.errors import ArticleError
from bot.model import Media

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.intake.front import Word

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".mp4", ".m4v", ".mov", ".webm")
"""What a picture or a film beside its article may end in."""
IGNORED = (
    *SUFFIXES,
    ".heic",
    ".heif",
    ".svg",
    ".tif",
    ".tiff",
    ".bmp",
    ".jfif",
    ".jxl",
    ".avi",
    ".mkv",
    ".mpg",
    ".mpeg",
)
"""What no article ends in."""
_ARTICLES = (".md", ".markdown", ".txt")
_MOST = 100
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SHOWN = 60  # characters of a wrong name


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the article names it, and what it says of it."""

    name: Word
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the pictures of the article in a file may lie: they are sought from its folder on, and not outside `bounds`."""

    article: Path
    bounds: Path

    def admit(self, picture: Picture) -> Media:
        """The picture by its real path or its address. Raises ArticleError where it may be neither."""
        name = picture.name.strip()
        if _SCHEME.match(name):
            return Media(_address(name, picture.name.where), picture.alt)
        for each in dict.fromkeys((name, unquote(name))):
            real = self._real(each)
            if real is None:
                hint = "Put the file into the article's folder, and name it by its path from there."
                what = f"picture '{_shown(name)}' is not in the article's folder"
                raise ArticleError(what, where=picture.name.where, hint=hint)
            if os.path.lexists(real):
                break
        return Media(str(real), picture.alt)

    def beside(self) -> tuple[Media, ...]:
        """The pictures that lie beside the article and are called as it is."""
        stem, found = self.article.stem, list(self._called(self.article.stem))
        for number in range(2, _MOST + 1):
            numbered = f"{stem}-{number}"
            another = any(os.path.lexists(self.article.with_name(numbered + suffix)) for suffix in _ARTICLES)
            called = [] if another else list(self._called(numbered))
            if not called:
                break
            found += called
        return tuple(found[:_MOST])

    def _called(self, stem: str) -> Iterator[Media]:
        """Those of a name, whatever they end in; each file once, where a disk knows no capital letters."""
        seen: set[tuple[int, int]] = set()
        for suffix in (each for lower in SUFFIXES for each in (lower, lower.upper())):
            real = self._real(f"{stem}{suffix}")
            if real and (status := _file(real)) and status not in seen:
                seen.add(status)
                yield Media(str(real))

    def _real(self, name: str) -> Path | None:
        """Where a file of this name really is; None where that is outside."""
        if name.startswith(("/", "\\", "~")) or "\0" in name:
            return None
        real = Path(os.path.realpath(self.article.parent / name))
        return real if real.is_relative_to(os.path.realpath(self.bounds)) else None


def collected(given: Iterable[Media], alts: Sequence[str]) -> tuple[Media, ...]:
    """These, each once; `alts` say in their order what those show of which nothing does."""
    once: dict[str, Media] = {}
    for media in given:
        known = once.setdefault(media.source, media)
        once[media.source] = known if known.alt else media
    described = list(once.values())
    for at, alt in enumerate(alts[: len(described)]):
        described[at] = replace(described[at], alt=described[at].alt or alt)
    return tuple(described)


def checked(pictures: Sequence[Picture]) -> Sequence[Picture]:
    """The same. Raises ArticleError where they are more than anybody means."""
    if len(pictures) > _MOST:
        hint = f"At most {_MOST} are looked at, and networks take fewer."
        raise ArticleError(f"has {len(pictures)} pictures", where=pictures[_MOST].name.where, hint=hint)
    return pictures


def may_name(article: Path, picture: Path) -> bool:
    """Whether the text in this file, or its name, could mean this picture; also where it cannot be read."""
    if picture.stem.startswith(article.stem):
        return True
    try:
        text = article.read_bytes()
    except OSError:
        return True
    return any(name.encode(errors="surrogateescape") in text for name in (picture.name, quote(picture.name)))


def _address(name: str, where: str) -> str:
    try:
        parts = urlsplit(name)
        whole = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1) and not name.split()[1:]
    except ValueError:  # brackets or a port that are none
        whole = False
    if not whole:
        hint = "Name a file in its folder, or write an address in full, such as https://news.example.org/photo.jpg."
        raise ArticleError(f"picture '{_shown(name)}' is no file and no web address", where=where, hint=hint)
    if "@" in parts.netloc:
        host = parts.netloc.rpartition("@")[2]
        hint = "Leave out what stands before the @: what an article says may be seen by everybody."
        raise ArticleError(f"the address of the picture at {host} has a login in it", where=where, hint=hint)
    return name


def _file(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
