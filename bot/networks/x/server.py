"""X for the length of one attempt: the only module that knows the SDK, whose every error it translates."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit

import requests
import tweepy

from bot.errors import (
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.networks.outcomes import (
    LOOKING,
    NOTHING_POSTED,
    PERHAPS_POSTED,
    UPLOADING,
    Stakes,
    clock_skew,
    in_words,
    network_time,
    unanswered,
)
from bot.networks.sessions import Bounded
from bot.networks.x import HOSTS, quota
from bot.networks.x.problems import Problem, Trouble, problem
from bot.networks.x.reading import FIELDS
from bot.networks.x.remedies import KEYS, remedy
from bot.networks.x.signing import Session
from bot.wire import TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.networks.x import XAccount

Shown = Mapping[str, Any]

TAKING_DOWN = NOTHING_POSTED._replace(refused=Rejected)
FURTHEST = 3_200  # posts back goes a timeline, and no further
_TO_POST = 0.2  # of the attempt: of a post whose answer there is no time left for, nobody knows what became
_LARGEST_PAGE, _SMALLEST_PAGE = 100, 5
_NUMBER = re.compile(r"[0-9]{1,19}")
_NAME = re.compile(r"[A-Za-z0-9_]+")
_APPEARS_WITHIN = timedelta(minutes=15)


class User(NamedTuple):
    """The account as X knows it; `access` is what our keys may do, where X says so, and `now` what time it is there."""

    number: str
    name: str
    access: str | None
    now: datetime


class Server:
    """X, asked as the account; use it in a `with`."""

    def __init__(self, account: XAccount, name: str, home: Path, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._name = name
        self._clock = clock
        self._shelf = account.shelf(name, home)
        self._keys = {key: getattr(account, key).get_secret_value() for key in KEYS}
        self._sdk = tweepy.Client(**self._keys, return_type=requests.Response)
        self._sdk.session = Session(account.base_url)
        self._wire = Bounded(account.timeout, public=self._sdk.session.public, server=account.base_url)
        self._wire.carry(self._sdk.session)
        self._end = monotonic() + account.timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sdk.session.close()

    def ready(self) -> None:
        """Raises RateLimited while X takes no posts, as far as it said so."""
        if spent := [posts for posts in self.left() if not posts.left]:
            what = f"said last: {', '.join(map(str, spent))}"
            raise RateLimited(what, where=self._host, retry_at=max(posts.until for posts in spent))

    def post(self, text: str, parent: str | None, media: Sequence[str] = ()) -> str:
        """The number of the post that X makes of this text with these uploads, in answer to the one of that number."""
        self.ready()
        ask = partial(self._sdk.create_tweet, text=text, in_reply_to_tweet_id=parent, media_ids=media or None)
        answer = self._wire.answer_to(ask)
        self._keep_quota(answer)
        made = _object(self._judged(answer, PERHAPS_POSTED, parent, shows=bool(media))).get("data")
        if not isinstance(made, dict) or not _is_number(made.get("id")):
            raise self._no_answer(PERHAPS_POSTED)
        return str(made["id"])

    def upload(self, method: str, path: str, **content: Any) -> Shown:
        """What X says of an upload, by one of the requests that this takes; what is left of such ones says nothing of posts."""
        sign = tweepy.OAuth1UserHandler(**self._keys).apply_auth()
        headers = {"User-Agent": self._sdk.user_agent}
        url = f"{HOSTS[0]}/2/media/{path}"
        ask = partial(self._sdk.session.request, method, url, auth=sign, headers=headers, **content)
        answer = self._judged(self._wire.answer_to(ask), UPLOADING, shows=True)
        said = _object(answer)
        if not said and answer.content.strip() not in {b"", b"{}"}:  # which may be all that X says of a piece
            raise self._no_answer(UPLOADING)
        upload = said.get("data")
        return upload if isinstance(upload, dict) else {}

    def number_of(self, upload: Shown) -> str:
        """The number that X gave an upload."""
        if not _is_number(upload.get("id")):
            raise self._no_answer(UPLOADING)
        return str(upload["id"])

    def delete(self, number: str) -> None:
        """Take down the post of this number, if it stands."""
        answer = self._wire.answer_to(partial(self._sdk.delete_tweet, number))
        if answer is not None and (found := problem(answer.content)) and _trouble(found, answer) is Trouble.GONE:
            return
        deleted = _object(self._judged(answer, TAKING_DOWN)).get("data")
        if not isinstance(deleted, dict) or deleted.get("deleted") is not True:
            raise self._no_answer(TAKING_DOWN)

    def me(self) -> User:
        """The account that our keys are of."""
        answer = self._judged(self._wire.answer_to(self._sdk.get_me), NOTHING_POSTED)
        user = _object(answer).get("data")
        if not isinstance(user, dict) or not _is_number(user.get("id")) or not _is_name(user.get("username")):
            raise self._no_answer(NOTHING_POSTED)
        now = network_time(answer.headers.get("date"), self._clock())
        return User(user["id"], user["username"], answer.headers.get("x-access-level"), now)

    def may_write(self, user: User) -> bool:
        """Whether X says that our keys may post; raises Unauthorized where it says that they may not."""
        if user.access == "read":
            what = f"lets these keys only read as @{user.name}"
            raise self.told(Unauthorized, what, remedy(Trouble.RIGHTS, self._name, None))
        return user.access is not None and user.access.startswith("read-write")

    def left(self) -> list[quota.Left]:
        """What X said last of how many posts are left, as far as that still holds."""
        return quota.kept(self._shelf.read(), self._clock())

    def timeline(self, user: User, since: datetime, until: datetime | None = None) -> list[Shown]:
        """Every post that the account made since then; raises a DeliveryError where X does not show them all."""
        posts: list[Shown] = []
        past = until is not None and until < user.now - _APPEARS_WITHIN  # X knows no end that is not over
        ask = partial(
            self._sdk.get_users_tweets,
            user.number,
            start_time=since,  # tweepy writes it in whole seconds, as X wants it
            end_time=until if past else None,  # each post that is read costs
            tweet_fields=list(FIELDS),
            user_auth=True,
        )
        size, token = _LARGEST_PAGE, None
        while len(posts) < FURTHEST:
            answer, size = self._page(partial(ask, pagination_token=token), size)
            page = _object(answer)
            posts += self._shown(page)
            token = page["meta"].get("next_token")
            if token is None and len(posts) < FURTHEST:
                return posts
        raise self.told(OutcomeUnknown, f"shows no more than {FURTHEST:,} posts, which do not reach back to {since}")

    def _page(self, ask: Callable[..., object], size: int) -> tuple[requests.Response, int]:
        """So many posts at once, or fewer where these are too long for one answer; and how many it came to be."""
        answer = self._wire.answer_to(partial(ask, max_results=size))
        if isinstance(self._wire.failure, TooLarge) and size > _SMALLEST_PAGE:
            return self._page(ask, max(size // 4, _SMALLEST_PAGE))
        return self._judged(answer, LOOKING), size

    def _shown(self, answer: Shown) -> list[Shown]:
        """The posts of a page that is whole."""
        posts, meta = answer.get("data", []), answer.get("meta")
        if not answer:
            raise self._no_answer(LOOKING)
        if "errors" in answer or not isinstance(meta, dict) or not isinstance(posts, list):
            raise self.told(OutcomeUnknown, "does not show the whole timeline")
        if meta.get("result_count") != len(posts) or not all(map(_is_post, posts)):
            raise self.told(OutcomeUnknown, "does not show the whole timeline")
        return posts

    def _judged(
        self, answer: requests.Response | None, stakes: Stakes, parent: str | None = None, *, shows: bool = False
    ) -> requests.Response:
        """The answer, if it is a yes; `parent` is what a post answers, `shows` whether it is about pictures or films."""
        if answer is None:
            raise unanswered(self._wire.failure, stakes, timeout=self._account.timeout, where=self._host)
        if not 200 <= answer.status_code < 300:
            raise self._refusal(answer, stakes, parent, shows=shows)
        return answer

    def _refusal(self, answer: requests.Response, stakes: Stakes, parent: str | None, *, shows: bool) -> DeliveryError:
        """What an answer that is not 2xx says of the post; but for 413 and 429, it has to be in the API's own form."""
        found = problem(answer.content)
        words = self.in_words(found.words if found else "")
        trouble = found and _trouble(found, answer, shows=shows)
        match answer.status_code, trouble:
            case (429, Trouble.CREDIT as trouble) | (400, Trouble.KEYS as trouble) | (401 | 402, Trouble() as trouble):
                return self._refused_account(trouble, answer, words)
            case (429, _) | (403, Trouble.USED_UP):
                until = quota.pause_until(answer.headers, self._clock())
                what = f"asks for a pause: {words or 'too many requests'}"
                return RateLimited(what, where=self._host, retry_at=until)
            case (403, Trouble.PARENT) if parent:
                return self._orphan(parent, answer, words)
            case (413, _) | (400 | 415 | 422, Trouble()) | (403, Trouble.POST | Trouble.MEDIA):
                refused = MediaRefused if trouble is Trouble.MEDIA else stakes.refused
                return self.told(refused, f"refuses this: {words or 'it is too large'}")
            case (403, Trouble() as trouble):
                return self._refused_account(trouble, answer, words)
            case status, _:
                return self.told(stakes.unclear, f"answered {status} {words}".strip())

    def _refused_account(self, trouble: Trouble, answer: requests.Response, words: str) -> DeliveryError:
        ahead = clock_skew(answer.headers.get("date"), self._clock())
        return self.told(Unauthorized, f"refuses the account: {words}", remedy(trouble, self._name, ahead))

    def _orphan(self, parent: str, answer: requests.Response, words: str) -> DeliveryError:
        """A post whose parent X does not see: a young one may yet appear, an old one is gone."""
        now = network_time(answer.headers.get("date"), self._clock())
        if now - _made_at(parent) < _APPEARS_WITHIN:
            return self.told(Unavailable, f"does not see yet what this answers: {words}")
        return self.told(Rejected, f"no longer has what this answers: {words}")

    def _keep_quota(self, answer: requests.Response | None) -> None:
        if answer is not None and (told := quota.told(answer.headers, self._clock())):
            self._shelf.keep(quota.to_keep(told))

    def _no_answer(self, stakes: Stakes) -> DeliveryError:
        return self.told(stakes.unclear, "answered something that is no answer of X")

    def has_time(self, seconds: float = 0.0) -> bool:
        """Whether, so many seconds from now, enough of the attempt will be left to post and hear of it."""
        return self._end - monotonic() - seconds >= _TO_POST * self._account.timeout

    def in_words(self, text: str) -> str:
        """X's own words on one short line, without our keys."""
        return in_words(text, self._keys.values())

    def told(self, kind: type[DeliveryError], what: str, hint: str | None = None) -> DeliveryError:
        """What X said or did, as this kind of error."""
        return kind(what, where=self._host, hint=hint)

    @property
    def _host(self) -> str:
        return urlsplit(self._account.base_url).netloc


def _trouble(found: Problem, answer: requests.Response, *, shows: bool = False) -> Trouble:
    """What is wrong, as its status and its headers say it too; not with pictures, where the request `shows` none."""
    if answer.status_code == 403 and answer.headers.get("x-access-level") == "read":
        return Trouble.RIGHTS
    told = Trouble.OTHER if found.trouble is Trouble.MEDIA and not shows else found.trouble
    return {401: Trouble.KEYS, 402: Trouble.CREDIT, 404: Trouble.GONE}.get(answer.status_code, told)


def _object(answer: requests.Response) -> Shown:
    """The JSON object that was answered; an empty one where it is anything else."""
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_post(value: object) -> bool:
    return isinstance(value, dict) and _is_number(value.get("id")) and isinstance(value.get("text"), str)


def _made_at(number: str) -> datetime:
    """The moment that stands in a post's number."""
    return datetime.fromtimestamp(((int(number) >> 22) + 1_288_834_974_657) / 1000, UTC)
