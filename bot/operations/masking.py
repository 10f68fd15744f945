"""What must not be read by others, taken out of every text that leaves the bot for its operator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pydantic import BaseModel, SecretStr

from bot.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from bot.settings import Settings

HIDDEN = "***"
_SHORTEST = 4  # characters; less would take words apart
# a network's token can stand anywhere in an address; words, names of hosts and numbers of ports are none
_TOKEN = re.compile(r"(?!\d{1,5}$|\d+(?:\.\d+){3}$|(?:[a-z0-9-]+\.)+[a-z]{2,}$)(?=.*\d|.{20})\S{5,}")
# what is secret wherever it comes from: a password in an address, a header that signs a request, a session's token
_ALWAYS = (
    (re.compile(r"(?<=://)[^\s/@]*:[^\s/]*(?=@)"), HIDDEN),
    (
        re.compile(r"""(?i)\b(authorization|cookie)(['"]?\s*[:=]\s*(?-i:b?['"])?|['"],\s*(?-i:b)?['"])[^\r\n'}]+"""),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"\b(Bearer|Basic)\s+(?=\S*[\dA-Z=])[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
)


def masking(secrets: Collection[str]) -> Callable[[str], str]:
    """Hides these in a text, however they are written there, and whatever looks like credentials of others."""
    written = {way for secret in secrets if len(secret) >= _SHORTEST for way in _ways(secret)}
    longest_first = sorted(written, key=len, reverse=True)
    ours = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def masked(text: str) -> str:
        text = ours.sub(HIDDEN, text)
        for pattern, instead in _ALWAYS:
            text = pattern.sub(instead, text)
        return text

    return masked


def secrets_of(settings: Settings) -> frozenset[str]:
    """Every secret that the operator told us."""
    return frozenset(_secrets(settings))


def _secrets(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield from _parts(value.get_secret_value())
        case BaseModel():
            for name in type(value).model_fields:
                yield from _secrets(getattr(value, name))
        case Mapping():
            for each in value.values():
                yield from _secrets(each)


def _parts(secret: str) -> Iterator[str]:
    """A secret; of addresses, of which there may be several, what is secret in each."""
    if "://" not in secret:
        yield secret
    for url in re.split(r"[\s;]+", secret):
        scheme, found, rest = url.partition("://")
        if found and scheme.startswith(("sqlite", "postgres")):
            yield from _passwords(rest)
        elif found:
            yield url
            yield from _passwords(rest)
            yield from filter(_TOKEN.fullmatch, re.split(r"[/:@?&=]+", rest))


def _passwords(rest: str) -> Iterator[str]:
    """What an address says between its user's name and its host, where a port would stand, or as a parameter."""
    user, _, host = rest.rpartition("@")
    yield user.partition(":")[2]
    port = host.partition("/")[0].partition(":")[2]
    yield "" if port.isdigit() else port
    yield from re.findall(r"(?:pass|password|token|key)=([^&]+)", rest)


def _ways(secret: str) -> set[str]:
    """A secret as it may stand in an address, in JSON, in Python, and on one line."""
    plain = {secret, unquote(secret)}
    ways = plain | {one_line(each) for each in plain} | {quote(each, safe="") for each in plain}
    ways |= {json.dumps(each)[1:-1] for each in plain} | {repr(each)[1:-1] for each in plain}
    return {way for way in ways if len(way) >= _SHORTEST}
