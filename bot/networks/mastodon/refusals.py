"""What it means for a post when a server does not do as it is asked; only the API's own form of an answer is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import DeliveryError, RateLimited, Unauthorized, Unavailable
from bot.networks.mastodon import rates
from bot.networks.outcomes import Stakes, broken, in_words, never_left, retry_at

if TYPE_CHECKING:
    from datetime import datetime

    from requests import Response

    from bot.networks.mastodon import MastodonAccount


_NO_ACCOUNT = "requires an authenticated user"  # 422 for a token of an app, with which nobody has signed in


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
        if failure is None:
            return self.told(stakes.unclear, "was sent a request that broke on its way")
        if never_left(failure):
            return self.told(Unavailable, f"cannot be reached ({in_words(str(failure)) or 'no answer'})")
        return self.told(stakes.unclear, broken(failure, self.account.timeout))

    def meaning(self, answer: Response, stakes: Stakes, now: datetime, *, of_a_reply: bool = False) -> DeliveryError:
        """What an answer means that does not say that it was done."""
        words, status = self._words(answer), answer.status_code
        if words is None:
            return self.told(stakes.unclear, f"answered {status}, and not as a Mastodon server does")
        match status:
            case 429:
                until = retry_at(rates.reset(answer.headers), now, date=answer.headers.get("date"))
                return RateLimited(f"asks for a pause: {words}", where=self._host, retry_at=until)
            case _ if status in {401, 403, 410} or _NO_ACCOUNT in words:
                return self.no_access(f"refuses the account: {words}")
            case 400 | 413 | 422:
                return self.told(stakes.refused, f"refuses this: {words}")
            case 404 if of_a_reply:
                return self.told(stakes.refused, f"does not find what this answers: {words}")
            case _:
                return self.told(stakes.unclear, f"answered {status}: {words}")

    def no_access(self, what: str) -> DeliveryError:
        """A refusal that every post of this account would meet, and the way out that its words suggest."""
        words, setting, resume = what.lower(), self._setting("ACCESS_TOKEN"), f"bot resume {self.name}."
        if "scope" in words:
            hint = f"Set {setting} to a token with the scopes read and write:statuses, then: {resume}"
        elif any(word in words for word in ("suspended", "disabled", "pending", "confirm")):
            hint = f"When that is settled with those who run the server: {resume}"
        else:
            hint = f"Check {setting} and {self._setting('BASE_URL')}, then: {resume}"
        return self.told(Unauthorized, what, hint)

    def no_mastodon(self) -> DeliveryError:
        """What it means that nobody there can tell who we are."""
        hint = f"Set {self._setting('BASE_URL')} to the server that has the account, then: bot resume {self.name}."
        return self.told(Unauthorized, "is no Mastodon server, or not at this address", hint)

    @property
    def _host(self) -> str:
        return urlsplit(self.account.base_url).netloc

    def _setting(self, field: str) -> str:
        return f"BOT_ACCOUNTS__{self.name.upper()}__{field}"

    def _words(self, answer: Response) -> str | None:
        """The server's own words, where the answer is an error of the API at all."""
        body = content(answer)
        if done(answer) or not isinstance(body, dict) or not isinstance(body.get("error"), str):
            return None
        said = [body["error"], body.get("error_description")]
        words = ": ".join(word for word in said if isinstance(word, str))
        readable = words.encode(errors="replace").decode()  # JSON can spell half a character
        return in_words(readable, [self.account.access_token.get_secret_value()])
