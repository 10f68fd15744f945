"""The mutants still fit the package, and only the promise kills them: `make mutants` lets each of them loose."""

from __future__ import annotations

import pytest
from promise.grounds import Grounds
from promise.mutants import misfits, of_the_promise
from promise.ways import PROPERTY, Mutant


def test_every_mutant_changes_what_it_means_to_change() -> None:
    assert [] == misfits()


@pytest.mark.parametrize(
    ("kills", "asserted", "file"),
    [
        (True, True, "/copy/tests/promise/ending.py"),
        (False, False, "/copy/tests/promise/ending.py"),
        (False, True, "/copy/tests/promise/network.py"),
        (False, True, "/copy/bot/deliver.py"),
    ],
)
def test_only_a_demand_of_the_promise_that_is_not_met_kills(*, kills: bool, asserted: bool, file: str) -> None:
    mutant = Mutant("any", "bot/deliver.py", "old", "new", PROPERTY)
    assert kills is of_the_promise(Grounds("test", asserted, file, "words"), mutant)
