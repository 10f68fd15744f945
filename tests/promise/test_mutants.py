"""The mutants still fit the package: `make mutants` lets each of them loose."""

from __future__ import annotations

from promise.mutants import misfits


def test_every_mutant_changes_what_it_means_to_change() -> None:
    assert [] == misfits()
