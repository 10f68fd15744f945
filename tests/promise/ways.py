"""The ways to break the promise, each a change of a line or two, and the tests that must see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROPERTY = "tests/promise/test_promise.py"


@dataclass(frozen=True)
class Mutant:
    """A way to break the promise: in `file`, `old` becomes `new`; `killers` are the tests that must fail then."""

    name: str
    file: str
    old: str
    new: str
    killers: str = PROPERTY

    def apply(self, root: Path) -> None:
        """Change the copy; a text that is not there exactly once is an error, never a mutant that lives by chance."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise SystemExit(f"{self.name}: {self.file} has {text.count(self.old)} times what is to be replaced")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


DELIVER, ATTEMPTS, ROWS = "bot/deliver.py", "bot/ledger/attempts.py", "bot/ledger/rows.py"
LOCKS, BY_HAND, ARTICLES = "bot/ledger/locks.py", "bot/ledger/by_hand.py", "bot/ledger/articles.py"
NAMED = (
    Mutant(
        "unknown is tried again like a failure",
        DELIVER,
        "                self._ledger.doubt(claimed, in_words(error), now=now, due_at=due_at)\n                if",
        "                self._ledger.postpone(claimed, in_words(error), now=now, due_at=now)\n                if",
    ),
    Mutant(
        "a crash is tried again like a failure",
        ATTEMPTS,
        "now=now, state=State.UNKNOWN, due_at=due_at, error=error)",
        "now=now, state=State.SCHEDULED, due_at=due_at, error=error)",
    ),
    Mutant(
        "only OutcomeUnknown is caught",
        DELIVER,
        "        except Exception as error:  # noqa: BLE001 - every surprise is a possible post",
        "        except __import__('bot.errors').errors.OutcomeUnknown as error:",
    ),
    Mutant(
        "a claim without its guard",
        ATTEMPTS,
        "held(db, delivery, State.SCHEDULED, State.UNKNOWN)\n            if waiting is None:\n                return None\n            number",
        "__import__('bot.ledger.rows').ledger.rows.one(db, delivery.id)\n            number",
    ),
    Mutant(
        "a finish guarded by the state alone",
        ROWS,
        "known = (delivery.state, delivery.claim) == (claimed.state, claimed.claim)",
        "known = delivery.state == claimed.state",
    ),
)
MORE = (
    Mutant(
        "a finish without any guard",
        ATTEMPTS,
        "            sending = held(db, claimed, State.SENDING)\n            return sending and change(db, sending, event",
        "            return change(db, claimed, event",
    ),
    Mutant(
        "a look at posts that others hold",
        DELIVER,
        "taken = self._ledger.taken(claimed.account, besides=claimed.id)",
        "taken = frozenset[str]()",
    ),
    Mutant(
        "no look before a repeat that harms",
        DELIVER,
        "if sought or retracted or (unknown and not adapter.network.repeatable):",
        "if sought or retracted:",
    ),
    Mutant(
        "a look before the dust has settled",
        DELIVER,
        "return self._members[account].account.network.deadline + self._policy.settle",
        "return 0.0",
    ),
    Mutant(
        "a look after a crash before the dust has settled",
        DELIVER,
        "seconds=0 if self._repeatable(account) else self._settling(account)",
        "seconds=0",
    ),
    Mutant(
        "the operator's retry looks before the dust has settled",
        DELIVER,
        "settles_in=timedelta(seconds=settling)",
        "settles_in=timedelta(0)",
    ),
    Mutant(
        "the settling time without the deadline",
        DELIVER,
        "return self._members[account].account.network.deadline + self._policy.settle",
        "return self._policy.settle",
    ),
    Mutant(
        "the deadline without the settling time",
        DELIVER,
        "return self._members[account].account.network.deadline + self._policy.settle",
        "return self._members[account].account.network.deadline",
    ),
    Mutant(
        "an edit makes due what is in doubt",
        ARTICLES,
        "deliveries.c.state == State.SCHEDULED, deliveries.c.frozen_by.is_(None))",
        "deliveries.c.state.in_([State.SCHEDULED, State.UNKNOWN]))",
    ),
    Mutant(
        "a claim that forgets the doubt",
        ATTEMPTS,
        "doubted=waiting.state is State.UNKNOWN",
        "doubted=False",
    ),
    Mutant(
        "dropped by hand as if it had never been sent",
        BY_HAND,
        '{"doubted": True, "claim": delivery.claim + 1}',
        "{}",
    ),
    Mutant(
        "thawed after an attempt in doubt",
        ROWS,
        "in_doubt = delivery.doubted or (",
        "in_doubt = (",
    ),
    Mutant(
        "thawed though parts stand",
        ROWS,
        "afresh = delivery.first_time",
        "afresh = delivery.frozen_by == delivery.claim",
    ),
    Mutant(
        "thawed by any failure",
        ROWS,
        "afresh = delivery.first_time",
        "afresh = not delivery.receipts",
    ),
    Mutant(
        "rendered afresh at each attempt",
        ATTEMPTS,
        "**({} if waiting.frozen_by else _frozen",
        "**({} if False else _frozen",
    ),
    Mutant(
        "first_attempt_at renewed at each attempt",
        ATTEMPTS,
        "**({} if waiting.frozen_by else _frozen",
        "**({'first_attempt_at': now} if waiting.frozen_by else _frozen",
    ),
    Mutant(
        "first_attempt_at goes back with the clock",
        ATTEMPTS,
        "max(now, last + timedelta(microseconds=1)) if last else now",
        "now",
    ),
    Mutant(
        "parts of one thread in the time of the next",
        ATTEMPTS,
        "timedelta(microseconds=len(post.parts) - 1)",
        "timedelta(0)",
    ),
    Mutant(
        "a refusal after an attempt in doubt is for good",
        DELIVER,
        "case Rejected() if not uncertain:",
        "case Rejected() if True:",
    ),
    Mutant(
        "receipts committed when all are there",
        DELIVER,
        "for receipt in receipts:\n            confirmed",
        "for receipt in list(receipts):\n            confirmed",
    ),
    Mutant(
        "an expiry of what may be out",
        ATTEMPTS,
        "if waiting is None or waiting.frozen_by:",
        "if waiting is None:",
        "tests/contract/ledger/test_attempts.py -k expire",
    ),
    Mutant(
        "a cancellation of what may be out",
        BY_HAND,
        "            if delivery.post:\n                raise",
        "            if False:\n                raise",
        "tests/contract/ledger/test_by_hand.py -k cancelled",
    ),
    Mutant(
        "a lane without a lock",
        LOCKS,
        "yield _lock(lock, wait=wait)",
        "yield True",
    ),
    Mutant(
        "a lane let go before sending",
        DELIVER,
        "            if held and adapter is not None:\n                return send(",
        "        if held and adapter is not None:\n                return send(",
    ),
    Mutant(
        "a lock file deleted when let go",
        LOCKS,
        "        yield _lock(lock, wait=wait)\n    finally:\n",
        "        yield _lock(lock, wait=wait)\n    finally:\n        file.unlink(missing_ok=True)\n",
    ),
    Mutant(
        "the lanes of others are cleared too",
        ATTEMPTS,
        "whole(db, accounts.c.name == account, deliveries.c.state == State.SENDING)",
        "whole(db, deliveries.c.state == State.SENDING)",
    ),
    Mutant(
        "what was left in sending is forgotten",
        DELIVER,
        "                self._bury(account)  # also where the lane is paused: nobody else would tell\n",
        "                pass\n",
    ),
    Mutant(
        "a near match counts as absent",
        "bot/networks/timeline.py",
        "            _certainly_absent(sent, free)\n",
        "",
        "tests/unit/networks/test_timeline.py",
    ),
    Mutant(
        "attempts never end",
        DELIVER,
        "if claimed.attempts >= self._policy.max_attempts and not (repeatable and unanswered):",
        "if False:",
    ),
    Mutant(
        "crashes never end",
        ATTEMPTS,
        "over = last_attempt is not None and delivery.attempts >= last_attempt",
        "over = False",
    ),
    Mutant(
        "a claim that is newer than the hour read is buried by that hour",
        ATTEMPTS,
        "max(now, changed_at(db, delivery.id)) + settles_in",
        "now + settles_in",
    ),
    Mutant(
        "sent after a look though somebody took it over meanwhile",
        DELIVER,
        "found and (self._ledger.held(found) if found.state is State.SENDING else found)",
        "found",
    ),
    Mutant(
        "a refusal of what was sent again by hand is for good",
        DELIVER,
        "uncertain = unknown or sought or again",
        "uncertain = unknown or sought",
    ),
    Mutant(
        "an outage is for good",
        DELIVER,
        "            case Unavailable() | RateLimited() | Unauthorized():\n",
        "            case Unavailable():\n                self._ledger.discard(claimed, in_words(error), now=now)\n"
        "            case RateLimited() | Unauthorized():\n",
    ),
    Mutant(
        "a rate limit is for good",
        DELIVER,
        "            case Unavailable() | RateLimited() | Unauthorized():\n",
        "            case RateLimited():\n                self._ledger.discard(claimed, in_words(error), now=now)\n"
        "            case Unavailable() | Unauthorized():\n",
    ),
    Mutant(
        "a rate limit has no end",
        DELIVER,
        "now=now, until=max(until, now + _BREATH))",
        "now=now)",
    ),
    Mutant(
        "what cannot be composed expires",
        DELIVER,
        "self._ledger.note_error(delivery, str(error), now=now, due_at=due_at)",
        "self._ledger.expire(delivery, now=now)",
    ),
    Mutant(
        "whatever has an hour is over",
        DELIVER,
        "article.expires_at is not None and article.expires_at <= self._clock()",
        "article.expires_at is not None",
    ),
    Mutant(
        "a file taken away calls off what may be out there",
        "bot/ledger/queueing.py",
        "for each in waiting if not (each.post or each.receipts))",
        "for each in waiting)",
    ),
    Mutant(
        "a plan ends what may be out there",
        "bot/ledger/planning.py",
        "if delivery.state is State.SCHEDULED and not delivery.frozen_by:",
        "if delivery.state is not State.SENDING:",
    ),
)
