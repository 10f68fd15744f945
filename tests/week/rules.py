"""Every rule of a week, held against the networks' own record; each case of each rule is counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from week.view import APART, CALLED_OFF, MINUTE, NOTICED, OPEN, SECOND, View, editions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from week.record import End, Record

_RANK = {"breaking": 0, "normal": 1, "evergreen": 2}
_STEP = 5 * MINUTE


class Case(NamedTuple):
    """One case of a rule; `broken` says how it was broken, `tight` that the rule was all that stood in the way."""

    broken: str = ""
    tight: bool = False


class Verdict(NamedTuple):
    """What came of a rule."""

    rule: str
    cases: int
    tight: int
    broken: tuple[str, ...]


def verdicts(record: Record) -> list[Verdict]:
    """All rules, in the order in which they are told."""
    views = [View(record, account) for account in record.beats]
    found = []
    for name, rule in RULES.items():
        cases = [(view.beat.name, case) for view in views for case in rule(view)]
        broken = tuple(f"{account}: {case.broken}" for account, case in cases if case.broken)
        found.append(Verdict(name, len(cases), sum(case.tight for _, case in cases), broken))
    return found


def lateness(record: Record) -> list[timedelta]:
    """How late each post was that had no reason to be late, in order."""
    views = [View(record, account) for account in record.beats]
    return sorted(late for view in views for late in _late(view).values())


def _never_twice(view: View) -> Iterator[Case]:
    for story, times in Counter(post.story for post in view.posts).items():
        yield Case(f"story {story} stands there {times} times" if times > 1 else "")


def _never_lost(view: View) -> Iterator[Case]:
    """
    Each is posted, and the bot knows it; or it has an end with a reason, and the reason is true.

    Only what was put and withdrawn while the bot did not run is none of its business.
    """
    for number, written in view.record.stories.items():
        if number not in view.record.came and view.beat.name in written.accounts:
            away = any(off.is_ours and view.is_away(number, off.end) for off in view.record.off)
            yield Case("" if away else f"story {number} was put into the queue, and never seen")
    for story in view.ways:
        end = view.record.ends.get((story, view.beat.name))
        if end is None or end.state == "scheduled":
            yield Case(f"story {story} has no end")
        elif (story in view.left) != (end.state == "delivered"):
            yield Case(f"story {story} is {end.state}, which its network knows nothing of")
        else:
            yield Case(
                "" if _is_true(view, story, end) else f"story {story} is {end.state}: {end.why}, which is not so"
            )


def _is_true(view: View, story: int, end: End) -> bool:
    deadline = view.deadline(story)
    if end.state == "expired" and "moment went by" in end.why:
        return view.is_missed(story) and view.beat.backlog in {"newest", "skip"}
    if end.state == "expired":
        return deadline is not None and deadline <= end.at
    if end.state == "withdrawn":
        return view.is_away(story, end.at)
    if end.state == "discarded":
        return any(request.fate == "rejected" and request.text[:4] == f"{story:04}" for request in view.requests)
    return end.state == "delivered"


def _by_slot(view: View) -> Iterator[tuple[datetime, int]]:
    """The posts that needed a slot."""
    if view.beat.slots:
        yield from ((post.left, post.story) for post in view.posts if not view.has_own_moment(post.story))


def _in_a_slot(view: View) -> Iterator[Case]:
    for left, story in _by_slot(view):
        slot = view.walls.slot_of(left)
        yield Case("" if slot and left - slot <= OPEN + SECOND else f"story {story} left at {left}, in no slot")


def _no_slot_twice(view: View) -> Iterator[Case]:
    """What left in a slot is the first since it came."""
    for left, story in _by_slot(view):
        slot = view.walls.slot_of(left)
        others = [post.story for post in view.posts if slot and slot <= post.left < left]
        yield Case(f"stories {others} had the slot of {slot} before story {story}" if others else "")


def _no_slot_empty(view: View) -> Iterator[Case]:
    """A slot is used, or something stood against it all the time that it was open, or nobody waited."""
    for slot in _slots(view):
        if used := view.used(slot):
            yield Case(tight=len(used) == 1)
            continue
        waiting = [story for story in view.eligible(slot) if story not in _in_doubt(view, slot)]
        free = [story for story in waiting if not _was_closed(view, slot, story)]
        yield Case(f"the slot of {slot} stays empty while stories {free} wait" if free else "", tight=bool(waiting))


def _slots(view: View) -> Iterator[datetime]:
    until = view.record.until
    return (slot for slot in view.walls.slots if view.record.start <= slot and until and slot + OPEN < until)


def _was_closed(view: View, slot: datetime, story: int) -> bool:
    why = view.blocked(slot, story)
    if why != "held":
        return bool(why)
    return all(view.blocked(slot + number * MINUTE, story) for number in range(1, 5))


def _in_doubt(view: View, at: datetime) -> set[int]:
    """Those of which an attempt may have come to something by then."""
    return {int(each.text[:4]) for each in view.requests if each.at <= at and each.fate == "lost before"}


def _no_free_moment_lost(view: View) -> Iterator[Case]:
    """Where there are no slots, something stood against each that waited, for as long as it did."""
    if view.beat.slots:
        return
    for story in view.ways:
        if view.has_own_moment(story) or view.is_missed(story):
            continue
        yield _waited_for_a_reason(view, story, view.record.came[story] + 5 * SECOND)


def _own_moment(view: View, *, breaking: bool) -> Iterator[Case]:
    """From the wish on, something of higher rank stood against it at each moment until it went."""
    for story in view.ways:
        if view.has_own_moment(story) and view.is_breaking(story) == breaking:
            yield _waited_for_a_reason(view, story, view.wish(story) + 2 * SECOND)


def _waited_for_a_reason(view: View, story: int, begin: datetime) -> Case:
    end = min(filter(None, (view.ended(story), view.deadline(story))), default=None)
    at, moved = begin, False
    while end is not None and at < end - SECOND:
        if not view.is_away(story, at):
            if story in _in_doubt(view, at) or not view.blocked(at, story):
                return Case(f"story {story} could have gone at {at}, and left at {end}")
            moved = True
        at += MINUTE if at < begin + _STEP else _STEP
    return Case(tight=moved)


def _gap(view: View) -> Iterator[Case]:
    if view.beat.gap:
        for one, other in pairwise(view.posts):
            apart = other.left - one.left
            broken = f"stories {one.story} and {other.story} are {apart} apart" if apart < view.beat.least else ""
            yield Case(broken, tight=apart < view.beat.least + SECOND)


def _per_day(view: View) -> Iterator[Case]:
    if cap := view.beat.per_day:
        for day, number in Counter(view.walls.day(post.left) for post in view.posts).items():
            yield Case(f"{number} posts on {day}" if number > cap else "", tight=number == cap)


def _budget(view: View) -> Iterator[Case]:
    if budget := view.beat.budget:
        for day, number in Counter(view.walls.day(post.left) for post in view.posts).items():
            spent, price = number * view.beat.price, view.beat.price
            yield Case(f"{spent} spent on {day}" if spent > budget else "", tight=spent <= budget < spent + price)


def _per_month(view: View) -> Iterator[Case]:
    if cap := view.beat.per_month:
        for month, number in Counter(f"{view.walls.day(post.left):%B}" for post in view.posts).items():
            yield Case(f"{number} posts in {month}" if number > cap else "", tight=number == cap)


def _quiet(view: View) -> Iterator[Case]:
    if view.beat.quiet:
        for post in view.posts:
            loud = view.is_breaking(post.story) and view.beat.breaking_in_quiet
            night = view.walls.is_quiet(post.left)
            broken = night and not loud
            yield Case(f"story {post.story} left at {post.left}, in quiet hours" if broken else "", tight=night)


def _not_before(view: View) -> Iterator[Case]:
    for post in view.posts:
        at = view.story(post.story).publish_at
        if at is not None:
            broken = f"story {post.story} left at {post.left}, before {at}" if post.left < at else ""
            yield Case(broken, tight=post.left < at + SECOND)


def _not_after(view: View) -> Iterator[Case]:
    for post in view.posts:
        end = view.deadline(post.story)
        if end is not None:
            yield Case(f"story {post.story} left at {post.left}, over since {end}" if post.left >= end else "")


def _fair(view: View) -> Iterator[Case]:
    """Of all who waited, the one went whose section had waited longest; evergreens where nobody else waited."""
    for post in view.posts:
        if view.has_own_moment(post.story) or (view.is_missed(post.story) and view.beat.backlog != "spread"):
            continue
        doubtful = _in_doubt(view, post.left)
        waiting = [story for story in view.eligible(post.left) if not view.is_missed(story) and story not in doubtful]
        first = min(waiting, key=partial(_place, view, post.left), default=post.story)
        behind = _place(view, post.left, first) < _place(view, post.left, post.story)
        broken = f"story {post.story} left at {post.left} before story {first}" if behind else ""
        yield Case(broken, tight=bool(waiting))


def _place(view: View, at: datetime, number: int) -> tuple[int, datetime, datetime, int]:
    """Its place in the line: of what came in at one moment, the first that was read."""
    story, came = view.story(number), view.record.came[number]
    return _RANK[story.priority], max(came, view.served(story.section, at) or came), came, view.order[number]


def _backlog(view: View) -> Iterator[Case]:
    """After a sleep only what the account's policy lets through of what was planned for the time of sleep."""
    missed = [story for story in view.ways if view.is_missed(story)]
    sent = sorted((view.left[story], story) for story in missed if story in view.left)
    for (one, _), (other, story) in pairwise(sent):
        if view.beat.backlog == "spread":
            near = other - one < APART
            yield Case(f"story {story} is {other - one} behind the one before it" if near else "", tight=True)
    for story in missed:
        yield Case() if view.beat.backlog == "spread" else _by_policy(view, story, missed)


