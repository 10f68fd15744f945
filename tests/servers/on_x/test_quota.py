"""The X adapter on our X server: what it knows of the posts that are left, by whatever clock."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers
from servers.on_x.made import ME, NOW, POST, adapter, delivery, problem

from bot.errors import RateLimited

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

    from bot.networks.base import Adapter


def made(**headers: str) -> Fault:
    """The post is made, and its answer has these headers."""
    return answers(201, '{"data": {"id": "1861043210987654321"}}', content_type="application/json", **headers)


def left(remaining: str, minutes: float = 9, kind: str = "x_rate_limit", reset: str | None = None) -> dict[str, str]:
    reset = str(int((NOW + timedelta(minutes=minutes)).timestamp())) if reset is None else reset
    told = {"limit": "100", "remaining": remaining, "reset": reset}
    return {f"{kind}_{name}": value for name, value in told.items()}


def test_check_tells_what_the_last_post_left(login: Login, tmp_path: Path) -> None:
    login.rate(100, 3)
    ours = adapter(login, tmp_path, clock=lambda: NOW)
    list(ours.publish(delivery("One.", "Two.")))
    may_post, told = ours.check().facts
    assert ("may post", "1 of 100 posts left until 2026-11-23 10:1") == (may_post, told[: len(told) - len("5 UTC")])
    afterwards = adapter(login, tmp_path, clock=lambda: NOW + timedelta(minutes=16))
    assert ("may post",) == afterwards.check().facts


def test_nothing_is_asked_while_nothing_is_left(login: Login, wire: Lossy, tmp_path: Path) -> None:
    login.rate(100, 1)
    now = NOW
    ours = adapter(login, tmp_path, wire.url, clock=lambda: now)
    attempt = ours.publish(delivery("One.", "Two."))
    first = next(attempt)
    for again in (attempt, ours.publish(delivery("One.", "Two.", receipts=(first,)))):
        with pytest.raises(RateLimited, match="0 of 100 posts left until 2026-11-23") as caught:
            next(again)
        assert NOW + timedelta(minutes=14) < caught.value.retry_at <= NOW + timedelta(minutes=15, seconds=2)
    assert 1 == wire.count(POST)
    now = caught.value.retry_at
    login.rate(100, 100)
    assert 1 == len(list(ours.publish(delivery("One.", "Two.", receipts=(first,)))))


@pytest.mark.parametrize("kind", ["x_user_limit_24hour", "x_app_limit_24hour"])
def test_the_posts_of_a_day_are_counted_too(wire: Lossy, through: Adapter, kind: str) -> None:
    wire.next(POST, made(**left("99"), **left("0", minutes=600, kind=kind)))
    list(through.publish(delivery("One.")))
    with pytest.raises(RateLimited, match="posts a day") as caught:
        list(through.publish(delivery("Two.")))
    assert NOW + timedelta(minutes=600) == caught.value.retry_at


@pytest.mark.parametrize(("minutes", "a_day"), [(9, 600), (600, 9)])
def test_of_two_quotas_that_are_used_up_the_later_counts(
    wire: Lossy, through: Adapter, minutes: float, a_day: float
) -> None:
    wire.next(POST, made(**left("0", minutes), **left("0", a_day, kind="x_user_limit_24hour")))
    list(through.publish(delivery("One.")))
    with pytest.raises(RateLimited, match=r"0 of 100 posts left until .*, 0 of 100 posts a day left") as caught:
        list(through.publish(delivery("Two.")))
    assert NOW + timedelta(minutes=600) == caught.value.retry_at


def test_what_is_left_under_other_keys_is_another_matter(
    login: Login, x_server: XServer, wire: Lossy, tmp_path: Path
) -> None:
    login.rate(100, 1)
    list(adapter(login, tmp_path, wire.url).publish(delivery("One.")))
    other = x_server.account()
    assert 1 == len(list(adapter(other, tmp_path, wire.url).publish(delivery("One."))))


ODD = ["", "-1", "9" * 30, "soon", "1e3", f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["x_rate_limit_limit", "x_rate_limit_remaining", "x_rate_limit_reset", "date"])
def test_odd_headers_never_spoil_a_post_that_was_made(wire: Lossy, through: Adapter, name: str, odd: str) -> None:
    headers = left("7") if name == "date" else left("0")
    wire.next(POST, made(**headers | {name: odd}))
    wire.next(POST, made())
    assert 2 == len(list(through.publish(delivery("One.", "Two."))))


def test_a_home_that_cannot_be_written_never_spoils_a_post_that_was_made(login: Login, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    assert 2 == len(list(adapter(login, tmp_path).publish(delivery("One.", "Two."))))


RESETS = {
    "soon": (left("0", 1.5), NOW + timedelta(seconds=90)),
    "soon, and no more": ({"x_rate_limit_reset": left("0", 1.5)["x_rate_limit_reset"]}, NOW + timedelta(seconds=90)),
    "the day's": (left("0", 1.5) | left("0", 600, "x_user_limit_24hour"), NOW + timedelta(minutes=600)),
    "absent": ({}, NOW + timedelta(minutes=5)),
    "past": (left("0", -1), NOW + timedelta(minutes=5)),
    "in a thousand years": (left("0", reset="33300000000"), NOW + timedelta(minutes=5)),
    "beyond all years": (left("0", reset="9" * 30), NOW + timedelta(minutes=5)),
    "no number": (left("0", reset="soon"), NOW + timedelta(minutes=5)),
}


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("step", [POST, ME])
def test_a_limit_says_until_when(wire: Lossy, through: Adapter, reset: str, step: str) -> None:
    headers, until = RESETS[reset]
    wire.next(step, problem(429, "Too Many Requests", **headers))
    with pytest.raises(RateLimited, match="Too Many Requests") as caught:
        through.check() if step is ME else list(through.publish(delivery("Hello.")))
    assert until == caught.value.retry_at


@pytest.mark.parametrize("minutes", [5, -5])
def test_a_clock_five_minutes_wrong_waits_no_longer_and_no_less(
    login: Login, wire: Lossy, tmp_path: Path, minutes: int
) -> None:
    ours = NOW + timedelta(minutes=minutes)
    date = format_datetime(NOW, usegmt=True)
    wire.next(POST, problem(429, "Too Many Requests", **left("0", 3), date=date))
    for _ in range(2):  # the second is not asked any more
        with pytest.raises(RateLimited) as caught:
            list(adapter(login, tmp_path, wire.url, clock=lambda: ours).publish(delivery("Hello.")))
        assert ours + timedelta(minutes=3) == caught.value.retry_at
    assert 1 == wire.count(POST)
