"""The only reader of the environment: `.env`, variables named BOT_… and files of secrets become Settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    SerializeAsAny,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot import networks
from bot.errors import ConfigurationError
from bot.networks.base import AccountSettings
from bot.text.hashtags import NOISE

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PREFIX = "BOT_"
_ACCOUNT_PREFIX = f"{PREFIX}ACCOUNTS__"
_ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OUTSIDE = frozenset({"HOME", "SECRETS_DIR"})  # read before the rest, since they say where the rest is


def _words(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is named {str(value)!r}; one is Europe/Berlin") from None


class Settings(BaseSettings):
    """Everything that the operator may say; `.env.example` names each with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        enable_decoding=False,
        extra="ignore",  # _refuse_unknown says more
        frozen=True,
        hide_input_in_errors=True,
        secrets_dir_missing="error",
    )

    home: Path = Field(default=Path(), exclude=True)
    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/bot.db"), description="the ledger: sqlite:///path or postgresql://…"
    )
    queue: Path = Field(default=Path("queue"), description="the folder where articles wait")
    templates: Path = Field(
        default=Path("templates"), description="your own templates; they go before the built-in ones"
    )
    timezone: Annotated[ZoneInfo, PlainValidator(_zone)] = Field(
        default=ZoneInfo("UTC"), description="the zone of times that name none, and of those that are shown"
    )
    noise: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=NOISE, description="hashtags that are never posted, separated by commas"
    )
    max_attempts: int = Field(default=8, ge=1, description="attempts after which a delivery waits for the operator")
    settle_seconds: float = Field(
        default=120,
        ge=0,
        allow_inf_nan=False,
        description="how long after an unanswered request a network is asked what became of it",
    )
    patience_seconds: float = Field(
        default=10,
        ge=0,
        allow_inf_nan=False,
        description="how long a post by hand goes on to settle an unknown outcome",
    )
    accounts: dict[str, SerializeAsAny[AccountSettings]] = Field(
        default_factory=dict, description="one login on one network each; with none, articles go to the outbox"
    )

    @model_validator(mode="before")
    @classmethod
    def _outbox_by_default(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values if values.get("accounts") else values | {"accounts": {"outbox": {}}}

    @field_validator("accounts", mode="before")
    @classmethod
    def _of_their_networks(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            raise ValueError("expected names such as BOT_ACCOUNTS__BLUESKY__HANDLE")  # noqa: TRY004 - pydantic's word for it
        return {str(name).lower(): _account(str(name).lower(), given) for name, given in value.items()}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before `.env`, and both before files of secrets."""
        secrets = NestedSecretsSettingsSource(file_secret_settings)
        return init_settings, env_settings, dotenv_settings, secrets

    def path(self, relative: Path) -> Path:
        """A path from the settings: relative ones start at the bot's home."""
        return self.home / relative.expanduser()


def load() -> Settings:
    """The settings in force here; ConfigurationError names the first setting that is wrong and how to mend it."""
    home, env_file = _home()
    secrets_dir = os.environ.get(f"{PREFIX}SECRETS_DIR")
    given = _given(env_file, secrets_dir)
    _refuse_unknown(given)
    try:
        return Settings(home=home, _env_file=env_file, _secrets_dir=secrets_dir)
    except ValidationError as error:
        raise _explained(error) from None


def _home() -> tuple[Path, Path | None]:
    """The bot's home and the `.env` in force: BOT_HOME, else the nearest folder upwards whose `.env` is ours, else here."""
    if named := os.environ.get(f"{PREFIX}HOME"):
        home = Path(named).expanduser().resolve()
        if not home.is_dir():
            raise ConfigurationError(
                "no such folder", where=f"{PREFIX}HOME={named}", hint="Create it or mend the path."
            )
        return home, home / ".env" if (home / ".env").is_file() else None
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_ours(folder / ".env"):
            return folder, folder / ".env"
    return here, None


def _is_ours(env_file: Path) -> bool:
    try:
        return re.search(rf"^\s*(export\s+)?{PREFIX}", env_file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError):
        return env_file.parent == Path.cwd()


def _given(env_file: Path | None, secrets_dir: str | None) -> list[str]:
    """Every name with our prefix that somebody has set, upper-cased."""
    from dotenv import dotenv_values

    names: set[str] = set(os.environ)
    if env_file is not None:
        try:
            names |= set(dotenv_values(env_file, encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"cannot be read: {error}", where=str(env_file)) from None
    if secrets_dir is not None:
        if not Path(secrets_dir).is_dir():
            raise ConfigurationError("no such folder", where=f"{PREFIX}SECRETS_DIR={secrets_dir}")
        names |= {path.name for path in Path(secrets_dir).iterdir()}
    return sorted(name.upper() for name in names if name.upper().startswith(PREFIX))


def _refuse_unknown(names: Iterable[str]) -> None:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "accounts"]
    known += [f"{PREFIX}{name}" for name in _OUTSIDE]
    for name in names:
        if name not in known and not name.startswith(_ACCOUNT_PREFIX):
            raise ConfigurationError("no setting has this name", where=name, hint=_nearest(name, known))


def _account(name: str, given: object) -> AccountSettings:
    """The settings of one account, by the model of its network."""
    where = f"{_ACCOUNT_PREFIX}{name.upper()}"
    if not _ACCOUNT_NAME.fullmatch(name):
        raise ConfigurationError("an account's name is made of letters, digits and single _", where=where)
    if not isinstance(given, Mapping):
        raise ConfigurationError("a setting of the account is missing behind its name", where=where)
    network = str(given.get("network", name)).lower()
    try:
        model = networks.account_settings(network)
    except KeyError:
        setting = f"{where}__NETWORK"
        hint = f"Say which network it is: {setting}= one of {', '.join(networks.names())}."
        raise ConfigurationError(f"no network is named {network!r}", where=setting, hint=hint) from None
    try:
        return model.model_validate({**given, "network": network})
    except ValidationError as error:
        raise _explained(error, prefix=f"{where}__", known=model.model_fields) from None


def _explained(error: ValidationError, prefix: str = PREFIX, known: Iterable[str] = ()) -> ConfigurationError:
    """What pydantic found, under the names that the operator wrote."""
    first, *others = error.errors(include_url=False, include_input=False)
    hint = f"{len(others)} more settings are wrong too." if others else None
    where = prefix + "__".join(str(part) for part in first["loc"]).upper()
    if first["type"] == "extra_forbidden":
        hint = _nearest(where, [f"{prefix}{name.upper()}" for name in known])
    return ConfigurationError(_reason(first), where=where, hint=hint)


def _reason(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "is needed and not set"
        case "extra_forbidden":
            return "no setting has this name"
        case _:
            return error["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else "See .env.example for all of them."
