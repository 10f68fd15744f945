"""Whatever senders, crashes and operators do in whatever order, a post that may be out there stays what it was."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contract.ledger.story import ARTICLE, NEWS, NOW, SPORT
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from bot.errors import Refused
from bot.ledger import Ledger, open_ledger
from bot.ledger.rows import unconfirmed
from bot.model import Delivery, Part, Post, Receipt, State

Finish = Callable[["Machine", Delivery], Delivery | None]
FINISHES: list[Finish] = [
    lambda world, held: world.ledger.postpone(held, "down", now=world.now(), due_at=NOW),
    lambda world, held: world.ledger.postpone(held, "slow", now=world.now(), due_at=NOW),
    lambda world, held: world.ledger.doubt(held, "no answer", now=world.now(), due_at=None),
    lambda world, held: world.ledger.discard(held, "refused", now=world.now()),
]
clocks = st.integers(-100, 100)


@dataclass(frozen=True)
class Frozen:
    """What every attempt has to send from now on."""

    key: str
    post: Post | None
    first_attempt_at: datetime | None


class Machine(RuleBasedStateMachine):
    """A few deliveries, in the hands of senders who may all be late."""

    ledger: Ledger
    handles = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.ledger = open_ledger(f"sqlite:///{home}/bot.db", lanes=home / "lanes")
        self.clock = 0
        self.claims: dict[int, int] = {}
        self.attempts: dict[str, list[datetime]] = {"news": [], "sport": []}
        self.may_be_out: dict[int, Frozen] = {}

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.clock)

    @initialize(target=handles)
    def take_in(self) -> Any:
        taken = [
            self.ledger.take_in(replace(ARTICLE, identities=(name,)), [NEWS, SPORT], now=NOW, due_at=NOW)
            for name in ("a", "b")
        ]
        return multiple(*(delivery for article in taken for delivery in article.deliveries))

    @rule(clock=clocks)
    def the_clock_steps(self, clock: int) -> None:
        self.clock = clock

    @rule(target=handles, handle=handles, parts=st.integers(1, 3), text=st.text("ab", max_size=2))
    def claim(self, handle: Delivery, parts: int, text: str) -> Any:
        stands = self.ledger.delivery(handle.id)
        post = Post((Part(text),) * parts)
        held = self.ledger.claim(handle, post, now=self.now())
        fits = (handle.state, handle.claim) == (stands.state, stands.claim)
        assert (held is not None) == (fits and stands.state in {State.SCHEDULED, State.UNKNOWN})
        if held is None:
            assert stands == self.ledger.delivery(handle.id)
            return multiple()
        assert self.claims.get(held.id, 0) + 1 == held.claim
        self.claims[held.id] = held.claim
        assert held.post == (stands.post or post)
        if stands.post is None:
            assert held.first_attempt_at
            assert all(held.first_attempt_at > before for before in self.attempts[held.account])
            self.attempts[held.account].append(held.first_attempt_at)
        return held

    @rule(target=handles, handle=handles, finish=st.sampled_from(FINISHES))
    def finish(self, handle: Delivery, finish: Finish) -> Any:
        stands = self.ledger.delivery(handle.id)
        after = finish(self, handle)
        mine = stands.state is handle.state is State.SENDING and stands.claim == handle.claim
        assert mine == (after is not None)
        if after is None:
            assert stands == self.ledger.delivery(handle.id)
            return multiple()
        if after.state is State.UNKNOWN:
            self.may_be_out[after.id] = Frozen(after.key, after.post, after.first_attempt_at)
        return after

    @rule(target=handles, handle=handles)
    def confirm(self, handle: Delivery) -> Any:
        stands = self.ledger.delivery(handle.id)
        part = (unconfirmed(stands) or [0])[0]
        receipt = Receipt(part, f"{handle.key}/{part}", "https://example.org")
        after = self.ledger.confirm(handle, receipt, now=self.now())
        mine = stands.state is handle.state is State.SENDING and stands.claim == handle.claim
        assert mine == (after is not None)
        if after is None:
            assert stands == self.ledger.delivery(handle.id)
            return multiple()
        self.may_be_out.setdefault(after.id, Frozen(after.key, after.post, after.first_attempt_at))
        return after

    @rule(target=handles, account=st.sampled_from(["news", "sport"]))
    def a_sender_dies(self, account: str) -> Any:
        left = self.ledger.abandoned(account, now=self.now())
        for delivery in left:
            self.may_be_out[delivery.id] = Frozen(delivery.key, delivery.post, delivery.first_attempt_at)
        return multiple(*left)

    @rule(
        target=handles, handle=consumes(handles), move=st.sampled_from(["retry", "cancel", "resolve_resend", "posted"])
    )
    def by_hand(self, handle: Delivery, move: str) -> Any:
        before = self.ledger.delivery(handle.id).state
        try:
            if move == "posted":
                url = f"https://example.org/{handle.key}/{len(self.ledger.delivery(handle.id).receipts)}"
                return self.ledger.resolve_posted(handle.id, url, url, self.now())
            after: Delivery = getattr(self.ledger, move)(handle.id, self.now())
        except Refused:
            return self.ledger.delivery(handle.id)
        assert move != "cancel" or before is State.DISCARDED or after.id not in self.may_be_out
        return after

    @rule(target=handles, handle=handles)
    def expire(self, handle: Delivery) -> Any:
        after = self.ledger.expire(handle, now=self.now())
        assert after is None or after.id not in self.may_be_out
        return multiple() if after is None else after

    @invariant()
    def what_may_be_out_there_stays_what_it_was(self) -> None:
        for number, frozen in self.may_be_out.items():
            stands = self.ledger.delivery(number)
            assert frozen == Frozen(stands.key, stands.post, stands.first_attempt_at)

    @invariant()
    def delivered_means_that_every_part_has_its_receipt(self) -> None:
        for number in range(1, 5):
            stands = self.ledger.delivery(number)
            assert (stands.state is State.DELIVERED) == (stands.post is not None and not unconfirmed(stands))

    @invariant()
    def each_is_counted_once(self) -> None:
        assert 4 == sum(self.ledger.counts().values())


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
