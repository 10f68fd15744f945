"""`bot post`: from an article to a post, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow.conftest import Bot

STORY = """---
headline: Harbour bridge opens to cyclists
url: https://news.example/harbour-bridge
hashtags: [Harbour, cycling]
---
The old bridge has a new lane.
"""


def test_an_article_is_published_and_its_place_is_told(bot: Bot) -> None:
    answer = bot("post", bot.write("story.md", STORY))
    assert (0, ["Harbour bridge opens to cyclists"]) == (answer.code, bot.titles())
    page = bot.home / "var" / "outbox" / "index.html"
    assert page.exists()
    assert str(page) in answer.out


def test_a_second_post_of_it_posts_nothing(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    first = bot("post", story, "--json").json
    second = bot("post", story, "--json")
    assert 0 == second.code
    assert first == second.json
    assert 1 == len(bot.entries())


def test_renamed_edited_and_resaved_it_stays_one_article(bot: Bot) -> None:
    bot("post", bot.write("story.md", STORY))
    bot("post", bot.write("renamed.md", STORY.replace("new lane", "new lane at last")))
    bot("post", bot.write("story.md", "\ufeff" + STORY.replace("\n", "\r\n")))
    assert 1 == len(bot.entries())


def test_an_edit_of_a_file_without_address_posts_nothing_new(bot: Bot) -> None:
    story = bot.write("plain.md", "# Frost warning\n\nNights fall below zero.\n")
    bot("post", story)
    bot.write("plain.md", "# Frost warning\n\nNights fall well below zero.\n")
    assert 0 == bot("post", story).code
    assert 1 == len(bot.entries())


def test_again_posts_it_once_more(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    bot("post", story)
    assert 0 == bot("post", story, "--again").code
    assert 2 == len(bot.entries())


def test_a_dry_run_leaves_nothing_behind(bot: Bot) -> None:
    answer = bot("post", bot.write("story.md", STORY), "--dry-run")
    assert 0 == answer.code
    assert "Harbour bridge opens to cyclists" in answer.out
    assert ["story.md"] == sorted(path.name for path in bot.home.iterdir())


def test_standard_input_is_an_article_too(bot: Bot) -> None:
    assert 0 == bot("post", "-", stdin=STORY).code
    assert ["Harbour bridge opens to cyclists"] == bot.titles()


def test_without_an_article_the_next_one_waiting_goes(bot: Bot) -> None:
    bot.write("queue/a.md", "# First\n\nOne.\n")
    bot.write("queue/b.md", "# Second\n\nTwo.\n")
    assert 0 == bot("post").code
    assert ["First"] == bot.titles()
    assert 0 == bot("post").code
    assert ["First", "Second"] == bot.titles()
    assert "Nothing is waiting" in bot("post").err


def test_a_later_time_is_kept(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    answer = bot("post", story, "--at", "2999-01-01 12:00", "--json")
    assert (4, "scheduled") == (answer.code, answer.json[0]["state"])
    assert 0 == bot("run", "--once").code
    assert [] == bot.titles()
    assert 0 == bot("post", story).code
    assert 1 == len(bot.titles())


def test_publish_at_is_kept_even_by_hand(bot: Bot) -> None:
    story = bot.write("story.md", STORY.replace("hashtags", "publish_at: 2999-01-01 12:00\nhashtags"))
    assert 4 == bot("post", story).code
    assert [] == bot.titles()


def test_what_has_expired_is_never_posted(bot: Bot) -> None:
    story = bot.write("story.md", STORY.replace("hashtags", "expires_at: 2001-01-01 12:00\nhashtags"))
    answer = bot("post", story, "--json")
    assert (1, "expired", []) == (answer.code, answer.json[0]["state"], bot.titles())


def test_the_accounts_of_an_article_are_fixed_and_to_adds(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    bot.settings = {"BOT_ACCOUNTS__OUTBOX__FOLDER": "var/outbox"}
    bot("post", story)
    bot.settings |= {"BOT_ACCOUNTS__MORE__NETWORK": "outbox", "BOT_ACCOUNTS__MORE__FOLDER": "var/more"}
    assert ["outbox"] == [delivery["account"] for delivery in bot("post", story, "--json").json]
    assert ["more"] == [delivery["account"] for delivery in bot("post", story, "--to", "more", "--json").json]
    assert (bot.home / "var" / "more" / "index.html").exists()


def test_two_posts_of_one_article_at_the_same_moment_make_one_post(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    running = [bot.start("post", story, "--json") for _ in range(4)]
    answers = [process.communicate(timeout=60) for process in running]
    assert [0] * 4 == [process.returncode for process in running], answers
    assert 1 == len({json.dumps(json.loads(out)) for out, _ in answers})
    assert 1 == len(bot.entries())


def test_status_and_log_tell_the_whole_story(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    (delivery,) = bot("post", story, "--json").json
    status = bot("status", "--json").json
    assert ({"outbox"}, 1, []) == (
        {account["name"] for account in status["accounts"]},
        status["counts"]["delivered"],
        status["attention"],
    )
    events = bot("log", story, "--json").json
    assert {"at", "delivery", "article", "account", "event", "detail"} == set(events[0])
    assert {delivery["article"], None} == {event["article"] for event in events}
    assert events == bot("log", "https://news.example/harbour-bridge?utm_source=x", "--json").json
    assert sorted(event["at"] for event in events) == [event["at"] for event in events]


def test_files_of_the_bot_are_their_owners_alone(bot: Bot) -> None:
    bot("post", bot.write("story.md", STORY))
    var = bot.home / "var"
    assert 0o700 == var.stat().st_mode & 0o777
    assert 0o600 == (var / "bot.db").stat().st_mode & 0o777
    assert 0o600 == (var / "key").stat().st_mode & 0o777


def test_the_ledger_that_is_begun_is_announced_once(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    assert str(bot.home / "var" / "bot.db") in bot("post", story).err
    assert "" == bot("post", story).err


def test_the_examples_of_the_project_go_out(bot: Bot) -> None:
    examples = Path(__file__).parents[2] / "examples"
    articles = sorted(path for path in examples.iterdir() if path.suffix in {".md", ".txt"})
    assert 0 == bot("post", *articles).code
    assert len(articles) == len(bot.entries())


def test_an_account_that_is_configured_no_more_is_left_alone(bot: Bot) -> None:
    story = bot.write("story.md", STORY)
    bot.settings = {"BOT_ACCOUNTS__OLD__NETWORK": "outbox", "BOT_ACCOUNTS__OLD__FOLDER": "var/old"}
    bot("post", story, "--at", "2999-01-01 12:00")
    bot.settings = {}
    answer = bot("post", story)
    assert 1 == answer.code
    assert "old is configured no more" in answer.out
    assert 0 == bot("post", story, "--to", "outbox").code
    assert 1 == len(bot.entries())
    assert 0 == bot("status").code
