"""The pictures and films of an outbox on its disk: each whole or not there, and none that no post shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot import files
from bot.networks.outbox.media import MEDIA, place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.model import Attachment

_OURS = re.compile(r"[0-9a-f]{64}(\.\w+)?")


class Shelf:
    """The media beside the page, each once, named by its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, attachments: Iterable[Attachment]) -> None:
        """Have the bytes of those that have them there; what is there already is not written again."""
        for attachment, name in _places(attachments):
            path = self._folder / name
            if attachment.content and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                files.write_whole(path, attachment.content, mode=0o644)

    def keep_only(self, attachments: Iterable[Attachment]) -> None:
        """Take away what none of these needs; what people put beside it stays."""
        names = {name for _, name in _places(attachments)}
        for path in (self._folder / MEDIA).glob("*"):
            if _OURS.fullmatch(path.name) and f"{MEDIA}/{path.name}" not in names:
                path.unlink(missing_ok=True)


def _places(attachments: Iterable[Attachment]) -> Iterable[tuple[Attachment, str]]:
    return ((each, name) for each in attachments if (name := place(each)))
