"""What an account's server last told of itself, kept between runs; it may be thrown away."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Shelf:
    """One account's small file; what another server told is not taken for this one's."""

    def __init__(self, home: Path, account: str, server: str) -> None:
        self._var = home / "var"
        self._path = self._var / "servers" / f"{account}.json"
        self._server = server

    def read(self) -> dict[str, Any]:
        """What was kept; nothing where the file is missing, damaged or of another server."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) and kept.get("server") == self._server else {}

    def keep(self, told: Mapping[str, Any]) -> None:
        """Keep this beside what is kept already; a disk that is full must not spoil an answer that came."""
        before = self.read()
        after = {**before, **told, "server": self._server}
        if after == before:
            return
        with suppress(OSError):
            files.private_folder(self._var)
            files.private_folder(self._path.parent)
            files.write_whole(self._path, json.dumps(after).encode())
