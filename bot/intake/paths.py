"""What intake asks of a path, without looking into the file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def stands_in(file: Path, folder: Path) -> bool:
    """Whether this is a file of the folder itself, not of one below it; a link counts where it stands."""
    return os.path.realpath(file.parent) == os.path.realpath(folder)


def legible(path: Path | str) -> str:
    """The path as a text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode(errors="backslashreplace")
