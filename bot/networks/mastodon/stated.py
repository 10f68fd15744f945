"""Reading what a server states of itself: what makes no sense was not said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def section(of: Any, name: str) -> Mapping[str, Any]:
    """The mapping of this name; an empty one where there is none."""
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def within(value: Any, least: int, most: int, otherwise: int) -> int:
    """The number, if it is one and makes sense."""
    return value if type(value) is int and least <= value <= most else otherwise
