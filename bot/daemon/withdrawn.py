"""Which files were taken away, and which cannot be seen for a while: no folder that vanished calls anything off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from bot.intake.queue import Survey

Identity = tuple[int, int]
Grounds = dict["Path", Identity]
"""The folders of the queue as they were when they last told what stands in them."""


def telling(survey: Survey, before: Mapping[Path, Identity], known: Mapping[Path, Identity | None]) -> Grounds:
    """
    The folders that can be believed about what is not there.

    One that is another than before, or that nobody knows yet, may be where a disk is not mounted: it is believed when it
    shows a file that is `known` from another folder of this name, or, where nobody knows it, anything at all.
    """
    shown = {
        path.parent
        for path, ground in known.items()
        if path in survey.files and ground != survey.folders[path.parent].identity
    }
    return {
        folder: ground.identity
        for folder, ground in survey.folders.items()
        if before.get(folder) == ground.identity or folder in shown or (folder not in before and not ground.bare)
    }


def is_gone(path: Path, survey: Survey, told: Collection[Path]) -> bool:
    """Whether a file was taken away: the nearest folder above it that is there says so, if it can be read."""
    if path in survey.files:
        return False
    nearest = next((folder for folder in path.parents if folder in survey.folders or folder in survey.closed), None)
    return nearest in told
