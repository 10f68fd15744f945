"""Corrections on real servers: what should stand stands on each, by its own word, wherever the bot was cut off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from flow.daemons import story
from flow.everywhere import Everywhere, everywhere
from servers.lossy import Held, answers, drops, loses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flow.conftest import Bot
    from flow.daemons import Daemon

STORY = "---\nheadline: {0}\nurl: https://news.example/harbour\n---\nThe old bridge has a lane.\n"
THREAD = "{{ article.headline }}\n---\nThe second part\n---\nThe third part {{ article.url }}\n"
OPENS, CLOSES = "Harbour bridge opens", "Harbour bridge closes"
CHANGES = {"mastodon": "^/api/v1/statuses/[0-9]+$", "x": "^/2/tweets/[0-9]+$", "bluesky": "deleteRecord|applyWrites"}


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Everywhere:
    return everywhere(request, tmp_path)


def write(world: Everywhere, headline: str) -> Path:
    return world.bot.write("story.md", STORY.format(headline))


def post(world: Everywhere, policies: Mapping[str, str] | None = None, *, thread: bool = False) -> Path:
    """An article that stands everywhere; what becomes of it when it is changed is told by account."""
    if thread:
        world.bot.write("templates/default.j2", THREAD)
        for name in ("bluesky", "mastodon", "x", "outbox"):
            world.bot.write(f"templates/{name}.j2", THREAD)
    world.bot.settings |= {f"BOT_ACCOUNTS__{name.upper()}__CORRECTIONS": how for name, how in (policies or {}).items()}
    story = write(world, OPENS)
    assert 0 == world.bot("post", story).code
    return story


def until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not come():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def firsts(texts: list[str]) -> list[str]:
    return sorted(text.partition("\n")[0] for text in texts)


def test_a_thread_is_taken_down_everywhere_and_may_be_posted_anew(world: Everywhere) -> None:
    story = post(world, thread=True)
    assert dict.fromkeys(world.logins, 3) == {name: len(found) for name, found in world.texts().items()}
    answer = world.bot("retract", story, "--json")
    assert 0 == answer.code, answer.err
    assert dict.fromkeys(world.accounts, True) == {each["account"]: each["retracted"] for each in answer.json}
    assert [True] * 3 == [each["retracted"] for each in answer.json[0]["receipts"]]
    assert ({key: [] for key in world.logins}, []) == (world.texts(), world.bot.titles())
    told = world.bot("retract", "https://news.example/harbour")
    assert (0, len(world.accounts)) == (told.code, told.out.count("✗ retracted")), "asking again is harmless"
    told = world.bot("post", story)
    assert (1, len(world.accounts)) == (told.code, told.out.count("It was taken down; --again posts it anew"))
    assert not any(world.texts().values())
    assert 0 == world.bot("post", story, "--again").code
    assert dict.fromkeys(world.logins, 3) == {name: len(found) for name, found in world.texts().items()}


def test_each_account_has_its_own_way_with_an_article_that_changes(world: Everywhere) -> None:
    post(world, {"outbox": "edit", "mastodon": "edit", "keyless": "repost", "bluesky": "reply", "x": "reply"})
    (before,) = world.logins["mastodon"].posts()
    answer = world.bot("post", write(world, CLOSES), "--json")
    assert 0 == answer.code, answer.err
    told = f"Correction: {CLOSES}"
    assert {
        "bluesky": sorted([OPENS, told]),
        "keyless": [CLOSES],
        "mastodon": [CLOSES],
        "mock": [OPENS],
        "x": sorted([OPENS, told]),
    } == {name: firsts(found) for name, found in world.texts().items()}
    assert [CLOSES] == world.bot.titles()
    (edited,) = world.logins["mastodon"].posts()
    assert before["id"] == edited["id"], "in place"
    x = {each["text"].partition("\n")[0]: each for each in world.logins["x"].posts()}
    assert [{"type": "replied_to", "id": x[OPENS]["id"]}] == x[told]["referenced_tweets"]
    for command in (("post", "story.md"), ("run", "--once")):
        assert 0 == world.bot(*command).code
    assert (2, 1, 2) == tuple(len(world.texts()[name]) for name in ("bluesky", "mastodon", "x")), "each once"


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("after", [0, 1])
def test_a_retraction_that_is_killed_midway_is_ended_by_the_next_run(world: Everywhere, name: str, after: int) -> None:
    story = post(world, thread=True)
    held = Held()
    world.wires[name].next(CHANGES[name], held, after=after)
    seen = world.wires[name].count(CHANGES[name])
    process = world.bot.start("retract", story, "--from", name)
    until(lambda: world.wires[name].count(CHANGES[name]) > seen + after)
    process.kill()
    process.communicate()
    held.let_go()
    assert 0 == world.bot("run", "--once").code
    assert [] == world.texts()[name]
    assert world.bot("status", "--json").json["attention"] == []


@pytest.mark.parametrize("fault", [loses, drops, answers(503, "overloaded")])
def test_whatever_becomes_of_the_answers_what_is_posted_anew_stands_once(world: Everywhere, fault: Any) -> None:
    names = {"bluesky", "mastodon", "x"}
    post(world, dict.fromkeys(names, "repost"))
    for name in names:
        world.wires[name].next(CHANGES[name], fault)
    world.bot("post", write(world, CLOSES))
    deadline = time.monotonic() + 40
    while world.bot("run", "--once").code or any(OPENS in firsts(world.texts()[name]) for name in names):
        assert time.monotonic() < deadline, world.bot("status").out
        time.sleep(0.3)
    assert {key: [CLOSES] for key in names} == {name: firsts(world.texts()[name]) for name in names}


def test_what_cannot_be_taken_down_is_told_with_what_to_do(world: Everywhere) -> None:
    story = post(world)
    refused = answers(422, '{"error": "Validation failed: moderators alone delete here"}')
    world.wires["mastodon"].next(CHANGES["mastodon"], refused)
    answer = world.bot("retract", story, "--json")
    told = {each["account"]: each for each in answer.json}
    assert (1, {"mastodon"}) == (answer.code, {name for name, each in told.items() if not each["retracted"]})
    assert "moderators alone" in told["mastodon"]["error"]
    (item,) = world.bot("status", "--json").json["attention"]
    number = told["mastodon"]["id"]
    assert ([f"bot retry {number}", f"bot cancel {number}"], "delivered") == (item["commands"], item["state"])
    assert "moderators alone" in world.bot("status").out
    assert 0 == world.bot("retry", str(number)).code
    assert 0 == world.bot("run", "--once").code
    assert ({key: [] for key in world.logins}, []) == (world.texts(), world.bot("status", "--json").json["attention"])


def test_a_network_that_edits_nothing_is_told_at_the_start(world: Everywhere) -> None:
    world.bot.settings["BOT_ACCOUNTS__X__CORRECTIONS"] = "edit"
    answer = world.bot("status")
    assert 2 == answer.code
    assert "error: BOT_ACCOUNTS__X__CORRECTIONS: x edits no posts. There are: leave, reply, repost." in answer.err


def test_the_daemon_corrects_what_is_put_into_the_queue_once_more(bot: Bot, daemon: Daemon) -> None:
    bot.settings |= {"BOT_ACCOUNTS__OUTBOX__CORRECTIONS": "repost", "BOT_ACCOUNTS__OUTBOX__SLOTS": "0 0 1 1 *"}
    assert 0 == bot("post", bot.write("a.md", story(OPENS, url="https://news.example/1"))).code
    daemon.start()
    bot.write("queue/b.md", story(CLOSES, url="https://news.example/1"))
    daemon.until(lambda: [CLOSES] == bot.titles())
    assert 0 == bot("retract", "1").code
    assert [] == bot.titles()
