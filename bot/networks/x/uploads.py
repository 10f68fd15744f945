"""Pictures and films on their way to X: a still in one piece, what moves in several, which X then takes its time with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import MediaRefused, TooSlow, Unavailable
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.model import Attachment
    from bot.networks.x.server import Server, Shown

_MOVING = {"image/gif": "tweet_gif", "video/mp4": "tweet_video"}
_DESCRIBED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})  # X says nothing of films
_CHUNK = 4_000_000
_LONGEST_PAUSE = 3_600  # seconds; no attempt lasts that long


def taken_in(
    server: Server, shown: Mapping[int, Sequence[Attachment]], sleep: Callable[[float], None]
) -> dict[int, list[str]]:
    """
    Have X take in what each of these parts shows; its numbers for that, once all of it is ready to be posted.

    Nothing is posted, whatever this raises.
    """
    if not any(shown.values()):
        return {index: [] for index in shown}
    server.ready()
    numbers = {index: [_taken_in(server, each, sleep) for each in media] for index, media in shown.items()}
    if not server.has_time():
        raise server.told(TooSlow, "took so long to take in the pictures that no time was left to post")
    return numbers


def _taken_in(server: Server, attachment: Attachment, sleep: Callable[[float], None]) -> str:
    try:
        upload = _sent(server, attachment)
        while seconds := _pause(server, upload):
            if not server.has_time(seconds):
                raise server.told(TooSlow, f"has not processed {name_of(attachment.source)} in time")
            sleep(seconds)
            upload = server.upload("GET", "upload", params={"command": "STATUS", "media_id": server.number_of(upload)})
        number = server.number_of(upload)
        if attachment.alt and attachment.mime in _DESCRIBED:
            described = {"id": number, "metadata": {"alt_text": {"text": attachment.alt}}}
            server.upload("POST", "metadata", json=described)
    except MediaRefused as error:
        raise MediaRefused(
            f"{error.what} ({name_of(attachment.source)})", where=error.where, hint=error.hint
        ) from error
    return number


def _sent(server: Server, attachment: Attachment) -> Shown:
    """What X says of it when it has all the bytes."""
    category = _MOVING.get(attachment.mime)
    if category is None:
        files = {"media": ("media", attachment.content, attachment.mime)}
        return server.upload("POST", "upload", files=files, data={"media_category": "tweet_image"})
    content = attachment.content
    about = {"media_type": attachment.mime, "total_bytes": len(content), "media_category": category}
    number = server.number_of(server.upload("POST", "upload/initialize", json=about))
    for index, start in enumerate(range(0, len(content), _CHUNK)):
        files = {"media": ("media", content[start : start + _CHUNK], "application/octet-stream")}
        server.upload("POST", f"upload/{number}/append", files=files, data={"segment_index": str(index)})
    return server.upload("POST", f"upload/{number}/finalize")


def _pause(server: Server, upload: Shown) -> int | None:
    """How many seconds X wants to be left alone with it; None when it is ready."""
    info: Any = upload.get("processing_info")
    match info:
        case None | {"state": "succeeded"}:
            return None
        case {"state": "pending" | "in_progress"}:
            seconds = info.get("check_after_secs")
            return min(max(seconds, 1), _LONGEST_PAUSE) if isinstance(seconds, int) else 1
        case {"state": "failed"}:
            error = info.get("error")
            words = server.in_words(str(error.get("message", ""))) if isinstance(error, dict) else ""
            raise server.told(MediaRefused, f"cannot process this: {words or 'it does not say why'}")
    raise server.told(Unavailable, "does not say what becomes of a picture")
