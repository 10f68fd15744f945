"""The only reader of the environment and writer of `.env`: what was said there and in files of secrets, to the letter."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot import files
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotenv.parser import Binding

PREFIX = "BOT_"
HOME = f"{PREFIX}HOME"
SECRETS_DIR = f"{PREFIX}SECRETS_DIR"
ACCOUNTS = f"{PREFIX}ACCOUNTS__"
_OURS = re.compile(rb"^[^\w#]*(export\s+)?BOT_", re.IGNORECASE | re.MULTILINE)
_PLAIN = re.compile(r"[\w.,:/@%+=-]+", re.ASCII)


def read() -> tuple[Path, dict[str, str]]:
    """The bot's home, and the value of every setting that is written somewhere, by its name in capitals."""
    environment = {name.upper(): value for name, value in os.environ.items() if _is_ours(name)}
    home = _home(environment.pop(HOME, ""))
    secrets = _secrets(environment.pop(SECRETS_DIR, ""))
    written = _layered(secrets, _ours(env_file := home / ".env", _content(env_file)), environment)
    for name in (HOME, SECRETS_DIR):
        if name in written:
            hint = "Take it out of .env and the files of secrets, and set it there."
            raise ConfigurationError("is read from the environment alone", where=name, hint=hint)
    return home, written


def expect_writable(env_file: Path) -> None:
    """Raises ConfigurationError where nothing can be added to this file: better before many questions than after."""
    if env_file.is_dir():
        hint = "Settings stand in a file of this name: give the folder another one."
        raise ConfigurationError("is a folder", where=str(env_file), hint=hint)
    if not os.access(env_file.resolve().parent, os.W_OK):
        hint = "Make its folder the bot's own user's."
        raise ConfigurationError("cannot be written", where=str(env_file), hint=hint)
    _with(env_file, {"for trial": {f"{PREFIX}TRIAL": "1"}})


def add(env_file: Path, blocks: Mapping[str, Mapping[str, str]]) -> None:
    """
    Add settings to the end of an env file, each block of them under its comment; the file is its owner's alone then.

    What stands there stays, byte for byte. Raises ConfigurationError, with nothing written, where it would not read back
    to the letter.
    """
    content = _with(env_file, blocks)
    with files.explained():
        files.write_whole(env_file.resolve(), content)


def _with(env_file: Path, blocks: Mapping[str, Mapping[str, str]]) -> bytes:
    """The content of an env file with these blocks at its end, read back on trial."""
    before = _content(env_file)
    after = before + (b"\n" if before and not before.endswith(b"\n") else b"")
    expected = _ours(env_file, before)
    for comment, settings in blocks.items():
        lines = (f"# {comment}", *(f"{name}={_quoted(value)}" for name, value in settings.items()), "")
        after += (b"\n" if after else b"") + "\n".join(lines).encode()
        expected |= settings
    if _ours(env_file, after) != expected:
        hint = "Write them by hand, and look at the lines above them."
        raise ConfigurationError("new settings would not be read as they are meant", where=str(env_file), hint=hint)
    return after


def _quoted(value: str) -> str:
    """The value as an env file has it; in single quotes no reader of such files, nor a shell, expands anything."""
    if not value or _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _layered(*layers: dict[str, str]) -> dict[str, str]:
    """Each layer goes before those to its left, but an empty value hides none."""
    written: dict[str, str] = {}
    for layer in layers:
        written |= {name: value for name, value in layer.items() if value or name not in written}
    return written


def _home(named: str) -> Path:
    """The folder that BOT_HOME names, else the nearest one upwards whose `.env` is ours, else this one."""
    if named:
        return _folder(named, where=f"{HOME}={named}")
    here = _folder(".", where="the current folder")
    return next((folder for folder in (here, *here.parents) if _says_something(_content(folder / ".env"))), here)


def _folder(path: str, *, where: str) -> Path:
    try:
        folder = Path(path).expanduser().resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: ~nobody, or links in a circle
        folder = None
    if folder is None or not folder.is_dir():
        raise ConfigurationError("no such folder", where=where, hint="Create it, or name one that exists.")
    return folder


def _content(env_file: Path) -> bytes:
    try:
        return env_file.read_bytes()
    except (FileNotFoundError, IsADirectoryError):  # people call a virtual environment .env too
        return b""
    except OSError as error:
        raise _unreadable(error) from None


def _says_something(content: bytes) -> bool:
    """Whether a line of it sets something of ours, in any encoding: what cannot be read must not look like nothing."""
    return _OURS.search(content.replace(b"\0", b"")) is not None


def _ours(path: Path, content: bytes) -> dict[str, str]:
    """The settings of ours in the content of an env file, by their names in capitals."""
    if not _says_something(content):
        return {}
    from dotenv.parser import parse_stream  # python-dotenv's front door expands $ in passwords and skips bad lines

    bindings = list(parse_stream(StringIO(_decoded(path, content), newline=None)))
    for binding in bindings:
        if _is_broken(binding):
            hint = "Write NAME=value, on one line, with a quotation mark at both ends or at none."
            raise ConfigurationError("cannot be read", where=f"{path}:{_line(binding)}", hint=hint)
    return {binding.key.upper(): binding.value or "" for binding in bindings if binding.key and _is_ours(binding.key)}


def _is_broken(binding: Binding) -> bool:
    """Whether it is no setting, or an open quotation mark took in the line below."""
    text = binding.original.string.strip()
    ours = binding.key is not None and PREFIX in text.upper()
    return binding.error or (ours and (binding.value is None or "\n" in text))


def _line(binding: Binding) -> int:
    """Where it starts; python-dotenv counts the empty lines above as part of it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _secrets(named: str) -> dict[str, str]:
    """One setting in each file that is named like it."""
    if not named:
        return {}
    folder = _folder(named, where=f"{SECRETS_DIR}={named}")
    try:
        files = [path for path in sorted(folder.iterdir()) if _is_ours(path.name)]
        return {path.name.upper(): _decoded(path, path.read_bytes()).rstrip("\r\n") for path in files}
    except OSError as error:
        raise _unreadable(error) from None


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError("is not UTF-8", where=str(path), hint="Save it as UTF-8.") from None


def _unreadable(error: OSError) -> ConfigurationError:
    hint = "Let the bot's user read it."
    return ConfigurationError(f"cannot be read: {error.strerror}", where=str(error.filename), hint=hint)
