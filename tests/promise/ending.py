"""How a world comes to rest, and what must hold then: every post is somebody's receipt, and every receipt is a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import Delivery, State

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    for number, seconds in enumerate(_QUIET):
        world.pass_(seconds)
        for name in world.networks:
            world.ledger.resume(name, now=world.now())
        world.courier(number % 2).deliver_due()
        if all(delivery.due_at is None for delivery in world.ledger.unsettled()):
            break


def left_to_the_operator(world: World) -> list[Delivery]:
    """What did not end by itself. Nothing does that may still be searched or repeated."""
    left = list(world.ledger.unsettled())
    for delivery in left:
        exhausted = delivery.attempts >= world.policy.max_attempts
        assert (State.UNKNOWN, None) == (delivery.state, delivery.due_at)
        assert exhausted or delivery.id in world.witness.refusals
    return left


def settle_by_hand(world: World) -> None:
    """The operator looks at each account, says what he sees, and has the rest sent again."""
    for _ in range(20):
        left = left_to_the_operator(world)
        if not left:
            return
        for delivery in left:
            taken = world.ledger.taken(delivery.account, besides=delivery.id)
            seen = next(iter(world.networks[delivery.account].look(delivery, taken, world.elapsed)), None)
            if seen is None:
                world.ledger.resolve_resend(delivery.id, world.now())
            else:
                world.ledger.resolve_posted(delivery.id, seen.url, seen.remote_id, world.now())
        come_to_rest(world)


def verdict(world: World) -> None:
    """Never twice, never lost."""
    assert [] == world.witness.violations
    assert [] == [actor.error for actor in world.actors.values() if actor.error]
    assert 0 == sum(network.clashes for network in world.networks.values())
    ended = [world.ledger.delivery(number) for number in world.deliveries]
    assert len(ended) == sum(world.ledger.counts().values()), "nothing that was queued disappears"
    assert all(delivery.state.final for delivery in ended)
    for delivery in ended:
        parts = len(delivery.post.parts) if delivery.post else None
        assert (delivery.state is State.DELIVERED) == (parts == len(delivery.receipts))
    for name, network in world.networks.items():
        assert _told(delivery for delivery in ended if delivery.account == name) == set(
            map(_seen, network.posts.values())
        )


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
