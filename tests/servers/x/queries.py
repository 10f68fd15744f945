"""What a request to read may ask for: each parameter by its rule, none that is not known."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from servers.x import words

if TYPE_CHECKING:
    from collections.abc import Collection

LATEST_ID = 2**63
EARLIEST = datetime(2010, 11, 6, 0, 0, 1, tzinfo=UTC)


class Query:
    """The query of one request; every method tells one parameter, or refuses it."""

    def __init__(self, query: str, known: Collection[str]) -> None:
        pairs = parse_qsl(query, keep_blank_values=True)
        self._values = dict(pairs)
        for name, value in pairs:
            if name not in known:
                message = f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]"
                raise words.invalid(name, value, message)
        if len(self._values) < len(pairs):
            raise words.invalid("query", query, "A query parameter may be given once")

    def names(self, parameter: str, known: Collection[str]) -> frozenset[str]:
        """A list of names, each of them known."""
        if parameter not in self._values:
            return frozenset()
        value = self._values[parameter]
        for name in value.split(","):
            if name not in known:
                message = f"The `{parameter}` query parameter value [{name}] is not one of [{','.join(sorted(known))}]"
                raise words.invalid(parameter, value, message)
        return frozenset(value.split(","))

    def id(self, parameter: str) -> str:
        """An id, which has to be there."""
        value = self._values.get(parameter, "")
        if not re.fullmatch("[0-9]{1,19}", value):
            raise words.invalid(parameter, value, f"The `{parameter}` query parameter value [{value}] is no id")
        return value

    def number(self, parameter: str, least: int, most: int, default: int) -> int:
        """A number between these."""
        value = self._values.get(parameter, str(default))
        if not re.fullmatch("[0-9]{1,6}", value) or not least <= int(value) <= most:
            message = f"The `{parameter}` query parameter value [{value}] is not between {least} and {most}"
            raise words.invalid(parameter, value, message)
        return int(value)

    def period(self, first: str, last: str, now: datetime) -> tuple[datetime, datetime]:
        """The time between these two, each in whole seconds of UTC; all of it unless they say less."""
        start, end = self._moment(first, EARLIEST), self._moment(last, now)
        if start >= min(end, now):
            raise words.invalid(first, start.isoformat(), f"Invalid '{first}': must be before '{last}', and before now")
        return start, end

    def page(self, parameter: str) -> int:
        """The id that this page's posts come before, as the token of an earlier page says."""
        value = self._values.get(parameter)
        if value is None:
            return LATEST_ID
        try:
            return int(b32decode(value.upper()))
        except ValueError:
            message = f"The `{parameter}` query parameter value [{value}] is not valid"
            raise words.invalid(parameter, value, message) from None

    def _moment(self, parameter: str, default: datetime) -> datetime:
        value = self._values.get(parameter)
        if value is None:
            return default
        try:
            moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            message = f"The `{parameter}` query parameter value [{value}] is not a valid RFC3339 date-time"
            raise words.invalid(parameter, value, message) from None
        if moment < EARLIEST:
            raise words.invalid(parameter, value, f"Invalid '{parameter}': must be on or after {EARLIEST.isoformat()}")
        return moment


def token(oldest_id: str) -> str:
    """What asks for the page after the one that ended with this post."""
    return b32encode(f"{oldest_id:>20}".encode()).decode().lower()
