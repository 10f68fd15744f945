"""Article × Account → Post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from unit.compose.wire import network

from bot.compose import Composer, packaged_templates
from bot.errors import ComposeError
from bot.model import VISIBILITIES, Account, Article, Limit, Media, Part, Post, Span

Compose = Callable[..., Post]

ARTICLE = Article(
    ("i",),
    "Seoul meets #Tokyo",
    url="https://example.org/1",
    hashtags=("trending", "Seoul", "tokyo", "Nara"),
    lang="en",
    warning="Politics",
)
TAGGED = "{{ article.headline }}\n{{ article.hashtags | hashtags }}"


def texts(post: Post) -> list[str]:
    return [part.text for part in post.parts]


def test_a_post_carries_its_text_its_spans_and_what_the_article_says_of_itself(compose: Compose) -> None:
    post = compose(replace(ARTICLE, headline="日本 #韓国"), "{{ article.headline }} {{ article.url }}")
    spans = (Span(7, 14, tag="韓国"), Span(15, 36, link="https://example.org/1"))
    part = Part("日本 #韓国 https://example.org/1", spans)
    assert Post((part,), "日本 #韓国", "https://example.org/1", "en", "Politics") == post


def test_noise_goes_and_a_hashtag_that_stands_in_the_text_is_not_repeated(compose: Compose) -> None:
    assert ["Seoul meets #Tokyo\n#Seoul #Nara"] == texts(compose(ARTICLE, TAGGED, noise=("Trending",)))


def test_a_hashtag_that_only_begins_like_one_in_the_text_is_kept(compose: Compose) -> None:
    article = replace(ARTICLE, headline="#Seoulmate #Seoul_2", hashtags=("Seoul",))
    assert ["#Seoulmate #Seoul_2\n#Seoul"] == texts(compose(article, TAGGED))


def test_a_hashtag_in_what_a_picture_shows_does_not_stand_in_the_text(compose: Compose) -> None:
    article = replace(ARTICLE, headline="Look ![The #Nara deer](/a.jpg)", hashtags=("Nara",), media=(Media("/a.jpg"),))
    assert ["Look\n#Nara"] == texts(compose(article, TAGGED))


def test_a_template_may_show_the_hashtags_twice(compose: Compose) -> None:
    article = replace(ARTICLE, headline="Seoul", hashtags=("Seoul",))
    assert ["Seoul\n#Seoul\n#Seoul"] == texts(compose(article, TAGGED + "\n{{ article.hashtags | hashtags }}"))


def test_a_hashtag_comes_back_where_the_paragraph_that_held_it_was_given_up(compose: Compose) -> None:
    article = replace(ARTICLE, headline="Seoul", body=("A long paragraph about #Nara",), hashtags=("Nara",))
    template = "{{ article.headline }} {{ article.body | join }} {{ article.hashtags | hashtags }}"
    assert ["Seoul A long paragraph about #Nara"] == texts(compose(article, template))
    assert ["Seoul  #Nara"] == texts(compose(article, template, maximum=20))


@pytest.mark.parametrize(("count", "expected"), [(None, "#Seoul #Nara"), (2, "#Seoul"), (1, "#Seoul"), (0, "")])
def test_an_account_carries_as_many_hashtags_as_it_asks_for(compose: Compose, count: int | None, expected: str) -> None:
    post = compose(ARTICLE, TAGGED, noise=("trending",), hashtags=count)
    assert f"Seoul meets #Tokyo\n{expected}".strip() == post.parts[0].text


def test_an_articles_own_text_replaces_the_template_literally(compose: Compose) -> None:
    article = replace(ARTICLE, text={"wire": "for the network", "news": "{{ x }} <b>  \n\n\n---\n#Two"})
    assert ["{{ x }} <b>", "#Two"] == texts(compose(article, "{{ broken"))
    assert ["for the network"] == texts(compose(replace(article, text={"wire": "for the network"})))


def test_own_text_that_does_not_fit_is_refused_and_never_shortened(compose: Compose) -> None:
    article = replace(ARTICLE, text={"news": "x" * 11})
    with pytest.raises(ComposeError, match=r"does not fit account news \(11 of 10 characters\)\. Shorten text: news\."):
        compose(article, maximum=10)


def test_without_threads_the_parts_stand_below_each_other(compose: Compose) -> None:
    assert ["one\n\ntwo"] == texts(compose(ARTICLE, "one\n---\ntwo", threads=False))


@pytest.mark.parametrize("template", ["", " \n---\n ", "{{ article.summary }}"])
def test_an_empty_post_is_refused(compose: Compose, template: str) -> None:
    with pytest.raises(ComposeError, match="nothing is left to post on account news"):
        compose(ARTICLE, template)


def on(compose_for: Account, article: Article) -> Post:
    return Composer([packaged_templates()], noise=()).compose(article, compose_for)


def test_the_account_says_what_the_article_does_not() -> None:
    account = Account("a", network(), lang="ko", warning="News")
    bare = on(account, Article(("i",), "Seoul"))
    own = on(account, Article(("i",), "Seoul", lang="en", warning="Politics"))
    assert [("ko", "News"), ("en", "Politics")] == [(post.lang, post.warning) for post in (bare, own)]
    assert "CW: News\n\nSeoul" == bare.parts[0].text


@pytest.mark.parametrize(
    ("of_account", "of_article", "expected"),
    [
        (None, None, "public"),
        ("unlisted", None, "unlisted"),
        ("unlisted", "public", "public"),
        (None, "private", "private"),
    ],
)
def test_the_articles_visibility_goes_before_the_accounts(
    of_account: str | None, of_article: str | None, expected: str
) -> None:
    chosen = replace(network(), visibilities=VISIBILITIES)
    post = on(Account("a", chosen, visibility=of_account), Article(("i",), "Seoul", visibility=of_article))
    assert expected == post.visibility


@pytest.mark.parametrize("visibility", [None, "public", "unlisted"])
def test_where_everybody_sees_everything_a_post_has_no_visibility(visibility: str | None) -> None:
    assert on(Account("a", network()), Article(("i",), "Seoul", visibility=visibility)).visibility is None


def test_what_is_for_followers_only_does_not_go_where_everybody_sees_it() -> None:
    with pytest.raises(ComposeError, match="followers only"):
        on(Account("a", network(name="open")), Article(("i",), "Seoul", visibility="private"))


def test_a_warning_counts_where_the_network_counts_it() -> None:
    counted = Limit("characters", 20, lambda text, warning: len(warning) + len(text))
    account = Account("a", replace(network(), limits=(counted,)))
    article = Article(("i",), "Seoul meets Tokyo", text={"a": "Seoul meets Tokyo"})
    assert "Seoul meets Tokyo" == on(account, article).parts[0].text
    with pytest.raises(ComposeError, match="25 of 20 characters"):
        on(account, replace(article, warning="Politics"))
    with pytest.raises(ComposeError, match="Shorten the warning"):
        on(account, replace(article, warning="Politics and much else of the kind"))
