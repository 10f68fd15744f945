"""The only memory and the only SQL: what was taken in, what is on its way, what stands on the networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.ledger.accounts import Accounts
from bot.ledger.answers import Correction, Event, Kind, Lane, Taken
from bot.ledger.articles import Articles
from bot.ledger.attempts import Attempts
from bot.ledger.by_hand import ByHand
from bot.ledger.correcting import Correcting
from bot.ledger.keeping import Keeping
from bot.ledger.lanes import Lanes
from bot.ledger.measuring import Measuring
from bot.ledger.opening import open_database
from bot.ledger.planning import Planning
from bot.ledger.pricing import Pricing
from bot.ledger.pruning import Pruning
from bot.ledger.queueing import Queueing
from bot.ledger.reading import Reading

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Correction", "Event", "Kind", "Lane", "Ledger", "Taken", "open_ledger"]


class Ledger(
    Articles,
    Attempts,
    ByHand,
    Accounts,
    Correcting,
    Lanes,
    Keeping,
    Measuring,
    Planning,
    Pricing,
    Pruning,
    Queueing,
    Reading,
):
    """
    Every promise that outlives this process; each public method is one transaction.

    Safe to use from several threads, and beside other processes on the same database. `begun_anew` says that opening it
    created it; `backup` is the copy of the old file that was kept when opening it brought it up to this version.
    """


def open_ledger(url: str, *, lanes: Path) -> Ledger:
    """
    The ledger at `url`, created or brought up to this version if need be.

    `url` is `sqlite:////absolute/path` or `postgresql://…`; the locks of an SQLite ledger stand in the folder `lanes`.
    Raises ConfigurationError where the address is none, LedgerError where there is no way in.
    """
    return Ledger(open_database(url, lanes=lanes))
