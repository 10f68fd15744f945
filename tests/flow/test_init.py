"""`bot init`: accounts are entered, their keys are tried at once, and `.env` is the owner's alone and kept as it was."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flow.terminal import at_a_terminal

from bot import networks
from bot.networks.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flow.conftest import Answer, Bot
    from servers.mastodon import Mastodon
    from servers.pds import PDS
    from servers.x.server import XServer

STORY = "---\nheadline: Harbour bridge opens\nurl: https://news.example/bridge\n---\nIt is so.\n"
STALE = "abcd-wxyz-of-nobody"


def asked(network: str) -> list[str]:
    """What `bot init --all` asks about an account, in its order."""
    fields = networks.account_settings(network).model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    return needed + [name for name in fields if name not in {"network", *needed, *Timetable.model_fields}]


def lines(network: str, settings: Mapping[str, str]) -> str:
    """The answers to them, Enter where nothing is said."""
    return "".join(f"{settings.get(name, '')}\n" for name in asked(network))


def env(bot: Bot) -> Path:
    return bot.home / ".env"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def errors(answer: Answer) -> list[str]:
    return [line for line in answer.err.splitlines() if line.startswith("error:")]


def login_of(bot: Bot, account: str) -> str:
    """Who `bot check` finds behind an account."""
    (finding,) = [each for each in bot("check", "--json").json if each["what"] == account]
    assert finding["ok"], finding
    return str(finding["detail"])


@pytest.mark.parametrize("network", [name for name in networks.names() if name != "outbox"])
def test_the_page_that_is_named_tells_of_every_key(network: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "keys" / f"{network}.md").read_text()
    fields = networks.account_settings(network).model_fields
    needed = [f"BOT_ACCOUNTS__{network.upper()}__{name.upper()}=" for name in fields if fields[name].is_required()]
    assert [] == [setting for setting in [*needed, f"bot init {network}", "bot check"] if setting not in page]


def test_enter_alone_makes_an_outbox(bot: Bot) -> None:
    answer = bot("init", stdin="\n")
    assert (0, 0o600) == (answer.code, mode(env(bot)))
    assert "BOT_ACCOUNTS__OUTBOX__NETWORK=outbox" in env(bot).read_text().splitlines()
    assert "bot check" in answer.out
    assert "bot post" in answer.out
    assert [".env"] == [path.name for path in bot.home.iterdir()]
    assert 0 == bot("post", bot.write("story.md", STORY)).code


def test_a_bluesky_account_is_tried_written_and_good(bot: Bot, pds: PDS) -> None:
    login = pds.account()
    answer = bot("init", "--all", "bluesky", stdin=lines("bluesky", login.settings()))
    assert 0 == answer.code, answer.err
    assert f"✓ bluesky: {login.handle}" in answer.out
    assert login.password not in answer.out + answer.err
    assert 0 == bot("post", bot.write("story.md", STORY)).code
    assert 1 == len(login.posts())


def test_a_mastodon_account_needs_its_server_and_a_token(bot: Bot, mastodon_strict: Mastodon) -> None:
    login = mastodon_strict.account()
    settings = login.settings()
    answer = bot("init", "mastodon", stdin=f"{settings['base_url']}\n{settings['access_token']}\n")
    assert 0 == answer.code, answer.err
    assert "✓ mastodon: " in answer.out
    assert settings["access_token"] not in answer.out + answer.err
    assert 2 == len([line for line in env(bot).read_text().splitlines() if line.startswith("BOT_")])
    assert 0 == bot("post", bot.write("story.md", STORY)).code
    assert 1 == len(login.posts())


def test_an_x_account_is_tried_written_and_good(bot: Bot, x_server: XServer) -> None:
    login = x_server.account()
    answer = bot("init", "x", "--all", stdin=lines("x", login.settings()))
    assert 0 == answer.code, answer.err
    assert f"✓ x: @{login.username}" in answer.out
    assert 0 == bot("post", bot.write("story.md", STORY)).code
    assert 1 == len(login.posts())


def test_several_networks_are_written_at_once(bot: Bot, mastodon_strict: Mastodon, x_server: XServer) -> None:
    mastodon, x = mastodon_strict.account(), x_server.account()
    answers = "Mastodon, outbox X\n" + lines("mastodon", mastodon.settings()) + lines("outbox", {})
    assert 0 == bot("init", "--all", stdin=answers + lines("x", x.settings())).code
    (deliveries,) = [bot("post", bot.write("story.md", STORY), "--json").json]
    assert {("mastodon", "delivered"), ("outbox", "delivered"), ("x", "delivered")} == {
        (each["account"], each["state"]) for each in deliveries
    }


def test_a_wrong_key_is_told_and_entered_again(bot: Bot, x_server: XServer) -> None:
    settings = x_server.account().settings()
    other = x_server.account().settings()
    wrong = settings | {"access_token_secret": other["access_token_secret"]}
    corrected = {"access_token_secret": settings["access_token_secret"]}  # Enter: as before
    answer = bot("init", "x", "--all", stdin=lines("x", wrong) + "again\n" + lines("x", corrected))
    assert (0, 1) == (answer.code, len(errors(answer)))
    assert "✓ x: " in answer.out
    assert not [
        secret for secret in other.values() if secret in env(bot).read_text() and secret not in settings.values()
    ]
    assert 0 == bot("check").code


@pytest.mark.parametrize(("step", "kept"), [("k", True), ("leave out", False)])
def test_a_wrong_key_is_kept_or_left_out(bot: Bot, pds: PDS, step: str, kept: bool) -> None:
    settings = pds.account().settings() | {"app_password": STALE}
    answer = bot("init", "bluesky", "--all", stdin=lines("bluesky", settings) + f"{step}\n")
    assert 0 == answer.code
    (error,) = errors(answer)
    assert error.endswith(
        "Check BOT_ACCOUNTS__BLUESKY__HANDLE and BOT_ACCOUNTS__BLUESKY__APP_PASSWORD."
    )  # no pause yet
    assert STALE not in answer.out + answer.err
    assert kept == env(bot).exists()
    if kept:
        assert f"BOT_ACCOUNTS__BLUESKY__APP_PASSWORD={STALE}" in env(bot).read_text().splitlines()
        assert 2 == bot("check").code


def test_a_session_of_an_earlier_run_does_not_hide_a_wrong_password(bot: Bot, pds: PDS) -> None:
    login = pds.account()
    login.keep_session(bot.home, "bluesky")
    settings = login.settings() | {"app_password": STALE}
    answer = bot("init", "bluesky", "--all", stdin=lines("bluesky", settings) + "leave\n")
    assert 1 == len(errors(answer))
    assert "No account was added." in answer.out


def test_a_server_that_cannot_be_reached_may_be_kept(bot: Bot) -> None:
    answer = bot("init", "mastodon", stdin="http://127.0.0.1:9\nabcdefgh\nkeep\n")
    assert (0, 1) == (answer.code, len(errors(answer)))
    assert "BOT_ACCOUNTS__MASTODON__BASE_URL=http://127.0.0.1:9" in env(bot).read_text().splitlines()


@pytest.mark.parametrize("server", ["mastodon.invalid", "@me@mastodon.invalid", "https://mastodon.invalid/"])
def test_a_server_is_named_as_people_name_it(bot: Bot, server: str) -> None:
    bot("init", "mastodon", stdin=f"{server}\nabcdefgh\nkeep\n")
    assert "BOT_ACCOUNTS__MASTODON__BASE_URL=https://mastodon.invalid" in env(bot).read_text().splitlines()


@pytest.mark.parametrize(
    ("network", "wrong", "said"),
    [
        ("bluesky", "news", "a dot in it"),
        ("bluesky", "", "is needed"),
        ("bluesky", "a\x1b[Db.test", "a character"),
        ("bluesky", b"b\xe9la.test", "a character"),
        ("mastodon", "http://mastodon.example", "https://"),
        ("mastodon", "https://mastodon.example/@me", "ends with its name"),
        ("x", "two words", "a character"),
    ],
)
def test_an_answer_that_cannot_be_right_is_asked_again(bot: Bot, network: str, wrong: Any, said: str) -> None:
    answer = bot("init", network, stdin=(wrong.encode() if isinstance(wrong, str) else wrong) + b"\n")
    first, last = errors(answer)
    assert (2, False) == (answer.code, env(bot).exists())
    assert said in first
    assert "the answers end here; nothing was written" in last
    assert 2 == answer.out.count(f"{network}: {asked(network)[0].replace('_', ' ')} (")


def test_a_network_is_told_with_the_nearest(bot: Bot) -> None:
    answer = bot("init", stdin="mastodn\n")
    assert "did you mean mastodon?" in errors(answer)[0]
    (error,) = errors(bot("init", "mastodn"))
    assert "did you mean mastodon?" in error


def test_what_stands_in_the_file_stays_byte_for_byte(bot: Bot) -> None:
    before = b"\xef\xbb\xbf# ours\r\nOTHER='a\nb'\nexport BOT_TIMEZONE = Europe/Berlin # here\n#BOT_QUEUE=x"
    bot.write(".env", before)
    env(bot).chmod(0o644)
    answer = bot("init", "outbox")
    assert (0, 0o600) == (answer.code, mode(env(bot)))
    assert "from now on only its owner can read it" in answer.out
    after = env(bot).read_bytes()
    assert before == after[: len(before)]
    assert b"\n\n# outbox: " + str(bot.home / "var" / "outbox").encode() in after
    assert after.endswith(b"\nBOT_ACCOUNTS__OUTBOX__NETWORK=outbox\n")
    assert 0 == bot("check").code


def test_the_file_behind_a_link_is_written(bot: Bot) -> None:
    real = bot.write("elsewhere/env", "BOT_TIMEZONE=Europe/Berlin\n")
    env(bot).symlink_to(real)
    assert 0 == bot("init", "outbox").code
    assert env(bot).is_symlink()
    assert "BOT_ACCOUNTS__OUTBOX__NETWORK=outbox" in real.read_text().splitlines()


def test_an_account_that_is_there_is_not_asked_for_unless_under_a_new_name(bot: Bot, mastodon_strict: Mastodon) -> None:
    first, second = mastodon_strict.account(), mastodon_strict.account()
    assert 0 == bot("init", "mastodon", stdin="\n".join([*first.settings().values(), ""])).code
    before = env(bot).read_bytes()
    answer = bot("init", "mastodon", stdin="\n")
    assert (0, before) == (answer.code, env(bot).read_bytes())
    assert "No account was added." in answer.out
    answers = ["mastodon", "my-news", "Sport", *second.settings().values(), ""]
    answer = bot("init", "mastodon", stdin="\n".join(answers))
    assert (0, 2) == (answer.code, len(errors(answer)))
    assert "BOT_ACCOUNTS__SPORT__NETWORK=mastodon" in env(bot).read_text().splitlines()
    assert login_of(bot, "mastodon") != login_of(bot, "sport")


def test_two_accounts_with_one_login_are_refused(bot: Bot, mastodon_strict: Mastodon) -> None:
    login = mastodon_strict.account()
    bot("init", "mastodon", stdin="\n".join([*login.settings().values(), ""]))
    before = env(bot).read_bytes()
    settings = login.again().settings()
    answer = bot("init", "mastodon", stdin="\n".join(["twin", *settings.values(), "keep", "leave out", ""]))
    refused, no_choice = errors(answer)
    assert refused.startswith("error: twin: is the same login as mastodon, ")
    assert "one of again, leave out" in no_choice
    assert before == env(bot).read_bytes()


def test_broken_settings_are_told_as_ever(bot: Bot) -> None:
    bot.write(".env", "BOT_QUEU=x\n")
    answer = bot("init", stdin="\n")
    assert (2, "") == (answer.code, answer.out)
    assert ["error: BOT_QUEU: no setting has this name. Did you mean BOT_QUEUE?"] == errors(answer)


@pytest.mark.parametrize("content", ["OTHER: thing\n", b"OTHER=caf\xe9\n"])
def test_a_file_that_cannot_be_added_to_is_told_before_any_question(bot: Bot, content: str | bytes) -> None:
    bot.write(".env", content)
    answer = bot("init", stdin="\n")
    assert (2, "", 1) == (answer.code, answer.out, len(errors(answer)))
    assert str(env(bot)) in answer.err


def test_a_folder_of_that_name_is_told_before_any_question(bot: Bot) -> None:
    env(bot).mkdir()
    answer = bot("init", stdin="\n")
    assert (2, "") == (answer.code, answer.out)
    assert f"{env(bot)}: is a folder" in errors(answer)[0]


def test_at_a_terminal_a_secret_is_not_shown(bot: Bot, mastodon_strict: Mastodon) -> None:
    settings = mastodon_strict.account().settings()
    with at_a_terminal(bot.command("init"), cwd=bot.home, env=bot.environment()) as terminal:
        terminal.answer("networks", "mastodon")
        terminal.expect("docs/keys/mastodon.md")
        terminal.answer("base url", settings["base_url"])
        terminal.answer("access token", settings["access_token"])
        terminal.expect("✓")
        assert 0 == terminal.end()
    assert settings["base_url"] in terminal.seen
    assert settings["access_token"] not in terminal.seen
    assert settings["access_token"] in env(bot).read_text()


@pytest.mark.parametrize("key", ["\x03", "\x04"])
@pytest.mark.parametrize("at", ["base url", "access token"])
def test_stopped_by_hand_it_writes_nothing(bot: Bot, at: str, key: str) -> None:
    with at_a_terminal(bot.command("init", "outbox", "mastodon"), cwd=bot.home, env=bot.environment()) as terminal:
        if at == "access token":
            terminal.answer("base url", "mastodon.example")
        terminal.expect(at)
        terminal.expect(": ")
        terminal.type(key)
        terminal.expect("nothing was written")
        assert {"\x03": 130, "\x04": 2}[key] == terminal.end()
    assert [] == list(bot.home.iterdir())
