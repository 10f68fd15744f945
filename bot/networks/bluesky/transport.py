"""The bounded wire as httpx, which the SDK speaks, wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import httpx

from bot.networks.wire import Deadline, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping


class Transport(httpx.BaseTransport):
    """Sends requests until the deadline; raises httpcore's exceptions. `headers` are those of the latest answer."""

    def __init__(self, deadline: Deadline) -> None:
        self._wire = Wire(deadline)
        self.headers: Mapping[str, str] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer to one request."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        answer = self._wire.ask(request.method, target, request.headers.raw, request.stream)
        response = httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)
        self.headers = response.headers
        return response

    def close(self) -> None:
        """Hang up."""
        self._wire.close()
