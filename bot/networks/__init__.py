"""The networks: one module each, found through the entry points of the group `bot.networks`."""

from __future__ import annotations

from importlib.metadata import EntryPoints, entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.networks.base import AccountSettings


def names() -> tuple[str, ...]:
    """Every network that is installed, in order of name."""
    return tuple(sorted(_entries().names))


def account_settings(network: str) -> type[AccountSettings]:
    """The settings that an account on this network takes; KeyError where the network is not installed."""
    settings: type[AccountSettings] = _entries()[network].load()
    return settings


def _entries() -> EntryPoints:
    return entry_points(group="bot.networks")
