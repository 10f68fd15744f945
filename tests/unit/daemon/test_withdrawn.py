from __future__ import annotations

from pathlib import Path

import pytest

from bot.daemon.withdrawn import is_gone, telling
from bot.errors import BotError
from bot.intake.queue import Ground, Mark, Survey

QUEUE, SPORT = Path("/queue"), Path("/queue/sport")
ONE, CUP = QUEUE / "one.md", SPORT / "cup.md"
MARK = Mark(1.0, 1, 1, 1)
OURS, OTHER = (1, 10), (2, 20)


def seen(*files: Path, **folders: tuple[tuple[int, int], bool]) -> Survey:
    known = {"queue": QUEUE, "sport": SPORT}
    return Survey(dict.fromkeys(files, MARK), {known[name]: Ground(*ground) for name, ground in folders.items()})


def gone(
    survey: Survey, *, before: dict[Path, tuple[int, int]], held: dict[Path, tuple[int, int] | None]
) -> list[Path]:
    told = telling(survey, before, held)
    return [path for path in held if is_gone(path, survey, told)]


BEFORE = {QUEUE: OURS, SPORT: OURS}


@pytest.mark.parametrize(
    ("survey", "before", "expected"),
    [
        (seen(queue=(OURS, True)), BEFORE, [ONE, CUP]),  # both, and the section's folder with them
        (seen(CUP, queue=(OURS, False), sport=(OURS, False)), BEFORE, [ONE]),
        (seen(ONE, queue=(OURS, False), sport=(OURS, True)), BEFORE, [CUP]),
        (seen(), BEFORE, []),  # no queue at all
        (seen(queue=(OTHER, True)), BEFORE, []),  # where it is mounted, and is not
        (seen(QUEUE / "new.md", queue=(OTHER, False)), BEFORE, []),  # and somebody writes there
        (seen(ONE, queue=(OTHER, False)), BEFORE, [CUP]),  # made anew, with what we know
        (seen(ONE, queue=(OURS, False), sport=(OTHER, True)), BEFORE, []),  # a section that is not mounted
        (seen(queue=(OURS, True)), {}, []),  # after a start: it may not be mounted yet
        (seen(queue=(OURS, False)), {}, [ONE, CUP]),  # with `done` in it, or anything else
    ],
)
def test_only_a_folder_that_can_be_believed_says_that_a_file_was_taken_away(
    survey: Survey, before: dict[Path, tuple[int, int]], expected: list[Path]
) -> None:
    assert expected == gone(survey, before=before, held={ONE: OURS, CUP: OURS})


def test_a_section_that_cannot_be_read_says_of_no_file_that_it_was_taken_away() -> None:
    survey = seen(queue=(OURS, False))
    survey.closed[SPORT] = BotError("cannot be read")
    assert [ONE] == gone(survey, before=BEFORE, held={ONE: OURS, CUP: OURS})


def test_a_file_of_the_folder_beneath_a_mount_does_not_speak_for_the_mounted_one() -> None:
    new = QUEUE / "new.md"
    survey = seen(new, queue=(OTHER, False))
    assert [] == gone(survey, before={QUEUE: OURS}, held={ONE: OURS, new: OTHER})