def _by_policy(view: View, story: int, missed: Sequence[int]) -> Case:
    woke = next(off.end for off in view.record.off if off.how == "asleep")
    if view.beat.backlog == "all":
        return _waited_for_a_reason(view, story, max(woke, view.record.came[story]) + 2 * SECOND)
    alive = [each for each in missed if (view.deadline(each) or woke) >= woke and not view.is_away(each, woke)]
    newest = max(alive, key=lambda each: (view.record.came[each], view.order[each]), default=0)
    allowed = view.beat.backlog == "newest" and story == newest
    return Case(
        "" if allowed or story not in view.left else f"story {story} was sent, of a backlog: {view.beat.backlog}"
    )


def _words(view: View) -> Iterator[Case]:
    """As the story read when it left; what was changed within the last seconds may or may not be in it."""
    of_story = editions(view.record)
    for post in view.posts:
        known = of_story[post.story]
        before = [edition for at, edition in known if at <= post.left - NOTICED]
        late = [edition for at, edition in known if post.left - NOTICED < at <= post.left]
        good = {*before[-1:], *late}
        broken = f"story {post.story} left at {post.left} as edition {post.edition}, not {sorted(good)}"
        yield Case("" if post.edition in good else broken, tight=post.edition > 1)


def _not_withdrawn(view: View) -> Iterator[Case]:
    for story, stretches in view.away.items():
        for begin, end in stretches:
            if story in view.ways:
                left = view.left.get(story)
                broken = left is not None and begin + CALLED_OFF < left < end
                yield Case(f"story {story} left at {left}, withdrawn at {begin}" if broken else "")


