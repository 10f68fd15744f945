"""The operator: does what `bot status` tells him, and looks at the network before he says anything of a post."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrix.bots import Bot, Standing
    from matrix.cells import Cell

NAME = "news"
Command = tuple[str, ...]


@dataclass
class Operator:
    """
    Who is asked where the bot cannot go on by itself; `seen` is each text that stands on the network, with its address.

    `asked` is what he had to do, `troubles` what he should not have had to, or was not told well.
    """

    cell: Cell
    bot: Bot
    seen: Callable[[], Sequence[tuple[str, str]]]
    asked: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def resumes(self) -> Command:
        """Let the account go on."""
        return self._told(("resume", NAME), *_advice(self._status()))

    def retries(self, delivery: Standing) -> Command:
        """Send what was refused again."""
        return self._told(("retry", str(delivery.id)), *_advice(self._status()))

    def resolves(self, delivery: Standing) -> Command:
        """When nothing can be on its way any more: it stands there, or it is sent again."""
        if self.cell.stage.waits:
            time.sleep(self.cell.deadline)
        part, number = self.cell.parts[delivery.receipts], str(delivery.id)
        case = next(each for each in self._status()["attention"] if each["id"] == delivery.id)
        self._expect(part.startswith((case["words"] or "-").rstrip("…")), "shows the words in question")
        self._expect(bool(case["look_at"]), "shows where to look")
        for way in ("--posted ADDRESS", "--resend"):
            self._expect(f"bot resolve {number} {way}" in case["commands"], f"offers {way}")
        stands = dict(self.seen()).get(part)
        how = ("--posted", stands) if stands else ("--resend",)
        return self._told(("resolve", number, *how), *case["commands"])

    def judge(self, *, ended: bool) -> None:
        """Hold what he was asked for against what he may be; `ended` says that a process was ended for it."""
        asked, least, most = Counter(self.asked), Counter(self.cell.asks), Counter(self.cell.may_ask)
        if asked - most:
            self.troubles.append(f"the operator is asked to {', '.join(self.asked)}")
        if not ended and least - asked:
            self.troubles.append(f"the operator is never asked to {', '.join(least - asked)}")

    def _told(self, command: Command, *advice: str) -> Command:
        """This command, once he was told of it."""
        self.asked.append(command[0])
        self._expect(any(f"bot {command[0]} {command[1]}" in each for each in advice), f"says `bot {command[0]}`")
        return command

    def _status(self) -> Any:
        return json.loads(self.bot("status", "--json").out)

    def _expect(self, so: bool, what: str) -> None:
        if not so:
            self.troubles.append(f"it is not so that bot status {what}")


def _advice(status: Any) -> Iterator[str]:
    yield from (item["hint"] for item in status["attention"])
    for account in status["accounts"]:
        yield from (account["reason"] or "", account["hint"] or "", *account["commands"])
