"""What the Mastodon adapter finds again of what it may have posted, and where it cannot tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Exchange, Fault, answers, cuts, loses
from servers.on_mastodon.made import (
    LINK,
    ME,
    NOW,
    PAGE,
    SOURCE,
    TIMELINE,
    WRITE,
    adapter,
    delivery,
    error,
    says,
)

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Unauthorized, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon

    from bot.networks.mastodon.adapter import MastodonAdapter


@pytest.mark.parametrize("name", ["mastodon_strict", "mastodon_keyless", "mastodon_mock"])
@pytest.mark.parametrize("fault", [loses, cuts])
def test_a_lost_answer_ends_in_one_post(
    request: pytest.FixtureRequest, proxied: Callable[[str], Lossy], tmp_path: Path, name: str, fault: Fault
) -> None:
    server = request.getfixturevalue(name)
    login, wire = server.account(), proxied(server.url)
    wire.next(WRITE, fault, after=1)
    here, thread = adapter(login, tmp_path, wire.url), delivery("One.", f"Two {LINK}", "Three.", url=LINK)
    receipts = here.publish(thread)
    thread = thread.with_receipt(next(receipts))
    with pytest.raises(OutcomeUnknown):
        next(receipts)
    for receipt in here.find(thread, ()):
        thread = thread.with_receipt(receipt)
    for receipt in here.publish(thread):
        thread = thread.with_receipt(receipt)
    assert ["One.", f"Two {LINK}", "Three."] == login.texts()
    assert [post["id"] for post in login.posts()] == [receipt.remote_id for receipt in thread.receipts]


def test_a_repeat_under_the_same_key_is_the_same_post(login: Login, here: MastodonAdapter) -> None:
    assert list(here.publish(delivery("One."))) == list(here.publish(delivery("One.")))
    assert ["One."] == login.texts()


def test_where_keys_are_ignored_only_the_look_prevents_a_second_post(
    mastodon_keyless: Mastodon, tmp_path: Path
) -> None:
    login = mastodon_keyless.account()
    here = adapter(login, tmp_path)
    [first], [second] = here.publish(delivery("One.")), here.publish(delivery("One."))
    assert first.remote_id != second.remote_id
    assert [first] == list(here.find(delivery("One."), ()))


FOUND = {
    "by its link": delivery(f"Fish, at last: {LINK}", url=LINK),
    "by its words": delivery("Nothing but words, and\n\na paragraph."),
    "with its warning": delivery("Fish.", warning="Blood"),
    "as a thread": delivery("One.", "Two.", "Three.", warning="Blood"),
    "with a mention": delivery("Thanks @alice@example.com for the fish"),
    "without words": delivery("🎉🎉"),
    "among marks": delivery("a < b & c > d \"e\" 'f' #Fish *g* _h_"),
    "private": delivery("For few.", visibility="private"),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_stands_is_found(here: MastodonAdapter, case: str) -> None:
    list(here.publish(delivery("Another post.", number=7)))
    receipts = list(here.publish(FOUND[case]))
    assert receipts == list(here.find(FOUND[case], ()))


def test_the_rest_of_a_thread_is_found_by_what_it_answers(here: MastodonAdapter) -> None:
    thread = delivery("One.", "Two.", "Three.")
    first, *rest = here.publish(thread)
    assert rest == list(here.find(thread.with_receipt(first), ()))


ABSENT = {
    "nothing": (),
    "other words": (delivery("Something else.", number=2),),
    "an answer of these words": (delivery("Something else.", "Fish.", number=2),),
}


@pytest.mark.parametrize("case", ABSENT)
def test_what_does_not_stand_is_not_found(here: MastodonAdapter, case: str) -> None:
    for other in ABSENT[case]:
        list(here.publish(other))
    assert [] == list(here.find(delivery("Cod.", url=LINK), ()))


ALIKE = {
    "its link under other words": (delivery(f"Old fish {LINK}", number=2), delivery(f"New cod {LINK}", url=LINK)),
    "its words with other marks": (delivery("Fish, at last!", number=2), delivery("Fish at last")),
    "its words under a warning": (delivery("Fish.", warning="Blood", number=2), delivery("Fish.")),
    "its words under another warning": (
        delivery("Fish.", warning="Bones", number=2),
        delivery("Fish.", warning="Blood"),
    ),
    "its words in answer to something": (delivery("One.", "Fish.", number=2), delivery("Fish.")),
}


@pytest.mark.parametrize("case", ALIKE)
def test_what_is_like_ours_is_for_a_person_to_tell(here: MastodonAdapter, case: str) -> None:
    other, ours = ALIKE[case]
    list(here.publish(other))
    with pytest.raises(OutcomeUnknown, match="is like what was sent, but not the same"):
        list(here.find(ours, ()))


def test_two_posts_of_the_same_words_are_told_apart_by_who_holds_them(here: MastodonAdapter) -> None:
    [first], [second] = here.publish(delivery("One.")), here.publish(delivery("One.", number=2))
    assert [first] == list(here.find(delivery("One."), {second.remote_id}))
    assert [second] == list(here.find(delivery("One.", number=2), {first.remote_id}))
    assert [] == list(here.find(delivery("One.", number=3), {first.remote_id, second.remote_id}))


def test_what_other_deliveries_hold_is_not_even_asked_for(wire: Lossy, through: MastodonAdapter) -> None:
    [first], [second] = through.publish(delivery("One.")), through.publish(delivery("One.", number=2))
    assert [first] == list(through.find(delivery("One."), {second.remote_id}))
    assert 1 == wire.count(SOURCE)


def test_an_answer_to_our_own_is_found_however_the_server_renders_it(wire: Lossy, through: MastodonAdapter) -> None:
    thread = delivery("One.", "Two.", "Three.")
    first, *rest = through.publish(thread)
    wire.next(
        TIMELINE,
        lambda exchange: exchange.send(exchange.forward().replace(b"Two.", b"~~~~").replace(b"Three.", b"~~~~~~")),
    )
    assert rest == list(through.find(thread.with_receipt(first), ()))


def test_what_was_boosted_is_not_taken_for_a_post(wire: Lossy, through: MastodonAdapter) -> None:
    entry = {"id": "7", "url": "https://a.example/7", "created_at": NOW.isoformat(), "content": "<p>One.</p>"}
    wire.next(TIMELINE, says([entry | {"reblog": entry | {"id": "6"}}]))
    assert [] == list(through.find(delivery("One."), ()))


def test_a_look_goes_back_page_by_page_and_no_further_than_a_day(
    server: Mastodon, login: Login, wire: Lossy, through: MastodonAdapter
) -> None:
    moment = NOW - timedelta(days=2)
    server.state.now = lambda: moment
    for number in range(60):
        list(through.publish(delivery(f"Old {number}", number=100 + number)))
    moment = NOW
    receipts = list(through.publish(delivery("Ours.")))
    for number in range(45):
        list(through.publish(delivery(f"New {number}", number=200 + number)))
    assert receipts == list(through.find(delivery("Ours."), ()))
    assert [] == list(through.find(delivery("Old 59"), ()))
    assert 2 + 2 == wire.count(TIMELINE)


def test_where_all_is_shown_at_once_the_look_ends(server: Mastodon, wire: Lossy, through: MastodonAdapter) -> None:
    receipts = list(through.publish(delivery("One.", "Two.")))
    wire.next(TIMELINE, as_if_first, times=9)
    assert receipts == list(through.find(delivery("One.", "Two."), ()))
    assert 2 == wire.count(TIMELINE)


def test_where_older_posts_are_not_shown_nobody_can_tell(wire: Lossy, through: MastodonAdapter) -> None:
    for number in range(41):
        list(through.publish(delivery(f"New {number}", number=200 + number)))
    wire.next(TIMELINE, as_if_first, times=9)
    with pytest.raises(OutcomeUnknown, match="does not show older posts"):
        list(through.find(delivery("Cod."), ()))


def as_if_first(exchange: Exchange) -> None:
    """The server knows no pages."""
    exchange.path = exchange.path.partition("?")[0] + "?limit=40"
    exchange.send(exchange.forward())


@pytest.mark.parametrize("case", FOUND.keys() - {"with a mention"})
def test_where_no_source_is_told_the_same_words_are_good_enough(
    server: Mastodon, here: MastodonAdapter, case: str
) -> None:
    server.rules.source = False
    list(here.publish(delivery("Another post.", number=7)))
    receipts = list(here.publish(FOUND[case]))
    assert receipts == list(here.find(FOUND[case], ()))


def test_where_no_source_is_told_less_than_the_same_words_is_not(
    server: Mastodon, login: Login, wire: Lossy, through: MastodonAdapter
) -> None:
    server.rules.source = False
    ours = FOUND["with a mention"]
    list(through.publish(ours))
    wire.next(TIMELINE, lambda exchange: exchange.send(shortened(exchange.forward())))
    with pytest.raises(OutcomeUnknown, match="does not tell how it was written"):
        list(through.find(ours, ()))


def shortened(answer: bytes) -> bytes:
    """A timeline as Mastodon writes it: of a mention only the name."""
    head, _, body = answer.partition(b"\r\n\r\n")
    content = body.replace(b"@alice@example.com", b"@alice")
    return head.replace(str(len(body)).encode(), str(len(content)).encode()) + b"\r\n\r\n" + content


UNSURE: dict[str, tuple[str, Fault, type[DeliveryError]]] = {
    "the timeline is a page": (TIMELINE, PAGE, OutcomeUnknown),
    "the timeline is an object": (TIMELINE, says({}), OutcomeUnknown),
    "the timeline is of no posts": (TIMELINE, says([{"id": "1"}]), OutcomeUnknown),
    "the timeline is nowhere": (TIMELINE, error(404, "Record not found"), OutcomeUnknown),
    "the timeline is down": (TIMELINE, answers(502), Unavailable),
    "the timeline is cut": (TIMELINE, cuts, Unavailable),
    "the timeline is not for us": (TIMELINE, error(403, "outside the authorized scopes"), Unauthorized),
    "the source is down": (SOURCE, error(500, "Internal"), Unavailable),
    "the source is not for us": (SOURCE, error(403, "outside the authorized scopes"), Unauthorized),
    "too many requests": (SOURCE, error(429, "Too many requests"), RateLimited),
    "the token is dead": (ME, error(401, "The access token is invalid"), Unauthorized),
}


@pytest.mark.parametrize("case", UNSURE)
def test_a_look_that_fails_never_says_that_a_post_is_absent(through: MastodonAdapter, wire: Lossy, case: str) -> None:
    step, fault, kind = UNSURE[case]
    list(through.publish(delivery("Hello.")))
    wire.next(step, fault)
    with pytest.raises(kind):
        list(through.find(delivery("Hello."), ()))
