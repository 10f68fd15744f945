"""What is told to Prometheus: what happened since the start is counted, everything else is measured when it is asked for."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from bot.ledger import Event
    from bot.model import Delivery
    from bot.operations.sight import Sight

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
_OUTCOMES = ("delivered", "unknown", "discarded", "postponed", "expired", "cancelled", "withdrawn")
_STATES = ("ready", "paused", "backing off")


class Figures:
    """The figures of one daemon, in a registry of their own."""

    def __init__(self, look: Callable[[], Sight | None], clock: Callable[[], datetime]) -> None:
        """`look` is asked at every scrape."""
        self._clock = clock
        self._registry = CollectorRegistry()
        self._sending: dict[int, datetime] = {}
        Info("bot_build", "Which bot this is.", registry=self._registry).info(
            {"version": version("bot"), "python": platform.python_version()}
        )
        self._send = _histogram(self, "bot_send_seconds", "From the claim of a delivery to its last receipt.")
        self._late = _histogram(self, "bot_lateness_seconds", "From when a post was due to its first attempt.")
        self._plan = Histogram("bot_plan_seconds", "How long a plan took.", buckets=_SECONDS, registry=self._registry)
        self._outcomes = Counter(
            "bot_outcomes", "What deliveries came to.", ("account", "outcome"), registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Measured(look))

    @property
    def registry(self) -> CollectorRegistry:
        """Where they are kept."""
        return self._registry

    def news(self, events: Sequence[Event]) -> None:
        """Count what happened, by whosever hand."""
        for each in events:
            if each.account and each.event in _OUTCOMES:
                self._outcomes.labels(each.account, each.event).inc()
            if each.delivery is None or not each.account:
                continue
            if each.event == "claimed":
                self._sending[each.delivery] = each.at
            elif each.event != "part posted":
                began = self._sending.pop(each.delivery, None)
                if began and each.event == "delivered":
                    self._send.labels(each.account).observe(max(0.0, (each.at - began).total_seconds()))

    def leaving(self, delivery: Delivery) -> None:
        """A delivery is about to be sent by itself; the first time it is seen how late."""
        if delivery.claim == 0 and delivery.due_at is not None:
            late = (self._clock() - delivery.due_at).total_seconds()
            self._late.labels(delivery.account).observe(max(0.0, late))

    def planned(self, seconds: float) -> None:
        """A plan took so long."""
        self._plan.observe(seconds)

    def told(self, accept: str) -> tuple[bytes, str]:
        """All of it in the form that its reader takes, and the name of that."""
        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind


class _Measured:
    """What is looked up when it is asked for."""

    def __init__(self, look: Callable[[], Sight | None]) -> None:
        self._look = look

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registering asks no ledger."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as they are now; those of the ledger only where it answers."""
        sight = self._look()
        if sight is None:
            return
        yield _gauge("bot_up", "Whether the daemon works: what /healthz says.", not sight.ailing)
        yield _gauge("bot_ledger_up", "Whether the ledger answers.", sight.ledger_error is None)
        yield _gauge("bot_loop_beat_age_seconds", "How long ago the loop looked last.", sight.beat_age)
        if sight.ledger_error is None:
            yield _gauge("bot_queue_files", "Files in the queue whose articles are not done.", sight.files)
            yield from _of_accounts(sight)
            yield from _of_deliveries(sight)
        yield from _of_networks(sight)


def _of_accounts(sight: Sight) -> Iterator[GaugeMetricFamily]:
    state = _labelled("bot_account_state", "1 for the state that an account is in.", "account", "network", "state")
    late = _labelled("bot_overdue_seconds", "How long the oldest unsent post is overdue.", "account")
    due = _labelled("bot_next_due_timestamp_seconds", "When the next post is due by itself.", "account")
    wanting = _labelled("bot_deliveries_wanting_operator", "Deliveries that want a person.", "account")
    for each in sight.accounts:
        name, first = each.lane.account, each.first_due
        for word in _STATES:
            state.add_metric([name, each.lane.network, word], float(word == sight.state_of(each.lane)))
        late.add_metric([name], max(0.0, (sight.now - first).total_seconds()) if first else 0.0)
        wanting.add_metric([name], each.wanting)
        if first:
            due.add_metric([name], first.timestamp())
    yield from (state, late, due, wanting)


def _of_deliveries(sight: Sight) -> Iterator[GaugeMetricFamily]:
    counted = _labelled("bot_deliveries", "Deliveries in the ledger.", "account", "state")
    for (account, state), many in sight.tally.items():
        counted.add_metric([account, state.value], many)
    yield counted


def _of_networks(sight: Sight) -> Iterator[GaugeMetricFamily]:
    left = _labelled("bot_quota_remaining", "What a network said last is left of a quota.", "account", "quota")
    limit = _labelled("bot_quota_limit", "How much a quota is when it is full.", "account", "quota")
    reset = _labelled("bot_quota_reset_timestamp_seconds", "When a quota is full again.", "account", "quota")
    ends = _labelled("bot_token_expiry_timestamp_seconds", "When a kept token ends.", "account", "token")
    for account, told in sight.told.items():
        for quota in told.quotas:
            left.add_metric([account, quota.kind], quota.left)
            limit.add_metric([account, quota.kind], quota.limit)
            if quota.until:
                reset.add_metric([account, quota.kind], quota.until.timestamp())
        for token, at in told.tokens.items():
            ends.add_metric([account, token], at.timestamp())
    yield from (left, limit, reset, ends)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=float(value))


def _labelled(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, labels=labels)


def _histogram(figures: Figures, name: str, what: str) -> Histogram:
    return Histogram(name, what, ("account",), buckets=_SECONDS, registry=figures.registry)
