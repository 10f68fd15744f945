"""Accounts that cannot post as they are: one line says why and what to do, nothing queued is lost, and mended they go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from flow.everywhere import settings
from servers.lossy import answers
from servers.mastodon import strict

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Fault, Lossy
    from servers.mastodon import Mastodon
    from servers.x.server import XServer

STORY = "---\nheadline: {0}\nurl: https://news.example/{0}\n---\nIt is so.\n"


def one(home: Path, network: str, account: Any, **more: str) -> Bot:
    """A bot with this account and no other."""
    return Bot(home, settings(network, network, account.settings()) | more)


def held(bot: Bot) -> str:
    """Post an article; the line that says why it is held back."""
    answer = bot("post", bot.write("story.md", STORY.format("bridge")), "--json")
    assert 1 == answer.code, answer.out + answer.err
    (delivery,) = answer.json
    assert "scheduled" == delivery["state"]
    (account,) = bot("status", "--json").json["accounts"]
    assert "paused" == account["state"]
    assert 2 == bot("check").code
    return str(delivery["error"])


def test_an_app_on_x_that_may_only_read(x_server: XServer, tmp_path: Path) -> None:
    login = x_server.account(access="read")
    bot = one(tmp_path, "x", login)
    assert "Read and write" in held(bot)
    login.access = "read-write"
    assert 0 == bot("resume", "x").code
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.texts())


def test_the_keys_of_one_account_with_the_secret_of_another(x_server: XServer, tmp_path: Path) -> None:
    login, other = x_server.account(), x_server.account()
    bot = one(tmp_path, "x", login)
    bot.settings["BOT_ACCOUNTS__X__ACCESS_TOKEN_SECRET"] = other.keys.access_token_secret
    told = held(bot)
    assert "BOT_ACCOUNTS__X__" in told
    assert other.keys.access_token_secret not in told
    bot.settings["BOT_ACCOUNTS__X__ACCESS_TOKEN_SECRET"] = login.keys.access_token_secret
    assert 0 == bot("run", "--once").code
    assert (["bridge\n\nhttps://news.example/bridge"], []) == (login.texts(), other.texts())


def test_a_token_of_mastodon_that_may_only_read(mastodon_strict: Mastodon, tmp_path: Path) -> None:
    login = mastodon_strict.account(scopes="read")
    bot = one(tmp_path, "mastodon", login)
    assert "write:statuses" in held(bot)
    bot.settings["BOT_ACCOUNTS__MASTODON__ACCESS_TOKEN"] = login.again().token
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.texts())


@pytest.mark.parametrize("page", [answers(404, "<h1>Not found</h1>"), answers(200, "<h1>Welcome</h1>")])
def test_a_server_that_is_no_mastodon(mastodon_strict: Mastodon, proxied: Any, tmp_path: Path, page: Fault) -> None:
    login = mastodon_strict.account()
    bot = one(tmp_path, "mastodon", login)
    wire: Lossy = proxied(mastodon_strict.url)
    wire.next("", page, times=99)
    bot.settings["BOT_ACCOUNTS__MASTODON__BASE_URL"] = wire.url
    assert "BOT_ACCOUNTS__MASTODON__BASE_URL" in held(bot)
    bot.settings["BOT_ACCOUNTS__MASTODON__BASE_URL"] = mastodon_strict.url
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.texts())


def test_a_server_that_allows_less_after_an_upgrade(tmp_path: Path) -> None:
    with strict() as server:
        login = server.account()
        bot = one(tmp_path, "mastodon", login)
        story = "---\nheadline: {0}\nsummary: {1}\n---\nIt is so.\n"
        assert 0 == bot("post", bot.write("1.md", story.format("First", "Long. " * 60))).code
        server.state.rules = replace(server.state.rules, max_characters=100)
        bot("post", bot.write("2.md", story.format("Second", "Long. " * 60)))
        while bot("run", "--once").code:
            assert "scheduled" in bot("status").out
        first, second = login.texts()
        assert len(first) > 300 > 100 >= len(second)
        assert second.startswith("Second\n\nLong.")


@pytest.mark.parametrize("said", ["zz", "xx-invalid"])
def test_a_language_that_a_server_refuses_is_told_in_its_words(
    mastodon_strict: Mastodon, tmp_path: Path, said: str
) -> None:
    login = mastodon_strict.account()
    bot = one(tmp_path, "mastodon", login)
    answer = bot("post", bot.write("story.md", f"---\nheadline: A\nlang: {said}\n---\nIt is so.\n"), "--json")
    (delivery,) = answer.json
    assert (1, "discarded") == (answer.code, delivery["state"])
    assert "anguage" in delivery["error"]
    assert [] == login.texts()


def test_an_account_whose_token_is_taken_back_keeps_its_posts(mastodon_strict: Mastodon, tmp_path: Path) -> None:
    login = mastodon_strict.account()
    bot = one(tmp_path, "mastodon", login)
    assert 0 == bot("post", bot.write("first.md", STORY.format("first"))).code
    login.revoke()
    assert "BOT_ACCOUNTS__MASTODON__ACCESS_TOKEN" in held(bot)
    bot.settings["BOT_ACCOUNTS__MASTODON__ACCESS_TOKEN"] = login.again().token
    assert 0 == bot("run", "--once").code
    assert 2 == len(login.texts())


def test_a_limit_that_is_used_up_is_remembered_by_the_next_run(x_server: XServer, proxied: Any, tmp_path: Path) -> None:
    login = x_server.account()
    wire: Lossy = proxied(x_server.url)
    bot = Bot(tmp_path, settings("x", "x", login.settings(wire.url)))
    login.rate(limit=1, remaining=1)
    assert 0 == bot("post", bot.write("1.md", STORY.format("first"))).code
    assert 4 == bot("post", bot.write("2.md", STORY.format("second"))).code
    assert 4 == bot("run", "--once").code
    assert 1 == wire.count("^/2/tweets$"), "what X said of its limit was heeded without asking again"
    assert "0 of 1 posts left" in bot("check").out
