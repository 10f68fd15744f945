"""The Mastodon servers under the adapter's tests: what they say of themselves, and whom they let do what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from servers.lossy import before
from servers.mastodon import strict
from servers.mastodon.asking import ME, ask, post, refusal, said, timeline

if TYPE_CHECKING:
    from servers.mastodon import Login, Mastodon

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INVALID = (401, "The access token is invalid")
OUTSIDE = (403, "This action is outside the authorized scopes")


@pytest.fixture(params=["mastodon_strict", "mastodon_keyless", "mastodon_mock"])
def login(request: pytest.FixtureRequest) -> Any:
    """An account on each server."""
    return request.getfixturevalue(request.param).account()


@pytest.fixture
def alice(mastodon_strict: Mastodon) -> Login:
    return mastodon_strict.account()


def test_an_account_starts_empty_and_shows_what_it_posted(login: Any) -> None:
    assert [] == login.texts()
    text = "one\n\ntwo #tag https://example.org/a?b=1&c=2"
    first = post(login, text, visibility="private", language="de", spoiler_text="careful").json()
    second = post(login, "three", in_reply_to_id=first["id"]).json()
    assert [text, "three"] == login.texts()
    kept = [(each["id"], each["in_reply_to_id"]) for each in login.posts()]
    assert [(first["id"], None), (second["id"], first["id"])] == kept
    shown = login.posts()[0]
    assert ("private", "de", "careful") == (shown["visibility"], shown["language"], shown["spoiler_text"])


def test_settings_lead_there_or_through_a_proxy(login: Any) -> None:
    assert {"base_url": login.server.url, "access_token": login.token} == login.settings()
    assert "http://127.0.0.1:1" == login.settings("http://127.0.0.1:1")["base_url"]


def test_more_posts_than_fit_on_a_page_are_all_told(login: Any) -> None:
    texts = [f"number {n}" for n in range(45)]
    for text in texts:
        post(login, text)
    assert texts == login.texts()


def test_what_two_accounts_post_is_kept_apart(login: Any) -> None:
    other = login.server.account()
    post(login, "mine")
    assert (["mine"], []) == (login.texts(), other.texts())


def test_posts_have_the_form_that_mastodon_mock_gives_them(mastodon_strict: Any, mastodon_mock: Any) -> None:
    logins = [mastodon_strict.account(), mastodon_mock.account()]
    for login in logins:
        parent = post(login, "first", visibility="unlisted", language="fr", spoiler_text="x").json()
        post(login, "one\ntwo\n\nthree & <b> https://example.org/a", in_reply_to_id=parent["id"])
    ours, theirs = (timeline(login) for login in logins)
    assert ["onetwothree &amp; &lt;b&gt; https://example.org/a", "first"] == said(ours) == said(theirs)
    for own, other in zip(ours.json(), theirs.json(), strict=True):
        assert {"quote", "quote_approval_policy", "filtered"} == other.keys() - own.keys()
        for name in ("spoiler_text", "visibility", "reblog", "media_attachments", "emojis", "poll", "edited_at"):
            assert other[name] == own[name]


@pytest.mark.parametrize(("name", "path"), [("domain", "v2/instance"), ("uri", "v1/instance/")])
def test_the_server_tells_its_name_and_limits_to_anybody(mastodon_strict: Mastodon, name: str, path: str) -> None:
    instance = requests.get(f"{mastodon_strict.url}/api/{path}", timeout=10).json()
    statuses = {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}
    assert ("strict.example", "4.5.2") == (instance[name], instance["version"])
    assert statuses == instance["configuration"]["statuses"]
    assert 1500 == instance["configuration"]["media_attachments"]["description_limit"]


def test_the_keyless_server_is_known_by_its_source(mastodon_keyless: Mastodon) -> None:
    instance = requests.get(f"{mastodon_keyless.url}/api/v2/instance", timeout=10).json()
    assert "gotosocial" in instance["source_url"]
    assert instance["version"].startswith("0.")


def test_a_server_may_lack_calls_and_answers_them_with_a_page() -> None:
    with strict(instance_v2=False, source=False) as server:
        login = server.account()
        assert 200 == ask(login, "GET", "v1/instance").status_code
        server.rules.instance_v1 = False
        for path in ("v1/instance", "v2/instance", f"v1/statuses/{post(login, 'x').json()['id']}/source"):
            answer = ask(login, "GET", path)
            assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])


def test_limits_may_change_while_the_server_runs() -> None:
    with strict() as server:
        login = server.account()
        assert 422 == post(login, "x" * 501).status_code
        server.rules.max_characters = 501
        assert 200 == post(login, "x" * 501).status_code
        assert 501 == ask(login, "GET", "v2/instance").json()["configuration"]["statuses"]["max_characters"]


def test_two_tokens_of_one_account_are_one_login(alice: Login) -> None:
    other = alice.again(scopes="read write:statuses")
    assert alice.token != other.token
    assert ask(alice, "GET", ME).json() == ask(other, "GET", ME).json()
    assert ["read", "write:statuses"] == ask(other, "GET", "v1/apps/verify_credentials").json()["scopes"]


@pytest.mark.parametrize(("method", "path"), [("GET", ME), ("POST", "v1/statuses"), ("POST", "v2/media")])
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic {token}", "{token}"])
def test_without_a_valid_token_nothing_is_done(alice: Login, method: str, path: str, authorization: str) -> None:
    headers = {"Authorization": authorization.format(token=alice.token)}
    assert INVALID == refusal(ask(alice, method, path, headers=headers, data={"status": "x"}))
    assert [] == alice.texts()


def test_a_revoked_token_is_not_valid(alice: Login) -> None:
    kept = alice.again()
    alice.revoke()
    assert INVALID == refusal(post(alice, "x"))
    assert 200 == post(kept, "x").status_code


def test_a_token_may_do_what_its_scopes_say(alice: Login) -> None:
    reader, writer = alice.again(scopes="read"), alice.again(scopes="write:statuses")
    assert OUTSIDE == refusal(post(reader, "x")) == refusal(ask(reader, "POST", "v2/media"))
    assert OUTSIDE == refusal(ask(writer, "GET", ME)) == refusal(timeline(alice, writer))
    assert OUTSIDE == refusal(ask(writer, "POST", "v2/media"))
    assert 200 == post(writer, "x").status_code


def test_what_the_app_may_do_is_told_and_what_the_token_may_is_not(alice: Login) -> None:
    reader = alice.again(scopes="read", app="read write")
    assert ["read", "write"] == ask(reader, "GET", "v1/apps/verify_credentials").json()["scopes"]
    assert OUTSIDE == refusal(post(reader, "x"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("disabled", "Your login is currently disabled"),
        ("suspended", "Your login is currently disabled"),
        ("unconfirmed", "Your login is missing a confirmed e-mail address"),
        ("pending", "Your login is currently pending approval"),
    ],
)
def test_who_is_not_welcome_may_do_nothing(alice: Login, state: str, words: str) -> None:
    alice.account.state = state
    assert (403, words) == refusal(post(alice, "x")) == refusal(ask(alice, "GET", ME))
    assert [] == alice.texts()


def test_every_answer_tells_what_is_left_and_until_when() -> None:
    with strict(clock=lambda: NOON + timedelta(seconds=61)) as server:
        login = server.account(rate=3)
        answers = [ask(login, "GET", ME), ask(login, "GET", "v9/nothing"), post(login, ""), post(login, "x")]
        assert [200, 404, 422, 429] == [answer.status_code for answer in answers]
        assert ["2", "1", "0", "0"] == [answer.headers["X-RateLimit-Remaining"] for answer in answers]
        for answer in answers:
            assert "3" == answer.headers["X-RateLimit-Limit"]
            assert "2026-11-23T12:05:00.000000Z" == answer.headers["X-RateLimit-Reset"]
            assert "Mon, 23 Nov 2026 12:01:01 GMT" == answer.headers["Date"]
        assert (429, "Too many requests") == refusal(answers[-1])
        assert [] == login.texts()


def test_rates_are_counted_anew_after_five_minutes_by_the_servers_clock() -> None:
    now = NOON
    with strict(clock=lambda: now) as server:
        login = server.account(rate=1)
        assert [200, 429] == [post(login, "x").status_code for _ in range(2)]
        now += timedelta(minutes=5)
        assert 200 == post(login, "x").status_code


def test_the_servers_clock_is_its_own() -> None:
    with strict(clock=lambda: NOON - timedelta(minutes=5)) as server:
        assert "2026-11-23T11:55:00.000Z" == post(server.account(), "x").json()["created_at"]


def test_a_proxy_may_stand_before_it(mastodon_strict: Mastodon) -> None:
    login = mastodon_strict.account()
    with before(mastodon_strict.url) as proxy:
        requests.post(
            f"{proxy.url}/api/v1/statuses",
            data={"status": "through"},
            headers={"Authorization": f"Bearer {login.token}"},
            timeout=10,
        )
        assert 1 == proxy.count("^/api/v1/statuses$")
    assert ["through"] == login.texts()