def _noticed(view: View) -> Iterator[Case]:
    """Each file is taken in within seconds of its last change before that, or of waking."""
    changed = defaultdict(list)
    for deed in view.record.deeds:
        if deed.what != "withdraw":
            changed[deed.story].append(deed.at)
    for story in view.ways:
        came = view.record.came[story]
        put = max(at for at in changed[story] if at <= came)
        woke = max((off.end for off in view.record.off if off.begin <= put < off.end and off.is_ours), default=put)
        yield Case(f"story {story}, put at {put}, came in at {came}" if came - woke > NOTICED else "")


def _change_of_clocks(view: View) -> Iterator[Case]:
    """Around a change each slot is used once at most, and not again when the clocks show it once more."""
    for slot in _slots(view):
        if view.walls.at_change(slot):
            first = [post for post in view.used(slot) if not view.has_own_moment(post.story)]
            again = slot + timedelta(hours=1), slot + timedelta(minutes=30)
            shown = [at for at in again if view.walls.wall(at) == view.walls.wall(slot) and at not in view.walls.slots]
            second = [post.story for at in shown for post in view.posts if at <= post.left < at + MINUTE]
            second = [story for story in second if not view.has_own_moment(story)]
            broken = f"the slot of {slot} was used by {len(first)}, and again by {second}"
            yield Case(broken if len(first) > 1 or second else "", tight=bool(first))


