"""What it means for a post when a server does not do as it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from bot.errors import DeliveryError, MediaRefused, RateLimited, Rejected, TooSlow, Unauthorized, Unavailable
from bot.networks.outcomes import Stakes, in_words, retry_at, unanswered
from bot.networks.rates import reset

if TYPE_CHECKING:
    from datetime import datetime

    from requests import Response

    from bot.networks.mastodon import MastodonAccount

_TOO_FAST, _TOO_LARGE = "too many requests", "it is too large"
_NO_ACCOUNT = "requires an authenticated user"  # 422 for a token of an app, with which nobody has signed in
_UNREADY = re.compile("not finished processing", re.IGNORECASE)
_OF_MEDIA = re.compile(r"\b(?:media|attach|image|video|picture|file)", re.IGNORECASE)

CHANGING = Stakes(refused=Rejected, unclear=Unavailable, too_much=Unavailable)
"""Taking down and editing, which may be repeated."""


def content(answer: Response) -> Any:
    """The JSON of an answer, or None where it has none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def done(answer: Response) -> bool:
    """Whether the server did what it was asked."""
    return 200 <= answer.status_code < 300


def foreign(answer: Response) -> bool:
    """Whether a server that has no such thing as was asked for answers like this: a page, another place, nothing."""
    return answer.status_code < 400 or answer.status_code in {404, 405, 501}


class Asked(NamedTuple):
    """What a server was asked for: a post in answer to another one, or with media; `what` names it for people."""

    what: str = "this"
    in_answer: bool = False
    with_media: bool = False


@dataclass(frozen=True, slots=True)
class Refusals:
    """How one account's server words a refusal, and what the operator can do about it."""

    account: MastodonAccount
    name: str

    def told(self, kind: type[DeliveryError], what: str, hint: str | None = None) -> DeliveryError:
        """An error that says where it comes from."""
        return kind(what, where=self._host, hint=hint)

    def unanswered(self, failure: Exception | None, stakes: Stakes) -> DeliveryError:
        """What it means that no whole answer came."""
        return unanswered(failure, stakes, timeout=self.account.timeout, where=self._host)

    def meaning(self, answer: Response, stakes: Stakes, now: datetime, asked: Asked) -> DeliveryError:
        """What an answer means that does not say that it was done; but for 413 and 429, it has to be in the API's own form."""
        words, status = self._words(answer), answer.status_code
        if status == 429:
            until = retry_at(reset(answer.headers, "x-ratelimit"), now, date=answer.headers.get("date"))
            return RateLimited(f"asks for a pause: {words or _TOO_FAST}", where=self._host, retry_at=until)
        if status == 413:
            return self.told(stakes.refused, f"refuses {asked.what}: {words or _TOO_LARGE}")
        if words is None:
            hint = self._check_address if 300 <= status < 500 else None  # beyond that it is merely down
            return self.told(stakes.unclear, f"answered {status}, and not as a Mastodon server does", hint)
        if status in {401, 403, 410} or _NO_ACCOUNT in words:
            return self.no_access(f"refuses the account: {words}")
        return self._refusal(status, words, stakes, asked)

    def no_access(self, what: str) -> DeliveryError:
        """A refusal that every post of this account would meet, and the way out that its words suggest."""
        words, setting, resume = what.lower(), self._setting("ACCESS_TOKEN"), f"bot resume {self.name}."
        if "scope" in words:
            hint = f"Set {setting} to a token with the scopes read, write:statuses and write:media, then: {resume}"
        elif any(word in words for word in ("suspended", "disabled", "pending", "confirm")):
            hint = f"When that is settled with those who run the server: {resume}"
        else:
            hint = f"Check {setting} and {self._setting('BASE_URL')}, then: {resume}"
        return self.told(Unauthorized, what, hint)

    def too_slow(self, what: str) -> DeliveryError:
        """What it means that the attempt's time is over, and that nothing was posted yet."""
        return self.told(TooSlow, what, f"{self._setting('TIMEOUT')} is how many seconds an attempt may take.")

    def no_mastodon(self) -> DeliveryError:
        """What it means that nobody there can tell who we are."""
        hint = f"Set {self._setting('BASE_URL')} to the server that has the account, then: bot resume {self.name}."
        return self.told(Unauthorized, "is no Mastodon server, or not at this address", hint)

    def is_of_the_api(self, answer: Response) -> bool:
        """Whether the answer is an error in the API's own form, which nobody else words."""
        return self._words(answer) is not None

    def _refusal(self, status: int, words: str, stakes: Stakes, asked: Asked) -> DeliveryError:
        match status:
            case 400 | 422 if asked.with_media and _UNREADY.search(words):
                return self.told(Unavailable, f"is not ready to show the pictures: {words}")
            case 400 | 415 | 422:
                of_media = asked.with_media and _OF_MEDIA.search(words)
                return self.told(MediaRefused if of_media else stakes.refused, f"refuses {asked.what}: {words}")
            case 404 if asked.in_answer:
                return self.told(stakes.refused, f"does not find what this answers: {words}")
            case 404:
                return self.told(stakes.unclear, f"answered 404: {words}", self._check_address)
            case _:
                return self.told(stakes.unclear, f"answered {status}: {words}")

    @property
    def _host(self) -> str:
        return urlsplit(self.account.base_url).netloc

    @property
    def _check_address(self) -> str:
        return f"Check {self._setting('BASE_URL')}."

    def _setting(self, field: str) -> str:
        return f"BOT_ACCOUNTS__{self.name.upper()}__{field}"

    def _words(self, answer: Response) -> str | None:
        """The server's own words, where the answer is an error of the API at all."""
        body = content(answer)
        if not isinstance(body, dict) or not isinstance(body.get("error"), str):
            return None
        said = [body["error"], body.get("error_description")]
        words = ": ".join(word for word in said if isinstance(word, str))
        return in_words(words, [self.account.access_token.get_secret_value()])
