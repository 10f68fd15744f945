"""What the operator may say, and what is wrong with what was said."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    SerializeAsAny,
    ValidationError,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot import environment, networks
from bot.environment import ACCOUNTS, PREFIX
from bot.errors import ConfigurationError
from bot.networks.base import AccountSettings
from bot.networks.fields import Currency
from bot.networks.timetable import Zone
from bot.schedule import durations
from bot.text.hashtags import NOISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_WORDS = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*"
_OF_AN_ACCOUNT = re.compile(rf"{ACCOUNTS}(?P<account>{_WORDS})__(?P<setting>{_WORDS})")
_SEVERAL = re.compile(r"_+[^_]+_+[^_]+_+[^_]")
_UNKNOWN = "no setting has this name"
_SHORTEST_HISTORY = timedelta(days=31)  # so long the deliveries of a ledger that was put back are looked for
_CHANNEL = re.compile(r"[A-Za-z][\w+.-]*://\S+", re.ASCII)


def _words(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _history(value: object) -> object:
    if not isinstance(value, str) or value.strip().lower() == "all":
        return value if isinstance(value, timedelta) else None
    try:
        kept = durations.parse(value)
    except ValueError as error:
        raise ValueError(f"{error}; at least {_SHORTEST_HISTORY.days}d, or all") from None
    if kept < _SHORTEST_HISTORY:
        raise ValueError(f"{durations.shown(kept)} is too short: at least {_SHORTEST_HISTORY.days}d, or all")
    return kept


def _port(value: object) -> object:
    if isinstance(value, str) and not (value.strip().isdecimal() and 0 < int(value.strip()[:9]) < 65536):
        raise ValueError("is no port: write one such as 9464; it answers on this machine alone")
    return value


def _channels(value: object) -> object:
    """Of what apprise may make nothing, what no address could be; what is secret in one is not told."""
    for number, url in enumerate(re.split(r"[\s;]+", value.strip(" ;")) if isinstance(value, str) else (), start=1):
        if url and not _CHANNEL.fullmatch(url):
            raise ValueError(f"number {number} of these is no address such as mailto://… or slack://…")
    return value


class Written(PydanticBaseSettingsSource):
    """What the operator wrote, to the letter: the library's own sources expand `$` and read passwords as JSON."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        home, written = environment.read()
        own = _own({name: value for name, value in written.items() if not _OF_AN_ACCOUNT.fullmatch(name)})
        accounts = {name: _account(name, given) for name, given in _accounts(written).items()}
        self._values: dict[str, Any] = {**own, "home": home, "accounts": accounts}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """The value of one field, as the library asks for it."""
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values that were written."""
        return self._values


class Settings(BaseSettings):
    """Everything that the operator may say; `.env.example` names each with its default."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    home: Path = Field(default=Path(), exclude=True)
    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/bot.db"), description="the ledger: sqlite:///path or postgresql://…"
    )
    queue: Path = Field(default=Path("queue"), description="the folder where articles wait")
    templates: Path = Field(
        default=Path("templates"), description="your own templates; they go before the built-in ones"
    )
    timezone: Zone = Field(
        default=ZoneInfo("UTC"), description="the zone of times that name none, and of those that are shown"
    )
    currency: Currency = Field(default="USD", description="the currency of prices and budgets, as it is shown")
    noise: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=NOISE, description="hashtags that are never posted, separated by commas"
    )
    fetch_hosts: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=(),
        description="hosts whose pages and pictures may be fetched though they are in a private network, separated by commas",
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
    log_format: Literal["auto", "human", "json"] = Field(
        default="auto", description="what `bot run` tells: human, json, or auto: human on a terminal, else json"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that `bot run` tells: debug, info, warning or error"
    )
    metrics_port: Annotated[int | None, BeforeValidator(_port)] = Field(
        default=None,
        ge=1,
        le=65535,
        description="the port of this machine where `bot run` answers /healthz and /metrics; empty: none",
    )
    alerts: Annotated[SecretStr, BeforeValidator(_channels)] = Field(
        default=SecretStr(""),
        description="who is told of troubles: addresses as apprise has them, with spaces or ; between them",
    )
    history: Annotated[timedelta | None, BeforeValidator(_history)] = Field(
        default=timedelta(days=365),
        description="how long it is kept what happened to articles that are done, such as 90d, or all",
    )
    accounts: dict[str, SerializeAsAny[AccountSettings]] = Field(
        default_factory=dict, description="one login on one network each; with none, articles go to the outbox"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - Written reads all three of them
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was written, by the names of `.env.example`."""
        return init_settings, Written(settings_cls)

    def path(self, relative: Path) -> Path:
        """A path from the settings: relative ones start at the bot's home."""
        try:
            return self.home / relative.expanduser()
        except RuntimeError:
            raise ConfigurationError("nobody here has that name", where=str(relative), hint="Mend the path.") from None


def load() -> Settings:
    """The settings in force here; ConfigurationError names the first setting that is wrong and how to mend it."""
    try:
        return Settings()
    except ValidationError as error:
        raise _explained(error, PREFIX, Settings) from None


def name_of(account: str, setting: str) -> str:
    """The name under which a setting of an account is written; ValueError where no account can have such a name."""
    name = f"{ACCOUNTS}{account}__{setting}".upper()
    found = _OF_AN_ACCOUNT.fullmatch(name)
    if found is None or found["account"].lower() != account:
        raise ValueError("a name is small letters, digits and single _ between them, and begins with a letter")
    return name


def faults(model: type[AccountSettings], given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with settings of an account, by their names; one that is needed and not given is."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return {"".join(map(str, each["loc"][:1])): _reason(each) for each in found}
    return {}


def _own(written: Mapping[str, str]) -> dict[str, str]:
    """The settings of the bot as a whole, by field; an empty one is the default, and an unknown name is refused."""
    known = {f"{PREFIX}{field.upper()}": field for field in Settings.model_fields if field not in {"home", "accounts"}}
    if unknown := sorted(written.keys() - known):
        every = [*known, environment.HOME, environment.SECRETS_DIR]
        if _SEVERAL.search(unknown[0]):
            every += _names_of_accounts()
        raise ConfigurationError(_UNKNOWN, where=unknown[0], hint=_nearest(unknown[0], every))
    return {known[name]: value for name, value in written.items() if value}


def _accounts(written: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What is said of each account, by its name; an account of empty settings is one, and with none there is the outbox."""
    accounts: dict[str, dict[str, str]] = {}
    for name, value in written.items():
        if found := _OF_AN_ACCOUNT.fullmatch(name):
            accounts.setdefault(found["account"].lower(), {})[found["setting"].lower()] = value
    return accounts or {"outbox": {}}


def _account(name: str, given: Mapping[str, str]) -> AccountSettings:
    """The settings of one account, by the model of its network; an empty one is the default."""
    prefix = f"{ACCOUNTS}{name.upper()}__"
    network = (given.get("network") or name).lower()
    try:
        model = networks.account_settings(network)
    except KeyError:
        raise _no_network(network, setting=f"{prefix}NETWORK") from None
    said = {setting: value for setting, value in given.items() if value or setting not in model.model_fields}
    try:
        return model.model_validate({**said, "network": network})
    except ValidationError as error:
        raise _explained(error, prefix, model) from None


def _no_network(network: str, *, setting: str) -> ConfigurationError:
    near = get_close_matches(network, networks.names(), n=1)
    meant = f"Did you mean {near[0].upper()}? " if near else ""
    hint = f"{meant}Say which network it is: {setting}= one of {', '.join(networks.names())}."
    return ConfigurationError(f"no network is named {network!r}", where=setting, hint=hint)


def _explained(error: ValidationError, prefix: str, model: type[BaseModel]) -> ConfigurationError:
    """What pydantic found, under the names that the operator wrote: a misspelt one first, for it explains a missing one."""
    errors = error.errors(include_url=False, include_input=False)
    first, *others = sorted(errors, key=lambda found: found["type"] != "extra_forbidden")
    where = prefix + "__".join(str(part) for part in first["loc"]).upper()
    if first["type"] == "extra_forbidden":
        return ConfigurationError(_UNKNOWN, where=where, hint=_nearest(where, _names(prefix, model), prefix))
    hint = f"{len(others)} more settings are wrong too." if others else None
    return ConfigurationError(_reason(first), where=where, hint=hint)


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is needed and not set"
    if error["type"].startswith("bool_"):
        return "write true or false"
    return error["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _names(prefix: str, model: type[BaseModel]) -> list[str]:
    return [f"{prefix}{field.upper()}" for field in model.model_fields]


def _names_of_accounts() -> Iterator[str]:
    """The settings of accounts that are named like their networks."""
    for network in networks.names():
        yield from _names(f"{ACCOUNTS}{network.upper()}__", networks.account_settings(network))


def _nearest(name: str, known: Iterable[str], shared: str = PREFIX) -> str:
    """The name that was meant, by what follows the beginning that all share."""
    near = get_close_matches(name.removeprefix(shared), [each.removeprefix(shared) for each in known], n=1)
    if near:
        return f"Did you mean {shared}{near[0]}?"
    return f"See .env.example for all of them; write those of an account as {ACCOUNTS}<NAME>__<SETTING>."
