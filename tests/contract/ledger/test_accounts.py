"""An account is its login; what holds for one holds for all its deliveries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, LATER, NEWS, NOW, SOON, SPORT, UNRELATED, claimed, happened, receipt

from bot.errors import ConfigurationError, LedgerError
from bot.ledger import Lane
from bot.model import Account, Network, State

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery

RENAMED = replace(NEWS, name="headlines")
ELSEWHERE = Account("news", Network("bluesky", limits=(), spans=lambda _: ()))


@pytest.fixture
def known(ledger: Ledger) -> None:
    """The account news has shown its login."""
    ledger.identify(NEWS, "did:1", "key 1", configured={"news"}, now=NOW)


def test_a_configured_account_has_an_open_lane(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.ensure([SPORT, NEWS])

    fresh = Lane(
        account="news",
        network="outbox",
        login=None,
        fingerprint=None,
        paused=False,
        paused_until=None,
        paused_with=None,
        reason=None,
        failures=0,
        backoff_until=None,
    )
    assert (fresh, replace(fresh, account="sport")) == ledger.lanes()
    assert fresh == ledger.lane_of("news")


def test_an_account_that_is_not_there_is_told_in_one_line(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"^there is no account 'nowhere'\. "):
        ledger.lane_of("nowhere")


def test_a_pause_holds_until_it_is_resumed(ledger: Ledger) -> None:
    ledger.ensure([NEWS])
    ledger.back_off("news", LATER, reason="no route", now=NOW)
    ledger.pause("news", "suspended", now=NOW)
    paused = ledger.lane_of("news")
    assert (True, None, "suspended") == (paused.paused, paused.paused_until, paused.reason)

    ledger.resume("news", now=SOON)

    resumed = ledger.lane_of("news")
    assert (False, None, None) == (resumed.paused, resumed.paused_until, resumed.reason)
    assert (0, None) == (resumed.failures, resumed.backoff_until)
    assert ["backing off", "paused", "resumed"] == happened(ledger)


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [(None, SOON, None), (SOON, None, None), (SOON, LATER, LATER), (LATER, SOON, LATER)],
)
def test_a_pause_is_never_shortened_by_another(
    ledger: Ledger, first: datetime | None, second: datetime | None, holds: datetime | None
) -> None:
    ledger.ensure([NEWS])
    for until in (first, second):
        ledger.pause("news", "limited", now=NOW, until=until)

    lane = ledger.lane_of("news")
    assert (True, holds) == (lane.paused, lane.paused_until)


def test_failures_in_a_row_are_counted(ledger: Ledger) -> None:
    ledger.ensure([NEWS, SPORT])
    ledger.back_off("news", SOON, reason="no route", now=NOW)
    ledger.back_off("news", LATER, reason="no route", now=NOW)

    assert (2, LATER) == (ledger.lane_of("news").failures, ledger.lane_of("news").backoff_until)
    assert 0 == ledger.lane_of("sport").failures


@pytest.mark.usefixtures("known")
def test_a_login_is_kept_with_its_credentials_fingerprint(ledger: Ledger) -> None:
    ledger.identify(NEWS, "did:1", "key 1", configured={"news"}, now=LATER)

    assert ("did:1", "key 1") == (ledger.lane_of("news").login, ledger.lane_of("news").fingerprint)
    assert ["identified"] == happened(ledger)


def test_a_pause_names_the_credentials_that_are_the_reason(ledger: Ledger) -> None:
    ledger.ensure([NEWS])
    ledger.pause("news", "bad token", now=NOW, credentials="key 1")

    assert "key 1" == ledger.lane_of("news").paused_with
    ledger.resume("news", now=SOON)
    assert ledger.lane_of("news").paused_with is None


@pytest.mark.usefixtures("known")
def test_who_an_account_is_does_not_end_a_pause(ledger: Ledger) -> None:
    ledger.pause("news", "by hand", now=NOW)

    ledger.identify(NEWS, "did:1", "key 2", configured={"news"}, now=NOW)

    assert ("key 2", True) == (ledger.lane_of("news").fingerprint, ledger.lane_of("news").paused)


@pytest.mark.parametrize(("until", "holds"), [(None, True), (LATER, True), (SOON, False), (NOW, False)])
def test_a_pause_holds_until_its_time_is_over(ledger: Ledger, until: datetime | None, holds: bool) -> None:
    ledger.ensure([NEWS])
    assert not ledger.lane_of("news").paused_at(SOON)

    ledger.pause("news", "limited", now=NOW, until=until)

    assert holds == ledger.lane_of("news").paused_at(SOON)


def test_a_network_is_left_alone_until_its_time_is_over(ledger: Ledger) -> None:
    ledger.ensure([NEWS])
    assert not ledger.lane_of("news").backs_off_at(NOW)

    ledger.back_off("news", SOON, reason="no route", now=NOW)

    lane = ledger.lane_of("news")
    assert (True, False, "no route") == (lane.backs_off_at(NOW), lane.backs_off_at(SOON), lane.reason)


def test_the_reason_of_a_pause_outlasts_a_back_off(ledger: Ledger) -> None:
    ledger.ensure([NEWS])
    ledger.pause("news", "by hand", now=NOW)
    ledger.back_off("news", SOON, reason="no route", now=NOW)

    assert "by hand" == ledger.lane_of("news").reason


@pytest.mark.usefixtures("known")
def test_a_name_that_suddenly_shows_another_login_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match=r"^account news: this account was did:1 and now shows did:2\. "):
        ledger.identify(NEWS, "did:2", "key 2", configured={"news"}, now=NOW)

    assert ("did:1", "key 1") == (ledger.lane_of("news").login, ledger.lane_of("news").fingerprint)


@pytest.mark.usefixtures("known")
def test_two_names_for_one_login_are_an_error(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match=r"^account headlines: this account and news are the same login"):
        ledger.identify(RENAMED, "did:1", "key 1", configured={"news", "headlines"}, now=NOW)

    assert ledger.lane_of("news").login == "did:1"


@pytest.mark.usefixtures("known")
def test_a_name_that_moves_to_another_network_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match=r"^account news: this account was did:1 on outbox"):
        ledger.ensure([ELSEWHERE])


def test_a_name_under_which_nothing_was_sent_may_move_to_another_network(ledger: Ledger) -> None:
    ledger.ensure([NEWS])
    ledger.ensure([ELSEWHERE])

    assert "bluesky" == ledger.lane_of("news").network


@pytest.mark.usefixtures("known")
def test_logins_of_two_networks_are_not_the_same(ledger: Ledger) -> None:
    bluesky = replace(ELSEWHERE, name="sky")
    ledger.identify(bluesky, "did:1", "key", configured={"news", "sky"}, now=NOW)

    assert ["did:1", "did:1"] == [lane.login for lane in ledger.lanes()]


@pytest.mark.usefixtures("known")
def test_a_new_name_with_a_known_login_takes_over_its_deliveries(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.confirm(claimed(ledger, scheduled), receipt(), now=LATER)
    own = ledger.take_in(UNRELATED, [RENAMED], now=NOW, due_at=NOW).deliveries[0]

    ledger.identify(RENAMED, "did:1", "key 2", configured={"headlines"}, now=NOW)

    assert ["headlines"] == [lane.account for lane in ledger.lanes()]
    assert ["headlines", "headlines"] == [ledger.delivery(number).account for number in (scheduled.id, own.id)]
    assert {"remote/0"} == ledger.taken("headlines", own.id)
    assert claimed(ledger, ledger.delivery(own.id), now=NOW).first_attempt_at == NOW + timedelta(microseconds=1)


@pytest.mark.usefixtures("known")
def test_a_delivery_that_a_known_login_has_already_is_cancelled(ledger: Ledger, scheduled: Delivery) -> None:
    (_, double) = ledger.take_in(ARTICLE, [RENAMED], now=NOW, due_at=NOW, to={"headlines"}).deliveries

    ledger.identify(RENAMED, "did:1", "key 2", configured={"headlines"}, now=NOW)

    assert [State.SCHEDULED, State.CANCELLED] == [ledger.delivery(n).state for n in (scheduled.id, double.id)]
    assert "cancelled" in happened(ledger)
    assert () == ledger.take_in(ARTICLE, [], now=NOW, due_at=NOW, to={"headlines"}).deliveries[2:]


def test_what_other_deliveries_of_the_account_hold_is_known(ledger: Ledger) -> None:
    one, other = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    (next_one,) = ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW).deliveries
    ledger.confirm(claimed(ledger, one), receipt(0, "a"), now=NOW)
    ledger.confirm(claimed(ledger, other), receipt(0, "b"), now=NOW)

    assert {"a/0"} == ledger.taken("news", besides=next_one.id)
    assert frozenset() == ledger.taken("news", besides=one.id)
