"""The X adapter on our X server: what it posts, as whom, and by when."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, dribbles, drops, late
from servers.on_x.made import LINK, ME, NOW, POST, TIMELINE, adapter, delivery, problem, said

from bot.errors import DeliveryError, OutcomeUnknown, Rejected, Unavailable
from bot.model import Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login

    from bot.networks.base import Adapter


def test_a_thread_is_posted_each_part_in_answer_to_the_one_before(login: Login, here: Adapter) -> None:
    receipts = list(here.publish(delivery("One & only.", f"Two {LINK}", "Three <3")))
    assert ["One & only.", f"Two {LINK}", "Three <3"] == login.texts()
    posts = login.posts()
    numbers = [post["id"] for post in posts]
    assert [
        Receipt(index, number, f"https://x.com/i/status/{number}") for index, number in enumerate(numbers)
    ] == receipts
    parents = [post.get("referenced_tweets") for post in posts]
    assert [None, *([{"type": "replied_to", "id": number}] for number in numbers[:2])] == parents


def test_a_thread_goes_on_after_its_last_receipt(login: Login, here: Adapter) -> None:
    [first] = here.publish(delivery("One."))
    [second] = here.publish(delivery("One.", "Two.", receipts=(first,)))
    assert ["One.", "Two."] == login.texts()
    assert [{"type": "replied_to", "id": first.remote_id}] == login.posts()[1]["referenced_tweets"]
    assert 1 == second.index
    assert [] == list(here.publish(delivery("One.", "Two.", receipts=(first, second))))
    assert 2 == len(login.texts())


def test_a_password_for_the_host_in_the_environment_changes_nothing(
    login: Login, here: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\ndefault login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    list(here.publish(delivery("Hello.")))
    assert login.user_id == here.check().login
    assert ["Hello."] == login.texts()


@pytest.mark.parametrize("older_form", [False, True])
def test_a_part_whose_parent_is_not_visible_yet_goes_out_later(
    login: Login, here: Adapter, *, older_form: bool
) -> None:
    login.hide_parents(older_form=older_form)
    attempt = here.publish(delivery("One.", "Two."))
    first = next(attempt)
    with pytest.raises(Unavailable, match="not visible to you"):
        next(attempt)
    assert ["One."] == login.texts()
    assert 1 == len(list(here.publish(delivery("One.", "Two.", receipts=(first,)))))
    assert ["One.", "Two."] == login.texts()


def test_a_part_whose_parent_is_gone_is_refused_for_good(here: Adapter) -> None:
    gone = Receipt(0, "1861043210987654321", "https://x.com/i/status/1861043210987654321")
    with pytest.raises(Rejected, match="deleted or not visible to you"):
        list(here.publish(delivery("One.", "Two.", receipts=(gone,))))


@pytest.mark.parametrize("ahead", [0, 60, -60])
@pytest.mark.parametrize(("minutes", "kind"), [(0, Unavailable), (14, Unavailable), (16, Rejected), (600, Rejected)])
def test_how_old_a_parent_is_goes_by_the_networks_clock(
    login: Login, wire: Lossy, tmp_path: Path, ahead: int, minutes: int, kind: type[DeliveryError]
) -> None:
    made = NOW - timedelta(minutes=minutes)
    number = str((int(made.timestamp() * 1000) - 1_288_834_974_657) << 22)
    wire.next(POST, problem(403, "deleted or not visible", date=format_datetime(NOW, usegmt=True)))
    ours = adapter(login, tmp_path, wire.url, clock=lambda: NOW + timedelta(minutes=ahead))
    with pytest.raises(kind):
        list(ours.publish(delivery("One.", "Two.", receipts=(Receipt(0, number, ""),))))


def test_check_tells_who_we_are_and_that_we_may_post_and_posts_nothing(login: Login, here: Adapter) -> None:
    identity = here.check()
    assert (login.user_id, f"@{login.username}") == (identity.login, identity.name)
    assert f"https://x.com/{login.username}" == identity.url
    assert ("may post",) == identity.facts
    assert [] == login.texts()


def test_check_does_not_say_that_we_may_post_where_x_does_not(wire: Lossy, through: Adapter) -> None:
    wire.next(ME, said(200, {"data": {"id": "1", "username": "news"}}))
    assert () == through.check().facts


@pytest.mark.parametrize("fault", [answers(502), cuts, drops, answers(401), said(200, {"data": []}), problem(503)])
def test_a_check_without_an_answer_says_nothing_about_the_account(wire: Lossy, through: Adapter, fault: Fault) -> None:
    wire.next(ME, fault)
    with pytest.raises(Unavailable):
        through.check()


SLOW: dict[str, Fault] = {
    "late": late,
    "dribbling": dribbles(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("slow", SLOW)
def test_everything_ends_by_its_deadline(login: Login, wire: Lossy, tmp_path: Path, slow: str) -> None:
    hurried = adapter(login, tmp_path, wire.url, timeout=1.5)
    wire.next(POST, SLOW[slow], after=1)
    attempt = hurried.publish(delivery("One.", "Two."))
    next(attempt)
    with pytest.raises(OutcomeUnknown, match=r"within 1\.5 s"):
        next(attempt)
    wire.next(TIMELINE, SLOW[slow])
    with pytest.raises(Unavailable, match=r"within 1\.5 s"):
        list(hurried.find(delivery("One.", "Two."), ()))
    wire.next(ME, SLOW[slow])
    with pytest.raises(Unavailable, match=r"within 1\.5 s"):
        hurried.check()
