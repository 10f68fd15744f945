"""Whether an account's posts go on at this moment: what holds them up, and until when a request may still be on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import files
from bot.model import State

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bot.app import App
    from bot.ledger import Lane
    from bot.model import Delivery

_ATTEMPTED = {"claimed", "unknown", "abandoned", "postponed", "put back"}  # the last: by who had the ledger before
_USUAL_DEADLINE = 60.0  # of an account that is configured no more


@dataclass(frozen=True)
class Way:
    """
    What holds for one account now.

    Until `settles_at` what was under way when the ledger was lost may arrive, and nothing is sent. `new_keys` says that
    the settings have other credentials than those for which the account is paused. `repeatable` is its network's.
    """

    lane: Lane
    now: datetime
    zone: tzinfo
    settles_at: datetime | None = None
    new_keys: bool = False
    repeatable: bool = False

    @property
    def state(self) -> str:
        """In a word or two, whether the account takes posts now."""
        if self.lane.paused_at(self.now):
            return "paused"
        if self.settles_at:
            return "settling"
        return "backing off" if self.lane.backs_off_at(self.now) else "ready"

    @property
    def held_up(self) -> bool:
        """Whether it takes none."""
        return self.state != "ready"

    @property
    def reason(self) -> str | None:
        """Why it takes none, as far as somebody said."""
        if self.state == "settling":
            return "the ledger was put back, and what was under way when it was lost may still arrive"
        return self.lane.reason if self.held_up else None

    @property
    def wants_resume(self) -> bool:
        """Whether nothing but the operator's word, or new keys, lets it go on."""
        return self.lane.paused_at(self.now) and self.lane.paused_until is None and not self.new_keys

    @property
    def keys(self) -> str:
        """How credentials let it go on, where they are the reason of its pause."""
        if not (self.lane.paused_at(self.now) and self.lane.paused_with):
            return ""
        if self.new_keys:
            return "There are new keys: the next run tries them"
        return "New keys need no command: the next run tries them"

    @property
    def until(self) -> datetime | None:
        """When it goes on by itself; None where it does now, or does not."""
        lane, now = self.lane, self.now
        if self.wants_resume:
            return None
        held = (
            lane.paused_until if lane.paused_at(now) else None,
            self.settles_at,
            lane.backoff_until if lane.backs_off_at(now) else None,
        )
        return max(filter(None, held), default=None)


def way(app: App, lane: Lane) -> Way:
    """What holds for a configured account now."""
    now, settling = app.clock(), _settling(app, lane.account)
    lasts = lane.sought_until is not None and lane.settles_at(now, settling.total_seconds())
    return Way(
        lane,
        now,
        app.settings.timezone,
        settles_at=lane.sought_until + settling if lane.sought_until and lasts else None,
        new_keys=_new_keys(app, lane),
        repeatable=app.accounts[lane.account].network.repeatable,
    )


def settled_at(app: App, delivery: Delivery) -> datetime | None:
    """When whatever was last sent of an unknown delivery has arrived, or never will; None of any other."""
    if delivery.state is not State.UNKNOWN:
        return None
    happened = app.ledger.events(delivery.article)
    attempts = (each.at for each in happened if each.delivery == delivery.id and each.event in _ATTEMPTED)
    return max(attempts) + _settling(app, delivery.account)


def _settling(app: App, account: str) -> timedelta:
    """How long until the longest request that may be under way has ended, and the network shows what it has."""
    configured = app.accounts.get(account)
    deadline = configured.network.deadline if configured else _USUAL_DEADLINE
    return timedelta(seconds=deadline + app.settings.settle_seconds)


def _new_keys(app: App, lane: Lane) -> bool:
    if lane.paused_with is None:
        return False
    with files.explained():
        key = files.private_key(app.var / "key")
    return app.settings.accounts[lane.account].fingerprint(key) != lane.paused_with
