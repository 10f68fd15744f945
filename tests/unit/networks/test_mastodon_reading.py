"""What Mastodon's servers tell of posts and accounts, read as far as it can be believed; without a server."""

from __future__ import annotations

from typing import Any

import pytest

from bot.networks.mastodon.profiles import Profile, domain_of
from bot.networks.mastodon.shown import Shown, as_shown, named, text_of
from bot.networks.timeline import links_to

LINK = "https://example.org/news/2026/11/23/a-story"
SHORTENED = """<a href="https://example.org/a?b=1&amp;c=2"><span class="invisible">https://</span>
<span class="ellipsis">example.org/a?b</span><span class="invisible">=1&amp;c=2</span></a>"""


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("social.example", "social.example"),
        ("https://Social.example/", "social.example"),
        ("bücher.example", "bücher.example"),
        ("127.0.0.1:4000", "127.0.0.1:4000"),
        ("https://[bad", None),
        ("https://social.example/about", None),
        ("me@social.example", None),
        ("social..example", None),
        ("so\ud800cial.example", None),
        ("", None),
        (7, None),
    ],
)
def test_a_server_is_known_by_its_domain_unless_that_is_none(named: Any, expected: str | None) -> None:
    assert expected == domain_of(named)


ME: dict[str, Any] = {"id": "7", "username": "news", "url": "https://social.example/@news", "statuses_count": 3}


def test_what_a_server_tells_of_the_account_is_kept_as_far_as_it_can_be_believed() -> None:
    assert Profile("7", "news", "https://social.example/@news", 3, suspended=False, facts=()) == Profile.of(ME)
    odd = {"url": "javascript:x", "statuses_count": True, "suspended": "no", "moved": {"acct": "\x1b[2J"}}
    assert Profile("7", "news", None, None, suspended=False, facts=()) == Profile.of(ME | odd)
    moved = Profile.of(ME | {"moved": {"acct": "n@new.example"}, "limited": True})
    assert moved is not None
    assert ("is limited: only followers see its posts", "has moved to @n@new.example") == moved.facts


@pytest.mark.parametrize("odd", [{"id": 7}, {"id": "a b"}, {"id": "\ud800"}, {"username": ""}, {"username": "\ud800"}])
def test_an_account_without_a_name_is_none(odd: dict[str, Any]) -> None:
    assert Profile.of(ME | odd) is None
    assert Profile.of([ME]) is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One &amp; two &lt;b&gt;<br />three</p><p>four</p>", "One & two <b>\nthree\n\nfour"),
        ("Bare &quot;words&quot;<br>next", 'Bare "words"\nnext'),
        (
            f"<p>See {SHORTENED}.</p>",
            "See https://example.org/a?b=1&c=2.",
        ),
        ('<a href="https://s.example/tags/News" class="mention hashtag" rel="tag">#<span>News</span></a>', "#News"),
        ('<a href="https://s.example/tags/news" class="x" rel="tag noopener">#News</a> ok', "#News ok"),
        ('<span><a href="https://s.example/@al" class="u-url mention">@<span>al</span></a></span> hi', "@al hi"),
        ("<p>Größe 🎉</p>", "Größe 🎉"),
        ("", ""),
    ],
)
def test_the_html_of_a_post_is_read_back_as_the_text_that_it_was_made_of(html: str, text: str) -> None:
    assert text == text_of(html)


def shown(content: str, **more: Any) -> Shown:
    told = {"id": "1", "url": "https://s.example/@n/1", "created_at": "2026-11-23T10:00:00.000Z", "content": content}
    return Shown.of(told | more)


@pytest.mark.parametrize(
    ("content", "alike"),
    [
        (f'<a href="{LINK}">…</a>', True),
        ("<p>ministers agree ON fish quotas</p>", True),
        ("<p>Ministers agree on quotas for cod</p>", True),
        ("<p>Something else entirely</p>", False),
        ("<p>Ministers agree on a great many other things</p>", False),
        ("<p>Ministers agree on tariffs and war</p>", True),
        ("<p>Ministers agree on tariffs, war and peace</p>", False),
        (f'<a href="{LINK}-of-another-day">…</a>', False),
        ("", False),
    ],
)
def test_a_post_is_like_ours_by_its_link_or_by_half_of_its_words(content: str, alike: bool) -> None:
    assert alike is shown(content).is_like(["Ministers agree on fish quotas", "Part two"], LINK)


def test_a_link_is_the_same_however_it_is_spelled() -> None:
    assert shown('<a href="https://example.org/stra%C3%9Fe">here</a>').is_like(["x"], "https://example.org/straße")


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        (f"See {LINK}", True),
        (f"See {LINK}.", True),
        (f"({LINK}), and", True),
        (f"{LINK}/ and", True),
        (f"{LINK}?from=feed", True),
        (f"{LINK}#comments", True),
        (f"<{LINK}>next", True),
        (f"「{LINK}」続き", True),
        (f"{LINK}-2", False),
        (f"{LINK}1", False),
        (f"{LINK}/amp", False),
        (f"{LINK}.html", False),
        (f"{LINK}%20", False),
        (f"{LINK}-2 and {LINK}", True),
        ("", False),
    ],
)
def test_a_link_is_there_unless_it_merely_begins_another(text: str, *, linked: bool) -> None:
    assert linked is links_to(LINK, text)
    assert not links_to("", text)


def test_a_link_in_brackets_ends_with_them() -> None:
    assert links_to("<example.org/1>", "see <example.org/1>next")
    assert not links_to("<example.org/1>", "see <example.org/12>")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thanks @al@example.com!", "Thanks @al!"),
        ("＃全角 #tag", "#全角 #tag"),
        ("a\r\n\r\n\r\nb ", "a\n\nb"),
        ("a  b", "a b"),
    ],
)
def test_what_no_html_keeps_makes_no_difference(one: str, other: str) -> None:
    assert as_shown(one) == as_shown(other)


@pytest.mark.parametrize(("one", "other"), [("*a*", "a"), ("A", "a"), ("@al", "@bo"), ("a.", "a"), ("a@b", "a")])
def test_what_html_keeps_does(one: str, other: str) -> None:
    assert as_shown(one) != as_shown(other)


@pytest.mark.parametrize(
    ("title", "there"),
    [("Fish at last", True), ("fish — LAST", True), ("Fish at at last", False), ("🐟", False), ("", False)],
)
def test_a_title_is_there_by_its_words(title: str, *, there: bool) -> None:
    assert there is shown("<p>At last: fish and chips 🐟</p>").has_words(title)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": 7},
        {"id": ""},
        {"id": "a b"},
        {"id": None},
        {"url": None},
        {"url": "javascript:x"},
        {"url": "https://a\ud800"},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-23T10:00:00"},
        {"created_at": None},
        {"content": None},
    ],
)
def test_an_entry_that_no_server_would_write_is_no_post(odd: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        shown("x", **odd)


def test_a_post_without_a_web_address_is_named_by_its_uri() -> None:
    assert ("1", "https://s.example/o/1") == named({"id": "1", "url": None, "uri": "https://s.example/o/1"})
