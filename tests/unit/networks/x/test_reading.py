"""What was sent is told in a timeline from all that is merely like it, however X shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks.timeline import plain
from bot.networks.x.reading import alike, read
from bot.text import x

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(text: str, *links: str, number: str = "100", **more: Any) -> dict[str, Any]:
    """A post as X shows it; {0} in the text is where the first of its links stands."""
    urls = [{"url": f"https://t.co/{number}n{n}", "expanded_url": link} for n, link in enumerate(links)]
    text = text.format(*[url["url"] for url in urls])
    return {"id": number, "text": text} | ({"entities": {"urls": urls}} if urls else {}) | more


def same(sent: str, *posts: dict[str, Any]) -> list[bool]:
    """Which of these posts say what was sent."""
    timeline = read(posts)
    return [timeline.read_back(sent) == post.text for post in timeline.posts]


@pytest.mark.parametrize(
    ("sent", "link"),
    [
        ("Read https://example.org/a?b=1&c=2#d now", "https://example.org/a?b=1&c=2#d"),
        ("Read https://example.org now", "https://example.org/"),
        ("Read https://example.org/ now", "https://example.org"),
        ("Read example.org/a now", "http://example.org/a"),
        ("Read HTTPS://Example.ORG/A now", "https://example.org/A"),
        ("Read https://example.org/a/?b now", "https://example.org/a?b"),
        ("Read https://münchen.de/straße now", "https://xn--mnchen-3ya.de/stra%C3%9Fe"),
        ("Read https://t.co/abc now", "https://t.co/abc"),
    ],
)
def test_a_link_is_the_same_however_x_writes_it(sent: str, link: str) -> None:
    assert [True] == same(sent, shown("Read {0} now", link))


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a-b",
        "https://example.org/",
        "https://example.org/A",
        "https://example.org/a?b",
        "https://a.org/a",
    ],
)
def test_another_link_is_another_post(link: str) -> None:
    assert [False] == same("Read https://example.org/a now", shown("Read {0} now", link))


@pytest.mark.parametrize("longer", ["https://example.org/10", "https://m.example.org/1", "https://example.org/1/0"])
def test_one_address_is_not_found_in_a_longer_one(longer: str) -> None:
    timeline = read([shown("Read {0}", longer)])
    [post] = timeline.posts
    assert timeline.read_back("https://example.org/1") not in post.text


ESCAPED = {
    "A & B": "A &amp; B",
    "A &amp; B": "A &amp;amp; B",
    "A &amp;amp; B": "A &amp;amp;amp; B",
    "1 < 2 > 0": "1 &lt; 2 &gt; 0",
    "1 &lt; 2": "1 &amp;lt; 2",
    "&eacute; &copy &#38;": "&amp;eacute; &amp;copy &amp;#38;",
}


@pytest.mark.parametrize("sent", ESCAPED)
def test_texts_are_told_apart_that_only_their_escapes_tell_apart(sent: str) -> None:
    posts = [shown(text, number=str(number)) for number, text in enumerate(ESCAPED.values())]
    assert [sent == other for other in ESCAPED] == same(sent, *posts)


def test_a_text_written_in_another_normal_form_or_with_other_line_ends_is_the_same() -> None:
    assert [True] == same(" Cafe\u0301\r\nopen ", shown("Café\nopen"))


def test_a_long_text_stands_apart_with_links_of_its_own() -> None:
    long = shown("Long " * 100 + "{0}", "https://example.org/end", number="7")
    post = shown("Long Long… {0}", "https://x.com/i/web/status/7", number="7") | {"note_tweet": long}
    assert [True] == same("Long " * 100 + "https://example.org/end", post)


def test_the_link_to_a_posts_own_picture_is_no_part_of_its_text() -> None:
    links = ("https://example.org/a", "https://x.com/news/status/100/photo/1")
    assert [True] == same("Read https://example.org/a", shown("Read {0} {1}", *links))
    assert [False] == same("Read https://example.org/a", shown("Read {0} {1}", *links, number="101"))


@pytest.mark.parametrize("kind", ["photo", "video"])
def test_one_link_to_all_that_a_post_shows_is_no_part_of_its_text_wherever_that_is_told(kind: str) -> None:
    pages = [f"https://x.com/news/status/100/{kind}/{number}" for number in (1, 2)]
    short = {
        "text": "Look https://t.co/all",
        "entities": {"urls": [{"url": "https://t.co/all", "expanded_url": page} for page in pages]},
    }
    assert [True] == same("Look", short | {"id": "100"})
    long = {"text": "Look", **short, "id": "100", "note_tweet": {"text": "Look longer https://t.co/all"}}
    assert [True] == same("Look longer", long)
    assert [True] == same("Look longer", long | {"note_tweet": {"text": "Look longer"}})


@pytest.mark.parametrize("between", [*",;:|–—&+=~!'*[]%$#@._/?\"<>…→·、。「」-и é日", "", "(", ") "])
@pytest.mark.parametrize("first", ["example.com", "https://a.com", "README.md", "https://a.com/x?y", "https://t.co/a"])
def test_links_are_told_apart_where_x_tells_them_apart_whatever_stands_between(first: str, between: str) -> None:
    for second in ("example.org", "https://b.com", "setup.py", "https://b.com/x", "https://t.co/a"):
        sent = f"See {first}{between}{second} now"
        assert [True, True] == same(sent, as_x_shows(sent, "1"), as_x_shows(sent, "2"))


@pytest.mark.parametrize(
    "sent",
    [
        "Have you read example.com?utm_source=x",
        "Read example.com?q=1 now",
        "README.md?No",
        "example.com?",
        "https://example.com:8080x example.com:8080",
    ],
)
def test_what_follows_a_link_without_being_part_of_it_stays_where_it_is(sent: str) -> None:
    assert [True] == same(sent, as_x_shows(sent, "1"))
    assert [False] == same(sent, as_x_shows(f"{sent}y", "1"))


@pytest.mark.parametrize("given", ["https://t.co/100n0", "http://T.CO/100n0", "t.co/100n0"])
def test_a_short_link_that_was_sent_as_such_is_what_it_stands_for(given: str) -> None:
    first = shown("Read {0}", "https://example.org/a")
    again = shown("As we said: {0}", given if "://" in given else f"http://{given}", number="200")
    assert [False, True] == same(f"As we said: {given}", first, again)
    assert [True] == same(f"As we said: {given}", again), "where the first is out of sight"
    assert [False, True] == same("As we said: https://example.org/a", first, again)


def test_a_short_link_that_x_leaves_as_it_is_is_what_it_stands_for() -> None:
    assert [True] == same("Read https://t.co/100n0", shown("Read {0}", "https://example.org/a"))


def test_a_short_link_to_an_earlier_picture_is_no_part_of_that_one_and_one_of_this() -> None:
    picture = "https://x.com/news/status/100/photo/1"
    short = {"url": "https://t.co/100n1", "expanded_url": picture}
    first = shown("Look {0} {1}", "https://example.org/a", picture)
    assert [True, False] == same("Look https://example.org/a", first, shown("See {0}", short["url"], number="200"))


def test_short_links_that_stand_for_each_other_may_be_any_link() -> None:
    one, other = shown("One {0}", "https://t.co/2n0", number="1"), shown("Other {0}", "https://t.co/1n0", number="2")
    timeline = read([one, other])
    for link in ("https://t.co/1n0", "https://t.co/2n0", "https://example.org"):
        ours = timeline.read_back(f"One {link}")
        assert [True, False] == [alike(ours, post.text, reworded=False) for post in timeline.posts]


def test_the_longest_of_short_links_that_begin_alike_is_meant() -> None:
    links = [f"https://example.org/{n}" for n in range(11)]
    assert [True] == same(" ".join(links), shown(" ".join(f"{{{n}}}" for n in range(11)), *links))


def test_a_link_that_x_does_not_explain_may_be_any_link_and_its_text_no_other_text() -> None:
    timeline = read([shown("Read https://t.co/abc now")])
    [post] = timeline.posts
    for sent, expected in {
        "Read https://example.org/a now": True,
        "READ https://example.org/a, now!": True,
        "Read it now": False,
        "Read https://example.org/a": False,
    }.items():
        ours = timeline.read_back(sent)
        assert ours != post.text
        assert expected == alike(ours, post.text, reworded=False)
        assert alike(ours, post.text, reworded=True)


def test_a_short_link_that_was_sent_and_is_not_explained_may_be_any_link() -> None:
    timeline = read([shown("Read {0} now", "https://example.org/a")])
    ours = timeline.read_back("Read https://t.co/old now")
    assert alike(ours, timeline.posts[0].text, reworded=False)
    assert not alike(timeline.read_back("https://t.co/old"), timeline.posts[0].text, reworded=False)


def test_what_x_explains_is_alike_where_its_words_are() -> None:
    assert alike("Read <example.org/a>!", "read <example.org/a>", reworded=True)
    assert not alike("Read <example.org/a>", "Read <example.org/b>", reworded=True)
    assert not alike("🎉", "🔥", reworded=True)


def test_posts_are_told_oldest_first_with_what_they_answer_and_without_those_of_others() -> None:
    quoted = {"referenced_tweets": [{"type": "quoted", "id": "1"}]}
    reply = {"referenced_tweets": [{"type": "quoted", "id": "1"}, {"type": "replied_to", "id": "9"}]}
    again = {"referenced_tweets": [{"type": "retweeted", "id": "2"}]}
    posts = [
        shown("c", number="10", **reply),
        shown("RT @other: cut short https://t.co/…", number="11", **again),
        shown("b", number="9", **quoted),
    ]
    told = [(post.remote_id, post.url, post.text, post.reply_to) for post in read(posts).posts]
    assert [("9", "https://x.com/i/status/9", "b", None), ("10", "https://x.com/i/status/10", "c", "9")] == told


@pytest.mark.parametrize(
    "post",
    [
        shown("a") | {"entities": None},
        shown("a") | {"entities": {"urls": [{"url": 1, "expanded_url": "https://example.org"}]}},
        shown("a") | {"entities": {"urls": [{}]}},
        shown("a") | {"entities": {"urls": [{"url": "https://t.co/a", "expanded_url": None}]}},
        shown("a") | {"note_tweet": {"text": None}},
        shown("a") | {"note_tweet": {"texts": "a"}},
        shown("a") | {"note_tweet": "a"},
        shown("a") | {"referenced_tweets": [{"id": "1"}]},
        shown("a") | {"referenced_tweets": 1},
    ],
    ids=json.dumps,
)
def test_a_post_that_cannot_be_read_is_named_and_never_passed_over(post: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"https://x\.com/i/status/100"):
        read([post])


PIECES = st.sampled_from(
    "a & < > &amp; &lt; . , ( ) # é 日本 🎉 \n | ; : = ~ ! * [ ] % и – https://example.org https://example.org/a/b?c=d&e=f example.com/x/ "
    "https://example.org/日本 http://münchen.de HTTPS://EXAMPLE.ORG/Q t.co https://t.co/Own README.md ' s".split(" ")
)
TEXTS = st.builds(lambda pieces, gap: gap.join(pieces), st.lists(PIECES, max_size=8), st.sampled_from(["", " "]))


@given(TEXTS, TEXTS)
def test_a_text_is_found_as_x_shows_it_and_no_other_is(sent: str, another: str) -> None:
    posts = [as_x_shows(sent, "1"), as_x_shows(another, "2")]
    timeline = read(posts)
    equal = timeline.read_back(sent) == timeline.read_back(another)
    assert [True, equal] == same(sent, *posts)
    if plain(sent) == plain(another):
        assert equal


def as_x_shows(sent: str, number: str) -> dict[str, Any]:
    pieces: list[str] = []
    links: list[str] = []
    position = 0
    for start, end in x.urls(sent):
        link = sent[start:end]
        pieces += [escaped(sent[position:start]), f"{{{len(links)}}}"]
        links.append(link if link.lower().startswith("http") else f"http://{link}")
        position = end
    return shown("".join([*pieces, escaped(sent[position:])]), *links, number=number)


def escaped(text: Iterable[str]) -> str:
    return "".join({"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(character, character) for character in text)
