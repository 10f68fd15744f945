"""What a post may be, as a server states it: they differ in how much they take, and in how they count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.model import Limit
from bot.networks.mastodon.attachments import AttachmentLimits
from bot.networks.mastodon.stated import section, within
from bot.text import mastodon

_MOST_CHARACTERS = 1_000_000
_LONGEST_URL = 200
_MASTODONS_OWN = re.compile(r"[1-9]\d*\.\d+(?!.*compatible)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one server takes: so many characters, a link counting `url_length` of them.

    `in_full` says that every character of a text may count there, those of links and mentions as well; `media` what it
    takes beside a text.
    """

    characters: int = mastodon.MAXIMUM
    url_length: int = mastodon.URL_LENGTH
    in_full: bool = False
    media: AttachmentLimits = field(default_factory=AttachmentLimits)

    @classmethod
    def stated(cls, instance: Mapping[str, Any]) -> Limits:
        """What /api/v2/instance states, or its forerunner; where it says nothing, or nonsense, what Mastodon does."""
        statuses = section(section(instance, "configuration"), "statuses")
        characters = statuses.get("max_characters", instance.get("max_toot_chars"))
        reserved = within(statuses.get("characters_reserved_per_url"), 0, _LONGEST_URL, mastodon.URL_LENGTH)
        version, source = str(instance.get("version") or "4.0.0"), str(instance.get("source_url"))
        gotosocial = version.startswith("0.") or "gotosocial" in source.lower()
        return cls(
            characters=within(characters, 1, _MOST_CHARACTERS, mastodon.MAXIMUM),
            url_length=0 if gotosocial else reserved,  # it says 25, and counts every character
            in_full=gotosocial or reserved == 0 or not _MASTODONS_OWN.match(version),
            media=AttachmentLimits.stated(instance),
        )

    @classmethod
    def kept(cls, kept: Any) -> Limits:
        """What was stated and kept as a mapping of these fields; Mastodon's own where that is nothing, or damaged."""
        kept = kept if isinstance(kept, Mapping) else {}
        return cls(
            characters=within(kept.get("characters"), 1, _MOST_CHARACTERS, mastodon.MAXIMUM),
            url_length=within(kept.get("url_length"), 0, _LONGEST_URL, mastodon.URL_LENGTH),
            in_full=kept.get("in_full") is True,
            media=AttachmentLimits.kept(kept.get("media")),
        )

    def to_keep(self) -> dict[str, Any]:
        """The same as JSON has it, for `kept` to read."""
        fields = asdict(self)
        return fields | {"media": fields["media"] | {"formats": list(self.media.formats)}}

    @property
    def limit(self) -> Limit:
        """The same as the rest of the bot knows a limit."""
        return Limit("characters", self.characters, self.measure)

    def measure(self, text: str, warning: str) -> int:
        """How much of the limit a text takes up with its warning; of two ways to count, the longer."""
        shortened = mastodon.length(text, warning=warning, url_length=self.url_length)
        return max(shortened, len(warning) + len(text)) if self.in_full else shortened
