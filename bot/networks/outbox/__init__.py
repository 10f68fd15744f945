"""The outbox: a network of our own, a page and an Atom feed on disk, for trying the bot and for publishing its feed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from pydantic import Field

from bot.model import Limit, MediaRules, Network, Span
from bot.networks.base import AccountSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.networks.base import Adapter

PAGE, FEED = "index.html", "feed.xml"
_POST = re.compile(r"file://[^#]+#(.+)-([0-9]+)")


def _spans(text: str) -> Sequence[Span]:
    from bot.text.bluesky import facets  # settings are read without it

    return facets(text)


# What browsers show; the sizes are what the ledger should have to keep of a post, and a page to load.
_PICTURES = dict.fromkeys(["image/jpeg", "image/png", "image/webp", "image/avif"], 10_000_000)
_MOVING = {"image/gif": 20_000_000, "video/mp4": 50_000_000}
_ALT = 10_000

OUTBOX = Network(
    name="outbox",
    limits=(Limit.of_text("characters", 5_000, len),),
    spans=_spans,
    repeatable=True,
    threads=True,
    media=MediaRules(10, _PICTURES | _MOVING, _ALT, moving=frozenset(_MOVING)),
    thumbnail=MediaRules(1, dict.fromkeys(_PICTURES, 1_000_000), _ALT),
    edits=True,
)


class OutboxAccount(AccountSettings):
    """The settings of an outbox: where it is."""

    facts: ClassVar[Network] = OUTBOX

    folder: Path = Field(default=Path("var/outbox"), description="the folder of the page and the feed")

    def post_at(self, url: str, login: str | None = None) -> str:  # noqa: ARG002 - an outbox is its folder
        """The name of the entry's part at this address on a disk."""
        found = _POST.fullmatch(url.strip())
        if found is None:
            raise ValueError(f"a post's address in an outbox is like file:///home/bot/var/outbox/{PAGE}#c0ffee-0")
        return f"{unquote(found[1])}/{found[2]}"

    def connect(self, name: str, home: Path) -> Adapter:
        """The adapter for this outbox; touches no disk."""
        from bot.networks.outbox.adapter import Outbox

        return Outbox(name, self._place(home))

    def whereabouts(self, home: Path) -> dict[str, str]:
        """The addresses of the page and the feed."""
        return {"page": (self._place(home) / PAGE).as_uri(), "feed": (self._place(home) / FEED).as_uri()}

    def _place(self, home: Path) -> Path:
        return (home / self.folder.expanduser()).resolve()
