"""X for the length of one attempt: the only module that knows the SDK, whose every error it translates."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit

import requests
import tweepy

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable
from bot.networks.outcomes import (
    LOOKING,
    NOTHING_POSTED,
    PERHAPS_POSTED,
    Stakes,
    broken,
    clock_skew,
    in_words,
    never_left,
)
from bot.networks.sessions import Bounded
from bot.networks.shelf import Shelf
from bot.networks.x import quota
from bot.networks.x.problems import Problem, Trouble, problem
from bot.networks.x.reading import FIELDS
from bot.networks.x.remedies import KEYS, remedy

if TYPE_CHECKING:
    from pathlib import Path

    from bot.networks.x import XAccount

Shown = Mapping[str, Any]

PUBLIC = "https://api.twitter.com"  # what tweepy asks, and signs, whatever the base_url
FURTHEST = 3_200  # posts back goes a timeline, and no further
_PAGE = 100
_NUMBER = re.compile(r"[0-9]{1,19}")
_APPEARS_WITHIN = timedelta(minutes=15)


class User(NamedTuple):
    """The account as X knows it; `access` is what our keys may do, where X says so."""

    number: str
    name: str
    access: str | None


class Server:
    """X, asked as the account; use it in a `with`."""

    def __init__(self, account: XAccount, name: str, home: Path, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._name = name
        self._clock = clock
        # What is left under these keys says nothing of others.
        self._shelf = Shelf(home, name, f"{account.base_url} {account.fingerprint(b'quota')}")
        self._keys = {key: getattr(account, key).get_secret_value() for key in KEYS}
        self._sdk = tweepy.Client(**self._keys, return_type=requests.Response)
        self._wire = Bounded(account.timeout)
        self._wire.carry(self._sdk.session, public=PUBLIC, server=account.base_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sdk.session.close()

    def post(self, text: str, parent: str | None) -> str:
        """The number of the post that X makes of this text, in answer to the one of that number."""
        if spent := [window for window in self.quota() if not window.left]:
            what = f"said last: {', '.join(map(str, spent))}"
            raise RateLimited(what, where=self._host, retry_at=max(window.until for window in spent))
        try:
            answer = self._asked(
                partial(self._sdk.create_tweet, text=text, in_reply_to_tweet_id=parent), PERHAPS_POSTED, parent
            )
        finally:
            self._keep_quota()
        made = _object(answer).get("data")
        if not isinstance(made, dict) or not _is_number(made.get("id")):
            raise self._no_answer(PERHAPS_POSTED)
        return str(made["id"])

    def me(self) -> User:
        """The account that our keys are of."""
        answer = self._asked(self._sdk.get_me, NOTHING_POSTED)
        user = _object(answer).get("data")
        if not isinstance(user, dict) or not _is_number(user.get("id")) or not isinstance(user.get("username"), str):
            raise self._no_answer(NOTHING_POSTED)
        return User(user["id"], user["username"], answer.headers.get("x-access-level"))

    def may_write(self, user: User) -> bool:
        """Whether X says that our keys may post; raises Unauthorized where it says that they may not."""
        if user.access == "read":
            what = f"lets these keys only read as @{user.name}"
            raise self._told(Unauthorized, what, remedy(Trouble.RIGHTS, self._name, None))
        return user.access is not None and user.access.startswith("read-write")

    def quota(self) -> list[quota.Window]:
        """What X said last of how many posts are left, as far as that still holds."""
        return quota.kept(self._shelf.read(), self._clock())

    def timeline(self, user: User, since: datetime) -> list[Shown]:
        """Every post that the account made since then; raises a DeliveryError where X does not show them all."""
        posts: list[Shown] = []
        page = partial(
            self._sdk.get_users_tweets,
            user.number,
            start_time=since,  # tweepy writes it in whole seconds, as X wants it
            max_results=_PAGE,
            tweet_fields=list(FIELDS),
            user_auth=True,
        )
        token = None
        while len(posts) < FURTHEST:
            answer = _object(self._asked(partial(page, pagination_token=token), LOOKING))
            posts += self._shown(answer)
            token = answer["meta"].get("next_token")
            if token is None and len(posts) < FURTHEST:
                return posts
        raise self._told(OutcomeUnknown, f"shows no more than {FURTHEST:,} posts, which do not reach back to {since}")

    def _shown(self, answer: Shown) -> list[Shown]:
        """The posts of a page that is whole."""
        posts, meta = answer.get("data", []), answer.get("meta")
        if not answer:
            raise self._no_answer(LOOKING)
        if "errors" in answer or not isinstance(meta, dict) or not isinstance(posts, list):
            raise self._told(OutcomeUnknown, "does not show the whole timeline")
        if meta.get("result_count") != len(posts) or not all(map(_is_post, posts)):
            raise self._told(OutcomeUnknown, "does not show the whole timeline")
        return posts

    def _asked(
        self, call: Callable[[], requests.Response], stakes: Stakes, parent: str | None = None
    ) -> requests.Response:
        """The answer to a call, if it is a yes; `parent` is what a post answers."""
        try:
            return call()
        except Exception as error:  # judged by what went over the wire: the SDK's own errors have lost half of it
            raise self._translated(stakes, parent) from error

    def _translated(self, stakes: Stakes, parent: str | None) -> DeliveryError:
        answer, failure = self._wire.answer, self._wire.failure
        if never_left(failure):
            return self._told(Unavailable, f"cannot be reached ({in_words(str(failure)) or 'no answer'})")
        if failure is not None:
            return self._told(stakes.unclear, broken(failure, self._account.timeout))
        return self._refusal(answer, stakes, parent) if answer is not None else self._no_answer(stakes)

    def _refusal(self, answer: requests.Response, stakes: Stakes, parent: str | None) -> DeliveryError:
        """What an answer that is not 2xx says of the post; but for 413 and 429, it has to be in the API's own form."""
        found = problem(answer.content)
        words = in_words(found.words if found else "", self._keys.values())
        match answer.status_code, found and _trouble(found, answer):
            case (429, Trouble.CREDIT as trouble) | (400, Trouble.KEYS as trouble) | (401 | 402, Trouble() as trouble):
                return self._refused_account(trouble, answer, words)
            case (429, _) | (403, Trouble.USED_UP):
                until = quota.pause_until(answer.headers, self._clock())
                what = f"asks for a pause: {words or 'too many requests'}"
                return RateLimited(what, where=self._host, retry_at=until)
            case (403, Trouble.PARENT) if parent:
                return self._orphan(parent, answer, words)
            case (413, _) | (400, Trouble()) | (403, Trouble.POST):
                return self._told(stakes.refused, f"refuses this: {words or 'it is too large'}")
            case (403, Trouble() as trouble):
                return self._refused_account(trouble, answer, words)
            case status, _:
                return self._told(stakes.unclear, f"answered {status} {words}".strip())

    def _refused_account(self, trouble: Trouble, answer: requests.Response, words: str) -> DeliveryError:
        ahead = clock_skew(answer.headers.get("date"), self._clock())
        return self._told(Unauthorized, f"refuses the account: {words}", remedy(trouble, self._name, ahead))

    def _orphan(self, parent: str, answer: requests.Response, words: str) -> DeliveryError:
        """A post whose parent X does not see: a young one may yet appear, an old one is gone."""
        now = self._clock()
        age = now - (clock_skew(answer.headers.get("date"), now) or timedelta()) - _made_at(parent)
        if age < _APPEARS_WITHIN:
            return self._told(Unavailable, f"does not see the part before this one yet: {words}")
        return self._told(Rejected, f"no longer has the part before this one: {words}")

    def _keep_quota(self) -> None:
        if self._wire.answer is not None and (told := quota.told(self._wire.answer.headers, self._clock())):
            self._shelf.keep(quota.to_keep(told))

    def _no_answer(self, stakes: Stakes) -> DeliveryError:
        return self._told(stakes.unclear, "answered something that is no answer of X")

    def _told(self, kind: type[DeliveryError], what: str, hint: str | None = None) -> DeliveryError:
        return kind(what, where=self._host, hint=hint)

    @property
    def _host(self) -> str:
        return urlsplit(self._account.base_url).netloc


def _trouble(found: Problem, answer: requests.Response) -> Trouble:
    """What is wrong, as its status and its headers say it too."""
    if answer.status_code == 403 and answer.headers.get("x-access-level") == "read":
        return Trouble.RIGHTS
    return {401: Trouble.KEYS, 402: Trouble.CREDIT}.get(answer.status_code, found.trouble)


def _object(answer: requests.Response) -> Shown:
    """The JSON object that was answered; an empty one where it is anything else."""
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _is_post(value: object) -> bool:
    return isinstance(value, dict) and _is_number(value.get("id")) and isinstance(value.get("text"), str)


def _made_at(number: str) -> datetime:
    """The moment that stands in a post's number."""
    return datetime.fromtimestamp(((int(number) >> 22) + 1_288_834_974_657) / 1000, UTC)
