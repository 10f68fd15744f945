"""The figures are what Prometheus reads, by its own parser and its own rules for names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as families
from unit.operations.made import NOW, event, measured

from bot.model import Delivery, State
from bot.networks.base import Quota, Told
from bot.operations.metrics import Figures
from bot.operations.sight import Sight

if TYPE_CHECKING:
    from prometheus_client import Metric

OPEN = "application/openmetrics-text; version=1.0.0"
SIGHT = Sight(
    NOW,
    beat_age=2.5,
    accounts=(
        measured("sport", due=NOW - timedelta(seconds=90), wanting=2, paused=True),
        measured("news", due=NOW + timedelta(hours=1), backoff_until=NOW + timedelta(minutes=1)),
        measured("calm"),
    ),
    tally={("sport", State.SCHEDULED): 1_000_000, ("sport", State.DELIVERED): 3},
    files=4,
    told={"x": Told((Quota("posts", 3, 50, NOW),), {"refresh": NOW})},
)


def told(figures: Figures) -> dict[str, float]:
    """Every sample, as a reader writes it."""
    text = figures.told("")[0].decode()
    return {name_of(s.name, s.labels): s.value for family in families(text) for s in family.samples}


def name_of(name: str, labels: dict[str, str]) -> str:
    inner = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}" if inner else name


@pytest.fixture
def figures() -> Figures:
    return Figures(lambda: SIGHT, lambda: NOW)


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        ("bot_up", 1),
        ("bot_ledger_up", 1),
        ("bot_loop_beat_age_seconds", 2.5),
        ("bot_queue_files", 4),
        ("bot_overdue_seconds{account=sport}", 90),
        ("bot_overdue_seconds{account=news}", 0),
        ("bot_next_due_timestamp_seconds{account=news}", (NOW + timedelta(hours=1)).timestamp()),
        ("bot_deliveries_wanting_operator{account=sport}", 2),
        ("bot_deliveries{account=sport,state=scheduled}", 1_000_000),
        ("bot_account_state{account=sport,network=mastodon,state=paused}", 1),
        ("bot_account_state{account=sport,network=mastodon,state=ready}", 0),
        ("bot_account_state{account=news,network=mastodon,state=backing off}", 1),
        ("bot_account_state{account=calm,network=mastodon,state=ready}", 1),
        ("bot_quota_remaining{account=x,quota=posts}", 3),
        ("bot_quota_limit{account=x,quota=posts}", 50),
        ("bot_quota_reset_timestamp_seconds{account=x,quota=posts}", NOW.timestamp()),
        ("bot_token_expiry_timestamp_seconds{account=x,token=refresh}", NOW.timestamp()),
    ],
)
def test_what_is_seen_is_told(figures: Figures, sample: str, value: float) -> None:
    assert value == told(figures)[sample]


def test_what_happened_is_counted_and_timed(figures: Figures) -> None:
    figures.news([event("claimed"), event("part posted", at=NOW + timedelta(seconds=1))])
    figures.news([event("delivered", at=NOW + timedelta(seconds=3)), event("claimed", delivery=8)])
    figures.news([event("unknown", delivery=8), event("taken in", delivery=None), event("scheduled")])
    found = told(figures)
    assert (1, 3) == (found["bot_send_seconds_count{account=sport}"], found["bot_send_seconds_sum{account=sport}"])
    assert [1, 1] == [found[f"bot_outcomes_total{{account=sport,outcome={each}}}"] for each in ("delivered", "unknown")]
    assert not [name for name in found if "taken in" in name]


def test_how_late_a_post_leaves_is_told_of_its_first_attempt(figures: Figures) -> None:
    due = NOW - timedelta(seconds=2)
    first = Delivery(1, 1, "One", "sport", "mastodon", "k", State.SCHEDULED, due)
    again = Delivery(1, 1, "One", "sport", "mastodon", "k", State.SCHEDULED, due, claim=1)
    figures.leaving(first)
    figures.leaving(again)
    found = told(figures)
    assert (1, 2) == (
        found["bot_lateness_seconds_count{account=sport}"],
        found["bot_lateness_seconds_sum{account=sport}"],
    )


def test_a_plans_time_is_told(figures: Figures) -> None:
    figures.planned(0.25)
    assert (1, 0.25) == (told(figures)["bot_plan_seconds_count"], told(figures)["bot_plan_seconds_sum"])


def test_without_the_ledger_the_rest_is_told() -> None:
    found = told(Figures(lambda: Sight(NOW, ("the disk is full",), 1.0, "the disk is full"), lambda: NOW))
    assert (0, 0, 1) == (found["bot_up"], found["bot_ledger_up"], found["bot_loop_beat_age_seconds"])
    assert not [name for name in found if name.startswith("bot_deliveries")]


def every(figures: Figures) -> list[Metric]:
    figures.news([event("claimed"), event("delivered")])
    figures.leaving(Delivery(1, 1, "One", "sport", "mastodon", "k", State.SCHEDULED, NOW))
    return list(families(figures.told("")[0].decode()))


def test_names_and_units_are_as_prometheus_wants_them(figures: Figures) -> None:
    ours = [each for each in every(figures) if each.name.startswith("bot_")]
    assert len(ours) > 15
    for each in ours:
        assert re.fullmatch(r"bot_[a-z]+(_[a-z]+)*", each.name), each.name
        assert each.documentation.endswith("."), each.name
        assert not re.search(r"(milliseconds|minutes|hours|gauge|counter)", each.name), each.name
        if each.type == "counter":
            assert all(sample.name.endswith(("_total", "_created")) for sample in each.samples), each.name
        if each.type == "histogram":
            assert each.name.endswith("_seconds"), each.name


def test_its_labels_are_few(figures: Figures) -> None:
    labels = {name for each in every(figures) for sample in each.samples for name in sample.labels}
    assert labels <= {"account", "network", "state", "outcome", "quota", "token", "version", "python", "le"}


def test_a_reader_of_openmetrics_is_given_that(figures: Figures) -> None:
    every(figures)
    text, kind = figures.told(OPEN)
    assert kind.startswith("application/openmetrics-text")
    assert "bot_outcomes" in {each.name for each in open_families(text.decode())}  # type: ignore[no-untyped-call]


def test_two_daemons_in_one_process_keep_theirs_apart(figures: Figures) -> None:
    figures.news([event("delivered")])
    assert "bot_outcomes_total{account=sport,outcome=delivered}" not in told(Figures(lambda: SIGHT, lambda: NOW))
