"""The names that an article may refer to, and the nearest right one where it misspells one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Names:
    """The accounts that are configured, the networks that are installed, and the templates, where they are known."""

    accounts: frozenset[str]
    networks: frozenset[str]
    templates: frozenset[str] | None = None


def nearest(name: str, known: Collection[str]) -> str:
    """A hint: the known name that was probably meant, else all of them."""
    import difflib

    meant = difflib.get_close_matches(name.lower(), known, n=1)
    return f"Did you mean '{meant[0]}'?" if meant else f"There are: {', '.join(sorted(known))}."
