"""No secret leaves the bot, however it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from bot import networks
from bot.operations.masking import HIDDEN, masking, secrets_of
from bot.settings import Settings

AWKWARD = "pa$$'w\"örd/ 1"
ACCOUNTS = {
    "bluesky": {"handle": "news.example.org", "app_password": "abcd-efgh-ijkl-mnop"},
    "mastodon": {"base_url": "https://mastodon.example", "access_token": "mastodons-access-token"},
    "x": {
        "consumer_key": "the-consumer-key",
        "consumer_secret": "the-consumer-secret",
        "access_token": "42-the-access-token",
        "access_token_secret": "the-token-secret",
    },
    "outbox": {},
}


def settings(**said: Any) -> Settings:
    accounts = {
        name: networks.account_settings(name).model_validate({"network": name, **given})
        for name, given in ACCOUNTS.items()
    }
    return Settings.model_construct(home=Path(), accounts=accounts, **said)


def keys() -> list[str]:
    """Every key of every network, as its model says what is secret."""
    accounts = settings().accounts.values()
    values = [getattr(each, name) for each in accounts for name in type(each).model_fields]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def test_every_network_with_keys_is_tried() -> None:
    assert 6 == len(keys())
    assert set(networks.names()) == set(ACCOUNTS)


@pytest.mark.parametrize("key", keys())
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "401 for token {}!",
        "https://api.example/1?token={}&x=1",
        "{{'Authorization': 'Bearer {}'}}",
        'OAuth oauth_token="{}", oauth_signature="x"',
        "KeyError: '{}'",
    ],
)
def test_a_networks_keys_are_hidden_wherever_they_stand(key: str, text: str) -> None:
    hidden = masking(secrets_of(settings()))(text.format(key))
    assert (False, True) == (key in hidden, HIDDEN in hidden)


@pytest.mark.parametrize("way", [str, lambda text: quote(text, safe=""), json.dumps, repr])
def test_a_secret_is_known_in_the_writing_of_others(way: object) -> None:
    assert callable(way)
    hidden = masking([AWKWARD])(f"it was {way(AWKWARD)}, they say")
    assert ("it was ***, they say", False) == (hidden.replace('"', "").replace("'", ""), "örd" in hidden)


def test_of_the_databases_address_only_the_password_is_secret() -> None:
    of = secrets_of(settings(database_url=SecretStr("postgresql://bot:p%40ssword@db.example/news")))
    mask = masking(of)
    assert "no bot at db.example/news, p@*** or ***" == mask("no bot at db.example/news, p@*** or p%40ssword")
    assert "***" == mask("p@ssword")
    assert "sqlite:///var/bot.db" == masking(secrets_of(settings()))("sqlite:///var/bot.db")


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "tgram://123456:abcdefg/4242",
        "json://user:word1@example.org/hook42",
    ],
)
def test_of_an_alerts_address_all_that_may_be_secret_is(url: str) -> None:
    mask = masking(secrets_of(settings(alerts=SecretStr(f"mailto://me:other@example.org {url}"))))
    _, _, rest = url.partition("://")
    assert "***" == mask(url)
    for piece in rest.replace("@", "/").replace(":", "/").split("/"):
        assert (piece == "example.org") == (mask(f"<{piece}>") == f"<{piece}>") or len(piece) <= 4
    assert "https://example.org/news" == mask("https://example.org/news"), "a host is no secret"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://bot:word@db/news", "postgresql://***@db/news"),
        ("http://u:p@proxy:3128 refused", "http://***@proxy:3128 refused"),
        ("Authorization: Bearer abc.def\nHost: x", "Authorization: ***\nHost: x"),
        ("{'Authorization': 'OAuth a=\"b\", c=\"d\"', 'Host': 'x'}", "{'Authorization': '***', 'Host': 'x'}"),
        ("token eyJhbGciOiJI.eyJzY29wZSI6.c2ln was refused", "token *** was refused"),
        ("Basic dXNlcjpwYXNz", "Basic ***"),
    ],
)
def test_what_looks_like_credentials_is_hidden_though_nobody_told_us(text: str, expected: str) -> None:
    assert expected == masking([])(text)


@pytest.mark.parametrize(
    "text",
    ["https://example.org/a:b", "basic facts, bearer of news", "10:30 Authorization is refused", "a@b.example: no"],
)
def test_what_is_none_stays(text: str) -> None:
    assert text == masking(["abc"])(text)
