"""Mastodon without a server: limits as they are stated, addresses, HTML that is read back, and what the settings accept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from bot.model import Part, Post
from bot.networks.mastodon import MASTODON, MastodonAccount, rates
from bot.networks.mastodon.limits import Limits
from bot.networks.mastodon.shown import Shown, named, text_of
from bot.text import mastodon

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "Tk-3f9a17c2"
ACCOUNT = MastodonAccount.model_validate({"base_url": "https://social.example", "access_token": TOKEN})
LINK = "https://example.org/news/2026/11/23/a-story"
SHORTENED = """<a href="https://example.org/a?b=1&amp;c=2"><span class="invisible">https://</span>
<span class="ellipsis">example.org/a?b</span><span class="invisible">=1&amp;c=2</span></a>"""
NONSENSE: tuple[Any, ...] = ("700", -1, 10**30, 7.5, True, None, [], {})


def instance(characters: Any = 500, reserved: Any = 23, **more: Any) -> dict[str, Any]:
    statuses = {"max_characters": characters, "characters_reserved_per_url": reserved}
    return {"version": "4.5.2", "configuration": {"statuses": statuses}} | more


PLEROMA = {"version": "2.7.2 (compatible; Pleroma 2.9.1)"}
GOTOSOCIAL = {"version": "0.20.2+git-1a2b3c4", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (instance(), Limits()),
        (instance(11_000, 40), Limits(11_000, 40)),
        (instance(1234, version="4.4.0+glitch"), Limits(1234)),
        (instance(5000, 0), Limits(5000, 0, in_full=True)),
        ({"max_toot_chars": 5000} | PLEROMA, Limits(5000, in_full=True)),
        (instance(5000, 0, **PLEROMA), Limits(5000, 0, in_full=True)),
        (instance(5000, 25, **GOTOSOCIAL), Limits(5000, 0, in_full=True)),
        (instance(5000, 25, **GOTOSOCIAL | {"version": "1.0.0"}), Limits(5000, 0, in_full=True)),
        (instance(5000, 25, version="0.17.3"), Limits(5000, 0, in_full=True)),
        ({}, Limits()),
        ({"configuration": None, "max_toot_chars": None}, Limits()),
        ({"configuration": {"statuses": [500]}}, Limits()),
        *[(instance(nonsense, nonsense), Limits()) for nonsense in NONSENSE],
        (instance(0), Limits()),
        (instance(version=4), Limits(in_full=True)),
    ],
)
def test_limits_are_those_that_the_server_states_unless_they_are_nonsense(
    told: dict[str, Any], expected: Limits
) -> None:
    assert expected == Limits.stated(told)


@pytest.mark.parametrize("limits", [Limits(), Limits(5000, 0, in_full=True), Limits(300, 30)])
def test_limits_are_kept_as_they_were_stated(tmp_path: Path, limits: Limits) -> None:
    ACCOUNT.keep_limits("news", tmp_path, limits)
    assert limits == ACCOUNT.limits_at("news", tmp_path)
    [limit] = ACCOUNT.network_at("news", tmp_path).limits
    assert ("characters", limits.characters) == (limit.unit, limit.maximum)
    assert limits.measure("see https://a.de", "CW") == limit.measure("see https://a.de", "CW")


def test_what_another_server_stated_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    ACCOUNT.keep_limits("news", tmp_path, Limits(5000))
    moved = ACCOUNT.model_copy(update={"base_url": "https://other.example"})
    assert Limits() == moved.limits_at("news", tmp_path)


@pytest.mark.parametrize(
    "kept", [None, "500", [], {"characters": "500"}, {"characters": 0, "url_length": -1}, {"in_full": 1}]
)
def test_kept_limits_that_are_damaged_are_mastodons_own(kept: Any) -> None:
    assert Limits() == Limits.kept(kept)


def test_kept_limits_of_fewer_fields_are_filled_up() -> None:
    assert Limits(characters=700) == Limits.kept({"characters": 700, "of_later": 1})
    assert {"characters", "url_length", "in_full"} == asdict(Limits()).keys()


@pytest.mark.parametrize(
    ("limits", "text", "warning", "expected"),
    [
        (Limits(), f"see {LINK}", "", 4 + 23),
        (Limits(url_length=30), f"see {LINK}", "Blood", 5 + 4 + 30),
        (Limits(url_length=0, in_full=True), f"see {LINK}", "Blood", 5 + 4 + len(LINK)),
        (Limits(url_length=0, in_full=True), "see https://a.de", "", 16),
        (Limits(url_length=23, in_full=True), "see https://a.de", "", 27),
        (Limits(in_full=True), "@alice@example.com", "", 18),
        (Limits(in_full=True), "👨‍👩‍👧‍👦", "", 7),
        (Limits(), "👨‍👩‍👧‍👦", "", 1),
    ],
)
def test_a_text_is_measured_as_the_server_counts_it(limits: Limits, text: str, warning: str, expected: int) -> None:
    assert expected == limits.measure(text, warning)


def test_without_a_word_from_the_server_the_facts_are_mastodons() -> None:
    [limit] = MASTODON.limits
    assert (500, 23) == (limit.maximum, limit.measure(LINK, ""))
    assert not MASTODON.repeatable
    assert MASTODON.threads
    assert ("public", "unlisted", "private") == MASTODON.visibilities
    assert MASTODON.spans is mastodon.spans


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/@news/115598246172829112", "115598246172829112"),
        ("/@news/115598246172829112/", "115598246172829112"),
        ("/@news/115598246172829112?a=1#b", "115598246172829112"),
        ("/users/news/statuses/115598246172829112", "115598246172829112"),
        ("/@news/statuses/01JD3XK5Y8W0QZ6N2M4T7V9BCE", "01JD3XK5Y8W0QZ6N2M4T7V9BCE"),
        ("/web/@news/115598246172829112", "115598246172829112"),
        ("/deck/@news.desk-1/115598246172829112", "115598246172829112"),
    ],
)
def test_a_posts_id_is_read_from_its_address(path: str, expected: str) -> None:
    assert expected == ACCOUNT.post_at(f"https://social.example{path}")


@pytest.mark.parametrize(
    "path", ["", "/", "/@news", "/@news/", "/about", "/@news@elsewhere.example/1", "/@news/1/reblogs"]
)
def test_an_address_that_is_no_posts_is_refused_and_shown_a_right_one(path: str) -> None:
    with pytest.raises(ValueError, match=r"https://social\.example/@name/1"):
        ACCOUNT.post_at(f"https://social.example{path}")


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
        ("", False),
    ],
)
def test_a_post_is_like_ours_by_its_link_or_by_half_of_its_words(content: str, alike: bool) -> None:
    post = Post((Part("Ministers agree on fish quotas"), Part("Part two")), url=LINK)
    assert alike is shown(content).is_like(post)


def test_a_link_is_the_same_however_it_is_spelled() -> None:
    post = Post((Part("x"),), url="https://example.org/straße")
    assert shown('<a href="https://example.org/stra%C3%9Fe">here</a>').is_like(post)


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


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-11-23T13:05:00.123456Z", datetime(2026, 11, 23, 13, 5, 0, 123456, tzinfo=UTC)),
        ("2026-11-23T14:05:00+01:00", datetime(2026, 11, 23, 13, 5, tzinfo=UTC)),
        ("2026-11-23T13:05:00", datetime(2026, 11, 23, 13, 5, tzinfo=UTC)),
        ("1795439100", datetime(2026, 11, 23, 13, 5, tzinfo=UTC)),
        ("9" * 30, None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_reset_is_iso_8601_or_seconds(told: str, expected: datetime | None) -> None:
    assert expected == rates.reset({"x-ratelimit-reset": told})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("300", "297", "2026-11-23T13:05:00Z"), "297 of 300 requests left until 2026-11-23 13:05 UTC"),
        (("300", "0", ""), "0 of 300 requests left"),
        (("", "297", "2026-11-23T13:05:00Z"), None),
        (("many", "297", "2026-11-23T13:05:00Z"), None),
        (("300", "-1", "2026-11-23T13:05:00Z"), None),
    ],
)
def test_what_is_left_is_told_in_words(headers: tuple[str, str, str], expected: str | None) -> None:
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    assert expected == rates.left(dict(zip(names, headers, strict=True)))


def test_posts_are_public_unless_the_operator_says_otherwise() -> None:
    assert "public" == ACCOUNT.visibility
    assert "private" == MastodonAccount.model_validate(settings(visibility="private")).visibility


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base_url": "social.example"}, "is no server's address"),
        ({"base_url": "https://social.example/@news"}, "ends with its name"),
        ({"access_token": ""}, "is empty"),
        ({"access_token": f"{TOKEN} x"}, "copy it anew"),
        ({"access_token": f"{TOKEN}\n{TOKEN}"}, "copy it anew"),
        ({"access_token": f"{TOKEN}é"}, "copy it anew"),
        ({"visibility": "direct"}, "'public', 'unlisted' or 'private'"),
    ],
)
def test_settings_that_cannot_be_right_are_refused_without_the_token(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        MastodonAccount.model_validate(settings(**changes))
    assert TOKEN not in str(caught.value)


def settings(**changes: str) -> dict[str, str]:
    return {"base_url": "https://social.example", "access_token": TOKEN} | changes


def test_the_settings_are_read_without_the_sdk() -> None:
    code = "import sys, bot.networks.mastodon; print({'mastodon', 'requests', 'httpcore'} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "set()" == told.strip()
