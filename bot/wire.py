"""HTTP within bounds: everything that one attempt sends and reads ends by one deadline, and no answer grows too large."""

from __future__ import annotations

import socket
import weakref
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from ssl import SSLContext

LARGEST_ANSWER = 1_000_000
_PIECE = 65_536
# For so many seconds after an answer its connection is used again. Servers hang up after 5 and more; a request that meets
# that is one of which nobody knows what became, where a new connection would have been refused.
FRESH = 1.0
Header = tuple[bytes, bytes]


class TooLarge(httpcore.RemoteProtocolError):
    """An answer that goes on beyond what anybody reads."""


class Deadline:
    """The end of an attempt, which begins when this is made."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Another attempt begins."""
        self._end = monotonic() + self._seconds

    def left(self, late: type[httpcore.TimeoutException]) -> float:
        """The seconds that are left; raises `late` where none are."""
        seconds = self._end - monotonic()
        if seconds <= 0:
            raise late
        return seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Wire:
    """
    Sends requests until the deadline; raises httpcore's exceptions, of which ConnectError and ConnectTimeout are certain.

    The timeouts of httpx and requests are per read: a server that dribbles a byte a second never meets them. Nothing is
    sent a second time: a request that breaks on a connection from before breaks. It is for one attempt at a time, and hangs up
    when nobody has it any more. `resolve` says which addresses a host has: it is asked once for each connection, which goes to
    one of them and nowhere else. `most` is how many bytes an answer may have.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        fresh: float = FRESH,
        resolve: Callable[[str, int], list[str]] | None = None,
        most: int = LARGEST_ANSWER,
    ) -> None:
        backend = _Backend(deadline, resolve or addresses)
        self._pool = httpcore.ConnectionPool(network_backend=backend, keepalive_expiry=fresh)
        self._most = most
        weakref.finalize(self, self._pool.close)

    def ask(self, method: bytes | str, url: httpcore.URL | str, headers: Iterable[Header], body: Any) -> Answer:
        """The answer to one request; it is not followed anywhere else, nor unfolded in memory."""
        answer = self.ask_openly(method, url, headers, body)
        # Without its location no redirect is followed, so neither password nor token goes anywhere else; and what is
        # compressed though we asked for plain text stays as it is.
        return replace(answer, headers=_without(answer.headers, b"location", b"content-encoding"))

    def ask_openly(self, method: bytes | str, url: httpcore.URL | str, headers: Iterable[Header], body: Any) -> Answer:
        """The same with all its headers, for one who carries no secret and minds where they lead."""
        plain = [*_without(headers, b"accept-encoding"), (b"Accept-Encoding", b"identity")]
        answer = self._pool.handle_request(httpcore.Request(method, url, headers=plain, content=body))
        try:
            content = _read(answer, self._most)
        finally:
            answer.close()
        return Answer(answer.status, answer.headers, content)

    def close(self) -> None:
        """Hang up."""
        self._pool.close()


class _Backend(httpcore.NetworkBackend):
    """Connects within the deadline."""

    def __init__(self, deadline: Deadline, resolve: Callable[[str, int], list[str]]) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any) -> _Stream:
        del timeout
        found = self._resolve(host, port)
        while True:  # each address has its share of the time: one that is silent must not use up that of the next
            seconds = self._deadline.left(httpcore.ConnectTimeout) / len(found)
            try:
                stream = self._sockets.connect_tcp(found.pop(0), port, seconds, *args, **options)
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not found:
                    raise


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is given what is left of the attempt, whatever timeout it is asked for."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        # httpcore gives each send the whole of a timeout, and copies what is left after each
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], self._deadline.left(httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        del timeout
        seconds = self._deadline.left(httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _read(answer: httpcore.Response, most: int) -> bytes:
    lengths = [value for name, value in answer.headers if name.lower() == b"content-length"]
    if any(value.isdigit() and int(value[:20]) > most for value in lengths):
        raise TooLarge
    body = bytearray()
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def _without(headers: Iterable[Header], *names: bytes) -> list[Header]:
    return [(name, value) for name, value in headers if name.lower() not in names]


def addresses(host: str, port: int) -> list[str]:
    """Where this host is reached, by the system's own look-up."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(error) from error
    return [str(address[0]) for *_, address in found]
