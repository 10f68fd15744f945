"""How a world comes to rest, and what must hold then: every post is somebody's receipt, and every receipt is a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promise.network import DEADLINE, SETTLE, Surprise

from bot.errors import DeliveryError
from bot.model import Delivery, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promise.witness import Witness
    from promise.world import World

    from bot.networks.timeline import Standing

HOUR = 3600
_QUIET = (0, 200, 200, HOUR, 6 * HOUR, *(24 * HOUR,) * 4)
"""The seconds between rounds in which nothing goes wrong: past every back-off, limit and clock that was ahead."""


def come_to_rest(world: World) -> None:
    """All that halts goes on, and round after round is made until nothing is left to do by itself."""
    for actor in world.actors.values():
        while actor.place is not None:
            actor.meet("ok")
    world.template = world.template or ""
    for name in world.witness.locked_out:  # any other pause ends by itself
        world.ledger.resume(name, now=world.now())
    for number, seconds in enumerate(_QUIET):
        world.pass_(seconds)
        world.round(number % 2)()
        if all((State.UNKNOWN, None) == (each.state, each.due_at) for each in world.ledger.unsettled()):
            break
    _raise_mistakes(world)


def left_to_the_operator(world: World) -> list[Delivery]:
    """What did not end by itself. Nothing does that may still be searched or repeated."""
    left = list(world.ledger.unsettled())
    for delivery in left:
        exhausted = delivery.attempts >= world.policy.max_attempts
        assert (State.UNKNOWN, None) == (delivery.state, delivery.due_at)
        assert exhausted or (delivery.id, delivery.claim) in world.witness.refusals
    return left


def settle_by_hand(world: World) -> None:
    """The operator looks at each account when all has settled, says what he sees, and has the rest sent again."""
    for _ in range(20):
        left = left_to_the_operator(world)
        if not left:
            return
        world.pass_(DEADLINE + SETTLE)
        for delivery in left:
            world.resolve(delivery)
        come_to_rest(world)


def verdict(world: World) -> None:
    """Never twice, never lost."""
    world.pass_(24 * HOUR)
    assert [] == world.witness.violations
    assert [] == [actor.error for actor in world.actors.values() if actor.error], "what a network raises is settled"
    assert 0 == sum(network.clashes for network in world.networks.values())
    ended = [world.ledger.delivery(number) for number in world.deliveries]
    assert len(ended) == sum(world.ledger.counts().values()), "nothing that was queued disappears"
    for delivery in ended:
        assert _has_a_reason(delivery, world.witness)
        parts = len(delivery.post.parts) if delivery.post else None
        assert (delivery.state is State.DELIVERED) == (parts == len(delivery.receipts))
    for name, network in world.networks.items():
        assert _told(delivery for delivery in ended if delivery.account == name) == set(
            map(_seen, network.posts.values())
        )


def _raise_mistakes(world: World) -> None:
    """What only broken code does is told as what it is: it says nothing of the promise."""
    for actor in world.actors.values():
        if actor.error is not None and not isinstance(actor.error, DeliveryError | Surprise):
            raise actor.error
    if world.witness.mistakes:
        raise RuntimeError(f"a sender met {world.witness.mistakes}")


def _has_a_reason(delivery: Delivery, witness: Witness) -> bool:
    """Whether it came to its end in the network's, the clock's or the operator's name, and not just to an end."""
    return {
        State.DELIVERED: True,  # shown by its receipts
        State.DISCARDED: (delivery.id, delivery.claim) in witness.refusals,
        State.EXPIRED: delivery.id in witness.expired,
        State.CANCELLED: delivery.id in witness.cancelled,
    }.get(delivery.state, False)


def _told(deliveries: Iterable[Delivery]) -> set[tuple[str, str, str | None]]:
    """The posts that the ledger knows: name, text, and what each answers."""
    return {
        (receipt.remote_id, delivery.post.parts[receipt.index].text, before)
        for delivery in deliveries
        if delivery.post is not None
        for receipt, before in zip(
            delivery.receipts, [None, *(receipt.remote_id for receipt in delivery.receipts)], strict=False
        )
    }


def _seen(post: Standing) -> tuple[str, str, str | None]:
    return post.remote_id, post.text, post.reply_to
