"""`.env.example` names every setting, with its default and what it is for."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot import networks
from bot.networks.base import AccountSettings
from bot.schedule.durations import shown
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def described(prefix: str, fields: dict[str, FieldInfo], *, commented: bool) -> Iterator[tuple[str, str]]:
    """Each setting as the two lines that the example has of it: what it is for, then its name and default."""
    mark = "#" if commented else ""
    for name, field in fields.items():
        if name not in {"home", "accounts", "network"}:
            yield f"# {field.description}", f"{mark}{prefix}{name.upper()}={written(field)}"


def own(network: str) -> dict[str, FieldInfo]:
    """The settings that a network adds to those of every account, or for which it has a default of its own."""
    shared = {name: (field.default, field.description) for name, field in AccountSettings.model_fields.items()}
    fields = networks.account_settings(network).model_fields
    return {name: field for name, field in fields.items() if shared.get(name) != (field.default, field.description)}


def written(field: FieldInfo) -> str:
    default: Any = "" if field.is_required() else field.default
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, tuple):
        return ", ".join(default)
    if isinstance(default, timedelta):
        return shown(default)
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    return "" if default is None else str(default)


def test_every_setting_stands_there_with_its_default() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = list(pairwise(lines))
    missing = [pair for pair in described("BOT_", Settings.model_fields, commented=False) if pair not in pairs]
    assert [] == missing


@pytest.mark.parametrize("network", networks.names())
def test_every_setting_of_a_networks_own_stands_there(network: str) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = list(pairwise(lines))
    wanted = described(f"BOT_ACCOUNTS__{network.upper()}__", own(network), commented=True)
    assert [] == [pair for pair in wanted if pair not in pairs]


def test_what_every_account_may_say_stands_there_once() -> None:
    pairs = list(pairwise(EXAMPLE.read_text(encoding="utf-8").splitlines()))
    wanted = described("BOT_ACCOUNTS__SPORT__", AccountSettings.model_fields, commented=True)
    assert [1] * 23 == [pairs.count(pair) for pair in wanted]


def test_nothing_stands_there_that_is_no_setting() -> None:
    known = {f"BOT_{name.upper()}" for name in Settings.model_fields} | {"BOT_HOME", "BOT_SECRETS_DIR"}
    known |= {f"BOT_ACCOUNTS__SPORT__{name.upper()}" for name in AccountSettings.model_fields}
    for network in networks.names():
        known |= {f"BOT_ACCOUNTS__{network.upper()}__{name.upper()}" for name in own(network)}
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = {line.lstrip("#").partition("=")[0] for line in lines if line.lstrip("#").startswith("BOT_")}
    assert set() == named - known
