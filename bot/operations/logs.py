"""What the daemon tells while it works: lines for people on a terminal, elsewhere one JSON object a line."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import BotError, one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping, Sequence
    from datetime import datetime, tzinfo
    from typing import TextIO

    from structlog.typing import FilteringBoundLogger, Processor

    from bot.ledger import Event

    Line = MutableMapping[str, Any]

_LEVELS = {
    **dict.fromkeys(("taken in", "edited", "withdrawn", "back in the queue", "cancelled"), logging.INFO),
    **dict.fromkeys(("delivered", "part posted", "resumed"), logging.INFO),
    **dict.fromkeys(("correction", "taken down", "edited in place", "correction called off"), logging.INFO),
    **dict.fromkeys(("unknown", "postponed", "error", "late receipt", "expired"), logging.WARNING),
    **dict.fromkeys(("paused", "backing off"), logging.WARNING),
    "correction put off": logging.WARNING,
    **dict.fromkeys(("discarded", "correction failed"), logging.ERROR),
}
"""What is told of; anything else that happens is for whoever looks for a fault."""
_POSTED = {"delivered", "part posted", "taken down"}
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
_COLOURS = {"debug": 2, "warning": 33, "error": 31, "critical": 31}
_KEYS = ("timestamp", "level", "event", "account", "article", "delivery", "headline", "detail", "url")


@dataclass(frozen=True)
class Manner:
    """
    How it is told, and what is left out.

    `mask` hides what is secret, `here` gives the times within a text as people's clock has them, and `traced` shows people
    where a surprise came from. `journaled` lines say their level as systemd's journal takes it off them.
    """

    mask: Callable[[str], str]
    clock: Callable[[], datetime]
    zone: tzinfo
    level: str = "info"
    as_json: bool = False
    coloured: bool = False
    traced: bool = False
    here: Callable[[str], str] = str
    journaled: bool = False


@contextmanager
def telling(stream: TextIO, manner: Manner) -> Iterator[FilteringBoundLogger]:
    """A log to this stream, for as long as it is open; the warnings of the libraries go the same way."""
    log = _log(stream, manner)
    root, through = logging.getLogger(), _Through(log)
    root.addHandler(through)
    logging.captureWarnings(capture=True)
    try:
        yield log
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(through)


def tell_events(log: FilteringBoundLogger, events: Sequence[Event]) -> None:
    """A line for each thing that happened, at the level that it has."""
    for each in events:
        told = {"url" if each.event in _POSTED else "detail": each.detail if each.detail != each.headline else ""}
        log.log(
            _LEVELS.get(each.event, logging.DEBUG),
            each.event,
            timestamp=each.at,
            account=each.account,
            article=each.article,
            delivery=each.delivery,
            headline=each.headline,
            **told,
        )


def tell_error(log: FilteringBoundLogger, error: BaseException, event: str = "error") -> None:
    """A line for what went wrong; what nobody foresaw comes with the way that led there."""
    kind = type(error).__name__
    if isinstance(error, BotError):
        log.error(event, detail=str(error), kind=kind)
    else:
        log.error(event, detail=f"{kind}: {error}", kind=kind, exc_info=error)


def _log(stream: TextIO, manner: Manner) -> FilteringBoundLogger:
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        partial(_stamped, manner),
        structlog.processors.format_exc_info,
        partial(_cleaned, manner),
        structlog.processors.JSONRenderer(ensure_ascii=not _takes_all(stream))
        if manner.as_json
        else partial(_line, manner),
    ]
    if manner.journaled:
        processors.append(_prefixed)
    level = getattr(logging, manner.level.upper())
    log: FilteringBoundLogger = structlog.wrap_logger(
        _Output(stream), processors=processors, wrapper_class=structlog.make_filtering_bound_logger(level)
    ).bind()
    return log


def _takes_all(stream: TextIO) -> bool:
    """Whether every character can be written; what stands in for another one is not JSON."""
    return (stream.encoding or "utf-8").lower().replace("-", "") == "utf8"


class _Output:
    """Writes whole lines; a terminal that is closed, or a disk that is full, must not end the daemon."""

    def __init__(self, stream: TextIO) -> None:
        self._log = structlog.WriteLogger(stream)

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._log.msg(line)

    debug = info = warning = error = critical = log = msg


class _Through(logging.Handler):
    """Takes over what libraries warn of through the standard library."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._into = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            detail = record.getMessage()
        except Exception:  # noqa: BLE001 - its arguments do not fit its words
            detail = str(record.msg)
        level = min(record.levelno // 10 * 10, logging.CRITICAL)  # libraries may have levels of their own
        self._into.log(level, "library", logger=record.name, detail=detail, exc_info=record.exc_info)


def _stamped(manner: Manner, _: object, __: str, line: Line) -> Line:
    """The line in the order that its readers know, with its time."""
    at: datetime = line.pop("timestamp", None) or manner.clock()
    known: Line = {"timestamp": at, **{name: line.pop(name) for name in _KEYS if name in line}, **line}
    if manner.as_json:
        known["timestamp"] = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {name: value for name, value in known.items() if value is not None and value != ""}


def _cleaned(manner: Manner, _: object, __: str, line: Line) -> Line:
    """The line without secrets, and with nothing in it that a terminal would obey or that would end it."""
    if "exception" in line:
        rows = manner.mask(line["exception"]).splitlines()
        line["exception"] = "\n".join(_sound(printable(row)) for row in rows)
    for name, value in line.items():
        if isinstance(value, str) and name != "exception":
            line[name] = _sound(manner.mask(one_line(manner.mask(value))))
    return line


def _prefixed(_: object, level: str, line: Any) -> str:
    """The line with syslog's number of its level, see sd-daemon(3)."""
    return f"<{_PRIORITIES.get(level, 6)}>{line}"


def _sound(text: str) -> str:
    """Half a surrogate pair cannot be written."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _line(manner: Manner, _: object, __: str, line: Line) -> str:
    """The line for people."""
    at, level, event = line.pop("timestamp"), line.pop("level"), line.pop("event")
    stamp = f"{at.astimezone(manner.zone):%Y-%m-%d %H:%M:%S}"
    headline = line.get("headline")
    detail = manner.here(line.get("detail", ""))
    words = (line.get("logger"), line.get("account"), headline and f"“{headline}”", detail, line.get("url"))
    told = " ".join(word for word in words if word)
    if manner.coloured:
        stamp = f"\x1b[2m{stamp}\x1b[0m"
        event = f"\x1b[{_COLOURS.get(level, 32 if event == 'delivered' else 1)}m{event}\x1b[0m"
    if "exception" in line:
        told += f"\n{line['exception']}" if manner.traced else "; `bot --debug …` shows where"
    return f"{stamp} {event}: {told}" if told else f"{stamp} {event}"
