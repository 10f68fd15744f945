"""A ledger that was lost and put back from a backup: nothing is posted twice and nothing is lost, on the real servers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flow.everywhere import TIMEOUT, Everywhere, everywhere
from servers.lossy import loses

if TYPE_CHECKING:
    from pathlib import Path

    from flow.conftest import Bot

THREAD = "{{ article.headline }}\n---\nTwo & more of {{ article.headline }}\n---\nThe third <part> {{ article.url }}\n"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Everywhere:
    made = everywhere(request, tmp_path)
    made.bot.settings |= {"BOT_ACCOUNTS__OUTBOX__TIMEOUT": str(TIMEOUT), "BOT_PATIENCE_SECONDS": "0"}
    return made


def story(number: int, headline: str = "") -> str:
    head = headline or f"Harbour bridge {number} opens to cyclists & walkers"
    return f"---\nheadline: {head}\nurl: https://news.example/bridge-{number}?a=1&b=2\nlang: en\n---\nA <new> lane.\n"


def queued(bot: Bot, *numbers: int) -> None:
    for number in numbers:
        bot.write(f"queue/{number}.md", story(number))


def put_back_into_the_queue(bot: Bot) -> None:
    """What the operator does by hand."""
    for path in (bot.home / "queue" / "done").iterdir():
        shutil.move(path, bot.home / "queue" / path.name)


def lose(bot: Bot) -> None:
    for path in (bot.home / "var").glob("bot.db*"):
        if path.is_file():
            path.unlink()


def resume(world: Everywhere) -> None:
    for account in sorted(world.accounts):
        assert 0 == world.bot("resume", account).code
    time.sleep(TIMEOUT)  # until what may have been under way has ended


def ids(world: Everywhere) -> dict[str, list[str]]:
    """What stands on each network, by the network's own word."""
    return world.texts() | {"outbox": [entry["id"] for entry in world.bot.entries()]}


def counts(bot: Bot) -> dict[str, int]:
    return {state: n for state, n in bot("status", "--json").json["counts"].items() if n}


def test_what_was_posted_since_the_backup_is_found_and_what_was_not_goes_out(world: Everywhere) -> None:
    bot = world.bot
    queued(bot, 1)
    assert 0 == bot("run", "--once").code
    bot("add", bot.write("2.md", story(2)))  # waits at the backup, and is posted after it
    bot("add", bot.write("3.md", story(3)), "--at", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    kept = bot("backup")
    assert 0 == kept.code, kept.err
    assert f"of these not final {2 * len(world.accounts)}" in kept.out
    queued(bot, 4, 5)
    assert bot("run", "--once").code in {0, 4}
    before = ids(world)
    assert dict.fromkeys(world.accounts, 4) == {name: len(found) for name, found in before.items()}

    lose(bot)
    told = bot("status")
    (backup,) = (bot.home / "var" / "backups").iterdir()
    assert (1, "") == (told.code, told.out)
    assert "this ledger is gone, though it was begun here. Put back the newest backup" in told.err
    assert f"bot restore {backup}; or begin anew: rm " in told.err
    restored = bot("restore")
    assert 0 == restored.code, restored.err
    assert f"Put back {backup}: articles 3, deliveries {3 * len(world.accounts)}" in restored.out
    assert f"unknown now: {2 * len(world.accounts)}." in restored.out
    for account in bot("status", "--json").json["accounts"]:
        assert "paused" == account["state"]
        assert f"`bot resume {account['name']}` goes on" in account["reason"]
        assert account["search"].startswith("looked through for posts from ")
    assert "x is looked through for posts from " in bot("status").out

    put_back_into_the_queue(bot)
    queued(bot, 6)
    assert 3 == bot("run", "--once").code
    assert before == ids(world), "nothing goes out before somebody says so"
    resume(world)
    world.run_until_settled()
    after = ids(world)
    assert dict.fromkeys(world.accounts, 5) == {name: len(found) for name, found in after.items()}, bot("status").out
    assert all(set(found) <= set(after[name]) for name, found in before.items())
    accounts = len(world.accounts)
    assert {"delivered": 5 * accounts, "unknown": accounts} == counts(bot), "the third has its hour yet to come"


@pytest.mark.parametrize("fault_after", [0, 1])
def test_a_thread_of_which_a_part_stood_at_the_backup_is_one_thread(world: Everywhere, fault_after: int) -> None:
    bot = world.bot
    for network in ("bluesky", "mastodon", "x", "outbox"):
        bot.write(f"templates/{network}.j2", THREAD)
    world.each(loses, after=fault_after)
    queued(bot, 1)
    assert bot("run", "--once").code in {0, 3}
    assert 0 == bot("backup").code
    world.run_until_settled()
    queued(bot, 2)
    world.run_until_settled()
    before = ids(world)
    assert dict.fromkeys(world.logins, 6) == {name: len(found) for name, found in world.texts().items()}

    lose(bot)
    assert 0 == bot("restore").code
    put_back_into_the_queue(bot)
    resume(world)
    world.run_until_settled()
    assert before == ids(world)
    assert {"delivered": 2 * len(world.accounts)} == counts(bot), bot("status").out


def test_an_article_that_was_edited_since_is_left_to_the_operator_whose_word_holds(world: Everywhere) -> None:
    bot = world.bot
    bot.settings["BOT_MAX_ATTEMPTS"] = "1"
    assert 0 == bot("run", "--once").code
    bot("add", bot.write("0.md", "# It waits\n\nFor nothing.\n"), "--to", "outbox", "--at", "23:59")
    assert 0 == bot("backup").code
    posted = {each["account"]: each for each in bot("post", bot.write("1.md", story(1)), "--json").json}
    before = ids(world)

    lose(bot)
    assert 0 == bot("restore").code
    edited = bot.write("1.md", story(1, "Harbour bridge closes to cyclists again"))
    assert 0 == bot("add", edited).code
    resume(world)
    assert 3 == bot("run", "--once").code
    assert before == ids(world)
    time.sleep(TIMEOUT)  # before that, nobody can say that it stands nowhere
    assert 0 == bot("resolve", "1", "--drop").code
    items = {item["account"]: item for item in bot("status", "--json").json["attention"]}
    assert dict.fromkeys(world.accounts, "unknown") == {name: item["state"] for name, item in items.items()}
    anew = {"keyless", "outbox", "x"}
    for name, item in items.items():
        assert "like what was sent" in item["error"]
        word = ["--resend"] if name in anew else ["--posted", posted[name]["receipts"][0]["url"]]
        answer = bot("resolve", str(item["id"]), *word)
        assert 0 == answer.code, answer.err
    assert 0 == bot("run", "--once").code
    after = {name: len(found) for name, found in ids(world).items()}
    assert {name: 2 if name in anew else 1 for name in world.accounts} == after
    assert {"cancelled": 1, "delivered": len(world.accounts)} == counts(bot)


def test_a_restore_is_refused_while_a_bot_runs_and_changes_nothing(bot: Bot) -> None:
    bot("post", bot.write("1.md", story(1)))
    assert 0 == bot("backup").code
    bot("post", bot.write("2.md", story(2)))
    held = "import sys; from bot.cli import opening; opening.app().ledger; print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", held],
        env=bot.environment(),
        cwd=bot.home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as another:
        assert another.stdout is not None
        another.stdout.readline()
        refused = bot("restore")
        another.kill()
    assert 1 == refused.code
    assert "another bot uses this ledger. Stop it, and run this again" in refused.err
    assert {"delivered": 2} == counts(bot)
    assert 0 == bot("restore").code
    assert {"delivered": 1} == counts(bot)
    (replaced,) = (path for path in (bot.home / "var").glob("bot.db.replaced-*Z"))
    assert 0 == bot("restore", replaced).code
    assert {"delivered": 2} == counts(bot)


