"""The courier: claims a delivery, publishes it, and settles what came of it; knows the protocol, never a network."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.corrections import Corrections, answered, answering
from bot.errors import (
    BotError,
    ComposeError,
    ConfigurationError,
    LedgerError,
    MediaRefused,
    RateLimited,
    Rejected,
    TooSlow,
    Unanswered,
    Unauthorized,
    Unavailable,
    in_words,
)
from bot.ledger import Kind
from bot.model import Delivery, State

if TYPE_CHECKING:
    from decimal import Decimal

    from bot.ledger import Lane, Ledger
    from bot.model import Account, Article, Post, Receipt
    from bot.networks.base import Adapter

_SLOW = 3  # attempts whose pictures take too long: a film must not hold up its lane for ever
_BREATH = timedelta(seconds=1)  # at least, whatever a network says of when it takes posts again
Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the courier is; all times in seconds."""

    max_attempts: int = 8
    settle: float = 120.0
    patience: float = 10.0
    first_back_off: float = 2.0
    longest_back_off: float = 3600.0
    mending: float = 300.0  # until a post that cannot be composed is tried again

    def back_off(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row: with jitter, so that lanes do not march in step."""
        longest = min(self.longest_back_off, self.first_back_off * 4 ** min(failures, 15))
        return timedelta(seconds=longest * random.uniform(0.75, 1.0))


@dataclass(frozen=True, slots=True)
class Member:
    """An account as the courier sees it; `credentials` changes when its login may have changed."""

    account: Account
    credentials: str
    connect: Callable[[], Adapter]


class Gate(Protocol):
    """
    Whether a delivery may be sent at this moment and this cost, whatever hour it was given.

    If not, and not by hand, it has a later one now.
    """

    def __call__(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool: ...


def _always(delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:  # noqa: ARG001 - a Gate's signature
    return True


class Courier:
    """Works the lanes of the accounts, all at the same time, one delivery after another in each."""

    def __init__(
        self,
        ledger: Ledger,
        members: Mapping[str, Member],
        compose: Callable[[Article, Account], Post],
        *,
        clock: Clock,
        sleep: Sleep,
        policy: Policy,
        may_go: Gate = _always,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._compose = compose
        self._clock = clock
        self._sleep = sleep
        self._policy = policy
        self._gate = may_go
        self._corrections = Corrections(
            ledger,
            self._composed,
            lambda account, error: self._hold_lane(ledger.lane_of(account), error),
            clock,
            policy.back_off,
            policy.max_attempts,
            timedelta(seconds=policy.mending),
        )
        self._bare: dict[int, str] = {}  # deliveries that go without their pictures, and why

    def deliver_due(self) -> int:
        """Send everything that is due now, so many; a lane that somebody else works is left to him."""
        return self._in_lanes(self._members, lambda account: self._work(account, self._all_due, wait=False))

    def deliver_due_of(self, account: str, *, go_on: Callable[[], bool]) -> int:
        """The same for one account, beginning no other post when it is not to `go_on`."""
        return self._work(account, partial(self._all_due, go_on=go_on), wait=False)

    def deliver_now(self, deliveries: Iterable[Delivery]) -> None:
        """Send just these, whatever their hour and back-off, waiting for busy lanes; pauses hold."""
        wanted: dict[str, list[int]] = {}
        for delivery in deliveries:
            wanted.setdefault(delivery.account, []).append(delivery.id)
        self._in_lanes(wanted, lambda account: self._work(account, partial(self._these, wanted[account]), wait=True))

    def correct_now(self, article: int, accounts: Collection[str]) -> None:
        """Correct now what stands of an article that was changed, whatever its hour and back-off, waiting for busy lanes."""
        self._correct(article, accounts, self._corrections.of_article, anyway=False)

    def retract(self, article: int, accounts: Collection[str]) -> None:
        """
        Call an article off and take it down on these accounts, waiting for busy lanes; a pause by hand does not hold this up.

        What cannot be taken down now is so by a later round.
        """
        self._ledger.retract(article, accounts, now=self._clock())

        def again(article: int, account: str, adapter: Adapter) -> int:  # what was on its way stands by now
            self._ledger.retract(article, [account], now=self._clock())
            return self._corrections.of_article(article, account, adapter)

        self._correct(article, accounts, again, anyway=True)

    def _correct(
        self, article: int, accounts: Collection[str], work: Callable[[int, str, Adapter], int], *, anyway: bool
    ) -> None:
        wished = [each.id for each in self._ledger.deliveries(article) if self._ledger.correction(each.id)]
        mine = {self._ledger.delivery(each).account for each in wished} & self._members.keys() & {*accounts}
        self._in_lanes(mine, lambda account: self._work(account, partial(work, article), wait=True, anyway=anyway))

    def retry(self, number: int) -> Delivery:
        """
        Try a delivery again at the next round, but not before its article's hour.

        What must be looked for first waits until the dust has settled.
        """
        delivery = self._ledger.delivery(number)
        settling = self._settling(delivery.account) if delivery.account in self._members else self._policy.settle
        if delivery.account in self._members and self._repeatable(delivery.account):
            settling = 0.0
        not_before = self._ledger.article(delivery.article).publish_at
        return self._ledger.retry(number, self._clock(), settles_in=timedelta(seconds=settling), not_before=not_before)

    def _in_lanes(self, accounts: Collection[str], work: Callable[[str], int]) -> int:
        """Do the work of each account in a thread of its own; the first failure is raised when all have ended."""
        if not accounts:
            return 0
        with ThreadPoolExecutor(max_workers=len(accounts), thread_name_prefix="lane") as threads:
            ends = [threads.submit(work, account) for account in accounts]
        return sum(end.result() for end in ends)

    def _work(self, account: str, send: Callable[[str, Adapter], int], *, wait: bool, anyway: bool = False) -> int:
        """Hold an account's lane for as long as there is something to send; how much was. By hand we wait for it."""
        # Whose login it is comes before the lane: it may turn out to be another row's.
        lane = self._ledger.lane_of(account)
        is_open = self._open(lane, by_hand=wait) or (anyway and lane.paused_by_hand)
        adapter = self._recognised(account) if is_open else None
        with self._ledger.lane(account, wait=wait and adapter is not None) as held:
            if held:
                self._bury(account)  # also where the lane is paused: nobody else would tell
            if held and adapter is not None:
                return send(account, adapter)
        return 0

    def _all_due(self, account: str, adapter: Adapter, *, go_on: Callable[[], bool] = lambda: True) -> int:
        sent = self._correct_due(account, adapter, go_on)
        while go_on():
            lane, delivery = self._ledger.turn(account, self._clock())
            if delivery is None or not self._open(lane):
                break
            sent += self._send(delivery, adapter, by_hand=False)
        return sent

    def _correct_due(self, account: str, adapter: Adapter, go_on: Callable[[], bool]) -> int:
        now = self._clock()
        wished = self._ledger.due_corrections(account, now)
        if not wished or not self._open(self._ledger.lane_of(account)):
            return 0
        return self._corrections.work_off(wished, adapter, go_on=go_on)

    def _these(self, numbers: Sequence[int], account: str, adapter: Adapter) -> int:
        """Each of these once, and again within the courier's patience where a repeat settles what is unknown."""
        for number in numbers:
            give_up_at = self._clock() + timedelta(seconds=self._policy.patience)
            while self._may_go(number) and self._open(self._ledger.lane_of(account), by_hand=True):
                went = self._send(self._ledger.delivery(number), adapter, by_hand=True)
                if not (went and self._waited(number, give_up_at)):
                    break
        return len(numbers)

    def _may_go(self, number: int) -> bool:
        """Whether a person may have this sent now: what must be looked for first has its hour."""
        delivery, now = self._ledger.delivery(number), self._clock()
        if delivery.state is State.SCHEDULED:  # what has no hour waits for its turn, not for the operator
            return True
        if delivery.state is not State.UNKNOWN or delivery.due_at is None:
            return False
        return self._repeatable(delivery.account) or delivery.due_at <= now

    def _waited(self, number: int, give_up_at: datetime) -> bool:
        """Wait until a delivery goes on by itself, if it does so soon enough; else say no."""
        at, now = self._goes_on_at(self._ledger.delivery(number)), self._clock()
        if at is None or max(at, now) > give_up_at:
            return False
        self._sleep(max(0.0, (at - now).total_seconds()))
        return True

    def _goes_on_at(self, delivery: Delivery) -> datetime | None:
        """
        When what is unknown is repeated, where that is harmless; or a thread that stands in part, whose rest was put off.

        Not before its lane: what keeps its place in an outage is overdue all the time.
        """
        until = self._ledger.lane_of(delivery.account).backoff_until
        if delivery.state is State.UNKNOWN and self._repeatable(delivery.account) and delivery.due_at:
            return max(delivery.due_at, until or delivery.due_at)
        if delivery.state is State.SCHEDULED and delivery.id in self._bare and not delivery.receipts:
            return delivery.due_at
        return until if delivery.state is State.SCHEDULED and delivery.receipts else None

    def _repeatable(self, account: str) -> bool:
        return self._members[account].account.network.repeatable

    def _bury(self, account: str) -> None:
        """What still stands as `sending` in a lane that we hold lost its sender: nobody knows what became of it."""
        settling = timedelta(seconds=0 if self._repeatable(account) else self._settling(account))
        self._ledger.abandoned(account, now=self._clock(), settles_in=settling, last_attempt=self._policy.max_attempts)

    def _open(self, lane: Lane, *, by_hand: bool = False) -> bool:
        """Whether the lane may be used now; new credentials lift a pause that the old ones caused."""
        now = self._clock()
        if lane.paused and lane.paused_with not in {None, self._members[lane.account].credentials}:
            self._ledger.resume(lane.account, now=now)
            return True
        if lane.settles_at(now, self._settling(lane.account)):  # what is looked for after a restore may yet arrive
            return False
        return not lane.paused_at(now) and (by_hand or not lane.backs_off_at(now))

    def _recognised(self, account: str) -> Adapter | None:
        """The account's adapter, once the ledger knows whose login it is; None where that cannot be asked now."""
        member = self._members[account]
        adapter = member.connect()
        lane = self._ledger.lane_of(account)
        if lane.login is not None and lane.fingerprint == member.credentials:
            return adapter
        try:
            identity = adapter.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was posted
            self._hold_lane(lane, error)
            return None
        self._identify(member, identity.login)
        return adapter

    def _identify(self, member: Member, login: str) -> None:
        """Tell the ledger whose login it is; one that may not be this account's holds its posts until it is mended."""
        now = self._clock()
        try:
            self._ledger.identify(member.account, login, member.credentials, configured=self._members.keys(), now=now)
        except ConfigurationError as error:
            self._ledger.pause(member.account.name, in_words(error), now=now, credentials=member.credentials)
            raise

    def _send(self, delivery: Delivery, adapter: Adapter, *, by_hand: bool) -> bool:
        """
        Make one attempt, unless there is no room for it now, and it was put off.

        Room is asked for the very post that is to be sent: until it is frozen the lane is ours, and nothing else takes it.
        """
        before = self._ledger.article(delivery.article) if delivery.post is None else None
        try:
            post = self._post_of(delivery, adapter)
        except ComposeError as error:
            now = self._clock()
            due_at = now + timedelta(seconds=self._policy.mending)
            self._ledger.note_error(delivery, str(error), now=now, due_at=due_at)
            return True
        if post is None:
            self._ledger.expire(delivery, now=self._clock())
            return True
        cost = self._members[delivery.account].account.prices.of(post)
        if not self._gate(delivery, cost, by_hand=by_hand):
            return False
        claimed = self._ledger.claim(delivery, post, now=self._clock(), cost=cost)
        if claimed is None:  # settled by someone else since we read it
            return True
        if before is not None and self._ledger.article(delivery.article) != before:  # edited while it was composed
            self._ledger.postpone(claimed, "its article was edited", now=self._clock(), due_at=self._clock())
            return True
        self._attempt(delivery, claimed, adapter)
        return True

    def _attempt(self, delivery: Delivery, claimed: Delivery, adapter: Adapter) -> None:
        """Make one attempt. The claim is on disk before the request leaves."""
        unknown = delivery.state is State.UNKNOWN
        # after a restore: published before it, perhaps, under a name that this ledger does not know
        sought = claimed.sought_since is not None and (unknown or delivery.post is None)
        again = not (claimed.first_time or claimed.receipts)  # at the operator's word
        uncertain = unknown or sought or again
        try:
            left: Delivery | None = claimed
            retracted = delivery.post is not None and self._is_retracted(delivery)
            if sought or retracted or (unknown and not adapter.network.repeatable):
                taken = self._ledger.taken(claimed.account, besides=claimed.id)
                found = self._confirm_each(claimed, adapter.find(claimed, taken))
                # whoever took it over while we looked counts our time from then on
                left = found and (self._ledger.held(found) if found.state is State.SENDING else found)
            if left is not None and left.state is State.SENDING and retracted:
                left = self._ledger.call_off(left, "retracted before it stood", now=self._clock())
            if left is not None and left.state is State.SENDING:
                left = self._publish_rest(left, adapter, only_looked_for=unknown and delivery.post is None)
        except LedgerError:  # it cannot be written down: the row stays `sending` for whoever holds the lane next
            raise
        except Exception as error:  # noqa: BLE001 - every surprise is a possible post
            self._settle(claimed, error, uncertain=uncertain)
            return
        if left is not None and left.state is State.SENDING:
            self._settle(left, BotError("the adapter ended before all parts were confirmed"), uncertain=uncertain)

    def _is_retracted(self, delivery: Delivery) -> bool:
        """Whether nobody wants any more that it stands."""
        wished = self._ledger.correction(delivery.id)
        return wished is not None and wished.kind is Kind.RETRACT

    def _publish_rest(self, left: Delivery, adapter: Adapter, *, only_looked_for: bool) -> Delivery | None:
        """Publish what was not found; what we had no more to do for than to look is not sent when its time is over."""
        if only_looked_for and not left.receipts and self._is_over(self._ledger.article(left.article)):
            return self._ledger.discard(left, "its time was over, and it had not been posted", now=self._clock())
        return self._confirm_each(left, adapter.publish(self._ledger.complete(left)))

    def _post_of(self, delivery: Delivery, adapter: Adapter) -> Post | None:
        """What to send, or to look for: the frozen post where one may be out there, else rendered now; None if its time is over."""
        if delivery.post is not None:
            return delivery.post
        article = self._ledger.article(delivery.article)
        if delivery.state is State.SCHEDULED and self._is_over(article):
            return None
        post = self._composed(delivery, adapter)
        return without_media(post, self._bare[delivery.id]) if delivery.id in self._bare else post

    def _composed(self, delivery: Delivery, adapter: Adapter) -> Post:
        """The post as it would be now; what answers another one has words of its own for that."""
        article = self._ledger.article(delivery.article)
        answers = answered(self._ledger, delivery)
        account = replace(self._members[delivery.account].account, network=adapter.network)
        post = self._compose(answering(article) if answers else article, account)
        return replace(post, answers=answers)

    def _is_over(self, article: Article) -> bool:
        return article.expires_at is not None and article.expires_at <= self._clock()

    def _confirm_each(self, claimed: Delivery, receipts: Iterable[Receipt]) -> Delivery | None:
        """Commit each receipt before asking for the next; None where the claim was lost meanwhile."""
        for receipt in receipts:
            confirmed = self._ledger.confirm(claimed, receipt, now=self._clock())
            if confirmed is None:
                return None
            claimed = confirmed
        return claimed

    def _settle(self, claimed: Delivery, error: Exception, *, uncertain: bool) -> None:
        """Write down what an attempt came to; `uncertain` says that an earlier one may have posted."""
        now = self._clock()
        match error:
            case MediaRefused() | TooSlow() if not uncertain and self._goes_bare(claimed, error):
                self._bare[claimed.id] = in_words(error)
                self._ledger.postpone(claimed, in_words(error), now=now, due_at=claimed.due_at or now)
            case Rejected() if not uncertain:
                self._ledger.discard(claimed, in_words(error), now=now)
            case Rejected():  # the earlier attempt may stand all the same
                self._ledger.doubt(claimed, in_words(error), now=now, due_at=None)
            case Unavailable() | RateLimited() | Unauthorized():
                # it keeps its place: what became due meanwhile comes after it
                late = isinstance(error, TooSlow)
                self._ledger.postpone(claimed, in_words(error), now=now, due_at=claimed.due_at or now, counted=late)
                self._hold_lane(self._ledger.lane_of(claimed.account), error)
            case _:
                due_at = self._when_to_look(claimed, unanswered=isinstance(error, Unanswered))
                self._ledger.doubt(claimed, in_words(error), now=now, due_at=due_at)
                if isinstance(error, Unanswered):  # or an outage would put one post after another in doubt
                    self._hold_lane(self._ledger.lane_of(claimed.account), error)

    def _goes_bare(self, claimed: Delivery, error: Exception) -> bool:
        """Whether it goes without pictures from now on: they are refused, or were too slow time and again."""
        slow = isinstance(error, TooSlow)
        return claimed.first_time and claimed.id not in self._bare and (not slow or claimed.attempts >= _SLOW)

    def _hold_lane(self, lane: Lane, error: Exception) -> None:
        """Keep the whole lane back for a trouble that the next post would meet too."""
        now = self._clock()
        match error:
            case RateLimited(retry_at=until):
                self._ledger.pause(lane.account, in_words(error), now=now, until=max(until, now + _BREATH))
            case Unauthorized():
                credentials = self._members[lane.account].credentials
                self._ledger.pause(lane.account, in_words(error), now=now, credentials=credentials)
            case _:
                until = now + self._policy.back_off(lane.failures)
                self._ledger.back_off(lane.account, until, reason=in_words(error), now=now)

    def _when_to_look(self, claimed: Delivery, *, unanswered: bool) -> datetime | None:
        """
        When an uncertain delivery is repeated or looked for; None when its attempts have ended.

        Where a repeat is harmless it is the look, and a look that gets no answer ends nothing, however long an outage lasts.
        """
        repeatable = self._repeatable(claimed.account)
        if claimed.attempts >= self._policy.max_attempts and not (repeatable and unanswered):
            return None
        if repeatable:
            return self._clock() + self._policy.back_off(claimed.attempts - 1)
        return self._when_settled(claimed.account)

    def _when_settled(self, account: str) -> datetime:
        return self._clock() + timedelta(seconds=self._settling(account))

    def _settling(self, account: str) -> float:
        """How long until the longest request that may be under way has ended, and the network shows what it has."""
        return self._members[account].account.network.deadline + self._policy.settle


def without_media(post: Post, why: str) -> Post:
    """The post with neither pictures nor card, which its network refused in these words."""
    bare = tuple(replace(part, media=(), card=None) for part in post.parts)
    return replace(post, parts=bare, left_out=(*post.left_out, f"pictures: {why}"))
