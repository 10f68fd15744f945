"""Kinds of settings that accounts on several networks have."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.text import addresses

_HOST = re.compile(r"[\w.:-]+")
_DEAREST = 1_000_000
_DECIMALS = 6  # the ledger counts millionths
_LONGEST_CURRENCY = 8


def _a_server(address: str) -> str:
    address = address.strip()
    if "://" not in address:
        address = f"https://{address.rpartition('@')[2]}"  # people say mastodon.example, or @me@mastodon.example
    url = _split(address)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname or not _HOST.fullmatch(url.hostname):
        raise ValueError("is no server's address, which looks like https://social.example.org")
    if url.path.strip("/") or url.query or url.fragment or url.username:
        raise ValueError(f"a server's address ends with its name: {url.scheme}://{url.netloc.rpartition('@')[2]}")
    if url.scheme == "http" and not _loopback(url.hostname):
        raise ValueError("http:// would send the secrets in the open; only https:// may leave this machine")
    return f"{url.scheme}://{url.netloc}"


def _split(address: str) -> SplitResult | None:
    """The parts of an address, None where brackets or a port in it are none."""
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        return None
    return None if port == 0 else url


def _given(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.strip():
        raise ValueError("is empty; it must not be")
    if not text.isprintable():
        raise ValueError("has a character in it that cannot be sent; copy it anew")
    return secret


def _token(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not text:
        raise ValueError("is empty; it must not be")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has a character in it that no such key has; copy it anew")
    return SecretStr(text)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _amount(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        amount = Decimal(value.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _DEAREST:
        raise ValueError(f"{value.strip()[:40]!r} is no price: write one such as 0.015, without a currency")
    if amount != round(amount, _DECIMALS):
        raise ValueError(f"{value.strip()[:40]!r} has more than {_DECIMALS} decimals")
    return amount


def _shown_as_money(text: str) -> str:
    if (
        not text.isprintable()
        or len(text) > _LONGEST_CURRENCY
        or any(each.isdigit() or each.isspace() for each in text)
    ):
        raise ValueError("is no currency: write its letters, such as EUR, or its sign")
    return text


def _parameters(text: str) -> str:
    if found := next((each for each in text.strip() if each.isspace() or each == "#"), None):
        what = "a #" if found == "#" else "a blank"
        raise ValueError(f"has {what} in it: write name=value with & between, such as utm_source={{network}}")
    return text


ServerAddress = Annotated[str, AfterValidator(_a_server)]
"""The address of a server, `https://name` and no more; plain http only on this machine."""

Password = Annotated[SecretStr, AfterValidator(_given)]
"""A secret that a person chose."""

Token = Annotated[SecretStr, AfterValidator(_token)]
"""A secret that a network made: it goes into a header as it is."""

Price = Annotated[Decimal, BeforeValidator(_amount)]
"""What something costs, in the operator's currency."""

Currency = Annotated[str, AfterValidator(_shown_as_money)]
"""How that currency is written after an amount."""

Campaign = Annotated[str, AfterValidator(_parameters), AfterValidator(addresses.campaign)]
"""Parameters for links, `{network}` and `{account}` in them."""
