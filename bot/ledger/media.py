"""The bytes of what a frozen post shows: kept beside it for as long as it may have to be sent again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from bot.errors import LedgerError
from bot.ledger.schema import media

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from bot.model import Attachment, Delivery, Part, Post

_KEPT = select(media.c.digest, media.c.content).where(media.c.delivery == bindparam("number"))
_FORGET = delete(media).where(media.c.delivery == bindparam("number"))


def keep(db: Connection, number: int, post: Post) -> None:
    """Write down the bytes that a post needs, each once."""
    contents = {each.digest: each.content for each in _attachments(post)}
    if contents:
        rows = [{"delivery": number, "digest": digest, "content": content} for digest, content in contents.items()]
        db.execute(insert(media), rows)


def forget(db: Connection, delivery: Delivery) -> None:
    """Drop the bytes of a post that is not sent again, or is made anew."""
    if delivery.post is not None and any(_attachments(delivery.post)):
        db.execute(_FORGET, {"number": delivery.id})


def complete(db: Connection, delivery: Delivery) -> Delivery:
    """The delivery with the bytes of all that its post shows."""
    if delivery.post is None or all(each.content for each in _attachments(delivery.post)):
        return delivery
    contents: dict[str, bytes] = {row.digest: row.content for row in db.execute(_KEPT, {"number": delivery.id})}
    try:
        parts = tuple(_whole(part, contents) for part in delivery.post.parts)
    except KeyError as error:
        hint = "Look whether it stands on the network, then `bot resolve`, or put a backup back"
        raise LedgerError(f"the bytes of {error} are gone", where=f"delivery {delivery.id}", hint=hint) from None
    return replace(delivery, post=replace(delivery.post, parts=parts))


def _attachments(post: Post) -> Iterator[Attachment]:
    return (each for part in post.parts for each in part.attachments)


def _whole(part: Part, contents: Mapping[str, bytes]) -> Part:
    shown = tuple(replace(each, content=contents[each.digest]) for each in part.media)
    card = part.card
    if card is not None and card.thumbnail is not None:
        card = replace(card, thumbnail=replace(card.thumbnail, content=contents[card.thumbnail.digest]))
    return replace(part, media=shown, card=card)
