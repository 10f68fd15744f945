"""The X server that other tests stand on: how it tells what was posted, and what it refuses to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.x import running

if TYPE_CHECKING:
    from servers.x.accounts import Login, Method
    from servers.x.server import XServer

POST, ME = "/2/tweets", "/2/users/me"


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


def publish(login: Login, text: str, parent: str | None = None) -> str:
    reply = {"reply": {"in_reply_to_tweet_id": parent}} if parent else {}
    return str(login.call("POST", POST, {"text": text, **reply})[2]["data"]["id"])


def timeline(login: Login, **params: Any) -> Any:
    status, _, answer = login.call("GET", f"/2/users/{login.user_id}/tweets", **params)
    assert 200 == status
    return answer


def ids(page: Any) -> list[str]:
    return [post["id"] for post in page.get("data", ())]


def test_an_empty_timeline_has_no_data(login: Login) -> None:
    assert {"meta": {"result_count": 0}} == timeline(login)


def test_a_timeline_comes_newest_first_and_a_page_at_a_time(login: Login) -> None:
    posted = [publish(login, f"Post {number}") for number in range(12)]
    pages: list[list[str]] = []
    more = {"max_results": "5"}
    while len(pages) < 4:
        page = timeline(login, **more)
        pages.append(ids(page))
        assert {"newest_id": pages[-1][0], "oldest_id": pages[-1][-1]} == {
            name: page["meta"][name] for name in ("newest_id", "oldest_id")
        }
        if "next_token" not in page["meta"]:
            break
        more["pagination_token"] = page["meta"]["next_token"]
        publish(login, f"Meanwhile {len(pages)}")
    assert [posted[:-6:-1], posted[-6:1:-1], posted[1::-1]] == pages
    assert 10 == len(ids(timeline(login)))


def test_what_is_left_out_of_a_page_makes_it_shorter(login: Login) -> None:
    opening = publish(login, "First")
    for number in range(5):
        publish(login, f"Reply {number}", opening)
    page = timeline(login, exclude="retweets,replies", max_results=5)
    assert ([], 0) == (ids(page), page["meta"]["result_count"])
    rest = timeline(login, exclude="replies", max_results=5, pagination_token=page["meta"]["next_token"])
    assert [opening] == ids(rest)
    assert "next_token" not in rest["meta"]


def test_a_timeline_may_begin_and_end_at_a_time() -> None:
    now = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
    with running(lambda: now) as server:
        login = server.account()
        posted = []
        for hour in range(10, 14):
            now = now.replace(hour=hour)
            posted.append(publish(login, f"At {hour}"))
        period = {"start_time": "2026-11-23T11:00:00Z", "end_time": "2026-11-23T12:00:00Z"}
        assert posted[2:0:-1] == ids(timeline(login, **period))
        assert posted[:1:-1] == ids(timeline(login, start_time="2026-11-23T11:00:01Z"))


def test_a_post_may_stand_before_it_is_listed(login: Login) -> None:
    post = publish(login, "hello")
    login.hidden_from_timeline = timedelta(hours=1)
    assert [] == ids(timeline(login))
    assert ["hello"] == login.texts()
    assert "hello" == login.call("GET", f"{POST}/{post}")[2]["data"]["text"]
    login.hidden_from_timeline = timedelta(0)
    assert [post] == ids(timeline(login))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_results", "4"),
        ("max_results", "101"),
        ("max_results", "ten"),
        ("max_results", ""),
        ("pagination_token", "abc"),
        ("pagination_token", ""),
        ("start_time", "2026-11-23"),
        ("start_time", "2026-11-23T10:00:00"),
        ("start_time", "2026-11-23T10:00:00+00:00"),
        ("start_time", "2026-11-23T10:00:00.123Z"),
        ("start_time", "2010-11-06T00:00:00Z"),
        ("start_time", "2999-01-01T00:00:00Z"),
        ("end_time", "yesterday"),
        ("exclude", "answers"),
        ("exclude", ""),
        ("tweet__fields", "full_text"),
        ("tweet__fields", "created_at,"),
        ("page", "2"),
    ],
)
def test_a_parameter_is_as_the_api_describes_it_or_refused(login: Login, name: str, value: str) -> None:
    status, _, answer = login.call("GET", f"/2/users/{login.user_id}/tweets", **{name: value})
    assert (400, "https://api.twitter.com/2/problems/invalid-request") == (status, answer["type"])
    assert [name.replace("__", ".")] == list(answer["errors"][0]["parameters"])


def test_the_fields_of_users_are_checked_and_change_nothing(login: Login) -> None:
    me = {"data": {"id": login.user_id, "name": login.username.title(), "username": login.username}}
    assert (200, me) == login.call("GET", ME, user__fields="created_at,verified_type")[::2]
    assert 400 == login.call("GET", ME, user__fields="screen_name")[0]
    assert 400 == login.call("GET", ME, fields="id")[0]


def test_a_text_is_told_escaped_and_with_short_links(login: Login) -> None:
    opening = publish(
        login, "👩‍🚀 <&> README.md (https://www.example.org/a?b=1&c=2), and Example.COM/a-path-that-is-long"
    )
    answer = publish(login, "Second", opening)
    plain, told = timeline(login)["data"][1], timeline(login, tweet__fields="entities,referenced_tweets")["data"]
    assert {"id", "text", "edit_history_tweet_ids"} == plain.keys() == told[0].keys() - {"referenced_tweets"}
    assert [answer, opening] == [post["id"] for post in told]
    urls = told[1]["entities"]["urls"]
    one, two, three = (url["url"] for url in urls)
    assert f"👩‍🚀 &lt;&amp;&gt; {one} ({two}), and {three}" == plain["text"] == told[1]["text"]
    assert [one, two, three] == [told[1]["text"][url["start"] : url["end"]] for url in urls]
    assert all(len("https://t.co/") + 10 == len(url) for url in {one, two, three})
    assert [
        ("http://README.md", "README.md"),
        ("https://www.example.org/a?b=1&c=2", "example.org/a?b=1&c=2"),
        ("http://Example.COM/a-path-that-is-long", "Example.COM/a-path-that-is…"),
    ] == [(url["expanded_url"], url["display_url"]) for url in urls]


def test_a_link_is_a_new_short_link_in_every_post(login: Login) -> None:
    for text in ("One: https://example.org/", "Two: https://example.org/"):
        publish(login, text)
    assert 2 == len({post["entities"]["urls"][0]["url"] for post in login.posts()})


def test_a_long_text_is_told_whole_in_its_note_alone(x_server: XServer) -> None:
    login = x_server.account(premium=True)
    publish(login, f"{'word & ' * 37}https://example.org/a {'more ' * 20}https://example.org/b")
    (short,) = timeline(login)["data"]
    (told,) = timeline(login, tweet__fields="note_tweet,entities")["data"]
    one, two = (url["url"] for url in told["note_tweet"]["entities"]["urls"])
    assert f"{'word &amp; ' * 37}{one} {'more ' * 20}{two}" == told["note_tweet"]["text"]
    assert (" ".join(["word &amp;"] * 37), None) == (short["text"], told.get("entities"))


def test_what_is_not_there_is_an_error_in_a_good_answer(login: Login) -> None:
    for path in (f"{POST}/1", "/2/users/1/tweets"):
        status, _, answer = login.call("GET", path)
        assert (200, ["errors"]) == (status, list(answer))
        assert "https://api.twitter.com/2/problems/resource-not-found" == answer["errors"][0]["type"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/1.1/media/upload.json"), ("GET", POST), ("PUT", POST), ("GET", "/1.1/statuses/update.json")],
)
def test_what_the_server_does_not_know_is_not_found(login: Login, method: Method, path: str) -> None:
    not_found = {"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}
    assert (404, not_found) == login.call(method, path)[::2]


def test_a_read_only_app_reads_and_cannot_post(x_server: XServer) -> None:
    login = x_server.account(access="read")
    status, headers, answer = login.call("POST", POST, {"text": "hello"})
    assert (403, "read", "oauth1-permissions") == (status, headers["x-access-level"], answer["type"].split("/")[-1])
    assert (200, "read") == (login.call("GET", ME)[0], login.call("GET", ME)[1]["x-access-level"])
    assert [] == login.texts()


def test_a_suspended_account_does_nothing(x_server: XServer) -> None:
    login = x_server.account(suspended=True)
    answers = [login.call("GET", ME), login.call("POST", POST, {"text": "hello"})]
    assert [(403, "user-suspended")] * 2 == [(status, body["type"].split("/")[-1]) for status, _, body in answers]
    assert [] == login.texts()


def test_without_credit_nothing_goes_until_there_is_some(login: Login) -> None:
    login.out_of_credit = True
    status, _, answer = login.call("POST", POST, {"text": "hello"})
    assert (402, "CreditsDepleted") == (status, answer["title"])
    login.out_of_credit = False
    assert 201 == login.call("POST", POST, {"text": "hello"})[0]


def test_a_usage_cap_is_a_429_that_is_no_rate_limit(login: Login) -> None:
    login.usage_capped = True
    status, headers, answer = login.call("POST", POST, {"text": "hello"})
    assert (429, "UsageCapExceeded", "99") == (status, answer["title"], headers["x-rate-limit-remaining"])
    assert 200 == login.call("GET", ME)[0]


def test_a_window_of_requests_is_used_up_and_comes_again() -> None:
    now = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
    with running(lambda: now) as server:
        login = server.account()
        login.rate(3, 1)
        seen = []
        for minutes in (0, 14, 15):
            now = now.replace(minute=minutes)
            status, headers, _ = login.call("POST", POST, {"text": f"At {minutes}"})
            seen.append((status, *(headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining", "reset"))))
    first, second = (str(int(now.replace(minute=minute).timestamp())) for minute in (15, 30))
    assert [(201, "3", "0", first), (429, "3", "0", first), (201, "3", "2", second)] == seen


def test_each_kind_of_request_has_a_window_of_its_own(login: Login) -> None:
    login.rate(900, 0, of="timeline")
    status, _, answer = login.call("GET", f"/2/users/{login.user_id}/tweets")
    assert (429, "Too Many Requests") == (status, answer["title"])
    assert (201, 200) == (login.call("POST", POST, {"text": "hello"})[0], login.call("GET", ME)[0])
