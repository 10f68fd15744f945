"""The X adapter on our X server: pictures and films, as they stand there."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from servers.lossy import loses
from servers.on_x.made import LINK, POST, adapter, attachment, delivery, film, gif, picture, problem, said

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
from bot.model import Attachment, Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Fault, Lossy
    from servers.x.accounts import Login

    from bot.networks.base import Adapter

FOUR = tuple(
    attachment(picture(colour, form), f"image/{form}", f"{colour}: “ü & <b>” 👩‍🚀")
    for colour, form in [("red", "png"), ("lime", "jpeg"), ("blue", "webp"), ("black", "png")]
)
GIF = attachment(gif("red", "lime", "blue"), "image/gif", "Colours.")
UPLOADS = "^/2/media/"


def shown(login: Login, index: int) -> list[tuple[bytes, str]]:
    """What a post of the account shows: bytes and what is said of them."""
    return [(media.content, media.alt) for media in login.media_of(login.posts()[index]["id"])]


def sent(*attachments: Attachment) -> list[tuple[bytes, str]]:
    return [(each.content, each.alt) for each in attachments]


def test_four_pictures_stand_in_their_order_with_what_they_show(login: Login, here: Adapter) -> None:
    [receipt] = here.publish(delivery(f"Look {LINK}", media={0: FOUR}))
    assert sent(*FOUR) == shown(login, 0)
    post = f"/2/tweets/{receipt.remote_id}"
    _, _, answer = login.call("GET", post, expansions="attachments.media_keys", media__fields="alt_text")
    assert [each.alt for each in FOUR] == [media["alt_text"] for media in answer["includes"]["media"]]
    assert [each.content for each in FOUR] == [media.content for media in login.media_of(receipt.remote_id)]
    forms = [Image.open(BytesIO(content)).format for content, _ in shown(login, 0)]
    assert ["PNG", "JPEG", "WEBP", "PNG"] == forms


@pytest.mark.parametrize(
    ("moving", "alt"),
    [
        (GIF, "Colours."),
        (attachment(film(9_000_001), "video/mp4", "A wave."), ""),
        (attachment(film(8_000_000), "video/mp4", ""), ""),
    ],
    ids=["gif", "film", "film of whole pieces"],
)
def test_what_moves_comes_in_pieces_and_is_posted_once_it_is_processed(
    login: Login, tmp_path: Path, moving: Attachment, alt: str
) -> None:
    login.processing = 3
    pauses: list[float] = []
    list(adapter(login, tmp_path, sleep=pauses.append).publish(delivery("Look", media={0: (moving,)})))
    assert [(moving.content, alt)] == shown(login, 0)
    assert [1.0] * 4 == pauses


def test_all_that_a_thread_shows_is_taken_in_before_its_first_part_is_posted(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    red, lime, *_ = FOUR
    thread = delivery("One", f"Two {LINK}", "Three", media={1: (red,), 2: (lime, GIF)[:1]})
    list(through.publish(thread))
    assert [[], sent(red), sent(lime)] == [shown(login, index) for index in range(3)]
    last_upload = max(index for index, path in enumerate(wire.seen) if "/media/" in path)
    assert last_upload < wire.seen.index("/2/tweets")


def test_a_thread_goes_on_with_the_pictures_of_what_is_missing_alone(login: Login, here: Adapter) -> None:
    red, lime, *_ = FOUR
    thread = delivery("One", "Two", media={0: (red,), 1: (lime,)})
    first = next(here.publish(thread))
    uploaded = len(login.uploads())
    list(here.publish(delivery("One", "Two", media={0: (red,), 1: (lime,)}, receipts=(first,))))
    assert [sent(red), sent(lime)] == [shown(login, 0), shown(login, 1)]
    assert uploaded + 1 == len(login.uploads())


@pytest.mark.parametrize("media", [FOUR, (GIF,), (attachment(film(), "video/mp4"),)], ids=["stills", "gif", "film"])
@pytest.mark.parametrize(
    ("text", "premium"),
    [
        ("Plain & simple.", False),
        (f"Look {LINK}", False),
        (f"<3 {LINK} README.md", False),
        (f"{'Words. ' * 60}{LINK} …", True),
    ],
)
def test_a_post_with_pictures_is_found_as_x_shows_it(
    login: Login, wire: Lossy, tmp_path: Path, text: str, media: tuple[Attachment, ...], *, premium: bool
) -> None:
    login.premium = premium
    ours = adapter(login, tmp_path, wire.url, max_length=25_000)
    wire.next(POST, loses)
    thread = delivery(text, media={0: media})
    with pytest.raises(OutcomeUnknown):
        list(ours.publish(thread))
    [post] = login.posts()
    assert post["text"] != post["text"].partition(" https://t.co/")[0]
    assert [post["id"]] == [receipt.remote_id for receipt in ours.find(thread, ())]


def test_words_decide_which_post_is_ours_and_not_its_pictures(login: Login, here: Adapter) -> None:
    [bare] = here.publish(delivery("Look"))
    assert [bare] == list(here.find(delivery("Look", media={0: FOUR}), ()))
    assert [] == shown(login, 0)


NOT_TAKEN = {
    "no picture": attachment(b"<svg><script/></svg>"),
    "cut short": attachment(picture()[:-30]),
    "too large": attachment(picture() + b"\0" * 5_000_000),
    "too large a GIF": attachment(gif("red", "lime", size=(1290, 10)), "image/gif"),
    "no film": attachment(b"film" * 100, "video/mp4"),
    "nothing": attachment(b"", "image/gif"),
    "too much said": attachment(picture(), alt="a" * 1_001),
}


@pytest.mark.parametrize("bad", NOT_TAKEN)
def test_a_picture_that_x_does_not_take_is_refused_and_nothing_is_posted(login: Login, here: Adapter, bad: str) -> None:
    with pytest.raises(MediaRefused, match=r"\(wall\."):
        list(here.publish(delivery("One", "Two", media={0: FOUR[:1], 1: (NOT_TAKEN[bad],)})))
    assert [] == login.texts()


@pytest.mark.parametrize("seconds", [10**400, 61, -5, None, "soon", True], ids=lambda seconds: str(seconds)[:5])
def test_how_long_x_wants_to_be_left_alone_may_be_anything(
    login: Login, wire: Lossy, tmp_path: Path, seconds: object
) -> None:
    info = {"state": "pending", "check_after_secs": seconds}
    wire.next("command=STATUS", said(200, {"data": {"id": "1880028106020515840", "processing_info": info}}))
    wire.next(
        "command=STATUS", said(200, {"data": {"id": "1880028106020515840", "processing_info": {"state": "failed"}}})
    )
    pauses: list[float] = []
    with pytest.raises((Unavailable, MediaRefused)) as caught:
        list(adapter(login, tmp_path, wire.url, sleep=pauses.append).publish(delivery("Look", media={0: (GIF,)})))
    too_long = isinstance(seconds, int) and seconds > 60
    assert (TooSlow if too_long else MediaRefused, [1] if too_long else [1, 1]) == (type(caught.value), pauses)
    assert [] == login.texts()


def test_a_film_that_cannot_be_processed_is_refused_in_xs_words(login: Login, here: Adapter) -> None:
    login.unprocessable = "The film's sound has six channels."
    with pytest.raises(MediaRefused, match=r"The film's sound has six channels\. \(wall\.mp4\)"):
        list(here.publish(delivery("Look", media={0: (attachment(film(), "video/mp4"),)})))
    assert [] == login.texts()


REFUSED_WITH_MEDIA: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "ids": (problem(400, "Your media IDs are invalid."), MediaRefused),
    "too long a film": (problem(403, "This user is not allowed to post a video longer than 20 minutes."), MediaRefused),
    "text": (problem(400, "Your Tweet text is too long."), Rejected),
    "duplicate": (problem(403, "You are not allowed to create a Tweet with duplicate content."), Rejected),
    "account": (problem(403, "You are not permitted to perform this action."), Unauthorized),
}


@pytest.mark.parametrize("refusal", REFUSED_WITH_MEDIA)
def test_a_post_that_is_refused_for_its_pictures_may_go_without(
    login: Login, wire: Lossy, through: Adapter, refusal: str
) -> None:
    fault, kind = REFUSED_WITH_MEDIA[refusal]
    wire.next(POST, fault)
    with pytest.raises(kind) as caught:
        list(through.publish(delivery("Look", media={0: FOUR[:1]})))
    assert kind is type(caught.value)
    assert [] == login.texts()


def test_a_thread_of_which_a_part_stands_is_not_made_anew_without_pictures(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    thread = delivery("One", "Two", media={1: FOUR[:1]})
    wire.next(POST, problem(400, "Your media IDs are invalid."), after=1)
    attempt = through.publish(thread)
    first = next(attempt)
    with pytest.raises(Rejected) as caught:
        next(attempt)
    assert Rejected is type(caught.value)
    wire.next(UPLOADS, problem(400, "media type unrecognized."))
    with pytest.raises(Rejected) as caught:
        list(through.publish(delivery("One", "Two", media={1: FOUR[:1]}, receipts=(first,))))
    assert Rejected is type(caught.value)
    assert ["One"] == login.texts()


def test_what_is_left_of_uploads_says_nothing_of_posts(login: Login, here: Adapter) -> None:
    login.rate(500, 1, of="upload")
    [first] = here.publish(delivery("One", media={0: FOUR[:1]}))
    with pytest.raises(RateLimited, match="asks for a pause"):
        list(here.publish(delivery("Two", media={0: FOUR[:1]})))
    assert ["99 of 100 posts left"] == [fact[:20] for fact in here.check().facts[1:]]
    assert isinstance(first, Receipt)
    list(here.publish(delivery("Three")))
    assert ["One", "Three"] == login.texts()


def test_nothing_is_uploaded_while_no_posts_are_left(login: Login, here: Adapter) -> None:
    login.rate(100, 1)
    list(here.publish(delivery("One")))
    with pytest.raises(RateLimited, match="0 of 100 posts left"):
        list(here.publish(delivery("Two", media={0: FOUR[:1]})))
    assert [] == login.uploads()


def test_processing_that_never_ends_is_waited_for_until_the_deadline(login: Login, tmp_path: Path) -> None:
    login.processing = 1_000
    hurried = adapter(login, tmp_path, sleep=lambda seconds: None, timeout=1.2)
    with pytest.raises(Unavailable, match=r"has not processed wall\.gif in time"):
        list(hurried.publish(delivery("Look", media={0: (GIF,)})))
    assert [] == login.texts()


@pytest.mark.parametrize(
    "changes",
    [{"access": "read"}, {"suspended": True}, {"out_of_credit": True}],
    ids=lambda changes: next(iter(changes)),
)
def test_an_account_that_may_not_upload_is_told_so_with_what_to_do(
    login: Login, here: Adapter, changes: dict[str, object]
) -> None:
    for name, value in changes.items():
        setattr(login, name, value)
    with pytest.raises(Unauthorized, match=r"bot resume x\.$") as caught:
        list(here.publish(delivery("Look", media={0: FOUR[:1]})))
    assert Unauthorized is type(caught.value)
    assert [] == login.texts()
