"""Pictures and films on the server: taken in whole or in pieces, decoded, processed, described, and shown once."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

STILLS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MOVING = {"tweet_gif": "image/gif", "tweet_video": "video/mp4"}
LARGEST = {"tweet_image": 5_000_000, "tweet_gif": 15_000_000, "tweet_video": 512_000_000}
LARGEST_PIECE = 4 * 1024 * 1024
LARGEST_GIF = (1280, 1080)
MOST_FRAMES = 350
LASTS = timedelta(days=1)
FIELDS = frozenset(
    "alt_text duration_ms height media_key preview_image_url public_metrics type url variants width".split()
)
_KINDS = {"tweet_image": ("3", "photo"), "tweet_gif": ("16", "animated_gif"), "tweet_video": ("7", "video")}


@dataclass
class Media:
    """
    One upload: `pieces` are its bytes as far as they came, `to_wait` how often a look will find it unfinished, `flaw` what is
    wrong with it. `alt` is what its owner says that it shows.
    """

    id: str
    owner: str
    mime: str
    category: str
    at: datetime
    size: int
    pieces: list[bytes] = field(default_factory=list)
    finalized: bool = False
    to_wait: int = 0
    check_after: int = 1
    flaw: str = ""
    alt: str = ""
    used: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def key(self) -> str:
        return f"{_KINDS[self.category][0]}_{self.id}"

    @property
    def moves(self) -> bool:
        return self.category in MOVING

    def lives(self, now: datetime) -> bool:
        """Whether it may still be posted, by its age."""
        return now < self.at + LASTS

    def ready(self, now: datetime) -> bool:
        """Whether it may be posted now."""
        return self.finalized and not self.to_wait and not self.flaw and not self.used and self.lives(now)

    def told(self, now: datetime) -> dict[str, Any]:
        """What is told of it as an upload."""
        seconds = int((self.at + LASTS - now).total_seconds())
        told: dict[str, Any] = {"id": self.id, "media_key": self.key, "expires_after_secs": seconds}
        if self.finalized:
            told["size"] = self.size
        if self.finalized and self.moves:
            told["processing_info"] = dict(self._processing())
        return told

    def shown(self, fields: frozenset[str]) -> dict[str, Any]:
        """What is told of it beside a post."""
        everything = {"alt_text": self.alt, "media_key": self.key, "type": _KINDS[self.category][1]}
        return {name: value for name, value in everything.items() if value and name in fields | {"media_key", "type"}}

    def _processing(self) -> Iterator[tuple[str, Any]]:
        if self.to_wait:
            yield "state", "in_progress"
            yield "check_after_secs", self.check_after
            yield "progress_percent", 8
        elif self.flaw:
            yield "state", "failed"
            yield "error", {"code": 1, "name": "InvalidMedia", "message": self.flaw}
        else:
            yield "state", "succeeded"
            yield "progress_percent", 100


def flaw(content: bytes, category: str) -> str:
    """What is wrong with a picture or a film; nothing, if all is well."""
    if category == "tweet_video":
        return "" if content[4:8] == b"ftyp" else "Unsupported video format"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(content)) as picture:
                picture.load()
                return _flaw(picture, category)
    except Exception:  # noqa: BLE001 - whatever Pillow makes of it, it is no picture
        return "media type unrecognized."


def _flaw(picture: Image.Image, category: str) -> str:
    if category == "tweet_image":
        return "" if picture.format in STILLS.values() else "media type unrecognized."
    if picture.format != "GIF":
        return "media type unrecognized."
    if picture.width > LARGEST_GIF[0] or picture.height > LARGEST_GIF[1] or _frames(picture) > MOST_FRAMES:
        return "The GIF is larger than X takes them"
    return ""


def _frames(picture: Image.Image) -> int:
    return int(getattr(picture, "n_frames", 1))


class Uploads:
    """Everything that was uploaded, under ids of its own."""

    def __init__(self) -> None:
        self._media: dict[str, Media] = {}

    def add(self, owner: str, mime: str, category: str, size: int, at: datetime) -> Media:
        """A new upload, of which nothing came yet."""
        made = Media(str(1_880_000_000_000_000_000 + len(self._media)), owner, mime, category, at, size)
        self._media[made.id] = made
        return made

    def get(self, media_id: str) -> Media | None:
        return self._media.get(media_id)

    def of(self, owner: str) -> list[Media]:
        """Those of one account, as they came."""
        return [media for media in list(self._media.values()) if media.owner == owner]
