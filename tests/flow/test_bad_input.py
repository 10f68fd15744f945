"""Whatever is put before the bot: one line that says what, where and what to do, and every other article goes out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from flow.conftest import Answer, Bot

GOOD = "---\nheadline: Good\nurl: https://news.example/good\n---\nIt is so.\n"


def one_line(answer: Answer) -> str:
    """The one error line of an answer; what the bot begins anew is announced beside it."""
    lines = [line for line in answer.err.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, answer.err
    assert "Traceback" not in answer.err
    return lines[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("latin.md", b"caf\xe9", "UTF-8"),
        ("empty.md", b"", "empty"),
        ("blank.txt", b"  \n\n", "empty"),
        ("tags.txt", b"#one #two#three\n", "hashtags"),
        ("nul.md", b"# He\0llo\n", "NUL"),
        ("large.md", b"x" * 10_000_000, "larger than"),
        ("yaml.md", b"---\nheadline: [a\n---\nText.\n", "yaml.md:"),
        ("key.md", b"---\nheadline: A\nhashtag: b\n---\nText.\n", "hashtags"),
        ("date.md", b"---\nheadline: A\npublish_at: 2026-02-30\n---\nText.\n", "date.md:3"),
        ("account.md", b"---\nheadline: A\naccounts: [outbix]\n---\nText.\n", "outbox"),
        ("who.md", b"---\nheadline: A\nvisibility: publik\n---\nText.\n", "public"),
        ("own.md", b"---\nheadline: A\ntext:\n  outbix: B\n---\nText.\n", "outbox"),
    ],
)
def test_an_article_that_cannot_be_read(bot: Bot, name: str, content: bytes, said: str) -> None:
    answer = bot("post", bot.write(name, content), bot.write("good.md", GOOD))
    assert 1 == answer.code
    line = one_line(answer)
    assert name in line
    assert said in line
    assert ["Good"] == bot.titles()


def test_a_folder_and_a_missing_file(bot: Bot) -> None:
    folder = bot.home / "folder.md"
    folder.mkdir()
    assert "folder" in one_line(bot("post", folder))
    assert "no such file" in one_line(bot("post", "missing.md"))


def test_a_link_out_of_the_queue(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.md"
    secret.write_text("# Secret\n\nNot for you.\n")
    bot.write("queue/good.md", GOOD)
    link = bot.home / "queue" / "link.md"
    link.symlink_to(secret)
    os.utime(link, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    assert "link" in one_line(bot("run", "--once"))
    assert ["Good"] == bot.titles()


def test_an_unknown_template(bot: Bot) -> None:
    story = bot.write("story.md", GOOD.replace("---\nIt", "template: outbix\n---\nIt"))
    answer = bot("post", story)
    assert 1 == answer.code
    line = one_line(answer)
    assert "story.md:4" in line
    assert "outbox" in line


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ article.headline }}\n{% if %}", "outbox.j2:2"),
        ("{{ article.headline }}\n{{ article.headlin }}", "outbox.j2:2"),
        ("{{ article.headline }}\n{{ headline }}", "outbox.j2:2"),
    ],
)
def test_a_template_that_is_wrong(bot: Bot, template: str, said: str) -> None:
    bot.write("templates/outbox.j2", template)
    answer = bot("post", bot.write("story.md", GOOD), "--json")
    (delivery,) = answer.json
    assert (1, "scheduled") == (answer.code, delivery["state"])
    assert said in delivery["error"]
    assert 1 == bot("preview", bot.home / "story.md").code
    assert 1 == bot("check", "--offline").code


def test_an_article_that_cannot_fit(bot: Bot) -> None:
    story = bot.write("long.md", "---\nheadline: A\ntext:\n  outbox: " + "word " * 5000 + "\n---\nText.\n")
    answer = bot("post", story, "--json")
    assert 1 == answer.code
    assert "outbox" in answer.json[0]["error"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"BOT_MAX_ATTEMPTS": "many"}, "BOT_MAX_ATTEMPTS"),
        ({"BOT_MAX_ATEMPTS": "3"}, "BOT_MAX_ATTEMPTS"),
        ({"BOT_TIMEZONE": "Mars/Olympus"}, "BOT_TIMEZONE"),
        ({"BOT_DATABASE_URL": "mysql://x"}, "BOT_DATABASE_URL"),
        ({"BOT_ACCOUNTS__BLUESKY__HANDLE": "news.example.org"}, "BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"),
        ({"BOT_ACCOUNTS__BLUESKY__HANDEL": "a.b"}, "BOT_ACCOUNTS__BLUESKY__"),
        ({"BOT_ACCOUNTS__SPORT__HANDLE": "a.b"}, "BOT_ACCOUNTS__SPORT__NETWORK"),
        ({"BOT_ACCOUNTS__SPORT__NETWORK": "blusky"}, "BOT_ACCOUNTS__SPORT__NETWORK"),
        ({"BOT_ACCOUNTS": "{"}, "BOT_ACCOUNTS"),
        ({"BOT_HOME": "/nowhere/at/all"}, "BOT_HOME"),
        ({"BOT_SECRETS_DIR": "/nowhere/at/all"}, "BOT_SECRETS_DIR"),
    ],
)
def test_a_setting_that_is_wrong(bot: Bot, settings: dict[str, str], said: str) -> None:
    bot.settings = settings
    answer = bot("post", bot.write("story.md", GOOD))
    assert 2 == answer.code
    assert said in one_line(answer)
    assert [] == bot.titles()


def test_a_setting_in_the_file_is_as_good_as_one_in_the_environment(bot: Bot) -> None:
    bot.write(".env", "BOT_TIMEZONE=Europe/Berlin\nBOT_QUEU=x\n")
    assert "BOT_QUEUE" in one_line(bot("status"))


def test_secrets_come_from_files_too_and_are_never_shown(bot: Bot) -> None:
    bot.write("secrets/bot_accounts__bluesky__app_password", "abcd-secret-word")
    bot.settings = {
        "BOT_SECRETS_DIR": str(bot.home / "secrets"),
        "BOT_ACCOUNTS__BLUESKY__HANDLE": "news.example.org",
        "BOT_ACCOUNTS__BLUESKY__BASE_URL": "http://127.0.0.1:9",
    }
    answer = bot("--debug", "post", bot.write("story.md", GOOD), "--json")
    assert (4, "scheduled") == (answer.code, answer.json[0]["state"])
    for path in [p for p in (bot.home / "var").rglob("*") if p.is_file()]:
        assert b"abcd-secret-word" not in path.read_bytes()
    assert "abcd-secret-word" not in answer.out + answer.err


def test_an_unknown_account_by_hand(bot: Bot) -> None:
    answer = bot("post", bot.write("story.md", GOOD), "--to", "outbux")
    assert 2 == answer.code
    assert "outbox" in one_line(answer)


def test_a_ledger_from_a_newer_version(bot: Bot) -> None:
    import sqlite3

    story = bot.write("story.md", GOOD)
    bot("post", story)
    with sqlite3.connect(bot.home / "var" / "bot.db") as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    answer = bot("post", story)
    assert 1 == answer.code
    assert "newer" in one_line(answer)


def test_a_ledger_that_is_no_ledger(bot: Bot) -> None:
    bot.write("var/bot.db", "this is a shopping list" * 100)
    answer = bot("post", bot.write("story.md", GOOD))
    assert 1 == answer.code
    assert "bot.db" in one_line(answer)
    assert [] == bot.titles()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_full_disk_loses_nothing_and_says_so(bot: Bot) -> None:
    import subprocess

    var = bot.home / "var"
    var.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", var], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        bot("post", bot.write("good.md", GOOD))
        ballast = var / "ballast"
        with pytest.raises(OSError, match="No space"):
            ballast.write_bytes(b"x" * 2_000_000)
        later = bot.write("later.md", GOOD.replace("Good", "Later").replace("good", "later"))
        answer = bot("post", later)
        assert answer.code in {1, 4}
        assert "disk" in answer.err + answer.out or "space" in answer.err + answer.out
        ballast.unlink()
        assert 0 == bot("post", later).code
        assert ["Good", "Later"] == bot.titles()
    finally:
        subprocess.run(["umount", var], check=True)


def test_usage_is_told_with_exit_code_2(bot: Bot) -> None:
    assert 2 == bot("pots").code
    assert 2 == bot("resolve", "1").code
    assert 2 == bot("post", "x.md", "--at", "soon").code


def test_an_id_that_does_not_exist(bot: Bot) -> None:
    answer = bot("retry", "77")
    assert 1 == answer.code
    assert "77" in one_line(answer)


def test_the_home_is_found_from_a_folder_below_it(bot: Bot, tmp_path: Path) -> None:
    import subprocess

    bot.write(".env", "BOT_TIMEZONE=Europe/Berlin\n")
    story = bot.write("queue/story.md", GOOD)
    environment = {name: value for name, value in bot.environment().items() if name != "BOT_HOME"}
    done = subprocess.run(
        bot.command("post", story.name), cwd=story.parent, env=environment, capture_output=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    assert ["Good"] == bot.titles()


def test_one_file_that_cannot_be_moved_holds_up_no_other(bot: Bot) -> None:
    bot.write("queue/rejected", "")
    bot.write("queue/a.md", "")
    bot.write("queue/b.md", GOOD)
    answer = bot("run", "--once")
    assert (1, ["Good"]) == (answer.code, bot.titles())
    assert "a.md: cannot be moved to rejected/" in answer.err


def test_nothing_that_a_terminal_obeys_comes_out(bot: Bot) -> None:
    story = bot.write("story.md", "# Red \u202e alert\n\nIt is so.\n")
    answers = [bot("post", story), bot("post", "x\x1b[31mred.md"), bot("pause", "outbox", "--reason", "a\x1b[31m\nb")]
    answers += [bot("status"), bot("log"), bot("preview", story)]
    told = "".join(answer.out + answer.err for answer in answers)
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert 2 == len(bot("status").out.splitlines()[:2])


def test_a_time_that_was_named_again_is_kept(bot: Bot) -> None:
    story = bot.write("story.md", GOOD)
    bot("post", story, "--at", "2998-01-01 12:00")
    bot("post", story, "--at", "2999-02-02 12:00")
    assert "2999-02-02T12:00:00Z" == bot("status", "--json").json["accounts"][0]["next_due"]


def test_a_time_that_is_over_is_now(bot: Bot) -> None:
    assert 0 == bot("post", bot.write("story.md", GOOD), "--at", "2001-01-01").code
    assert ["Good"] == bot.titles()


def test_once_more_keeps_to_the_articles_own_time(bot: Bot) -> None:
    story = bot.write("story.md", GOOD.replace("---\nIt", "publish_at: 2999-01-01\n---\nIt"))
    (delivery,) = bot("post", story, "--json").json
    assert 0 == bot("cancel", str(delivery["id"])).code
    assert 4 == bot("post", story, "--again").code
    assert 0 == bot("run", "--once").code
    assert [] == bot.titles()


def test_what_ended_is_not_begun_again_beside_another(bot: Bot) -> None:
    story = bot.write("story.md", GOOD)
    (first,) = bot("post", story, "--at", "2999-01-01", "--json").json
    bot("cancel", str(first["id"]))
    assert 0 == bot("post", story, "--again").code
    assert 1 == bot("retry", str(first["id"])).code
    bot("run", "--once")
    assert 1 == len(bot.entries())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("retry", "abc"), "integer"),
        (("retry", "99999999999999999999"), "less than"),
        (("log", "9999"), "9999"),
        (("log", "https://["), "address"),
        (("post", ""), "named"),
        (("post", "x.md", "--at", "9999-12-31T23:59-14:00"), "time"),
        (("bogus",), "bogus"),
    ],
)
def test_odd_arguments_get_one_line(bot: Bot, arguments: tuple[str, ...], said: str) -> None:
    answer = bot(*arguments)
    assert answer.code in {1, 2}
    assert said in one_line(answer)
    assert 1 == len([line for line in answer.err.splitlines() if "Began" not in line])


def test_debug_shows_where_it_came_from(bot: Bot) -> None:
    assert "Traceback" in bot("--debug", "post", "missing.md").err


def test_check_opens_the_ledger_too(bot: Bot) -> None:
    bot.write("var/bot.db", "this is a shopping list" * 100)
    assert 1 == bot("check", "--offline").code


def test_the_version_is_told(bot: Bot) -> None:
    assert bot("--version").out.startswith("bot ")


def test_check_tells_of_pictures_that_cannot_be_used_and_asks_nobody_offline(bot: Bot) -> None:
    bot.write("queue/broken.png", b"no picture")
    bot.write("queue/one.md", "---\nheadline: One\nimages: [broken.png, 'https://cdn.example/a.png']\n---\n")
    answer = bot("check", "--offline")
    assert 0 == answer.code
    told = [line for line in answer.out.splitlines() if "one.md" in line]
    assert ["one.md for outbox: picture broken.png: is no picture"] == [line.lstrip("✓ ") for line in told]
