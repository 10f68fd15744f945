"""Pictures and films, as they arrive at the servers, and what a server that does not take them means for a post."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from servers.lossy import Exchange, Fault, answers, cuts, drops, late, loses, passes
from servers.on_mastodon.made import (
    FILM,
    FOUR,
    LOOK,
    MOVING,
    NOW,
    PAGE,
    RED,
    TWO,
    UPLOAD,
    WRITE,
    adapter,
    attempt,
    delivery,
    error,
    picture,
    says,
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
    from collections.abc import Sequence
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon
    from servers.mastodon_mock import Mock

    from bot.model import Attachment, Delivery
    from bot.networks.mastodon.adapter import MastodonAdapter

FAULTS: list[Fault] = [drops, loses, cuts, late]
ALONE = delivery("Look.", media={0: TWO})


def pictured(login: Login) -> list[tuple[str, list[str]]]:
    """Each post that stands, with what its pictures are said to show."""
    return [(post["text"], [each["description"] for each in post["media"]]) for post in login.posts()]


def seen(content: bytes) -> tuple[str | None, tuple[int, int], int]:
    """What a picture is, once it is decoded: its format, its size, and how much of it is red."""
    with Image.open(BytesIO(content)) as decoded:
        return decoded.format, decoded.size, decoded.convert("RGB").getpixel((5, 5))[0] // 50  # type: ignore[index]


def test_four_pictures_stand_with_what_they_show_in_their_order(login: Login, here: MastodonAdapter) -> None:
    [receipt] = here.publish(delivery("Look.", media={0: FOUR}))
    assert [("Look.", [each.alt or None for each in FOUR])] == pictured(login)
    contents = login.media_of(receipt.remote_id)
    assert [each.content for each in FOUR] == contents
    assert [("PNG", (64, 48), 5), ("JPEG", (64, 48), 0), ("WEBP", (32, 32), 0), ("PNG", (64, 48), 2)] == [
        seen(content) for content in contents
    ]
    assert 0 == login.uploads()


def test_mastodon_mock_shows_four_pictures_again(mastodon_mock: Mock, tmp_path: Path) -> None:
    login = mastodon_mock.account()
    here = adapter(login, tmp_path)
    here.check()
    post = delivery("Look.", "Two.", media={0: FOUR, 1: [MOVING]}, warning="Bright")
    receipts = list(here.publish(post))
    one, two = login.posts()
    assert [each.alt or None for each in FOUR] == [each["description"] for each in one["media_attachments"]]
    assert [each.content for each in FOUR] == login.media_of(one)
    assert (["gifv"], [MOVING.content], True) == (
        [each["type"] for each in two["media_attachments"]],
        login.media_of(two),
        two["sensitive"],
    )
    assert receipts == list(here.find(post, ()))
    for receipt in receipts:
        here.retract(receipt)
        here.retract(receipt)
    assert [] == login.texts()


@pytest.mark.parametrize(("media", "kind"), [(MOVING, "gifv"), (FILM, "video"), (RED, "image")])
def test_what_moves_arrives_as_it_is(login: Login, here: MastodonAdapter, media: Attachment, kind: str) -> None:
    [receipt] = here.publish(delivery("Look.", media={0: [media]}))
    assert [media.content] == login.media_of(receipt.remote_id)
    assert [kind] == [each["type"] for each in login.shown(receipt.remote_id)["media_attachments"]]


def test_a_thread_has_its_pictures_on_the_part_that_names_them(login: Login, here: MastodonAdapter) -> None:
    list(here.publish(delivery("One.", "Two.", "Three.", media={1: TWO, 2: [RED]})))
    assert [("One.", []), ("Two.", ["A red field", "A green field"]), ("Three.", ["A red field"])] == pictured(login)


def test_all_pictures_are_ready_before_the_first_part_stands(server: Mastodon, login: Login, tmp_path: Path) -> None:
    server.rules.processing = 3
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        assert [] == login.texts()
        waits.append(seconds)

    list(adapter(login, tmp_path, sleep=sleep).publish(delivery("One.", "Two.", media={1: TWO})))
    assert ["One.", "Two."] == login.texts()
    assert [0.25, 0.5, 1.0] * 2 == waits, "it asks ever more slowly"


def test_a_server_says_how_long_it_wants_to_be_left_alone(login: Login, wire: Lossy, tmp_path: Path) -> None:
    waits: list[float] = []
    upload = {"id": "7", "type": "image", "url": None}
    wire.next(LOOK, answers(206, '{"id": "7"}', content_type="application/json", retry_after="4"), times=2)
    wire.next(LOOK, says(upload))
    wire.next(UPLOAD, answers(202, '{"id": "7"}', content_type="application/json", retry_after="2"))
    wire.next(WRITE, says({"id": "1", "url": "https://a.de/1"}))
    list(adapter(login, tmp_path, wire.url, sleep=waits.append).publish(delivery("One.", media={0: [RED]})))
    assert [2, 4, 4] == waits


def test_a_picture_that_is_never_ready_is_not_waited_for_longer_than_the_attempt(
    server: Mastodon, login: Login, tmp_path: Path
) -> None:
    server.rules.processing = 1000
    caught = attempt(adapter(login, tmp_path, sleep=time.sleep, timeout=1.5), ALONE)
    assert TooSlow is type(caught)
    assert "has not processed red.png in time. BOT_ACCOUNTS__NEWS__TIMEOUT is how many seconds" in str(caught)
    assert [] == login.texts()


def test_a_post_is_not_sent_when_no_time_is_left_for_its_answer(login: Login, wire: Lossy, tmp_path: Path) -> None:
    def slow(exchange: Exchange) -> None:
        exchange.server.closing.wait(0.9)
        passes(exchange)

    wire.next(LOOK, slow, after=3)
    caught = attempt(adapter(login, tmp_path, wire.url, timeout=1), ALONE)
    assert (TooSlow, True) == (type(caught), "no time was left to post" in str(caught)), caught
    assert 0 == wire.count(WRITE)


def test_a_picture_that_cannot_be_processed_is_refused_by_its_name(
    server: Mastodon, login: Login, here: MastodonAdapter
) -> None:
    here.check()
    server.rules.fails = "Error processing thumbnail for uploaded media"
    caught = attempt(here, ALONE)
    assert MediaRefused is type(caught)
    assert "refuses red.png: Error processing thumbnail" in str(caught)
    assert [] == login.texts()


NOT_TAKEN = {
    "no picture": (shown("a.png", b"hello"), "a.png: Validation failed: File is not recognized"),
    "cut short": (shown("a.png", RED.content[:60]), "not recognized"),
    "of another kind": (shown("a.jpg", RED.content, mime="image/jpeg"), "not what they are reported to be"),
    "of an unknown kind": (shown("a.bmp", picture("red", "BMP"), mime="image/bmp"), "content type is invalid"),
    "too many pixels": (shown("a.gif", picture("red", "GIF", (1281, 721)), mime="image/gif"), "1281x721 images"),
    "too long a description": (replace(RED, alt="x" * 1501), "maximum is 1500"),
    "without a byte": (replace(FILM, content=b""), "film.mp4: Error processing"),
}


@pytest.mark.parametrize("case", NOT_TAKEN)
def test_what_a_server_does_not_take_is_refused_in_its_words_and_nothing_is_posted(
    login: Login, here: MastodonAdapter, case: str
) -> None:
    media, words = NOT_TAKEN[case]
    here.check()
    caught = attempt(here, delivery("One.", "Two.", media={0: [RED], 1: [media]}))
    assert MediaRefused is type(caught)
    assert words in str(caught)
    assert "/news/" not in str(caught)
    assert [] == login.texts()


@pytest.mark.parametrize(
    ("media", "words"), [((*FOUR, RED), "attach more than 4 files"), ((RED, FILM), "Cannot attach a video")]
)
def test_pictures_that_a_post_may_not_have_together_are_refused_and_later_the_post_is(
    login: Login, here: MastodonAdapter, media: Sequence[Attachment], words: str
) -> None:
    here.check()
    caught = attempt(here, delivery("Look.", media={0: media}))
    assert (MediaRefused, True) == (type(caught), words in str(caught))
    doubted = replace(delivery("Look.", media={0: media}), claim=2)
    assert Rejected is type(attempt(here, doubted)), "what may stand has these pictures"
    receipts = here.publish(delivery("One.", "Two.", media={1: media}))
    next(receipts)
    with pytest.raises(Rejected) as midway:
        next(receipts)
    assert Rejected is type(midway.value), "the thread stands in part"
    assert ["One."] == login.texts()


def test_limits_that_changed_make_a_post_anew_once(server: Mastodon, login: Login, here: MastodonAdapter) -> None:
    here.check()
    server.rules.max_media_attachments = 1
    caught = attempt(here, ALONE)
    assert Unavailable is type(caught)
    assert "more than 1 files; it has other limits now than the post was made for. It is made anew, with" in str(caught)
    assert here.network.media is not None
    assert 1 == here.network.media.most
    assert MediaRefused is type(attempt(here, ALONE))
    server.rules.max_media_attachments = 2
    assert Rejected is type(attempt(here, delivery("Odd.", lang="xx", media={0: [RED]}))), (
        "that is no fault of pictures"
    )
    assert [] == login.texts()


SCOPES = "with the scopes read, write:statuses and write:media, then: bot resume news"
UPLOADS: dict[str, tuple[Fault, type[DeliveryError], str]] = {
    "not valid": (error(422, "Validation failed: File is odd"), MediaRefused, "refuses red.png: Validation failed"),
    "too large for what stands before it": (answers(413, "<html>"), MediaRefused, "refuses red.png: it is too large"),
    "of a kind that it does not know": (error(415, "Unsupported Media Type"), MediaRefused, "Unsupported Media Type"),
    "a server of texts": (answers(404, "<html>"), MediaRefused, "takes neither pictures nor films"),
    "no scope": (error(403, "This action is outside the authorized scopes"), Unauthorized, SCOPES),
    "no token": (error(401, "The access token is invalid"), Unauthorized, "Check BOT_ACCOUNTS__NEWS__ACCESS_TOKEN"),
    "in trouble": (error(500, "Internal"), Unavailable, "answered 500: Internal"),
    "down": (answers(503, "<html>"), Unavailable, "answered 503"),
    "elsewhere": (answers(302, location="http://127.0.0.1:9/"), Unavailable, "answered 302"),
    "a page": (PAGE, Unavailable, "answered 200, and with no picture"),
    "without a name": (says({"id": 7}), Unavailable, "with no picture"),
    "without an end": (answers(200, "x" * 2_000_000), Unavailable, "more than anybody reads"),
}


@pytest.mark.parametrize("step", [UPLOAD, LOOK])
@pytest.mark.parametrize("case", UPLOADS)
def test_what_an_answer_to_an_upload_means(
    login: Login, through: MastodonAdapter, wire: Lossy, case: str, step: str
) -> None:
    fault, kind, words = UPLOADS[case]
    if step == LOOK and case == "a server of texts":
        kind, words = Unavailable, "answered 404"  # it forgot what it took
    through.check()
    wire.next(step, fault)
    caught = attempt(through, ALONE)
    assert (kind, True) == (type(caught), words in str(caught)), caught
    assert login.token not in str(caught)
    assert [] == login.texts()
    list(through.publish(ALONE))
    assert [("Look.", ["A red field", "A green field"])] == pictured(login)


def test_a_token_that_a_server_repeats_is_not_told(login: Login, through: MastodonAdapter, wire: Lossy) -> None:
    wire.next(UPLOAD, error(422, f"Validation failed: {login.token}"))
    assert "Validation failed: …" in str(attempt(through, ALONE))


def test_uploads_have_a_window_of_their_own(server: Mastodon, tmp_path: Path) -> None:
    login = server.account()
    server.state.tokens[login.token].uploads = 3
    here = adapter(login, tmp_path)
    list(here.publish(ALONE))
    caught = attempt(here, delivery("Two.", number=2, media={0: TWO}))
    assert isinstance(caught, RateLimited)
    assert NOW + timedelta(minutes=28) == caught.retry_at
    list(here.publish(delivery("Three.", number=3)))
    assert ["Look.", "Three."] == login.texts()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("step", "after"), [(UPLOAD, 0), (UPLOAD, 1), (LOOK, 1)])
def test_when_an_upload_is_lost_nothing_is_posted_and_the_next_attempt_posts_once(
    login: Login, wire: Lossy, tmp_path: Path, fault: Fault, step: str, after: int
) -> None:
    wire.next(step, fault, after=after)
    post = delivery("One.", "Two.", media={0: [RED], 1: TWO})
    assert (TooSlow if fault is late else Unavailable) is type(
        attempt(adapter(login, tmp_path, wire.url, timeout=1), post)
    )
    assert [] == login.texts()
    receipts = list(adapter(login, tmp_path, wire.url).publish(post))
    assert [[RED.content], [each.content for each in TWO]] == [login.media_of(each.remote_id) for each in receipts]
    assert ["One.", "Two."] == login.texts()


@pytest.mark.parametrize("keyless", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_when_a_post_with_pictures_is_lost_it_stands_once(
    server: Mastodon, login: Login, wire: Lossy, tmp_path: Path, fault: Fault, keyless: bool
) -> None:
    server.rules.honours_keys = not keyless
    wire.next(WRITE, fault, after=1)
    post = delivery("One.", "Two.", media={0: [RED], 1: TWO})
    receipts = adapter(login, tmp_path, wire.url, timeout=1).publish(post)
    post = post.with_receipt(next(receipts))
    with pytest.raises(OutcomeUnknown):
        next(receipts)
    post = looked_for(adapter(login, tmp_path, wire.url), replace(post, claim=2))
    for receipt in adapter(login, tmp_path, wire.url).publish(post):
        post = post.with_receipt(receipt)
    assert [("One.", ["A red field"]), ("Two.", ["A red field", "A green field"])] == pictured(login)
    assert [[RED.content], [each.content for each in TWO]] == [login.media_of(each.remote_id) for each in post.receipts]


def looked_for(here: MastodonAdapter, post: Delivery) -> Delivery:
    for receipt in here.find(post, ()):
        post = post.with_receipt(receipt)
    return post


def test_a_post_that_a_server_finds_too_early_is_sent_again_later(
    login: Login, through: MastodonAdapter, wire: Lossy
) -> None:
    early = "Cannot attach files that have not finished processing. Try again in a moment!"
    through.check()
    wire.next(WRITE, error(422, early))
    caught = attempt(through, ALONE)
    assert (Unavailable, True) == (type(caught), early in str(caught))
    assert [] == login.texts()


def test_words_of_media_do_not_make_a_refusal_of_a_text_one_of_pictures(
    login: Login, through: MastodonAdapter, wire: Lossy
) -> None:
    through.check()
    wire.next(WRITE, error(422, "Validation failed: media"), times=1)
    assert Rejected is type(attempt(through, delivery("No picture.")))
    assert Rejected is type(attempt(through, delivery("x" * 501, media={0: [RED]})))


def test_a_server_that_shows_no_pictures_has_the_post_all_the_same(
    server: Mastodon, login: Login, here: MastodonAdapter
) -> None:
    server.rules.takes_media = False
    [receipt] = here.publish(ALONE)
    assert [("Look.", [])] == pictured(login)
    assert [receipt] == list(here.find(ALONE, ()))


def test_a_picture_alone_is_a_post(login: Login, here: MastodonAdapter) -> None:
    only = delivery("", media={0: [RED]})
    receipts = list(here.publish(only))
    assert [("", ["A red field"])] == pictured(login)
    assert receipts == list(here.find(only, ()))


def test_what_a_server_takes_is_what_it_states(server: Mastodon, here: MastodonAdapter) -> None:
    rules: Any = server.rules
    rules.max_media_attachments, rules.description_limit, rules.image_matrix_limit = 6, 700, 1_000_000
    rules.image_size_limit, rules.video_size_limit = 1_000, 2_000
    rules.mime_types = ("image/heic", "image/png", "video/mp4", "audio/ogg")
    here.check()
    media = here.network.media
    assert media is not None
    assert (6, 700, 1_000_000, {"image/png": 1_000, "video/mp4": 2_000}) == (
        media.most,
        media.alt,
        media.pixels,
        media.formats,
    )
