"""What the Mastodon adapter makes of answers that do not say that it was done, and of clocks and headers that are wrong."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers, cuts, dribbles, drops, late
from servers.on_mastodon.made import (
    ME,
    NOW,
    PAGE,
    TIMELINE,
    V2,
    WRITE,
    adapter,
    attempt,
    delivery,
    error,
    says,
)

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, Unanswered, Unauthorized, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon

    from bot.networks.mastodon.adapter import MastodonAdapter

TOKEN = "Check BOT_ACCOUNTS__NEWS__ACCESS_TOKEN"
SETTLED = "When that is settled with those who run the server: bot resume news."
ELSEWHERE = "Check BOT_ACCOUNTS__NEWS__BASE_URL."
REFUSALS: dict[str, tuple[Fault, type[DeliveryError], str]] = {
    "not valid": (error(422, "Validation failed: Text"), Rejected, "refuses this: Validation failed: Text"),
    "not valid on GoToSocial": (error(400, "Bad Request: status too long"), Rejected, "status too long"),
    "too large": (error(413, "Payload Too Large"), Rejected, "Payload Too Large"),
    "too large for what stands before it": (answers(413, "<html>"), Rejected, "refuses this: it is too large"),
    "a token that is none": (error(401, "The access token is invalid"), Unauthorized, TOKEN),
    "a token of another scope": (
        error(403, "This action is outside the authorized scopes"),
        Unauthorized,
        "with the scopes read, write:statuses and write:media, then: bot resume news",
    ),
    "disabled": (error(403, "Your login is currently disabled"), Unauthorized, SETTLED),
    "pending": (error(403, "Your login is currently pending approval"), Unauthorized, SETTLED),
    "unconfirmed": (error(403, "Your login is missing a confirmed e-mail address"), Unauthorized, SETTLED),
    "forbidden": (error(403, "This action is not allowed"), Unauthorized, "This action is not allowed"),
    "gone": (error(410, "Gone"), Unauthorized, "refuses the account: Gone"),
    "nobody's token": (error(422, "This method requires an authenticated user"), Unauthorized, TOKEN),
    "too fast": (error(429, "Too many requests"), RateLimited, "asks for a pause: Too many requests"),
    "too fast for what stands before it": (answers(429, "<html>"), RateLimited, "a pause: too many requests"),
    "nothing to answer, in answer to nothing": (error(404, "Record not found"), Unanswered, ELSEWHERE),
    "no such call": (answers(404, "<html>"), Unanswered, ELSEWHERE),
    "another kind of server": (answers(401, '{"errors": [{"code": 32}]}'), Unanswered, ELSEWHERE),
    "a conflict": (error(409, "Conflict"), Unanswered, "answered 409: Conflict"),
    "a key that is repeated": (error(500, "Internal"), Unanswered, "answered 500: Internal"),
    "a race": (error(503, "There was a temporary problem"), Unanswered, "temporary problem"),
    "elsewhere": (answers(302, location="http://127.0.0.1:9/"), Unanswered, "answered 302"),
    "a page": (PAGE, OutcomeUnknown, "answered 200, and with no post"),
    "a page that says no": (answers(403, "<html>Robot?</html>"), Unanswered, "answered 403"),
    "no words": (answers(422, '{"error": {"a": 1}}'), Unanswered, "answered 422"),
    "another post": (says({"id": 7, "url": "https://a.de"}), OutcomeUnknown, "with no post"),
    "a post without a name": (says({"url": "https://a.de"}), OutcomeUnknown, "with no post"),
    "a post without an address": (says({"id": "7"}), OutcomeUnknown, "with no post"),
    "a post that is scheduled": (says({"id": "7", "scheduled_at": "", "params": {}}), OutcomeUnknown, "with no post"),
    "nested": (answers(200, "[" * 100_000), OutcomeUnknown, "with no post"),
    "half a character": (error(422, "\ud800"), Rejected, "refuses this: ?"),
    "dropped": (drops, Unanswered, "broke off"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_an_answer_to_a_post_means(through: MastodonAdapter, wire: Lossy, case: str) -> None:
    fault, kind, words = REFUSALS[case]
    wire.next(WRITE, fault)
    caught = attempt(through, delivery("Hello."))
    assert kind is type(caught)
    assert words in str(caught)
    assert wire.url.removeprefix("http://") in str(caught)
    assert through._account.access_token.get_secret_value() not in str(caught)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (error(401, "The access token was revoked"), Unauthorized, TOKEN),
        (error(403, "Your login is currently disabled"), Unauthorized, SETTLED),
        (error(422, "This method requires an authenticated user"), Unauthorized, TOKEN),
        (error(429, "Too many requests"), RateLimited, "pause"),
        (error(500, "Internal"), Unavailable, "answered 500"),
        (answers(502, "<html>"), Unavailable, "answered 502"),
        (answers(403, "<html>"), Unavailable, ELSEWHERE),
        (answers(401, "Unauthorized"), Unavailable, ELSEWHERE),
        (answers(429, "<html>"), RateLimited, "pause"),
        (drops, Unavailable, "broke off"),
        (cuts, Unavailable, "broke off"),
        (PAGE, Unauthorized, "is no Mastodon server"),
        (answers(404, "<html>"), Unauthorized, "is no Mastodon server"),
        (error(404, "XRPCNotSupported"), Unauthorized, "Set BOT_ACCOUNTS__NEWS__BASE_URL to the server"),
        (answers(301, location="https://a.de"), Unauthorized, "is no Mastodon server"),
        (says({"hello": "world"}), Unauthorized, "is no Mastodon server"),
        (says({"id": "1", "username": "n", "suspended": True}), Unauthorized, "suspended"),
    ],
)
def test_what_an_answer_to_who_we_are_means(
    through: MastodonAdapter, wire: Lossy, fault: Fault, kind: type[DeliveryError], words: str
) -> None:
    wire.next(ME, fault)
    with pytest.raises(DeliveryError) as caught:
        through.check()
    assert kind is type(caught.value)
    assert words in str(caught.value)


def test_a_server_that_is_not_there_has_posted_nothing(login: Login, tmp_path: Path) -> None:
    nowhere = adapter(login, tmp_path, "http://127.0.0.1:9")
    assert isinstance(attempt(nowhere, delivery("Hello.")), Unavailable)


def test_an_answer_to_what_is_gone_is_refused(login: Login, here: MastodonAdapter, server: Mastodon) -> None:
    thread = delivery("One.", "Two.")
    [first] = here.publish(delivery("One."))
    server.state.delete(login.account, first.remote_id)
    assert isinstance(attempt(here, thread.with_receipt(first)), Rejected)


def test_a_language_that_a_server_does_not_know_is_refused_in_its_words(login: Login, here: MastodonAdapter) -> None:
    caught = attempt(here, delivery("Hello.", lang="xx"))
    assert isinstance(caught, Rejected)
    assert "Validation failed: Language is invalid" in str(caught)
    assert [] == login.texts()


def test_a_visibility_that_a_server_does_not_know_is_refused_in_its_words(
    through: MastodonAdapter, wire: Lossy
) -> None:
    wire.next(WRITE, error(422, "Validation failed: Visibility is not included in the list"))
    caught = attempt(through, delivery("Hello.", visibility="unlisted"))
    assert isinstance(caught, Rejected)
    assert "Visibility is not included in the list" in str(caught)


def test_a_token_that_a_server_repeats_is_not_told(login: Login, through: MastodonAdapter, wire: Lossy) -> None:
    wire.next(WRITE, error(401, f"The access token {login.token} is invalid"))
    caught = attempt(through, delivery("Hello."))
    assert "The access token … is invalid" in str(caught)
    assert login.token not in repr(caught)


def test_a_token_that_was_taken_back_holds_the_posts(login: Login, here: MastodonAdapter) -> None:
    login.revoke()
    assert isinstance(attempt(here, delivery("Hello.")), Unauthorized)
    with pytest.raises(Unauthorized, match="bot resume news"):
        here.check()


def test_a_token_that_names_a_file_is_no_file(login: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(f"{login.token}\n")
    assert isinstance(attempt(adapter(login, tmp_path, access_token="token"), delivery("Hello.")), Unauthorized)


def adding(headers: str) -> Fault:
    """The server does what was asked; its answer has more headers than it gave."""
    return lambda exchange: exchange.send(exchange.forward().replace(b"\r\n", f"\r\n{headers}\r\n".encode(), 1))


@pytest.mark.parametrize(
    "headers",
    [
        "X-RateLimit-Reset: soon",
        "X-RateLimit-Remaining: few",
        "Date: never",
        "Deprecation: true",
        "Link: <<>>; rel",
        "Set-Cookie: =",
    ],
)
def test_a_post_that_stands_is_confirmed_whatever_else_its_answer_says(
    login: Login, through: MastodonAdapter, wire: Lossy, headers: str
) -> None:
    wire.next("", adding(headers), times=9)
    [receipt] = through.publish(delivery("Hello."))
    assert [receipt.remote_id] == [post["id"] for post in login.posts()]
    assert [receipt] == list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize("skew", [timedelta(minutes=-5), timedelta(0), timedelta(minutes=5)])
def test_a_pause_ends_when_the_server_says_whatever_our_clock(
    server: Mastodon, tmp_path: Path, skew: timedelta
) -> None:
    here = adapter(server.account(rate=1), tmp_path, at=NOW + skew)
    list(here.publish(delivery("One.")))
    caught = attempt(here, delivery("Two.", number=2))
    assert isinstance(caught, RateLimited)
    assert NOW + skew + timedelta(minutes=3) == caught.retry_at


@pytest.mark.parametrize(
    ("reset", "pause"),
    [("1795428180", 60), ("2026-11-23T10:03:00.000000Z", 60), ("1", 300), ("soon", 300), ("9" * 30, 300)],
)
def test_a_reset_in_seconds_is_understood_and_nonsense_is_five_minutes(
    through: MastodonAdapter, wire: Lossy, reset: str, pause: int
) -> None:
    wire.next(WRITE, error(429, "Too many requests", X_RateLimit_Reset=reset))
    caught = attempt(through, delivery("Hello."))
    assert isinstance(caught, RateLimited)
    assert NOW + timedelta(seconds=pause) == caught.retry_at


@pytest.mark.parametrize("fault", [late, dribbles(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")])
@pytest.mark.parametrize("step", [ME, V2, TIMELINE])
def test_a_look_ends_by_its_deadline(login: Login, wire: Lossy, tmp_path: Path, fault: Fault, step: str) -> None:
    wire.next(step, fault)
    here = adapter(login, tmp_path, wire.url, timeout=1.5)
    began = monotonic()
    with pytest.raises(Unavailable, match=r"no whole answer within 1\.5 s"):
        list(here.find(delivery("Hello."), ())) if step == TIMELINE else here.check()
    assert monotonic() - began < 5
