"""Never twice, never lost: whatever faults and crashes come in whatever order, each part stands once in the end."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes import NOON, POLICY, Crash, FakeNetwork, World, down, story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import RateLimited
from bot.ledger import open_ledger
from bot.model import State

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = [None, "lost", "surprise", "crash before", "crash after", "midway", "down", "limited"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger to copy: making one costs a migration."""
    folder = tmp_path_factory.mktemp("empty")
    open_ledger(f"sqlite:///{folder}/bot.db", lanes=folder / "lanes").close()
    return folder / "bot.db"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(FAULTS), max_size=9),
    pauses=st.lists(st.sampled_from([0, 3, 60, 200, 1000]), min_size=1, max_size=5),
    repeatable=st.booleans(),
    lengths=st.lists(st.integers(1, 3), min_size=1, max_size=3),
)
def test_each_part_stands_once_and_nothing_is_lost(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[str | None],
    pauses: list[int],
    repeatable: bool,
    lengths: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(empty, folder / "bot.db")
    world = World(folder)
    limited = RateLimited("slow down", retry_at=NOON)
    network = FakeNetwork(
        repeatable=repeatable, faults=[{"down": down(), "limited": limited}.get(f or "", f) for f in faults]
    )
    world.networks, world.policy = {"one": network}, replace(POLICY, max_attempts=100)
    deliveries = [
        world.take_in(story(number, *[f"part {n} of {number}" for n in range(1, length)]))
        for number, length in enumerate(lengths)
    ]
    for round_ in range(30):
        try:
            world.run(after=pauses[round_ % len(pauses)] if round_ < len(faults) else 1000)
        except Crash:
            continue
    assert {State.DELIVERED} == {world.now(delivery).state for delivery in deliveries}
    stands = {f"{delivery.key}/{index}" for delivery, n in zip(deliveries, lengths, strict=True) for index in range(n)}
    assert (stands, 0) == (set(network.posts), network.doubles)
    firsts = [world.now(delivery).first_attempt_at for delivery in deliveries]
    assert len(set(firsts)) == len(firsts)
    world.ledger.close()
    shutil.rmtree(folder)
