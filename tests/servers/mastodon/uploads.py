"""What a Mastodon server sees of a file before it takes it in."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError
from servers.mastodon.nouns import GIF_MATRIX_LIMIT, Refused

if TYPE_CHECKING:
    from servers.mastodon.nouns import Rules


def looked_at(mime: str, content: bytes, description: str, rules: Rules) -> tuple[tuple[int, int] | None, str]:
    """The width and height of what it takes, and the kind that it is shown as; refuses the rest in Mastodon's words."""
    if mime not in rules.mime_types:
        raise Refused(422, "Validation failed: File content type is invalid, File is invalid")
    if len(description) > rules.description_limit:
        many = f"Description is too long (maximum is {rules.description_limit} characters)"
        raise Refused(422, f"Validation failed: {many}")
    picture = mime.startswith("image/")
    if len(content) > (limit := rules.image_size_limit if picture else rules.video_size_limit):
        raise Refused(422, f"Validation failed: File file size must be less than {limit} bytes")
    if not picture:
        return None, "video"
    (width, height), moves = _decoded(mime, content)
    if width * height > (GIF_MATRIX_LIMIT if mime == "image/gif" else rules.image_matrix_limit):
        raise Refused(422, f"{width}x{height} images are not supported")
    return (width, height), "gifv" if moves and mime == "image/gif" else "image"


def _decoded(mime: str, content: bytes) -> tuple[tuple[int, int], bool]:
    """The size of a picture that is whole and of the kind that it is said to be, and whether it moves."""
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.load()
            if picture.get_format_mimetype() != mime:
                raise Refused(422, "Validation failed: File has contents that are not what they are reported to be")
            return picture.size, getattr(picture, "is_animated", False)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refused(422, "Validation failed: File is not recognized by the 'identify' command") from None
