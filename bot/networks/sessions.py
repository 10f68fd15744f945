"""The bounded wire as requests, which several SDKs speak, wants it."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from bot.wire import Deadline, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest, Response, Session


class Bounded(HTTPAdapter):
    """
    Carries the requests of one attempt until its deadline, and keeps what came of the latest.

    The SDKs turn answers into exceptions that have lost their status, their headers or their cause, and fail over odd headers
    of what was done. What an answer means is therefore read from `answer`; where it is None, `failure` is the httpcore
    exception that came instead. What is for `public` goes to `server`: so a request that is signed for a network's public
    address reaches a proxy, or a test's server.
    """

    def __init__(self, timeout: float, *, public: str = "", server: str = "") -> None:
        super().__init__()
        self.answer: Response | None = None
        self.failure: Exception | None = None
        self._wire = Wire(Deadline(timeout))
        self._public, self._server = public, server

    def carry(self, session: Session) -> None:
        """Take over everything that this session sends."""
        session.trust_env = False  # neither ~/.netrc nor a proxy from the environment gets between
        session.mount("https://", self)
        session.mount("http://", self)

    def answer_to(self, call: Callable[[], object]) -> Response | None:
        """The answer to the one request that a call makes, whatever the SDK thinks of it; None where none came."""
        self.answer = self.failure = None
        with suppress(Exception):  # judged by what came over the wire
            call()
        return self.answer

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """The whole answer to one request, whatever timeout the SDK thinks it has."""
        self.answer = self.failure = None
        url = str(request.url)
        if self._public and url.startswith(f"{self._public}/"):
            url = self._server + url.removeprefix(self._public)
        headers = [(_bytes(name), _bytes(value)) for name, value in request.headers.items()]
        if not any(name.lower() == b"host" for name, _ in headers):
            headers.append((b"Host", _host(url)))
        try:
            answer = self._wire.ask(str(request.method), url, headers, _content(request.body))
        except Exception as error:
            self.failure = error
            raise
        names = HTTPHeaderDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
        body = HTTPResponse(BytesIO(answer.body), names, answer.status, preload_content=False)
        self.answer = self.build_response(request, body)
        return self.answer

    def close(self) -> None:
        """Hang up."""
        self._wire.close()
        super().close()


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _host(url: str) -> bytes:
    return url.split("/")[2].encode("ascii")


def _content(body: Any) -> Any:
    return body.encode() if isinstance(body, str) else body
