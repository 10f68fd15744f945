"""The X adapter on our X server: answers to an earlier post, and posts that are taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, drops, late, loses
from servers.on_x.made import LINK, POST, adapter, coded, delivery, problem, said

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable
from bot.model import Post, Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login

    from bot.networks.base import Adapter

ONE = "^/2/tweets/[0-9]+$"


def parents(login: Login) -> list[str | None]:
    """What each post answers."""
    return [next((other["id"] for other in post.get("referenced_tweets", ())), None) for post in login.posts()]


def test_the_first_part_answers_the_last_of_an_earlier_post(login: Login, here: Adapter) -> None:
    earlier = tuple(here.publish(delivery("Old one", "Old two")))
    receipts = list(here.publish(delivery("New one", "New two", answers=earlier)))
    numbers = [receipt.remote_id for receipt in (*earlier, *receipts)]
    assert [None, *numbers[:3]] == parents(login)


def test_an_answer_whose_fate_is_unknown_is_found_by_what_it_answers(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    earlier = tuple(through.publish(delivery("Old")))
    wire.next(POST, loses)
    correction = delivery(f"Correction: new {LINK}", answers=earlier)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(correction))
    assert [login.posts()[1]["id"]] == [receipt.remote_id for receipt in through.find(correction, ())]
    with pytest.raises(OutcomeUnknown, match="is like what was sent"):
        list(through.find(delivery(f"Correction: new {LINK}"), ()))


def test_an_answer_to_what_is_gone_is_refused_for_good(login: Login, here: Adapter) -> None:
    gone = Receipt(0, "1861043210987654321", "")
    with pytest.raises(Rejected, match="no longer has what this answers"):
        list(here.publish(delivery("New", answers=(gone,))))
    assert [] == login.texts()


def test_a_part_is_taken_down_and_its_like_stay(login: Login, here: Adapter) -> None:
    first, second = here.publish(delivery("One", "Two"))
    here.retract(second)
    here.retract(second)
    assert ["One"] == login.texts()
    here.retract(first)
    assert [] == login.texts()


GONE: dict[str, Fault] = {
    "404": problem(404, "Not Found", title="Not Found"),
    "404 in the older form": coded(404, 144, "No status found with that ID."),
    "200": said(
        200, {"errors": [{"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"}]}
    ),
}


@pytest.mark.parametrize("fault", GONE)
def test_what_is_gone_already_is_no_trouble(wire: Lossy, through: Adapter, fault: str) -> None:
    wire.next(ONE, GONE[fault])
    through.retract(Receipt(0, "1861043210987654321", ""))
    assert 1 == wire.count(ONE)


STAYS: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "drops": (drops, Unavailable),
    "loses": (loses, Unavailable),
    "cuts": (cuts, Unavailable),
    "503": (answers(503), Unavailable),
    "404 of a proxy": (answers(404, "<html>Not Found</html>"), Unavailable),
    "not deleted": (said(200, {"data": {"deleted": False}}), Unavailable),
    "nothing": (answers(200), Unavailable),
    "429": (problem(429, "slowly"), RateLimited),
    "401": (problem(401, "Unauthorized"), Unauthorized),
    "another's": (problem(403, "You are not authorized to delete this Tweet."), Rejected),
    "another's in the older form": (coded(403, 183, "You may not delete another user's status."), Rejected),
    "400": (problem(400, "as the network words it"), Rejected),
}


@pytest.mark.parametrize("fault", STAYS)
def test_a_part_that_could_not_be_taken_down_is_told_and_tried_again(
    login: Login, wire: Lossy, through: Adapter, fault: str
) -> None:
    [receipt] = through.publish(delivery("One"))
    wire.next(ONE, STAYS[fault][0])
    with pytest.raises(DeliveryError) as caught:
        through.retract(receipt)
    assert STAYS[fault][1] is type(caught.value)
    through.retract(receipt)
    assert [] == login.texts()


def test_taking_down_ends_by_its_deadline(login: Login, wire: Lossy, tmp_path: Path) -> None:
    hurried = adapter(login, tmp_path, wire.url, timeout=0.8)
    [receipt] = hurried.publish(delivery("One"))
    wire.next(ONE, late)
    with pytest.raises(Unavailable, match=r"within 0\.8 s"):
        hurried.retract(receipt)


@pytest.mark.parametrize("name", ["", "12a", "at://did/1", "../users/me"])
def test_what_is_no_number_of_a_post_is_asked_of_nobody(wire: Lossy, through: Adapter, name: str) -> None:
    with pytest.raises(Rejected, match="is not the number of a post"):
        through.retract(Receipt(0, name, ""))
    assert [] == wire.seen


def test_posts_cannot_be_changed(login: Login, here: Adapter) -> None:
    [receipt] = here.publish(delivery("One"))
    assert not here.network.edits
    with pytest.raises(Rejected, match="stay as they are"):
        here.revise(delivery("Two").post or Post(()), receipt)
    assert ["One"] == login.texts()
