"""Posts that answer an earlier one, are edited where they stand, or are taken down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, drops, late, loses
from servers.on_mastodon.made import (
    FOUND,
    FOUR,
    LINK,
    LOOK,
    NOW,
    PAGE,
    RED,
    STANDING,
    TWO,
    UPLOAD,
    adapter,
    attempt,
    delivery,
    error,
    shown,
)

from bot.errors import (
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TooSlow,
    Unauthorized,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon
    from servers.mastodon_mock import Mock

    from bot.model import Post, Receipt
    from bot.networks.mastodon.adapter import MastodonAdapter

THREAD = delivery(f"Fish, at last: {LINK}", "Two.", url=LINK, warning="Blood", lang="de", media={0: TWO})


def post_of(text: str, two: str = "Two.", **post: object) -> Post:
    made = delivery(text, two, **{"url": LINK, **post}).post  # type: ignore[arg-type]
    assert made is not None
    return made


def failure(call: Callable[..., None], *args: object) -> DeliveryError:
    """How a call that must fail does so."""
    with pytest.raises(DeliveryError) as caught:
        call(*args)
    return caught.value


@pytest.fixture
def standing(here: MastodonAdapter) -> list[Receipt]:
    here.check()
    return list(here.publish(THREAD))


@pytest.mark.parametrize("case", FOUND)
def test_an_answer_stands_below_the_last_of_what_it_answers_and_is_found_there(
    login: Login, here: MastodonAdapter, standing: list[Receipt], case: str
) -> None:
    post = FOUND[case].post
    assert post is not None
    answer = replace(FOUND[case], post=replace(post, answers=tuple(standing)), id=9, key="delivery-9")
    receipts = list(here.publish(answer))
    chain = [standing[-1].remote_id, *(receipt.remote_id for receipt in receipts)]
    assert chain[:-1] == [each["in_reply_to_id"] for each in login.posts()[2:]]
    taken = {receipt.remote_id for receipt in standing}
    assert receipts == list(here.find(answer, taken))


def test_the_same_words_elsewhere_are_no_answer(here: MastodonAdapter, standing: list[Receipt]) -> None:
    list(here.publish(delivery("Sorry, there is no fish.", number=2)))
    answer = delivery("Sorry, there is no fish.", number=3, answers=tuple(standing))
    with pytest.raises(OutcomeUnknown, match="like what was sent"):
        list(here.find(answer, {receipt.remote_id for receipt in standing}))


def test_an_answer_of_other_words_may_be_ours_after_a_restore(here: MastodonAdapter, standing: list[Receipt]) -> None:
    list(here.publish(delivery("We were wrong.", number=2, answers=tuple(standing))))
    answer = delivery("Sorry, there is no fish.", number=3, answers=tuple(standing))
    taken = {receipt.remote_id for receipt in standing}
    assert [] == list(here.find(answer, taken))
    with pytest.raises(OutcomeUnknown, match="like what was sent"):
        list(here.find(replace(answer, sought_since=NOW), taken))


def test_an_answer_to_what_is_gone_is_refused(here: MastodonAdapter, standing: list[Receipt]) -> None:
    for receipt in standing:
        here.retract(receipt)
    caught = attempt(here, delivery("Sorry.", number=2, answers=tuple(standing)))
    assert (Rejected, True) == (type(caught), "does not find what this answers" in str(caught))


def test_what_is_taken_down_is_gone_and_may_be_taken_down_again(
    login: Login, here: MastodonAdapter, standing: list[Receipt]
) -> None:
    here.retract(standing[1])
    assert [THREAD.post and THREAD.post.parts[0].text] == login.texts()
    here.retract(standing[1])
    here.retract(standing[0])
    assert [] == login.texts()


@pytest.mark.parametrize("fault", [drops, loses, cuts, late])
def test_taking_down_is_repeated_until_it_is_answered(
    login: Login, wire: Lossy, tmp_path: Path, standing: list[Receipt], fault: Fault
) -> None:
    wire.next(STANDING, fault)
    through = adapter(login, tmp_path, wire.url, timeout=1)
    assert Unavailable is type(failure(through.retract, standing[1]))
    through.retract(standing[1])
    assert 1 == len(login.texts())


NO = "This action is outside the authorized scopes"
CHANGES: list[tuple[Fault, type[DeliveryError], str]] = [
    (error(400, "Bad Request"), Rejected, "refuses this: Bad Request"),
    (error(422, "Validation failed: no"), Rejected, "Validation failed: no"),
    (answers(405, "<html>"), Rejected, "does not "),
    (error(401, "The access token is invalid"), Unauthorized, "Check BOT_ACCOUNTS__NEWS__ACCESS_TOKEN"),
    (error(403, NO), Unauthorized, "bot resume news"),
    (error(429, "Too many requests"), RateLimited, "asks for a pause"),
    (error(500, "Internal"), Unavailable, "answered 500"),
    (answers(502, "<html>"), Unavailable, "answered 502"),
    (PAGE, Unavailable, "answered 200, and "),
]


@pytest.mark.parametrize(("fault", "kind", "words"), CHANGES)
@pytest.mark.parametrize("edit", [False, True])
def test_what_an_answer_to_a_change_means(
    login: Login,
    through: MastodonAdapter,
    wire: Lossy,
    standing: list[Receipt],
    fault: Fault,
    kind: type[DeliveryError],
    words: str,
    edit: bool,
) -> None:
    wire.next(STANDING, fault)
    caught = failure(through.revise, THREAD.post, standing[1]) if edit else failure(through.retract, standing[1])
    assert (kind, True) == (type(caught), words in str(caught)), caught
    assert login.token not in str(caught)
    assert 2 == len(login.texts())


def test_a_page_that_is_not_found_does_not_say_that_a_post_is_gone_until_it_is_not_shown(
    through: MastodonAdapter, wire: Lossy, standing: list[Receipt]
) -> None:
    nothing = answers(404, "<html>")
    wire.next(STANDING, nothing)
    assert Unavailable is type(failure(through.retract, standing[1]))
    wire.next("", nothing, times=2)
    assert "is no Mastodon server, or not at this address" in str(failure(through.retract, standing[1]))
    wire.next(STANDING, nothing, times=2)
    through.retract(standing[1])


def test_a_part_is_edited_where_it_stands_with_its_pictures_and_twice(
    login: Login, here: MastodonAdapter, standing: list[Receipt]
) -> None:
    before = login.posts()
    for text, media in (("Better.", FOUR), ("Best.", [RED])):
        post = post_of(text, lang="en", warning="Gore", media={0: media})
        here.revise(post, standing[0])
        here.revise(post, standing[0])
        assert [each.content for each in media] == login.media_of(standing[0].remote_id)
    one, two = login.posts()
    assert ("Best.", "Gore", True, "en") == tuple(one[n] for n in ("text", "spoiler_text", "sensitive", "language"))
    assert [each["id"] for each in before] == [one["id"], two["id"]]
    assert (before[1], before[0]["visibility"]) == (two, one["visibility"])
    assert [before[0]["text"], "Better.", "Better.", "Best."] == one["history"]


def test_an_edit_goes_on_showing_what_it_names_without_its_bytes(
    login: Login, here: MastodonAdapter, standing: list[Receipt]
) -> None:
    here.revise(post_of("Better.", media={0: FOUR}), standing[0])
    kept = [replace(each, content=b"") for each in (FOUR[2], FOUR[0])]
    here.revise(post_of("Best.", media={0: [RED, *kept]}), standing[0])
    assert [RED.content, FOUR[2].content, FOUR[0].content] == login.media_of(standing[0].remote_id)
    assert "Best." == login.texts()[0]


def test_an_edit_takes_off_the_pictures_and_the_warning_that_are_no_more(
    login: Login, here: MastodonAdapter, standing: list[Receipt]
) -> None:
    here.revise(post_of("Plain."), standing[0])
    one = login.posts()[0]
    assert ("Plain.", "", False, []) == tuple(one[n] for n in ("text", "spoiler_text", "sensitive", "media"))


def test_an_edit_that_is_refused_changes_nothing(login: Login, here: MastodonAdapter, standing: list[Receipt]) -> None:
    before = login.posts()
    bad = shown("a.png", b"hello")
    assert MediaRefused is type(failure(here.revise, post_of("Bad.", media={0: [bad]}), standing[0]))
    assert Rejected is type(failure(here.revise, post_of("x" * 501), standing[0]))
    assert Rejected is type(failure(here.revise, post_of("Odd.", lang="xx"), standing[0]))
    assert before == login.posts()


@pytest.mark.parametrize("step", [UPLOAD, LOOK, STANDING])
@pytest.mark.parametrize("fault", [drops, loses, cuts, late])
def test_an_edit_that_is_lost_is_made_again(
    login: Login, wire: Lossy, tmp_path: Path, standing: list[Receipt], fault: Fault, step: str
) -> None:
    wire.next(step, fault)
    post = post_of("Better.", media={0: [RED]})
    assert (TooSlow if fault is late and step != STANDING else Unavailable) is type(
        failure(adapter(login, tmp_path, wire.url, timeout=1).revise, post, standing[0])
    )
    adapter(login, tmp_path, wire.url).revise(post, standing[0])
    assert ["Better.", "Two."] == login.texts()
    assert [RED.content] == login.media_of(standing[0].remote_id)


def test_what_does_not_stand_is_not_edited_and_some_servers_edit_nothing(
    server: Mastodon, here: MastodonAdapter, standing: list[Receipt]
) -> None:
    here.retract(standing[1])
    assert "does not show this post any more" in str(failure(here.revise, THREAD.post, standing[1]))
    server.rules.edits = False
    assert Rejected is type(failure(here.revise, THREAD.post, standing[0]))


def test_mastodon_mock_edits_and_takes_down(mastodon_mock: Mock, tmp_path: Path) -> None:
    login = mastodon_mock.account()
    here = adapter(login, tmp_path)
    receipts = list(here.publish(delivery("One.", "Two.", warning="Blood")))
    post = delivery("Better.", "Two.").post
    assert post is not None
    here.revise(post, receipts[0])
    assert [("Better.", ""), ("Two.", "Blood")] == [(each["text"], each["spoiler_text"]) for each in login.posts()]
