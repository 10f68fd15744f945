"""The calendar of a week: a line for each account and day, a mark for each quarter of an hour, in the account's own time."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from rich.text import Text
from week.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from week.record import Post, Record

CELL = timedelta(minutes=15)
MARKS = {
    "breaking": ("!", "bold red"),
    "appointment": ("◆", "bold magenta"),
    "backlog": ("▸", "bold yellow"),
    "slot": ("●", "bold green"),
    "at once": ("•", "bold green"),
    "evergreen": ("○", "bold cyan"),
}
"""The strongest kind is shown where several posts share a quarter of an hour, with their number."""
QUIET, OFF, OPEN = ("░", "blue"), ("╳", "red"), ("·", "bright_black")
_CHANGED = "bold reverse"


def calendar(record: Record) -> Iterator[Text]:
    """All lines of it."""
    yield _legend()
    for account in record.beats:
        yield Text()
        yield from _account(View(record, account))


def kind(view: View, post: Post) -> str:
    """Why a post went when it did."""
    story = view.story(post.story)
    if view.is_missed(post.story):
        return "backlog"
    if story.priority != "normal":
        return story.priority
    if view.is_appointed(post.story):
        return "appointment"
    return "slot" if view.beat.slots else "at once"


def _legend() -> Text:
    line = Text()
    for name, (mark, style) in MARKS.items():
        line.append(f"{mark} ", style).append(f"{name}  ")
    for name, (mark, style) in {"quiet": QUIET, "nothing runs": OFF}.items():
        line.append(f"{mark} ", style).append(f"{name}  ")
    return line.append("⇆", _CHANGED).append(" clocks change")


def _account(view: View) -> Iterator[Text]:
    yield _title(view)
    yield Text(f"{'':8}{''.join(f'{hour:<12}' for hour in range(0, 24, 3))}", "bright_black")
    of_cell: defaultdict[datetime, list[str]] = defaultdict(list)
    for post in view.posts:
        of_cell[_cell(post.left)].append(kind(view, post))
    assert view.record.until is not None
    last = max(_cell(post.left) for post in view.posts) if view.posts else view.record.start
    for day in view.walls.days:
        begin, end = (view.walls.first(datetime.combine(each, time.min)) for each in (day, day + timedelta(days=1)))
        if view.record.start < end and begin <= last:
            yield _day(view, begin, end, of_cell)


def _title(view: View) -> Text:
    beat, kinds = view.beat, Counter(kind(view, post) for post in view.posts)
    rules = [f"gap {beat.gap}m" if beat.gap else "", f"{beat.per_day} a day" if beat.per_day else ""]
    rules += [f"{beat.budget} a day at {beat.price} each" if beat.budget else ""]
    rules += [f"{beat.per_month} a month" if beat.per_month else "", f"{beat.max_age}h old" if beat.max_age else ""]
    rules += [f"backlog {beat.backlog}"]
    line = Text(beat.name, "bold").append(f"  {beat.zone}  ", "bright_black").append(", ".join(filter(None, rules)))
    line.append(f"  {len(view.posts)} posts", "bold")
    for name, (mark, style) in MARKS.items():
        if kinds[name]:
            line.append(f"  {mark}", style).append(str(kinds[name]))
    return line


def _day(view: View, begin: datetime, end: datetime, of_cell: dict[datetime, list[str]]) -> Text:
    line, at, count = Text(f"{view.walls.wall(begin):%a %d}  "), begin, 0
    while at < end:
        kinds = of_cell.get(_cell(at), [])
        count += len(kinds)
        mark, style = _mark(view, at, kinds)
        changed = any(at <= change < at + CELL for change in view.walls.changes)
        line.append("⇆" if changed and not kinds else mark, f"{style} {_CHANGED}" if changed else style)
        at += CELL
    return line.append(f" {count or ''}", "bold")


def _mark(view: View, at: datetime, kinds: list[str]) -> tuple[str, str]:
    if kinds:
        mark, style = next(MARKS[name] for name in MARKS if name in kinds)
        return (mark if len(kinds) == 1 else str(min(len(kinds), 9))), style
    off = (each for each in view.record.off if each.is_ours or each.how.startswith(view.beat.name))
    if any(each.begin < at + CELL and at < each.end for each in off):
        return OFF
    return QUIET if view.walls.is_quiet(at) else OPEN


def _cell(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
