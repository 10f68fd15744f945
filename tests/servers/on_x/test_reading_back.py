"""The X adapter on our X server: how far back and in what pages it reads a timeline, and which one it does not trust."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from servers.lossy import Fault, answers, cuts, drops, loses
from servers.on_x.made import (
    LINK,
    ME,
    NOW,
    TIMELINE,
    adapter,
    delivery,
    page,
    plant,
    problem,
    said,
    shown,
    utc_now,
)

from bot.errors import OutcomeUnknown, RateLimited, Unauthorized, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

    from bot.errors import DeliveryError
    from bot.networks.base import Adapter


def test_a_timeline_is_read_page_by_page_from_a_day_before_the_first_attempt(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    ours = plant(login, f"Hello {LINK}")
    for number in range(230):
        plant(login, f"Later {number}")
    assert [ours] == [receipt.remote_id for receipt in through.find(delivery(f"Hello {LINK}"), ())]
    pages = [path for path in wire.seen if path.startswith(f"/2/users/{login.user_id}/tweets?")]
    assert 3 == len(pages)
    assert all("start_time=2026-11-22T10%3A00%3A00Z" in page for page in pages)


def test_what_stood_long_before_the_first_attempt_is_another_post(login: Login, here: Adapter) -> None:
    plant(login, f"Hello {LINK}", at=NOW - timedelta(days=1, seconds=1))
    assert [] == list(here.find(delivery(f"Hello {LINK}"), ()))


@pytest.mark.parametrize("still", [False, True], ids=["right by now", "still fast"])
@pytest.mark.parametrize("days", [2, 40])
def test_what_a_clock_stamped_that_was_days_fast_is_found_all_the_same(
    login: Login, wire: Lossy, tmp_path: Path, days: int, *, still: bool
) -> None:
    fast = timedelta(days=days)
    ours = plant(login, f"Hello {LINK}")
    looking = adapter(login, tmp_path, wire.url, clock=lambda: utc_now() + fast * still)
    sent = replace(delivery(f"Hello {LINK}"), first_attempt_at=utc_now() + fast)
    assert [ours] == [receipt.remote_id for receipt in looking.find(sent, ())]
    assert [] == list(looking.find(sent, {ours}))
    begin = datetime.fromisoformat(_asked(wire, "start_time")[0])
    assert timedelta(days=30) <= utc_now() - begin < timedelta(days=30, minutes=5)


def _asked(wire: Lossy, parameter: str) -> list[str]:
    """What the timeline was asked for, page by page."""
    pages = [path for path in wire.seen if re.search(TIMELINE, path)]
    return [parse_qs(urlsplit(page).query)[parameter][0] for page in pages]


def test_posts_that_are_too_long_for_one_answer_are_read_in_smaller_pages(
    x_server: XServer, wire: Lossy, tmp_path: Path
) -> None:
    login = x_server.account(premium=True)
    ours = plant(login, f"Hello {LINK}")
    for number in range(100):
        plant(login, f"{number}{'語' * 5_000}")
    long = adapter(login, tmp_path, wire.url)
    assert [ours] == [receipt.remote_id for receipt in long.find(delivery(f"Hello {LINK}"), ())]
    assert ["100", "25", "25", "25", "25", "25"] == _asked(wire, "max_results")


def test_a_page_that_is_too_large_however_small_it_is_says_nothing(wire: Lossy, through: Adapter) -> None:
    wire.next(TIMELINE, answers(200, "x" * 1_000_001), times=4)
    with pytest.raises(OutcomeUnknown, match="more than anybody reads"):
        list(through.find(delivery("Hello."), ()))
    assert ["100", "25", "6", "5"] == _asked(wire, "max_results")


@pytest.mark.parametrize("further", [{"next_token": "more"}, {}])
def test_a_timeline_that_does_not_reach_back_far_enough_says_nothing(
    wire: Lossy, through: Adapter, further: dict[str, str]
) -> None:
    wire.next(TIMELINE, page(*HUNDRED, next_token="more"), times=31)
    wire.next(TIMELINE, page(*HUNDRED, **further))
    with pytest.raises(OutcomeUnknown, match="3,200 posts"):
        list(through.find(delivery("Hello."), ()))
    assert 32 == wire.count(TIMELINE)


HUNDRED = [shown(number, f"Post {number}") for number in range(100)]
FAILURES: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "refused": (problem(401), Unauthorized),
    "limited": (problem(429), RateLimited),
    "forbidden": (problem(403), Unauthorized),
    "failed": (problem(500), Unavailable),
    "a page": (answers(200, "<html></html>"), Unavailable),
    "a list": (said(200, []), Unavailable),
    "nothing": (answers(200), Unavailable),
    "cut": (cuts, Unavailable),
    "lost": (loses, Unavailable),
    "dropped": (drops, Unavailable),
}
ODDITIES: dict[str, tuple[str, Fault]] = {
    "no such user": (TIMELINE, said(200, {"errors": [{"title": "Not Found Error"}]})),
    "posts and errors": (TIMELINE, said(200, {"data": [], "meta": {"result_count": 0}, "errors": [{}]})),
    "a count of more than is shown": (TIMELINE, said(200, {"data": [shown(1)], "meta": {"result_count": 2}})),
    "a count of posts that are not shown": (TIMELINE, said(200, {"meta": {"result_count": 1}})),
    "no count": (TIMELINE, said(200, {"data": [], "meta": {}})),
    "a post without a number": (TIMELINE, page({"text": "a"})),
    "a post without a text": (TIMELINE, page({"id": "1"})),
    "a post that is none": (TIMELINE, said(200, {"data": ["a"], "meta": {"result_count": 1}})),
    "odd entities": (TIMELINE, page(shown(1, entities=[1]))),
    "a page that breaks off the rest": (TIMELINE, page(*HUNDRED, next_token="unknown")),
}


@pytest.mark.parametrize("at", [ME, TIMELINE])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_look_that_fails_is_to_be_repeated(wire: Lossy, through: Adapter, at: str, failure: str) -> None:
    fault, told = FAILURES[failure]
    wire.next(at, fault)
    with pytest.raises(told):
        list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize("look", ODDITIES)
def test_a_timeline_that_cannot_be_trusted_says_nothing_about_the_post(
    wire: Lossy, through: Adapter, look: str
) -> None:
    wire.next(*ODDITIES[look])
    with pytest.raises(OutcomeUnknown):
        list(through.find(delivery("Hello."), ()))


NOBODY: list[Any] = [
    {"id": "a", "username": "a"},
    {"id": "1"},
    {"id": "1", "username": ""},
    {"id": "1", "username": 1},
    {"id": "1", "username": "half\ud83d"},
    {"id": "1", "username": "a\x1b[2J"},
    {"id": "1", "username": "two words"},
    {},
    [],
]


@pytest.mark.parametrize("user", NOBODY)
def test_who_is_nobody_says_nothing_about_the_post(wire: Lossy, through: Adapter, user: object) -> None:
    wire.next(ME, said(200, {"data": user}), times=2)
    with pytest.raises(Unavailable, match="no answer of X"):
        list(through.find(delivery("Hello."), ()))
    with pytest.raises(Unavailable, match="no answer of X"):
        through.check()
