"""What the daemon tells: a line for each thing, for people or programs, whatever stands in it."""

from __future__ import annotations

import json
import logging
import warnings
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from unit.operations.made import NOW, event

from bot.errors import LedgerError
from bot.operations.logs import Manner, tell_error, tell_events, telling
from bot.operations.masking import masking

SECRET = "s3cret-Ärger"
HOSTILE = "One\x1b[31m\r\ntwo\u2028three\u202e \ud83d"


def manner(**said: Any) -> Manner:
    given: dict[str, Any] = {"mask": masking([SECRET]), "clock": lambda: NOW, "zone": ZoneInfo("Europe/Berlin")}
    return Manner(**(given | said))


class Told:
    """A log, and what was written."""

    def __init__(self, **said: Any) -> None:
        self.stream = StringIO()
        self.manner = manner(**said)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def test_a_program_is_given_one_object_a_line_with_keys_that_stay() -> None:
    told = Told(as_json=True)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("delivered", "https://example.org/1"), event("discarded", "too long")])
    delivered = {
        "timestamp": "2026-11-23T12:00:00.000000Z",
        "level": "info",
        "event": "delivered",
        "account": "sport",
        "article": 3,
        "delivery": 7,
        "headline": "One",
        "url": "https://example.org/1",
    }
    discarded = {**delivered, "level": "error", "event": "discarded", "detail": "too long"}
    del discarded["url"]
    assert [delivered, discarded] == told.objects
    assert list(delivered) == list(told.objects[0]), "in this order"


def test_a_person_is_given_a_line_in_his_own_time() -> None:
    told = Told()
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("delivered", "https://example.org/1"), event("taken in", "One", delivery=None)])
    assert [
        "2026-11-23 13:00:00 delivered: sport “One” https://example.org/1",
        "2026-11-23 13:00:00 taken in: sport “One”",
    ] == told.lines


def test_times_within_a_text_are_his_own_too() -> None:
    told = Told(here=str.upper)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("backing off", "until then")])
    assert ["2026-11-23 13:00:00 backing off: sport “One” UNTIL THEN"] == told.lines


def test_at_a_terminal_it_has_colour() -> None:
    told = Told(coloured=True)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("discarded", "too long")])
    assert ["\x1b[2m2026-11-23 13:00:00\x1b[0m \x1b[31mdiscarded\x1b[0m: sport “One” too long"] == told.lines


@pytest.mark.parametrize("as_json", [True, False])
def test_no_text_from_outside_breaks_a_line_or_moves_a_terminals_cursor(
    as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own cannot pass on what is no text
    told = Told(as_json=as_json)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("discarded", HOSTILE, headline=HOSTILE)])
        tell_error(log, LedgerError(HOSTILE))
        tell_error(log, RuntimeError(HOSTILE))
        logging.getLogger("urllib3").warning("%s", HOSTILE)
    written = told.stream.getvalue()
    assert 4 == written.count("\n") == len(written.splitlines())
    assert not {"\x1b", "\r", "\u202e"} & set(written)
    assert written.encode()


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["claimed", "delivered", "postponed", "discarded"]),
        ("info", ["delivered", "postponed", "discarded"]),
        ("warning", ["postponed", "discarded"]),
        ("error", ["discarded"]),
    ],
)
def test_no_less_is_told_than_was_asked_for(level: str, expected: list[str]) -> None:
    told = Told(as_json=True, level=level)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event(each) for each in ("claimed", "delivered", "postponed", "discarded")])
    assert expected == [each["event"] for each in told.objects]


@pytest.mark.parametrize("logger", ["tweepy", "httpx", "urllib3.connectionpool", "apscheduler.scheduler", "apprise"])
def test_libraries_are_heard_from_their_warnings_on_and_keep_secrets_too(logger: str) -> None:
    told = Told(as_json=True)
    with telling(told.stream, told.manner):
        logging.getLogger(logger).info("nothing of note")
        logging.getLogger(logger).warning("Retrying /x?key=%s", SECRET)
        logging.getLogger(logger).log(35, "odd level")
    logging.getLogger(logger).warning("when it is over nobody listens")
    kept = [(each["level"], each["event"], each["logger"], each["detail"]) for each in told.objects]
    assert [
        ("warning", "library", logger, "Retrying /x?key=***"),
        ("warning", "library", logger, "odd level"),
    ] == kept


def test_what_python_warns_of_is_one_of_them() -> None:
    told = Told(as_json=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with telling(told.stream, told.manner):
            warnings.warn(f"old: {SECRET}", stacklevel=1)
    (line,) = told.objects
    assert ("py.warnings", True, False) == (line["logger"], "old: ***" in line["detail"], SECRET in str(line))


def test_a_library_whose_words_do_not_fit_is_heard_all_the_same() -> None:
    told = Told(as_json=True)
    with telling(told.stream, told.manner):
        ours = logging.getLogger().handlers[-1]
        ours.handle(logging.LogRecord("tweepy", logging.WARNING, __file__, 1, "%d posts", (SECRET,), None))
    assert ["%d posts"] == [each["detail"] for each in told.objects]


def test_a_surprise_comes_with_its_way_there_and_without_secrets() -> None:
    told = Told(as_json=True)
    with telling(told.stream, told.manner) as log:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            tell_error(log, error)
    (line,) = told.objects
    assert ("error", "KeyError", "KeyError: '***'") == (line["level"], line["kind"], line["detail"])
    assert "Traceback" in line["exception"]
    assert "test_logs.py" in line["exception"]
    assert SECRET not in line["exception"]


@pytest.mark.parametrize(("traced", "rows"), [(True, 2), (False, 1)])
def test_people_are_shown_the_way_where_they_ask_for_it(traced: bool, rows: int) -> None:
    told = Told(traced=traced)
    with telling(told.stream, told.manner) as log:
        tell_error(log, KeyError("x"))
    assert "2026-11-23 13:00:00 error: KeyError: 'x'" == told.lines[0].partition(";")[0]
    assert (rows, traced) == (len(told.lines), "--debug" not in told.lines[0])


def test_the_journal_is_told_the_level_of_each_line() -> None:
    told = Told(as_json=True, journaled=True)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("delivered"), event("unknown"), event("discarded")])
    assert ["<6>{", "<4>{", "<3>{"] == [line[:4] for line in told.lines]


def test_where_not_all_can_be_written_it_is_json_all_the_same() -> None:
    written = BytesIO()
    with telling(TextIOWrapper(written, "ascii", "backslashreplace"), manner(as_json=True)) as log:
        log.info("at work", detail="Grüße 🎉")
        assert "Grüße 🎉" == json.loads(written.getvalue())["detail"]


class Full(StringIO):
    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_disk_that_is_full_does_not_end_the_daemon() -> None:
    with telling(Full(), manner()) as log:
        log.info("at work")


def test_an_event_keeps_the_time_when_it_happened() -> None:
    told = Told(as_json=True)
    with telling(told.stream, told.manner) as log:
        tell_events(log, [event("delivered", at=NOW - timedelta(hours=1))])
    assert "2026-11-23T11:00:00.000000Z" == told.objects[0]["timestamp"]
