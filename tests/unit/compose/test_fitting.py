"""Words are given up in the declared order, and no more of them than it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ComposeError
from bot.model import Article, Post, Related

Compose = Callable[..., Post]

EVERYTHING = """
{{ article.headline }}
{{ article.summary }}
{{ article.body | join("\n") }}
{% for item in article.related %}
{{ item.headline }}
{% endfor %}
{{ article.url }}
{{ article.hashtags | hashtags }}
"""
ARTICLE = Article(
    ("i",),
    "Three short words",
    url="https://example.org/1",
    summary="One sentence. And another.",
    body=("Paragraph 1", "Paragraph 2"),
    hashtags=("One", "Two"),
    related=(Related("Related 1"), Related("Related 2")),
)
ORDER = [
    [],
    ["related: 1 article"],
    ["related"],
    ["related", "body: 1 paragraph"],
    ["related", "body"],
    ["related", "body", "summary: 1 sentence"],
    ["related", "body", "summary"],
    ["related", "body", "summary", "hashtags: #Two"],
    ["related", "body", "summary", "hashtags: #One #Two"],
    ["related", "body", "summary", "hashtags: #One #Two", "headline: 1 word"],
    ["related", "body", "summary", "hashtags: #One #Two", "headline: 2 words"],
]


def length(post: Post) -> int:
    return sum(len(part.text) for part in post.parts)


def test_less_and_less_room_takes_words_in_the_declared_order(compose: Compose) -> None:
    maximum = 10_000
    seen: list[list[str]] = []
    while len(seen) < len(ORDER):
        post = compose(ARTICLE, EVERYTHING, maximum=maximum)
        assert length(post) <= maximum
        seen.append(list(post.dropped))
        maximum = length(post) - 1
    assert ORDER == seen
    with pytest.raises(ComposeError, match="29 of 28 characters"):
        compose(ARTICLE, EVERYTHING, maximum=maximum)


def test_the_refusal_says_where_by_how_much_and_what_to_do(compose: Compose) -> None:
    with pytest.raises(ComposeError) as refusal:
        compose(ARTICLE, "{{ article.headline }} {{ article.url }}", maximum=20)
    assert (
        "does not fit account news (28 of 20 characters), even after giving up headline: 2 words."
        " Shorten the link or the headline."
    ) == str(refusal.value)


def test_what_the_template_does_not_show_is_not_said_to_be_given_up(compose: Compose) -> None:
    template = "{{ article.headline }} {{ article.body[:1] | join }} {{ article.hashtags[:1] | hashtags }}"
    assert ("body", "hashtags: #One", "headline: 1 word") == compose(ARTICLE, template, maximum=14).dropped


def test_what_was_given_up_does_not_come_back_in_the_place_of_something_else(compose: Compose) -> None:
    post = compose(ARTICLE, "{{ article.headline }} {{ article.summary or article.body[:1] | join }}", maximum=30)
    assert ("Three short words", ("summary",)) == (post.parts[0].text, post.dropped)


def test_every_part_of_a_thread_has_to_fit(compose: Compose) -> None:
    post = compose(ARTICLE, "{{ article.url }}\n---\n{{ article.headline }}", maximum=21)
    assert ["https://example.org/1", "Three short words"] == [part.text for part in post.parts]
    with pytest.raises(ComposeError, match=r"part 1: 21 of 20 characters"):
        compose(ARTICLE, "{{ article.url }}\n---\n{{ article.headline }}", maximum=20)


def test_a_headline_without_spaces_loses_characters(compose: Compose) -> None:
    post = compose(replace(ARTICLE, headline="日本を「訪問」"), maximum=4)
    assert ("日本を…", ("headline: 3 characters",)) == (post.parts[0].text, post.dropped)


WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
ARTICLES = st.builds(
    Article,
    identities=st.just(("i",)),
    headline=st.text("ab 日本é👩‍🚀#'.,「", min_size=1, max_size=60),
    url=st.just("https://example.org/1"),
    summary=WORDS,
    body=st.lists(WORDS, max_size=4).map(tuple),
    hashtags=st.lists(st.sampled_from(["One", "Two", "Three", "Four"]), unique=True).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(article=ARTICLES, maximum=st.integers(22, 120))
def test_whatever_comes_fits_with_its_link_whole_and_no_half_hashtag_or_grapheme(
    compose: Compose, article: Article, maximum: int
) -> None:
    template = (
        "{{ article.summary }}\n{{ article.body | join }}\n{{ article.url }}\n{{ article.hashtags | hashtags }}\n"
    )
    template += "---\n{{ article.headline }}"
    post = compose(article, template, maximum=maximum)
    first = post.parts[0]
    assert all(len(part.text) <= maximum for part in post.parts)
    assert article.url in first.text.split()
    assert set() == {span.tag for span in first.spans if span.tag and span.tag in "OneTwoThreeFour"} - set(
        article.hashtags
    )
    if post.parts[1:] and post.dropped[-1:] and post.dropped[-1].startswith("headline"):
        kept = regex.findall(r"\X", post.parts[-1].text.removesuffix("…").rstrip())
        assert kept == regex.findall(r"\X", article.headline.strip())[: len(kept)]
