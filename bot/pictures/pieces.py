"""How the pieces of a file are gone through, which may be broken, or made to never end."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Piece = TypeVar("Piece")

MOST = 100_000


class Broken(ValueError):
    """Bytes that end, or go astray, before the picture does."""


def bounded(pieces: Callable[..., Iterator[Piece]]) -> Callable[..., Iterator[Piece]]:
    """The same pieces, and ValueError after more of them than any picture has."""

    @wraps(pieces)
    def counted(*args: object) -> Iterator[Piece]:
        for number, piece in enumerate(pieces(*args)):
            if number == MOST:
                raise ValueError("pieces without end")
            yield piece

    return counted
