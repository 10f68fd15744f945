"""Never twice, never lost: whatever networks, processes, clocks and people do in whatever order."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from promise import moves
from promise.ending import come_to_rest, settle_by_hand, verdict
from promise.tales import TALES
from promise.world import Setting, Stage, Story, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promise.moves import Move

EXAMPLES = max(250, settings().max_examples)
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """In memory where that can be: what the disk adds is time, and no test here pulls its plug."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        made = Stage(Path(folder))
        yield made
        made.close()


property_ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def play(stage: Stage, setting: Setting, story: list[Move]) -> None:
    """All of this happens, then nothing goes wrong any more; the operator settles what is left to him."""
    world = World(stage, setting)
    try:
        for move in story:
            move(world)
        come_to_rest(world)
        settle_by_hand(world)
        verdict(world)
    finally:
        world.close()


@pytest.mark.parametrize("tale", TALES)
def test_the_promise_holds_in(stage: Stage, tale: str) -> None:
    play(stage, *TALES[tale])


@property_
@given(setting=moves.worlds, story=moves.moves)
def test_whatever_happens_each_part_stands_once_and_nothing_is_lost(
    stage: Stage, setting: Setting, story: list[Move]
) -> None:
    play(stage, setting, story)


@property_
@given(setting=moves.two_senders, story=moves.duels)
def test_a_sender_that_was_cut_off_and_its_successor_post_once_between_them(
    stage: Stage, setting: Setting, story: list[Move]
) -> None:
    play(stage, setting, story)


@pytest.mark.parametrize("how", ["before", "after", "disk full"])
@pytest.mark.parametrize("place", ["unplan", "awake", "plan_to", "put_off"])
def test_a_plan_that_is_cut_off_costs_nothing(stage: Stage, place: str, how: str) -> None:
    """Two posts had their moments, both gone by: where nobody plans anew, the second is put off behind the first."""
    overdue: list[Move] = [moves.Cut(0, "plan_to", "after"), moves.Pass(200)]
    cut = moves.Cut(1, place, how, plans=place != "put_off")
    play(stage, Setting(stories=(Story(), Story()), planned=True), [*overdue, cut])


@property_
@given(setting=moves.planned_worlds, story=moves.planned_moves)
def test_what_is_planned_put_off_taken_away_and_put_back_stands_once_and_is_not_lost(
    stage: Stage, setting: Setting, story: list[Move]
) -> None:
    play(stage, setting, story)
