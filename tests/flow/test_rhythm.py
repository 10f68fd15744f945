"""An account's rhythm as its operator meets it."""

from __future__ import annotations

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
