"""What intake asks of a path, without looking into the file."""

from __future__ import annotations

import os
from pathlib import Path

_NO_SECTIONS = {"done", "rejected", "drafts"}
DEEPEST = 8
"""Folders one within the other that are looked into: what goes deeper was hardly meant for us."""


def place_in(file: Path, queue: Path) -> Path | None:
    """
    Where this file stands in the queue, in its folder or in one below that is a section; None for any other place.

    A link counts where it stands.
    """
    place = Path(os.path.realpath(file.parent))
    try:
        section = place.relative_to(os.path.realpath(queue))
    except ValueError:
        return None
    waits = not section.parts or (is_section(section) and len(section.parts) <= DEEPEST)
    return section / file.name if waits else None


def is_section(folder: Path) -> bool:
    """Whether a folder, by its path within the queue, is a section: neither hidden nor one for what is done, wrong or unripe."""
    return folder.parts[0].lower() not in _NO_SECTIONS and not any(part.startswith(".") for part in folder.parts)


def stands_in(file: Path, queue: Path) -> bool:
    """Whether this file waits in the queue."""
    return place_in(file, queue) is not None


def legible(path: Path | str) -> str:
    """The path as a text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode(errors="backslashreplace")
