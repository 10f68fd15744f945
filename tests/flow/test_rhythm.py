"""An account's rhythm as its operator meets it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow.conftest import Bot

A = "BOT_ACCOUNTS__OUTBOX__"


def test_check_tells_limits_that_stand_against_each_other(bot: Bot) -> None:
    bot.settings |= {f"{A}SLOTS": "0 8-20/2 * * *", f"{A}GAP": "3h"}
    answer = bot("check", "--offline")
    expected = "✗ rhythm of outbox: the gap of 3h is longer than the 2h from the slot at "
    assert (1, True) == (answer.code, expected in answer.out)


def test_check_lets_pass_what_may_be_meant(bot: Bot) -> None:
    bot.settings |= {f"{A}SLOTS": "0 8-20/2 * * *", f"{A}PER_DAY": "6"}
    answer = bot("check", "--offline")
    expected = "✓ rhythm of outbox: a day has up to 7 slots, but may have 6 posts: its later slots stay empty"
    assert (0, True) == (answer.code, expected in answer.out)


SLOTS = {f"{A}SLOTS": "0 8 1 1 *", f"{A}ZONE": "UTC"}  # within two weeks only in a few days of the year


def story(headline: str, **said: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in {"headline": headline, **said}.items())
    return f"---\n{lines}---\nIt is so.\n"


def test_a_run_sends_what_has_a_slot_and_breaking_news(bot: Bot) -> None:
    bot.settings |= SLOTS
    bot.write("queue/normal.md", story("Normal"))
    bot.write("queue/breaking.md", story("Storm", priority="breaking"))
    assert 0 == bot("run", "--once").code
    assert ["Storm"] == bot.titles()
    assert ["normal.md"] == [path.name for path in (bot.home / "queue").glob("*.md")]


def test_by_hand_it_goes_without_a_slot(bot: Bot) -> None:
    bot.settings |= SLOTS | {f"{A}QUIET": "00:00-23:59"}
    assert 0 == bot("post", bot.write("story.md", story("By hand"))).code
    assert ["By hand"] == bot.titles()


def test_by_hand_the_next_one_waiting_need_not_wait_for_its_slot(bot: Bot) -> None:
    bot.settings |= {f"{A}GAP": "1h"}
    for name in ("one", "two"):
        assert 0 == bot("add", bot.write(f"{name}.md", story(name))).code
    bot("post")
    bot("post")
    assert ["one", "two"] == bot.titles()


def test_past_a_cap_nothing_goes_and_the_reason_is_told(bot: Bot) -> None:
    bot.settings |= {f"{A}PER_DAY": "1"}
    one, two = (bot.write(f"{name}.md", story(name)) for name in ("one", "two"))
    assert 0 == bot("post", one).code
    answer = bot("post", two)
    assert (4, ["one"]) == (answer.code, bot.titles())
    assert "(the cap of 1 a day is reached)" in answer.out


def test_status_tells_when_something_is_due_next_by_the_plan(bot: Bot) -> None:
    bot.settings |= {f"{A}GAP": "2h"}
    assert 0 == bot("post", bot.write("one.md", story("one"))).code
    assert 0 == bot("add", bot.write("two.md", story("two"))).code
    (account,) = bot("status", "--json").json["accounts"]
    assert account["next_due"] > datetime.now(UTC).isoformat()


def test_a_folder_of_the_queue_is_taken_in_and_kept(bot: Bot) -> None:
    bot.write("queue/sport/cup.md", story("Cup"))
    bot.write("queue/drafts/later.md", story("Later"))
    assert 0 == bot("run", "--once").code
    assert ["Cup"] == bot.titles()
    assert (bot.home / "queue" / "done" / "sport" / "cup.md").is_file()
