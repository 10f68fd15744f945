"""What we use of the SDK; nothing else imports it, lest it bring all its models."""

from __future__ import annotations

from bot.networks.bluesky.lazily import lazily

# The SDK's typed methods are hundreds of pydantic models that we do not call; importing them took 0.53 s, without
# them it is 0.20 s.
with lazily("atproto_client.namespaces.async_ns", "atproto_client.namespaces.sync_ns"):
    from atproto_client.client.base import ClientBase
    from atproto_client.client.session import Session
    from atproto_client.exceptions import (
        BadRequestError,
        RateLimitExceededError,
        RequestErrorBase,
        RequestException,
        UnauthorizedError,
    )
    from atproto_client.models.dot_dict import DotDict
    from atproto_client.request import RequestBase, Response

__all__ = [
    "BadRequestError",
    "ClientBase",
    "DotDict",
    "RateLimitExceededError",
    "RequestBase",
    "RequestErrorBase",
    "RequestException",
    "Response",
    "Session",
    "UnauthorizedError",
]
