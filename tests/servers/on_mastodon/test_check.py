"""What `bot check` hears of an account on Mastodon."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from servers.lossy import Fault, answers
from servers.on_mastodon.made import (
    APP,
    ME,
    PAGE,
    V2,
    adapter,
    attempt,
    delivery,
    error,
    retold,
    says,
)

from bot.errors import DeliveryError, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon

    from bot.networks.mastodon.adapter import MastodonAdapter


def test_check_tells_who_we_are_what_we_may_and_what_is_left_and_posts_nothing(
    login: Login, here: MastodonAdapter
) -> None:
    identity = here.check()
    name = login.account.name
    assert (f"{login.account.id}@strict.example", f"@{name}@strict.example") == (identity.login, identity.name)
    assert f"https://strict.example/@{name}" == identity.url
    assert ("its app may post", "299 of 300 requests left until 2026-11-23 10:05 UTC") == identity.facts
    assert [] == login.texts()


def test_a_login_is_the_same_through_a_proxy(here: MastodonAdapter, through: MastodonAdapter) -> None:
    assert here.check().login == through.check().login


def test_a_server_may_call_itself_by_its_address(through: MastodonAdapter, wire: Lossy) -> None:
    wire.next(V2, says({"uri": "https://Kin.example/", "version": "0.18.0"}))
    assert through.check().login.endswith("@kin.example")


@pytest.mark.parametrize("scopes", ["read", "read write:media", "write", "profile write:statuses"])
def test_a_token_without_the_scopes_that_posting_needs_is_refused(
    login: Login, wire: Lossy, tmp_path: Path, scopes: str
) -> None:
    me = {"id": login.account.id, "username": login.account.name}
    wire.next(ME, says(me))
    with pytest.raises(Unauthorized, match="scopes read, write:statuses and write:media"):
        adapter(login.again(scopes), tmp_path, wire.url).check()


@pytest.mark.parametrize(
    "fault", [error(404, "Not Found"), answers(500), says({"name": "an app"}), says({"scopes": "read"})]
)
def test_where_nobody_tells_whether_we_may_post_nothing_is_said(
    through: MastodonAdapter, wire: Lossy, fault: Fault
) -> None:
    wire.next(APP, fault)
    assert not any("may post" in fact for fact in through.check().facts)


def test_a_token_that_may_do_less_than_its_app_is_promised_nothing(login: Login, tmp_path: Path) -> None:
    reader = adapter(login.again("read", app="read write"), tmp_path)
    assert "its app may post" in reader.check().facts
    assert isinstance(attempt(reader, delivery("Hello.")), Unauthorized)


@pytest.mark.parametrize(
    ("scopes", "pictures", "expected"),
    [
        ("read write:statuses", "article", "it may not upload pictures: it lacks the scope write:media"),
        ("read write:statuses", "none", None),
        ("read write:statuses write:media", "article", None),
        ("read write", "page", None),
    ],
)
def test_an_app_that_may_not_upload_is_a_fact_and_no_failure(
    login: Login, tmp_path: Path, scopes: str, pictures: str, expected: str | None
) -> None:
    facts = adapter(login.again(scopes), tmp_path, pictures=pictures).check().facts
    assert "its app may post" in facts
    assert expected == next((fact for fact in facts if "upload" in fact), None)


def test_what_an_owner_should_know_of_the_account_is_told(login: Login, through: MastodonAdapter, wire: Lossy) -> None:
    me = {"id": "1", "username": "n", "url": None, "limited": True, "moved": {"acct": "n@new.example"}}
    wire.next(ME, says(me))
    identity = through.check()
    assert (
        "its app may post",
        "is limited: only followers see its posts",
        "has moved to @n@new.example",
    ) == identity.facts
    assert wire.url == identity.url


@pytest.mark.parametrize(
    "silent", [answers(404), PAGE, says({}), says({"hello": "world"}), says({"domain": "https://[bad"})]
)
def test_a_login_stays_the_same_where_the_instance_tells_nothing_of_itself(
    through: MastodonAdapter, wire: Lossy, silent: Fault
) -> None:
    told = through.check().login
    wire.next("/api/v[12]/instance", silent, times=2)
    assert told == through.check().login
    assert told == through.check().login, "and that is not what is kept"


def test_a_login_on_a_server_that_never_told_its_name_is_by_its_address(
    server: Mastodon, through: MastodonAdapter, wire: Lossy
) -> None:
    server.rules.instance_v1 = server.rules.instance_v2 = False
    assert through.check().login.endswith(f"@{wire.url.removeprefix('http://')}")


ODD = ["", "\ud800", "\x1b[2J", "\u202eabc", "https://[bad", "x" * 100_000, 7, None, [], {}, {"acct": "\ud800"}]
FIELDS = [
    "id",
    "username",
    "url",
    "moved",
    "suspended",
    "limited",
    "statuses_count",
    "domain",
    "uri",
    "version",
    "scopes",
]


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_a_server_tells_check_says_who_we_are_or_what_is_wrong(
    login: Login, through: MastodonAdapter, wire: Lossy, field: str
) -> None:
    for odd in ODD:
        wire.next("/api/", retold(with_odd({field: odd})), times=3)
        assert [] == [text for text in told(through) if not text.isprintable()]
    assert [] == login.texts()


def with_odd(odd: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda body: body | odd


def told(here: MastodonAdapter) -> list[str]:
    """All that a person is told by check, or why it cannot say."""
    try:
        identity = here.check()
    except DeliveryError as error:
        return [str(error)]
    return [identity.login, identity.name, identity.url, *identity.facts]


@pytest.mark.parametrize("name", ["Limit", "Remaining", "Reset"])
def test_a_rate_that_is_no_number_is_not_told(through: MastodonAdapter, wire: Lossy, name: str) -> None:
    me = {"id": "1", "username": "n"}
    rates = {f"X_RateLimit_{each}": "300" for each in ("Limit", "Remaining", "Reset")} | {
        f"X_RateLimit_{name}": "9" * 5000
    }
    wire.next(ME, answers(200, json.dumps(me), content_type="application/json", **rates))
    assert not any("9999" in fact for fact in through.check().facts)
