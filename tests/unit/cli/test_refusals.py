"""Every command on a delivery in every state: done, or refused with the reason and with a command that would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fakes import story
from unit.cli.conftest import ACCOUNT, NOW, Made, receipt, run

from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable

SEEN = "file:///var/outbox/index.html#c0ffee-0"
COMMANDS = {
    "retry": ["retry", "1"],
    "cancel": ["cancel", "1"],
    "posted": ["resolve", "1", "--posted", SEEN],
    "resend": ["resolve", "1", "--resend"],
    "drop": ["resolve", "1", "--drop"],
}


def delivered(made: Made) -> None:
    made.ledger.confirm(made.half(), receipt(1), now=NOW)


def unknown(made: Made) -> None:
    made.ledger.doubt(made.claimed(), "no answer", now=NOW, due_at=None)


def dropped(made: Made) -> None:
    unknown(made)
    made.ledger.resolve_dropped(made.delivery.id, NOW)


def resent(made: Made) -> None:
    unknown(made)
    made.ledger.resolve_resend(made.delivery.id, NOW)


RESOLVE = {"posted", "resend", "drop"}
STANDINGS: dict[str, tuple[Callable[[Made], object], State, set[str]]] = {
    "scheduled": (lambda made: None, State.SCHEDULED, RESOLVE),
    "half a thread that was put off": (
        lambda made: made.ledger.postpone(made.half(), "down", now=NOW, due_at=NOW),
        State.SCHEDULED,
        RESOLVE | {"cancel"},
    ),
    "sent again": (resent, State.SCHEDULED, RESOLVE | {"cancel"}),
    "sending": (Made.claimed, State.SENDING, {*COMMANDS}),
    "unknown": (unknown, State.UNKNOWN, {"cancel"}),
    "half a thread in doubt": (
        lambda made: made.ledger.doubt(made.half(), "no answer", now=NOW, due_at=None),
        State.UNKNOWN,
        {"cancel"},
    ),
    "delivered": (delivered, State.DELIVERED, {*COMMANDS}),
    "discarded": (lambda made: made.ledger.discard(made.claimed(), "no", now=NOW), State.DISCARDED, RESOLVE),
    "half a thread that was refused": (
        lambda made: made.ledger.discard(made.half(), "no", now=NOW),
        State.DISCARDED,
        RESOLVE,
    ),
    "cancelled": (lambda made: made.ledger.cancel(made.delivery.id, NOW), State.CANCELLED, RESOLVE | {"cancel"}),
    "given up": (dropped, State.CANCELLED, RESOLVE | {"cancel"}),
    "expired": (lambda made: made.ledger.expire(made.delivery, now=NOW), State.EXPIRED, RESOLVE | {"cancel"}),
}
"""How a delivery gets there, where that is, and what is refused then."""


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_done_or_refused_as_the_table_says(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], standing: str, name: str
) -> None:
    bring, state, refused = STANDINGS[standing]
    bring(made)
    before, happened = made.ledger.delivery(1), len(made.ledger.events())
    assert state is before.state
    code = run(monkeypatch, *COMMANDS[name])
    told = capsys.readouterr()
    if name in refused:
        assert (1, "", before) == (code, told.out, made.ledger.delivery(1))
        assert re.fullmatch(r"error: delivery 1: [^.]+\. [A-Z].+\n", told.err)
        assert happened == len(made.ledger.events())
    else:
        assert (0, "") == (code, told.err)
        assert told.out.startswith("1 (outbox: Story 1) ")
        assert happened + 1 == len(made.ledger.events())


@pytest.mark.parametrize("standing", STANDINGS)
def test_what_status_tells_to_do_is_not_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], standing: str
) -> None:
    STANDINGS[standing][0](made)
    run(monkeypatch, "status")
    offered = re.findall(r"(?m)  bot (.+)$", capsys.readouterr().out)
    _, state, refused = STANDINGS[standing]
    assert (state in {State.UNKNOWN, State.DISCARDED, State.SENDING}) == bool(offered)
    for command in offered if state is not State.SENDING else []:
        names = [name for name, words in COMMANDS.items() if command.startswith(" ".join(words[:3]))]
        assert names, command
        assert not refused & {*names}, command


def test_what_was_sent_tells_when_it_goes_on(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown(made)
    made.ledger.pause("outbox", "by hand", now=NOW)
    assert 0 == run(monkeypatch, "resolve", "1", "--resend")
    assert "is sent again. Paused; `bot resume outbox` lets it go on.\n" in capsys.readouterr().out


def test_one_that_is_refused_holds_up_no_other(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.ledger.take_in(story(2), [ACCOUNT], now=NOW, due_at=NOW)
    delivered(made)
    assert 1 == run(monkeypatch, "cancel", "1", "2", "99")
    told = capsys.readouterr()
    assert told.out.startswith("2 (outbox: Story 2) is cancelled")
    assert ["delivery 1", "there is no delivery 99"] == re.findall(r"error: (\D+\d+)", told.err)
