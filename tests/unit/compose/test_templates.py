"""Which template is taken, what it may do, and where its errors are said to stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.compose.wire import network

from bot.compose import Composer
from bot.errors import ComposeError
from bot.model import Account, Article, Related

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.model import Post

ARTICLE = Article(("i",), "Headline", body=("{{ article.headline }} {% raw %}",), related=(Related("Other"),))
NEWS = Account("news", network(name="wire"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return folder(tmp_path / "own" / "templates", _foot="own foot", wire="own wire")


@pytest.fixture
def composer(tmp_path: Path, own: Path) -> Composer:
    packaged = folder(
        tmp_path / "packaged" / "templates",
        default="default {% include '_foot.j2' %}",
        wire="packaged wire",
        _foot="packaged foot",
        third="third",
    )
    (tmp_path / "own" / "secret.j2").write_text("secret")
    return Composer([own, packaged], noise=())


def folder(path: Path, **templates: str) -> Path:
    path.mkdir(parents=True)
    for name, source in templates.items():
        (path / f"{name}.j2").write_text(source, encoding="utf-8")
    return path


def text(post: Post) -> str:
    return post.parts[0].text


def test_the_networks_template_is_found_in_the_operators_folder_first(composer: Composer) -> None:
    assert "own wire" == text(composer.compose(ARTICLE, NEWS))


def test_the_accounts_template_goes_before_the_networks(composer: Composer, own: Path) -> None:
    (own / "news.j2").write_text("own news")
    assert "own news" == text(composer.compose(ARTICLE, NEWS))


def test_default_is_for_networks_without_one_and_shares_the_operators_own_pieces(composer: Composer) -> None:
    assert "default own foot" == text(composer.compose(ARTICLE, Account("news", network(name="other"))))


@pytest.mark.parametrize("name", ["third", "third.j2"])
def test_an_article_names_another_template_and_goes_before_the_account(composer: Composer, name: str) -> None:
    account = replace(NEWS, template="default")
    assert "default own foot" == text(composer.compose(ARTICLE, account))
    assert "third" == text(composer.compose(replace(ARTICLE, template=name), account))


def test_an_unknown_template_is_refused_with_the_nearest_name(composer: Composer) -> None:
    with pytest.raises(ComposeError, match=r"^no template is named 'thrid'\. Did you mean third\?$"):
        composer.compose(replace(ARTICLE, template="thrid"), NEWS)
    with pytest.raises(ComposeError, match=r"^no template is named 'zzz'\. There are default, third, wire\.$"):
        composer.compose(replace(ARTICLE, template="zzz"), NEWS)


@pytest.mark.parametrize("name", ["../secret", "../secret.j2", "/etc/passwd", "x/../../secret", "a\0b"])
def test_a_templates_name_does_not_lead_out_of_the_folders(composer: Composer, name: str) -> None:
    with pytest.raises(ComposeError, match="no template is named"):
        composer.compose(replace(ARTICLE, template=name), NEWS)


def test_an_edited_template_is_taken_from_the_next_post_on(composer: Composer, own: Path) -> None:
    assert "own wire" == text(composer.compose(ARTICLE, NEWS))
    (own / "wire.j2").write_text("edited, and longer")
    assert "edited, and longer" == text(composer.compose(ARTICLE, NEWS))


def test_an_articles_words_are_data_and_never_a_template(compose: Callable[..., Post]) -> None:
    assert ARTICLE.body[0] == text(compose(ARTICLE, "{{ article.body | join }}"))


def test_templates_see_the_article_the_account_and_the_network(compose: Callable[..., Post]) -> None:
    assert "Headline news wire" == text(
        compose(ARTICLE, "{{ article.headline }} {{ account.name }} {{ network.name }}")
    )


def test_what_an_article_lacks_prints_as_nothing(compose: Callable[..., Post]) -> None:
    assert "[]" == text(compose(ARTICLE, "[{{ article.url }}]"))


BROKEN = {
    "{% if %}": "templates/default.j2:2: Expected an expression, got 'end of statement block'",
    "{{ 1 | hashtag }}": "templates/default.j2:2: No filter named 'hashtag'",
    "{{ artcle.headline }}": "templates/default.j2:2: nothing is named 'artcle'. Did you mean article?",
    "{{ x }}": "templates/default.j2:2: nothing is named 'x'. There are article, account, network.",
    "{{ article.headlin }}": "templates/default.j2:2: article has no 'headlin'. Did you mean headline?",
    "{{ article.related[0].tease }}": "templates/default.j2:2: related has no 'tease'. Did you mean teaser?",
    "{{ article.body[7] }}": "templates/default.j2:2: tuple object has no element 7",
    "{{ 1 / 0 }}": "templates/default.j2:2: division by zero",
    "{{ article.__class__ }}": "templates/default.j2:2: access to attribute '__class__' of 'Article' object is unsafe",
    "{{ network.spans.__globals__ }}": "access to attribute '__globals__' of 'function' object is unsafe",
    "{{ article.text.update({1: 2}) }}": "access to attribute 'update' of 'dict' object is unsafe",
    "{% for i in range(10 ** 9) %}{% endfor %}": "templates/default.j2:2: Range too big",
    "{% for i in range(99999) %}{{ 'x' * 100 }}{% endfor %}": "writes more than 1,000,000 characters",
    "{% include 'default.j2' %}": "maximum recursion depth exceeded",
    "{% include 'defalt.j2' %}": "templates/default.j2:2: no template is named 'defalt'. Did you mean default?",
}


@pytest.mark.parametrize("source", BROKEN)
def test_an_error_says_where_in_the_template_it_is(compose: Callable[..., Post], tmp_path: Path, source: str) -> None:
    with pytest.raises(ComposeError) as refusal:
        compose(ARTICLE, f"first line\n{source}")
    assert BROKEN[source] in str(refusal.value).replace(tmp_path.name, "templates")


def test_check_names_each_template_that_cannot_be_read(composer: Composer, own: Path) -> None:
    assert [] == composer.check()
    (own / "bad.j2").write_text("{{ 1")
    (own / "worse.j2").write_bytes(b"\xff\xfe")
    first, second = (str(error) for error in composer.check())
    assert first.startswith("templates/bad.j2:1: ")
    assert "worse.j2: not UTF-8. Save it as UTF-8." == second
