"""What posts will cost, reckoned by composing them: on accounts whose network bills for them, and on no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ComposeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from bot.ledger import Ledger
    from bot.model import Account, Article, Post


class Pricing:
    """Reckons ahead, so that the plan knows what it spends; what a post costs for good is known when it is frozen."""

    def __init__(
        self, ledger: Ledger, accounts: Iterable[Account], compose: Callable[[Article, Account], Post]
    ) -> None:
        self._ledger = ledger
        self._compose = compose
        by_name = {each.name: each for each in accounts}
        self._priced = {name: each for name, each in by_name.items() if each.prices.dearest}
        self._free = by_name.keys() - self._priced.keys()

    def of(self, article: Article) -> dict[str, Decimal]:
        """What an article costs on each account that it would cost something on."""
        return {name: self._cost(article, account) for name, account in self._priced.items()}

    def reckon(self, go_on: Callable[[], bool] = lambda: True) -> None:
        """Reckon anew what waits, in steps before each of which it may be ended: settings and templates may be others now."""
        self._ledger.free(self._free)
        for name, account in self._priced.items():
            for some in self._ledger.unsent(name):
                if not go_on():
                    return
                costs = {number: (self._cost(article, account), before) for number, article, before in some}
                self._ledger.reprice({number: cost for number, (cost, before) in costs.items() if cost != before})

    def _cost(self, article: Article, account: Account) -> Decimal:
        """What it costs as it would be posted now; as much as one post may, while nothing can be made of it."""
        try:
            return account.prices.of(self._compose(article, account))
        except ComposeError:
            return account.prices.dearest
