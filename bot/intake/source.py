"""The one way in: bytes of a file or of standard input, checked before anything is made of them."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bot.errors import ArticleError
from bot.intake.characters import clean
from bot.intake.headline import taken
from bot.intake.identity import identified
from bot.intake.paths import legible, place_in, stands_in
from bot.intake.pictures import Shelf
from bot.text.markers import bare

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.intake.names import Names
    from bot.model import Article

LIMIT = 1 << 20  # bytes; the longest reads in print are a tenth of it
_LONGEST_HEADLINE = 10_000


def read(path: Path, *, names: Names, queue: Path | None = None, timezone: tzinfo = UTC) -> Article:
    """
    The article in this file, with all its identities.

    A file that stands in the folder `queue` may not lead out of it; a folder below that is its section, if it names none.
    `timezone` is that of times written without one.
    """
    where, real = legible(path), Path(os.path.realpath(path))
    if queue and stands_in(path, queue) and not stands_in(real, queue):
        raise ArticleError("is a link out of the queue", where=where, hint="Put the file itself there.")
    text = _decode(_load(real, where), where)
    shelf = Shelf(real, queue if queue and stands_in(real, queue) else real.parent)
    draft = _draft(text, where=where, suffix=path.suffix, names=names, timezone=timezone, shelf=shelf)
    folder = place.parent if (place := place_in(path, queue) if queue else None) else Path()
    section = draft.section or (legible(folder) if folder.parts else None)
    return identified(replace(_headlined(draft, where), section=section), file=path, queue=queue)


def read_text(data: bytes | str, *, where: str, names: Names, timezone: tzinfo = UTC) -> Article:
    """The article in this text, which came from `where`: `-` for standard input."""
    raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    shelf = Shelf(Path.cwd() / where, Path.cwd())
    draft = _draft(_decode(raw, where), where=where, suffix="", names=names, timezone=timezone, shelf=shelf)
    return identified(_headlined(draft, where))


def _load(path: Path, where: str) -> bytes:
    """The bytes of an ordinary file, never waiting and never reading more than an article may have."""
    try:
        with open(path, "rb", opener=_open) as file:
            return _ordinary(file, where)
    except FileNotFoundError:
        raise ArticleError("there is no such file", where=where, hint="Check the path.") from None
    except IsADirectoryError:
        raise ArticleError("is a folder", where=where, hint="Name the articles in it instead.") from None
    except PermissionError:
        raise ArticleError("may not be read", where=where, hint="Give the bot's user the right to read it.") from None
    except OSError as error:
        raise ArticleError(f"cannot be read: {error.strerror}", where=where) from error


def _open(path: str, flags: int) -> int:
    """Open without waiting for the far end of a pipe, and following no link that was put there since we looked."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def _ordinary(file: BinaryIO, where: str) -> bytes:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise ArticleError("is not an ordinary file", where=where, hint="Use '-' to read standard input.")
    if status.st_size > LIMIT:
        raise _too_large(where)
    return file.read(LIMIT + 1)


def _too_large(where: str) -> ArticleError:
    return ArticleError(f"is larger than {LIMIT >> 20} MiB", where=where, hint="Is it an article? Shorten it.")


def _decode(data: bytes, where: str) -> str:
    """The text in these bytes, with plain line ends and no control characters."""
    if len(data) > LIMIT:
        raise _too_large(where)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ArticleError("is UTF-16", where=where, hint="Save it as UTF-8.")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8 (byte 0x{error.object[error.start]:02x})"
        raise ArticleError(what, where=f"{where}:{line}", hint="Save it as UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ArticleError("contains a NUL byte", where=f"{where}:{line}", hint="Save it as plain text in UTF-8.")
    cleaned = clean(text)
    if not cleaned.strip():
        raise ArticleError("is empty", where=where, hint="Write at least a headline.")
    return cleaned


def _draft(text: str, *, where: str, suffix: str, names: Names, timezone: tzinfo, shelf: Shelf) -> Article:
    """What the text says by itself: Markdown by its suffix or its first line, otherwise a news page."""
    first, _, _ = text.lstrip().partition("\n")
    if suffix.lower() in {".md", ".markdown"} or first.rstrip() == "---" or first.startswith("# "):
        from bot.intake import markdown

        return markdown.article(text, where=where, names=names, timezone=timezone, shelf=shelf)
    from bot.intake import page

    return replace(page.article(text), media=shelf.beside())


def _headlined(draft: Article, where: str) -> Article:
    """The draft with a headline, taken from its first sentence where it has none of its own."""
    words = (shown for each in draft.body if (shown := bare(each, draft.media)).strip())
    headline = draft.headline or taken(next(words, draft.summary))
    if not headline:
        what = "has nothing but hashtags" if draft.hashtags else "has no headline, and no text to take one from"
        raise ArticleError(what, where=where, hint="Write at least a headline.")
    if len(headline) > _LONGEST_HEADLINE:
        what = f"has a headline of {len(headline)} characters"
        raise ArticleError(what, where=where, hint="Give it a headline on a line of its own.")
    return replace(draft, headline=headline)
