"""Breaks the promise on purpose, one way at a time in a copy of the package, and demands that the named tests see it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 600
PROPERTY = "tests/promise/test_promise.py"
COPIED = ("bot", "tests", "templates")
IGNORED = shutil.ignore_patterns("node_modules", "npm", "__pycache__", "*.pyc")


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
NAMED = (
    Mutant(
        "unknown is tried again like a failure",
        DELIVER,
        "                self._ledger.doubt(claimed, _words(error), now=now, due_at=due_at)\n                if",
        "                self._ledger.postpone(claimed, _words(error), now=now, due_at=now)\n                if",
    ),
    Mutant(
        "a crash is tried again like a failure",
        ATTEMPTS,
        "                    now=now,\n                    state=State.UNKNOWN,",
        "                    now=now,\n                    state=State.SCHEDULED,",
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
        "if sought or (unknown and not adapter.network.repeatable):",
        "if sought:",
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
        "due_at = now if self._repeatable(account) else self._when_settled(account)",
        "due_at = now",
    ),
    Mutant(
        "the operator's retry looks before the dust has settled",
        DELIVER,
        "settles_in=timedelta(seconds=settling)",
        "settles_in=timedelta(0)",
        "tests/unit/test_deliver.py -k retry",
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
        "bot/ledger/by_hand.py",
        "            if delivery.post:\n                raise",
        "            if False:\n                raise",
        "tests/contract/ledger/test_by_hand.py -k cancelled",
    ),
    Mutant(
        "a lane without a lock",
        "bot/ledger/locks.py",
        "yield _lock(lock, wait=wait)",
        "yield True",
        "tests/contract/ledger/test_lanes.py",
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
        "tests/unit/test_deliver.py",
    ),
)


def misfits() -> list[str]:
    """The mutants whose text is not in the package as it stands: they would prove nothing."""
    return [
        f"{mutant.name}: {mutant.file} has its text {found} times"
        for mutant in (*NAMED, *MORE)
        if (found := (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old)) != 1
    ]


def main(only: list[str]) -> int:
    """Print what became of each mutant; 1 if one lived."""
    if unfit := misfits():
        raise SystemExit("\n".join(unfit))
    lived = 0
    print(f"{'mutant':58} {'':10} {'seconds':>7}  by")  # noqa: T201 - its report
    for mutant in (*NAMED, *MORE):
        if only and not any(word in mutant.name for word in only):
            continue
        begun = time.perf_counter()
        killer = killed_by(mutant)
        lived += killer is None
        seconds = time.perf_counter() - begun
        print(f"{mutant.name:58} {'killed' if killer else 'SURVIVED':10} {seconds:7.1f}  {killer or ''}", flush=True)  # noqa: T201 - its report
    print(f"{lived} survived")  # noqa: T201 - its report
    return 1 if lived else 0


def killed_by(mutant: Mutant) -> str | None:
    """The first of its killers that fails on a copy of the package that is broken in this way."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=IGNORED)
        shutil.copy(ROOT / "pyproject.toml", root)
        mutant.apply(root)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
        if mutant.killers == PROPERTY:  # its folder is where the profile comes from
            command += ["--hypothesis-profile=mutants", "--hypothesis-seed=4"]
        command += mutant.killers.split()
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return _verdict(done)


def _verdict(done: subprocess.CompletedProcess[str]) -> str | None:
    """The test that failed. What does not even begin is no test that fails."""
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode not in {0, 1} or (done.returncode and not failed):
        raise SystemExit(f"the tests did not run:\n{done.stdout}{done.stderr}")
    return failed[0].removeprefix("FAILED ").partition(" - ")[0] if failed else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
