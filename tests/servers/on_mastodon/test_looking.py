"""What the Mastodon adapter finds again of what it may have posted, and where it cannot tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, loses
from servers.mastodon import KEYLESS, strict
from servers.on_mastodon.made import (
    FOUND,
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

    from bot.model import Delivery
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
    thread = settle(here, thread)
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


def test_where_a_key_is_stored_late_the_look_comes_before_it(
    server: Mastodon, login: Login, wire: Lossy, through: MastodonAdapter
) -> None:
    server.rules.key_kept_after = timedelta(seconds=40)
    wire.next(WRITE, loses)
    lost = delivery("One.")
    with pytest.raises(OutcomeUnknown):
        list(through.publish(lost))
    settled = settle(through, lost)
    assert ["One."] == login.texts()
    assert [post["id"] for post in login.posts()] == [receipt.remote_id for receipt in settled.receipts]
    list(through.publish(lost))
    assert ["One.", "One."] == login.texts(), "the key alone would have made a second one"


@pytest.mark.parametrize("days", [2, 40])
@pytest.mark.parametrize("right", [True, False], ids=["since put right", "fast still"])
def test_what_was_sent_by_a_clock_that_was_fast_is_found(tmp_path: Path, days: int, *, right: bool) -> None:
    fast = NOW + timedelta(days=days)
    with strict(clock=lambda: NOW, **KEYLESS) as server:
        login = server.account()
        lost = replace(delivery("One."), first_attempt_at=fast)
        [receipt] = adapter(login, tmp_path, at=fast).publish(lost)
        settled = settle(adapter(login, tmp_path, at=NOW if right else fast), lost)
        assert ((receipt,), ["One."]) == (settled.receipts, login.texts())


def settle(here: MastodonAdapter, thread: Delivery) -> Delivery:
    """What a second attempt makes of a delivery: it looks, and publishes the rest."""
    for receipt in here.find(thread, ()):
        thread = thread.with_receipt(receipt)
    for receipt in here.publish(thread):
        thread = thread.with_receipt(receipt)
    return thread


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


OTHER_LINKS = {
    "a longer one": ("https://example.org/2026/1", "https://example.org/2026/11/12"),
    "the site's own": ("https://example.org", "https://example.org/2026/11/12"),
    "another spelling": ("https://example.org/stra%C3%9F", "https://example.org/straße"),
}


@pytest.mark.parametrize("case", OTHER_LINKS)
@pytest.mark.parametrize("source", [True, False])
def test_a_link_that_ours_is_the_beginning_of_is_another(
    server: Mastodon, here: MastodonAdapter, case: str, *, source: bool
) -> None:
    server.rules.source = source
    ours, other = OTHER_LINKS[case]
    list(here.publish(delivery(f"All that is known of old fish: {other}", number=2)))
    assert [] == list(here.find(delivery(f"Nobody ever saw a cod like this one {ours}", url=ours), ()))


def test_after_a_restore_a_post_with_the_articles_title_is_for_a_person_to_tell(here: MastodonAdapter) -> None:
    list(here.publish(delivery("Yesterday's words: Fish — at last! And many, many others.", number=2)))
    ours = replace(delivery("Fish at last, in today's words", title="Fish at last"), sought_since=NOW)
    with pytest.raises(OutcomeUnknown, match="is like what was sent, but not the same"):
        list(here.find(ours, ()))
    assert [] == list(here.find(replace(ours, sought_since=None), ()))


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
