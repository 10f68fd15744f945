"""What may be shown with a post, as a server states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.model import MediaRules
from bot.networks.mastodon.stated import section, within

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS = ("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4")
_MOVING = frozenset({"image/gif", "video/mp4"})
_MANY, _LONG, _LARGE = 1_000, 100_000, 10_000_000_000  # what no server means
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """
    How many pictures a post has there, how long a description is, and how large they are in bytes and pixels.

    By default what the oldest servers take, since only new ones state more.
    """

    most: int = 4
    description: int = 1_500
    image: int = 10 * _MIB
    film: int = 40 * _MIB
    pixels: int = 4096 * 4096
    formats: tuple[str, ...] = FORMATS

    @classmethod
    def stated(cls, instance: Mapping[str, Any]) -> AttachmentLimits:
        """What /api/v2/instance states, or its forerunner; Pleroma and Akkoma have some of it under names of their own."""
        configuration = section(instance, "configuration")
        media, most = section(configuration, "media_attachments"), section(configuration, "statuses")
        return cls.kept(
            {
                "most": most.get("max_media_attachments", instance.get("max_media_attachments")),
                "description": media.get("description_limit", instance.get("description_limit")),
                "image": media.get("image_size_limit", instance.get("upload_limit")),
                "film": media.get("video_size_limit", instance.get("upload_limit")),
                "pixels": media.get("image_matrix_limit"),
                "formats": media.get("supported_mime_types"),
            }
        )

    @classmethod
    def kept(cls, kept: Any) -> AttachmentLimits:
        """What a mapping of these fields says; the defaults where that is nothing, or damaged."""
        kept = kept if isinstance(kept, dict) else {}
        plain = cls()
        return cls(
            most=within(kept.get("most"), 0, _MANY, plain.most),
            description=within(kept.get("description"), 1, _LONG, plain.description),
            image=within(kept.get("image"), 1, _LARGE, plain.image),
            film=within(kept.get("film"), 1, _LARGE, plain.film),
            pixels=within(kept.get("pixels"), 1, _LARGE, plain.pixels),
            formats=_known(kept.get("formats")),
        )

    @property
    def rules(self) -> MediaRules | None:
        """The same as the rest of the bot knows it; None where posts are text there."""
        if not self.most:
            return None
        sizes = {mime: self.image if mime.startswith("image/") else self.film for mime in self.formats}
        return MediaRules(self.most, sizes, self.description, pixels=self.pixels, moving=_MOVING)


def _known(formats: Any) -> tuple[str, ...]:
    """Those of the formats that we know how to make; a list with none of them is none."""
    stated = formats if isinstance(formats, list) else []
    return tuple(mime for mime in FORMATS if mime in stated) or FORMATS
