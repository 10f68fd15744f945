"""What the front matter may say, and what each of its keys is read as."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import ArticleError
from bot.intake.characters import folded
from bot.intake.front import Value, Word
from bot.intake.names import nearest
from bot.intake.pictures import Picture
from bot.model import VISIBILITIES, Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import tzinfo

    from bot.intake.names import Names

# What other programs call the same thing.
_ELSEWHERE = {
    "title": "headline",
    "link": "url",
    "tags": "hashtags",
    "keywords": "hashtags",
    "description": "summary",
    "author": "byline",
    "language": "lang",
    "date": "publish_at",
    "content_warning": "warning",
    "spoiler": "warning",
    "category": "section",
    "urgency": "priority",
    **dict.fromkeys(
        ("picture", "photo", "thumbnail", "cover", "featured_image", "cover_image", "hero", "og_image"), "image"
    ),
    **dict.fromkeys(("pictures", "photos", "gallery", "media", "attachments"), "images"),
    **dict.fromkeys(("alt_text", "image_alt", "alts", "caption"), "alt"),
}
_LANGUAGE = re.compile(r"(?:[a-z]{2,3}|[a-z]{5,8})(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
_SHOWN = 60  # characters of a wrong value
_LONGEST_SECTION = 100


def read(matter: Mapping[Word, Value], *, names: Names, timezone: tzinfo) -> dict[str, Any]:
    """
    The fields of an Article that the front matter gives, besides its `id`; `hashtags` are still a line.

    Its `image`, `images` and `alt` are as it names and describes them.
    """
    moment = partial(_moment, timezone=timezone)
    readers: dict[str, Callable[[Word, Value], Any]] = {
        "headline": _line,
        "url": _address,
        "id": _line,
        "hashtags": _hashtags,
        "summary": _line,
        "byline": _line,
        "lang": _language,
        "warning": _line,
        "visibility": _visibility,
        "publish_at": moment,
        "expires_at": moment,
        "priority": _priority,
        "section": _section,
        "accounts": partial(_accounts, known=names.accounts),
        "template": partial(_template, known=names.templates),
        "image": _pictures,
        "images": _pictures,
        "alt": _alts,
        "text": partial(_own_words, known=names.accounts | names.networks),
    }
    fields = {}
    for key, value in matter.items():
        if key not in readers:
            hint = nearest(_ELSEWHERE.get(key.lower(), key), readers)
            raise ArticleError(f"unknown key '{_shown(key)}'", where=key.where, hint=hint)
        if value:
            fields[str(key)] = readers[key](key, value)
    return fields


def _text(key: Word, value: Value) -> Word:
    if not isinstance(value, Word):
        raise ArticleError(f"{key} takes one text", where=key.where, hint=f"Write `{key}: text` on one line.")
    return value


def _line(key: Word, value: Value) -> str:
    return folded(_text(key, value))


def _words(key: Word, value: Value) -> list[Word]:
    """The items of a list, or of a line that separates them by commas, else by blanks."""
    if isinstance(value, dict):
        raise ArticleError(f"{key} takes a list", where=key.where, hint=f"Write `{key}: [one, another]`.")
    if isinstance(value, tuple):
        return [word for word in value if word.strip()]
    return [Word(item.strip(), value.where) for item in value.split("," if "," in value else None) if item.strip()]


def _hashtags(key: Word, value: Value) -> str:
    """A line of hashtags, separated by commas, so that one may have several words."""
    return ", ".join(_words(key, value))


def _address(key: Word, value: Value) -> str:
    text = _text(key, value)
    try:
        parts = urlsplit(text.strip())
        whole = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1)
    except ValueError:  # brackets or a port that are none
        whole = False
    if not whole or len(text.split()) != 1:
        hint = "Write it in full, such as https://news.example.org/story."
        raise ArticleError(f"url '{_shown(text)}' is no web address", where=text.where, hint=hint)
    return text.strip()


def _pictures(_: Word, value: Value) -> tuple[Picture, ...]:
    """One name, a list of them, or each with what it shows."""
    match value:
        case dict():
            return tuple(Picture(name, folded(alt)) for name, alt in value.items() if name.strip())
        case tuple():
            return tuple(Picture(name) for name in value if name.strip())
        case _:
            return (Picture(value),) if value.strip() else ()


def _alts(key: Word, value: Value) -> tuple[Word, ...]:
    """What the pictures show, in their order."""
    if isinstance(value, dict):
        hint = "Write `images: {photo.jpg: what it shows}` for several, or `alt: [one, another]` in their order."
        raise ArticleError("alt takes one text, or a list of them", where=key.where, hint=hint)
    alts = value if isinstance(value, tuple) else (value,)
    return tuple(Word(folded(alt), alt.where) for alt in alts)


def _language(key: Word, value: Value) -> str:
    text = _text(key, value)
    if not _LANGUAGE.fullmatch(text.strip()):
        hint = "Write its code, such as en, de or pt-BR."
        raise ArticleError(f"lang '{_shown(text)}' is no language", where=text.where, hint=hint)
    return text.strip()


def _visibility(key: Word, value: Value) -> str:
    text = _text(key, value)
    if text.strip().lower() not in VISIBILITIES:
        raise ArticleError(f"visibility '{_shown(text)}' is none", where=text.where, hint=nearest(text, VISIBILITIES))
    return text.strip().lower()


def _priority(key: Word, value: Value) -> Priority:
    text = _text(key, value)
    try:
        return Priority(text.strip().lower())
    except ValueError:
        hint = nearest(text, tuple(Priority))
        raise ArticleError(f"priority '{_shown(text)}' is none", where=text.where, hint=hint) from None


def _section(key: Word, value: Value) -> str:
    text = _line(key, value)
    if len(text) > _LONGEST_SECTION:
        hint = "Write one or two words, such as sport."
        raise ArticleError(f"section has {len(text)} characters", where=key.where, hint=hint)
    return text


def _moment(key: Word, value: Value, timezone: tzinfo) -> datetime:
    text = _text(key, value)
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC)
    except (ValueError, OverflowError):  # no such day; or a year that ends in another zone
        hint = "Write it like 2026-03-01 08:30, or with a zone like 2026-03-01T08:30+01:00."
        raise ArticleError(f"{key} '{_shown(text)}' is no date", where=text.where, hint=hint) from None


def _accounts(key: Word, value: Value, known: Collection[str]) -> tuple[str, ...]:
    names = _words(key, value)
    for name in names:
        _check("account", name, known)
    return tuple(dict.fromkeys(map(str, names)))


def _template(key: Word, value: Value, known: Collection[str] | None) -> str:
    name = _text(key, value)
    if known is not None:
        _check("template", Word(name.strip().removesuffix(".j2"), name.where), known)
    return folded(name)


def _own_words(key: Word, value: Value, known: Collection[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        hint = f"Write `{min(known, default='account')}: own words` on lines below it, each a little to the right."
        raise ArticleError(f"{key} takes own words for each account or network", where=key.where, hint=hint)
    for name in value:
        _check("account or network", name, known)
    return {str(name): words.strip() for name, words in value.items() if words.strip()}


def _check(what: str, name: Word, known: Collection[str]) -> None:
    if name not in known:
        raise ArticleError(f"unknown {what} '{_shown(name)}'", where=name.where, hint=nearest(name, known))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
