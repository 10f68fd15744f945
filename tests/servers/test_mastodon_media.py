"""What the strict Mastodon does with uploads, and with posts that are edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.mastodon import strict
from servers.mastodon.asking import ask, post, refusal
from servers.on_mastodon.made import FILM, MOVING, RED, picture

if TYPE_CHECKING:
    from servers.mastodon import Login, Mastodon

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NO_SUCH = (404, "Record not found")
PICTURE = ("a.png", RED.content, "image/png")


@pytest.fixture
def alice(mastodon_strict: Mastodon) -> Login:
    return mastodon_strict.account()


@pytest.fixture
def bob(mastodon_strict: Mastodon) -> Login:
    return mastodon_strict.account()


def with_media(login: Login, *media_ids: str, status: str = "x") -> Any:
    return ask(login, "POST", "v1/statuses", data={"status": status, "media_ids[]": media_ids})


def upload(login: Login, *file: Any, **fields: str) -> Any:
    return ask(login, "POST", "v2/media", files={"file": file or PICTURE}, data=fields)


def edit(login: Login, post_id: str, **fields: Any) -> Any:
    return ask(login, "PUT", f"v1/statuses/{post_id}", data=fields)


def test_an_upload_is_processed_before_it_can_be_posted(alice: Login) -> None:
    answer = upload(alice, description="A tree.")
    path, media_id = f"v1/media/{answer.json()['id']}", answer.json()["id"]
    assert (202, None) == (answer.status_code, answer.json()["url"])
    early = (422, "Cannot attach files that have not finished processing. Try again in a moment!")
    assert early == refusal(with_media(alice, media_id))
    assert [206, 200] == [ask(alice, "GET", path).status_code for _ in range(2)]
    shown = with_media(alice, media_id).json()
    assert [(media_id, "A tree.", "image", 64, 48)] == [
        (each["id"], each["description"], each["type"], *list(each["meta"]["original"].values())[:2])
        for each in shown["media_attachments"]
    ]
    assert [RED.content] == alice.media_of(shown["id"])
    used = (422, f"Media {media_id} not found or already attached to another post")
    assert used == refusal(with_media(alice, media_id))
    assert NO_SUCH == refusal(ask(alice, "GET", path))


def test_a_fast_server_has_an_upload_ready_at_once() -> None:
    with strict(processing=0) as server:
        login = server.account()
        answer = upload(login)
        assert (200, True) == (answer.status_code, bool(answer.json()["url"]))
        assert 200 == with_media(login, answer.json()["id"], status="").status_code


def test_processing_may_fail() -> None:
    with strict(fails="Error processing") as server:
        login = server.account()
        path = f"v1/media/{upload(login).json()['id']}"
        assert [206, 422] == [ask(login, "GET", path).status_code for _ in range(2)]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("a.txt", b"x", "text/plain"), "File content type is invalid"),
        (("a.png", b"", "image/png"), "not recognized"),
        (("a.png", RED.content[:60], "image/png"), "not recognized"),
        (("a.gif", RED.content, "image/gif"), "not what they are reported to be"),
        (("a.png", picture("red", size=(101, 100)), "image/png"), "101x100 images are not supported"),
        (("a.bmp", b"x" * 5001, "image/png"), "size must be less than 5000 bytes"),
        (("a.mp4", b"x" * 7001, "video/mp4"), "size must be less than 7000 bytes"),
    ],
)
def test_a_file_that_is_not_what_the_server_takes_is_refused(file: Any, words: str) -> None:
    with strict(image_matrix_limit=10_000, image_size_limit=5_000, video_size_limit=7_000) as server:
        status, said = refusal(upload(server.account(), *file))
        assert (422, True) == (status, words in said), said


def test_uploads_that_nobody_can_post_are_refused(alice: Login, bob: Login) -> None:
    assert 422 == upload(alice, description="x" * 1501).status_code
    assert 422 == ask(alice, "POST", "v2/media", data={"description": "no file"}).status_code
    assert 422 == with_media(bob, upload(alice).json()["id"]).status_code


def test_pictures_and_films_do_not_mix_and_are_not_too_many() -> None:
    with strict(processing=0) as server:
        login = server.account()
        pictures = [upload(login).json()["id"] for _ in range(5)]
        film = upload(login, "a.mp4", FILM.content, "video/mp4").json()["id"]
        moving = upload(login, "a.gif", MOVING.content, "image/gif").json()
        mixed = (422, "Cannot attach a video to a post that already contains images")
        assert "gifv" == moving["type"]
        assert mixed == refusal(with_media(login, pictures[0], film))
        assert (422, "Cannot attach more than 4 files") == refusal(with_media(login, *pictures))
        assert 4 == len(with_media(login, *pictures[:4]).json()["media_attachments"])


def test_uploads_are_counted_apart_for_half_an_hour() -> None:
    now = NOON
    with strict(clock=lambda: now) as server:
        login = server.account()
        answers = [upload(login) for _ in range(31)]
        assert [202] * 30 + [429] == [answer.status_code for answer in answers]
        assert ["29", "0", "0"] == [answers[n].headers["X-RateLimit-Remaining"] for n in (0, 29, 30)]
        assert "2026-11-23T12:30:00.000000Z" == answers[-1].headers["X-RateLimit-Reset"]
        assert 200 == post(login, "x").status_code
        now += timedelta(minutes=30)
        assert 202 == upload(login).status_code


def test_only_its_author_edits_a_post_and_pictures_that_are_not_named_go(alice: Login, bob: Login) -> None:
    first = upload(alice).json()["id"]
    for _ in range(2):
        ask(alice, "GET", f"v1/media/{first}")
    made = with_media(alice, first).json()
    assert NO_SUCH == refusal(edit(bob, made["id"], status="theirs"))
    assert 422 == edit(alice, made["id"], status="x" * 501).status_code
    kept = edit(alice, made["id"], status="y", **{"media_ids[]": [first]}).json()
    assert ([first], "<p>y</p>", True) == (
        [each["id"] for each in kept["media_attachments"]],
        kept["content"],
        bool(kept["edited_at"]),
    )
    assert [] == edit(alice, made["id"], status="z", spoiler_text="w").json()["media_attachments"]
    [stands] = alice.posts()
    assert ("z", "w", ["x", "y"]) == (stands["text"], stands["spoiler_text"], stands["history"])
    assert 1 == alice.uploads()
