"""Files that are their owner's alone, and that are whole or not there."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from pathlib import Path

from bot.errors import BotError


def private_folder(path: Path) -> Path:
    """The folder, made if need be so that only its owner can enter it. Raises BotError where that cannot be."""
    try:
        _make(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


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
    """Thirty-two random bytes that stay the same; minted when first asked for. Raises BotError where that cannot be."""
    try:
        return path.read_bytes() if path.exists() else _minted(path)
    except OSError as error:
        raise _unwritable(path, error) from error


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


def _unwritable(path: Path, error: OSError) -> BotError:
    hint = "Make room on the disk." if error.errno == errno.ENOSPC else "Make its folder the bot's own user's."
    return BotError(f"cannot be read or written: {error.strerror}", where=str(path), hint=hint)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
