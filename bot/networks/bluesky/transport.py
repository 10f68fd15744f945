"""HTTP within bounds: everything that one attempt sends and reads ends by one deadline, and no answer grows too large."""

from __future__ import annotations

import socket
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

LARGEST_ANSWER = 1_000_000


class Deadline:
    """The end of an attempt; starts when it is made."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self, late: type[httpcore.TimeoutException]) -> float:
        """The seconds that are left; raises `late` where none are."""
        seconds = self._end - monotonic()
        if seconds <= 0:
            raise late
        return seconds


class Transport(httpx.BaseTransport):
    """
    Sends requests until the deadline; raises httpcore's exceptions, of which ConnectError and ConnectTimeout are certain.

    httpx's own timeouts are per read: a server that dribbles a byte a second never meets them.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._pool = httpcore.ConnectionPool(network_backend=_Backend(deadline))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer to one request."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=[*_without(request.headers.raw, b"accept-encoding"), (b"Accept-Encoding", b"identity")],
                content=request.stream,
            )
        )
        try:
            body = self._read(answer.iter_stream())
        finally:
            answer.close()
        # Without its location no redirect is followed, so neither password nor token goes anywhere else; and what is
        # compressed though we asked for plain text is not unfolded in memory.
        headers = _without(answer.headers, b"location", b"content-encoding")
        return httpx.Response(answer.status, headers=headers, content=body)

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    def _read(self, chunks: Iterable[bytes]) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise httpcore.RemoteProtocolError("the answer is too large")
        return bytes(body)


class _Backend(httpcore.NetworkBackend):
    """Connects within the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any) -> _Stream:
        del timeout
        addresses = _addresses(host, port)
        while True:  # each address has its share of the time: one that is silent must not use up that of the next
            seconds = self._deadline.left(httpcore.ConnectTimeout) / len(addresses)
            try:
                stream = self._sockets.connect_tcp(addresses.pop(0), port, seconds, *args, **options)
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
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
        self._stream.write(buffer, self._deadline.left(httpcore.WriteTimeout))

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


def _without(headers: Iterable[tuple[bytes, bytes]], *names: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in names]


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(error) from error
    return [str(address[0]) for *_, address in found]
