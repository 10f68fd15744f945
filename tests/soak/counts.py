"""What stands on the network when all is done, beside what should, and beside what the ledger says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soak.network import ask
from soak.senders import compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak.senders import Plan

    from bot.ledger import Ledger


@dataclass(frozen=True)
class Count:
    """
    The sums; `duplicates` are posts too many, `losses` posts too few, each by its text and neither set off against the other.

    `astray` are receipts that name another post or none, and posts that no receipt names. `unheard` are requests that were
    done when their sender was gone.
    """

    deliveries: int
    posts: int
    duplicates: int
    losses: int
    astray: int
    unheard: int
    fates: Counter[str]

    @property
    def kept(self) -> bool:
        return (self.duplicates, self.losses, self.astray) == (0, 0, 0)


def count(ledger: Ledger, plan: Plan) -> Count:
    """Each part of each article is looked for on the network, and each post in the ledger."""
    told = ask(plan.address, 60, ask="everything")
    stands = Counter((post["account"], post["text"]) for post in told["posts"])
    names = {(post["account"], post["key"]): post["id"] for post in told["posts"]}
    deliveries = [one for article in range(1, plan.articles + 1) for one in ledger.deliveries(article)]
    receipts = {(one.account, f"{one.key}/{kept.index}"): kept.remote_id for one in deliveries for kept in one.receipts}
    wanted = Counter(_wanted(plan))
    return Count(
        deliveries=len(deliveries),
        posts=len(told["posts"]),
        duplicates=(stands - wanted).total(),
        losses=(wanted - stands).total(),
        astray=len(receipts.items() ^ names.items()),
        unheard=told["unheard"],
        fates=Counter(told["fates"]),
    )


def _wanted(plan: Plan) -> Iterator[tuple[str, str]]:
    """The account and the text of every post that should stand, by the plan alone."""
    for number in range(plan.articles):
        for account in plan.all_accounts:
            yield from ((account.name, part.text) for part in compose(plan.article(number), account).parts)