def test_a_ledger_that_was_put_back_by_hand_is_taken_for_a_backup(bot: Bot) -> None:
    bot.settings["BOT_ACCOUNTS__OUTBOX__TIMEOUT"] = "0.1"
    bot.settings["BOT_SETTLE_SECONDS"] = "0"
    bot("post", bot.write("1.md", story(1)))
    kept = (bot.home / "var" / "bot.db").read_bytes()
    bot("post", bot.write("2.md", story(2)))
    (bot.home / "var" / "bot.db").write_bytes(kept)
    both = bot("restore", bot.home / "var" / "bot.db", "--put-back")
    assert (2, "say FILE or --put-back, not both" in both.err) == (both.code, True)
    answer = bot("restore", "--put-back")
    assert 0 == answer.code, answer.err
    assert "Paused: outbox." in answer.out
    assert "bot resume outbox" in answer.out
    bot("resume", "outbox")
    time.sleep(0.2)
    assert 0 == bot("post", bot.home / "2.md").code
    assert 2 == len(bot.entries())


def test_a_backup_is_made_by_hand_and_told_by_a_check(bot: Bot) -> None:
    nothing = bot("backup")
    assert (1, "there is nothing to keep yet" in nothing.err) == (nothing.code, True)
    assert "sound; no backup yet: `bot backup`" in bot("check", "--offline").out
    bot("post", bot.write("1.md", story(1)))
    answer = bot("backup", "here.db")
    assert 0 == answer.code, answer.err
    assert answer.out.startswith(f"{bot.home / 'here.db'}: 0.")
    assert "MB; articles 1, deliveries 1, of these not final 0; as of 20" in answer.out
    again = bot("backup", "here.db")
    assert (1, "there is such a file already. Name another one" in again.err) == (again.code, True)
    assert "sound; last backup 20" in bot("check", "--offline").out


def test_a_ledger_that_is_damaged_is_told_by_whatever_meets_it(bot: Bot) -> None:
    bot("post", bot.write("1.md", story(1)))
    bot("backup")
    file = bot.home / "var" / "bot.db"
    file.write_bytes(file.read_bytes()[:9000])
    for command in (["status"], ["post", "1.md"], ["check", "--offline"]):
        answer = bot(*command)
        assert 1 == answer.code
        assert "this ledger is damaged. Put back the newest backup" in answer.out + answer.err
    assert 0 == bot("restore").code
    assert {"delivered": 1} == counts(bot)


def test_a_ledger_that_is_cut_inside_its_last_page_posts_nothing_twice(bot: Bot) -> None:
    articles = [bot.write(f"{number}.md", story(number)) for number in range(3)]
    bot("post", *articles)
    bot("backup")
    file = bot.home / "var" / "bot.db"
    file.write_bytes(file.read_bytes()[:-1500])
    for command in (["post", *articles], ["run", "--once"], ["check", "--offline"]):
        answer = bot(*command)
        assert 1 == answer.code
        assert "this ledger is damaged: its end is missing. Put back the newest backup" in answer.out + answer.err
    assert 3 == len(bot.entries())


def test_a_ledger_that_was_removed_with_its_locks_posts_nothing_twice(bot: Bot) -> None:
    queued(bot, 1)
    bot("run", "--once")
    bot("backup")
    lose(bot)
    shutil.rmtree(bot.home / "var" / "bot.db.lanes")
    put_back_into_the_queue(bot)
    for _ in range(2):
        answer = bot("run", "--once")
        assert (1, 1) == (answer.code, len(bot.entries()))
        assert "this ledger is gone, though it was begun here. Put back the newest backup" in answer.err
    assert 0 == bot("restore").code
    assert {"delivered": 1} == counts(bot)
