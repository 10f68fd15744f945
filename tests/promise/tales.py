"""Stories that would break the promise at once if one thing were otherwise: chance tells them too seldom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promise.moves import ByHand, Cut, Edit, Go, Hold, Pass, Step, Template, Withdraw
from promise.world import Setting, Story

if TYPE_CHECKING:
    from promise.moves import Move

_SEARCHED, _BRIEF = Setting(accounts=(False,)), Setting(stories=(Story(short_lived=True),))
_THREAD = Setting(accounts=(False,), stories=(Story(parts=3),))
_AT_THE_REQUEST = Go(0, 0, "wait", 2)  # what was abandoned is asked for, then the claim
_TO_THE_END = Go(0, 0, "wait", 9)


def _meets(fate: str) -> list[Move]:
    """A whole round in which the first request meets this."""
    return [Go(0, 0, fate), _TO_THE_END]


TALES: dict[str, tuple[Setting, list[Move]]] = {
    "an outage": (Setting(), _meets("unavailable")),
    "a rate limit": (Setting(), _meets("limited")),
    "a refused login": (Setting(), _meets("unauthorized")),
    "a refusal for good": (Setting(), _meets("rejected")),
    "a broken template": (Setting(), [Template(None), _TO_THE_END, Template("")]),
    "an hour that lies ahead": (_BRIEF, [_TO_THE_END]),
    "an hour that is over": (_BRIEF, [Pass(4000), _TO_THE_END]),
    "a look when only the deadline is over": (_SEARCHED, [*_meets("late"), Pass(61), _TO_THE_END]),
    "a look when only the settling time is over": (_SEARCHED, [*_meets("late"), Pass(120), _TO_THE_END]),
    "a look just when all has settled": (_SEARCHED, [*_meets("late"), Pass(180), _TO_THE_END]),
    "a look by hand before all has settled": (
        _SEARCHED,
        [*_meets("late"), Pass(61), ByHand("retry", 0), _TO_THE_END],
    ),
    "a look after a crash before all has settled": (
        _SEARCHED,
        [Go(0, 0, "crash late"), Pass(61), _TO_THE_END, Pass(61), _TO_THE_END],
    ),
    "two articles in the same words": (
        Setting(accounts=(False,), stories=(Story(), Story())),
        [Go(0, 0, "ok"), *_meets("lost before"), Pass(180), _TO_THE_END],
    ),
    "a thread that is held up midway": (
        _THREAD,
        [Go(0, 0, "ok"), *_meets("unavailable"), Template("New: "), Pass(20), _TO_THE_END],
    ),
    "a thread of which an answer is lost midway": (
        _THREAD,
        [Go(0, 0, "ok"), *_meets("lost"), Template("New: "), Pass(180), _TO_THE_END],
    ),
    "a thread whose sender is killed midway": (
        _THREAD,
        [Go(0, 0, "ok"), Go(0, 0, "crash after"), Pass(20), _TO_THE_END, Pass(180), _TO_THE_END],
    ),
    "two processes in one lane": (Setting(), [_AT_THE_REQUEST, Go(1, 0), _TO_THE_END]),
    "a second try at a lane that is held": (
        Setting(),
        [_AT_THE_REQUEST, Go(1, 0, "wait", 1), Go(1, 0, "wait", 1), _TO_THE_END],
    ),
    "two that read the same before either claims it": (
        Setting(accounts=(False,), apart=True),
        [Go(0, 0, "wait", 1), Go(1, 0, "wait", 9), _TO_THE_END],
    ),
    "a sender that was cut off before it cleared the lane": (
        Setting(accounts=(False,), apart=True),
        [Go(1, 0, "wait", 0), Pass(180), Go(0, 0, "late"), Go(1, 0, "wait", 9), _TO_THE_END],
    ),
    "a sender that was cut off while it looked": (
        Setting(accounts=(False,), apart=True),
        [
            *_meets("lost before"),
            *(Pass(180), Go(0, 0, "wait", 2), Go(1, 0, "wait", 9)),
            *(Pass(59), Go(0, 0, "wait", 1), Pass(59), Go(0, 0, "late"), Pass(62), Go(1, 0, "wait", 9)),
        ],
    ),
    "a sender that was cut off and hears a refusal": (
        Setting(apart=True),
        [_AT_THE_REQUEST, Go(1, 0, "wait", 2), *_meets("rejected"), Go(1, 0, "wait", 9)],
    ),
    "a sender at work while the lane of another account is cleared": (
        Setting(accounts=(False, True)),
        [_AT_THE_REQUEST, Go(1, 1, "wait", 9), *_meets("late"), Pass(20), _TO_THE_END],
    ),
    "a network that is down when it is to be looked at": (
        _SEARCHED,
        [*_meets("lost"), Pass(180), *_meets("unavailable"), Pass(20), _TO_THE_END],
    ),
    "an edit before all has settled": (_SEARCHED, [*_meets("late"), Pass(20), Edit(0), _TO_THE_END]),
    "a post that kills its sender each time": (
        Setting(attempts=4),
        [move for _ in range(5) for move in (Go(0, 0, "crash after"), Pass(400))],
    ),
    "a refusal of what was sent again by hand": (
        Setting(),
        [*_meets("late"), ByHand("resolve", 0), Pass(20), *_meets("rejected")],
    ),
    "what the operator dropped": (_SEARCHED, [*_meets("lost before"), ByHand("drop", 0), Pass(400), _TO_THE_END]),
    "what the operator dropped and then wanted": (
        _SEARCHED,
        [*_meets("lost before"), ByHand("drop", 0), ByHand("retry", 0), Pass(180), _TO_THE_END],
    ),
    "a pause while a request is under way": (
        Setting(),
        [_AT_THE_REQUEST, Hold(0, on=True), *_meets("lost"), Pass(20), Go(1, 0, "wait", 9)],
    ),
    "a file taken away while its post may be out there": (
        Setting(),
        [*_meets("late"), ByHand("resolve", 0), Withdraw(0)],
    ),
    "a plan that ends what was sent while it was made, by a clock set back": (
        replace(_BRIEF, planned=True),
        [
            Cut(0, "plan_to", "after"),
            Pass(4000),
            Go(1, 0, "wait", 2),  # before it writes that the hour is over
            Step(-2),
            _TO_THE_END,
            Go(1, 0),
        ],
    ),
}
