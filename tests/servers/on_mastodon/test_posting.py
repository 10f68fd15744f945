"""What the Mastodon adapter posts, as it arrives at the servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.on_mastodon.made import LINK, adapter, delivery

from bot.errors import OutcomeUnknown

if TYPE_CHECKING:
    from pathlib import Path

    from servers.mastodon import Login, Mastodon
    from servers.mastodon_mock import Mock

    from bot.networks.mastodon.adapter import MastodonAdapter


def test_a_post_arrives_with_its_warning_its_visibility_and_its_language(login: Login, here: MastodonAdapter) -> None:
    list(here.publish(delivery("Grüße 🎉", "Two.", lang="de", warning="Blood", visibility="unlisted")))
    one, two = login.posts()
    for post in (one, two):
        assert ("Blood", True, "unlisted", "de") == tuple(
            post[field] for field in ("spoiler_text", "sensitive", "visibility", "language")
        )
    assert (None, one["id"]) == (one["in_reply_to_id"], two["in_reply_to_id"])
    assert ["delivery-1/0", "delivery-1/1"] == [post["idempotency_key"] for post in (one, two)]


@pytest.mark.parametrize(
    ("lang", "arrives"), [("en-GB", "en"), ("PT-br", "pt"), ("zh-Hant-TW", "zh"), ("zh-TW", "zh-TW"), ("kab", "kab")]
)
def test_a_language_arrives_without_its_region(login: Login, here: MastodonAdapter, lang: str, arrives: str) -> None:
    list(here.publish(delivery("Hello.", lang=lang)))
    assert [arrives] == [post["language"] for post in login.posts()]


def test_who_may_see_a_post_is_said_whatever_the_account_there_prefers(server: Mastodon, tmp_path: Path) -> None:
    server.rules.visibility = "private"
    login = server.account()
    list(adapter(login, tmp_path).publish(delivery("One.")))
    list(adapter(login, tmp_path, visibility="unlisted").publish(delivery("Two.", number=2)))
    assert ["public", "unlisted"] == [post["visibility"] for post in login.posts()]


def test_a_post_with_a_warning_says_itself_that_it_is_sensitive(mastodon_keyless: Mastodon, tmp_path: Path) -> None:
    login = mastodon_keyless.account()
    list(adapter(login, tmp_path).publish(delivery("Hello.", warning="Blood")))
    assert [True] == [post["sensitive"] for post in login.posts()]


def test_a_post_without_a_warning_has_none(login: Login, here: MastodonAdapter) -> None:
    list(here.publish(delivery("Hello.")))
    [post] = login.posts()
    assert ("", False) == (post["spoiler_text"], post["sensitive"])


def test_a_receipt_names_the_post_as_its_server_does(login: Login, here: MastodonAdapter) -> None:
    [receipt] = here.publish(delivery("Hello."))
    [post] = login.posts()
    assert (post["id"], f"https://strict.example/@{login.account.name}/{post['id']}") == (
        receipt.remote_id,
        receipt.url,
    )


def test_mastodon_mock_takes_a_thread_and_shows_it_again(mastodon_mock: Mock, tmp_path: Path) -> None:
    login = mastodon_mock.account()
    here = adapter(login, tmp_path)
    assert here.check().name.endswith("@mock.local")
    thread = delivery(f"One & two {LINK}", "Three.", url=LINK, warning="Blood", visibility="unlisted", lang="de")
    receipts = list(here.publish(thread))
    assert [f"One & two {LINK}", "Three."] == login.texts()
    one, two = login.posts()
    assert ("unlisted", "de", "Blood") == (one["visibility"], one["language"], one["spoiler_text"])
    assert receipts[0].remote_id == two["in_reply_to_id"]
    assert receipts == list(here.find(thread, ()))


def test_a_part_that_cannot_be_sent_is_not_confirmed_by_the_answer_to_the_one_before(
    login: Login, here: MastodonAdapter
) -> None:
    receipts = here.publish(delivery("One.", "Half a character: \ud800"))
    next(receipts)
    with pytest.raises(OutcomeUnknown, match="broke on its way"):
        next(receipts)
    assert ["One."] == login.texts()
