"""Limits and keys: the network's own word holds one account, over restarts too; its posts are kept, and go out in the end."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from flow.everywhere import SERVERS, settings
from servers.lossy import loses, passes
from servers.mastodon import strict
from servers.pds import running
from servers.x.accounts import Window

from bot.ledger import open_ledger
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servers.lossy import Exchange, Lossy
    from servers.pds import PDS, Login
    from servers.x.server import XServer

    from bot.ledger import Lane, Ledger
    from bot.model import Delivery

STORY = "---\nheadline: Story {0}\nurl: https://news.example/{0}\n---\nIt is so.\n"
LOG_IN = "com.atproto.server.createSession"
NETWORKS = ("bluesky", "mastodon", "x")
SHORTLY = timedelta(seconds=8)
LATER = """import sys
from datetime import UTC, datetime, timedelta
from bot.app import App
ahead = timedelta(minutes=float(sys.argv.pop(1)))
App.clock = lambda app: datetime.now(UTC) + ahead
from bot.__main__ import main
main()
"""


@dataclass
class Clocked(Bot):
    """A bot whose clock can be put forward."""

    ahead: list[float] = field(default_factory=lambda: [0.0])

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-c", LATER, str(self.ahead[0]), *map(str, arguments)]


def alone(home: Path, of: str, login: Any, url: str) -> Bot:
    """A bot with this account and no other."""
    return Bot(home, settings(of, SERVERS[of][1], login.settings(url)) | {"BOT_SETTLE_SECONDS": "0"})


def post(bot: Bot, number: int) -> Any:
    return bot("post", bot.write(f"{number}.md", STORY.format(number)))


def numbers(login: Any) -> list[int]:
    """Which stories stand, in the order in which the network got them."""
    return [int(text.split()[1]) for text in login.texts()]


@contextmanager
def opened(bot: Bot) -> Iterator[Ledger]:
    """The bot's ledger, for what no command tells."""
    var = bot.home / "var"
    with closing(open_ledger(f"sqlite:///{var}/bot.db", lanes=var / "bot.db.lanes")) as ledger:
        yield ledger


def lane(bot: Bot) -> Lane:
    """What holds for its one account."""
    with opened(bot) as ledger:
        (lane,) = ledger.lanes()
        return lane


def deliveries(bot: Bot) -> list[Delivery]:
    """All of them, as the ledger has them."""
    with opened(bot) as ledger:
        return [each for number in range(1, 5) for each in ledger.deliveries(number)]


def wait_for(moment: datetime) -> None:
    """The rest of a window that is a few seconds long."""
    left = (moment - datetime.now(UTC)).total_seconds()
    assert left < 15
    time.sleep(max(0.0, left))


def limited_then_sent(bot: Bot, login: Any, wire: Lossy, writes: str, use_up: Callable[[], None]) -> None:
    """What holds of every limit, once a first story stands and `use_up` has taken what was left."""
    assert 0 == post(bot, 0).code
    use_up()
    began = datetime.now(UTC)
    assert 4 == post(bot, 1).code
    until = lane(bot).paused_until
    assert until
    assert began < until <= began + SHORTLY + timedelta(seconds=2), "as the network's own headers say"
    assert 0 == bot("add", bot.write("2.md", STORY.format(2))).code
    if datetime.now(UTC) < until - SHORTLY / 2:  # where much else runs, a process takes too long for that
        assert 4 == bot("run", "--once").code
        assert 2 == wire.count(writes), "the next process waits without a question"
    waiting = [each for each in deliveries(bot) if each.state is not State.DELIVERED]
    assert [(State.SCHEDULED, 0)] * 2 == [(each.state, each.attempts) for each in waiting]
    wait_for(until)
    assert 0 == bot("run", "--once").code
    assert [0, 1, 2] == numbers(login)
    assert [1] * 3 == [each.attempts for each in deliveries(bot)]


