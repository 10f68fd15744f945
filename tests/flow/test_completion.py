"""What the shell offers at TAB: what can be meant, at once, and never an error, a ledger, or a command of somebody else's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from flow.conftest import Answer
from flow.terminal import at_a_terminal
from servers.lossy import drops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flow.conftest import Bot
    from servers.lossy import Lossy
    from servers.pds import PDS

OUTBOXES = {"BOT_ACCOUNTS__OUTBOX__NETWORK": "outbox", "BOT_ACCOUNTS__OTHER__NETWORK": "outbox"}
CLEAR = "\x15"


def asked(bot: Bot, shell: str, **variables: str) -> Answer:
    """What the bot answers a shell that completes a line."""
    environment = {**bot.environment(), "_BOT_COMPLETE": f"complete_{shell}", **variables}
    done = subprocess.run(bot.command(), env=environment, cwd=bot.home, capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


def offered(bot: Bot, line: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    answer = asked(bot, "bash", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1))
    assert (0, "") == (answer.code, answer.err)
    return answer.out.split()


def story(bot: Bot, name: str, **front: str) -> Path:
    lines = "".join(f"{key}: {value}\n" for key, value in ({"headline": name} | front).items())
    return bot.write(f"{name}.md", f"---\n{lines}---\nIt is so.\n")


@pytest.fixture
def shell(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which `bot` is a command."""
    place = tmp_path_factory.mktemp("bin")
    (place / "bot").write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    (place / "bot").chmod(0o755)
    environment = bot.environment()
    return environment | {"PATH": f"{place}:{environment['PATH']}"}


@pytest.mark.parametrize(
    "line", ["bot pause ", "bot resume ", "bot post --to ", "bot add x.md --to ", "bot preview --to "]
)
def test_accounts_are_offered(bot: Bot, line: str) -> None:
    bot.settings = OUTBOXES
    assert ["other", "outbox"] == sorted(offered(bot, line))
    assert ["other"] == offered(bot, f"{line}ot")


def test_networks_are_offered(bot: Bot) -> None:
    assert ["mastodon"] == offered(bot, "bot init outbox mas")


def test_commands_and_options_are_offered(bot: Bot) -> None:
    assert ["resume"] == offered(bot, "bot resu")
    assert ["--dry-run"] == offered(bot, "bot post --dr")


def test_articles_are_left_to_the_shell_which_knows_files_best(bot: Bot) -> None:
    bot.write("queue/a b.md", "# A\n\nB.\n")
    assert [] == offered(bot, "bot post ")
    assert "_files" == asked(bot, "zsh", _TYPER_COMPLETE_ARGS="bot post ").out.strip()
    fish = {"_TYPER_COMPLETE_ARGS": "bot post ", "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
    assert Answer(1, "", "") == asked(bot, "fish", **fish)


def test_each_command_is_offered_the_deliveries_that_it_may_act_on(bot: Bot) -> None:
    bot("post", story(bot, "done"))
    later, put_away = (
        str(bot("post", story(bot, name), "--at", "2999-01-01", "--json").json[0]["id"]) for name in ("later", "never")
    )
    bot("cancel", put_away)
    assert {later, put_away} == set(offered(bot, "bot retry "))
    assert [later] == offered(bot, "bot cancel ")
    assert [] == offered(bot, "bot resolve ")


def test_what_is_in_doubt_is_offered_to_be_resolved(pds: PDS, lossy: Lossy, on_bluesky: Callable[..., Bot]) -> None:
    bot = on_bluesky(pds.account(), lossy.url, BOT_PATIENCE_SECONDS="0")
    lossy.next("putRecord", drops)
    (delivery,) = bot("post", story(bot, "doubtful"), "--json").json
    assert "unknown" == delivery["state"]
    assert [str(delivery["id"])] == offered(bot, "bot resolve ") == offered(bot, "bot retry ")
    assert [] == offered(bot, "bot cancel ")


def test_what_can_be_offered_is_explained_where_the_shell_shows_it(bot: Bot) -> None:
    (delivery,) = bot("post", story(bot, "Harbour bridge"), "--at", "2999-01-01", "--json").json
    fish = {"_TYPER_COMPLETE_ARGS": "bot cancel ", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert f"{delivery['id']}\tscheduled, outbox, Harbour bridge" == asked(bot, "fish", **fish).out.strip()
    zsh = asked(bot, "zsh", _TYPER_COMPLETE_ARGS="bot cancel ").out
    assert f'"{delivery["id"]}":"scheduled, outbox, Harbour bridge"' in zsh


def test_no_headline_is_run_by_a_shell(bot: Bot) -> None:
    headline = r"""'\\$(touch run) `touch run` "; touch run #[/b] [red] ${x} \"""" + "\\'"
    article = bot.write("bad.md", f"# {headline}\n\nIt is so.\n")
    assert 4 == bot("post", article, "--at", "2999-01-01").code
    for line in ("bot cancel ", "bot retry "):
        answer = asked(bot, "zsh", _TYPER_COMPLETE_ARGS=line)
        assert (0, "") == (answer.code, answer.err)
        explained = answer.out.partition('":"')[2].partition('"')[0]
        assert explained.startswith("scheduled, outbox, ")
        assert not set("\\$`\"';#[]{}()") & set(explained)


@pytest.mark.parametrize("line", ["bot pause ", "bot retry "])
@pytest.mark.parametrize(
    "broken", ["", "BOT_QUEU=x\n", "BOT_DATABASE_URL=mysql://x\n", "BOT_QUEUE: x\n", b"BOT_QUEUE=\xe9"]
)
def test_whatever_is_wrong_it_says_nothing_and_begins_no_ledger(bot: Bot, line: str, broken: str | bytes) -> None:
    bot.write(".env", broken)
    offered(bot, line)
    assert [".env"] == [path.name for path in bot.home.iterdir()]


@pytest.mark.parametrize("content", ["", "this is a shopping list" * 100])
def test_a_ledger_that_is_none_is_left_as_it_is(bot: Bot, content: str) -> None:
    ledger = bot.write("var/bot.db", content)
    assert [] == offered(bot, "bot retry ")
    assert content == ledger.read_text()


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_really_completes(bot: Bot, shell: dict[str, str]) -> None:
    bot.write("articles/a-long-name.md", "# A\n\nB.\n")
    shell |= OUTBOXES | {"PS1": "$ ", "INPUTRC": "/dev/null"}
    with at_a_terminal(["bash", "--norc", "--noprofile", "-i"], cwd=bot.home, env=shell) as terminal:
        terminal.type("bot --show-completion bash > script; . ./script; echo rea''dy\n")
        terminal.expect("ready\n")
        terminal.type("bot pause oth\t")
        terminal.expect("bot pause other ")
        terminal.type(f"{CLEAR}bot post articles/a-l\t")
        terminal.expect("articles/a-long-name.md ")
        terminal.type(f"{CLEAR}exit\n")
        assert 0 == terminal.end()


def test_the_help_says_that_there_is_completion(bot: Bot) -> None:
    assert "--install-completion" in bot("--help").out
