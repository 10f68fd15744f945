"""Who sent a request: its OAuth 1.0a signature, checked by oauthlib."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, RequestValidator, ResourceEndpoint
from servers.x import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from servers.x.accounts import Login

PUBLIC = "https://api.twitter.com"  # what is signed, wherever a request was sent to
TOLERANCE = 300


class Signatures(RequestValidator):
    """
    The keys of every account, and the nonces that were used.

    oauthlib asks for far more than one protected resource needs; what is here is what it asks of that.
    """

    dummy_client = dummy_access_token = ""  # their secrets sign nothing: the unknown are refused anyhow
    allowed_signature_methods = (SIGNATURE_HMAC_SHA1,)
    safe_characters = frozenset(string.ascii_letters + string.digits + "-")  # type: ignore[assignment]
    client_key_length = access_token_length = nonce_length = (1, 100)
    timestamp_lifetime = 10**10  # by this machine's clock; ours is checked below

    def __init__(self) -> None:
        super().__init__()
        self.logins: dict[str, Login] = {}
        self._now = 0
        self._used: set[tuple[str, ...]] = set()
        self._endpoint = ResourceEndpoint(self)

    def author(self, method: str, path: str, headers: Mapping[str, str], now: datetime) -> Login:
        """The account whose keys signed this request; Refused where there is none."""
        self._now = int(now.timestamp())
        if not headers.get("Authorization", "").startswith("OAuth "):
            raise words.unauthorized()
        try:
            right, request = self._endpoint.validate_protected_resource_request(
                PUBLIC + path, method, headers=dict(headers)
            )
        except ValueError:  # a query that is not encoded
            raise words.unauthorized() from None
        if request and str(request.timestamp).isdigit() and not self._timely(request.timestamp):
            raise words.timestamp_out_of_bounds()
        if not right:
            raise words.unauthorized()
        return self.logins[request.resource_owner_key]

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: Any = None,
        access_token: Any = None,
    ) -> bool:
        use = (client_key, timestamp, nonce, access_token)
        fresh = use not in self._used
        self._used.add(use)
        return fresh and self._timely(timestamp)

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return any(login.keys.consumer_key == client_key for login in self.logins.values())

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.logins and self.logins[token].keys.consumer_key == client_key

    def validate_realms(self, *_: Any, **__: Any) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        keys = (login.keys for login in self.logins.values())
        return next((key.consumer_secret for key in keys if key.consumer_key == client_key), "")

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.logins[token].keys.access_token_secret if token in self.logins else ""

    def _timely(self, timestamp: str) -> bool:
        return abs(int(timestamp) - self._now) <= TOLERANCE
