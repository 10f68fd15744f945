"""The exit codes, and which of several wins."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from bot.errors import BotError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    REFUSED = 1  # for good, or something to repair
    USAGE = 2  # or configuration
    UNKNOWN = 3  # perhaps posted
    NOT_YET = 4  # the daemon or the next run goes on with it


def of_error(error: BotError) -> Exit:
    """The code for an error that ended a command, or one article's part in it."""
    return Exit.USAGE if isinstance(error, ConfigurationError) else Exit.REFUSED


def worst(codes: Iterable[Exit]) -> Exit:
    """Of several, the first of 2, 3, 1, 4."""
    order = [Exit.USAGE, Exit.UNKNOWN, Exit.REFUSED, Exit.NOT_YET, Exit.DONE]
    return min(codes, key=order.index, default=Exit.DONE)
