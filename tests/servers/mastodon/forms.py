"""The fields of a request's body, however they were sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from servers.mastodon.nouns import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class File:
    """What was uploaded as a field."""

    mime: str
    content: bytes


def fields(kind: str, body: bytes) -> dict[str, Any]:
    """The fields of a form, of JSON or of parts; name[] is a list."""
    try:
        if kind.startswith("application/json"):
            return dict(json.loads(body))
        if kind.startswith("multipart/form-data"):
            return _gathered(_parts(kind, body))
        return _gathered(parse_qsl(body.decode(), keep_blank_values=True))
    except (ValueError, TypeError):
        raise Refused(400, "Error occurred while parsing request parameters") from None


def _gathered(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            fields.setdefault(name.removesuffix("[]"), []).append(value)
        else:
            fields[name] = value
    return fields


def _parts(kind: str, body: bytes) -> Iterable[tuple[str, Any]]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        value = File(part.get_content_type(), content) if part.get_filename() else content.decode()
        yield str(part.get_param("name", header="Content-Disposition")), value
