"""What may happen in a world, one thing at a time, as hypothesis draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from promise.network import LEFT, PROVEN
from promise.world import Setting, Story, World

_REQUEST = {*LEFT, *PROVEN, "limited"}
_AT = {
    "request": _REQUEST,
    "look": {"ok", "near", "surprise", "unavailable", "unauthorized", "limited"},
    "answer": {"ok"},
}
"""Which fates mean something where; any other place, a write to the ledger, may find the disk full."""


@dataclass(frozen=True)
class Go:
    """
    A process goes on with one account: through so many halts, then to the next where this fate means something.

    `wait` halts there and then, `crash` ends the process there. With `post` it is a round by hand, if one begins; one that
    does not plan is as after a sleep of the machine, when all is due at once.
    """

    process: int
    account: int
    fate: str = "ok"
    through: int = 0
    post: int | None = None
    plans: bool = True

    def __call__(self, world: World) -> None:
        name = f"account {self.account % len(world.networks)}"
        post = None if self.post is None else world.deliveries[self.post % len(world.deliveries)]
        actor = world.actor(self.process, name, post=post, plans=self.plans)
        halts = 0
        while actor.place and (halts < self.through or self.fate not in {*_at(actor.place), "wait", "crash"}):
            actor.meet("ok")
            halts += 1
        if actor.place and self.fate not in {"wait", "crash"}:
            actor.meet(self.fate)
        if self.fate.startswith("crash"):
            world.kill(self.process)


def _at(place: str) -> set[str]:
    return _AT.get(place, {"disk full"})


@dataclass(frozen=True)
class Pass:
    """Time passes."""

    seconds: int

    def __call__(self, world: World) -> None:
        world.pass_(self.seconds)


@dataclass(frozen=True)
class Step:
    """The clock is put forward or back."""

    hours: int

    def __call__(self, world: World) -> None:
        world.step(self.hours)


@dataclass(frozen=True)
class Edit:
    """An article is edited."""

    story: int

    def __call__(self, world: World) -> None:
        world.edit(self.story)


@dataclass(frozen=True)
class Withdraw:
    """The file of an article is taken away."""

    story: int

    def __call__(self, world: World) -> None:
        world.withdraw(self.story)


@dataclass(frozen=True)
class Template:
    """The templates are edited, or broken."""

    words: str | None

    def __call__(self, world: World) -> None:
        world.template = self.words


@dataclass(frozen=True)
class ByHand:
    """The operator tries to hurry, cancel or resolve a delivery, or to drop what is not there."""

    move: str
    delivery: int

    def __call__(self, world: World) -> None:
        world.by_hand(self.move, self.delivery)


@dataclass(frozen=True)
class Hold:
    """The operator pauses an account, or lets it go on."""

    account: int
    on: bool

    def __call__(self, world: World) -> None:
        world.hold(self.account, on=self.on)


@dataclass(frozen=True)
class Cut:
    """A process goes on with the first account until it is to write this, and ends `before` it, `after` it, or on a `disk full`."""

    process: int
    place: str
    how: str
    plans: bool = True

    def __call__(self, world: World) -> None:
        actor = world.actor(self.process, next(iter(world.networks)), plans=self.plans)
        while actor.place != self.place:
            assert actor.place is not None, f"it never comes to {self.place}"
            actor.meet("ok")
        if self.how != "before":
            actor.meet("ok" if self.how == "after" else self.how)
        world.kill(self.process)


Move = Cut | Go | Pass | Step | Edit | Withdraw | Template | ByHand | Hold
_few = st.integers(0, 2)
_fates = st.sampled_from([*LEFT, "wait", "wait", "crash", "near", "disk full", *PROVEN, "limited"])
_going = st.builds(
    Go,
    process=st.integers(0, 1),
    account=st.integers(0, 1),
    fate=_fates,
    through=st.integers(0, 4),
    post=st.one_of(st.none(), st.none(), _few),
)
_time = st.builds(Pass, st.sampled_from([1, 20, 59, 61, 120, 180, 400, 4000]))
_rest = st.one_of(
    st.builds(Step, st.integers(-9, 9)),
    st.builds(Edit, _few),
    st.builds(Template, st.sampled_from(["", "New: ", None])),
    st.builds(ByHand, st.sampled_from(["retry", "cancel", "resolve", "resolve", "drop"]), st.integers(0, 5)),
    st.builds(Hold, st.integers(0, 1), on=st.booleans()),
)
_late = st.sampled_from([1.0, 1.0, 1.0, 0.7, 0.3, 0.0])
_move = st.integers(0, 9).flatmap(lambda n: _going if n < 6 else _time if n < 8 else _rest)
moves = st.integers(0, 24).flatmap(lambda length: st.lists(_move, min_size=length, max_size=length))
worlds = st.builds(
    Setting,
    accounts=st.lists(st.booleans(), min_size=1, max_size=2).map(tuple),
    stories=st.lists(
        st.builds(Story, st.sampled_from([1, 1, 2, 3]), _few, st.sampled_from([False, False, True])),
        min_size=1,
        max_size=3,
    ).map(tuple),
    apart=st.booleans(),
    attempts=st.sampled_from([100, 100, 4]),
    late=_late,
)

_duel = st.one_of(
    st.builds(Go, st.integers(0, 1), st.just(0), _fates, st.integers(0, 2)),
    st.builds(Go, st.integers(0, 1), st.just(0), _fates, st.integers(0, 2)),
    st.builds(Pass, st.sampled_from([1, 59, 61, 120, 180])),
)
duels = st.integers(0, 12).flatmap(lambda length: st.lists(_duel, min_size=length, max_size=length))
two_senders = st.builds(
    Setting,
    accounts=st.tuples(st.booleans()),
    stories=st.tuples(st.builds(Story, st.integers(1, 2))),
    apart=st.just(True),
    late=_late,
)

_overdue = st.builds(
    Go,
    st.integers(0, 1),
    st.just(0),
    _fates,
    st.integers(0, 9),
    st.one_of(st.none(), st.none(), _few),
    st.just(value=False),
)
_planned_move = st.one_of(_going, _overdue, _time, _rest, st.builds(Edit, _few), st.builds(Withdraw, _few))
planned_moves = st.integers(0, 24).flatmap(lambda length: st.lists(_planned_move, min_size=length, max_size=length))
planned_worlds = worlds.map(lambda setting: replace(setting, planned=True))
