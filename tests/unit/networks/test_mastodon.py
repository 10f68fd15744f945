"""Mastodon without a server: limits as they are stated, addresses, and what the settings accept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from bot.networks.mastodon import MASTODON, MastodonAccount
from bot.networks.mastodon.limits import Limits
from bot.networks.mastodon.profiles import Instance
from bot.text import mastodon

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "Tk-3f9a17c2"
ACCOUNT = MastodonAccount.model_validate({"base_url": "https://social.example", "access_token": TOKEN})
LINK = "https://example.org/news/2026/11/23/a-story"
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
    ACCOUNT.keep("news", tmp_path, Instance("social.example", limits))
    assert (limits, "social.example") == (ACCOUNT.limits_at("news", tmp_path), ACCOUNT.domain_at("news", tmp_path))
    [limit] = ACCOUNT.network_at("news", tmp_path).limits
    assert ("characters", limits.characters) == (limit.unit, limit.maximum)
    assert limits.measure("see https://a.de", "CW") == limit.measure("see https://a.de", "CW")


def test_what_another_server_stated_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    ACCOUNT.keep("news", tmp_path, Instance("social.example", Limits(5000)))
    moved = ACCOUNT.model_copy(update={"base_url": "https://other.example"})
    assert (Limits(), None) == (moved.limits_at("news", tmp_path), moved.domain_at("news", tmp_path))


@pytest.mark.parametrize(
    "kept", [None, "500", [], {"characters": "500"}, {"characters": 0, "url_length": -1}, {"in_full": 1}]
)
def test_kept_limits_that_are_damaged_are_mastodons_own(kept: Any) -> None:
    assert Limits() == Limits.kept(kept)


def test_kept_limits_of_fewer_fields_are_filled_up() -> None:
    assert Limits(characters=700) == Limits.kept({"characters": 700, "of_later": 1})
    assert {"characters", "url_length", "in_full", "media"} == asdict(Limits()).keys()


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
        ("/notice/AjqLYGOX8Cc8wDcaI4", "AjqLYGOX8Cc8wDcaI4"),
        ("/objects/0b1f8f3e-2f6c-4a43-9d4e-2c7e3a1c9f10", "0b1f8f3e-2f6c-4a43-9d4e-2c7e3a1c9f10"),
        ("/news/p/1763892120.123456", "1763892120.123456"),
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
    "path",
    [
        "",
        "/",
        "/@news",
        "/@news/",
        "/about",
        "/@news@elsewhere.example/1",
        "/@news/1/reblogs",
        "/users/news/statuses",
        "/@news/media",
        "/notice/",
        "/p/1",
    ],
)
def test_an_address_that_is_no_posts_is_refused_and_shown_a_right_one(path: str) -> None:
    with pytest.raises(ValueError, match=r"https://social\.example/@name/1"):
        ACCOUNT.post_at(f"https://social.example{path}")


@pytest.mark.parametrize("host", ["elsewhere.example", "social.example.evil.example", "example.org", ""])
def test_an_address_on_another_server_is_refused_and_named(host: str) -> None:
    with pytest.raises(ValueError, match=rf"{host or 'that'} is not the account's server; a post's address"):
        ACCOUNT.post_at(f"https://{host}/@news/115598246172829112", "1@social.example")


def test_an_address_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r"is like https://social\.example/@name/1"):
        ACCOUNT.post_at("https://[bad/@news/1")


def test_posts_are_public_unless_the_operator_says_otherwise() -> None:
    assert "public" == ACCOUNT.visibility
    assert "private" == MastodonAccount.model_validate(settings(visibility="private")).visibility


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base_url": "ftp://social.example"}, "is no server's address"),
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
