"""What `bot init` asks about an account: its settings one by one, and then its network whether they are good."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import typer
from pydantic import SecretStr

from bot import networks
from bot.cli import show
from bot.cli.asking import ask
from bot.errors import BotError, ConfigurationError, DeliveryError, one_line
from bot.networks.timetable import Timetable
from bot.settings import faults, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from pydantic.fields import FieldInfo

    from bot.model import Identity
    from bot.networks.base import AccountSettings


@dataclass(frozen=True)
class Entered:
    """An account as somebody entered it: which settings were `said`, and `who` it is there, if its network told."""

    name: str
    settings: AccountSettings
    said: tuple[str, ...]
    who: str | None = None

    @property
    def comment(self) -> str:
        """The account in a few words."""
        named = self.name if self.name == self.settings.network else f"{self.name} on {self.settings.network}"
        return one_line(f"{named}: {self.who}" if self.who else named)

    @property
    def lines(self) -> dict[str, str]:
        """The settings to write, by their names; the network is one of them where nothing else tells it."""
        values = {name_of(self.name, field): _text(getattr(self.settings, field)) for field in self.said}
        network = self.settings.network
        return values if values and self.name == network else {name_of(self.name, "network"): network, **values}


class Interview:
    """
    Asks for accounts beside those that there are; with `every`, for all settings and not only for what is needed.

    Keys are tried in the empty folder `scratch`: a session that is kept in `home` would make wrong ones look right.
    """

    def __init__(self, there: Mapping[str, AccountSettings], *, home: Path, scratch: Path, every: bool) -> None:
        self._there = dict(there)
        self._home = home
        self._scratch = scratch
        self._every = every

    def account_on(self, network: str) -> Entered | None:
        """An account on this network; None where it is left out."""
        name = self._name(network)
        entered = self._entered(name, network) if name else None
        if entered:
            self._there[entered.name] = entered.settings
        return entered

    def _name(self, network: str) -> str:
        """The network's own, unless that is taken; none for no other account."""
        with suppress(ValueError):
            return self._free(network)
        about = f"{network} is there already; another account needs a name of its own, Enter: none"
        return ask(f"{network}: name", self._free, about=about)

    def _free(self, name: str) -> str:
        name = name.lower()
        if name in self._there:
            raise ValueError(f"there is an account {name} already")
        if name:
            name_of(name, "network")
        return name

    def _entered(self, name: str, network: str) -> Entered | None:
        model = networks.account_settings(network)
        if _has_secrets(model):
            show.line(f"\nHow to get the keys for {network}: docs/keys/{network}.md")
        given = {"network": network}
        while True:
            given = self._answers(name, model, given)
            entered = Entered(name, model.model_validate(given), tuple(given)[1:])
            try:
                identity = self._identity(entered)
            except BotError as error:
                _tell(error, name)
                match _what_now(may_keep=not isinstance(error, ConfigurationError)):
                    case "keep":
                        return entered
                    case "leave out":
                        return None
            else:
                told = ", ".join((identity.name, *identity.facts))
                show.line(f"{typer.style('✓', fg='green')} {name}: {one_line(told)}")
                return replace(entered, who=identity.name)

    def _answers(self, account: str, model: type[AccountSettings], earlier: Mapping[str, str]) -> dict[str, str]:
        """The network, and an answer for every setting that has another value than its default."""
        given = {"network": earlier["network"]}
        for name, field in _asked(model, every=self._every):
            default = "" if field.is_required() or field.default is None else _text(field.default)
            answer = ask(
                f"{account}: {name.replace('_', ' ')}",
                partial(_sound, model, given, name),
                about=field.description or "",
                usual=earlier.get(name, default),
                hidden=_is_secret(field),
            )
            if answer != default:
                given[name] = answer
        return given

    def _identity(self, entered: Entered) -> Identity:
        """Who this is there; ConfigurationError where that is one of the accounts that there are."""
        settings = entered.settings
        home = self._scratch if _has_secrets(type(settings)) else self._home
        with show.working(f"Asking {settings.network} …"):
            identity = settings.connect(entered.name, home).check()
            twins = [name for name, login in self._logins(settings.network) if login == identity.login]
        if twins:
            what = f"is the same login as {twins[0]}, {identity.login}: everything would be posted twice"
            raise ConfigurationError(what, where=entered.name)
        return identity

    def _logins(self, network: str) -> Iterator[tuple[str, str]]:
        """The accounts on this network that are there, each with its login, as far as the network tells."""
        for name, settings in self._there.items():
            if settings.network == network:
                with suppress(DeliveryError):
                    yield name, settings.connect(name, self._home).check().login


def _asked(model: type[AccountSettings], *, every: bool) -> Iterator[tuple[str, FieldInfo]]:
    """What is needed, and then the rest."""
    unasked = {"network", *Timetable.model_fields}  # a rhythm is chosen when the first posts stand
    fields = [(name, field) for name, field in model.model_fields.items() if name not in unasked]
    yield from ((name, field) for name, field in fields if field.is_required())
    if every:
        yield from ((name, field) for name, field in fields if not field.is_required())


def _sound(model: type[AccountSettings], given: Mapping[str, str], name: str, answer: str) -> str:
    """The answer as it is meant, if the model takes it; an empty one is the default."""
    said = {**given, name: answer} if answer else given
    if fault := faults(model, said).get(name):
        raise ValueError(fault)
    return answer


def _tell(error: BotError, account: str) -> None:
    """What is wrong and how to mend it; there is no pause to end yet."""
    if error.hint:
        error.hint = error.hint.replace(f", then: bot resume {account}", "")
    show.trouble(error)


def _what_now(*, may_keep: bool) -> str:
    steps = ["again", *(["keep"] if may_keep else []), "leave out"]

    def meant(answer: str) -> str:
        found = [step for step in steps if step.startswith(answer.lower())]
        if len(found) != 1:
            raise ValueError(f"one of {', '.join(steps)}, or its first letter")
        return found[0]

    keep = ", keep it all the same" if may_keep else ""
    return ask("What now", meant, about=f"enter it again{keep}, or leave out this account", usual="again")


def _has_secrets(model: type[AccountSettings]) -> bool:
    return any(_is_secret(field) for field in model.model_fields.values())


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr


def _text(value: Any) -> str:
    """A value as it is written."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case float():
            return str(value).removesuffix(".0")
        case _:
            return str(value)
