"""What a person copies from the browser is taken for a post of that account, or refused with one that would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.networks.bluesky import BlueskyAccount
from bot.networks.mastodon import MastodonAccount
from bot.networks.outbox import OutboxAccount

if TYPE_CHECKING:
    from bot.networks.base import AccountSettings

DID = "did:plc:abcdefghijklmnopqrstuvwx"
BLUESKY = BlueskyAccount.model_validate({"handle": "news.example.org", "app_password": "abcd-efgh-ijkl-mnop"})
MASTODON = MastodonAccount.model_validate({"base_url": "https://Social.example", "access_token": "a" * 43})
LOGIN = "1155@example.org"


@pytest.mark.parametrize("who", ["news.example.org", "News.Example.org", DID])
@pytest.mark.parametrize("end", ["", "/", "?ref=a", "#top"])
def test_a_post_on_bluesky_is_known_by_its_handle_and_for_good(who: str, end: str) -> None:
    address = f"https://bsky.app/profile/{who}/post/3lbk2cxyz5s2a{end}"
    assert f"at://{DID}/app.bsky.feed.post/3lbk2cxyz5s2a" == BLUESKY.post_at(address, DID)


@pytest.mark.parametrize("host", ["social.example", "SOCIAL.example", "example.org"])
def test_a_post_on_mastodon_stands_under_either_name_of_its_server(host: str) -> None:
    assert "12" == MASTODON.post_at(f"https://{host}/@news/12", LOGIN)


def test_a_post_in_an_outbox_is_its_key_and_part() -> None:
    assert "a key/2" == OutboxAccount().post_at("file:///home/bot/var/outbox/index.html#a%20key-2", "outbox:/home")


OTHERS = {
    "X": "https://x.com/news/status/12",
    "another server": "https://elsewhere.example/@news/12",
    "another account": "https://bsky.app/profile/sport.example.org/post/3lbk2cxyz5s2a",
    "no post": "https://bsky.app/profile/news.example.org",
    "a file": "file:///home/bot/var/outbox/index.html",
}


@pytest.mark.parametrize("address", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("account", [BLUESKY, MASTODON, OutboxAccount()], ids=["bluesky", "mastodon", "outbox"])
def test_an_address_of_somewhere_else_is_refused_and_a_right_one_is_shown(
    account: AccountSettings, address: str
) -> None:
    with pytest.raises(ValueError, match=r"a post's address .*is like (https|file)://"):
        account.post_at(address, LOGIN)
