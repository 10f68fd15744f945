"""What the strict Mastodon does with posts and uploads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.mastodon import KEYLESS, strict
from servers.mastodon.asking import ME, ask, post, refusal, said, timeline

if TYPE_CHECKING:
    from servers.mastodon import Login, Mastodon

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NO_SUCH = (404, "Record not found")


@pytest.fixture
def alice(mastodon_strict: Mastodon) -> Login:
    return mastodon_strict.account(language="fr")


@pytest.fixture
def bob(mastodon_strict: Mastodon) -> Login:
    return mastodon_strict.account()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": ""}, "Text can't be blank"),
        ({"status": " \n"}, "Text can't be blank"),
        ({"status": "x" * 501}, "Text character limit of 500 exceeded"),
        ({"spoiler_text": "x" * 250, "status": "x" * 251}, "Text character limit of 500 exceeded"),
        ({"visibility": "friends"}, "Visibility is not included in the list"),
        ({"language": "klingon"}, "Language is invalid"),
        ({"language": "en-US"}, "Language is invalid"),
        ({"text": "x"}, "text is unknown or no text"),
        ({"scheduled_at": "2030-01-01T00:00:00Z"}, "scheduled_at is unknown or no text"),
        ({"status": "", "language": "xx"}, "Text can't be blank, Language is invalid"),
    ],
)
def test_what_is_not_valid_is_refused(alice: Login, fields: dict[str, str], words: str) -> None:
    answer = ask(alice, "POST", "v1/statuses", data={"status": "x"} | fields)
    assert (422, f"Validation failed: {words}") == refusal(answer)
    assert [] == alice.texts()


def test_gotosocial_says_400_and_counts_links_in_full(mastodon_keyless: Mastodon) -> None:
    login = mastodon_keyless.account()
    link = "https://example.org/" + "a" * 4980
    assert (400, "Bad Request: Text character limit of 5000 exceeded") == refusal(post(login, f"{link}!"))
    assert 200 == post(login, link).status_code


def test_what_a_post_does_not_say_is_as_its_author_set_it(alice: Login, mastodon_keyless: Mastodon) -> None:
    answer = post(alice, "x").json()
    assert ("public", "fr", False) == (answer["visibility"], answer["language"], answer["sensitive"])
    assert "unlisted" == post(mastodon_keyless.account(), "x").json()["visibility"]


def test_a_post_may_be_sent_as_json(alice: Login) -> None:
    sent: dict[str, Any] = {
        "status": "as JSON",
        "visibility": "private",
        "language": None,
        "in_reply_to_id": None,
        "media_ids": [],
    }
    assert "private" == ask(alice, "POST", "v1/statuses", json=sent).json()["visibility"]
    assert 422 == ask(alice, "POST", "v1/statuses", json={"status": ["a", "list"]}).status_code
    broken = ask(alice, "POST", "v1/statuses", data="{", headers={"Content-Type": "application/json"})
    assert 400 == broken.status_code
    assert ["as JSON"] == alice.texts()


def test_blanks_around_a_text_are_not_kept_and_a_warning_alone_is_the_text(alice: Login) -> None:
    post(alice, " \n text\n", spoiler_text=" careful ")
    post(alice, "", spoiler_text="alone")
    kept = [(each["text"], each["spoiler_text"], each["sensitive"]) for each in alice.posts()]
    assert [("text", "careful", True), ("alone", "", False)] == kept


@pytest.mark.parametrize(("rules", "address"), [({}, "/@{name}/"), (KEYLESS, "/@{name}/statuses/")])
def test_a_post_has_an_address_and_an_id_that_rises_whatever_the_clock_does(rules: Any, address: str) -> None:
    now = NOON
    with strict(clock=lambda: now, **rules) as server:
        login = server.account()
        first = post(login, "1").json()
        now -= timedelta(hours=1)
        second = post(login, "2").json()
        assert sorted([first["id"], second["id"]]) == [first["id"], second["id"]]
        start = f"https://{server.rules.domain}{address.format(name=login.account.name)}"
        assert [start + first["id"], start + second["id"]] == [first["url"], second["url"]]
        assert ["2", "1"] == said(timeline(login))


def test_a_key_that_was_used_is_the_post_of_then_whatever_the_request_says(alice: Login, bob: Login) -> None:
    first = post(alice, "one", key="k").json()
    assert first == post(alice, "", key="k", language="klingon").json()
    assert first["id"] != post(alice, "two", key="other").json()["id"]
    assert first["id"] != post(bob, "one", key="k").json()["id"]
    assert [("one", "k"), ("two", "other")] == [(each["text"], each["idempotency_key"]) for each in alice.posts()]


def test_a_refused_post_uses_up_no_key(alice: Login) -> None:
    assert 422 == post(alice, "", key="k").status_code
    assert 200 == post(alice, "x", key="k").status_code


def test_a_key_is_forgotten_after_an_hour() -> None:
    now = NOON
    with strict(clock=lambda: now) as server:
        login = server.account()
        post(login, "x", key="k")
        now += timedelta(minutes=59)
        post(login, "x", key="k")
        assert ["x"] == login.texts()
        now += timedelta(minutes=1)
        post(login, "x", key="k")
        assert ["x", "x"] == login.texts()


def test_a_key_of_a_post_that_was_deleted_finds_nothing(alice: Login) -> None:
    ask(alice, "DELETE", f"v1/statuses/{post(alice, 'x', key='k').json()['id']}")
    assert NO_SUCH == refusal(post(alice, "x", key="k"))


def test_a_keyless_server_keeps_no_key(mastodon_keyless: Mastodon) -> None:
    login = mastodon_keyless.account()
    assert post(login, "x", key="k").json()["id"] != post(login, "x", key="k").json()["id"]


def test_on_a_slow_server_a_post_stands_before_its_key_is_known() -> None:
    now = NOON
    with strict(clock=lambda: now, key_kept_after=timedelta(seconds=40)) as server:
        login = server.account()
        first = post(login, "x", key="k").json()
        now += timedelta(seconds=39)
        second = post(login, "x", key="k").json()
        now += timedelta(seconds=40)
        assert second == post(login, "x", key="k").json()
        assert [first["id"], second["id"]] == [each["id"] for each in login.posts()]


def test_a_reply_needs_a_post_that_its_author_may_see(alice: Login, bob: Login) -> None:
    private, public = post(bob, "private", visibility="private").json(), post(bob, "public").json()
    for unknown in ("1", private["id"]):
        words = "The post you are trying to reply to does not appear to exist."
        assert (404, words) == refusal(post(alice, "x", in_reply_to_id=unknown))
    reply = post(alice, "x", in_reply_to_id=public["id"]).json()
    assert (public["id"], bob.account.id) == (reply["in_reply_to_id"], reply["in_reply_to_account_id"])


def test_a_post_is_shown_to_whom_it_is_for(alice: Login, bob: Login) -> None:
    ids = {
        each: post(alice, each, visibility=each).json()["id"] for each in ("public", "unlisted", "private", "direct")
    }
    assert ["direct", "private", "unlisted", "public"] == said(timeline(alice))
    assert ["unlisted", "public"] == said(timeline(alice, viewer=bob))
    for path in (f"v1/statuses/{ids['private']}", f"v1/statuses/{ids['direct']}/source"):
        assert 200 == ask(alice, "GET", path).status_code
        assert NO_SUCH == refusal(ask(bob, "GET", path))


def test_the_source_is_what_was_sent(alice: Login) -> None:
    text = "a & b <c>\n\nhttps://example.org/ #x"
    shown = post(alice, text, spoiler_text="w").json()
    expected = {"id": shown["id"], "text": text, "spoiler_text": "w"}
    assert expected == ask(alice, "GET", f"v1/statuses/{shown['id']}/source").json()
    assert shown == ask(alice, "GET", f"v1/statuses/{shown['id']}").json()


def test_only_its_author_may_delete_a_post(alice: Login, bob: Login) -> None:
    path = f"v1/statuses/{post(alice, 'gone').json()['id']}"
    assert NO_SUCH == refusal(ask(bob, "DELETE", path))
    assert "gone" == ask(alice, "DELETE", path).json()["text"]
    assert NO_SUCH == refusal(ask(alice, "GET", path))
    assert [] == alice.texts()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "6 5 4 3 2 1 0"),
        ({"limit": 2}, "6 5"),
        ({"max_id": 3}, "2 1 0"),
        ({"max_id": 3, "limit": 2}, "2 1"),
        ({"since_id": 3}, "6 5 4"),
        ({"since_id": 3, "limit": 2}, "6 5"),
        ({"min_id": 3, "limit": 2}, "5 4"),
        ({"since_id": 1, "max_id": 4}, "3 2"),
    ],
)
@pytest.mark.parametrize("server", ["mastodon_strict", "mastodon_keyless", "mastodon_mock"])
def test_a_timeline_is_told_a_page_at_a_time(
    request: pytest.FixtureRequest, server: str, query: dict[str, int], expected: str
) -> None:
    login = request.getfixturevalue(server).account()
    ids = [post(login, str(n)).json()["id"] for n in range(7)]
    asked = {name: value if name == "limit" else ids[value] for name, value in query.items()}
    assert expected.split() == said(timeline(login, **asked))


def test_links_lead_through_the_whole_timeline_which_never_tells_more_than_40_at_once(alice: Login) -> None:
    for n in range(41):
        post(alice, str(n))
    page = timeline(alice, limit=80)
    assert 40 == len(page.json())
    rest = ask(alice, "GET", page.links["next"]["url"].partition("/api/")[2])
    assert ["0"] == said(rest)
    assert "next" not in rest.links
    assert said(page) == said(ask(alice, "GET", rest.links["prev"]["url"].partition("/api/")[2] + "&limit=40"))


def test_a_server_may_show_fewer_at_once_and_know_no_pages() -> None:
    with strict(most_at_once=2, pages=False) as server:
        login = server.account()
        ids = [post(login, str(n)).json()["id"] for n in range(3)]
        assert ["2", "1"] == said(timeline(login, limit=40)) == said(timeline(login, max_id=ids[1]))


def test_posts_are_counted_but_for_those_to_few(alice: Login) -> None:
    for visibility in ("public", "unlisted", "private", "direct"):
        made = post(alice, visibility, visibility=visibility).json()["id"]
    ask(alice, "POST", f"v1/statuses/{made}/reblog")
    assert 3 == ask(alice, "GET", ME).json()["statuses_count"]


def test_what_has_a_warning_is_sensitive_where_the_server_sees_to_it(alice: Login, mastodon_keyless: Mastodon) -> None:
    assert post(alice, "x", spoiler_text="w").json()["sensitive"]
    login = mastodon_keyless.account()
    assert [False, True] == [
        post(login, "x", spoiler_text="w", sensitive=said).json()["sensitive"] for said in ("false", "true")
    ]


def test_a_timeline_leaves_out_what_it_is_asked_to(alice: Login, bob: Login) -> None:
    theirs, own = post(bob, "theirs").json()["id"], post(alice, "own").json()["id"]
    post(alice, "to bob", in_reply_to_id=theirs)
    post(alice, "thread", in_reply_to_id=own)
    boost = ask(alice, "POST", f"v1/statuses/{theirs}/reblog").json()
    assert ("", theirs) == (boost["content"], boost["reblog"]["id"])
    assert ["", "thread", "to bob", "own"] == said(timeline(alice))
    assert ["thread", "to bob", "own"] == said(timeline(alice, exclude_reblogs="true"))
    assert ["", "thread", "own"] == said(timeline(alice, exclude_replies="1"))
    assert ["own", "to bob", "thread"] == alice.texts()
    assert 422 == timeline(alice, exclude_reblog="true").status_code


def test_an_unknown_account_has_no_timeline(alice: Login) -> None:
    assert NO_SUCH == refusal(ask(alice, "GET", "v1/accounts/1/statuses"))
    assert alice.account.id == ask(alice, "GET", ME).json()["id"]
