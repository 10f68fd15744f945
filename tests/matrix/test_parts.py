"""The parts of the matrix itself: it must notice what it is there for."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import requests
from matrix import table
from matrix.advice import Operator
from matrix.cells import Cell, endings, ends, rows
from matrix.faults import MISHAPS
from matrix.journey import Journey, Outcome
from matrix.playing import played
from matrix.reduced import some_endings, some_rows
from matrix.shapes import SAID, SHOWN
from matrix.stages import STAGES, Feed
from matrix.wires import wire

if TYPE_CHECKING:
    from pathlib import Path

    from servers.mastodon import Mastodon

THREAD = Cell("x", "thread", "post", "lost")
FIRST, *_, FOURTH, LAST = SAID["thread"]


def judged(*texts: str) -> Outcome:
    """What the matrix makes of it when this stands on the network."""
    nothing: Any = None
    return Journey(THREAD, nothing, nothing, nothing, nothing).outcome(texts, [0] * len(texts), 1.0)


def counted(outcome: Outcome) -> tuple[int, int, bool]:
    return outcome.duplicates, outcome.losses, outcome.wrong


def test_each_part_once_and_in_order_is_as_it_should_be() -> None:
    assert (0, 0, False) == counted(judged(*SAID["thread"]))


def test_a_part_that_stands_twice_is_a_duplicate_and_a_part_that_is_missing_a_loss() -> None:
    assert (2, 0, True) == counted(judged(*SAID["thread"], FIRST, FIRST))
    assert (0, 1, True) == counted(judged(*SAID["thread"][:-1]))
    assert (1, 1, True) == counted(judged(*SAID["thread"][:-1], FOURTH))
    assert (0, 5, True) == counted(judged())


def test_what_was_never_sent_is_a_duplicate_too() -> None:
    assert (1, 0, True) == counted(judged(*SAID["thread"], "1/5 Something else."))


def test_parts_in_another_order_are_wrong() -> None:
    assert (0, 0, True) == counted(judged(LAST, *SAID["thread"][:-1]))


def test_a_part_without_its_picture_is_wrong() -> None:
    nothing: Any = None
    cell = Cell("x", "shown", "run", "lost")
    texts, pictures = cell.post.parts, [*cell.post.pictures]
    assert [1, 1] == [each for each in pictures if each]
    journey = Journey(cell, nothing, nothing, nothing, nothing)
    assert (0, 0, False) == counted(journey.outcome(texts, pictures, 1.0))
    assert (0, 0, True) == counted(journey.outcome(texts, [0] * len(texts), 1.0))


def judgement(cell: str, *asked: str, ended: bool = False) -> list[str]:
    """What is wrong with it that the operator of this cell was asked to do this."""
    nothing: Any = None
    operator = Operator(Cell.named(cell), nothing, nothing, asked=[*asked])
    operator.judge(ended=ended)
    return operator.troubles


@pytest.mark.parametrize("command", ["resolve", "resume", "retry"])
def test_a_bot_that_asks_where_it_can_find_out_by_itself_is_wrong(command: str) -> None:
    for cell in ("x/single/post/dropped/0", "keyless/thread/run/lost/3", "bluesky/single/post/429/0"):
        assert [f"the operator is asked to {command}"] == judgement(cell, command, ended=cell.endswith("3"))
    assert Outcome(THREAD, troubles=tuple(judgement(str(THREAD), command))).wrong


def test_the_operator_is_asked_once_for_what_he_alone_can_mend() -> None:
    assert [] == judgement("x/single/post/401/0", "resume")
    assert [] == judgement("x/single/post/413/0", "retry")
    assert ["the operator is asked to resume, resume"] == judgement("x/single/post/401/0", "resume", "resume")
    assert ["the operator is never asked to resume"] == judgement("x/single/post/401/0")
    assert [] == judgement("x/single/post/401/1", "resume", "resume", ended=True), "his own command was ended"
    assert ["the operator is asked to resolve"] == judgement("x/single/post/401/1", "resolve", ended=True)
    assert [] == judgement("x/single/post/413/1", "resolve", ended=True)


def test_where_the_network_hides_what_stands_a_possible_post_is_for_the_operator() -> None:
    assert [] == judgement("blind/single/post/lost/0", "resolve")
    assert ["the operator is never asked to resolve"] == judgement("blind/single/post/lost/0")
    assert [] == judgement("blind/single/post/lost/9", "resolve", "resolve", ended=True)
    assert ["the operator is asked to retry"] == judgement("blind/single/post/lost/0", "retry")[:1]


def test_a_connection_is_refused_until_the_wire_is_quiet_again(mastodon_keyless: Mastodon) -> None:
    path = "/api/v2/instance"
    with wire(mastodon_keyless.url) as between:
        between.next(path, between.unplugs)
        assert requests.get(between.url + path, timeout=5).ok
        with pytest.raises(requests.ConnectionError, match="refused"):
            requests.get(between.url + path, timeout=5)
        between.wait_until_quiet()
        assert requests.get(between.url + path, timeout=5).ok


def test_an_outbox_whose_feed_shows_something_else_than_its_entries_is_wrong(tmp_path: Path) -> None:
    outbox = tmp_path / "var" / "outbox"
    (outbox / "entries").mkdir(parents=True)
    entry = '<entry><content type="html">&lt;p&gt;One.&lt;/p&gt;</content></entry>'
    (outbox / "feed.xml").write_text(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>')
    (outbox / "entries" / "1@a.json").write_text('{"post": {"parts": [{"text": "One."}]}}')
    assert ["One."] == Feed(tmp_path).texts()
    (outbox / "entries" / "2@b.json").write_text('{"post": {"parts": [{"text": "One."}]}}')
    with pytest.raises(AssertionError, match="the entries are"):
        Feed(tmp_path).texts()


def test_a_moment_between_which_and_the_next_nothing_lasting_changes_is_no_end_of_its_own() -> None:
    post, run = (
        ("before claim", "after claim", "before look: taken", "after look: taken", "before publish"),
        ("before write a", "before put in place a", "after put in place a", "after write a", "after publish"),
    )
    outcome = Outcome(THREAD, processes=(post, run))
    assert [
        (1, "before claim"),
        (5, "before publish"),
        (6, "before write a"),
        (7, "before put in place a"),
        (10, "after publish"),
    ] == list(ends(outcome))
    assert [1, 5, 6, 7, 10] == [cell.end_at for cell in endings(outcome)]


def test_the_rows_are_every_network_with_every_mishap_in_each_shape_by_each_command() -> None:
    without_number = {(cell.network, cell.mishap, cell.shape, cell.command) for cell in rows()}
    rare = {word for word, mishap in MISHAPS.items() if mishap.rare}
    mishaps = {
        network: {*(stage.only or MISHAPS)} - rare - ({"orphan-last"} if not stage.guarded else set())
        for network, stage in STAGES.items()
    }
    combinations = [*product(SAID, ("post", "run"))]
    usual = {
        (network, word, *how)
        for network, words in mishaps.items()
        for word in words
        for how in [*combinations, *[(SHOWN, "run")][STAGES[network].another :]]
    }
    assert usual == {row for row in without_number if row[1] not in rare}
    assert {
        (network, word, "thread", "run") for network, stage in STAGES.items() if not stage.only for word in rare
    } == {row for row in without_number if row[1] in rare}


def test_a_cell_is_found_by_its_name() -> None:
    for cell in rows():
        assert cell == Cell.named(str(cell))
    for name in ("x/thread/post/lost", "x/thread/post/lost/first", "outbox/thread/post/lost/1", "y/single/post/lost/1"):
        with pytest.raises(ValueError, match="cell"):
            Cell.named(name)


def test_the_reduced_matrix_begins_with_every_network_mishap_shape_and_command() -> None:
    cells = list(some_rows())
    assert set(STAGES) == {cell.network for cell in cells}
    assert set(MISHAPS) == {cell.mishap for cell in cells}
    for network in STAGES:
        combinations = {(cell.shape, cell.command) for cell in cells if cell.network == network}
        assert 5 - STAGES[network].another == len(combinations), network


def test_the_reduced_matrix_is_ended_at_every_kind_of_step_and_where_it_sends_on_every_network() -> None:
    again = ("before ensure", "after ensure", "before claim", "after claim")
    outcomes = [
        Outcome(Cell("x", "single", "post", "lost"), processes=(again, again)),
        Outcome(Cell("keyless", "single", "run", "lost"), processes=(again,)),
        Outcome(Cell("x", "single", "run", "orphan", 1), processes=(("before doubt", "after doubt"),)),
    ]
    cells = [(cell.network, cell.end_at) for cell in some_endings(outcomes)]
    assert [("keyless", 3), ("x", 3)] == sorted(cell for cell in cells if cell[1] == 3)
    assert 1 == len([cell for cell in cells if cell[1] == 1])
    assert 4 == len(cells), "and where a process comes to its end"


def test_what_follows_from_a_cell_is_played_too() -> None:
    more = [Cell("x", "single", "post", "lost", number) for number in (1, 2)]
    done = list(played([THREAD], Outcome, 2, lambda outcome: () if outcome.cell.end_at else more))
    assert {THREAD, *more} == {outcome.cell for outcome in done}


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"Before.\n{table.BEGIN}\nold\n{table.END}\nAfter.\n")
    outcomes = [
        Outcome(THREAD, 2.0, duplicates=1, asked=("resolve",)),
        Outcome(Cell("outbox", "single", "run", "none"), 1.0),
    ]
    table.write(document, table.table(outcomes, 60.0, datetime(2026, 11, 23, tzinfo=UTC), "abc1234"))
    text = document.read_text()
    assert text.startswith(f"Before.\n{table.BEGIN}\nRun on 2026-11-23 at commit abc1234: 2 cells in 1 minutes,")
    assert text.endswith(f"{table.END}\nAfter.\n")
    assert "| **all** | 2 | 3 | 1 | 0 | 1 |" in text
    assert "| x | done, the answer dropped | 1 | 2 | 1 | 0 | 1 |" in text
    assert "Not counted" not in text


def test_cells_whose_moment_never_came_are_counted_apart() -> None:
    ended = Cell("x", "thread", "post", "lost", 3)
    outcomes = [Outcome(ended, ended=True), Outcome(ended), Outcome(ended, duplicates=1)]
    text = table.table(outcomes, 60.0, datetime(2026, 11, 23, tzinfo=UTC), "abc1234")
    assert "| **all** | 1 | 0 | 1 | 0 | 0 |" in text
    assert "1 cells in 1 minutes, in 1 of them a bot ended" in text
    assert "Not counted: 2 more, which were over before the moment came" in text


def test_a_document_without_a_place_for_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "document.md").write_text("Nothing.\n")
    with pytest.raises(ValueError, match="no place"):
        table.write(tmp_path / "document.md", "table")
