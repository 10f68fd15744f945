"""What `bot check` hears of an account on Mastodon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers
from servers.on_mastodon.made import (
    APP,
    ME,
    V2,
    adapter,
    error,
    says,
)

from bot.errors import Unauthorized

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login

    from bot.networks.mastodon.adapter import MastodonAdapter


def test_check_tells_who_we_are_what_we_may_and_what_is_left_and_posts_nothing(
    login: Login, here: MastodonAdapter
) -> None:
    identity = here.check()
    name = login.account.name
    assert (f"{login.account.id}@strict.example", f"@{name}@strict.example") == (identity.login, identity.name)
    assert f"https://strict.example/@{name}" == identity.url
    assert ("may post", "299 of 300 requests left until 2026-11-23 10:05 UTC") == identity.facts
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
    with pytest.raises(Unauthorized, match="scopes read and write:statuses"):
        adapter(login.again(scopes), tmp_path, wire.url).check()


@pytest.mark.parametrize(
    "fault", [error(404, "Not Found"), answers(500), says({"name": "an app"}), says({"scopes": "read"})]
)
def test_where_nobody_tells_whether_we_may_post_nothing_is_said(
    through: MastodonAdapter, wire: Lossy, fault: Fault
) -> None:
    wire.next(APP, fault)
    assert "may post" not in through.check().facts


def test_what_an_owner_should_know_of_the_account_is_told(login: Login, through: MastodonAdapter, wire: Lossy) -> None:
    me = {"id": "1", "username": "n", "url": None, "limited": True, "moved": {"acct": "n@new.example"}}
    wire.next(ME, says(me))
    identity = through.check()
    assert ("may post", "is limited: only followers see its posts", "has moved to @n@new.example") == identity.facts
    assert wire.url == identity.url
