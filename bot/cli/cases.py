"""A delivery that wants its operator, with all that he needs to settle it: what was tried, what stands, where to look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.cli import show
from bot.cli.standing import Standing, standing
from bot.errors import one_line
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from bot.app import App
    from bot.ledger import Event
    from bot.model import Delivery

_WORDS = 100
_ENDS = {"postponed", "unknown", "discarded", "abandoned", "delivered"}
_CUT_OFF = "the process that sent it ended before the answer was known"


class Try(NamedTuple):
    """An attempt: when it began, and what came back; None while nobody knows."""

    at: datetime
    outcome: str | None


@dataclass(frozen=True)
class Case:
    """One delivery in full. `places` are where a person looks for it, `link` is the article's own address."""

    standing: Standing
    tries: tuple[Try, ...]
    places: Mapping[str, str]
    link: str | None

    def draw(self) -> None:
        """Put it before the operator."""
        delivery = self.standing.delivery
        name = f"{delivery.id}  {delivery.account}: {one_line(delivery.headline)}"
        show.line()
        show.heading(show.state(delivery), name)
        show.fields(list(self._facts()))
        show.fields([(step.when, step.command) for step in self.standing.steps], commands=True)

    @property
    def json(self) -> dict[str, Any]:
        """The same for programs."""
        standing = self.standing
        delivery = standing.delivery
        return {
            "id": delivery.id,
            "account": delivery.account,
            "network": delivery.network,
            "article": delivery.article,
            "headline": delivery.headline,
            "url": self.link,
            "state": delivery.state.value,
            "error": standing.correction.error if standing.correction else delivery.error,
            "hint": standing.remedy,
            "commands": [step.command for step in standing.possible],
            "later": [
                {"command": step.command, "not_before": show.stamp(step.not_before)}
                for step in standing.steps
                if step.not_before
            ],
            "words": self._words,
            "parts": standing.parts[1],
            "receipts": [{"remote_id": receipt.remote_id, "url": receipt.url} for receipt in delivery.receipts],
            "tries": [{"at": show.stamp(each.at), "outcome": each.outcome} for each in self.tries],
            "first_attempt_at": show.stamp(self.tries[0].at) if self.tries else None,
            "last_attempt_at": show.stamp(self.tries[-1].at) if self.tries else None,
            "due_at": show.stamp(delivery.due_at),
            "near": standing.near,
            "late": list(standing.late),
            "look_at": dict(self.places),
        }

    def _facts(self) -> Iterator[tuple[str, str]]:
        if self._words:
            done, parts = self.standing.parts
            yield f"part {done + 1}" if 0 < done < parts else "post", f"“{self._words}”"
        yield from self._tried()
        if self.standing.broken:
            yield "stands", self.standing.broken
        if self.standing.delivery.state is State.UNKNOWN:
            places = (self.standing.near or "", *self.places.values())
            yield from (("look at", place) for place in places if place)
            yield from [("article", self.link)] if self.link else []
        if self.standing.note:
            yield "now", self.standing.note

    @property
    def _words(self) -> str | None:
        """How the part begins that is in question."""
        post, (done, parts) = self.standing.delivery.post, self.standing.parts
        text = one_line(post.parts[min(done, parts - 1)].text) if post else ""
        return (text if len(text) <= _WORDS else f"{text[: _WORDS - 1].rstrip()}…") or None

    @property
    def is_the_accounts(self) -> bool:
        """Whether all that is wrong with it is wrong with its account, and told there."""
        delivery, way = self.standing.delivery, self.standing.way
        if way is None or not way.held_up or self.standing.broken or self.standing.late:
            return False
        if self.standing.correction:
            return self.standing.correction.due_at is not None and self.standing.correction.error == way.lane.reason
        if delivery.state is State.SCHEDULED:
            return delivery.error is not None and delivery.error == way.lane.reason
        return delivery.state is State.UNKNOWN and delivery.post is None and delivery.due_at is not None

    def _tried(self) -> Iterator[tuple[str, str]]:
        if self.standing.correction:
            yield "why", show.in_zone(self.standing.reason or "", self.standing.zone)
            yield "stands", " and ".join(receipt.url for receipt in self.standing.delivery.standing)
            return
        if not self.tries:
            why = show.in_zone(self.standing.delivery.error or "", self.standing.zone)
            yield from [("why", why)] if why else []
            return
        zone = self.standing.zone
        often, first, last = len(self.tries), self.tries[0].at, self.tries[-1].at
        since = f"{often} times, from {show.moment(first, zone)} to {show.moment(last, zone)}"
        yield "tried", since if often > 1 else f"once, {show.moment(first, zone)}"
        for outcome, times in Counter(each.outcome or "nothing yet" for each in self.tries).items():
            yield "answer", f"{outcome} ({times} times)" if times > 1 else outcome


def case(app: App, delivery: Delivery) -> Case:
    """This delivery with what happened to it."""
    happened = [event for event in app.ledger.events(delivery.article) if event.delivery == delivery.id]
    stands = standing(app, delivery, tuple(_late(happened, delivery)))
    places = app.whereabouts(delivery.account) if stands.way else {}
    link = delivery.post.url if delivery.post else app.ledger.article(delivery.article).url
    return Case(stands, tuple(_tries(happened, delivery)), places, link)


def _late(happened: Iterable[Event], delivery: Delivery) -> Iterator[str]:
    """The addresses from receipts that came too late to be this delivery's own."""
    own = {f"{receipt.url} {receipt.remote_id}" for receipt in delivery.receipts}
    yield from dict.fromkeys(
        event.detail.partition(" ")[0]
        for event in happened
        if event.event == "late receipt" and event.detail not in own
    )


def _tries(happened: Iterable[Event], delivery: Delivery) -> list[Try]:
    """The attempts since the one that froze what may be out there; all of them where nothing is."""
    tries: list[Try] = []
    for event in happened:
        if event.event == "claimed":
            tries.append(Try(event.at, None))
        elif event.event in _ENDS and tries and tries[-1].outcome is None:
            tries[-1] = tries[-1]._replace(outcome=event.detail or _CUT_OFF)
    return tries[-(delivery.claim - delivery.frozen_by + 1) :] if delivery.frozen_by else tries
