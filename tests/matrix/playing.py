"""Playing cells: each with an account, a wire and a home of its own, several at a time."""

from __future__ import annotations

import shutil
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matrix.advice import NAME
from matrix.faults import Held, hidden
from matrix.journey import Journey, Outcome
from matrix.stages import Feed
from matrix.wires import wire
from servers.gallery import gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from matrix.bots import Bot, Launcher
    from matrix.cells import Cell
    from matrix.wires import Wire

ACCOUNT = f"BOT_ACCOUNTS__{NAME.upper()}__"
SETTINGS = {"BOT_SETTLE_SECONDS": "0", "BOT_PATIENCE_SECONDS": "0"}


@dataclass(frozen=True)
class Playground:
    """Where cells are played: the servers by their names, the launcher, and a folder for the homes."""

    servers: Mapping[str, Any]
    launcher: Launcher
    folder: Path

    def play(self, cell: Cell) -> Outcome:
        """Go through the whole of a cell; its folder stays where something went wrong."""
        folder, begun = self.folder / str(cell).replace("/", "-"), time.monotonic()
        try:
            with ExitStack() as stack:
                journey, login = self._begun(cell, stack.enter_context(self.launcher.bot(folder)), stack)
                journey.go()
                pictures = [len(shown.pictures) for shown in gallery(login)]
                outcome = journey.outcome(login.texts(), pictures, time.monotonic() - begun)
        except Exception as error:  # noqa: BLE001 - one cell that breaks must not break the others
            outcome = Outcome(cell, time.monotonic() - begun, troubles=(f"{type(error).__name__}: {error}",))
        if not outcome.wrong:
            shutil.rmtree(folder)
        return outcome

    def _begun(self, cell: Cell, bot: Bot, stack: ExitStack) -> tuple[Journey, Any]:
        """A journey on a fresh account, and its login."""
        if cell.stage.hides:
            bot.settings["BOT_MAX_ATTEMPTS"] = "2"  # to send, and to look
        of_account = {f"{ACCOUNT}NETWORK": cell.stage.network, f"{ACCOUNT}TIMEOUT": str(cell.deadline)}
        bot.settings |= SETTINGS | of_account
        if not cell.stage.writes:
            feed = Feed(bot.home)
            return Journey(cell, bot, _nothing, _nothing, lambda: cell.stage.seen(feed)), feed
        login = self.servers[cell.network].account()
        between = stack.enter_context(wire(login.server.url))
        bot.settings |= {f"{ACCOUNT}{key.upper()}": value for key, value in login.settings(between.url).items()}
        if cell.network == "bluesky" and not cell.signs_in:
            login.keep_session(bot.home, NAME, between.url)
        held = Held(bot.kill if cell.what.orphans else _nothing)
        stack.callback(held.let_go)
        _arm(cell, between, held)
        return Journey(cell, bot, held.let_go, between.wait_until_quiet, lambda: cell.stage.seen(login)), login


def _arm(cell: Cell, between: Wire, held: Held) -> None:
    """Have the mishap of a cell wait for its request."""
    stage, what, after = cell.stage, cell.what, cell.passing
    if stage.hides:
        between.next(stage.hides, hidden(stage), times=sys.maxsize)
    if what.refuses and after:
        between.next(stage.writes, between.unplugs, after=after - 1)
    elif what.refuses:
        between.next(stage.before, between.unplugs)
    else:
        between.next(stage.writes, held if what.release else what.of(stage), after=after)
    if what.again:
        in_its_middle = 2 if stage.together and len(cell.parts) > 1 else 0
        between.next(stage.looks, what.of(stage), after=in_its_middle)


def played(
    cells: Iterable[Cell],
    play: Callable[[Cell], Outcome],
    jobs: int,
    following: Callable[[Outcome], Iterable[Cell]] = lambda _: (),
) -> Iterator[Outcome]:
    """What became of each of these cells, as it is known, and of the cells that follow from it."""
    with ThreadPoolExecutor(jobs) as threads:
        try:
            waiting = {threads.submit(play, cell) for cell in cells}
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for outcome in [each.result() for each in done]:
                    waiting |= {threads.submit(play, cell) for cell in following(outcome)}
                    yield outcome
        finally:
            threads.shutdown(cancel_futures=True)


def _nothing() -> None:
    pass
