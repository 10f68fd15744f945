"""The plain text of a news page, as one copies it from a site: a line each for headline, byline and every paragraph."""

from __future__ import annotations

import re
from itertools import zip_longest

from bot.intake.headline import first_sentence
from bot.model import Article, Related
from bot.text import hashtags

_BYLINE = re.compile(r"(?:post(?:ed)?|written)?\s*by\s*:\s*(?P<name>.*)", re.IGNORECASE)
_CLOSING = "\"'”’“»)]"
_STOPS = (".", "!", "?", "…", "。", "！", "？", "؟", "।", "۔")
_QUESTIONS = ("!", "?", "！", "？", "؟")
_JOINTS = (",", ";", ":", "-", "–", "—")
_LONGEST_LINE = 150  # characters; what is longer is a paragraph
_ELLIPSES = ("…", "...")
_CUT_LENGTHS = (99, 100)  # characters; a blank at the cut is gone


def article(text: str) -> Article:
    """The page as an article; its headline is empty where the page has none."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    byline, at = _take_byline(lines)
    headline = lines.pop(0) if at == 1 or _is_headline(lines) else ""
    body, tags, others = _parts(lines)
    return Article(
        identities=(),
        headline=headline,
        byline=byline,
        body=tuple(body),
        hashtags=hashtags.parse(" ".join(tags)),
        related=tuple(_related(*pair) for pair in zip_longest(others[::2], others[1::2], fillvalue="")),
    )


def only_hashtags(line: str) -> bool:
    """Whether the line is made of hashtags, which may run together."""
    words = line.split()
    return bool(words) and all(re.match(r"#[^#]", word) for word in words)


def _take_byline(lines: list[str]) -> tuple[str | None, int | None]:
    """Remove the byline, which is the first line or stands below the headline: the name, and which line it was."""
    for at, line in enumerate(lines[:2]):
        if found := _BYLINE.fullmatch(line):
            del lines[at]
            return found["name"] or None, at
    return None, None


def _is_headline(lines: list[str]) -> bool:
    """Whether the first line is a headline: short, one sentence without a full stop, and not the whole page."""
    line = lines[0] if len(lines) > 1 else ""
    end = line.rstrip(_CLOSING)
    whole = not end.endswith(_STOPS + _JOINTS) or end.endswith(_QUESTIONS)
    short = 0 < len(line) <= _LONGEST_LINE
    return short and whole and first_sentence(line) == line and not only_hashtags(line)


def _parts(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """
    The paragraphs, the lines of hashtags, and the lines of related articles.

    Related articles are what follows the hashtags below the text, if all of it is short.
    """
    tagged = [at for at, line in enumerate(lines) if only_hashtags(line)]
    last = tagged[-1] if tagged else len(lines)
    tags = [lines[at] for at in tagged]
    body = [line for line in lines[:last] if not only_hashtags(line)]
    others = lines[last + 1 :]
    if not body or any(len(line) > _LONGEST_LINE for line in others):
        return body + others, tags, []
    return body, tags, others


def _related(headline: str, teaser: str) -> Related:
    """A related article; its teaser is cut if it says so itself, or ends at the site's limit and not with a sentence."""
    for ellipsis in _ELLIPSES:
        if teaser.endswith(ellipsis):
            return Related(headline, teaser.removesuffix(ellipsis), cut=True)
    ended = teaser.rstrip(_CLOSING).endswith(_STOPS)
    return Related(headline, teaser, cut=len(teaser) in _CUT_LENGTHS and not ended)