def test_the_limit_of_x_is_heeded_over_restarts_and_then_all_goes_out(
    x_server: XServer, proxied: Any, tmp_path: Path
) -> None:
    login, wire = x_server.account(), proxied(x_server.url)

    def use_up() -> None:
        login.windows["post"] = Window(100, 0, datetime.now(UTC) + SHORTLY)
        (tmp_path / "var" / "servers" / "x.json").unlink(missing_ok=True)  # so that it has to ask

    limited_then_sent(alone(tmp_path, "x", login, wire.url), login, wire, SERVERS["x"][2], use_up)


def test_the_limit_of_mastodon_is_heeded_over_restarts_and_then_all_goes_out(proxied: Any, tmp_path: Path) -> None:
    ahead = timedelta(0)
    with strict(clock=lambda: datetime.now(UTC) + ahead) as server:
        login, wire = server.account(), proxied(server.url)

        def use_up() -> None:
            nonlocal ahead
            ahead = server.state.reset() - SHORTLY - datetime.now(UTC)
            token = server.state.tokens[login.token]
            token.rate, token.reset = token.used, server.state.reset()

        limited_then_sent(alone(tmp_path, "mastodon", login, wire.url), login, wire, SERVERS["mastodon"][2], use_up)


@pytest.fixture
def limited(pds: PDS, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDS]:  # asks for pds, which may be missing
    with running(tmp_path_factory.mktemp("limited"), "--rate-limits") as server:
        yield server


def test_the_thirty_first_log_in_on_bluesky_is_waited_for_over_restarts(
    limited: PDS, proxied: Any, tmp_path: Path
) -> None:
    """The real server's window of five minutes; afterwards the bot's clock is put forward, and its address is another."""
    login, wire = limited.account(), proxied(limited.url)
    bot = Clocked(tmp_path, alone(tmp_path, "bluesky", login, wire.url).settings)
    bot.settings["BOT_ACCOUNTS__BLUESKY__TIMEOUT"] = "10"
    assert 0 == post(bot, 0).code
    with ThreadPoolExecutor(29) as threads:
        list(threads.map(lambda _: limited.call(LOG_IN, login.credentials), range(29)))
    session = tmp_path / "var" / "sessions" / "bluesky"
    session.unlink()
    assert [4, 4] == [post(bot, number).code for number in (1, 2)]
    assert 2 == wire.count(LOG_IN)
    until = lane(bot).paused_until
    assert until
    assert timedelta(minutes=3) < until - datetime.now(UTC) <= timedelta(minutes=5)
    waiting = [each for each in deliveries(bot) if each.state is not State.DELIVERED]
    assert [(State.SCHEDULED, 0)] * 2 == [(each.state, each.attempts) for each in waiting]
    assert 4 == bot("run", "--once").code
    bot.ahead[0] = 2
    assert 4 == bot("run", "--once").code
    assert 2 == wire.count(LOG_IN), "nobody knocks before its time"
    bot.ahead[0] = 6
    wire.next("", from_elsewhere, times=99)
    assert 0 == bot("run", "--once").code
    assert ([0, 1, 2], 3) == (numbers(login), wire.count(LOG_IN))
    assert [1] * 3 == [each.attempts for each in deliveries(bot)]


def from_elsewhere(exchange: Exchange) -> None:
    """The server counts by address: from another one its window is a new one."""
    exchange.headers["X-Forwarded-For"] = "192.0.2.7"
    passes(exchange)


