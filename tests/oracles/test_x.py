"""X's rules, held against npm twitter-text."""

from __future__ import annotations

from typing import Any

from oracles.oracle import AMOUNT, answers
from oracles.texts import texts

from bot.text import x, x_tables


def test_the_tables_are_those_of_the_npm_packages() -> None:
    (expected,) = answers("oracle-x-tables.mjs")
    assert expected == {name: getattr(x_tables, name) for name in expected}


def test_generated_texts_weigh_and_link_as_in_twitter_text() -> None:
    generated = list(texts(seed=20251123, amount=AMOUNT))
    expected = dict(zip(generated, answers("oracle-x.mjs", generated), strict=True))
    different = {text: (answer, ours) for text, answer in expected.items() if answer != (ours := _ours(text))}
    assert not different


def _ours(text: str) -> dict[str, Any]:
    encoded = text.encode()
    tags = [
        [len(encoded[: span.start].decode()), len(encoded[: span.end].decode()), span.tag]
        for span in x.spans(text)
        if span.tag
    ]
    urls = [list(place) for place in x.urls(text)]
    return {
        "weightedLength": x.weighted_length(text),
        "valid": x.valid(text),
        "urls": urls,
        "tags": tags,
        "cashtags": x.cashtags(text),
    }
