"""A network that refuses connections for a while: its posts wait and go out once, in their order; no other network notices."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from flow.everywhere import SERVERS, settings
from servers.lossy import Lossy, drops

from bot.ledger import open_ledger
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORY = "---\nheadline: Story {0}\nurl: https://news.example/{0}\n---\nIt is so.\n"
NETWORKS = ("bluesky", "mastodon", "x")


class Road:
    """The way to a server, at an address of its own; while it is closed, connections are refused."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._proxy = Lossy(upstream)
        self.url, self._port = self._proxy.url, self._proxy.server_port
        self._serve()

    @property
    def seen(self) -> list[str]:
        """What has come since it was last opened."""
        return self._proxy.seen

    def next(self, match: str, fault: Any) -> None:
        self._proxy.next(match, fault)

    def close(self) -> None:
        self._proxy.closing.set()
        self._proxy.shutdown()
        self._proxy.server_close()
        self._thread.join()

    def open(self) -> None:
        self._proxy = _At(self._upstream, self._port)
        self._serve()

    def _serve(self) -> None:
        self._thread = threading.Thread(target=self._proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()


class _At(Lossy):
    """A proxy at a port that was its own before."""

    def __init__(self, upstream: str, port: int) -> None:
        super().__init__(upstream)
        self.socket.close()
        self.socket = type(self.socket)(self.address_family, self.socket_type)
        self.server_address = ("127.0.0.1", port)
        self.server_bind()
        self.server_activate()


class World:
    """A bot with an account on each network, whose roads can be closed; every account has posted once."""

    def __init__(self, request: pytest.FixtureRequest, home: Path) -> None:
        self.logins: dict[str, Any] = {name: request.getfixturevalue(SERVERS[name][0]).account() for name in NETWORKS}
        self.roads = {name: Road(login.server.url) for name, login in self.logins.items()}
        self.bot = Bot(home, {"BOT_ACCOUNTS__OUTBOX__FOLDER": "var/outbox", "BOT_SETTLE_SECONDS": "0"})
        for name, login in self.logins.items():
            self.bot.settings |= settings(name, SERVERS[name][1], login.settings(self.roads[name].url))
        assert 0 == self.post(0).code

    def post(self, number: int) -> Any:
        return self.bot("post", self.bot.write(f"{number}.md", STORY.format(number)))

    def numbers(self, name: str) -> list[int]:
        """Which stories stand, in the order in which the network got them."""
        return [int(text.split()[1]) for text in self.logins[name].texts()]

    def made_at(self, name: str) -> list[datetime]:
        """When each was posted, by what the network shows its readers."""
        moments = {
            "bluesky": lambda post: post["value"]["createdAt"],
            "mastodon": lambda post: post["created_at"],
            "x": lambda post: post["created_at"],
        }
        return [datetime.fromisoformat(moments[name](post)) for post in self.logins[name].posts()]

    def run_until_done(self) -> None:
        """What cron does, until nothing waits."""
        deadline = time.monotonic() + 60
        while self.bot("run", "--once").code:
            assert time.monotonic() < deadline, self.bot("status").out
            time.sleep(0.2)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made = World(request, tmp_path)
    yield made
    for road in made.roads.values():
        road.close()


@pytest.mark.parametrize("down", NETWORKS)
def test_what_waited_out_an_outage_goes_out_once_in_order_and_undated(world: World, down: str) -> None:
    others = [name for name in NETWORKS if name != down]
    world.roads[down].close()
    for number in (1, 2, 3):
        assert 4 == world.post(number).code
    world.bot("resume", down)  # or the third failure in a row would be waited out for half a minute
    for pause in (0, 2.1):
        time.sleep(pause)
        assert 4 == world.bot("run", "--once").code
    assert {name: [0, 1, 2, 3] for name in others} == {name: world.numbers(name) for name in others}
    assert [0] == world.numbers(down)
    status = world.bot("status", "--json").json
    assert {down: "backing off"} == {a["name"]: a["state"] for a in status["accounts"] if a["state"] != "ready"}
    back = datetime.now(UTC)
    world.roads[down].open()
    assert 4 == world.bot("run", "--once").code, "its time has not come"
    assert [] == world.roads[down].seen, "nobody knocks before the back-off is over"
    world.run_until_done()
    assert [0, 1, 2, 3] == world.numbers(down)
    assert all(at >= back.replace(microsecond=0) for at in world.made_at(down)[1:])
    assert {name: [0, 1, 2, 3] for name in others} == {name: world.numbers(name) for name in others}
    assert first_attempts(world, down)[1] >= back
    assert sorted(first_attempts(world, down)) == first_attempts(world, down)


def first_attempts(world: World, account: str) -> list[datetime]:
    """When each delivery of an account was first tried, as the ledger has it."""
    var = world.bot.home / "var"
    ledger = open_ledger(f"sqlite:///{var}/bot.db", lanes=var / "bot.db.lanes")
    every = [delivery for number in (1, 2, 3, 4) for delivery in ledger.deliveries(number)]
    ledger.close()
    assert {State.DELIVERED} == {delivery.state for delivery in every}
    return [each.first_attempt_at for each in every if each.account == account and each.first_attempt_at]


def test_an_outage_of_all_begun_by_lost_requests_ends_with_each_once(world: World) -> None:
    """The worst beginning: every network goes down with a request under way."""
    for name, road in world.roads.items():
        road.next(SERVERS[name][2], drops)
    world.bot.settings["BOT_PATIENCE_SECONDS"] = "0"
    assert 3 == world.post(1).code
    for road in world.roads.values():
        road.close()
    for number in (2, 3):
        assert world.post(number).code in {3, 4}
    world.bot("run", "--once")
    for road in world.roads.values():
        road.open()
    world.run_until_done()
    assert {name: [0, 1, 2, 3] for name in NETWORKS} == {name: sorted(world.numbers(name)) for name in NETWORKS}
