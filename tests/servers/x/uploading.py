"""What the server does for each request by which media are uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servers.x import words
from servers.x.bodies import from_form, from_json, nothing
from servers.x.drafts import only
from servers.x.media import LARGEST, LARGEST_PIECE, MOVING, Media, flaw
from servers.x.queries import Query

if TYPE_CHECKING:
    from servers.x.endpoints import Answer, Request
    from servers.x.server import XServer

LONGEST_ALT = 1_000


def upload(server: XServer, request: Request) -> Answer:
    """A still, in one piece."""
    content, category = from_form(request, "media", "media_category")
    if category != b"tweet_image":
        raise words.invalid("media_category", category.decode(errors="replace"), "Only tweet_image is uploaded at once")
    if len(content) > LARGEST["tweet_image"]:
        raise words.problem(413, "Payload Too Large", "maxFileSizeExceeded")
    if wrong := flaw(content, "tweet_image"):
        raise words.unacceptable(wrong)
    made = server.uploads.add(request.login.user_id, "", "tweet_image", len(content), server.clock())
    made.pieces, made.finalized = [content], True
    return 200, {"data": made.told(server.clock())}


def initialize(server: XServer, request: Request) -> Answer:
    """Something that moves will come in pieces."""
    body = from_json(request)
    only("$", body, {"media_type": str, "total_bytes": int, "media_category": str})
    category, size = body["media_category"], body["total_bytes"]
    if MOVING.get(category) != body["media_type"]:
        raise words.invalid("media_category", category, "The media type is not of this category")
    if not 0 < size <= LARGEST[category]:
        raise words.unacceptable("maxFileSizeExceeded")
    made = server.uploads.add(request.login.user_id, body["media_type"], category, size, server.clock())
    made.to_wait, made.check_after, made.flaw = request.login.processing, 1, request.login.unprocessable
    return 200, {"data": made.told(server.clock())}


def append(server: XServer, request: Request) -> Answer:
    """The next piece, after all before it."""
    content, index = from_form(request, "media", "segment_index")
    media = _own(server, request, request.subject)
    if media.finalized or index.decode(errors="replace") != str(len(media.pieces)) or len(media.pieces) > 999:
        raise words.invalid("segment_index", index.decode(errors="replace"), "Segments do not add up to provided total")
    if not 0 < len(content) <= LARGEST_PIECE:
        raise words.problem(413, "Payload Too Large", "Payload Too Large")
    media.pieces.append(content)
    return 200, {"data": {"expires_at": int(media.at.timestamp())}}


def finalize(server: XServer, request: Request) -> Answer:
    """All pieces are there."""
    nothing(request)
    media = _own(server, request, request.subject)
    if media.finalized or len(media.content) != media.size:
        raise words.unacceptable("Segments do not add up to provided total file size.")
    media.finalized = True
    media.flaw = media.flaw or flaw(media.content, media.category)
    return 200, {"data": media.told(server.clock())}


def status(server: XServer, request: Request) -> Answer:
    """How far the processing went."""
    query = Query(request.query, ("command", "media_id"))
    query.names("command", ("STATUS",))
    media = _own(server, request, query.id("media_id"))
    if not media.finalized:
        raise words.unacceptable("The upload is not finalized")
    told = media.told(server.clock())
    media.to_wait = max(media.to_wait - 1, 0)
    return 200, {"data": told}


def describe(server: XServer, request: Request) -> Answer:
    """What a picture shows, in words; nobody describes films, or what was posted."""
    body = from_json(request)
    only("$", body, {"id": str, "metadata": dict})
    only("$.metadata", body["metadata"], {"alt_text": dict})
    only("$.metadata.alt_text", body["metadata"]["alt_text"], {"text": str})
    text: Any = body["metadata"]["alt_text"]["text"]
    media = _own(server, request, body["id"])
    if not media.ready(server.clock()) or media.category == "tweet_video":
        raise words.unacceptable("This media cannot be described")
    if not 0 < len(text) <= LONGEST_ALT:
        raise words.invalid("$.metadata.alt_text.text", text, "$.metadata.alt_text.text: must be 1 to 1000 characters")
    media.alt = text
    return 200, {"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}}


def _own(server: XServer, request: Request, media_id: str) -> Media:
    media = server.uploads.get(media_id)
    if media is None or media.owner != request.login.user_id or not media.lives(server.clock()):
        raise words.problem(404, "Not Found", f"Could not find media with id: [{media_id}].")
    return media
