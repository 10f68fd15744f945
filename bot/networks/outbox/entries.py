"""What stands in an outbox: one small file per delivery, there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from bot import files
from bot.model import Post  # noqa: TC001 - pydantic reads an entry's types

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Delivery


@dataclass(frozen=True, slots=True)
class Entry:
    """One post, and when it was published."""

    key: str
    published: datetime
    post: Post

    @classmethod
    def of(cls, delivery: Delivery) -> Entry:
        """What a claimed delivery puts into the outbox: the same at every attempt."""
        if delivery.post is None or delivery.first_attempt_at is None:
            raise ValueError(f"delivery {delivery.id} is not claimed")
        return cls(delivery.key, delivery.first_attempt_at.astimezone(UTC), delivery.post)

    def name(self, index: int) -> str:
        """What one part is called."""
        return f"{self.key}/{index}"

    def anchor(self, index: int) -> str:
        """Where on the page one part stands."""
        return f"{quote(self.key, safe='')}-{index}"


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
        files.write_whole(self._path(entry.key) or fresh, self._json.dump_json(entry, indent=1), mode=0o644)

    def newest(self, count: int) -> list[Entry]:
        """The latest entries, newest first."""
        return [self._read(path) for path in self._paths()[:count]]

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


def _beginning(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def _ending(key: str) -> str:
    return f"@{quote(key, safe='')}.json"
