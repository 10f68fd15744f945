"""What stands in an outbox: one small file per delivery, there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from bot import files
from bot.model import Post  # noqa: TC001 - pydantic reads an entry's types
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Attachment, Delivery, Part

# What entries had not from the beginning is left out where it says nothing: those without it stay as they are. The bytes of
# a picture are beside the page.
_LATER = frozenset({"media", "card", "left_out", "answers", "gone", "updated"})
_CONTENT = {"media": {"__all__": {"content"}}, "card": {"thumbnail": {"content"}}}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One post, when it was published, and when it was last changed, if ever.

    `gone` are the numbers of the parts that were taken down: the others keep theirs. Places are those among the others.
    """

    key: str
    published: datetime
    post: Post
    gone: tuple[int, ...] = ()
    updated: datetime | None = None

    @classmethod
    def of(cls, delivery: Delivery) -> Entry:
        """What a claimed delivery puts into the outbox: the same at every attempt."""
        if delivery.post is None or delivery.first_attempt_at is None:
            raise ValueError(f"delivery {delivery.id} is not claimed")
        post = replace(delivery.post, parts=tuple(map(_public, delivery.post.parts)))
        return cls(delivery.key, delivery.first_attempt_at.astimezone(UTC), post)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the parts that stand, in their order."""
        return [number for number in range(len(self.post.parts) + len(self.gone)) if number not in self.gone]

    @property
    def attachments(self) -> list[Attachment]:
        """All that it shows."""
        return [each for part in self.post.parts for each in part.attachments]

    def name(self, place: int) -> str:
        """What the part at this place is called."""
        return f"{self.key}/{self.numbers[place]}"

    def anchor(self, place: int) -> str:
        """Where on the page the part at this place stands."""
        return f"{quote(self.key, safe='')}-{self.numbers[place]}"

    def without(self, number: int) -> Entry:
        """The entry when one more part was taken down."""
        parts = tuple(part for each, part in zip(self.numbers, self.post.parts, strict=True) if each != number)
        return replace(self, post=replace(self.post, parts=parts), gone=(*self.gone, number))

    def saying(self, post: Post, number: int) -> Entry:
        """The entry when one part, and what is said of the whole, is as in this post; with no other moment."""
        parts = list(self.post.parts)
        parts[self.numbers.index(number)] = _public(post.parts[number])
        return replace(self, post=replace(post, parts=tuple(parts), answers=self.post.answers))


class Entries:
    """The entries in a folder, each in a file named by its time and its key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._json = TypeAdapter(Entry)

    def find(self, key: str) -> Entry | None:
        """The entry under this key; OSError where the folder does not say."""
        path = self._path(key)
        return self._read(path) if path else None

    def keep(self, entry: Entry) -> None:
        """Have the entry on disk, in place of the one that stood under its key."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{_beginning(entry.published)}{_ending(entry.key)}"
        plain = self._json.dump_python(entry, mode="json", exclude={"post": {"parts": {"__all__": _CONTENT}}})
        files.write_whole(self._path(entry.key) or fresh, to_json(_as_ever(plain), indent=1), mode=0o644)

    def drop(self, key: str) -> None:
        """Have no entry under this key."""
        if path := self._path(key):
            path.unlink()

    def newest(self, count: int) -> list[Entry]:
        """The latest entries, newest first."""
        return [self._read(path) for path in self._paths()[:count]]

    def attachments(self) -> Iterator[Attachment]:
        """All that the entries show."""
        for path in self._paths():
            yield from self._read(path).attachments

    def since(self, moment: datetime) -> Iterator[Entry]:
        """The entries that were published from then on, oldest first."""
        for path in reversed(self._paths()):
            if path.name >= _beginning(moment):
                yield self._read(path)

    def _path(self, key: str) -> Path | None:
        return next((path for path in self._paths() if path.name.endswith(_ending(key))), None)

    def _paths(self) -> list[Path]:
        try:
            paths = list(self._folder.iterdir())  # glob would keep quiet about a folder that it may not read
        except FileNotFoundError:
            return []
        return sorted((path for path in paths if not path.name.startswith(".")), reverse=True)

    def _read(self, path: Path) -> Entry:
        try:
            return self._json.validate_json(path.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{path} is damaged; remove it") from error


def _public(part: Part) -> Part:
    """A part without where its pictures come from: an outbox is for everybody to read."""
    thumbnail = part.card.thumbnail if part.card else None
    card = replace(part.card, thumbnail=_named(thumbnail)) if part.card and thumbnail else part.card
    return replace(part, media=tuple(map(_named, part.media)), card=card)


def _named(attachment: Attachment) -> Attachment:
    return replace(attachment, source=name_of(attachment.source))


def _as_ever(plain: Any) -> Any:
    match plain:
        case dict():
            return {name: _as_ever(each) for name, each in plain.items() if each or name not in _LATER}
        case list():
            return [_as_ever(each) for each in plain]
    return plain


def _beginning(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def _ending(key: str) -> str:
    return f"@{quote(key, safe='')}.json"
