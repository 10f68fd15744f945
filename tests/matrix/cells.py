"""The cells of the matrix: a network, a shape of post, a command, a mishap, and the moment at which the process is ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from matrix.faults import MISHAPS, Release
from matrix.shapes import SHAPES, SHOWN, Shape, shape
from matrix.stages import STAGES
from matrix.steps import AFTER, BEFORE, LANE, LOOK, PUT, WRITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrix.faults import Mishap
    from matrix.journey import Outcome
    from matrix.stages import Stage

SHORT, WITH_PICTURES, LONG = 2.0, 6.0, 20.0
COMMANDS = {"post": ("post", "story.md"), "run": ("run", "--once")}


@dataclass(frozen=True)
class Cell:
    """
    One cell; `end_at` counts the moments of its journey, and 0 is none of them.

    Where a mishap ends the sender by itself, `end_at` counts the requests that post.
    """

    network: str
    shape: str
    command: str
    mishap: str
    end_at: int = 0

    def __str__(self) -> str:
        return f"{self.network}/{self.shape}/{self.command}/{self.mishap}/{self.end_at}"

    @classmethod
    def named(cls, name: str) -> Cell:
        """The cell of this name; ValueError where there is none."""
        try:
            network, shape, command, mishap, end_at = name.split("/")
            cell = cls(network, shape, command, mishap, int(end_at))
        except ValueError:
            raise ValueError(f"a cell is named like x/thread/post/lost/12, not {name}") from None
        if replace(cell, end_at=0) not in {replace(known, end_at=0) for known in rows()}:
            raise ValueError(f"there is no cell {name}")
        return cell

    @property
    def stage(self) -> Stage:
        return STAGES[self.network]

    @property
    def what(self) -> Mishap:
        return MISHAPS[self.mishap]

    @property
    def post(self) -> Shape:
        return shape(self.shape, self.stage.network)

    @property
    def parts(self) -> Sequence[str]:
        return self.post.parts

    @property
    def passing(self) -> int:
        """How many of the requests that post get through before the mishap: it meets a thread in its middle."""
        if self.what.orphans:
            return self.end_at - 1
        return 2 if self.requests > 1 else 0

    @property
    def requests(self) -> int:
        """How many requests post these parts."""
        return 1 if self.stage.together else len(self.parts)

    @property
    def deadline(self) -> float:
        """Seconds that an attempt may take: few only where they have to be waited for, since this machine may be busy."""
        few = SHORT if self.stage.waits or self.what.silent else LONG
        return max(few, WITH_PICTURES) if self.shape == SHOWN else few  # what is too slow with them goes without

    @property
    def bare(self) -> bool:
        """Whether its network may be taken to refuse what the post shows, which then goes without, or is made anew."""
        cards = self.network == "bluesky"  # there each shape has a link, and so a card
        return self.mishap == "413" and (cards or (self.shape == SHOWN and self.stage.network == "mastodon"))

    @property
    def asks(self) -> Sequence[str]:
        """What the operator has to do, even where nobody ends a process."""
        if self.bare:
            return []
        if self.stage.hides and self.what.doubtful:
            return ["resolve"]
        return [self.what.asks] if self.what.asks else []

    @property
    def may_ask(self) -> Sequence[str]:
        """What he may have to do: a process that is ended may be his own command, and leaves a doubt where it was sending."""
        if self.stage.hides:
            return [*self.asks, *["resolve"] * 2]
        if not self.end_at:
            return self.asks
        refused = self.what.asks == "retry"  # for good, and perhaps sent before
        return [*self.asks, *["resolve"] * refused] * 2

    @property
    def signs_in(self) -> bool:
        """Whether the bot has yet to sign in; that takes the PDS a third of a second, so it is seen in one row only."""
        return (self.shape, self.mishap) == ("single", "none")


def rows() -> Iterator[Cell]:
    """Every row of the matrix as its cell without an end, and those cells whose end is not a moment of that."""
    for (network, stage), form, command, (word, mishap) in product(STAGES.items(), SHAPES, COMMANDS, MISHAPS.items()):
        cell = Cell(network, form, command, word)
        if (stage.only and word not in stage.only) or (mishap.rare and (form, command) != ("thread", "run")):
            continue
        if form == SHOWN and (command != "run" or stage.another):  # neither makes a difference to its pictures
            continue
        if not mishap.orphans:
            yield cell
        elif stage.guarded or mishap.release is not Release.IN_THE_END:
            yield from (replace(cell, end_at=number + 1) for number in range(cell.requests))


def endings(outcome: Outcome) -> Iterator[Cell]:
    """The same cell, ended at each moment of its journey after which something changes that outlives the bot."""
    for number, _ in ends(outcome):
        yield replace(outcome.cell, end_at=number)


def ends(outcome: Outcome) -> Iterator[tuple[int, str]]:
    """
    The number and the name of each moment that is an end of its own.

    To be ended before a look, after it, or before the step that follows is one and the same: nothing that outlives the bot
    is changed in between, for a lock dies with it. Of such moments the last one stands for all.
    """
    number = 0
    for moments in outcome.processes:
        for moment, following in zip(moments, [*moments[1:], ""], strict=True):
            number += 1
            if not following or _changes(moment, following):
                yield number, moment


def _changes(moment: str, following: str) -> bool:
    """Whether anything that outlives the bot changes between these two; a step that consists of others is those."""
    if not moment.startswith(BEFORE) or moment.startswith((BEFORE + LOOK, BEFORE + LANE)):
        return False
    step = moment.removeprefix(BEFORE)
    return following == AFTER + step or (step.startswith(WRITE) and following.startswith(BEFORE + PUT))
