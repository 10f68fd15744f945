"""What a Mastodon server allows, and what becomes of a post when that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from servers.lossy import Fault, answers
from servers.mastodon import KEYLESS
from servers.on_mastodon.made import (
    LINK,
    PAGE,
    V2,
    adapter,
    attempt,
    delivery,
    error,
    says,
)

from bot.errors import Rejected, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.mastodon import Login, Mastodon

    from bot.networks.mastodon.adapter import MastodonAdapter


def test_limits_are_those_that_the_instance_states(server: Mastodon, here: MastodonAdapter) -> None:
    server.rules.max_characters = 1234
    server.rules.characters_reserved_per_url = 30
    here.check()
    [limit] = here.network.limits
    assert (1234, 30 + 5) == (limit.maximum, limit.measure(LINK, "Blood"))


def test_limits_are_kept_for_the_next_run_which_asks_no_server(
    server: Mastodon, login: Login, wire: Lossy, tmp_path: Path
) -> None:
    server.rules.max_characters = 1234
    adapter(login, tmp_path, wire.url).check()
    asked = len(wire.seen)
    assert [1234] == [limit.maximum for limit in adapter(login, tmp_path, wire.url).network.limits]
    assert asked == len(wire.seen)


@pytest.mark.parametrize("missing", [error(404, "Not Found"), answers(404, "<html>"), PAGE, says({}), says([1])])
def test_limits_of_older_servers_are_those_of_their_older_word(
    server: Mastodon, through: MastodonAdapter, wire: Lossy, missing: Fault
) -> None:
    server.rules.max_characters = 1234
    wire.next(V2, missing)
    identity = through.check()
    assert [1234] == [limit.maximum for limit in through.network.limits]
    assert identity.login.endswith("@strict.example")


def test_limits_of_a_server_that_states_none_are_mastodons(
    server: Mastodon, through: MastodonAdapter, wire: Lossy
) -> None:
    server.rules.instance_v1 = server.rules.instance_v2 = False
    server.rules.max_characters = 1234
    identity = through.check()
    assert [500] == [limit.maximum for limit in through.network.limits]
    assert identity.login.endswith(f"@{wire.url.removeprefix('http://')}")


def test_limits_are_not_forgotten_while_the_server_cannot_tell_them(
    server: Mastodon, through: MastodonAdapter, wire: Lossy
) -> None:
    server.rules.max_characters = 1234
    through.check()
    wire.next(V2, answers(503))
    with pytest.raises(Unavailable):
        through.check()
    assert [1234] == [limit.maximum for limit in through.network.limits]


def test_where_a_link_counts_in_full_it_is_counted_so(tmp_path: Path, mastodon_keyless: Mastodon) -> None:
    login = mastodon_keyless.account()
    here = adapter(login, tmp_path)
    here.check()
    [limit] = here.network.limits
    text = f"{'x' * (KEYLESS['max_characters'] - 101)} https://example.org/{'y' * 80}"
    assert limit.maximum == limit.measure(text, "")
    list(here.publish(delivery(text)))
    assert isinstance(attempt(here, delivery(f"x{text}", number=2)), Rejected)
    assert [text] == login.texts()


def test_a_post_that_is_too_long_since_an_upgrade_is_made_anew(
    server: Mastodon, login: Login, here: MastodonAdapter
) -> None:
    here.check()
    server.rules.max_characters = 300
    caught = attempt(here, delivery("x" * 400))
    assert isinstance(caught, Unavailable)
    assert "Text character limit of 300 exceeded; it has other limits now than the post was made for" in str(caught)
    assert "made anew, for 300 characters" in str(caught)
    assert [300] == [limit.maximum for limit in here.network.limits]
    assert isinstance(attempt(here, delivery("x" * 400)), Rejected), "once is enough"
    assert [] == login.texts()


def test_what_is_kept_is_read_once_and_again_when_it_has_changed(
    server: Mastodon, login: Login, here: MastodonAdapter, tmp_path: Path
) -> None:
    before = here.network
    assert before is here.network
    server.rules.max_characters = 1234
    adapter(login, tmp_path).check()
    assert before is here.network
    here.check()
    assert [1234] == [limit.maximum for limit in here.network.limits]


def test_a_refusal_is_one_where_the_post_cannot_be_made_anew(
    server: Mastodon, login: Login, here: MastodonAdapter
) -> None:
    here.check()
    server.rules.max_characters = 300
    thread = delivery("One.", "x" * 400)
    receipts = here.publish(thread)
    first = next(receipts)
    with pytest.raises(Rejected, match="character limit of 300 exceeded"):
        next(receipts)
    assert isinstance(attempt(here, thread.with_receipt(first)), Rejected)
    assert isinstance(attempt(here, replace(delivery("x" * 400, number=2), claim=2, attempts=2)), Rejected), (
        "it is frozen"
    )
    assert ["One."] == login.texts()


def test_a_foreign_answer_does_not_change_what_is_kept(server: Mastodon, through: MastodonAdapter, wire: Lossy) -> None:
    server.rules.max_characters = 1234
    through.check()
    for foreign in (says({}), PAGE, says({"version": "4.5.2"})):
        wire.next("/api/v[12]/instance", foreign, times=4)
        through.check()
        assert isinstance(attempt(through, delivery("x" * 1235)), Rejected)
        assert [1234] == [limit.maximum for limit in through.network.limits]


def test_a_refusal_for_another_reason_stays_one_though_limits_rose(server: Mastodon, here: MastodonAdapter) -> None:
    here.check()
    server.rules.max_characters = 3000
    assert isinstance(attempt(here, delivery("x", lang="klingon")), Rejected)
    assert [3000] == [limit.maximum for limit in here.network.limits]


def test_a_refusal_stays_one_where_the_instance_cannot_be_asked(through: MastodonAdapter, wire: Lossy) -> None:
    wire.next(V2, answers(502))
    assert isinstance(attempt(through, delivery("x" * 501)), Rejected)
