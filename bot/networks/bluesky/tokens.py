"""When a kept session ends, by what its tokens say of themselves; they are read without the SDK, which is large."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)
_KINDS = ("access", "refresh")


def ends(session: Path) -> dict[str, datetime]:
    """When each token of a kept session ends, as far as it says so; nothing of what is none."""
    try:
        pieces = session.read_text(encoding="utf-8").split(":::")
    except (OSError, ValueError):
        return {}
    told = {kind: _end(token) for kind, token in zip(_KINDS, pieces[2:4], strict=False)}
    return {kind: at for kind, at in told.items() if at is not None}


def _end(token: str) -> datetime | None:
    claims = _TOKEN.fullmatch(token)
    try:
        said = json.loads(urlsafe_b64decode(f"{claims[1]}==")) if claims else {}
        return datetime.fromtimestamp(said["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
