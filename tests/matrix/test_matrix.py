"""The crash matrix, as much of it as fits into every run; `make crash-matrix` plays all of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from matrix.bots import launcher
from matrix.cells import ends
from matrix.faults import MISHAPS
from matrix.playing import Playground, played
from matrix.reduced import some_endings, some_rows
from matrix.shapes import SHOWN
from matrix.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrix.journey import Outcome
    from servers.mastodon import Mastodon
    from servers.pds import PDS
    from servers.x.server import XServer

JOBS = 4 * (os.cpu_count() or 1)


@pytest.fixture(scope="module")
def ground(
    pds: PDS,
    mastodon_strict: Mastodon,
    mastodon_keyless: Mastodon,
    x_server: XServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Playground]:
    keyless = mastodon_keyless
    servers = {"bluesky": pds, "mastodon": mastodon_strict, "keyless": keyless, "blind": keyless, "x": x_server}
    folder = tmp_path_factory.mktemp("matrix")
    with launcher(folder) as starting:
        yield Playground(servers, starting, folder)


@pytest.fixture(scope="module")
def outcomes(ground: Playground) -> list[Outcome]:
    whole = list(played(some_rows(), ground.play, JOBS))
    return [*whole, *played(some_endings(whole), ground.play, JOBS)]


@pytest.mark.parametrize("network", STAGES)
def test_each_part_stands_exactly_once_whatever_gets_lost_and_wherever_the_bot_is_ended(
    outcomes: list[Outcome], network: str
) -> None:
    mine = [outcome for outcome in outcomes if outcome.cell.network == network]
    assert mine
    assert [] == ["\n  ".join([str(outcome), *outcome.log]) for outcome in mine if outcome.wrong]


def test_every_mishap_has_its_turn_and_every_kind_of_step(outcomes: list[Outcome]) -> None:
    whole = [outcome for outcome in outcomes if not outcome.cell.end_at]
    steps = {moment for outcome in whole for _, moment in ends(outcome)}
    ended = {line.partition(": ended ")[2] for outcome in outcomes for line in outcome.log}
    assert set(MISHAPS) == {outcome.cell.mishap for outcome in outcomes}
    missed = sum(outcome.missed or outcome.cell.shape == SHOWN for outcome in outcomes if outcome.cell.end_at)
    assert len(steps - ended) <= missed, "a kind is left only where a moment did not come again, or came as another"
    assert {"before claim", "before confirm", "before doubt", "before postpone", "before discard"} <= steps


def test_the_operator_is_asked_only_where_the_network_refuses_or_hides_what_stands(outcomes: list[Outcome]) -> None:
    whole = {
        (outcome.cell.network, outcome.cell.mishap, outcome.cell.shape): outcome.asked
        for outcome in outcomes
        if not outcome.ended
    }
    asked = {asked: {mishap for (_, mishap, _), each in whole.items() if each == asked} for asked in whole.values()}
    assert {("resume",): {"401"}, ("retry",): {"413"}, ("resolve",): {"dropped", "lost"}} == {
        each: mishaps for each, mishaps in asked.items() if each
    }
    assert {"blind"} == {network for (network, _, _), each in whole.items() if each == ("resolve",)}
    assert {"401", "413"} == {
        outcome.cell.mishap for outcome in outcomes if outcome.asked and outcome.cell.network != "blind"
    }
    looked = [line for outcome in outcomes if outcome.cell.network == "blind" for line in outcome.log]
    for how in ("--posted https://", "--resend"):
        assert any(line.startswith(f"bot resolve 1 {how}") for line in looked), how
