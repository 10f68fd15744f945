"""What `status` and the operator's commands say is true at the moment at which they say it."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes import story
from unit.cli.conftest import ACCOUNT, NOW, Made, run

from bot.cli import opening, show
from bot.cli.standing import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.model import Delivery

MOMENT = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+"
LIMITED = "the network asks for a pause: Too Many Requests"
NEAR = "https://x.com/news/status/12 is like what was sent, but not the same"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs a command; its exit code, and all that it wrote, whatever the width of its columns."""

    def tell(*command: str) -> tuple[int, str]:
        code = run(monkeypatch, *command)
        written = capsys.readouterr()
        return code, re.sub(" +", " ", written.out + written.err)

    return tell


@pytest.fixture
def status(told: Callable[..., tuple[int, str]]) -> Callable[[], Any]:
    return lambda: json.loads(told("status", "--json")[1])


@pytest.fixture
def on_x(made: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """The same delivery to an account on X that nobody asks anything."""
    for key in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET"):
        monkeypatch.setenv(f"BOT_ACCOUNTS__X__{key}", "0" * 30)
    made.ledger.cancel(made.delivery.id, NOW)
    account = opening.app().accounts["x"]
    (delivery,) = made.ledger.take_in(story(9), [account], now=NOW, due_at=NOW).deliveries
    return Made(made.ledger, delivery)


def now() -> datetime:
    return datetime.now(UTC)


def seen(made: Made, number: int | None = None) -> Standing:
    return standing(opening.app(), made.ledger.delivery(number or made.delivery.id))


def doubted(made: Made, error: str = "no answer", *, due_at: datetime | None = None, at: datetime = NOW) -> Delivery:
    delivery = made.ledger.doubt(made.claimed(at), error, now=at, due_at=due_at)
    assert delivery
    return delivery


def put_back(made: Made, at: datetime) -> None:
    made.ledger.put_back([ACCOUNT], now=at)


def test_a_pause_that_is_over_is_no_reason_any_more(made: Made, status: Any) -> None:
    made.ledger.pause("outbox", LIMITED, now=NOW, until=NOW + timedelta(seconds=9))
    assert seen(made).reason is None
    doubted(made)
    assert "no answer" == seen(made).reason
    (account,) = status()["accounts"]
    assert ("ready", None, None) == (account["state"], account["reason"], account["paused_until"])


def test_what_holds_the_account_is_not_why_an_outcome_is_unknown(made: Made) -> None:
    made.ledger.doubt(made.half(), "no answer", now=NOW, due_at=None)
    made.ledger.pause("outbox", "the server refuses the account", now=NOW, credentials="old")
    assert "no answer" == seen(made).reason


def test_what_waits_is_held_by_what_holds_its_account(made: Made) -> None:
    made.ledger.pause("outbox", LIMITED, now=NOW, until=now() + timedelta(seconds=90))
    assert LIMITED == seen(made).reason


def test_after_a_restore_all_that_is_told_says_when_it_goes_on(made: Made, told: Any, status: Any) -> None:
    at = now()
    put_back(made, at)
    code, said = told("resume", "outbox")
    assert 0 == code
    until = f"{at + timedelta(seconds=180):%Y-%m-%d %H:%M:%S} UTC"
    assert f"outbox goes on at the first run after {until}: the ledger was put back" in said
    (account,) = status()["accounts"]
    assert ("settling", []) == (account["state"], account["commands"])
    assert timedelta(seconds=180) == datetime.fromisoformat(account["paused_until"]) - at
    assert f"It goes on by itself after {until}" in told("status")[1]
    assert f"the next run after {until} finds out" in seen(made).note


def test_what_was_under_way_before_a_restore_holds_nothing_up_for_ever(made: Made, told: Any, status: Any) -> None:
    put_back(made, now() - timedelta(seconds=181))
    assert "outbox goes on: at once where `bot run` is at work, else with the next run." in told("resume", "outbox")[1]
    assert ["ready"] == [account["state"] for account in status()["accounts"]]


def test_what_may_have_lost_its_sender_is_shown_with_what_settles_it(made: Made, told: Any, status: Any) -> None:
    made.claimed()
    (item,) = status()["attention"]
    assert ("sending", ["bot run --once"]) == (item["state"], item["commands"])
    assert "Being sent at this moment, or its sender was cut off. To settle it" in item["hint"]
    assert "sending 1 outbox: Story 1\n" in told("status")[1]


def test_hundreds_that_one_command_lets_go_on_are_counted_with_their_account(made: Made, told: Any) -> None:
    for number in range(2, 41):
        made.ledger.take_in(story(number), [ACCOUNT], now=NOW, due_at=NOW)
    put_back(made, NOW)
    said = told("status")[1]
    assert "outbox: paused since" in said
    assert "40 posts wait" in said
    assert 12 > len(said.splitlines())


def test_more_cases_than_are_read_are_counted_and_those_that_want_somebody_come_first(made: Made, told: Any) -> None:
    for number in range(2, 31):
        (delivery,) = made.ledger.take_in(story(number), [ACCOUNT], now=NOW, due_at=NOW).deliveries
        doubted(Made(made.ledger, delivery), due_at=None if number == 30 else now())
    said = told("status")[1]
    assert 20 == len(re.findall(r"(?m)^\? unknown", said))
    assert "And 9 more like these: 9 unknown. `bot status --json` has all of them." in said
    assert said.index("Story 30") < said.index("Story 2")


def test_one_whose_time_is_over_is_not_tried_until_it_has_another(made: Made, told: Any) -> None:
    over = story(2, expires_at=NOW)
    (delivery,) = made.ledger.take_in(over, [ACCOUNT], now=NOW, due_at=NOW).deliveries
    made.ledger.expire(delivery, now=NOW)
    code, said = told("retry", str(delivery.id))
    assert (1, True) == (code, f"its time was over at {NOW:%Y-%m-%d %H:%M:%S} UTC" in said)
    assert f"Give the article another expires_at, `bot add` it, and then: bot retry {delivery.id}" in said
    assert "If its expires_at has passed, give the article another, and `bot add` it. Then, to send it after all" in (
        seen(made, delivery.id).told
    )
    made.ledger.take_in(story(2, expires_at=now() + timedelta(days=1)), [ACCOUNT], now=NOW, due_at=NOW)
    assert 0 == told("retry", str(delivery.id))[0]


def test_keys_that_are_mended_are_told_before_the_next_run(on_x: Made, told: Any, status: Any) -> None:
    on_x.ledger.pause("x", "Renew the token, then: bot resume x.", now=NOW, credentials="others than there are now")
    account = status()["accounts"][-1]
    assert ("paused", "There are new keys: the next run tries them", []) == (
        account["state"],
        account["hint"],
        account["commands"],
    )
    assert seen(on_x).told.endswith("There are new keys: the next run tries them")
    assert 4 == seen(on_x).code


def test_keys_that_are_not_mended_are_told_in_one_sentence(on_x: Made, status: Any) -> None:
    from bot import files

    app = opening.app()
    key = files.private_key(app.var / "key")
    on_x.ledger.pause("x", "Renew it", now=NOW, credentials=app.settings.accounts["x"].fingerprint(key))
    assert status()["accounts"][-1]["hint"] == (
        "New keys need no command: the next run tries them; "
        "if they stay the same, once it is mended there: `bot resume x`"
    )
    assert 1 == seen(on_x).code


def test_one_that_is_named_twice_is_changed_once(made: Made, told: Any) -> None:
    code, said = told("cancel", "1", "1")
    assert (0, 1) == (code, said.count("is cancelled"))


def test_times_are_those_of_the_operators_clock(made: Made, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TIMEZONE", "Asia/Tokyo")
    put_back(made, NOW)
    just_before = [NOW - timedelta(seconds=each) for each in range(3)]  # the last that happened in the backup
    there = [f"{moment + timedelta(hours=9):%Y-%m-%d %H:%M:%S} JST" for moment in just_before]
    for command in ("status", "log"):
        said = told(command)[1]
        assert any(f"from a backup of {moment}" in said for moment in there)
        assert "UTC" not in said


def test_what_only_looks_like_a_time_stays_as_it_is(made: Made, told: Any) -> None:
    made.ledger.pause("outbox", "since 2026-19-39 24:00:00 UTC", now=NOW)
    assert "since 2026-19-39 24:00:00 UTC" in told("status")[1]


def test_a_retry_of_one_that_is_like_another_says_that_it_is_looked_for(on_x: Made, told: Any) -> None:
    number = str(doubted(on_x, NEAR).id)
    assert "only a person can tell whether https://x.com/news/status/12 is it" in seen(on_x).told
    code, said = told("retry", number)
    assert 0 == code
    assert "is looked for again. Perhaps posted; the next run looks once more; only a person can tell" in said


def test_an_unknown_one_shows_each_command_with_the_time_from_which_it_holds(
    on_x: Made, told: Any, status: Any
) -> None:
    at = now()
    number = doubted(on_x, due_at=at + timedelta(seconds=180), at=at).id
    (item,) = status()["attention"]
    assert [f"bot resolve {number} --posted ADDRESS"] == item["commands"]
    assert [f"bot resolve {number} --resend", f"bot resolve {number} --drop"] == [
        each["command"] for each in item["later"]
    ]
    assert {at + timedelta(seconds=180)} == {datetime.fromisoformat(each["not_before"]) for each in item["later"]}
    said = told("status")[1]
    assert re.search(rf"if it does not, not before [\d: -]+ UTC bot resolve {number} --resend\n", said), said
    assert "--resend" not in seen(on_x).told, "what is refused now is not told by the command that met it"
    for how in ("--resend", "--drop"):
        assert 1 == told("resolve", str(number), how)[0]


def test_when_the_dust_has_settled_all_of_them_hold(on_x: Made, status: Any) -> None:
    number = doubted(on_x, due_at=None).id
    (item,) = status()["attention"]
    commands = [f"bot resolve {number} {how}" for how in ("--posted ADDRESS", "--resend", "--drop")]
    assert ([*commands, f"bot retry {number}"], []) == (item["commands"], item["later"])
    assert f"to have the bot look once more: `bot retry {number}`" in item["hint"]


def test_where_a_repeat_is_harmless_it_is_sent_again_at_once_and_given_up_when_the_dust_has_settled(
    made: Made, told: Any
) -> None:
    doubted(made, due_at=now(), at=now())
    code, said = told("resolve", "1", "--drop")
    assert (1, True) == (code, "the last request may still be on its way. Look again after" in said)
    assert 0 == told("resolve", "1", "--resend")[0]


def test_the_dust_of_an_account_that_is_configured_no_more_settles_too(
    on_x: Made, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()
    number = str(doubted(on_x, at=at).id)
    for key in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET"):
        monkeypatch.delenv(f"BOT_ACCOUNTS__X__{key}")
    code, said = told("resolve", number, "--drop")
    until = f"{at + timedelta(seconds=180):%Y-%m-%d %H:%M:%S} UTC"
    assert (1, True) == (code, said.endswith(f"Look again after {until}\n")), said


def test_files_that_could_not_be_read_are_counted(made: Made, told: Any, status: Any) -> None:
    assert 0 == status()["rejected"]
    put_away = Path(os.environ["BOT_HOME"]) / "queue" / "rejected" / "sport"
    put_away.mkdir(parents=True)
    for name in ("1.md", "1.md.reason.txt", "2.md", "2.md.reason.txt"):
        (put_away / name).write_text("no article")
    assert 2 == status()["rejected"]
    assert "2 files could not be read: queue/rejected/ has the reasons." in told("status")[1].replace("\n", " ")


def test_a_soon_moment_names_its_year_where_that_is_another() -> None:
    december = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert "Thu 31 Dec 23:30" == show.soon(december, december, UTC)
    assert "01 Jan 2027 00:30" == show.soon(december + timedelta(hours=1), december, UTC)