def _plan_kept(view: View) -> Iterator[Case]:
    """What was shown went at the moment that was shown, as long as nothing happened on the account."""
    happened = sorted(
        [deed.at for deed in view.record.deeds if view.beat.name in view.story(deed.story).accounts]
        + [off.begin for off in view.record.off]
        + [request.at for request in view.requests if request.fate != "ok"]
    )
    for at, plan in view.record.shown:
        calm = next((each for each in happened if each >= at), view.record.until)
        for (story, account), moment in plan.items():
            if account == view.beat.name and calm and at < moment < calm:
                left = view.left.get(story)
                kept = left is not None and abs(left - moment) <= SECOND
                yield Case("" if kept else f"story {story} was shown for {moment}, and left at {left}")


def _late(view: View) -> dict[int, timedelta]:
    """How late each was whose moment was free."""
    found = {}
    for post in view.posts:
        if view.is_missed(post.story) or view.is_breaking(post.story) or not _has_a_time(view, post.story):
            continue
        at = view.wish(post.story) if view.is_appointed(post.story) else view.walls.slot_of(post.left)
        ready = at and view.record.came[post.story] <= at - NOTICED and not view.is_away(post.story, at)
        if at and ready and not view.blocked(at, post.story):
            found[post.story] = post.left - at
    return found


def _has_a_time(view: View, story: int) -> bool:
    return bool(view.beat.slots) or view.is_appointed(story)


def _punctual(view: View) -> Iterator[Case]:
    for story, late in _late(view).items():
        yield Case(f"story {story} left {late} late" if late > SECOND else "")


RULES: dict[str, Callable[[View], Iterator[Case]]] = {
    "never twice": _never_twice,
    "never lost: posted, or ended for a reason that is true": _never_lost,
    "taken in within seconds": _noticed,
    "the words as last edited": _words,
    "nothing while it is withdrawn": _not_withdrawn,
    "caps: a day": _per_day,
    "caps: a month": _per_month,
    "the budget of a day": _budget,
    "quiet hours, but for breaking news where it may": _quiet,
    "the least gap": _gap,
    "never before publish_at": _not_before,
    "never after expires_at or the maximum age": _not_after,
    "breaking news wait for nothing below quiet hours and gap": partial(_own_moment, breaking=True),
    "publish_at yields to caps, quiet hours and gap alone": partial(_own_moment, breaking=False),
    "normal posts go in slots": _in_a_slot,
    "no slot is used twice": _no_slot_twice,
    "no slot stays empty while somebody may take it": _no_slot_empty,
    "no free moment is lost where there are no slots": _no_free_moment_lost,
    "slots where the clocks change": _change_of_clocks,
    "fair order: priority, then the section that waited longest": _fair,
    "a backlog by the account's policy": _backlog,
    "the plan as shown, where nothing happened": _plan_kept,
    "on time to the second where nothing is in the way": _punctual,
}
