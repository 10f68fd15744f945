"""The X server that other tests stand on: what may be uploaded, described and shown there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.on_x.made import film, gif, picture
from servers.x import running
from urllib3 import encode_multipart_formdata

if TYPE_CHECKING:
    from servers.x.accounts import Login
    from servers.x.server import XServer

UPLOAD, INITIALIZE, METADATA, POST = "/2/media/upload", "/2/media/upload/initialize", "/2/media/metadata", "/2/tweets"
BEGIN = {"media_type": "video/mp4", "total_bytes": 30, "media_category": "tweet_video"}


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


def form(**fields: Any) -> tuple[bytes, str]:
    return encode_multipart_formdata({name: value for name, value in fields.items() if value is not None})


def still(login: Login, content: bytes | None = None, **more: Any) -> tuple[int, Any]:
    """What is answered to an upload at once."""
    content = picture() if content is None else content
    fields = {"media": ("a.png", content, "image/png"), "media_category": "tweet_image"} | more
    status, _, answer = login.call("POST", UPLOAD, form(**fields))
    return status, answer


def uploaded(login: Login, content: bytes | None = None) -> str:
    return str(still(login, content)[1]["data"]["id"])


def begun(login: Login, **more: Any) -> str:
    return str(login.call("POST", INITIALIZE, BEGIN | more)[2]["data"]["id"])


def append(login: Login, number: str, index: str, content: bytes) -> int:
    return login.call("POST", f"{UPLOAD}/{number}/append", form(media=("a", content), segment_index=index))[0]


def moving(login: Login, content: bytes, kind: str = "video/mp4", category: str = "tweet_video") -> str:
    """The number of something that moves, finalized."""
    number = begun(login, media_type=kind, total_bytes=len(content), media_category=category)
    append(login, number, "0", content)
    login.call("POST", f"{UPLOAD}/{number}/finalize")
    return number


def state(login: Login, number: str) -> dict[str, Any]:
    _, _, answer = login.call("GET", UPLOAD, command="STATUS", media_id=number)
    return dict(answer["data"]["processing_info"])


def post(login: Login, *numbers: str, text: str | None = "Look") -> int:
    body = {"media": {"media_ids": list(numbers)}} | ({"text": text} if text else {})
    return login.call("POST", POST, body)[0]


def describe(login: Login, number: str, text: str) -> int:
    return login.call("POST", METADATA, {"id": number, "metadata": {"alt_text": {"text": text}}})[0]


def test_a_still_is_taken_in_at_once_and_may_be_described_and_posted(login: Login) -> None:
    status, answer = still(login)
    number = answer["data"]["id"]
    told = {"id": number, "media_key": f"3_{number}", "expires_after_secs": 86_399, "size": len(picture())}
    assert (200, {"data": told | {"expires_after_secs": answer["data"]["expires_after_secs"]}}) == (status, answer)
    assert 86_390 < answer["data"]["expires_after_secs"] <= 86_400
    assert 200 == describe(login, number, "é" * 1_000)
    assert 201 == post(login, number)
    [shown] = login.media_of(login.posts()[0]["id"])
    assert (picture(), "é" * 1_000) == (shown.content, shown.alt)


@pytest.mark.parametrize(
    "fields",
    [
        {"media": None},
        {"media_category": None},
        {"media_category": "tweet_gif"},
        {"media_category": "dm_image"},
        {"alt": "a"},
        {"media": "no picture"},
    ],
    ids=str,
)
def test_a_form_has_just_the_fields_that_the_api_names(login: Login, fields: dict[str, Any]) -> None:
    assert 400 == still(login, **fields)[0]
    assert [] == login.uploads()


def test_a_body_of_another_kind_or_that_is_not_whole_is_refused(login: Login) -> None:
    body, kind = form(media=("a", picture()), media_category="tweet_image")
    statuses = [
        login.call("POST", UPLOAD, sent)[0]
        for sent in ({"media": "a"}, (body, "multipart/form-data"), (body[:-2], kind), (body[2:], kind), (b"", kind))
    ]
    assert [415, 415, 400, 400, 400] == statuses
    assert [] == login.uploads()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (picture(form="jpeg"), 200),
        (picture(form="webp"), 200),
        (picture(form="bmp"), 400),
        (gif("red", "lime"), 400),
        (picture()[:-30], 400),
        (b"", 400),
        (picture() + b"\0" * (5_000_000 - len(picture())), 200),
        (picture() + b"\0" * (5_000_001 - len(picture())), 413),
    ],
    ids=["jpeg", "webp", "bmp", "gif", "cut", "nothing", "largest", "too large"],
)
def test_a_still_is_a_picture_of_a_known_form_that_decodes_and_is_not_too_large(
    login: Login, content: bytes, status: int
) -> None:
    assert status == still(login, content)[0]


def test_an_account_that_may_only_read_uploads_nothing(x_server: XServer) -> None:
    assert 403 == still(x_server.account(access="read"))[0]


@pytest.mark.parametrize(
    "more",
    [
        {"total_bytes": 0},
        {"total_bytes": "30"},
        {"media_type": "video/webm"},
        {"media_category": "tweet_image", "media_type": "image/png"},
        {"media_category": "tweet_gif"},
        {"media_category": "tweet_gif", "media_type": "image/gif", "total_bytes": 15_000_001},
        {"shared": True},
    ],
    ids=str,
)
def test_an_upload_in_pieces_begins_as_the_api_describes_it(login: Login, more: dict[str, Any]) -> None:
    assert 400 == login.call("POST", INITIALIZE, BEGIN | more)[0]


def test_pieces_come_in_their_order_and_all_of_them(login: Login) -> None:
    number, content = begun(login), film(30)
    assert [400, 200, 400, 400] == [append(login, number, index, content[:20]) for index in ("1", "0", "0", "x")]
    assert 400 == login.call("POST", f"{UPLOAD}/{number}/finalize")[0]
    assert 400 == login.call("GET", UPLOAD, command="STATUS", media_id=number)[0]
    assert [413, 413] == [append(login, number, "1", piece) for piece in (b"", b"a" * (4 * 1024 * 1024 + 1))]
    assert 200 == append(login, number, "1", content[20:])
    assert 200 == login.call("POST", f"{UPLOAD}/{number}/finalize")[0]
    assert 400 == append(login, number, "2", b"a")
    assert content == login.uploads()[0].content


def test_more_bytes_than_were_announced_are_refused(login: Login) -> None:
    number = begun(login)
    append(login, number, "0", film(31))
    assert 400 == login.call("POST", f"{UPLOAD}/{number}/finalize")[0]


def test_what_moves_is_processed_before_it_is_described_or_posted(login: Login) -> None:
    login.processing = 2
    number = moving(login, gif("red", "lime"), "image/gif", "tweet_gif")
    pending = {"state": "in_progress", "check_after_secs": 1, "progress_percent": 8}
    assert (400, 400) == (describe(login, number, "a"), post(login, number))
    assert [pending, pending, {"state": "succeeded", "progress_percent": 100}] == [
        state(login, number) for _ in range(3)
    ]
    assert (200, 201) == (describe(login, number, "a"), post(login, number))


@pytest.mark.parametrize(
    ("content", "kind", "category"),
    [
        (b"no film at all", "video/mp4", "tweet_video"),
        (picture(), "image/gif", "tweet_gif"),
        (gif("red", "lime", size=(1281, 4)), "image/gif", "tweet_gif"),
        (
            gif(*(f"#0000{n % 256:02x}" if n < 256 else f"#0001{n % 256:02x}" for n in range(351))),
            "image/gif",
            "tweet_gif",
        ),
    ],
    ids=["no film", "no gif", "wide", "long"],
)
def test_what_cannot_be_processed_cannot_be_posted(login: Login, content: bytes, kind: str, category: str) -> None:
    login.processing = 0
    number = moving(login, content, kind, category)
    assert "failed" == state(login, number)["state"]
    assert 400 == post(login, number)


def test_a_film_is_not_described(login: Login) -> None:
    login.processing = 0
    number = moving(login, film())
    assert (400, 201) == (describe(login, number, "a"), post(login, number))


@pytest.mark.parametrize("text", ["", "a" * 1_001])
def test_what_is_said_of_a_picture_has_a_length(login: Login, text: str) -> None:
    assert 400 == describe(login, uploaded(login), text)


def test_a_picture_is_described_before_it_is_posted_by_its_owner_alone(login: Login) -> None:
    number = uploaded(login)
    assert 404 == describe(login.server.account(), number, "a")
    assert 201 == post(login, number)
    assert 400 == describe(login, number, "a")
    assert 400 == login.call("POST", METADATA, {"id": number, "metadata": {"alt_text": {"text": "a", "lang": "en"}}})[0]


def test_a_post_shows_up_to_four_stills_or_one_thing_that_moves_each_once(login: Login) -> None:
    login.processing = 0
    one, two, three, four = (uploaded(login) for _ in range(4))
    moves = moving(login, film())
    theirs = uploaded(login.server.account())
    for numbers in ((one, one), (one, moves), (theirs,), ("1",), (begun(login),)):
        status, _, answer = login.call("POST", POST, {"text": "a", "media": {"media_ids": list(numbers)}})
        assert (400, "Your media IDs are invalid.") == (status, answer["errors"][0]["message"])
    assert (201, 201) == (post(login, one, two, three, four), post(login, moves, text=None))
    assert 400 == post(login, one, text="Again")
    assert [4, 1] == [len(login.media_of(post["id"])) for post in login.posts()]


def test_an_upload_is_forgotten_after_a_day() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    with running(lambda: now) as server:
        login = server.account()
        number = uploaded(login)
        now += timedelta(days=1)
        assert (404, 400) == (describe(login, number, "a"), post(login, number))


def test_a_post_has_one_more_link_for_all_that_it_shows(login: Login) -> None:
    post(login, uploaded(login), uploaded(login), text="See https://example.org/a & c")
    [shown] = login.posts()
    link, *pictures = shown["entities"]["urls"]
    number, own = shown["id"], pictures[0]["url"]
    assert f"See {link['url']} &amp; c {own}" == shown["text"]
    assert [f"https://x.com/kil/status/{number}/photo/{n}" for n in (1, 2)] == [
        each["expanded_url"] for each in pictures
    ]
    assert [own, own] == [shown["text"][each["start"] : each["end"]] for each in pictures]


def test_what_a_post_shows_is_told_where_it_is_asked_for(login: Login) -> None:
    number = uploaded(login)
    describe(login, number, "A red wall.")
    post(login, number)
    told = {"alt_text": "A red wall.", "media_key": f"3_{number}", "type": "photo"}
    path = f"{POST}/{login.posts()[0]['id']}"
    for where in (path, f"/2/users/{login.user_id}/tweets"):
        asked = {"expansions": "attachments.media_keys", "media__fields": "alt_text"}
        assert {"media": [told]} == login.call("GET", where, **asked)[2]["includes"]
        assert "includes" not in login.call("GET", where, tweet__fields="attachments")[2]
    assert 400 == login.call("GET", path, expansions="author_id")[0]
    assert {"media_keys": [f"3_{number}"]} == login.posts()[0]["attachments"]
