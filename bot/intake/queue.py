"""The queue on disk: articles waiting, one a file, and where they go from there."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.intake.paths import is_section, legible, place_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_UNFINISHED = ("~", ".part", ".tmp")
_SETTLING = 1.0  # seconds; somebody may still be writing


class Queue:
    """A folder of articles, and of folders of them, one a section; what is in `done/`, `rejected/` or `drafts/` does not wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def waiting(self, now: datetime) -> list[Path]:
        """The files that are ready to be read, oldest first, then by name; half-written ones are left alone."""
        try:
            found = sorted(self._settled(now.timestamp()))
        except OSError as error:
            raise _failed(error, self.folder, "read") from error
        return [path for _, path in found]

    def done(self, path: Path) -> None:
        """Move a file whose deliveries are final to `done/`."""
        self._move(path, "done")

    def reject(self, path: Path, reason: str) -> None:
        """Move a file that cannot be read to `rejected/`, with the reason beside it."""
        moved = self._move(path, "rejected")
        if moved is None:
            return
        try:
            moved.with_name(f"{moved.name}.reason.txt").write_text(f"{reason}\n", encoding="utf-8")
        except OSError as error:
            raise _failed(error, moved, "explained") from error

    def _settled(self, now: float) -> Iterator[tuple[float, Path]]:
        if not self.folder.exists():
            return
        for path in self._files(self.folder):
            if path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED):
                continue
            try:
                changed = path.lstat().st_mtime
            except FileNotFoundError:  # moved away since it was listed
                continue
            # A time far ahead, from a clock that ran fast, must not hold the file back until then.
            if abs(now - changed) >= _SETTLING:
                yield changed, path

    def _files(self, folder: Path) -> Iterator[Path]:
        """What lies in a folder and its sections; a link is what it is, wherever it leads."""
        with os.scandir(folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if not entry.is_dir(follow_symlinks=False):
                    yield path
                elif is_section(path.relative_to(self.folder)):
                    yield from self._files(path)

    def _move(self, path: Path, folder: str) -> Path | None:
        """The new place of the file, or None if it has vanished meanwhile."""
        try:
            target = _reserved(self.folder / folder / self._section(path), path)
        except OSError as error:
            raise _failed(error, path, f"moved to {folder}/") from error
        try:
            path.replace(target)
        except OSError as error:
            target.unlink(missing_ok=True)
            if isinstance(error, FileNotFoundError):
                return None
            raise _failed(error, path, f"moved to {folder}/") from error
        return target

    def _section(self, path: Path) -> Path:
        """The folder within the queue where a file lies: put back from where it goes, it is of the same section."""
        place = place_in(path, self.folder)
        return place.parent if place else Path()


def _reserved(folder: Path, path: Path) -> Path:
    """An empty file under a name that was free, so that moving onto it overwrites nothing, whoever else moves files."""
    folder.mkdir(parents=True, exist_ok=True)
    names = itertools.chain([path.name], (f"{path.stem}-{number}{path.suffix}" for number in itertools.count(2)))
    while True:
        target = folder / next(names)
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            continue
        return target


def _failed(error: OSError, path: Path, what: str) -> BotError:
    hint = "Check who owns the folder, and whether the disk is full."
    return BotError(f"cannot be {what}: {error.strerror}", where=legible(path), hint=hint)
