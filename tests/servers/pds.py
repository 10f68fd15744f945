"""The reference Bluesky server on loopback, with accounts made as a test asks for them."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import threading
import urllib.error
import urllib.request
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from servers import node
from servers.need import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY_WITHIN = 60.0
POSTS = "app.bsky.feed.post"


@dataclass(frozen=True)
class Login:
    """An account on the server, with what its owner knows and the tokens that it was given when it was made."""

    server: PDS
    handle: str
    password: str
    did: str
    access: str
    refresh: str

    def call(self, nsid: str, body: Any = None, **params: Any) -> Any:
        """The server's answer to this account."""
        return self.server.call(nsid, body, token=self.access, **params)

    def settings(self, base_url: str | None = None) -> dict[str, str]:
        """What the operator writes to publish as this account, there or through a proxy."""
        return {"handle": self.handle, "app_password": self.password, "base_url": base_url or self.server.url}

    @property
    def credentials(self) -> dict[str, str]:
        """What a log-in asks for."""
        return {"identifier": self.handle, "password": self.password}

    def keep_session(self, home: Path, name: str, base_url: str | None = None) -> Path:
        """Leave the session in the bot's home as an earlier run would have; a log-in takes 0.36 s."""
        path = home / "var" / "sessions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fields = (self.handle, self.did, self.access, self.refresh, base_url or self.server.url)
        path.write_text(":::".join(fields))
        return path

    def posts(self) -> list[dict[str, Any]]:
        """Every post that stands, oldest first: uri, cid and value, as the server tells them."""
        records: list[dict[str, Any]] = []
        page: dict[str, Any] = {"cursor": None}
        while "cursor" in page:
            cursor = {"cursor": page["cursor"]} if page["cursor"] else {}
            page = self.server.call(
                "com.atproto.repo.listRecords", repo=self.did, collection=POSTS, reverse="true", limit=100, **cursor
            )
            records += page["records"]
        return records

    def blob(self, cid: str) -> bytes:
        """The bytes that the server has under this name, as everybody may ask for them."""
        return self.server.blob(self.did, cid)

    def blobs(self) -> list[str]:
        """The names of all that its posts show."""
        return list(self.server.call("com.atproto.sync.listBlobs", did=self.did)["cids"])

    def texts(self) -> list[str]:
        """The text of every post that stands, oldest first."""
        return [record["value"]["text"] for record in self.posts()]


class PDS:
    """A running server; its truth is asked past every proxy."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._names = count(1)

    @property
    def jwt_secret(self) -> str:
        """What the server signs its tokens with: for tests that need an expired one."""
        return str(json.loads((self.folder / "serve.json").read_text())["jwtSecret"])

    def expired(self, token: str) -> str:
        """The same token, signed by the server, of an hour that is long past."""
        head, body, _ = token.split(".")
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        claims |= {"iat": claims["iat"] - 10_000_000, "exp": claims["iat"] - 9_000_000}
        body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        seal = hmac.new(self.jwt_secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{urlsafe_b64encode(seal).rstrip(b'=').decode()}"

    def account(self) -> Login:
        """A fresh account with nothing posted."""
        handle, password = f"kil{next(self._names)}.test", "correct horse battery"
        made = self.call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.com", "password": password},
        )
        return Login(self, handle, password, made["did"], made["accessJwt"], made["refreshJwt"])

    def take_down(self, login: Login) -> None:
        """What a moderator does to an account."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": login.did}
        secret = json.loads((self.folder / "serve.json").read_text())["adminPassword"]
        authorization = f"Basic {b64encode(f'admin:{secret}'.encode()).decode()}"
        body = {"subject": subject, "takedown": {"applied": True}}
        self._ask("/xrpc/com.atproto.admin.updateSubjectStatus", body, authorization)

    def call(self, nsid: str, body: Any = None, *, token: str | None = None, **params: Any) -> Any:
        """What the server answers to one call; a refusal is an AssertionError with its words."""
        query = f"?{urlencode(params)}" if params else ""
        return self._ask(f"/xrpc/{nsid}{query}", body, f"Bearer {token}" if token else None)

    def blob(self, did: str, cid: str) -> bytes:
        """The bytes that an account's records may show under this name."""
        return self._read(f"/xrpc/com.atproto.sync.getBlob?{urlencode({'did': did, 'cid': cid})}")

    def requests(self) -> dict[str, int]:
        """How often each method was called since the server started, by its name."""
        return {path.removeprefix("/xrpc/"): n for path, n in self._ask("/__fault")["counts"].items()}

    def _ask(self, path: str, body: Any = None, authorization: str | None = None) -> Any:
        return json.loads(self._read(path, body, authorization) or "null")

    def _read(self, path: str, body: Any = None, authorization: str | None = None) -> bytes:
        headers = {"Authorization": authorization} if authorization else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None


@contextmanager
def running(folder: Path, *options: str) -> Iterator[PDS]:
    """A server that keeps its data in `folder`, while this lasts; `options` are those of pds.mjs."""
    command = node.command("pds.mjs", "--dir", str(folder), *options)
    with (
        (folder / "stderr").open("w") as errors,
        subprocess.Popen(command, env=node.environment(), stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        impatience = threading.Timer(READY_WITHIN, process.kill)
        impatience.start()
        line = process.stdout.readline()
        impatience.cancel()
        assert line, f"the PDS did not start: {(folder / 'stderr').read_text()}"
        try:
            yield PDS(json.loads(line)["pds"], folder)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDS]:
    """The server that the whole run shares: each test makes an account of its own on it."""
    if not node.installed():
        missing("the reference PDS: python tests/servers/node.py installs it")
    with running(tmp_path_factory.mktemp("pds")) as server:
        yield server
