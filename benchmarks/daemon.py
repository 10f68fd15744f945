"""The real daemon: how late posts leave that are due one after the other, and what it costs while nothing happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.ledger import Ledger, open_ledger
from bot.model import Account, Article, Network

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
IDLE = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
APART = timedelta(seconds=0.15)
LEAD = timedelta(seconds=5)
LATE, SHARE = 0.250, 0.005
OUTBOX = Account("outbox", Network("outbox", limits=(), spans=lambda _: ()))


def main() -> None:
    """Print both figures beside their aims."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        begun = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=home,
            env={**os.environ, "BOT_HOME": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until((home / "var" / "bot.db.lanes" / "daemon.lock").exists)
            time.sleep(3)
            share = idle(begun.pid)
            late = sorted(moments(home))
        finally:
            begun.send_signal(signal.SIGTERM)
            begun.wait(60)
    p99 = late[len(late) * 99 // 100]
    print(
        f"late   p50 {late[len(late) // 2] * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms   most {late[-1] * 1000:6.1f} ms   (aim: p99 at most {LATE * 1000:.0f})"
    )
    print(f"idle   {share:7.2%} of a core   (aim: at most {SHARE:.1%})")


def idle(pid: int) -> float:
    """The share of a core that the daemon uses with nothing to do."""
    before, began = cpu(pid), time.monotonic()
    time.sleep(IDLE)
    return (cpu(pid) - before) / (time.monotonic() - began)


def moments(home: Path) -> list[float]:
    """Seconds from each due moment until its post was claimed, which is when its request leaves."""
    ledger = open_ledger(f"sqlite:///{home}/var/bot.db", lanes=home / "var" / "bot.db.lanes")
    first = datetime.now(UTC) + LEAD + timedelta(seconds=MOMENTS * 0.02)
    due = {take_in(ledger, number, first + number * APART): first + number * APART for number in range(MOMENTS)}
    (home / "var" / "wake").touch()
    until(lambda: not ledger.unsettled())
    sent = {number: ledger.delivery(number).first_attempt_at for number in due}
    ledger.close()
    if left := sum(at is None for at in sent.values()):
        raise SystemExit(f"{left} of {len(due)} did not leave")
    return [(at - due[number]).total_seconds() for number, at in sent.items() if at is not None]


def take_in(ledger: Ledger, number: int, due_at: datetime) -> int:
    """A delivery that is due then."""
    article = Article(identities=(f"id:{number}",), headline=f"Story {number}")
    return ledger.take_in(article, [OUTBOX], now=datetime.now(UTC), due_at=due_at).deliveries[0].id


def cpu(pid: int) -> float:
    """The seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(is_so: Callable[[], bool]) -> None:
    """Wait for that, and look now and then."""
    while not is_so():
        time.sleep(0.2)


if __name__ == "__main__":
    main()
