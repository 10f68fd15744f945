"""Parameters that an address gets for those who count where readers come from: all else of it stays as it is, to the byte."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

PLACES = ("network", "account")
_BRACED = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NO_END = re.compile(r"[.~+]\Z")  # networks end a link before it
_ON_THE_WEB = re.compile("https?://", re.IGNORECASE)


def campaign(text: str) -> str:
    """
    The parameters that an operator wrote, `{network}` and `{account}` still in them.

    Raises ValueError where they are none.
    """
    written = text.strip()
    for name in _BRACED.findall(written):
        if name not in PLACES:
            raise ValueError(f"{{{name[:40]}}} stands for nothing: there are {{network}} and {{account}}")
    if set("{}") & set(_BRACED.sub("", written)):
        raise ValueError("has a brace without its other one: write {network} or {account}")
    names = [_named(item) for item in written.split("&")] if written else []
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"names {twice[:40]!r} twice")
    return written


def filled(text: str, **places: str) -> str:
    """The same for one account, as a query has it."""
    pairs = (item.split("=", 1) for item in text.split("&"))
    return "&".join(
        "=".join([_escaped(_BRACED.sub(lambda found: places[found[1]], each)) for each in pair]) for pair in pairs
    )


def tagged(url: str, parameters: str) -> str:
    """The address with these parameters after its own; one that it has already is left to it."""
    if not _ON_THE_WEB.match(url):
        return url
    before, hash_, fragment = url.partition("#")
    _, mark, query = before.partition("?")
    has = {_name(item) for item in re.split("[&;]", query)}
    added = "&".join(item for item in parameters.split("&") if _name(item) not in has)
    if not added:
        return url
    joint = "?" if not mark else "&" if query and not query.endswith("&") else ""
    return f"{before}{joint}{added}{hash_}{fragment}"


def _name(item: str) -> str:
    return unquote(item.partition("=")[0])


def _named(item: str) -> str:
    name, equals, _ = item.partition("=")
    if not (name and equals):
        raise ValueError(f"{item[:40]!r} is no parameter: write them as name=value, with & between")
    if not item.isprintable() or "#" in name or "?" in name:
        raise ValueError(f"{item[:40]!r} is no parameter: its name has a character that no name of one has")
    return name


def _escaped(text: str) -> str:
    """As it may stand in a query, and be the end of a link; what was escaped already stays so."""
    escaped = quote(_STRAY.sub("%25", text), safe="%+")
    return _NO_END.sub(lambda found: f"%{ord(found[0]):02X}", escaped)
