"""PyPI's mastodon-mock on loopback, with accounts made as a test asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import requests
from mastodon_mock.config import MastodonMockConfig
from mastodon_mock.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Login:
    """An account on the server and its token."""

    server: Mock
    token: str

    def settings(self, base_url: str | None = None) -> dict[str, str]:
        """What the operator writes to publish as this account, there or through a proxy."""
        return {"base_url": base_url or self.server.url, "access_token": self.token}

    def posts(self) -> list[dict[str, Any]]:
        """Every post that stands, oldest first: the server's own entities, with the text as it was sent."""
        me = self._get("accounts/verify_credentials")
        page = self._get(f"accounts/{me['id']}/statuses", limit=40)
        posts = page
        while page:
            page = self._get(f"accounts/{me['id']}/statuses", limit=40, max_id=page[-1]["id"])
            posts += page
        return [post | self._get(f"statuses/{post['id']}/source") for post in reversed(posts)]

    def texts(self) -> list[str]:
        """The text of every post that stands, oldest first."""
        return [post["text"] for post in self.posts()]

    def media_of(self, post: dict[str, Any]) -> list[bytes]:
        """The bytes of what a post shows, as the server hands them out."""
        return [requests.get(each["url"], timeout=30).content for each in post["media_attachments"]]

    def _get(self, path: str, **query: Any) -> Any:
        answer = requests.get(
            f"{self.server.url}/api/v1/{path}",
            params=query,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()


class Mock:
    """A running mastodon-mock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._names = count(1)

    def account(self) -> Login:
        """A fresh account with nothing posted."""
        name = f"bot{next(self._names)}"
        form = {"username": name, "email": f"{name}@example.com", "password": "correct horse", "agreement": "true"}
        answer = requests.post(f"{self.url}/api/v1/accounts", data=form, timeout=30)
        answer.raise_for_status()
        return Login(self, answer.json()["access_token"])


@pytest.fixture(scope="session")
def mastodon_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """The server that the whole run shares: each test makes an account of its own on it."""
    config = MastodonMockConfig(media_storage_path=str(tmp_path_factory.mktemp("mastodon-mock")))
    with MockServer(config=config) as server:
        yield Mock(server.base_url)
