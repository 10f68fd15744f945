"""Files that are their owner's alone, and that are whole or not there."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def explained() -> Iterator[None]:
    """What the disk refuses inside is raised as a BotError that says where and what to do."""
    try:
        yield
    except OSError as error:
        hint = "Make room on the disk." if error.errno == errno.ENOSPC else "Make its folder the bot's own user's."
        raise BotError(f"cannot be read or written: {error.strerror}", where=str(error.filename), hint=hint) from error


def private_folder(folder: Path) -> Path:
    """The folder, made if need be so that only its owner can enter it."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace the file's content at once and for good: after a crash it is the old or the new, never half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
    _sync_folder(path.parent)


def private_key(path: Path) -> bytes:
    """Thirty-two random bytes that stay the same; minted when first asked for."""
    return path.read_bytes() if path.exists() else _minted(path)


def _minted(path: Path) -> bytes:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_whole(fresh, secrets.token_bytes(32))
    try:
        os.link(fresh, path)  # whoever is first wins, and everybody reads his
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
