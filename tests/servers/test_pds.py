"""The server that the Bluesky tests stand on, and the proxy before it."""

from __future__ import annotations

import http.client
import urllib.request
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Lossy, answers, drops, loses

if TYPE_CHECKING:
    from servers.pds import PDS


def post(text: str) -> dict[str, object]:
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-23T10:00:00Z"}


def test_an_account_starts_empty_and_shows_what_it_posted(pds: PDS) -> None:
    login = pds.account()
    assert [] == login.texts()
    body = {"repo": login.did, "collection": "app.bsky.feed.post", "record": post("hello")}
    login.call("com.atproto.repo.createRecord", body)
    assert ["hello"] == login.texts()
    assert pds.requests()["com.atproto.repo.createRecord"] >= 1


def test_the_proxy_passes_what_nobody_planned(pds: PDS, lossy: Lossy) -> None:
    with urllib.request.urlopen(f"{lossy.url}/xrpc/com.atproto.server.describeServer", timeout=5) as answer:
        assert b".test" in answer.read()
    assert lossy.count("describeServer") == 1


@pytest.mark.parametrize(("fault", "arrived"), [(drops, 0), (loses, 1)])
def test_a_lost_answer_is_a_request_that_arrived(pds: PDS, lossy: Lossy, fault: object, arrived: int) -> None:
    before = pds.requests().get("com.atproto.server.getSession", 0)
    lossy.next("getSession", fault)  # type: ignore[arg-type]  # parametrize knows no types
    with pytest.raises(http.client.RemoteDisconnected):
        urllib.request.urlopen(f"{lossy.url}/xrpc/com.atproto.server.getSession", timeout=5)
    assert arrived == pds.requests().get("com.atproto.server.getSession", 0) - before


def test_a_fault_ends_after_its_times(lossy: Lossy) -> None:
    lossy.next("/x", answers(200, "no"), times=2, after=1)
    assert ["passes", "no", "no", "passes"] == [told(lossy) for _ in range(4)]


def told(lossy: Lossy) -> str:
    try:
        with urllib.request.urlopen(f"{lossy.url}/x", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.close()
        return "passes"
