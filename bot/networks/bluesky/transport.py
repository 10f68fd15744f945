"""The bounded wire as the SDK wants it, in place of its own, whose httpx takes as long again as all the rest of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx
from pydantic_core import from_json

from bot.networks.bluesky.sdk import (
    BadRequestError,
    RateLimitExceededError,
    RequestBase,
    RequestException,
    Response,
    UnauthorizedError,
)
from bot.wire import Deadline, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.wire import Header

_REFUSALS = {400: BadRequestError, 401: UnauthorizedError, 403: UnauthorizedError, 429: RateLimitExceededError}


class Transport:
    """
    Sends requests until the deadline; raises httpcore's exceptions, and the SDK's for an answer that is not 2xx.

    `headers` are those of the latest answer, in lower case.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._wire = Wire(deadline)
        self._sdk = RequestBase()  # says which headers the SDK's requests have
        self.headers: Mapping[str, str] = {}

    def get(self, *, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str], **_: Any) -> Response:
        """The answer to a question."""
        return self._answer("GET", f"{url}?{urlencode(params)}" if params else url, headers, b"")

    def post(self, *, url: str, headers: Mapping[str, str], content: bytes = b"", **_: Any) -> Response:
        """The answer to an order, of which `content` is the JSON, or whatever its headers say."""
        return self._answer("POST", url, {**headers, "Content-Length": str(len(content))}, content)

    def _answer(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Response:
        url = url if url.isascii() else str(httpx.URL(url))  # a host's name in its own script
        named = self._sdk.get_headers({"Host": urlsplit(url).netloc, **headers})
        sent = [(name.encode("ascii"), value.encode("ascii")) for name, value in named.items()]
        answer = self._wire.ask(method, url, sent, content)
        self.headers = _by_name(answer.headers)
        response = Response(
            success=200 <= answer.status <= 299,
            status_code=answer.status,
            content=_content(answer.body, self.headers.get("content-type", "")),
            headers=self.headers,
        )
        if not response.success:
            raise _REFUSALS.get(answer.status, RequestException)(response)
        return response


def _by_name(headers: Iterable[Header]) -> dict[str, str]:
    """Headers as the SDK has them: one that comes twice is a list."""
    named: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        named[name] = f"{named[name]}, {value}" if name in named else value
    return named


def _content(body: bytes, kind: str) -> Any:
    """What a body says where it is JSON, else the body."""
    if "application/json" not in kind.lower():
        return body
    try:
        return from_json(body)  # strict, unlike json's: no half characters, no nesting without end
    except ValueError:
        return body
