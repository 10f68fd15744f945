"""300 posts that are due for one account on a Bluesky server on loopback: the bot's courier, beside a bare loop of the SDK."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from atproto_client import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.pds import PDS, Login, running

from bot.compose import Composer, packaged_templates
from bot.deliver import Courier, Member, Policy
from bot.ledger import open_ledger
from bot.model import Article
from bot.networks.bluesky import BlueskyAccount
from bot.text.hashtags import NOISE

if TYPE_CHECKING:
    from collections.abc import Callable

POSTS, ROUNDS = 300, 4
AIM = 1.15
TEXTS = [f"Harbour bridge opens, part {number}" for number in range(POSTS)]


def main() -> None:
    """Print the time of both, each round with fresh accounts, in turn."""
    runs: dict[str, list[float]] = {"SDK": [], "bot": []}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as pds:
        for number in range(ROUNDS):
            for name, deliver in (("SDK", sdk), ("bot", bot)):
                runs[name].append(once(pds, deliver, Path(folder) / f"{name} {number}"))
    seconds = {name: min(times) for name, times in runs.items()}  # what else the machine does makes it longer only
    for name, taken in seconds.items():
        print(f"{name}    {taken:6.2f} s {taken / POSTS * 1000:6.2f} ms a post")
    print(f"ratio  {seconds['bot'] / seconds['SDK']:6.2f}   (aim: at most {AIM})")


def once(pds: PDS, deliver: Callable[[Login, Path], float], home: Path) -> float:
    """The seconds that one side takes for all posts, on an account of its own; each stands there then."""
    login = pds.account()
    home.mkdir()
    seconds = deliver(login, home)
    if sorted(TEXTS) != sorted(login.texts()):
        raise SystemExit(f"not everything was posted in {home.name}")
    return seconds


def sdk(login: Login, home: Path) -> float:
    """What anybody writes who needs no promise, with the session of an earlier run."""
    kept = login.keep_session(home, "bluesky").read_text()
    client = Client(base_url=login.server.url)
    client.login(session_string=kept, fetch_bsky_profile=False)
    begun = time.perf_counter()
    for text in TEXTS:
        client.send_post(text, profile_identify=login.did)
    return time.perf_counter() - begun


def bot(login: Login, home: Path) -> float:
    """The courier on a ledger where all of them are due, with the session of an earlier run."""
    login.keep_session(home, "bluesky")
    given = BlueskyAccount.model_validate(login.settings())
    account = given.account("bluesky", home)
    ledger = open_ledger(f"sqlite:///{home}/bot.db", lanes=home / "lanes")
    for number, text in enumerate(TEXTS):
        now = datetime.now(UTC)
        ledger.take_in(Article((f"id:{number}",), text), [account], now=now, due_at=now)
    members = {"bluesky": Member(account, "keys", lambda: given.connect("bluesky", home))}
    compose = Composer([packaged_templates()], noise=NOISE).compose
    courier = Courier(ledger, members, compose, clock=lambda: datetime.now(UTC), sleep=time.sleep, policy=Policy())
    begun = time.perf_counter()
    courier.deliver_due()
    seconds = time.perf_counter() - begun
    ledger.close()
    return seconds


if __name__ == "__main__":
    main()
