"""Why a delivery has its moment, or none, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.schedule.diary import HORIZON, SPREAD
from bot.schedule.durations import shown
from bot.schedule.values import Planned, Why

if TYPE_CHECKING:
    from bot.schedule.rhythm import Rhythm
    from bot.schedule.values import Pause

EXPIRES = "expires before its turn"


def reason(planned: Planned, rhythm: Rhythm, pause: Pause | None = None) -> str:
    """A few words: what moved it to its moment, or what stands against one."""
    if planned.why is Why.WILL_EXPIRE:
        before = f": {_of(planned.hindrance, rhythm, pause)}" if planned.hindrance else ": others go before it"
        return f"{EXPIRES}{before}"
    return _of(planned.why, rhythm, pause)


def _of(why: Why, rhythm: Rhythm, pause: Pause | None) -> str:
    said = {
        Why.PAUSE: _paused(rhythm, pause),
        Why.TOO_DEAR: f"it costs more than the whole budget of {_tightest(rhythm)}",
        Why.MONTH_CAP: f"the cap of {rhythm.per_month} a month is reached",
        Why.DAY_CAP: f"the cap of {rhythm.per_day} a day is reached",
        Why.MONTH_BUDGET: f"the month's budget of {rhythm.budget_per_month} leaves no room",
        Why.DAY_BUDGET: f"the day's budget of {rhythm.budget_per_day} leaves no room",
        Why.QUIET: f"quiet hours {', '.join(f'{quiet.begin:%H:%M}-{quiet.end:%H:%M}' for quiet in rhythm.quiet)}",
        Why.GAP: f"at least {shown(rhythm.gap)} from the next post",
    }
    return said.get(why) or _OTHERS[why]


def _paused(rhythm: Rhythm, pause: Pause | None) -> str:
    if pause is None or pause.until is None:
        return "paused until it is resumed"
    return f"paused until {pause.until.astimezone(rhythm.zone):%Y-%m-%d %H:%M}"


def _tightest(rhythm: Rhythm) -> str:
    """The smaller budget: a post that is dearer than the other is dearer than this."""
    budgets = ((rhythm.budget_per_month, "month"), (rhythm.budget_per_day, "day"))
    return " a ".join(map(str, min([each for each in budgets if each[0] is not None], default=("nothing", "day"))))


_OTHERS = {
    Why.SPREAD: f"a backlog is spread, {shown(SPREAD)} apart",
    Why.NOT_BEFORE: "it may not be tried again earlier",
    Why.PUBLISH_AT: "its publish_at",
    Why.SLOT: "a slot",
    Why.AT_ONCE: "as soon as it may",
    Why.LATER: f"later than the next {HORIZON.days} days",
    Why.EXPIRED: "its time was over before it could go",
    Why.PASSED_OVER: "its moment went by while nothing could be sent",
}
