"""Pictures and films on their way to a server, which takes its time with them."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from bot.errors import MediaRefused, Unavailable
from bot.networks.mastodon.profiles import id_of
from bot.networks.mastodon.refusals import content, done
from bot.networks.outcomes import UPLOADING
from bot.networks.rates import number
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from requests import Response

    from bot.model import Attachment, Post
    from bot.networks.mastodon.server import Server

_PAUSES = (0.25, 0.5, 1.0, 2.0, 3.0)  # between looks; the last again and again
_PENDING = frozenset({202, 206})


class Upload(NamedTuple):
    """
    What a server was sent, by the name that it gave it; `what` is its name for people.

    `pause` is how many seconds the server wants to be left alone, None once it is ready.
    """

    id: str
    what: str
    pause: int | None


def taken_in(server: Server, post: Post, parts: Iterable[int], sleep: Callable[[float], None]) -> dict[int, list[str]]:
    """
    Have the server take in what these parts show; its names for that, once all of it is ready to be posted.

    Nothing is posted, whatever this raises.
    """
    sent = {index: [_sent(server, each) for each in post.parts[index].media] for index in parts}
    every = list(chain(*sent.values()))
    for upload in every:
        _wait(server, upload, sleep)
    if every and server.time_to_upload < 0:
        raise server.too_slow("took so long to take in the pictures that no time was left to post")
    return {index: [upload.id for upload in uploads] for index, uploads in sent.items()}


def _sent(server: Server, attachment: Attachment) -> Upload:
    form = attachment.mime.rpartition("/")[2]  # some servers go by the name's end
    answer = server.ask(
        "POST",
        "v2/media",
        UPLOADING,
        files={"file": (f"media.{form}", attachment.content, attachment.mime)},
        data={"description": attachment.alt} if attachment.alt else {},
    )
    if answer.status_code in {404, 405, 501}:
        raise server.told(MediaRefused, "takes neither pictures nor films")
    if not done(answer):
        raise server.refused(answer, UPLOADING, name_of(attachment.source))
    return Upload(_named(server, answer), name_of(attachment.source), _pause(answer))


def _wait(server: Server, upload: Upload, sleep: Callable[[float], None]) -> None:
    """Ask politely until it is ready, as long as there is time."""
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        if upload.pause is None:
            return
        seconds = max(pause, upload.pause)
        if server.time_to_upload < seconds:
            raise server.too_slow(f"has not processed {upload.what} in time")
        sleep(seconds)
        upload = upload._replace(pause=_look(server, upload))


def _look(server: Server, upload: Upload) -> int | None:
    answer = server.ask("GET", f"v1/media/{quote(upload.id, safe='')}", UPLOADING)
    if not done(answer):
        raise server.refused(answer, UPLOADING, upload.what)
    _named(server, answer)
    return _pause(answer)


def _named(server: Server, answer: Response) -> str:
    told: Any = content(answer)
    name = id_of(told.get("id")) if isinstance(told, dict) else None
    if name is None:
        raise server.told(Unavailable, f"answered {answer.status_code}, and with no picture")
    return name


def _pause(answer: Response) -> int | None:
    return number(answer.headers.get("retry-after")) or 0 if answer.status_code in _PENDING else None