@pytest.mark.parametrize("endpoint", ["me", "timeline"])
def test_a_limit_on_what_is_only_read_holds_the_post_too(
    x_server: XServer, proxied: Any, tmp_path: Path, endpoint: str
) -> None:
    """Who we are is asked before the first post; the timeline, when an answer was lost: then the outcome stays unknown."""
    login, wire = x_server.account(), proxied(x_server.url)
    bot = alone(tmp_path, "x", login, wire.url)
    bot.settings["BOT_PATIENCE_SECONDS"] = "0"
    if endpoint == "timeline":
        wire.next(SERVERS["x"][2], loses)
        assert 3 == post(bot, 0).code
        time.sleep(2.1)  # until the dust has settled, and the lane backs off no longer
    login.windows[endpoint] = Window(100, 0, datetime.now(UTC) + SHORTLY)
    assert (4 if endpoint == "me" else 3) == (post(bot, 0) if endpoint == "me" else bot("run", "--once")).code
    (delivery,) = deliveries(bot)
    counted = (State.SCHEDULED, 0) if endpoint == "me" else (State.UNKNOWN, 1)
    assert counted == (delivery.state, delivery.attempts)
    until = lane(bot).paused_until
    assert until
    wait_for(until)
    assert 0 == bot("run", "--once").code
    assert [0] == numbers(login)


class World:
    """A bot with an account on each network, which have all posted once; Bluesky's by an app password of its own."""

    def __init__(self, request: pytest.FixtureRequest, home: Path) -> None:
        self.logins: dict[str, Any] = {name: request.getfixturevalue(SERVERS[name][0]).account() for name in NETWORKS}
        self.wires = {name: request.getfixturevalue("proxied")(login.server.url) for name, login in self.logins.items()}
        self.bot = Bot(home, {"BOT_SETTLE_SECONDS": "0"})
        for name in NETWORKS:
            self.configure(name)
        self.bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = self.app_password("first")
        assert 0 == post(self.bot, 0).code

    def configure(self, name: str) -> None:
        """The operator writes down the account's keys of today."""
        account = self.logins[name].settings(self.wires[name].url)
        self.bot.settings |= settings(name, SERVERS[name][1], account)

    def app_password(self, name: str) -> str:
        made = self.logins["bluesky"].call("com.atproto.server.createAppPassword", {"name": name})
        return str(made["password"])

    def let_two_hours_pass(self) -> None:
        """The access token that the bot keeps for Bluesky has run out."""
        path = self.bot.home / "var" / "sessions" / "bluesky"
        handle, did, access, refresh, server = path.read_text().split(":::")
        path.write_text(":::".join((handle, did, self.logins["bluesky"].server.expired(access), refresh, server)))

    def is_held(self, name: str, *words: str) -> None:
        """Two stories go out everywhere but there, where they wait; the operator is told why, and nobody asks again."""
        assert [1, 1] == [post(self.bot, number).code for number in (1, 2)]
        assert [[0, 1, 2]] * 2 == [numbers(login) for other, login in self.logins.items() if other != name]
        accounts = {account["name"]: account for account in self.bot("status", "--json").json["accounts"]}
        assert dict.fromkeys(NETWORKS, "ready") | {name: "paused"} == {n: a["state"] for n, a in accounts.items()}
        assert 2 == accounts[name]["waiting"]
        assert all(word in accounts[name]["reason"] for word in (*words, f"bot resume {name}")), accounts[name]
        asked = len(self.wires[name].seen)
        assert 1 == self.bot("run", "--once").code
        assert asked == len(self.wires[name].seen)
        waiting = [each for each in deliveries(self.bot) if each.state is not State.DELIVERED]
        assert [(name, State.SCHEDULED, 0)] * 2 == [(each.account, each.state, each.attempts) for each in waiting]

    def goes_on(self) -> None:
        """What waited goes out by itself, once and in its order."""
        assert 0 == self.bot("run", "--once").code
        assert {each: [0, 1, 2] for each in NETWORKS} == {name: numbers(login) for name, login in self.logins.items()}
        assert {"ready"} == {account["state"] for account in self.bot("status", "--json").json["accounts"]}


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(request, tmp_path)


