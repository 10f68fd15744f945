"""What every part of the ledger stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.ledger.opening import Opened


class Base:
    """A ledger that is open; each part of it adds its promises."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._database = opened.database
        self._lanes = opened.lanes
        self.where = opened.database.where
        self.begun_anew = opened.begun_anew
        self.backup = opened.backup

    def close(self) -> None:
        """Let go of all connections, and of the file."""
        self._opened.close()
