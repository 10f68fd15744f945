"""The X server that other tests stand on: what may be posted there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from oracles.oracle import answers
from oracles.texts import texts
from servers.x import running

if TYPE_CHECKING:
    from servers.x.accounts import Login
    from servers.x.server import XServer

POST = "/2/tweets"
INVALID_REQUEST = "https://api.twitter.com/2/problems/invalid-request"


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"text": "a", "status": "a"},
        {"text": ""},
        {"text": 1},
        {"text": None},
        {"text": "\ud83d"},
        {"text": "a", "reply": None},
        {"text": "a", "reply": {}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": 1}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "1a"}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "1" * 20}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "1", "to": "2"}},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "a", "media": {"media_ids": ["x"]}},
        {"text": "a", "reply_settings": "everyone"},
        {"text": "a", "made_with_ai": "no"},
    ],
    ids=json.dumps,
)
def test_a_body_is_as_the_api_describes_it_or_refused(login: Login, body: Any) -> None:
    status, _, answer = login.call("POST", POST, body)
    assert (400, INVALID_REQUEST, "Invalid Request") == (status, answer["type"], answer["title"])
    assert [] == login.texts()


def test_a_body_may_say_all_that_the_schema_knows(login: Login) -> None:
    status, _, _ = login.call("POST", POST, {"text": "a", "reply_settings": "following", "made_with_ai": True})
    assert (201, ["a"]) == (status, login.texts())


def test_generated_texts_weigh_as_in_twitter_text(x_server: XServer) -> None:
    generated = list(texts(seed=20261123, amount=500))
    expected = [answer["weightedLength"] for answer in answers("oracle-x.mjs", generated)]
    assert expected == [x_server.counter.count(text).weight for text in generated]


@pytest.mark.parametrize(
    ("longest", "premium"),
    [
        ("a" * 280, False),
        ("…" * 140, False),
        ("語" * 140, False),
        ("—" * 280, False),
        ("cafe\u0301" + "a" * 276, False),
        ("👩‍🚀" * 140, False),
        ("🐦‍🔥" * 56, False),
        ("a" * 256 + " README.md", False),
        ("a" * 250 + " https://example.com/日本語", False),
        ("語" * 12_500, True),
    ],
)
def test_a_text_may_be_as_long_as_x_counts_and_no_longer(x_server: XServer, longest: str, premium: bool) -> None:
    login = x_server.account(premium=premium)
    status, _, answer = login.call("POST", POST, {"text": f"a{longest}"})
    assert (400, "Your Tweet text is too long.") == (status, answer["detail"][:28])
    assert 201 == login.call("POST", POST, {"text": longest})[0]
    assert [longest] == login.texts()


@pytest.mark.parametrize(
    ("text", "premium"),
    [
        (" \n", False),
        ("a\ufeffb", False),
        ("a\uffffb", True),
        (" ".join(f"a.co/{n}" for n in range(11)), False),
        (" ".join(f"a.co/{n}" for n in range(11)), True),
        (" ".join(f"#t{n}" for n in range(51)), False),
        ("#" + "a" * 101, False),
        (" ".join(f"@u{n}" for n in range(51)), False),
        ("$ABC $DEF", False),
        (f"https://a.co/{'a' * 2900} https://a.co/{'b' * 2900}", False),
    ],
)
def test_other_texts_that_x_does_not_take(x_server: XServer, text: str, premium: bool) -> None:
    login = x_server.account(premium=premium)
    assert 400 == login.call("POST", POST, {"text": text})[0]
    assert [] == login.texts()


def test_most_urls_hashtags_and_mentions(login: Login) -> None:
    for text in (
        " ".join(f"a.co/{n}" for n in range(10)),
        " ".join(f"#t{n}" for n in range(50)),
        " ".join(f"@u{n}" for n in range(50)),
        f"https://a.co/{'a' * 2800} https://a.co/{'b' * 2800}",
    ):
        assert 201 == login.call("POST", POST, {"text": text})[0]


@pytest.mark.parametrize("again", ["Café https://example.org/a", " Cafe\u0301 https://example.org/a\r\n"])
def test_the_same_text_with_the_same_link_is_refused_as_a_duplicate(login: Login, again: str) -> None:
    assert 201 == login.call("POST", POST, {"text": "Café https://example.org/a"})[0]
    status, _, answer = login.call("POST", POST, {"text": again})
    detail = "You are not allowed to create a Tweet with duplicate content."
    assert (403, {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}) == (status, answer)
    assert 201 == login.call("POST", POST, {"text": "Café https://example.org/b"})[0]
    assert 201 == login.server.account().call("POST", POST, {"text": again})[0]
    assert 2 == len(login.texts())


def test_a_text_may_come_again_after_a_day_and_ids_rise() -> None:
    now = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
    with running(lambda: now) as server:
        login = server.account()
        statuses = []
        for passed in (timedelta(0), timedelta(hours=23), timedelta(hours=1)):
            now += passed
            statuses.append(login.call("POST", POST, {"text": "hello"})[0])
            login.call("POST", POST, {"text": f"at {now}"})
        assert [201, 403, 201] == statuses
        ids = [int(post["id"]) for post in login.posts()]
        assert sorted(set(ids)) == ids
        moment = 1288834974657 + (ids[0] >> 22)
        assert datetime(2026, 11, 23, 10, 0, 0, 123000, tzinfo=UTC).timestamp() * 1000 == moment


@pytest.mark.parametrize("older_form", [False, True])
def test_a_reply_needs_a_parent_that_is_visible(login: Login, older_form: bool) -> None:
    reply = {"text": "Second", "reply": {"in_reply_to_tweet_id": first(login)}}
    login.hide_parents(2, older_form=older_form)
    answers = [login.call("POST", POST, reply) for _ in range(3)]
    assert [403, 403, 201] == [status for status, *_ in answers]
    words = "You attempted to reply to a Tweet that is deleted or not visible to you."
    expected: dict[str, Any] = {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": words}
    if older_form:
        expected = {"errors": [{"code": 385, "message": words}]}
    assert expected == answers[0][2]
    assert [{"type": "replied_to", "id": login.posts()[0]["id"]}] == login.posts()[1]["referenced_tweets"]


def test_a_reply_to_nothing_or_to_what_is_gone_is_refused(login: Login) -> None:
    gone = first(login)
    assert (200, {"data": {"deleted": True}}) == login.call("DELETE", f"{POST}/{gone}")[::2]
    for parent in (gone, "1"):
        assert 403 == login.call("POST", POST, {"text": "Second", "reply": {"in_reply_to_tweet_id": parent}})[0]
    assert [] == login.texts()


def test_an_account_deletes_its_own_posts_alone(login: Login) -> None:
    post = first(login)
    assert 403 == login.server.account().call("DELETE", f"{POST}/{post}")[0]
    assert ["First"] == login.texts()
    assert 404 == login.call("DELETE", f"{POST}/1")[0]


def first(login: Login) -> str:
    return str(login.call("POST", POST, {"text": "First"})[2]["data"]["id"])
