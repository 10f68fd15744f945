"""What the ledger keeps of our nouns comes back as it went in, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LedgerError
from bot.ledger.codec import dump, load
from bot.model import Article, Part, Post, Priority, Related, Span

texts = st.text(st.characters())  # half surrogate pairs and NUL too
words = st.lists(texts, max_size=3).map(tuple)
moments = st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]))
maybe = st.none() | texts
articles = st.builds(
    Article,
    identities=words,
    headline=texts,
    url=maybe,
    summary=texts,
    body=words,
    hashtags=words,
    byline=maybe,
    lang=maybe,
    warning=maybe,
    visibility=maybe,
    related=st.lists(st.builds(Related, texts, texts, st.booleans()), max_size=2).map(tuple),
    publish_at=moments,
    expires_at=moments,
    priority=st.sampled_from(Priority),
    section=maybe,
    accounts=words,
    template=maybe,
    text=st.dictionaries(texts, texts, max_size=3),
)
spans = st.builds(Span, st.integers(), st.integers(), link=maybe, tag=maybe)
parts = st.builds(Part, texts, st.lists(spans, max_size=2).map(tuple))
posts = st.builds(Post, st.lists(parts, max_size=3).map(tuple), texts, maybe, maybe, maybe, maybe, words)


@given(articles | posts)
def test_a_noun_survives_json(noun: Article | Post) -> None:
    assert noun == load(type(noun), json.loads(json.dumps(dump(noun))))


@given(articles)
def test_times_are_kept_in_utc(article: Article) -> None:
    kept = load(Article, dump(article))

    assert all(moment is None or moment.tzinfo is UTC for moment in (kept.publish_at, kept.expires_at))


def test_what_is_as_by_default_is_left_out() -> None:
    assert {"identities": ["a"], "headline": "h"} == dump(Article(("a",), "h", publish_at=None, text={}))


def test_a_time_is_kept_to_the_microsecond() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    assert moment == load(Article, dump(Article(("a",), "h", publish_at=moment))).publish_at


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Article, {"identities": ["a"], "headline": "h", "poll": {}}),
        (Post, {"parts": [{"text": "t", "poll": {}}]}),
    ],
)
def test_what_a_newer_version_added_is_refused_and_not_dropped(kind: type, plain: object) -> None:
    with pytest.raises(LedgerError, match=r"says poll, which this version .* does not know\. Use the newer version"):
        load(kind, plain)
