"""What systemd hears: the very datagrams, at a socket of the test's own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from bot.operations.systemd import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PID = 4711


class Manager:
    """The other end of the line."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": address}
        self.now = 100.0

    def supervisor(self, **more: str) -> Supervisor:
        return Supervisor(self.environment | more, PID, monotonic=lambda: self.now)

    def heard(self) -> list[str]:
        """What came since this was last asked, a line for each."""
        lines: list[str] = []
        while True:
            try:
                lines += self._socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify") if request.param == "path" else f"@bot-test-{tmp_path}")
    yield manager
    manager.close()


def test_it_hears_once_that_the_bot_is_ready_and_then_of_each_look(manager: Manager) -> None:
    supervisor = manager.supervisor(WATCHDOG_USEC="60000000")
    supervisor.beat(lambda: "3 wait")
    assert ["READY=1", "WATCHDOG=1", "STATUS=3 wait"] == manager.heard()
    supervisor.beat(lambda: "3 wait")
    assert ["WATCHDOG=1"] == manager.heard()
    supervisor.stopping()
    assert "STOPPING=1" == manager.heard()[0]


def test_how_it_stands_is_looked_up_every_ten_seconds_and_told_when_it_is_new(manager: Manager) -> None:
    supervisor, told = manager.supervisor(), iter(["2 wait", "2 wait", "1 waits"])
    for passed, expected in ((0, ["READY=1", "STATUS=2 wait"]), (9, []), (2, []), (11, ["STATUS=1 waits"])):
        manager.now += passed
        supervisor.beat(lambda: next(told))
        assert expected == manager.heard()


def test_the_loop_may_sleep_half_as_long_as_it_is_waited_for(manager: Manager) -> None:
    assert 30.0 == manager.supervisor(WATCHDOG_USEC="60000000", WATCHDOG_PID=str(PID)).patience


@pytest.mark.parametrize(
    "said",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}],
)
def test_one_that_does_not_watch_this_process_is_sent_no_beats(manager: Manager, said: dict[str, str]) -> None:
    supervisor = manager.supervisor(**said)
    supervisor.beat(lambda: "3 wait")
    assert ["READY=1", "STATUS=3 wait"] == manager.heard()
    assert float("inf") == supervisor.patience


@pytest.mark.parametrize("address", ["", "vsock:2:1", "/no/such/folder/notify"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": address}, PID, monotonic=lambda: 0.0)
    supervisor.beat(lambda: "3 wait")
    supervisor.stopping()


def test_the_state_is_not_even_looked_up_where_nobody_asked() -> None:
    Supervisor({}, PID, monotonic=lambda: 0.0).beat(lambda: pytest.fail("asked"))


def test_a_manager_that_restarts_hears_that_the_bot_is_ready(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    supervisor = Supervisor({"NOTIFY_SOCKET": address}, PID, monotonic=lambda: 0.0)
    supervisor.beat(lambda: "3 wait")
    manager = Manager(address)
    supervisor.beat(lambda: "3 wait")
    assert ["READY=1"] == manager.heard()
    manager.close()
