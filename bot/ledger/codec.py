"""Our nouns as plain JSON and back, for what the ledger keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from bot.errors import LedgerError

Noun = TypeVar("Noun")


def dump(value: object) -> Any:
    """
    `value` in plain JSON.

    What a field has by default is left out: so a version that lacks a field can read whatever does not use it. So are bytes,
    which are kept elsewhere.
    """
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Enum():
            return value.value
        case tuple():
            return [dump(item) for item in value]
        case Mapping():
            return {key: dump(item) for key, item in value.items()}
        case _ if is_dataclass(value):
            held = {field.name: (getattr(value, field.name), _default(field)) for field in fields(value)}
            return {
                name: dump(now)
                for name, (now, default) in held.items()
                if now != default and not isinstance(now, bytes)
            }
    return value


def load(kind: type[Noun], plain: Any) -> Noun:
    """
    The noun that `plain` was dumped from.

    Raises LedgerError where it has a field that this version does not know: to drop it would post something else.
    """
    loaded: Noun = _load(kind, plain)
    return loaded


def _load(hint: Any, plain: Any) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        if unknown := plain.keys() - hints.keys():
            raise LedgerError(
                f"an entry says {', '.join(sorted(unknown))!s}, which this version of the bot does not know",
                hint="Use the newer version that wrote it",
            )
        return hint(**{name: _load(hints[name], item) for name, item in plain.items()})
    if get_origin(hint) is UnionType:
        (one,) = (part for part in get_args(hint) if part is not NoneType)
        return None if plain is None else _load(one, plain)
    if get_origin(hint) is tuple:
        return tuple(_load(get_args(hint)[0], item) for item in plain)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    return datetime.fromisoformat(plain) if hint is datetime else plain


_hints = cache(get_type_hints)


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
