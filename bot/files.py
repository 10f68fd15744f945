"""Files that are their owner's alone, and that are whole or not there."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def private_folder(path: Path) -> Path:
    """The folder, made if need be so that only its owner can enter it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


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
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
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
