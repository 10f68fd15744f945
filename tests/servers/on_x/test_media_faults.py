"""The X adapter on our X server: whatever goes wrong while something is uploaded, nothing is posted, and afterwards once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, drops, late, loses
from servers.on_x.made import POST, adapter, attachment, coded, delivery, gif, picture, problem, said

from bot.errors import DeliveryError, MediaRefused, OutcomeUnknown, RateLimited, Unauthorized, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login

    from bot.model import Receipt
    from bot.networks.base import Adapter

THREAD = delivery(
    "One",
    "Two",
    media={0: (attachment(gif("red", "lime"), "image/gif"),), 1: (attachment(picture()), attachment(picture("blue")))},
)
STEPS = {
    "initialize": "/initialize$",
    "append": "/append$",
    "finalize": "/finalize$",
    "status": "command=STATUS",
    "metadata": "/metadata$",
    "upload": "^/2/media/upload$",
}
FAULTS: dict[str, Fault] = {
    "drops": drops,
    "loses": loses,
    "cuts": cuts,
    "late": late,
    "503": answers(503),
    "a page": answers(200, "<html>Log in to the hotel's network</html>"),
    "404": problem(404, "Not Found"),
}


def test_a_thread_with_media_of_all_kinds_stands(login: Login, here: Adapter) -> None:
    assert 2 == len(list(here.publish(THREAD)))
    assert [1, 2] == [len(login.media_of(post["id"])) for post in login.posts()]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_an_upload_that_fails_posts_nothing_and_the_next_attempt_everything_once(
    login: Login, wire: Lossy, tmp_path: Path, step: str, fault: str
) -> None:
    wire.next(STEPS[step], FAULTS[fault])
    with pytest.raises(Unavailable):
        list(adapter(login, tmp_path, wire.url, timeout=1.4 if fault == "late" else 20).publish(THREAD))
    assert (1, []) == (wire.count(STEPS[step]), login.texts())
    list(adapter(login, tmp_path, wire.url).publish(THREAD))
    assert ["One", "Two"] == login.texts()
    assert [1, 2] == [len(login.media_of(post["id"])) for post in login.posts()]


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("fault", ["drops", "loses", "cuts", "late"])
def test_a_part_with_pictures_whose_fate_is_unknown_is_found_or_posted_and_never_twice(
    login: Login, wire: Lossy, tmp_path: Path, fault: str, part: int
) -> None:
    wire.next(POST, FAULTS[fault], after=part)
    receipts: list[Receipt] = []
    with pytest.raises(OutcomeUnknown):
        receipts += adapter(login, tmp_path, wire.url, timeout=2 if fault == "late" else 20).publish(THREAD)
    again = adapter(login, tmp_path, wire.url)
    left = THREAD
    for receipt in again.find(left, ()):
        left = left.with_receipt(receipt)
    assert part + (fault != "drops") == len(left.receipts)
    list(again.publish(left))
    assert ["One", "Two"] == login.texts()
    assert [1, 2] == [len(login.media_of(post["id"])) for post in login.posts()]


REFUSALS: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "400": (problem(400, "as the network words it"), MediaRefused),
    "413": (answers(413, "<html>Request Entity Too Large</html>"), MediaRefused),
    "415": (problem(415, "as the network words it"), MediaRefused),
    "422": (problem(422, "as the network words it"), MediaRefused),
    "403 for a film": (problem(403, "not allowed to upload a video"), MediaRefused),
    "403": (problem(403, "as the network words it"), Unauthorized),
    "401": (problem(401, "as the network words it"), Unauthorized),
    "402": (problem(402, "as the network words it"), Unauthorized),
    "keys": (coded(400, 215, "as the network words it"), Unauthorized),
    "429": (problem(429, "as the network words it"), RateLimited),
    "500": (problem(500, "as the network words it"), Unavailable),
    "415 of a proxy": (answers(415, "<html>No</html>"), Unavailable),
    "no number": (said(200, {"data": {"id": 12, "processing_info": {"state": "new"}}}), Unavailable),
    "another number": (said(200, {"data": {"id": "1/2", "processing_info": 1}}), Unavailable),
}
ANSWER_IS_OF_NO_USE = {"append", "metadata"}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_of_an_upload_is_told_as_what_it_means(
    login: Login, wire: Lossy, through: Adapter, step: str, refusal: str
) -> None:
    fault, kind = REFUSALS[refusal]
    if refusal.endswith("number") and step in ANSWER_IS_OF_NO_USE:
        return
    wire.next(STEPS[step], fault)
    with pytest.raises(DeliveryError) as caught:
        list(through.publish(THREAD))
    assert kind is type(caught.value)
    assert [] == login.texts()


@pytest.mark.parametrize("step", STEPS)
def test_no_error_tells_our_keys(login: Login, wire: Lossy, through: Adapter, step: str) -> None:
    keys = login.settings().values()
    wire.next(STEPS[step], problem(400, f"bad: {' '.join(keys)}"))
    with pytest.raises(MediaRefused) as caught:
        list(through.publish(THREAD))
    assert not [key for key in vars(login.keys).values() if key in f"{caught.value!r} {caught.value}"]


def test_no_post_is_sent_when_the_uploads_left_no_time_for_it(login: Login, wire: Lossy, tmp_path: Path) -> None:
    def slow(exchange: object) -> None:
        wire.closing.wait(0.9)
        answers(200, '{"data": {}}')(exchange)  # type: ignore[arg-type]

    wire.next(STEPS["metadata"], slow)
    hurried = adapter(login, tmp_path, wire.url, timeout=1.1)
    with pytest.raises(Unavailable, match="no time was left to post"):
        list(hurried.publish(delivery("One", media={0: (attachment(picture()),)})))
    assert 0 == wire.count(POST)
