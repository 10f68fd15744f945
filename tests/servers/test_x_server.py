"""The X server that other tests stand on: who may do anything there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
import tweepy
from requests_oauthlib import OAuth1
from servers.x import running

from bot.networks.sessions import Bounded

if TYPE_CHECKING:
    from servers.x.accounts import Keys, Login
    from servers.x.server import XServer

PUBLIC = "https://api.twitter.com"
POST, ME = "/2/tweets", "/2/users/me"
UNAUTHORIZED = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


def send(server: XServer, keys: Keys, method: str, path: str, signed: str = PUBLIC, **oauth: Any) -> requests.Response:
    """The answer to a request that requests_oauthlib signed for another address than it is sent to."""
    four = (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret)
    body = {"text": "hello"} if method == "POST" else None
    request = requests.Request(method, signed + path, json=body, auth=OAuth1(*four, **oauth)).prepare()
    request.url = server.url + path
    with requests.Session() as session:
        session.trust_env = False
        return session.send(request, timeout=10)


def mixed(keys: Keys, **others: str) -> Keys:
    return type(keys)(**(vars(keys) | others))


def test_a_signed_request_posts_and_every_answer_tells_what_is_left(login: Login) -> None:
    answer = send(login.server, login.keys, "POST", POST)
    (post,) = login.posts()
    data = {"id": post["id"], "text": "hello", "edit_history_tweet_ids": [post["id"]]}
    assert (201, {"data": data}) == (answer.status_code, answer.json())
    assert ("100", "99", "read-write") == tuple(
        answer.headers[name] for name in ("x-rate-limit-limit", "x-rate-limit-remaining", "x-access-level")
    )
    assert (
        890
        < int(answer.headers["x-rate-limit-reset"]) - parsedate_to_datetime(answer.headers["Date"]).timestamp()
        <= 901
    )
    assert ["hello"] == login.texts()


def test_tweepy_posts_through_a_bounded_session(login: Login) -> None:
    keys = login.settings()
    base_url = keys.pop("base_url")
    client = tweepy.Client(**keys)
    bounded = Bounded(10, public=PUBLIC, server=base_url)
    bounded.carry(client.session)
    assert login.user_id == str(client.get_me().data.id)
    client.create_tweet(text="First & <last>")
    first = login.posts()[0]["id"]
    client.create_tweet(text="Second", in_reply_to_tweet_id=first)
    page = client.get_users_tweets(
        login.user_id,
        user_auth=True,
        max_results=5,
        start_time=login.server.clock() - timedelta(days=1),
        tweet_fields="referenced_tweets",
    )
    assert [("Second", first), ("First &amp; &lt;last&gt;", None)] == [
        (post.text, post.referenced_tweets and str(post.referenced_tweets[0].id)) for post in page.data
    ]
    bounded.close()


def test_keys_that_do_not_belong_together_sign_nothing(login: Login) -> None:
    other = login.server.account().keys
    for wrong in (
        mixed(login.keys, consumer_secret="no"),
        mixed(login.keys, access_token_secret="no"),
        mixed(login.keys, consumer_secret=""),
        mixed(login.keys, access_token=other.access_token),
        mixed(login.keys, access_token_secret=other.access_token_secret),
        mixed(login.keys, access_token=other.access_token, access_token_secret=other.access_token_secret),
        mixed(login.keys, consumer_key="unknown", consumer_secret=""),
        mixed(login.keys, access_token="unknown", access_token_secret=""),
    ):
        answer = send(login.server, wrong, "POST", POST)
        assert (401, UNAUTHORIZED) == (answer.status_code, answer.json())
    assert [] == login.texts()


@pytest.mark.parametrize(
    ("signed", "oauth"),
    [
        ("https://api.x.com", {}),
        ("http://api.twitter.com", {}),
        (PUBLIC, {"signature_method": "PLAINTEXT"}),
        (PUBLIC, {"signature_method": "HMAC-SHA256"}),
        (PUBLIC, {"signature_type": "query"}),
    ],
)
def test_only_hmac_sha1_over_the_public_address_is_a_signature(
    login: Login, signed: str, oauth: dict[str, str]
) -> None:
    answer = send(login.server, login.keys, "GET", ME, signed, **oauth)
    assert (401, UNAUTHORIZED) == (answer.status_code, answer.json())


def test_a_request_without_a_signature_is_nobodys(login: Login) -> None:
    answer = requests.get(login.server.url + ME, timeout=10)
    assert (401, UNAUTHORIZED) == (answer.status_code, answer.json())


def test_a_nonce_is_good_for_one_request(login: Login) -> None:
    sent = [send(login.server, login.keys, "POST", POST, nonce="a" * 32) for _ in range(2)]
    assert [201, 401] == [answer.status_code for answer in sent]
    assert ["hello"] == login.texts()


@pytest.mark.parametrize(("seconds", "status"), [(-295, 200), (295, 200), (-305, 401), (305, 401)])
def test_a_clock_may_be_five_minutes_off(login: Login, seconds: int, status: int) -> None:
    timestamp = int(login.server.clock().timestamp()) + seconds
    answer = send(login.server, login.keys, "GET", ME, timestamp=str(timestamp))
    assert status == answer.status_code
    if status == 401:
        assert {"errors": [{"code": 135, "message": "Timestamp out of bounds."}]} == answer.json()


def test_the_servers_own_clock_is_what_counts() -> None:
    now = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
    with running(lambda: now) as server:
        login = server.account()
        late, timely = (str(int(now.timestamp()) + seconds) for seconds in (301, 300))
        assert 401 == send(server, login.keys, "POST", POST, timestamp=late).status_code
        answer = send(server, login.keys, "POST", POST, timestamp=timely)
        assert (201, "Mon, 23 Nov 2026 10:00:00 GMT") == (answer.status_code, answer.headers["Date"])
        assert "2026-11-23T10:00:00.000Z" == login.posts()[0]["created_at"]


def test_new_keys_are_the_same_account_and_the_old_ones_nobodys(login: Login) -> None:
    old = login.keys
    login.regenerate()
    assert 401 == send(login.server, old, "GET", ME).status_code
    assert {"data": {"id": login.user_id, "name": login.username.title(), "username": login.username}} == send(
        login.server, login.keys, "GET", ME
    ).json()
