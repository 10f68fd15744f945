"""A sender halts before all that he writes: what the ledger learns anew must be named here, or no story interrupts it."""

from __future__ import annotations

from promise.actors import WRITES

from bot.ledger import Ledger

LOOKS = set(
    "held delivery deliveries turn next_due waiting unsettled unfinished counts attention events paused_since"
    " article find lanes lane_of taken in_a_file last_backup damage queued happened touched has_one_daemon"
    " line waits sent asleep next_by_itself next_article headlines in_line unsent cost_of_waiting"
    " measured tally files_in_queue wanting expired_since pruned corrections correction due_corrections complete named_in_queue call_off".split()
)
BY_HAND = set("retry cancel retract move resolve_posted resolve_dropped resolve_resend".split())
INTAKE = set("take_in again release withdraw".split())
KEEPING = set("back_up put_back free reprice prune prune_accounts".split())
CORRECTING = set("begin_correction taken_down revised answered needless put_off_correction".split())
"""Cut off step by step in tests of its own, unit/test_corrections.py: all of it may be repeated."""
NO_LOGIN_IS_ASKED_HERE = set("ensure identify".split())
NO_TRANSACTION = set("lane alone close".split())


def test_all_that_a_ledger_does_is_a_senders_move_or_known_to_be_none() -> None:
    known = [WRITES, LOOKS, BY_HAND, INTAKE, KEEPING, CORRECTING, NO_LOGIN_IS_ASKED_HERE, NO_TRANSACTION]
    public = {name for name in dir(Ledger) if not name.startswith("_")}
    assert public == set().union(*known)
    assert len(public) == sum(map(len, known)), "each is one of these"
