"""What a network said last is told to whoever watches, as far as it is kept; nobody is asked."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot import networks
from bot.networks.base import Quota, Told
from bot.networks.x import XAccount
from bot.networks.x.quota import Left, to_keep

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "made-up")
X = XAccount.model_validate({"network": "x", **KEYS})
BLUESKY = networks.account_settings("bluesky").model_validate(
    {"network": "bluesky", "handle": "news.example.org", "app_password": "made-up"}
)


def token(**claims: object) -> str:
    return f"head.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.sign"


def kept(home: Path, session: str) -> Told:
    path = home / "var" / "sessions" / "news"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(session, encoding="utf-8")
    return BLUESKY.told("news", home, NOW)


def test_of_a_session_each_tokens_end(tmp_path: Path) -> None:
    access, refresh = NOW + timedelta(hours=2), NOW + timedelta(days=90)
    tokens = (token(exp=access.timestamp()), token(exp=int(refresh.timestamp())))
    session = ":::".join(("news.example.org", "did:plc:x", *tokens, "https://bsky.social"))
    assert Told(tokens={"access": access, "refresh": refresh}) == kept(tmp_path, session)


@pytest.mark.parametrize(
    "session",
    ["", "a:::b", "a:::b:::c:::d", f"a:::b:::{token(exp='soon')}:::{token(sub=1)}:::e", f"a:::b:::{token(exp=1e99)}"],
)
def test_a_session_that_says_nothing_of_its_end_is_no_trouble(tmp_path: Path, session: str) -> None:
    assert Told() == kept(tmp_path, session)


def test_where_none_is_kept_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert [Told(), Told()] == [each.told("news", tmp_path, NOW) for each in (BLUESKY, X)]


def test_of_x_how_many_posts_are_left_as_long_as_that_holds(tmp_path: Path) -> None:
    until = NOW + timedelta(hours=3)
    X.shelf("news", tmp_path).keep(to_keep([Left("x-user-limit-24hour", 7, 100, until)]))
    assert Told((Quota("posts a day", 7, 100, until),)) == X.told("news", tmp_path, NOW)
    assert Told() == X.told("news", tmp_path, until + timedelta(seconds=1))
