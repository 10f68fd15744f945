"""What a newsroom writes in a week: sixty articles a day, in bursts and at night, edited, withdrawn and put back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

A_DAY = 60
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEWSROOM = ZoneInfo("Europe/Berlin")
SECTIONS = ("politics", "politics", "politics", "sport", "sport", "business", "local", "culture", "science")
FEATURES = ("culture", "science", "local")
DESKS = ("wire", "berlin", "newyork", "lordhowe", "kolkata")
_BUSY = (0, 0, 0, 0, 1, 3, 6, 8, 8, 7, 7, 8, 6, 6, 7, 8, 8, 7, 5, 4, 3, 3, 2, 1)  # hour by hour
_WORDS = (
    "bridge council harbour winter choir market railway festival orchard tunnel verdict library ferry storm".split()
)


@dataclass(frozen=True)
class Story:
    """An article as its author means it; `edition` counts what was changed in its words."""

    number: int
    section: str
    put_at: datetime
    priority: str = "normal"
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    accounts: tuple[str, ...] = ()
    words: str = ""

    @property
    def place(self) -> str:
        """Where its file lies in the queue."""
        return f"{self.section}/{self.number:04}.md"

    def headline(self, edition: int) -> str:
        """Its words, by which a reader knows the story and the edition."""
        return f"{self.number:04}.{edition} {self.words} ({self.section})"

    def text(self, edition: int) -> str:
        """Its file."""
        said = {
            "headline": f'"{self.headline(edition)}"',
            "priority": self.priority,
            "publish_at": self.publish_at and f"{self.publish_at:%Y-%m-%dT%H:%M:%SZ}",
            "expires_at": self.expires_at and f"{self.expires_at:%Y-%m-%dT%H:%M:%SZ}",
            "accounts": f"[{', '.join(self.accounts)}]",
        }
        return "\n".join(["---", *(f"{key}: {value}" for key, value in said.items() if value), "---", ""])


@dataclass(frozen=True, order=True)
class Deed:
    """What somebody in the newsroom does: put, edit, save (by renaming), withdraw, return."""

    at: datetime
    story: int
    what: str
    edition: int = 1


def week(seed: int, start: datetime, days: int) -> tuple[dict[int, Story], list[Deed]]:
    """All stories of these days by their numbers, and all that is done to them, in order."""
    random = Random(seed)
    stories: dict[int, Story] = {}
    for number, story in enumerate(_written(random, start, days), 1):
        stories[number] = replace(story, number=number, words=_named(random))
    deeds = [deed for story in stories.values() for deed in _done_to(random, story)]
    return stories, sorted(deeds)


def _written(random: Random, start: datetime, days: int) -> Iterator[Story]:
    for day in (start + number * DAY + HOUR for number in range(days)):
        times = sorted(_times(random, day))
        kinds = [_breaking] * 4 + [_appointed] * 6 + [_short_lived] * 6 + [_evergreen] * 3 + [_of_yesterday] * 2
        kinds += [_plain] * (A_DAY - len(kinds))
        random.shuffle(kinds)
        yield from (make(random, at) for make, at in zip(kinds, times, strict=True))


def _times(random: Random, day: datetime) -> Iterator[datetime]:
    """Sixty moments of a newsroom's day: a few at night, and three bursts within minutes."""
    bursts = [random.choices(range(24), _BUSY)[0] * HOUR + random.randrange(60) * MINUTE for _ in range(3)]
    alone = [random.choices(range(24), _BUSY)[0] * HOUR + random.uniform(0, 3600) * MINUTE / 60 for _ in range(A_DAY)]
    together = [begin + random.uniform(0, 150) * MINUTE / 60 for begin in bursts for _ in range(5)]
    night = [random.uniform(0, 4) * HOUR for _ in range(3)]
    midnight = datetime.combine(day.astimezone(NEWSROOM).date(), time.min)
    for wall in (together + night + alone)[:A_DAY]:
        local = (midnight + wall).replace(tzinfo=NEWSROOM)
        yield local.astimezone(UTC).replace(microsecond=random.randrange(10**6))


def _plain(random: Random, at: datetime) -> Story:
    section = random.choice(SECTIONS)
    accounts = DESKS if random.random() < 0.6 else tuple(sorted(random.sample(DESKS, random.randint(2, 4))))
    if section in FEATURES and random.random() < 0.35:
        accounts = (*accounts, "magazine")
    return Story(0, section, at, accounts=accounts)


def _breaking(random: Random, at: datetime) -> Story:
    """Every second time at night somewhere: the accounts stand in four parts of the world."""
    story = _plain(random, at)
    accounts = (*DESKS, "magazine") if random.random() < 0.3 else DESKS
    return replace(story, section=random.choice(("politics", "local")), priority="breaking", accounts=accounts)


def _appointed(random: Random, at: datetime) -> Story:
    """On the hour or near it, often at the same time as another, and now and then by night."""
    wish = (at + random.uniform(1, 30) * HOUR).replace(minute=random.choice((0, 0, 10, 30)), second=0, microsecond=0)
    return replace(_plain(random, at), publish_at=max(wish, at + 5 * MINUTE))


def _short_lived(random: Random, at: datetime) -> Story:
    return replace(_plain(random, at), expires_at=(at + random.uniform(0.5, 5) * HOUR).replace(microsecond=0))


def _evergreen(random: Random, at: datetime) -> Story:
    accounts = tuple(sorted({"magazine", *random.sample(DESKS, 2)} - {"kolkata"}))
    return replace(_plain(random, at), section="culture", priority="evergreen", accounts=accounts)


def _of_yesterday(random: Random, at: datetime) -> Story:
    """With a publish_at that is past: it only tells how old it is."""
    return replace(_plain(random, at), publish_at=(at - random.uniform(0.1, 3) * HOUR).replace(microsecond=0))


def _named(random: Random) -> str:
    return f"{random.choice(_WORDS)} and {random.choice(_WORDS)}".capitalize()


def _done_to(random: Random, story: Story) -> Iterator[Deed]:
    """It is put into the queue; one in five is edited, one in twenty withdrawn, and half of these come back."""
    yield Deed(story.put_at, story.number, "put")
    at, edition = story.put_at, 1
    while random.random() < 0.2:
        at, edition = at + random.uniform(0.1, 90) * MINUTE, edition + 1
        yield Deed(at, story.number, random.choice(("edit", "edit", "save")), edition)
    if random.random() < 0.06:
        at += random.uniform(1, 60) * MINUTE
        yield Deed(at, story.number, "withdraw", edition)
        if random.random() < 0.5:
            yield Deed(at + random.uniform(0.2, 60) * MINUTE, story.number, "return", edition)
