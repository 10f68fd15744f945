"""What a page says of itself, whatever is wrong with the page."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch import Fetched
from bot.pages import Page, read

HERE = "https://news.example/2026/story.html"
FRENCH = (
    "<title>Le café à Genève</title><p>La ville de Genève a décidé hier soir d'ouvrir un nouveau café près de la gare."
    " Les habitants étaient très contents, même si certains élèves ont regretté que la bibliothèque soit fermée.</p>"
)


def page(content: str | bytes, charset: str | None = None, url: str = HERE) -> Page:
    raw = content.encode() if isinstance(content, str) else content
    return read(Fetched(url, "text/html", charset, raw))


def test_open_graph_goes_before_twitter_and_that_before_plain_html() -> None:
    plain = "<title> Plain\n title </title><meta name=description content='Plain words'>"
    twitter = "<meta name=twitter:title content=Twitter><meta name='twitter:image' content=/t.png>"
    graph = (
        "<meta property='og:title' content='Open Graph'><meta property=og:description content='Its words'>"
        "<meta property='og:image' content='http://cdn.example/1.png'><meta property=og:image:secure_url"
        " content='https://cdn.example/1.png'><META PROPERTY='OG:IMAGE:ALT' CONTENT='A harbour'>"
    )
    assert Page("Plain title", "Plain words") == page(plain)
    assert Page("Twitter", "Plain words", "https://news.example/t.png") == page(plain + twitter)
    assert Page("Open Graph", "Its words", "https://cdn.example/1.png", "A harbour") == page(plain + twitter + graph)


@pytest.mark.parametrize(
    ("html", "image"),
    [
        ("<meta property=og:image content=img/1.png>", "https://news.example/2026/img/1.png"),
        ("<base href=/static/><meta property=og:image content=1.png>", "https://news.example/static/1.png"),
        ("<meta property=og:image content='//cdn.example/1.png'>", "https://cdn.example/1.png"),
        ("<meta property=og:image content='javascript:alert(1)'>", None),
        ("<meta property=og:image content='file:///etc/passwd'>", None),
        ("<meta property=og:image content='http://['>", None),
        ("<meta property=og:image content='data:,x'><meta property=og:image content=2.png>", f"{HERE[:26]}2.png"),
        ("<base href='javascript:0'><meta property=og:image content=/1.png>", "https://news.example/1.png"),
    ],
)
def test_a_picture_is_an_address_of_the_web_seen_from_where_the_page_ended(html: str, image: str | None) -> None:
    assert image == page(html).image


def test_scripts_styles_comments_and_drawings_say_nothing() -> None:
    fake = "<meta property=og:title content=fake>"
    html = f"<script>'{fake}'</script><style>{fake}</style><!-- {fake} --><svg><title>icon</title></svg><title>True</title>"
    assert "True" == page(html).title


def test_quotes_and_entities_are_read_once_and_what_nobody_sees_is_gone() -> None:
    html = """<meta property="og:title" content='He said "no" &amp; left&hellip; &amp;lt;b&#8203;'>"""
    assert 'He said "no" & left… &lt;b\u200b' == page(html).title
    assert "ab" == page("<title>a&#27;&#127;b</title>").title
    assert None is page("<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><title></title>").title


@pytest.mark.parametrize(
    ("content", "charset", "title"),
    [
        ("<title>Größe</title>".encode(), "iso-8859-1", "Größe"),
        ("<title>Größe</title>".encode("latin-1"), "ISO-8859-1", "Größe"),
        ("<meta charset=windows-1251><title>Привет</title>".encode("cp1251"), "utf-8", "Привет"),
        ("<meta charset=shift_jis><title>①日本</title>".encode("cp932"), None, "①日本"),
        ("<meta charset=iso-2022-jp><title>日本</title>".encode("iso-2022-jp"), None, "日本"),
        ("<meta charset=utf-16><title>日本</title>".encode(), None, "日本"),
        ("<title>日本</title>".encode("utf-16"), "utf-8", "日本"),
        ("<title>日本</title>".encode("utf-16-le"), "utf-16", "日本"),
        ("<title>日本</title>".encode("utf-8-sig"), "gbk", "日本"),
        (FRENCH.encode("cp1252"), "utf-8", "Le café à Genève"),
        (f"<meta charset=utf-16>{FRENCH}"[:200].encode("cp1252"), None, "Le café à Genève"),
        (b"<title>Gr\xf6\xdfe</title>", "utf-8", None),  # too little to know by, and nothing garbled is said
        (b"<title>plain</title>", "unicode_escape", "plain"),
        (b"<title>plain</title>", "iso-2022-kr", "plain"),
    ],
)
def test_what_is_declared_wrongly_is_read_all_the_same(content: bytes, charset: str | None, title: str | None) -> None:
    assert title == page(content, charset).title


@pytest.mark.parametrize(
    "content",
    [
        b"<title>" + b"x" * 1_000_000,
        b"<div>" * 200_000,
        b"<a " * 300_000,
        b"<!--" * 200_000,
        b"<meta charset=" * 70_000,
        b"<b><p>" * 150_000,
        b"&" * 1_000_000,
        b"\x00" * 1_000_000,
        b"\xff\xfe" + b"\xd8" * 999_999,
    ],
)
def test_a_page_without_end_or_sense_is_read_in_no_time(content: bytes) -> None:
    begun = time.process_time()
    found = page(content)
    assert all(len(each or "") <= 1_000 for each in (found.title, found.description))
    assert time.process_time() - begun < 5  # the parsers that cannot do this take from a quarter of a minute to hours


def test_what_is_said_is_of_bounded_length() -> None:
    html = f"<meta property=og:title content='{'word ' * 5000}'><meta property=og:image content='/{'x' * 5000}'>"
    found = page(html)
    assert 290 <= len(found.title or "") <= 300
    assert None is found.image


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "gbk", "rot13", "punycode", "\0"]))
def test_no_page_is_an_error(content: bytes, charset: str | None) -> None:
    html = (
        b"<meta property=og:title content='"
        + content
        + b"'><meta property=og:image content="
        + content
        + b">"
        + content
    )
    said = page(html, charset).title or ""
    assert said == said.encode().decode()  # whole characters
    assert said.isprintable() or not {"\n", "\x1b", "\x00"} & set(said)
