"""How X words what goes wrong, and what it is that goes wrong."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Trouble(Enum):
    """What X refuses, as far as it matters to us."""

    CREDIT = auto()  # nothing more is sold to us; waiting does not help
    USED_UP = auto()  # the account has made its posts of the day, which older answers do not call a 429
    PARENT = auto()  # what was answered is deleted, or not visible yet
    GONE = auto()  # what it is about does not stand any more
    MEDIA = auto()  # what is shown with a text, or was to be
    POST = auto()  # this text; another may be taken
    RIGHTS = auto()  # the app, or its token, may only read
    KEYS = auto()  # a signature that is not ours, or of another time
    PLAN = auto()  # the app belongs to no project, or its plan does not go so far
    OTHER = auto()


class Problem(NamedTuple):
    """An error of X's API in its own words."""

    trouble: Trouble
    words: str


# Types (their hosts differ: by their last word), titles and reasons; the numbers of older errors; and what is only told
# in words, "type": "about:blank".
_SIGNS = {
    Trouble.CREDIT: r"^(usage-capped|UsageCapExceeded|credits|CreditsDepleted)$",
    Trouble.USED_UP: r"^(185|344)$|daily .*limit",
    Trouble.PARENT: r"^385$|deleted or not visible",
    Trouble.GONE: r"^(144|resource-not-found)$",
    Trouble.MEDIA: r"^324$|\b(media|photo|image|picture|video|gif)",
    Trouble.POST: r"^(183|186|187)$|authorized to delete|duplicate content|is a duplicate|too long|be a bit shorter|potentially harmful",
    Trouble.RIGHTS: r"^(oauth1-permissions|261)$|cannot perform write actions",
    Trouble.KEYS: r"^(32|89|135|215)$",
    Trouble.PLAN: r"^(client-forbidden|client-not-enrolled|453)$",
}
_HOW = re.MULTILINE | re.IGNORECASE


def problem(body: bytes) -> Problem | None:
    """What an answer says went wrong; None where it is not in the API's own form, such as a proxy's page."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    errors = [*_older(said), *_todays(said)] if isinstance(said, dict) else []
    if not errors:
        return None
    marks = "\n".join(mark for error in errors for mark in _marks(error))
    trouble = next((kind for kind, sign in _SIGNS.items() if re.search(sign, marks, _HOW)), Trouble.OTHER)
    return Problem(trouble, "; ".join(dict.fromkeys(map(_words, errors))))


def _older(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The list of errors, which today's problems have as well where it says more than they."""
    listed = said.get("errors")
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict) and (isinstance(error.get("message"), str) or _is_of_today(error)):
            yield error


def _todays(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if _is_of_today(said):
        yield said


def _is_of_today(error: Mapping[str, Any]) -> bool:
    return isinstance(error.get("title"), str) and any(isinstance(error.get(name), str) for name in ("type", "detail"))


def _marks(error: Mapping[str, Any]) -> Iterator[str]:
    yield str(error.get("type", "")).rstrip("/").rpartition("/")[2]
    yield from (str(error.get(name, "")) for name in ("title", "reason", "code", "message", "detail"))


def _words(error: Mapping[str, Any]) -> str:
    said = (error.get(name) for name in ("message", "detail", "title"))
    return next(words for words in said if isinstance(words, str))
