"""`bot plan`: the coming days by each account's rhythm, in order, with what is held up and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flow.terminal import at_a_terminal

if TYPE_CHECKING:
    from flow.conftest import Bot

A = "BOT_ACCOUNTS__OUTBOX__"
DAY = timedelta(days=1)


def add(bot: Bot, headline: str, **said: str) -> None:
    lines = "".join(f"{key}: {value}\n" for key, value in {"headline": headline, **said}.items())
    path = bot.write(f"{headline}.md", f"---\n{lines}---\nIt is so.\n")
    assert 0 == bot("add", path).code


@pytest.fixture
def busy(bot: Bot) -> Bot:
    """One post a day; an appointment, an article that cannot wait, one of breaking news and one in its turn."""
    bot.settings |= {f"{A}PER_DAY": "1", f"{A}GAP": "1h"}
    tomorrow = datetime.now(UTC).replace(hour=14, minute=30, second=0, microsecond=0) + DAY
    add(bot, "Press", publish_at=tomorrow.isoformat())
    add(bot, "Stale", expires_at=(datetime.now(UTC) + DAY).isoformat())
    add(bot, "Storm", priority="breaking")
    add(bot, "Later")
    return bot


def test_the_plan_is_told_in_order_with_the_reasons(busy: Bot) -> None:
    planned = busy("plan", "--json").json
    told = [(each["headline"], each["account"], each["why"]) for each in planned]
    assert [
        ("Storm", "outbox", "as soon as it may"),
        ("Press", "outbox", "its publish_at"),
        ("Later", "outbox", "the cap of 1 a day is reached"),
        ("Stale", "outbox", "expires before its turn: others go before it"),
    ] == told
    due = [each["due_at"] for each in planned]
    assert (sorted(due[:3]), None) == (due[:3], due[3])
    assert {"id", "article", "account", "due_at", "headline", "why", "cost"} == set(planned[0])


def test_a_pipe_gets_plain_lines(busy: Bot) -> None:
    lines = busy("plan").out.splitlines()
    assert ["when", "account", "post", "why", "id"] == lines[0].split()
    assert ["Storm", "Press", "Later"] == [re.split(r"\s{2,}", line)[2] for line in lines[1:4]]
    assert ["Times are in UTC.", "Will expire: outbox, Stale: others go before it (delivery 2)"] == lines[4:6]
    assert "\x1b" not in "".join(lines)


def test_of_many_that_will_expire_a_few_are_named_and_the_rest_counted(busy: Bot) -> None:
    for number in range(4):
        add(busy, f"Stale {number}", expires_at=(datetime.now(UTC) + DAY).isoformat())
    lost = [line for line in busy("plan").out.splitlines() if line.startswith("Will expire: ")]
    assert (4, "Will expire: and 2 more; `bot plan --json` has all of them.") == (len(lost), lost[-1])


def test_only_so_many_days_are_shown(busy: Bot) -> None:
    add(busy, "Far", publish_at=(datetime.now(UTC) + 5 * DAY).isoformat())
    near = [each["headline"] for each in busy("plan", "--days", "1", "--json").json if each["due_at"]]
    assert "Far" not in near
    assert "After these days: " in busy("plan", "--days", "1").out
    assert "Far" in [each["headline"] for each in busy("plan", "--json").json]


def test_a_paused_account_says_so(busy: Bot) -> None:
    busy("pause", "outbox")
    answer = busy("plan")
    assert "No moment yet: outbox, 3 posts: paused until it is resumed" in answer.out.splitlines()


def test_without_a_rhythm_all_goes_at_once(bot: Bot) -> None:
    add(bot, "One")
    (planned,) = bot("plan", "--json").json
    assert "as soon as it may" == planned["why"]


def test_with_nothing_waiting_it_says_so(bot: Bot) -> None:
    assert ("Nothing is waiting.\n", []) == (bot("plan").out, bot("plan", "--json").json)


def test_looking_at_the_plan_changes_nothing(busy: Bot) -> None:
    before = busy("log", "--json").json
    busy("plan")
    assert before == busy("log", "--json").json


def test_a_terminal_shows_a_calendar(bot: Bot) -> None:
    bot.settings |= {f"{A}GAP": "1h"}
    add(bot, "Press", publish_at=(datetime.now(UTC).replace(hour=14, minute=40) + DAY).isoformat())
    environment = bot.environment() | {"NO_COLOR": "1"}
    with at_a_terminal(bot.command("plan"), cwd=bot.home, env=environment) as terminal:
        assert 0 == terminal.end()
    tomorrow = f"{datetime.now(UTC) + DAY:%a %d %b}"
    assert f"{tomorrow} {'·' * 29}1{'·' * 18} 1" in terminal.seen.splitlines()
