"""Plain requests to a Mastodon, for tests that hold a server to its promises."""

from __future__ import annotations

import re
from typing import Any

import requests

ME = "v1/accounts/verify_credentials"


def ask(login: Any, method: str, path: str, **how: Any) -> requests.Response:
    """The answer to a request of this login."""
    headers = {"Authorization": f"Bearer {login.token}"} | how.pop("headers", {})
    return requests.request(method, f"{login.server.url}/api/{path}", headers=headers, timeout=10, **how)


def post(login: Any, status: str, key: str | None = None, **fields: Any) -> requests.Response:
    """The answer to a request to post."""
    headers = {"Idempotency-Key": key} if key else {}
    return ask(login, "POST", "v1/statuses", data={"status": status, **fields}, headers=headers)


def timeline(login: Any, viewer: Any = None, **query: Any) -> requests.Response:
    """The posts of a login, as it or another one is shown them."""
    me = ask(login, "GET", ME).json()["id"]
    return ask(viewer or login, "GET", f"v1/accounts/{me}/statuses", params=query)


def said(timeline: requests.Response) -> list[str]:
    """What its posts say, without their markup."""
    return [re.sub("<[^>]+>", "", shown["content"]) for shown in timeline.json()]


def refusal(answer: requests.Response) -> tuple[int, Any]:
    """The status and the words of a refusal."""
    return answer.status_code, answer.json()["error"]
