"""The queue on disk: articles waiting, one a file, and where they go from there."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.intake.paths import DEEPEST, is_section, legible, place_in
from bot.intake.pictures import IGNORED

if TYPE_CHECKING:
    from datetime import datetime

_NO_ARTICLES = ("~", ".part", ".tmp", *IGNORED)
SETTLING = 1.0
"""Seconds that a file is left alone after a change: somebody may still be writing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes with a file: as long as it is the same there is nothing to read anew."""

    written: float
    changed: int
    size: int
    inode: int

    def has_settled(self, now: float) -> bool:
        """Whether the file is left alone for a while; one of times to come, from a clock that ran fast, is not waited for."""
        return abs(now - self.written) >= SETTLING


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder that was looked into: the disk and the inode that it is, and whether nothing was to be seen there."""

    identity: tuple[int, int]
    bare: bool


@dataclass
class Survey:
    """What stands in the queue, the folders that were looked into to see it, and those that could not be."""

    files: dict[Path, Mark] = field(default_factory=dict)
    folders: dict[Path, Ground] = field(default_factory=dict)
    closed: dict[Path, BotError] = field(default_factory=dict)

    def settled(self, now: datetime) -> list[Path]:
        """The files that are ready to be read, oldest first, then by name; half-written ones are left alone."""
        found = [(mark.written, path) for path, mark in self.files.items() if mark.has_settled(now.timestamp())]
        return [path for _, path in sorted(found)]


class Queue:
    """
    A folder of articles, and of folders of them, one a section; what is in `done/`, `rejected/` or `drafts/` does not wait.

    Pictures and films are no articles: they lie there for those that name them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def waiting(self, now: datetime) -> list[Path]:
        """The files that are ready to be read, oldest first, as far as they can be seen."""
        return self.survey().settled(now)

    def survey(self) -> Survey:
        """All that stands here and is whole, by its name; BotError where the folder cannot be read."""
        survey = Survey()
        try:
            if self.folder.exists():
                self._look_into(self.folder, survey)
        except OSError as error:
            raise _failed(error, self.folder, "read") from error
        return survey

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

    def _look_into(self, folder: Path, survey: Survey) -> None:
        """A folder and its sections; a link is what it is, wherever it leads."""
        status, bare = folder.stat(), True
        files: dict[Path, Mark] = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                path, hidden = Path(entry.path), entry.name.startswith(".")
                bare = bare and hidden
                if entry.is_dir(follow_symlinks=False):
                    self._look_into_section(path, survey)
                elif not (hidden or entry.name.lower().endswith(_NO_ARTICLES)):
                    files |= _marked(path)
        survey.files |= files
        survey.folders[folder] = Ground((status.st_dev, status.st_ino), bare)

    def _look_into_section(self, folder: Path, survey: Survey) -> None:
        """A folder within another, if it is a section; one that cannot be read keeps nobody from the others."""
        place = folder.relative_to(self.folder)
        if not is_section(place) or len(place.parts) > DEEPEST:
            return
        try:
            self._look_into(folder, survey)
        except FileNotFoundError:  # moved away since it was listed
            return
        except OSError as error:
            survey.closed[folder] = _failed(error, folder, "read")

    def _move(self, path: Path, folder: str) -> Path | None:
        """The new place of the file, or None if it has vanished meanwhile."""
        if not os.path.lexists(path):  # perhaps with the disk that it is on: nothing is begun in its place
            return None
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


def _marked(path: Path) -> dict[Path, Mark]:
    try:
        found = path.lstat()
    except FileNotFoundError:  # moved away since it was listed
        return {}
    return {path: Mark(found.st_mtime, found.st_ctime_ns, found.st_size, found.st_ino)}


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
