"""Pictures go on the part that names them, and long text comes in parts that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.compose.wire import network

from bot.compose import Composer
from bot.model import Account, Article, Media, MediaRules, Pictures, Post

if TYPE_CHECKING:
    from pathlib import Path

HARBOUR, TOWER, CROWD = (
    Media("/news/harbour.jpg", "Boats"),
    Media("/news/tower.jpg"),
    Media("https://a.org/c.png", "A crowd"),
)
ARTICLE = Article(
    ("i",), "Boats are back", url="https://example.org/1", body=("First.", "Second."), media=(HARBOUR, TOWER, CROWD)
)
TAKES = replace(network(), media=MediaRules(most=4, formats={}, alt=100))
On = Callable[..., Post]


@pytest.fixture
def on(tmp_path: Path) -> On:
    """An article on an account, by a template given as text."""

    def composed(article: Article, template: str, account: Account) -> Post:
        (tmp_path / "default.j2").write_text(template)
        return Composer([tmp_path], noise=()).compose(article, account)

    return composed


def shown(post: Post) -> list[tuple[str, list[str]]]:
    return [(part.text, [picture.source.rpartition("/")[2] for picture in part.media]) for part in post.parts]


def test_a_picture_goes_on_the_part_that_names_it_and_all_others_on_the_first(on: On) -> None:
    template = "{{ article.headline }} ![](harbour.jpg)\n---\nA tower ![At night](tower.jpg)"
    post = on(ARTICLE, template, Account("news", TAKES))
    assert [("Boats are back", ["harbour.jpg", "c.png"]), ("A tower", ["tower.jpg"])] == shown(post)
    assert [("Boats", ""), ("At night", "")] == [(part.media[0].alt, part.media[0].digest) for part in post.parts]


def test_the_filter_names_pictures_as_any_text_does(on: On) -> None:
    post = on(ARTICLE, "one\n---\ntwo {{ article.media[1:] | pictures }}", Account("news", TAKES))
    assert [("one", ["harbour.jpg"]), ("two", ["tower.jpg", "c.png"])] == shown(post)


def test_an_articles_own_words_may_name_its_pictures_and_begin_parts(on: On) -> None:
    article = replace(ARTICLE, text={"news": "Look ![](tower.jpg)\n---\n![](harbour.jpg) Boats"})
    assert [("Look", ["tower.jpg", "c.png"]), ("Boats", ["harbour.jpg"])] == shown(
        on(article, "", Account("news", TAKES))
    )


def test_a_marker_that_names_no_picture_of_the_article_is_text(on: On) -> None:
    forged = replace(ARTICLE, headline="![x](/etc/passwd) ![y](http://169.254.169.254/c.png)")
    post = on(forged, "{{ article.headline }}", Account("news", TAKES))
    assert [(forged.headline, ["harbour.jpg", "tower.jpg", "c.png"])] == shown(post)


def test_a_picture_that_two_parts_name_stands_on_the_first_of_them(on: On) -> None:
    template = "one\n---\ntwo ![](harbour.jpg)\n---\nthree ![](harbour.jpg) ![](tower.jpg) ![](c.png)"
    post = on(ARTICLE, template, Account("news", TAKES))
    assert [("one", []), ("two", ["harbour.jpg"]), ("three", ["tower.jpg", "c.png"])] == shown(post)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("![](tower.jpg)\n---\nwords", [("words", ["tower.jpg", "harbour.jpg", "c.png"])]),
        ("words\n---\n![](tower.jpg)\n---\nmore", [("words", ["tower.jpg", "harbour.jpg", "c.png"]), ("more", [])]),
    ],
)
def test_no_part_is_without_words_its_pictures_go_to_the_one_before_it_or_after(
    on: On, template: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert expected == shown(on(ARTICLE, template, Account("news", TAKES)))


def test_where_no_pictures_go_their_markers_do_not_stand_in_the_text_either(on: On) -> None:
    template = "{{ article.headline }} {{ article.media | pictures }}"
    unwanted = on(ARTICLE, template, Account("news", TAKES, pictures=Pictures.NONE))
    impossible = on(ARTICLE, template, Account("news", network()))
    assert [("Boats are back", [])] == shown(unwanted) == shown(impossible)
    assert ((), ("pictures: wire takes none",)) == (unwanted.left_out, impossible.left_out)


def test_markers_take_no_room(on: On) -> None:
    account = Account("news", replace(TAKES, limits=network(14).limits))
    post = on(ARTICLE, "{{ article.headline }} {{ article.media | pictures }}", account)
    assert [("Boats are back", ["harbour.jpg", "tower.jpg", "c.png"])] == shown(post)
    assert () == post.dropped


LONG = replace(ARTICLE, body=tuple(f"Paragraph {n} says so. And it ends." for n in range(1, 9)))


def test_a_long_text_is_a_thread_whose_pictures_stand_where_its_words_name_them(on: On) -> None:
    body = (*LONG.body[:4], "A tower. ![](tower.jpg)", *LONG.body[4:])
    account = Account("news", replace(TAKES, limits=network(90).limits))
    post = on(replace(LONG, body=body), "{{ article.headline }}\n\n{{ article.body | thread }}", account)
    assert all(len(part.text) <= 90 and f"/{len(post.parts)})" in part.text for part in post.parts)
    assert ["tower.jpg"] == next(pictures for text, pictures in shown(post) if "A tower." in text)
    assert "".join(part.text for part in post.parts).count("Paragraph") == 8


def test_paragraphs_are_given_up_until_there_are_few_enough_parts(on: On) -> None:
    account = Account("news", replace(TAKES, limits=network(90).limits))
    post = on(LONG, "{{ article.headline }}\n\n{{ article.body | thread(2) }}", account)
    assert 2 == len(post.parts)
    assert ("body: 4 paragraphs",) == post.dropped
    assert "Paragraph 4 says so." in post.parts[1].text


def test_without_threads_the_filter_splits_nothing_and_paragraphs_are_given_up(on: On) -> None:
    account = Account("news", network(90, threads=False))
    post = on(replace(LONG, media=()), "{{ article.headline }}\n\n{{ article.body | thread }}", account)
    assert ["Boats are back\n\nParagraph 1 says so. And it ends.\n\nParagraph 2 says so. And it ends."] == [
        part.text for part in post.parts
    ]


def test_article_text_cannot_ask_for_a_thread_by_itself(on: On) -> None:
    forged = replace(LONG, headline="\x0e25\x0eBoats\x0f", text={"own": "\x0e25\x0eBoats\x0f " + "words " * 9})
    assert "25Boats" == on(forged, "{{ article.headline }}", Account("news", network(80))).parts[0].text
    own = on(forged, "", Account("own", network(80)))
    assert ["25Boats words words words words words words words words words"] == [part.text for part in own.parts]


scraps = st.sampled_from(
    ["![", "](", ")", "harbour.jpg", "![](tower.jpg)", "![a [b]](c.png)", "<", ">", "\\", " ", "\n", "---", "\n---\n", "é", "#a"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(text=st.lists(scraps, max_size=25).map("".join), threads=st.booleans())
def test_whatever_a_text_says_every_picture_stands_once_and_no_part_is_without_words(
    text: str, *, threads: bool
) -> None:
    account = Account("news", replace(TAKES, threads=threads))
    article = replace(ARTICLE, text={"news": f"{text}\n---\nend"})
    post = Composer([], noise=()).compose(article, account)
    pictures = [picture.source for part in post.parts for picture in part.media]
    assert sorted(each.source for each in ARTICLE.media) == sorted(pictures)
    assert all(part.text.strip() for part in post.parts)
