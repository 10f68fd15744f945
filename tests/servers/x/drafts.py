"""What a request to post may say: the API's schema, and what X takes as a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from servers.x import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from servers.x.counter import Counted

MOST_URLS, MOST_HASHTAGS, MOST_MENTIONS, MOST_CASHTAGS = 10, 50, 50, 1
LONGEST_HASHTAG = 100
MOST_BYTES = 5_708
MAXIMUM, PREMIUM_MAXIMUM = 280, 25_000
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")


@dataclass(frozen=True)
class Draft:
    """A request to post that is as the schema has it."""

    text: str
    parent: str | None
    media: Sequence[str]


def draft(body: Any) -> Draft:
    """What this body asks for; Refused where it is not as the schema has it."""
    _properties("$", body, _BODY)
    reply, media = body.get("reply"), body.get("media")
    parent, shown = reply and reply["in_reply_to_tweet_id"], media["media_ids"] if media else ()
    return Draft(body.get("text", ""), parent, shown)


def only(path: str, value: Any, kinds: Mapping[str, type]) -> None:
    """Refused where this object has not just these properties, each of its kind."""
    _properties(path, value, {name: partial(_of_kind, kind) for name, kind in kinds.items()})
    for name in kinds:
        if name not in value:
            raise words.invalid(f"{path}.{name}", "", f"{path}.{name}: is missing but it is required")


def written(text: str) -> str:
    """A text without what X does not keep: blanks around it, and line ends of another kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_text(counted: Counted, *, premium: bool) -> None:
    """Refused where X does not take this text from such an account."""
    for complaint in _complaints(counted, premium=premium):
        raise words.unacceptable(complaint)


def _complaints(counted: Counted, *, premium: bool) -> Iterator[str]:
    if not counted.text:
        yield "Your Tweet text is empty."
    if counted.invalid:
        yield "Your Tweet text contains invalid characters."
    if counted.weight > (PREMIUM_MAXIMUM if premium else MAXIMUM):
        yield words.TOO_LONG
    if not premium and len(counted.text.encode()) > MOST_BYTES:
        yield words.TOO_LONG
    if len(counted.urls) > MOST_URLS:
        yield "Your Tweet text contains too many URLs."
    if len(counted.hashtags) > MOST_HASHTAGS or any(len(tag) > LONGEST_HASHTAG for tag in counted.hashtags):
        yield "Your Tweet text contains too many hashtags, or one that is too long."
    if len(counted.mentions) > MOST_MENTIONS:
        yield "Your Tweet text contains too many mentions."
    if len(counted.cashtags) > MOST_CASHTAGS:
        yield "Your Tweet text contains too many cashtags."


def _properties(path: str, value: Any, schema: Mapping[str, Callable[[str, Any], None]]) -> None:
    if not isinstance(value, dict):
        raise words.invalid(path, value, f"{path}: is not an object")
    for name, content in value.items():
        if name not in schema:
            message = f"{path}.{name}: is not defined in the schema and the schema does not allow additional properties"
            raise words.invalid(f"{path}.{name}", content, message)
        schema[name](f"{path}.{name}", content)


def _of_kind(kind: type, path: str, value: Any) -> None:
    if type(value) is not kind:
        raise words.invalid(path, value, f"{path}: is not of type {kind.__name__}")


def _text(path: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise words.invalid(path, value, f"{path}: is not a text of one character or more")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise words.invalid(path, ascii(value), f"{path}: contains invalid characters") from None


def _id(path: str, value: Any) -> None:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{1,19}", value):
        raise words.invalid(path, value, f"{path}: does not match the regex pattern ^[0-9]{{1,19}}$")


def _reply(path: str, value: Any) -> None:
    _properties(path, value, {"in_reply_to_tweet_id": _id})
    if not value:
        raise words.invalid(path, value, f"{path}.in_reply_to_tweet_id: is missing but it is required")


def _media(path: str, value: Any) -> None:
    _properties(path, value, {"media_ids": _media_ids})
    if not value:
        raise words.invalid(path, value, f"{path}.media_ids: is missing but it is required")


def _media_ids(path: str, value: Any) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= 4:
        raise words.invalid(path, value, f"{path}: is not a list of 1 to 4")
    for number, media_id in enumerate(value):
        _id(f"{path}[{number}]", media_id)


def _reply_settings(path: str, value: Any) -> None:
    if value not in REPLY_SETTINGS:
        raise words.invalid(path, value, f"{path}: does not have a value in the enumeration {list(REPLY_SETTINGS)}")


def _truth(path: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise words.invalid(path, value, f"{path}: is not a boolean")


_BODY = {"text": _text, "reply": _reply, "media": _media, "reply_settings": _reply_settings, "made_with_ai": _truth}
