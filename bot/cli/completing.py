"""What a shell offers at TAB; where nothing can be found out it offers nothing, and says nothing either."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.model import State

if TYPE_CHECKING:
    from bot.model import Delivery

Offers = list[tuple[str, str]]
"""Each word with a few that explain it."""

# zsh evaluates the explanations, and a headline is other people's text: `\$(…)` in one would be run
_RISKY = re.compile(r"[^\w .,!?–-]+")


def networks() -> Offers:
    """The networks that are installed."""
    from bot import networks

    return [(name, "") for name in networks.names()]


def accounts() -> Offers:
    """The accounts that are configured."""
    with suppress(Exception):
        from bot.settings import load

        return [(name, account.network) for name, account in load().accounts.items()]
    return []


def to_retry() -> Offers:
    """The deliveries that may be tried again."""
    return _offers(_glance(*(state for state in State if state not in {State.SENDING, State.DELIVERED})))


def to_cancel() -> Offers:
    """The deliveries that can be called off or put away."""
    found = _glance(State.SCHEDULED, State.DISCARDED)
    return _offers([each for each in found if each.state is State.DISCARDED or each.post is None])


def to_resolve() -> Offers:
    """The deliveries whose outcome is unknown."""
    return _offers(_glance(State.UNKNOWN))


def _glance(*states: State) -> list[Delivery]:
    with suppress(Exception):
        from bot.cli import opening

        return list(opening.app().glance(*states))
    return []


def _offers(deliveries: list[Delivery]) -> Offers:
    return [(str(each.id), _RISKY.sub(" ", f"{each.state}, {each.account}, {each.headline}")) for each in deliveries]
