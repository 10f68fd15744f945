"""How the X adapter words what X refuses, and what it makes of answers that are none."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from servers.lossy import Fault, answers
from servers.on_x.made import ME, NOW, POST, adapter, coded, delivery, problem, said, utc_now
from servers.x import running

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

    from bot.networks.base import Adapter


KEYS, RIGHTS, CREDIT = "ACCESS_TOKEN_SECRET are all of one app", "only then make new access tokens", "credits"
WORDS = "as the network words it"
REFUSALS: dict[str, tuple[Fault, type[DeliveryError], str]] = {
    "429": (problem(429, WORDS), RateLimited, WORDS),
    "429 in plain text": (answers(429, "Rate limit exceeded"), RateLimited, "asks for a pause: too many requests"),
    "the posts of the day": (coded(403, 185, WORDS), RateLimited, WORDS),
    "usage cap": (problem(429, WORDS, "https://api.x.com/2/problems/usage-capped"), Unauthorized, CREDIT),
    "usage cap by its title": (problem(429, WORDS, title="UsageCapExceeded"), Unauthorized, CREDIT),
    "402": (problem(402, WORDS, "https://api.x.com/2/problems/credits"), Unauthorized, CREDIT),
    "402 in other words": (problem(402, WORDS), Unauthorized, CREDIT),
    "401": (problem(401, WORDS), Unauthorized, KEYS),
    "401 in the older form": (coded(401, 32, WORDS), Unauthorized, KEYS),
    "bad authentication data": (coded(400, 215, WORDS), Unauthorized, KEYS),
    "duplicate": (problem(403, "You are not allowed to create a Tweet with duplicate content."), Rejected, "duplicate"),
    "duplicate in the older form": (coded(403, 187, WORDS), Rejected, WORDS),
    "too long in the older form": (coded(403, 186, WORDS), Rejected, WORDS),
    "too long": (problem(400, WORDS), Rejected, WORDS),
    "too long as 403": (problem(403, "Your Tweet text is too long."), Rejected, "too long"),
    "too large": (answers(413, "<html>Request Entity Too Large</html>"), Rejected, "too large"),
    "rights": (problem(403, WORDS, "https://api.twitter.com/2/problems/oauth1-permissions"), Unauthorized, RIGHTS),
    "rights by the header": (problem(403, WORDS, x_access_level="read"), Unauthorized, RIGHTS),
    "no right to read tells nothing of a text": (problem(400, WORDS, x_access_level="read"), Rejected, WORDS),
    "no right to write tells nothing of keys": (problem(401, WORDS, x_access_level="read"), Unauthorized, KEYS),
    "rights in the older form": (coded(403, 261, WORDS), Unauthorized, RIGHTS),
    "no project": (problem(403, WORDS, "https://api.x.com/2/problems/client-forbidden"), Unauthorized, "project"),
    "locked": (coded(403, 326, WORDS), Unauthorized, "Log in to X"),
    "suspended": (problem(403, WORDS, "https://api.x.com/2/problems/user-suspended"), Unauthorized, "Log in to X"),
    "403 for whatever reason": (problem(403, "You are not permitted to."), Unauthorized, "bot resume x"),
    "pictures of which there are none": (problem(400, "Your media IDs are invalid."), Rejected, "media IDs"),
    "a picture of the account": (problem(403, "Your profile has no picture."), Unauthorized, "bot resume x"),
    "a parent that nobody named": (coded(403, 385, WORDS), Unauthorized, WORDS),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_told_as_what_it_means(login: Login, wire: Lossy, through: Adapter, refusal: str) -> None:
    fault, kind, words = REFUSALS[refusal]
    wire.next(POST, fault)
    with pytest.raises(DeliveryError) as caught:
        list(through.publish(delivery("Hello.")))
    assert kind is type(caught.value)
    assert words in str(caught.value)
    assert str(caught.value).startswith(wire.url.removeprefix("http://"))
    assert (kind is Unauthorized) == ("bot resume x." in str(caught.value))
    assert [] == login.texts()


UNCLEAR: dict[str, Fault] = {
    "201 with nothing": answers(201),
    "201 with a page": answers(201, "<html>Log in to the hotel's network</html>"),
    "201 without a number": said(201, {"data": {"text": "Hello."}}),
    "201 with a number that is no text": said(201, {"data": {"id": 12}}),
    "201 with a number that is none": said(201, {"data": {"id": "12a"}}),
    "201 with a number in other digits": said(201, {"data": {"id": "١٢"}}),
    "201 with a number that is too long": said(201, {"data": {"id": "1" * 20}}),
    "201 with a list": said(201, {"data": [{"id": "12"}]}),
    "201 with half an object": answers(201, '{"data": {"id": "12"'),
    "201 nested without end": answers(201, "[" * 100_000),
    "200 with errors": said(200, {"errors": [{"title": "Not Found Error", "detail": "a", "type": "b"}]}),
    "304": answers(304),
    "307": answers(307, location="http://127.0.0.1:9/"),
    "400 with a page": answers(400, "<html>Bad Request</html>"),
    "400 with another object": said(400, {"message": "Bad Request"}),
    "401 with nothing": answers(401),
    "402 with a page": answers(402, "<html>Pay for the hotel's network</html>"),
    "403 with a list": said(403, [1]),
    "404": problem(404, "Not Found"),
    "408": problem(408, "Request Timeout"),
    "500": problem(500, "Internal Server Error"),
    "503": problem(503, "Service Unavailable"),
}


@pytest.mark.parametrize("answer", UNCLEAR)
def test_what_is_no_answer_of_x_may_mean_that_the_post_stands(wire: Lossy, through: Adapter, answer: str) -> None:
    wire.next(POST, UNCLEAR[answer])
    with pytest.raises(OutcomeUnknown):
        list(through.publish(delivery("Hello.")))


def test_nobody_there_is_certain(login: Login, tmp_path: Path) -> None:
    nowhere = adapter(login, tmp_path, "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="cannot be reached"):
        list(nowhere.publish(delivery("Hello.")))
    with pytest.raises(Unavailable):
        nowhere.check()
    with pytest.raises(Unavailable):
        list(nowhere.find(delivery("Hello."), ()))


def test_no_secret_stands_in_an_error_though_the_network_repeats_it(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    keys = [value for name, value in login.settings().items() if name != "base_url"]
    wire.next(POST, problem(401, f"Could not authenticate {' '.join(keys)}"))
    with pytest.raises(Unauthorized) as caught:
        list(through.publish(delivery("Hello.")))
    assert "Could not authenticate … … … …" in str(caught.value)
    assert not [key for key in keys if key in str(caught.value)]


def test_what_the_network_refuses_of_a_text_is_told_in_its_words(login: Login, here: Adapter) -> None:
    list(here.publish(delivery("Hello.")))
    for text, words in {"語" * 141: "too long", "Hello.": "duplicate content", "a\ufffe": "invalid characters"}.items():
        with pytest.raises(Rejected, match=words):
            list(here.publish(delivery(text)))
    assert ["Hello."] == login.texts()


def test_the_keys_of_one_account_with_the_secret_of_another_are_refused(
    login: Login, x_server: XServer, tmp_path: Path
) -> None:
    other = x_server.account().settings()
    for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret"):
        changes: dict[str, Any] = {key: other[key]}
        mixed = adapter(login, tmp_path, **changes)
        with pytest.raises(Unauthorized, match=r"BOT_ACCOUNTS__X__CONSUMER_KEY.* of one app and one account"):
            list(mixed.publish(delivery("Hello.")))
        with pytest.raises(Unauthorized, match="of one app and one account, then: bot resume x"):
            mixed.check()
    assert [] == login.texts()


def test_keys_that_were_made_anew_are_refused_until_they_are_set(login: Login, here: Adapter, tmp_path: Path) -> None:
    login.regenerate()
    with pytest.raises(Unauthorized):
        list(here.publish(delivery("Hello.")))
    assert 1 == len(list(adapter(login, tmp_path).publish(delivery("Hello."))))


@pytest.mark.parametrize(("minutes", "says"), [(5, "5 min fast"), (-5, "5 min slow")])
@pytest.mark.parametrize("step", [POST, ME])
def test_a_signature_of_another_time_is_a_matter_of_our_clock(
    wire: Lossy, through: Adapter, minutes: int, says: str, step: str
) -> None:
    date = format_datetime(NOW - timedelta(minutes=minutes), usegmt=True)
    wire.next(step, problem(401, "Unauthorized", date=date))
    with pytest.raises(Unauthorized, match=f"clock, which is {says}, then: bot resume x"):
        through.check() if step is ME else list(through.publish(delivery("Hello.")))


@pytest.mark.parametrize(("minutes", "says"), [(6, "6 min fast"), (-6, "6 min slow")])
def test_the_networks_own_refusal_of_such_a_signature_is_told_so(tmp_path: Path, minutes: int, says: str) -> None:
    with running(lambda: utc_now() - timedelta(minutes=minutes)) as server:
        login = server.account()
        with pytest.raises(Unauthorized, match=rf"Timestamp out of bounds\..* clock, which is {says}"):
            list(adapter(login, tmp_path).publish(delivery("Hello.")))
        with pytest.raises(Unauthorized, match=rf"Timestamp out of bounds\..* clock, which is {says}"):
            adapter(login, tmp_path).check()
        assert [] == login.texts()


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_words_that_no_terminal_should_obey_and_no_file_can_hold_do_no_harm(
    wire: Lossy, through: Adapter, status: int
) -> None:
    wire.next(POST, problem(status, "half \ud83d of \x1b[2J it"))
    with pytest.raises(DeliveryError, match=r"half \? of \[2J it") as caught:
        list(through.publish(delivery("Hello.")))
    assert str(caught.value).isprintable()


def test_an_account_that_x_does_not_serve_holds_its_posts(login: Login, here: Adapter) -> None:
    for state, words in {"suspended": "suspended", "out_of_credit": "credits", "usage_capped": "larger plan"}.items():
        setattr(login, state, True)
        with pytest.raises(Unauthorized, match=words):
            list(here.publish(delivery("Hello.")))
        setattr(login, state, False)
    assert 1 == len(list(here.publish(delivery("Hello."))))


def test_an_app_that_may_only_read_is_told_before_a_post_and_after(x_server: XServer, tmp_path: Path) -> None:
    reader = x_server.account(access="read")
    with pytest.raises(Unauthorized, match=f"Read and write.*{RIGHTS}.*BOT_ACCOUNTS__X__ACCESS_TOKEN"):
        adapter(reader, tmp_path).check()
    with pytest.raises(Unauthorized, match=f"Read and write.*{RIGHTS}.*BOT_ACCOUNTS__X__ACCESS_TOKEN"):
        list(adapter(reader, tmp_path).publish(delivery("Hello.")))
    assert [] == list(adapter(reader, tmp_path).find(delivery("Hello."), ()))
