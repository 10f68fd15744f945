"""Why a picture or a card is not there, in words for people: each has one reason, the first."""

from __future__ import annotations

from bot.errors import BotError, one_line
from bot.text.sources import name_of

_LONGEST = 300  # characters of a reason


class Troubles:
    """What is told of one post's pictures and cards."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}

    def picture(self, source: str, why: str | Exception) -> None:
        """This picture is left out, or changed."""
        self._lines.setdefault(source, f"picture {name_of(source)}: {_words(why)}")

    def page(self, url: str, lacking: str, why: str | Exception) -> None:
        """The page at this address does not tell what a card or a picture needs."""
        self._lines.setdefault(url, f"{lacking}: {_words(why)}")

    def lines(self) -> tuple[str, ...]:
        """A line for each, in the order in which they came up."""
        return tuple(self._lines.values())


def _words(why: str | Exception) -> str:
    """Where an error says where, that is a host."""
    match why:
        case BotError():
            told = " ".join(filter(None, [why.where, why.what])) + (f". {why.hint}" if why.hint else "")
        case Exception():
            told = f"{type(why).__name__}: {why}"
        case _:
            told = why
    return one_line(told)[:_LONGEST]
