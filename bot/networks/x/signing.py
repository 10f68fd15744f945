"""For which of X's addresses requests are signed."""

from __future__ import annotations

import requests

from bot.networks.x import HOSTS


class Session(requests.Session):
    """
    Asks the one of X's own addresses that an account names, and so signs for it: the SDK knows but one.

    For any other address, which is a proxy's, it signs as for `public`.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.public = base_url.lower() if base_url.lower() in HOSTS else HOSTS[0]

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        request.url = str(request.url).replace(HOSTS[0], self.public, 1)
        return super().prepare_request(request)
