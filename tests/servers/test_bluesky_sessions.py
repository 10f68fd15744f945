"""How the Bluesky adapter signs in, stays signed in, and keeps its secrets."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from servers.bluesky import LOG_IN, REFRESH, adapter, delivery, refusal
from servers.lossy import answers, before, cuts, loses
from servers.pds import running

from bot.errors import RateLimited, Rejected, Unauthorized, Unavailable
from bot.networks.bluesky import BlueskyAccount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.pds import PDS, Login

    from bot.networks.base import Adapter


def test_a_hundred_posts_by_a_hundred_runs_make_one_log_in(login: Login, lossy: Lossy, tmp_path: Path) -> None:
    for number in range(100):
        list(adapter(login, tmp_path, lossy.url).publish(delivery(f"Post {number}.", number=number)))
    assert lossy.count(LOG_IN) == 1
    assert 100 == len(login.texts())


def test_a_session_is_its_owners_alone(login: Login, tmp_path: Path) -> None:
    list(adapter(login, tmp_path).publish(delivery("Hello.")))
    kept = tmp_path / "var" / "sessions" / "bluesky"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept.parent, kept)]
    assert [0o700, 0o600] == modes
    assert login.password not in kept.read_text()


def test_an_expired_token_is_refreshed_once_and_kept(pds: PDS, login: Login, lossy: Lossy, tmp_path: Path) -> None:
    old = replace(login, access=pds.expired(login.access))
    kept = old.keep_session(tmp_path, "bluesky", lossy.url)
    for number in range(2):
        list(adapter(login, tmp_path, lossy.url).publish(delivery(f"Post {number}.", number=number)))
    assert ["Post 0.", "Post 1."] == login.texts()
    assert (1, 0) == (lossy.count(REFRESH), lossy.count(LOG_IN))
    assert old.access not in kept.read_text()


def test_a_dead_refresh_token_makes_one_log_in(pds: PDS, login: Login, lossy: Lossy, tmp_path: Path) -> None:
    dead = replace(login, access=pds.expired(login.access), refresh=pds.expired(login.refresh))
    dead.keep_session(tmp_path, "bluesky", lossy.url)
    list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello.")))
    assert ["Hello."] == login.texts()
    assert (1, 1) == (lossy.count(REFRESH), lossy.count(LOG_IN))


def test_an_attempt_uses_the_session_that_is_kept_by_then(pds: PDS, login: Login, lossy: Lossy, tmp_path: Path) -> None:
    login.keep_session(tmp_path, "bluesky", lossy.url)
    one_run = adapter(login, tmp_path, lossy.url)
    list(one_run.publish(delivery("One.")))
    replace(login, access=pds.expired(login.access)).keep_session(tmp_path, "bluesky", lossy.url)
    list(one_run.publish(delivery("Two.", number=2)))
    assert ["One.", "Two."] == login.texts()
    assert (1, 0) == (lossy.count(REFRESH), lossy.count(LOG_IN))


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidToken"])
def test_a_token_that_is_refused_when_fresh_is_not_refreshed_for_ever(
    login: Login, lossy: Lossy, through: Adapter, code: str
) -> None:
    lossy.next("putRecord", refusal(400, code), times=2)
    with pytest.raises(Unauthorized, match="BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"):
        list(through.publish(delivery("Hello.")))
    assert (2, 1, 0) == (lossy.count("putRecord"), lossy.count(REFRESH), lossy.count(LOG_IN))
    assert [] == login.texts()


SPOILT = [b"", b"\xff\x00", b"a:::b", b"x" * 9000, b"a:::did:plc:a:::new\nline:::token:::http://x", b"::::::::::::"]


@pytest.mark.parametrize("content", SPOILT)
def test_a_spoilt_session_is_replaced_by_a_log_in(login: Login, tmp_path: Path, content: bytes) -> None:
    login.keep_session(tmp_path, "bluesky").write_bytes(content)
    list(adapter(login, tmp_path).publish(delivery("Hello.")))
    assert ["Hello."] == login.texts()


def test_the_session_of_another_account_or_server_is_not_used(
    pds: PDS, login: Login, lossy: Lossy, tmp_path: Path
) -> None:
    pds.account().keep_session(tmp_path, "bluesky", lossy.url)
    list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello.")))
    login.keep_session(tmp_path, "bluesky", "https://elsewhere.example")
    list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello again.", number=2)))
    assert ["Hello.", "Hello again."] == login.texts()
    assert 2 == lossy.count(LOG_IN)


def test_a_wrong_password_is_told_by_its_setting_and_not_repeated_aloud(login: Login, tmp_path: Path) -> None:
    with pytest.raises(Unauthorized) as caught:
        list(adapter(login, tmp_path, app_password="hunter-two").publish(delivery("Hello.")))
    assert "Invalid identifier or password" in str(caught.value)
    assert "BOT_ACCOUNTS__BLUESKY__APP_PASSWORD" in str(caught.value)
    assert "hunter-two" not in str(caught.value)


def test_secrets_that_a_server_repeats_are_left_out(login: Login, lossy: Lossy, through: Adapter) -> None:
    lossy.next(
        "putRecord", refusal(400, "InvalidRequest", f"You said\n{login.password} and {login.access} {'x' * 900}")
    )
    with pytest.raises(Rejected) as caught:
        list(through.publish(delivery("Hello.")))
    said = str(caught.value)
    assert login.password not in said
    assert login.access[:40] not in said
    assert len(said) < 300
    assert "\n" not in said


BEFORE_THE_WRITE = {
    "no answer": loses,
    "half an answer": cuts,
    "a page": answers(200, "<html>"),
    "an error": answers(500),
    "no tokens": answers(200, '{"did": "did:plc:a", "accessJwt": null}', content_type="application/json"),
    "another place": answers(307, location="http://127.0.0.1:9/"),
}


@pytest.mark.parametrize("fault", BEFORE_THE_WRITE)
@pytest.mark.parametrize("step", [LOG_IN, REFRESH])
def test_what_goes_wrong_before_the_write_is_certain(
    login: Login, lossy: Lossy, tmp_path: Path, step: str, fault: str
) -> None:
    if step == REFRESH:
        login.keep_session(tmp_path, "bluesky", lossy.url)
        lossy.next("putRecord", refusal(400, "ExpiredToken"))
    lossy.next(step, BEFORE_THE_WRITE[fault])
    with pytest.raises(Unavailable):
        list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello.")))
    assert [] == login.texts()


def test_a_server_that_is_not_there_is_certain(login: Login, lossy: Lossy, tmp_path: Path) -> None:
    with before(lossy.url) as gone:
        pass
    login.keep_session(tmp_path, "bluesky", gone.url)
    with pytest.raises(Unavailable, match="cannot be reached"):
        list(adapter(login, tmp_path, gone.url).publish(delivery("Hello.")))


def test_a_redirect_takes_the_password_nowhere(pds: PDS, login: Login, lossy: Lossy, tmp_path: Path) -> None:
    with before(pds.url) as elsewhere:
        lossy.next(LOG_IN, answers(307, location=f"{elsewhere.url}/xrpc/{LOG_IN}"))
        with pytest.raises(Unavailable, match="307"):
            list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello.")))
        assert [] == elsewhere.seen


def test_a_session_that_cannot_be_kept_posts_nothing(login: Login, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(Unavailable, match="cannot be kept"):
        list(adapter(login, tmp_path).publish(delivery("Hello.")))
    assert [] == login.texts()


@pytest.fixture
def limited(pds: PDS, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDS]:  # asks for pds, which may be missing
    with running(tmp_path_factory.mktemp("limited"), "--rate-limits") as server:
        yield server


def test_the_thirty_first_log_in_waits_for_the_hour_that_the_server_names(limited: PDS, tmp_path: Path) -> None:
    login = limited.account()
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(lambda _: limited.call(LOG_IN, login.credentials), range(30)))
    account = BlueskyAccount.model_validate(login.settings())
    began = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught:
        account.connect("bluesky", tmp_path).check()
    assert began < caught.value.retry_at <= datetime.now(UTC) + timedelta(minutes=5, seconds=1)
