"""What posts on X cost, as their operator meets it: links as he wants them, a budget that is kept, and what he is told of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flow.everywhere import settings
from flow.test_limits import Clocked, numbers

if TYPE_CHECKING:
    from pathlib import Path

    from servers.x.accounts import Login
    from servers.x.server import XServer

A = "BOT_ACCOUNTS__X__"
STORY = "---\nheadline: Story {0}\nurl: https://news.example.org/{0}\n---\nIt is so.\n"
LINKED = "---\nheadline: Harbour opens\nurl: https://news.example.org/1?from=here#top\n---\nIt is so.\n"


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


@pytest.fixture
def bot(login: Login, tmp_path: Path) -> Clocked:
    """A bot with one account on X."""
    return Clocked(tmp_path, settings("x", "x", login.settings()) | {"BOT_SETTLE_SECONDS": "0"})


def account(bot: Clocked) -> Any:
    (told,) = bot("status", "--json").json["accounts"]
    return told


def to_noon() -> float:
    """Minutes to noon of the next day: no test goes over midnight."""
    now = datetime.now(UTC)
    return 36 * 60 - (now.hour * 60 + now.minute)


def test_a_budget_of_two_posts_lets_the_third_wait_for_the_next_day(bot: Clocked, login: Login) -> None:
    bot.settings |= {f"{A}BUDGET_PER_DAY": "0.50"}
    bot.ahead[0] = to_noon()
    for number in range(1, 4):
        bot.write(f"queue/{number}.md", STORY.format(number))
    assert 0 == bot("run", "--once").code, "what is left is not due"
    assert [1, 2] == numbers(login)
    money = account(bot)["money"]
    assert ({"day": 0.4, "month": 0.4}, {"day": 0.5, "month": None}) == (money["spent"], money["budget"])
    assert (0.2, "USD") == (money["to_come"], money["currency"])
    (waits,) = money["waits"]
    assert waits.startswith("the day's budget of 0.50 leaves no room; the next post goes ")
    assert f"x: {waits}." in bot("status").out.splitlines()
    (planned,) = bot("plan", "--json").json
    assert ("the day's budget of 0.50 leaves no room", 0.2) == (planned["why"], planned["cost"])
    assert "All of these cost 0.20 USD." in bot("plan").out.splitlines()
    bot.ahead[0] += 24 * 60
    assert 0 == bot("run", "--once").code
    assert [1, 2, 3] == numbers(login)
    assert 0.2 == account(bot)["money"]["spent"]["day"]


def test_by_hand_the_budget_is_kept_too_until_it_is_raised(bot: Clocked, login: Login) -> None:
    bot.settings |= {f"{A}BUDGET_PER_MONTH": "0.20"}
    first, second = (bot("post", bot.write(f"{number}.md", STORY.format(number))) for number in (1, 2))
    assert (0, 4) == (first.code, second.code)
    assert "the month's budget of 0.20 leaves no room" in second.out
    assert [1] == numbers(login)
    bot.settings |= {f"{A}BUDGET_PER_MONTH": "0.40"}
    assert 0 == bot("run", "--once").code
    assert [1, 2] == numbers(login)


def test_what_is_dearer_than_the_whole_budget_is_told_and_goes_once_it_carries_no_link(
    bot: Clocked, login: Login
) -> None:
    bot.settings |= {f"{A}BUDGET_PER_DAY": "0.10"}
    check = bot("check", "--offline")
    assert (1, True) == (check.code, "✗ rhythm of x: a post with a link costs 0.200, more than the whole" in check.out)
    added = bot("add", bot.write("1.md", STORY.format(1)))
    assert "Waits: it costs more than the whole budget of 0.10 a day" in added.out
    why = "it costs more than the whole budget of 0.10 a day"
    assert [f"one post never goes: {why}; raise the budget, or post without links"] == account(bot)["money"]["waits"]
    assert f"Never sent: x, Story 1: {why} (delivery 1)" in bot("plan").out.splitlines()
    bot.settings |= {f"{A}LINKS": "never"}
    assert 0 == bot("check", "--offline").code
    assert 0 == bot("run", "--once").code
    assert (["Story 1"], 0.015) == (login.texts(), account(bot)["money"]["spent"]["day"])


def test_a_preview_tells_the_cost_and_the_links_that_are_withheld(bot: Clocked) -> None:
    article = bot.write("1.md", LINKED)
    bot.settings |= {f"{A}LINKS": "never", "BOT_CURRENCY": "EUR"}
    lines = bot("preview", article).out.splitlines()
    assert "-- given up: link: https://news.example.org/1?from=here#top" in lines
    assert "-- costs 0.015 EUR" in lines
    (card,) = bot("preview", article, "--json").json
    assert (0.015, [], "Harbour opens") == (card["cost"], card["parts"][0]["links"], card["parts"][0]["text"])


def test_campaign_parameters_go_out_with_the_link(bot: Clocked, login: Login) -> None:
    bot.settings |= {f"{A}CAMPAIGN": "utm_source={network}&utm_campaign={account}&from=me"}
    assert 0 == bot("post", bot.write("1.md", LINKED)).code
    assert ["Harbour opens\n\nhttps://news.example.org/1?from=here&utm_source=x&utm_campaign=x#top"] == login.texts()
    assert 0 == bot("post", bot.write("1.md", LINKED)).code
    assert 1 == len(login.texts()), "it is the same article"


def test_where_posts_cost_nothing_nobody_is_told_of_money(bot: Clocked) -> None:
    bot.settings |= {f"{A}PRICE": "0", f"{A}PRICE_WITH_LINK": "0"}
    article = bot.write("1.md", STORY.format(1))
    told = "".join(bot(*words).out for words in (("preview", article), ("add", article), ("plan",), ("status",)))
    assert [] == [word for word in ("cost", "spent", "USD") if word in told]
    assert (None, None) == (bot("plan", "--json").json[0]["cost"], account(bot)["money"])
