"""The real daemon's memory where very many deliveries wait, over its memory where hardly any does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import many
from measure import clean_environment

from bot.ledger import open_ledger
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WAITING = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
AIM = 30.0
PLANNED = {"SLOTS": "*/20 6-22 * * *", "GAP": "5m", "PER_DAY": "30", "MAX_AGE": "400d"}
CASES: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "1 account with slots": (1, PLANNED),
    "50 accounts with slots": (50, PLANNED),
    "50 accounts without a rhythm": (50, {}),
}
PATIENCE = 180.0
ARTICLE = "---\npriority: {priority}\npublish_at: {at:%Y-%m-%dT%H:%M:%SZ}\n---\n# {headline}\n\nWords of it.\n"


def main() -> None:
    """Print the peak of each, of its whole life, beside the aim."""
    print(f"peak memory of `bot run`: with none waiting, and with {WAITING:,}")
    for name, (number, rhythm) in CASES.items():
        accounts = many.names(number)
        few, much = (life(accounts, rhythm, waiting) for waiting in (number, WAITING))
        more = much - few
        verdict = "met" if more <= AIM else "missed"
        print(f"{name:29} {few:6.1f} MB {much:6.1f} MB  {more:+6.1f} MB  (aim: at most +{AIM:.0f} MB, {verdict})")


def life(accounts: list[str], rhythm: Mapping[str, str], waiting: int) -> float:
    """The most memory of a daemon that starts, plans, posts, and meets a new article, an edit and commands."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "var").mkdir(mode=0o700)
        many.fill(home / "var" / "bot.db", waiting, accounts, planned=bool(rhythm))
        environment = clean_environment(BOT_HOME=folder, **many.settings(accounts, rhythm))
        with daemon(environment) as process:
            live(home, accounts, environment)
            return peak(process.pid)


def live(home: Path, accounts: list[str], environment: Mapping[str, str]) -> None:
    """What happens to it; each step is waited for."""
    queue, now = home / "queue", datetime.now(UTC)
    queue.mkdir(exist_ok=True)
    appointed = queue / "appointed.md"
    appointed.write_text(ARTICLE.format(priority="normal", at=now + timedelta(days=2), headline="To come"))
    (queue / "breaking.md").write_text(ARTICLE.format(priority="breaking", at=now, headline="Just in"))
    with ledger_of(home) as newest:
        until(lambda: newest("Just in") == {State.DELIVERED} and newest("To come") == {State.SCHEDULED})
        appointed.write_text(ARTICLE.format(priority="normal", at=now + timedelta(days=3), headline="To come later"))
        until(lambda: newest("To come later") == {State.SCHEDULED})
        for command in ("pause", "resume"):
            subprocess.run(
                [sys.executable, "-m", "bot", command, accounts[0]],
                env=dict(environment),
                check=True,
                stdout=subprocess.DEVNULL,
            )
        (home / "var" / "wake").touch()
        time.sleep(5)


@contextmanager
def ledger_of(home: Path) -> Iterator[Callable[[str], set[State]]]:
    """Asks for the states in which the newest articles stand that have this headline."""
    ledger = open_ledger(f"sqlite:///{home}/var/bot.db", lanes=home / "var" / "bot.db.lanes")
    since, _ = ledger.happened(None)

    def states(headline: str) -> set[State]:
        _, events = ledger.happened(since)
        numbers = {each.article for each in events if each.headline == headline and each.article is not None}
        return {each.state for number in numbers for each in ledger.deliveries(number)}

    try:
        yield states
    finally:
        ledger.close()


@contextmanager
def daemon(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The real process, stopped as a person stops it."""
    begun = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield begun
    finally:
        begun.send_signal(signal.SIGTERM)
        begun.wait(60)


def peak(pid: int) -> float:
    """The most memory that a process has held at once, in megabytes."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def until(is_so: Callable[[], bool]) -> None:
    """Wait for that, and look now and then."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit("the daemon did not come to it in time")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