def test_a_token_of_mastodon_that_was_taken_back_holds_that_account_until_there_is_another(world: World) -> None:
    world.logins["mastodon"].revoke()
    world.is_held("mastodon", "BOT_ACCOUNTS__MASTODON__ACCESS_TOKEN")
    world.logins["mastodon"] = world.logins["mastodon"].again()
    world.configure("mastodon")
    world.goes_on()


def test_keys_of_x_that_were_made_anew_hold_that_account_until_they_are_written_down(world: World) -> None:
    world.logins["x"].regenerate()
    world.is_held("x", "BOT_ACCOUNTS__X__ACCESS_TOKEN_SECRET")
    world.configure("x")
    world.goes_on()


def test_an_app_password_that_was_taken_back_holds_that_account_until_there_is_another(world: World) -> None:
    world.logins["bluesky"].call("com.atproto.server.revokeAppPassword", {"name": "first"})
    world.let_two_hours_pass()
    world.is_held("bluesky", "BOT_ACCOUNTS__BLUESKY__HANDLE", "BOT_ACCOUNTS__BLUESKY__APP_PASSWORD")
    world.bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = world.app_password("second")
    world.goes_on()


def test_a_password_that_was_changed_holds_that_account_until_it_is_written_down(world: World) -> None:
    login = world.logins["bluesky"]
    world.bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = login.password
    change_password(login, "staple battery")
    (world.bot.home / "var" / "sessions" / "bluesky").unlink()
    world.is_held("bluesky", "BOT_ACCOUNTS__BLUESKY__APP_PASSWORD")
    world.bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = "staple battery"
    world.goes_on()


def change_password(login: Login, password: str) -> None:
    """What its owner does at the server, by mail, or here its keeper."""
    secret = json.loads((login.server.folder / "serve.json").read_text())["adminPassword"]
    keeper = f"Basic {b64encode(f'admin:{secret}'.encode()).decode()}"
    body = {"did": login.did, "password": password}
    login.server._ask("/xrpc/com.atproto.admin.updateAccountPassword", body, keeper)


def order(pds: PDS, nsid: str, token: str) -> None:
    """A call that takes no words."""
    ask = urllib.request.Request(f"{pds.url}/xrpc/{nsid}", method="POST", headers={"Authorization": f"Bearer {token}"})
    urllib.request.urlopen(ask, timeout=30).close()


def test_a_session_that_was_ended_from_elsewhere_costs_one_log_in_and_nothing_else(world: World, pds: PDS) -> None:
    _, _, _, refresh, _ = (world.bot.home / "var" / "sessions" / "bluesky").read_text().split(":::")
    order(pds, "com.atproto.server.deleteSession", refresh)
    world.let_two_hours_pass()
    log_ins = world.wires["bluesky"].count(LOG_IN)
    assert 0 == post(world.bot, 1).code
    assert ([0, 1], log_ins + 1) == (numbers(world.logins["bluesky"]), world.wires["bluesky"].count(LOG_IN))


def test_a_token_of_bluesky_that_ran_out_costs_no_log_in(world: World) -> None:
    world.let_two_hours_pass()
    log_ins = world.wires["bluesky"].count(LOG_IN)
    assert 0 == post(world.bot, 1).code
    assert ([0, 1], log_ins) == (numbers(world.logins["bluesky"]), world.wires["bluesky"].count(LOG_IN))


@pytest.mark.parametrize("of", NETWORKS)
def test_an_account_that_is_closed_for_a_while_goes_on_when_the_operator_says_so(world: World, of: str) -> None:
    login = world.logins[of]
    match of:
        case "bluesky":
            login.call("com.atproto.server.deactivateAccount", {})
        case "mastodon":
            login.account.state = "suspended"
        case "x":
            login.suspended = True
    world.is_held(of)
    match of:
        case "bluesky":
            order(login.server, "com.atproto.server.activateAccount", login.access)
        case "mastodon":
            login.account.state = "active"
        case "x":
            login.suspended = False
    assert 0 == world.bot("resume", of).code
    world.goes_on()
