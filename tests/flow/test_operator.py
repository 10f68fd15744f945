"""What the bot leaves to its operator: each case is shown with its remedy, and no command posts twice."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from flow.everywhere import SERVERS, settings
from servers.lossy import Held, answers, drops, loses

from bot.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow.conftest import Answer
    from servers.lossy import Fault, Lossy

    from bot.ledger import Ledger

LINK = "https://news.example/harbour?a=1&b=2"
STORY = "---\nheadline: Harbour bridge opens\nurl: {0}\n---\nThe old bridge has a lane.\n"
THREAD = "{{ article.headline }}\n---\nThe second part\n---\nThe third part {{ article.url }}\n"
REFUSED = answers(422, '{"error": "Validation failed: Text is odd"}', content_type="application/json")
ON_EACH = pytest.mark.parametrize("of", ["bluesky", "mastodon", "x"])
TO_BE_SEARCHED = pytest.mark.parametrize("of", ["mastodon", "x"])


class Desk:
    """One account on a real server behind a wire, and a bot that asks its operator after its first attempt."""

    def __init__(self, request: pytest.FixtureRequest, home: Path, of: str) -> None:
        fixture, network, self.writes = SERVERS[of]
        self.name, server = of, request.getfixturevalue(fixture)
        self.login: Any = server.account()
        self.wire: Lossy = request.getfixturevalue("proxied")(server.url)
        self.bot = Bot(home, settings(of, network, self.login.settings(self.wire.url)))
        self.bot.settings |= {
            "BOT_SETTLE_SECONDS": "0",
            "BOT_PATIENCE_SECONDS": "0",
            "BOT_MAX_ATTEMPTS": "1",
            "BOT_ACCOUNTS__OUTBOX__FOLDER": "var/outbox",
        }

    def post(self, fault: Fault | None = None, *, after: int = 0, link: str = LINK, thread: bool = False) -> Any:
        """Post an article, whose request meets a fault; the delivery as the command told it."""
        if thread:
            self.bot.write(f"templates/{self.name}.j2", THREAD)
        if fault:
            self.wire.next(self.writes, fault, after=after)
        story = self.bot.write(f"{re.sub('[^a-z]', '', link)}.md", STORY.format(link))
        (delivery,) = self.bot("post", story, "--to", self.name, "--json").json
        return delivery

    def case(self) -> tuple[dict[str, Any], str]:
        """The one delivery that wants attention, for programs and for people, whatever the width of their columns."""
        (item,) = self.bot("status", "--json").json["attention"]
        return item, re.sub(" +", " ", self.bot("status").out)

    def when_settled(self, *command: str) -> Answer:
        """The command again and again while it is too early for it, as a person is told."""
        for _ in range(20):
            answer = self.bot(*command)
            if "may still be on its way" not in answer.err:
                return answer
            assert (1, True) == (answer.code, "Look again after" in answer.err)
            time.sleep(0.3)
        raise AssertionError(answer.err)


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, of: str) -> Desk:
    return Desk(request, tmp_path, of)


@pytest.fixture
def ledger(desk: Desk) -> Iterator[Ledger]:
    """The ledger of the bot, for what only another process does to it."""
    var = desk.bot.home / "var"
    opened = open_ledger(f"sqlite:///{var}/bot.db", lanes=var / "bot.db.lanes")
    yield opened
    opened.close()


@ON_EACH
def test_an_unknown_outcome_is_shown_with_all_that_settles_it(desk: Desk, of: str) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    number = desk.post(loses)["id"]
    item, told = desk.case()
    assert {"id", "account", "article", "state", "error", "hint"} <= item.keys()
    assert (number, of, "unknown", LINK) == (item["id"], item["account"], item["state"], item["url"])
    assert item["words"].startswith("Harbour bridge opens")
    assert f"{number} {of}: Harbour bridge opens" in told
    assert f"“{item['words']}”" in told
    assert "tried once, 20" in told
    assert item["error"] in told
    assert began <= datetime.fromisoformat(item["first_attempt_at"]) <= datetime.now(UTC)
    assert item["first_attempt_at"] == item["last_attempt_at"]
    assert [place in told for place in item["look_at"].values()] == [True]
    assert f"article {LINK}" in told
    commands = [f"bot resolve {number} {how}" for how in ("--posted ADDRESS", "--resend", "--drop")]
    later = [each["command"] for each in item["later"]]
    assert {*commands} == {*item["commands"], *later} - {f"bot retry {number}"}
    assert all(f" {command}\n" in told and f"`{command}`" in item["hint"] for command in commands)
    assert all(datetime.fromisoformat(each["not_before"]) > began for each in item["later"])
    assert [] == [each for each in later if "--posted" in each], "what was seen can always be said"


@TO_BE_SEARCHED
@pytest.mark.parametrize("fault", [drops, loses], ids=["it never arrived", "its answer was lost"])
def test_the_command_for_what_the_operator_saw_ends_in_one_post(desk: Desk, fault: Any) -> None:
    number = str(desk.post(fault)["id"])
    if desk.login.texts():
        (post,) = desk.login.posts()
        address = f"https://x.com/news/status/{post['id']}" if desk.name == "x" else f"{desk.wire.url}/@n/{post['id']}"
        answer = desk.bot("resolve", number, "--posted", address)
    else:
        answer = desk.when_settled("resolve", number, "--resend")
    assert 0 == answer.code, answer.err
    assert 0 == desk.bot("run", "--once").code
    assert 1 == len(desk.login.texts())
    assert [] == desk.bot("status", "--json").json["attention"]


@TO_BE_SEARCHED
@pytest.mark.parametrize("how", ["--resend", "--drop"])
def test_nobody_can_say_that_it_stands_nowhere_while_its_request_may_be_on_its_way(desk: Desk, how: str) -> None:
    desk.bot.settings["BOT_SETTLE_SECONDS"] = "120"
    held = Held()
    number = str(desk.post(held)["id"])
    answer = desk.bot("resolve", number, how)
    assert (1, []) == (answer.code, desk.login.texts())
    assert "the last request may still be on its way" in answer.err
    assert f"`bot resolve {number} --posted ADDRESS`" in answer.err
    held.let_go()
    assert 1 == len(desk.login.texts()), "it was"


@pytest.mark.parametrize("of", ["bluesky", "mastodon", "x", "outbox"])
def test_an_address_of_another_network_settles_nothing(request: pytest.FixtureRequest, tmp_path: Path, of: str) -> None:
    bot = Bot(tmp_path, {"BOT_ACCOUNTS__OUTBOX__FOLDER": "var/outbox"})
    desk = None if of == "outbox" else Desk(request, tmp_path, of)
    number = str(desk.post(loses)["id"]) if desk else unsettled(bot)
    bot = desk.bot if desk else bot
    elsewhere = {
        "bluesky": "https://bsky.app/profile/somebody.else.example/post/3lbk2cxyz5s2a",
        "mastodon": "https://elsewhere.example/@news/12",
        "x": "https://x.com/news/status/12",
        "outbox": "file:///home/bot/var/outbox/index.html#c0ffee-0",
    }
    for other in elsewhere.keys() - ({of} - {"bluesky", "mastodon"}):
        answer = bot("resolve", number, "--posted", elsewhere[other])
        assert (2, True) == (answer.code, " like " in answer.err or " such as " in answer.err), answer.err
    assert {"unknown": 1} == {state: n for state, n in bot("status", "--json").json["counts"].items() if n}


def unsettled(bot: Bot) -> str:
    """A delivery to the outbox that lost its sender."""
    (delivery,) = bot("add", bot.write("story.md", STORY.format(LINK)), "--to", "outbox", "--json").json
    ledger = open_ledger(f"sqlite:///{bot.home}/var/bot.db", lanes=bot.home / "var" / "bot.db.lanes")
    from bot.model import Part, Post

    now = datetime.now(UTC)
    ledger.claim(ledger.delivery(delivery["id"]), Post((Part("Harbour"),)), now=now)
    ledger.abandoned("outbox", now=now, last_attempt=1)
    ledger.close()
    return str(delivery["id"])


@ON_EACH
def test_an_address_that_another_delivery_holds_settles_nothing(desk: Desk) -> None:
    first = desk.post()
    number = desk.post(drops, link="https://news.example/another")["id"]
    answer = desk.bot("resolve", str(number), "--posted", first["receipts"][0]["url"])
    assert 1 == answer.code
    assert f"is the receipt of delivery {first['id']} already" in answer.err
    assert "unknown" == desk.case()[0]["state"]


@TO_BE_SEARCHED
def test_a_post_that_is_merely_like_it_is_shown_with_its_address(desk: Desk) -> None:
    desk.bot.settings["BOT_MAX_ATTEMPTS"] = "8"
    number = desk.post(drops)["id"]
    by_hand = f"Bridge! {LINK}"
    if desk.name == "x":
        desk.login.call("POST", "/2/tweets", {"text": by_hand})
    else:
        from servers.mastodon.asking import post

        post(desk.login, by_hand)
    deadline = time.monotonic() + 20
    while not (near := desk.case()[0]["near"]):
        assert time.monotonic() < deadline
        desk.bot("run", "--once")
    item, told = desk.case()
    commands = {f"bot resolve {number} {how}" for how in (f"--posted {near}", "--resend", "--drop")}
    assert commands == {*item["commands"], *(each["command"] for each in item["later"])}
    assert f"look at {near}" in told
    assert "only a person can tell whether" in item["hint"]
    assert 0 == desk.bot("resolve", str(number), "--posted", near).code
    assert 0 == desk.bot("run", "--once").code
    assert [by_hand] == desk.login.texts()


@TO_BE_SEARCHED
@pytest.mark.parametrize("how", ["--posted", "--resend", "--drop"])
def test_a_half_thread_tells_what_stands_and_what_each_command_does_with_the_rest(desk: Desk, how: str) -> None:
    number = desk.post(loses if how == "--posted" else drops, after=1, thread=True)["id"]
    item, told = desk.case()
    (first,) = item["receipts"]
    assert f"1 of its 3 parts stands, the last at {first['url']}" in item["hint"]
    assert f"stands 1 of its 3 parts stands, the last at {first['url']}" in told
    assert "part 2 “The second part”" in told
    assert f"if part 2 stands there bot resolve {number} --posted ADDRESS" in told
    assert re.search(rf"to leave it at that(, not before \S+ UTC)? bot resolve {number} --drop", told)
    address = []
    if how == "--posted":
        second = desk.login.posts()[1]["id"]
        address = [f"https://x.com/i/status/{second}" if desk.name == "x" else f"{desk.wire.url}/@n/{second}"]
    assert 0 == desk.when_settled("resolve", str(number), how, *address).code
    assert 0 == desk.bot("run", "--once").code
    assert ["Harbour bridge opens", "The second part", f"The third part {LINK}"][: 1 if how == "--drop" else 3] == (
        desk.login.texts()
    )
    assert [] == desk.bot("status", "--json").json["attention"]


@pytest.mark.parametrize("of", ["mastodon"])
def test_a_thread_that_is_refused_midway_offers_the_rest(desk: Desk) -> None:
    number = str(desk.post(REFUSED, after=1, thread=True)["id"])
    item, told = desk.case()
    assert ("discarded", [f"bot retry {number}", f"bot cancel {number}"]) == (item["state"], item["commands"])
    assert f"to send the rest bot retry {number}" in told
    assert 0 == desk.bot("retry", number).code
    assert 0 == desk.bot("run", "--once").code
    assert 3 == len(desk.login.texts())


@pytest.mark.parametrize("of", ["keyless"])
def test_an_answer_that_comes_too_late_is_shown_with_the_address_that_it_names(desk: Desk, ledger: Ledger) -> None:
    """The sender was cut off: another holder of its lane has settled its row as unknown."""
    number = cut_off(desk, ledger)
    item, told = desk.case()
    (late,) = item["late"]
    assert desk.login.posts()[0]["id"] in late
    assert f"An answer that came too late names {late}" in item["hint"]
    assert f"if that is it bot resolve {number} --posted {late}\n" in told
    assert 0 == desk.bot("resolve", str(number), "--posted", late).code
    assert 1 == len(desk.login.texts())
    assert [] == desk.bot("status", "--json").json["attention"]


@pytest.mark.parametrize("of", ["keyless"])
def test_two_posts_that_answers_name_are_both_named(desk: Desk, ledger: Ledger) -> None:
    """What the operator brings about who sends again what stands: it is told, and not undone."""
    number = cut_off(desk, ledger)
    assert 0 == desk.when_settled("resolve", str(number), "--resend").code
    assert 0 == desk.bot("run", "--once").code
    item, told = desk.case()
    (own,) = item["receipts"]
    both = [*item["late"], own["url"]]
    assert [post["id"] for post in desk.login.posts()] == [address.rpartition("/")[2] for address in both]
    assert all(address in told and address in item["hint"] for address in both)
    assert "delete one of them there" in told


def cut_off(desk: Desk, ledger: Ledger) -> int:
    """A delivery whose sender gets its answer when the row has gone on without him."""
    desk.bot.settings["BOT_ACCOUNTS__KEYLESS__TIMEOUT"] = "20"
    held = Held()
    desk.wire.next(desk.writes, held)
    sender = desk.bot.start("post", desk.bot.write("story.md", STORY.format(LINK)), "--to", desk.name)
    deadline = time.monotonic() + 20
    while not desk.wire.count(desk.writes):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    now = datetime.now(UTC)
    (delivery,) = ledger.abandoned(desk.name, now=now, last_attempt=1)
    held.let_go()
    sender.communicate()
    desk.bot.settings["BOT_ACCOUNTS__KEYLESS__TIMEOUT"] = "1.5"
    return delivery.id


@ON_EACH
def test_what_no_account_is_left_for_is_shown_with_what_can_be_done(desk: Desk, of: str) -> None:
    unknown = desk.post(drops)["id"]
    story = desk.bot.write("later.md", STORY.format("https://news.example/later"))
    (waits,) = desk.bot("post", story, "--to", of, "--at", "2999-01-01 12:00", "--json").json
    accounts = dict(desk.bot.settings)
    desk.bot.settings = {name: value for name, value in accounts.items() if f"__{of.upper()}__" not in name}
    told = {item["id"]: item for item in desk.bot("status", "--json").json["attention"]}
    assert {unknown, waits["id"]} == told.keys()
    assert all(f"{of} is configured no more: put it back" in item["hint"] for item in told.values())
    assert [f"bot cancel {waits['id']}"] == told[waits["id"]]["commands"]
    assert ([], [f"bot resolve {unknown} --drop"]) == (
        told[unknown]["commands"],
        [each["command"] for each in told[unknown]["later"]],
    )
    for how in (["--resend"], ["--posted", "https://x.com/news/status/12"]):
        answer = desk.bot("resolve", str(unknown), *how)
        assert (1, True) == (answer.code, f"its account, {of}, is configured no more" in answer.err)
    assert 0 == desk.bot("cancel", str(waits["id"])).code
    refused = desk.bot("resolve", str(unknown), "--drop")
    assert (1, True) == (refused.code, "the last request may still be on its way. Look again after" in refused.err)
    desk.bot.settings = accounts
    assert 0 == desk.when_settled("resolve", str(unknown), "--drop").code
    assert [] == desk.bot("status", "--json").json["attention"]


@pytest.mark.parametrize("of", ["mastodon"])
def test_a_paused_account_tells_why_since_when_and_how_it_goes_on(desk: Desk) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    assert 0 == desk.bot("pause", "mastodon", "--reason", "the editor is asleep").code
    desk.post()
    told, account = desk.bot("status").out, desk.bot("status", "--json").json["accounts"][0]
    assert ("mastodon", "paused", "the editor is asleep", 1) == tuple(
        account[name] for name in ("name", "state", "reason", "waiting")
    )
    assert began <= datetime.fromisoformat(account["since"]) <= datetime.now(UTC)
    assert re.search(r"mastodon: paused since 20\d\d-\S+ \S+ UTC; one post waits\n  why  the editor is asleep\n", told)
    assert "to let it go on  bot resume mastodon\n" in told
    assert "goes on: at once" in desk.bot("resume", "mastodon").out
    assert "was not held up" in desk.bot("resume", "mastodon").out


@pytest.mark.parametrize("of", ["mastodon"])
def test_a_lane_that_backs_off_tells_until_when_and_how_to_try_at_once(desk: Desk) -> None:
    desk.bot.settings["BOT_ACCOUNTS__MASTODON__BASE_URL"] = "http://127.0.0.1:9"
    for _ in range(4):
        desk.post()
    told, account = desk.bot("status").out, desk.bot("status", "--json").json["accounts"][0]
    assert ("backing off", ["bot resume mastodon"]) == (account["state"], account["commands"])
    assert re.search(r"now  Failed 4 times in a row; tried again after 20\d\d-", told)
    assert "cannot be reached" in account["reason"]
    assert 1 == told.count("cannot be reached"), "what holds for all is told once"
    desk.bot.settings["BOT_ACCOUNTS__MASTODON__BASE_URL"] = desk.wire.url
    assert "goes on: at once" in desk.bot("resume", "mastodon").out
    assert 0 == desk.bot("run", "--once").code
    assert 1 == len(desk.login.texts())


def test_once_more_is_refused_aloud_while_an_outcome_is_unknown(bot: Bot) -> None:
    number = unsettled(bot)
    answer = bot("post", bot.home / "story.md", "--again")
    assert (3, []) == (answer.code, bot.titles())
    assert f"delivery {number}: this article is still unknown for outbox" in answer.err
    assert 0 == bot("retry", number).code
    assert 0 == bot("post", bot.home / "story.md").code
    assert 1 == len(bot.entries())
    assert 0 == bot("post", bot.home / "story.md", "--again").code
    assert 2 == len(bot.entries())


def test_once_more_is_refused_aloud_while_the_first_waits_and_moves_nothing(bot: Bot) -> None:
    story = bot.write("story.md", STORY.format(LINK))
    bot("add", story, "--at", "2998-01-01 12:00")
    answer = bot("post", story, "--again", "--at", "2999-01-01 12:00")
    assert (1, True) == (answer.code, "this article is still scheduled for outbox" in answer.err)
    assert "2998-01-01T12:00:00Z" == bot("status", "--json").json["accounts"][0]["next_due"]
    assert (1, []) == (bot("post", story, "--again").code, bot.titles())


def test_an_article_that_is_new_is_posted_once_also_when_once_more_was_said(bot: Bot) -> None:
    story = bot.write("story.md", STORY.format(LINK))
    assert 0 == bot("post", story, story, "--again").code
    assert 1 == len(bot.entries())


def test_once_more_of_nothing_is_no_command(bot: Bot) -> None:
    bot.write("queue/story.md", STORY.format(LINK))
    answer = bot("post", "--again")
    assert (2, []) == (answer.code, bot.titles())
    assert "it is not said what to post once more" in answer.err


@pytest.mark.parametrize("of", ["x"])
def test_a_round_tells_what_is_new_and_counts_what_its_operator_knows(desk: Desk) -> None:
    desk.post(loses)
    desk.bot.write("queue/new.md", STORY.format("https://news.example/new\naccounts: [outbox]"))
    first, second, third = desk.bot("run", "--once"), desk.bot("run", "--once"), desk.bot("run", "--once", "--json")
    counted = "1 delivery waits for you: `bot status`.\n"
    assert (True, True, False) == ("delivered" in first.out, first.out.endswith(counted), "Perhaps" in first.out)
    assert (counted, ["unknown"]) == (second.out, [each["state"] for each in third.json])
    assert [3, 3, 3] == [first.code, second.code, third.code], "an outcome is unknown, whoever knows it"


def test_what_holds_an_account_is_told_once(bot: Bot) -> None:
    bot("pause", "outbox", "--reason", "the press is being oiled")
    stories = [bot.write(f"{name}.md", STORY.format(f"https://news.example/{name}")) for name in "abc"]
    answer = bot("post", *stories)
    assert (4, 1) == (answer.code, answer.out.count("the press is being oiled"))
    assert 2 == answer.out.count("scheduled  outbox       the same\n")
    assert "3 deliveries wait for you: `bot status`.\n" == bot("run", "--once").out


@pytest.mark.parametrize("of", ["x"])
def test_in_a_pipe_it_is_plain_and_no_line_is_broken(desk: Desk) -> None:
    desk.post(loses)
    out = desk.bot("status").out
    assert "\x1b" not in out
    assert f"  {desk.case()[0]['error']}\n" in out
