"""The body of a request: JSON, or a form of several parts, to the letter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from servers.x import words
from servers.x.queries import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers.x.endpoints import Request

_PART = re.compile(
    rb'Content-Disposition: form-data; name="(\w+)"(?:; filename="[^"\r\n]+")?\r\n(?:Content-Type: [\w./+-]+\r\n)?\r\n(.*)',
    re.DOTALL,
)


def from_json(request: Request) -> Any:
    """What the JSON says."""
    Query(request.query, ())
    if request.content_type.split(";")[0].strip() != "application/json":
        raise words.unsupported_type()
    try:
        return json.loads(request.body)
    except ValueError:
        raise words.invalid("$", "", "The body is not JSON") from None


def from_form(request: Request, *names: str) -> list[bytes]:
    """What the form has under these names; Refused where it lacks one, or has another."""
    Query(request.query, ())
    kind, _, boundary = request.content_type.partition("; boundary=")
    if kind != "multipart/form-data" or not boundary:
        raise words.unsupported_type()
    fields = list(_fields(request.body, boundary.strip('"').encode()))
    found = dict(fields)
    if len(found) < len(fields) or set(found) != set(names):
        message = f"The form has [{','.join(name for name, _ in fields)}], and not [{','.join(names)}]"
        raise words.invalid("$", "", message)
    return [found[name] for name in names]


def nothing(request: Request) -> None:
    """Refused where there is a body."""
    Query(request.query, ())
    if request.body:
        raise words.invalid("$", "", "There is a body where none belongs")


def _fields(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    start, *parts = b"\r\n".join((b"", body)).split(b"\r\n--" + boundary)
    if start or not parts or parts.pop() != b"--\r\n":
        raise words.invalid("$", "", "The form is not whole")
    for part in parts:
        field = _PART.fullmatch(part.removeprefix(b"\r\n"))
        if field is None:
            raise words.invalid("$", "", "A part of the form is none")
        yield field[1].decode(), field[2]
